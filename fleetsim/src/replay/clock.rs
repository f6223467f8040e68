//! Times of rows in a log without dates: milliseconds after the file's first row.

use super::table::{Cell, Table};

const DAY_MS: i64 = 24 * 3_600_000;

/// Where a file's times come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// There is no time column: one row a second.
    RowNumber,
    /// This column holds a wall clock `HH:MM:SS.mmm` without a date.
    WallClock { column: usize },
}

impl Clock {
    /// The clock of a table: its column named `Time`, else the row number.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let named = |name: &str| ["time", "timestamp", "device time"].contains(&name.to_lowercase().as_str());
        match table.columns.iter().position(|column| named(&column.name)) {
            Some(column) => Self::WallClock { column },
            None => Self::RowNumber,
        }
    }
}

/// The offset of each row from the first, in milliseconds; `None` where the clock cannot be read.
///
/// A small step back in time stays one (the platform must cope with it); a leap of more than twelve hours is midnight.
#[must_use]
pub fn offsets_ms(table: &Table) -> Vec<Option<i64>> {
    let Clock::WallClock { column } = Clock::of(table) else {
        return (0..table.rows.len())
            .map(|row| i64::try_from(row).ok().map(|row| row * 1_000))
            .collect();
    };
    let mut first = None;
    let mut last = 0;
    let mut days_ms = 0;
    let offset = |cell: Option<&Cell>| {
        let Some(Cell::Text(text)) = cell else { return None };
        let clock = wall_clock_ms(text)?;
        let first = *first.get_or_insert(clock);
        if clock < last - DAY_MS / 2 {
            days_ms += DAY_MS;
        } else if clock > last + DAY_MS / 2 && days_ms > 0 {
            days_ms -= DAY_MS;
        }
        last = clock;
        Some(clock - first + days_ms)
    };
    table.rows.iter().map(|row| row.cells.get(column)).map(offset).collect()
}

/// `HH:MM:SS` with an optional fraction, as milliseconds since midnight.
fn wall_clock_ms(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !seconds.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = hours.parse().ok().filter(|h| (0..24).contains(h))?;
    let minutes: i64 = minutes.parse().ok().filter(|m| (0..60).contains(m))?;
    let seconds: f64 = seconds.parse().ok().filter(|s| (0.0..61.0).contains(s))?;
    Some((hours * 60 + minutes) * 60_000 + (seconds * 1_000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::super::table::parse;
    use super::*;

    fn offsets(times: &[&str]) -> Vec<Option<i64>> {
        let rows: String = times.iter().map(|time| format!("{time},1\n")).collect();
        offsets_ms(&parse(format!("Time,A\n{rows}").as_bytes()).unwrap())
    }

    #[test]
    fn a_wall_clock_runs_from_the_first_row() {
        assert_eq!(
            offsets(&["07:16:30.444", "07:16:30.535", "07:25:14"]),
            [Some(0), Some(91), Some(523_556)]
        );
    }

    #[test]
    fn a_small_step_back_stays_one() {
        assert_eq!(
            offsets(&["07:00:00.500", "07:00:01.000", "07:00:00.600"]),
            [Some(0), Some(500), Some(100)]
        );
    }

    #[test]
    fn midnight_is_passed() {
        assert_eq!(
            offsets(&["23:59:59.900", "00:00:00.100", "23:59:59.950", "00:00:01"]),
            [Some(0), Some(200), Some(50), Some(1_100)]
        );
    }

    #[test]
    fn what_is_no_clock_has_no_offset() {
        let times = [
            "07:00:00",
            "25:00:00",
            "07:61:00",
            "abc",
            "07:00",
            "07:00:-1",
            "07:00:00:00",
            "07:00:02",
        ];
        let read: Vec<bool> = offsets(&times).iter().map(Option::is_some).collect();
        assert_eq!(read, [true, false, false, false, false, false, false, true]);
    }

    #[test]
    fn without_a_time_column_a_row_is_a_second() {
        assert_eq!(offsets_ms(&parse(b"A,B\n1,2\n3,4\n").unwrap()), [Some(0), Some(1_000)]);
    }
}

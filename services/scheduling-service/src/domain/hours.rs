//! Weekly hours, breaks and absences in a centre's local time, laid out on a timeline.
//!
//! A centre's local time is a fixed offset from UTC, a multiple of 15 minutes.

use chrono::Weekday;

use super::time::{QUARTERS_PER_DAY, Quarter, Span, Timeline};

/// A centre's distance from UTC, in quarters of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UtcOffset {
    quarters: i64,
}

impl UtcOffset {
    /// Takes a multiple of 15 between −14 h and +14 h.
    pub fn from_minutes(minutes: i64) -> Option<Self> {
        let valid = minutes % 15 == 0 && (-14 * 60..=14 * 60).contains(&minutes);
        valid.then_some(UtcOffset { quarters: minutes / 15 })
    }

    pub fn minutes(self) -> i64 {
        self.quarters * 15
    }

    /// The local day (counted from 1970-01-01) in which a quarter lies.
    pub fn local_day(self, quarter: Quarter) -> i64 {
        (quarter.0 + self.quarters).div_euclid(QUARTERS_PER_DAY)
    }

    /// The quarter of UTC at which local `day` reaches `quarter_of_day`.
    fn quarter(self, day: i64, quarter_of_day: i64) -> Quarter {
        Quarter(day * QUARTERS_PER_DAY + quarter_of_day - self.quarters)
    }
}

/// A stretch of a weekday, in quarters of the local day: 0 ≤ from < to ≤ 96.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyHours {
    weekday: Weekday,
    from: i64,
    to: i64,
}

/// A daily pause; without a weekday it is on every day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Break {
    weekday: Option<Weekday>,
    from: i64,
    to: i64,
}

impl DailyHours {
    /// Both times in minutes of the day, multiples of 15.
    pub fn new(weekday: Weekday, from_minute: i64, to_minute: i64) -> Option<Self> {
        let (from, to) = stretch(from_minute, to_minute)?;
        Some(DailyHours { weekday, from, to })
    }

    pub fn weekday(&self) -> Weekday {
        self.weekday
    }

    /// The stretch in minutes of the local day.
    pub fn minutes(&self) -> (i64, i64) {
        (self.from * 15, self.to * 15)
    }
}

impl Break {
    /// Both times in minutes of the day, multiples of 15.
    pub fn new(weekday: Option<Weekday>, from_minute: i64, to_minute: i64) -> Option<Self> {
        let (from, to) = stretch(from_minute, to_minute)?;
        Some(Break { weekday, from, to })
    }

    pub fn weekday(&self) -> Option<Weekday> {
        self.weekday
    }

    /// The stretch in minutes of the local day.
    pub fn minutes(&self) -> (i64, i64) {
        (self.from * 15, self.to * 15)
    }
}

fn stretch(from_minute: i64, to_minute: i64) -> Option<(i64, i64)> {
    let valid = from_minute % 15 == 0 && to_minute % 15 == 0 && 0 <= from_minute && from_minute < to_minute;
    (valid && to_minute <= 24 * 60).then_some((from_minute / 15, to_minute / 15))
}

/// Marks the quarters of `horizon` that lie within the weekly hours.
pub fn open_hours(horizon: Span, offset: UtcOffset, hours: &[DailyHours]) -> Timeline {
    let mut timeline = Timeline::new(horizon);
    for day in days_of(horizon, offset) {
        for stretch in hours.iter().filter(|stretch| stretch.weekday == weekday_of(day)) {
            timeline.mark(Span::new(
                offset.quarter(day, stretch.from),
                offset.quarter(day, stretch.to),
            ));
        }
    }
    timeline
}

/// Marks when a technician works: while the centre is open, in working hours, outside breaks and absences.
pub fn working_time(open: &Timeline, horizon: Span, offset: UtcOffset, rota: &Rota) -> Timeline {
    let own = open_hours(horizon, offset, &rota.hours);
    let mut working = Timeline::new(horizon);
    for quarter in own.marked().into_iter().filter(|quarter| open.is_marked(*quarter)) {
        working.mark(Span::new(quarter, quarter.plus(1)));
    }
    for day in days_of(horizon, offset) {
        for pause in rota
            .breaks
            .iter()
            .filter(|pause| pause.weekday.is_none_or(|on| on == weekday_of(day)))
        {
            working.clear(Span::new(
                offset.quarter(day, pause.from),
                offset.quarter(day, pause.to),
            ));
        }
    }
    for absence in &rota.absences {
        working.clear(*absence);
    }
    working
}

/// When a technician works.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rota {
    pub hours: Vec<DailyHours>,
    pub breaks: Vec<Break>,
    pub absences: Vec<Span>,
}

fn days_of(horizon: Span, offset: UtcOffset) -> std::ops::RangeInclusive<i64> {
    offset.local_day(horizon.start)..=offset.local_day(horizon.end)
}

fn weekday_of(local_day: i64) -> Weekday {
    // 1970-01-01 was a Thursday.
    match (local_day + 3).rem_euclid(7) {
        0 => Weekday::Mon,
        1 => Weekday::Tue,
        2 => Weekday::Wed,
        3 => Weekday::Thu,
        4 => Weekday::Fri,
        5 => Weekday::Sat,
        _ => Weekday::Sun,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Datelike, Utc};

    fn q(text: &str) -> Quarter {
        Quarter::starting(text.parse::<DateTime<Utc>>().unwrap()).unwrap()
    }

    #[test]
    fn weekdays_agree_with_the_calendar() {
        for day in [-10i64, 0, 1, 20_000, 20_577] {
            let date = Quarter(day * QUARTERS_PER_DAY).start();
            assert_eq!(weekday_of(day), date.weekday(), "{date}");
        }
    }

    #[test]
    fn hours_are_local_and_breaks_and_absences_are_cut_out() {
        // Monday 2026-05-04 in UTC+2: 08:00–12:00 local is 06:00–10:00 UTC.
        let offset = UtcOffset::from_minutes(120).unwrap();
        let horizon = Span::new(q("2026-05-04T00:00:00Z"), q("2026-05-05T00:00:00Z"));
        let open = open_hours(horizon, offset, &[DailyHours::new(Weekday::Mon, 480, 720).unwrap()]);
        let rota = Rota {
            hours: vec![DailyHours::new(Weekday::Mon, 0, 1440).unwrap()],
            breaks: vec![Break::new(None, 540, 555).unwrap()],
            absences: vec![Span::new(q("2026-05-04T09:00:00Z"), q("2026-05-04T09:30:00Z"))],
        };
        let working = working_time(&open, horizon, offset, &rota);
        assert_eq!(working.marked().len(), 16 - 1 - 2);
        assert!(working.is_marked(q("2026-05-04T06:00:00Z")));
        assert!(
            !working.is_marked(q("2026-05-04T07:00:00Z")),
            "the break at 09:00 local"
        );
        assert!(!working.is_marked(q("2026-05-04T09:15:00Z")), "the absence");
        assert!(!working.is_marked(q("2026-05-04T10:00:00Z")), "closed");
    }

    #[test]
    fn a_fixed_offset_is_a_multiple_of_a_quarter() {
        assert!(UtcOffset::from_minutes(345).is_some());
        assert!(UtcOffset::from_minutes(10).is_none());
        assert!(UtcOffset::from_minutes(15 * 60).is_none());
        assert!(DailyHours::new(Weekday::Mon, 480, 480).is_none());
        assert!(Break::new(None, 480, 24 * 60 + 15).is_none());
    }
}

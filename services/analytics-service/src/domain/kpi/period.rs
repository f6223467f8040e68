//! Whole UTC days from one to before another, cut into days or weeks.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use thiserror::Error;

/// The longest period that is computed at once.
const DAYS_MAX: i64 = 400;
/// The period where none is asked for.
const DAYS: i64 = 90;
/// The longest period that is shown by the day where nothing else is asked for.
const BY_DAY_MAX: i64 = 31;

/// From the start of `from` to the start of `to`, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// Why a period is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PeriodRefused {
    #[error("a period ends after it begins")]
    Empty,
    #[error("a period is 400 days at most")]
    TooLong,
}

/// What a course is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    Day,
    /// From Monday on.
    Week,
}

impl Step {
    /// The step of this name.
    pub fn parse(name: &str) -> Option<Step> {
        match name {
            "day" => Some(Step::Day),
            "week" => Some(Step::Week),
            _ => None,
        }
    }

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Step::Day => "day",
            Step::Week => "week",
        }
    }
}

impl Period {
    /// The period that is asked for; without bounds the 90 days that end with today.
    ///
    /// # Errors
    /// When it is empty or too long.
    pub fn asked(from: Option<NaiveDate>, to: Option<NaiveDate>, now: DateTime<Utc>) -> Result<Period, PeriodRefused> {
        let tomorrow = now.date_naive().succ_opt().unwrap_or_default();
        let to = to.unwrap_or_else(|| from.map_or(tomorrow, |from| later(from, DAYS).min(tomorrow)));
        let from = from.unwrap_or_else(|| later(to, -DAYS));
        let period = Period { from, to };
        if period.days() <= 0 {
            return Err(PeriodRefused::Empty);
        }
        if period.days() > DAYS_MAX {
            return Err(PeriodRefused::TooLong);
        }
        Ok(period)
    }

    /// So many days that end with today.
    pub fn last_days(days: i64, now: DateTime<Utc>) -> Period {
        let to = now.date_naive().succ_opt().unwrap_or_default();
        Period {
            from: later(to, -days),
            to,
        }
    }

    /// The same number of days just before.
    pub fn before(&self) -> Period {
        Period {
            from: later(self.from, -self.days()),
            to: self.from,
        }
    }

    /// Its first instant.
    pub fn start(&self) -> DateTime<Utc> {
        self.from.and_time(NaiveTime::MIN).and_utc()
    }

    /// The first instant after it.
    pub fn end(&self) -> DateTime<Utc> {
        self.to.and_time(NaiveTime::MIN).and_utc()
    }

    /// Its length.
    pub fn days(&self) -> i64 {
        (self.to - self.from).num_days()
    }

    /// Whether an instant lies in it.
    pub fn contains(&self, time: DateTime<Utc>) -> bool {
        self.start() <= time && time < self.end()
    }

    /// Days up to a month, weeks above.
    pub fn usual_step(&self) -> Step {
        if self.days() <= BY_DAY_MAX {
            Step::Day
        } else {
            Step::Week
        }
    }

    /// The first days of its parts.
    pub fn parts(&self, step: Step) -> Vec<NaiveDate> {
        let mut parts = Vec::new();
        let mut day = self.from;
        while day < self.to {
            parts.push(day);
            day = self.next_part(step, day);
        }
        parts
    }

    /// The first day of the part in which an instant lies; none outside the period.
    pub fn part_of(&self, step: Step, time: DateTime<Utc>) -> Option<NaiveDate> {
        self.contains(time).then(|| match step {
            Step::Day => time.date_naive(),
            Step::Week => monday(time.date_naive()).max(self.from),
        })
    }

    /// The first day after the part that begins with `day`.
    pub fn next_part(&self, step: Step, day: NaiveDate) -> NaiveDate {
        let next = match step {
            Step::Day => later(day, 1),
            Step::Week => later(monday(day), 7),
        };
        next.min(self.to)
    }
}

fn later(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_signed(TimeDelta::days(days)).unwrap_or(day)
}

fn monday(day: NaiveDate) -> NaiveDate {
    later(day, -i64::from(day.weekday().num_days_from_monday()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn parts_cover_the_period_and_weeks_begin_on_monday() {
        let period = Period {
            from: day("2026-05-06"),
            to: day("2026-05-20"),
        };
        assert_eq!(
            period.parts(Step::Week),
            [day("2026-05-06"), day("2026-05-11"), day("2026-05-18")]
        );
        assert_eq!(period.parts(Step::Day).len(), 14);
        for part in period.parts(Step::Day) {
            let noon = part.and_hms_opt(12, 0, 0).unwrap().and_utc();
            assert!(
                period
                    .parts(Step::Week)
                    .contains(&period.part_of(Step::Week, noon).unwrap())
            );
        }
        assert_eq!(period.part_of(Step::Day, period.end()), None);
    }

    #[test]
    fn hostile_bounds_are_refused() {
        let now = day("2026-05-06").and_hms_opt(12, 0, 0).unwrap().and_utc();
        let asked = |from: &str, to: &str| Period::asked(Some(day(from)), Some(day(to)), now);
        assert_eq!(asked("2026-05-06", "2026-05-06"), Err(PeriodRefused::Empty));
        assert_eq!(asked("2020-01-01", "2026-05-06"), Err(PeriodRefused::TooLong));
        assert_eq!(asked("-9999-01-01", "9999-05-06"), Err(PeriodRefused::TooLong));
        let usual = Period::asked(None, None, now).unwrap();
        assert_eq!((usual.to, usual.days()), (day("2026-05-07"), 90));
        let open = Period::asked(Some(NaiveDate::MAX), None, now);
        assert_eq!(open, Err(PeriodRefused::Empty));
    }
}

//! Reports: what is asked for, what was made, and when the next one is due.

use crate::domain::kpi::Period;
use chrono::{DateTime, Datelike, Days, NaiveTime, Utc};

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// What the fleet needs: health, the action list, the worst vehicles.
    Fleet,
    /// Key figures with their methods, courses and losses.
    Executive,
}

impl ReportKind {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ReportKind::Fleet => "fleet",
            ReportKind::Executive => "executive",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<ReportKind> {
        [ReportKind::Fleet, ReportKind::Executive]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// The file that a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    Csv,
    Xlsx,
    Pdf,
}

impl ReportFormat {
    /// The name on the wire, and the file's ending.
    pub fn as_str(self) -> &'static str {
        match self {
            ReportFormat::Csv => "csv",
            ReportFormat::Xlsx => "xlsx",
            ReportFormat::Pdf => "pdf",
        }
    }

    /// The format of this name.
    pub fn parse(name: &str) -> Option<ReportFormat> {
        [ReportFormat::Csv, ReportFormat::Xlsx, ReportFormat::Pdf]
            .into_iter()
            .find(|format| format.as_str() == name)
    }

    /// What a browser is told.
    pub fn media_type(self) -> &'static str {
        match self {
            ReportFormat::Csv => "text/csv; charset=utf-8",
            ReportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ReportFormat::Pdf => "application/pdf",
        }
    }
}

/// A report that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub report_id: String,
    pub kind: ReportKind,
    pub format: ReportFormat,
    /// The language that it is written in.
    pub locale: String,
    pub period: Period,
    /// The schedule that made it; none for one that was asked for.
    pub schedule_id: Option<String>,
    /// User or key id.
    pub requested_by: String,
    /// It is about the vehicles alone that whoever asked for it was bound to.
    pub bound: bool,
    /// Business time.
    pub generated_at: DateTime<Utc>,
    pub byte_count: i64,
}

impl Report {
    /// What it is called on a disk.
    pub fn file_name(&self) -> String {
        format!(
            "{}-{}-{}.{}",
            self.kind.as_str(),
            self.period.from,
            self.period.to,
            self.format.as_str()
        )
    }
}

/// A report that comes by itself each week.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    pub schedule_id: String,
    pub kind: ReportKind,
    pub format: ReportFormat,
    /// As it was asked for, so that one without words of its own gets them when there are some.
    pub locale: String,
    /// User ids.
    pub recipient_ids: Vec<String>,
    pub created_by: String,
    /// Business time.
    pub due_at: DateTime<Utc>,
}

/// The first Monday, six o'clock UTC, after an instant.
pub fn next_monday(after: DateTime<Utc>) -> DateTime<Utc> {
    let six = NaiveTime::from_hms_opt(6, 0, 0).unwrap_or(NaiveTime::MIN);
    let monday = after.date_naive() - Days::new(u64::from(after.weekday().num_days_from_monday()));
    let this_week = monday.and_time(six).and_utc();
    if this_week > after {
        this_week
    } else {
        this_week + chrono::TimeDelta::days(7)
    }
}

/// When a report that could not be made is tried again: an hour later, and once its day is over with the next week's. The day that it is
/// due on names the week that it is about, so a later day would be another report.
pub fn next_try(due_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let later = now.max(due_at) + chrono::TimeDelta::hours(1);
    if later.date_naive() == due_at.date_naive() {
        later
    } else {
        next_monday(now.max(due_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_lies_between_mondays() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let monday = at("2026-05-04T06:00:00Z");
        assert_eq!(next_monday(at("2026-05-01T10:00:00Z")), monday);
        assert_eq!(next_monday(at("2026-05-04T05:59:59Z")), monday);
        assert_eq!(next_monday(monday), at("2026-05-11T06:00:00Z"));
    }

    #[test]
    fn what_failed_is_tried_again_on_its_own_day() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let due = at("2026-05-04T06:00:00Z");
        assert_eq!(next_try(due, at("2026-05-04T06:00:05Z")), at("2026-05-04T07:00:05Z"));
        assert_eq!(next_try(due, at("2026-05-04T22:59:59Z")), at("2026-05-04T23:59:59Z"));
        assert_eq!(next_try(due, at("2026-05-04T23:00:00Z")), at("2026-05-11T06:00:00Z"));
        assert_eq!(next_try(due, at("2026-05-13T12:00:00Z")), at("2026-05-18T06:00:00Z"));
    }
}

//! Reports on the wire.

use super::kpis::PeriodQuery;
use crate::domain::report::{Report, ReportFormat, ReportKind, Schedule};
use crate::use_cases::generate_report::Wanted;
use crate::use_cases::schedule_report::Weekly;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use chassis::Principal;
use chassis::http::cursor;
use chassis::problem::{Kind, Problem};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What report is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GenerateBody {
    /// `fleet` or `executive`.
    pub kind: String,
    /// `csv`, `xlsx` or `pdf`.
    pub format: String,
    /// The first day, UTC; without it 90 days before `to`.
    pub from: Option<NaiveDate>,
    /// The first day that is no part of it; without it tomorrow.
    pub to: Option<NaiveDate>,
    /// The language as a BCP 47 tag, such as `de-AT`; without it the caller's own. One that there are no words of gets English.
    pub locale: Option<String>,
}

/// What shall come each week.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleRequest {
    /// `fleet` or `executive`.
    pub kind: String,
    /// `csv`, `xlsx` or `pdf`.
    pub format: String,
    /// Users of the tenant; without it the caller.
    pub recipient_ids: Option<Vec<String>>,
    /// The language as a BCP 47 tag, such as `de-AT`; without it the caller's own. One that there are no words of gets English.
    pub locale: Option<String>,
}

impl ScheduleRequest {
    pub(crate) fn read(self, principal: &Principal) -> Result<Weekly, Problem> {
        Ok(Weekly {
            kind: kind(&self.kind)?,
            format: format(&self.format)?,
            locale: self.locale,
            recipient_ids: self.recipient_ids.unwrap_or_else(|| vec![principal.subject.clone()]),
        })
    }
}

fn unknown(path: &str, text: &str) -> Problem {
    Problem::new(Kind::Unprocessable, "report.unknown", text).error(path, "unknown", text)
}

fn kind(name: &str) -> Result<ReportKind, Problem> {
    ReportKind::parse(name).ok_or_else(|| unknown("/kind", "A report is `fleet` or `executive`."))
}

fn format(name: &str) -> Result<ReportFormat, Problem> {
    ReportFormat::parse(name).ok_or_else(|| unknown("/format", "A format is `csv`, `xlsx` or `pdf`."))
}

/// The report that a body asks for.
pub(crate) fn wanted(body: GenerateBody) -> Result<Wanted, Problem> {
    let period = PeriodQuery {
        from: body.from,
        to: body.to,
        step: None,
    };
    Ok(Wanted {
        kind: kind(&body.kind)?,
        format: format(&body.format)?,
        asked: period.asked()?,
        locale: body.locale,
    })
}

/// A report that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportBody {
    pub report_id: String,
    pub kind: &'static str,
    pub format: &'static str,
    /// The language that it is written in.
    pub locale: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Of one that came by itself.
    pub schedule_id: Option<String>,
    pub requested_by: String,
    pub generated_at: DateTime<Utc>,
    pub byte_count: i64,
    pub file_name: String,
    /// Where its file is.
    pub path: String,
}

impl From<Report> for ReportBody {
    fn from(report: Report) -> ReportBody {
        ReportBody {
            kind: report.kind.as_str(),
            format: report.format.as_str(),
            locale: report.locale.clone(),
            from: report.period.from,
            to: report.period.to,
            file_name: report.file_name(),
            path: format!("/api/v1/reports/{}/download", report.report_id),
            report_id: report.report_id,
            schedule_id: report.schedule_id,
            requested_by: report.requested_by,
            generated_at: report.generated_at,
            byte_count: report.byte_count,
        }
    }
}

/// A report that comes by itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScheduleBody {
    pub schedule_id: String,
    pub kind: &'static str,
    pub format: &'static str,
    /// As it was asked for.
    pub locale: String,
    pub recipient_ids: Vec<String>,
    pub created_by: String,
    /// When it comes next.
    pub due_at: DateTime<Utc>,
}

impl From<Schedule> for ScheduleBody {
    fn from(schedule: Schedule) -> ScheduleBody {
        ScheduleBody {
            schedule_id: schedule.schedule_id,
            kind: schedule.kind.as_str(),
            format: schedule.format.as_str(),
            locale: schedule.locale,
            recipient_ids: schedule.recipient_ids,
            created_by: schedule.created_by,
            due_at: schedule.due_at,
        }
    }
}

/// All of them; a tenant has fifty at most.
#[derive(Serialize, ToSchema)]
pub(crate) struct SchedulesBody {
    pub items: Vec<ScheduleBody>,
}

/// The cursor after a report.
pub(crate) fn cursor_after(report: &Report) -> String {
    cursor::encode(&format!(
        "{} {}",
        report.generated_at.timestamp_micros(),
        report.report_id
    ))
}

/// What a browser is told of the file: keep it to yourself, save it, do not guess.
pub(crate) fn file_headers(report: &Report) -> [(HeaderName, String); 4] {
    [
        (CONTENT_TYPE, report.format.media_type().to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}\"", report.file_name()),
        ),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ]
}

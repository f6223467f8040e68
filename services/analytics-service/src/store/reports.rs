//! Reports that were made, and those that come by themselves.

use super::{Store, day_number, day_of, ids_from_json, ids_to_json};
use crate::domain::kpi::Period;
use crate::domain::report::{Report, ReportFormat, ReportKind, Schedule};
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

#[derive(sqlx::FromRow)]
struct ReportRow {
    report_id: String,
    kind: String,
    format: String,
    locale: String,
    from_day: i64,
    to_day: i64,
    schedule_id: Option<String>,
    requested_by: String,
    bound: bool,
    generated_at: DateTime<Utc>,
    byte_count: i64,
}

impl TryFrom<ReportRow> for Report {
    type Error = DbError;

    fn try_from(row: ReportRow) -> Result<Report, DbError> {
        Ok(Report {
            report_id: row.report_id,
            kind: ReportKind::parse(&row.kind).ok_or_else(|| super::corrupt("kind of report"))?,
            format: ReportFormat::parse(&row.format).ok_or_else(|| super::corrupt("format of report"))?,
            locale: row.locale,
            period: Period {
                from: day_of(row.from_day),
                to: day_of(row.to_day),
            },
            schedule_id: row.schedule_id,
            requested_by: row.requested_by,
            bound: row.bound,
            generated_at: row.generated_at,
            byte_count: row.byte_count,
        })
    }
}

#[derive(sqlx::FromRow)]
struct ScheduleRow {
    tenant_id: String,
    schedule_id: String,
    kind: String,
    format: String,
    locale: String,
    recipient_ids: String,
    created_by: String,
    due_at: DateTime<Utc>,
}

impl TryFrom<ScheduleRow> for (TenantId, Schedule) {
    type Error = DbError;

    fn try_from(row: ScheduleRow) -> Result<(TenantId, Schedule), DbError> {
        let schedule = Schedule {
            schedule_id: row.schedule_id,
            kind: ReportKind::parse(&row.kind).ok_or_else(|| super::corrupt("kind of report"))?,
            format: ReportFormat::parse(&row.format).ok_or_else(|| super::corrupt("format of report"))?,
            locale: row.locale,
            recipient_ids: ids_from_json(&row.recipient_ids),
            created_by: row.created_by,
            due_at: row.due_at,
        };
        Ok((TenantId::new(&row.tenant_id), schedule))
    }
}

macro_rules! schedules {
    ($rest:literal) => {
        concat!(
            "SELECT tenant_id, schedule_id, kind, format, locale, recipient_ids, created_by, due_at FROM report_schedule ",
            $rest
        )
    };
}

impl Store<'_> {
    /// Keeps a report with its bytes; one that is already there stays.
    pub async fn add_report(&mut self, tenant: &TenantId, report: &Report, content: &[u8]) -> Result<bool, DbError> {
        let done = on!(self.tx, c => sqlx::query(
            "INSERT INTO report (tenant_id, report_id, kind, format, locale, from_day, to_day, schedule_id, requested_by, generated_at,
                 byte_count, content, bound)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING")
            .bind(tenant.as_str()).bind(&report.report_id).bind(report.kind.as_str()).bind(report.format.as_str())
            .bind(&report.locale).bind(day_number(report.period.from)).bind(day_number(report.period.to))
            .bind(&report.schedule_id).bind(&report.requested_by).bind(report.generated_at).bind(report.byte_count).bind(content)
            .bind(report.bound)
            .run(c).await)?;
        Ok(done.rows_affected() > 0)
    }

    /// The newest reports, from one on; for somebody who is bound (`only_of`) those about their own vehicles that they asked for themselves.
    pub async fn reports(
        &mut self,
        tenant: &TenantId,
        only_of: Option<&str>,
        before: Option<(DateTime<Utc>, &str)>,
        limit: usize,
    ) -> Result<Vec<Report>, DbError> {
        let (time, report_id) = before.unwrap_or((super::audit::FAR_FUTURE, ""));
        let rows: Vec<ReportRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT report_id, kind, format, locale, from_day, to_day, schedule_id, requested_by, bound, generated_at, byte_count
             FROM report
             WHERE tenant_id = $1 AND (generated_at < $2 OR (generated_at = $2 AND report_id < $3))
                 AND ($5 OR (bound = TRUE AND requested_by = $6))
             ORDER BY generated_at DESC, report_id DESC LIMIT $4")
            .bind(tenant.as_str()).bind(time).bind(report_id).bind(limit as i64).bind(only_of.is_none())
            .bind(only_of.unwrap_or_default()).fetch_all(c).await)?;
        rows.into_iter().map(Report::try_from).collect()
    }

    /// A report with its bytes.
    pub async fn report(&mut self, tenant: &TenantId, report_id: &str) -> Result<Option<(Report, Vec<u8>)>, DbError> {
        let row: Option<ReportRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT report_id, kind, format, locale, from_day, to_day, schedule_id, requested_by, bound, generated_at, byte_count
             FROM report
             WHERE tenant_id = $1 AND report_id = $2")
            .bind(tenant.as_str()).bind(report_id).fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(None) };
        let content: Vec<u8> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT content FROM report WHERE tenant_id = $1 AND report_id = $2")
            .bind(tenant.as_str()).bind(report_id).fetch_one(c).await)?;
        Ok(Some((row.try_into()?, content)))
    }

    /// Forgets reports that were made before an instant, and those of each tenant beyond the newest `keep`.
    pub async fn forget_reports(&mut self, before: DateTime<Utc>, keep: u32) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query("DELETE FROM report WHERE generated_at < $1").bind(before).run(c).await)?;
        on!(self.tx, c => sqlx::query(
            "DELETE FROM report WHERE (SELECT COUNT(*) FROM report newer WHERE newer.tenant_id = report.tenant_id
                 AND (newer.generated_at > report.generated_at
                      OR (newer.generated_at = report.generated_at AND newer.report_id > report.report_id))) >= $1")
            .bind(i64::from(keep)).run(c).await)?;
        Ok(())
    }

    /// Keeps a schedule; one with this id is replaced.
    pub async fn save_schedule(&mut self, tenant: &TenantId, schedule: &Schedule) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO report_schedule (tenant_id, schedule_id, kind, format, locale, recipient_ids, created_by, due_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (tenant_id, schedule_id) DO UPDATE SET due_at = excluded.due_at")
            .bind(tenant.as_str()).bind(&schedule.schedule_id).bind(schedule.kind.as_str()).bind(schedule.format.as_str())
            .bind(&schedule.locale).bind(ids_to_json(&schedule.recipient_ids)).bind(&schedule.created_by).bind(schedule.due_at)
            .run(c).await)?;
        Ok(())
    }

    /// Moves a schedule on from when it was due; false where somebody else has, or has ended it.
    pub async fn postpone_schedule(
        &mut self,
        tenant: &TenantId,
        schedule: &Schedule,
        due_at: DateTime<Utc>,
    ) -> Result<bool, DbError> {
        let done = on!(self.tx, c => sqlx::query(
            "UPDATE report_schedule SET due_at = $4 WHERE tenant_id = $1 AND schedule_id = $2 AND due_at = $3")
            .bind(tenant.as_str()).bind(&schedule.schedule_id).bind(schedule.due_at).bind(due_at).run(c).await)?;
        Ok(done.rows_affected() > 0)
    }

    /// A tenant's schedules.
    pub async fn schedules(&mut self, tenant: &TenantId) -> Result<Vec<Schedule>, DbError> {
        let rows: Vec<ScheduleRow> = on!(self.tx, c => sqlx::query_as(schedules!("WHERE tenant_id = $1 ORDER BY schedule_id"))
            .bind(tenant.as_str()).fetch_all(c).await)?;
        let schedule = |row: ScheduleRow| <(TenantId, Schedule)>::try_from(row).map(|(_, schedule)| schedule);
        rows.into_iter().map(schedule).collect()
    }

    /// Ends a schedule; says whether there was one.
    pub async fn end_schedule(&mut self, tenant: &TenantId, schedule_id: &str) -> Result<bool, DbError> {
        let done = on!(self.tx, c => sqlx::query("DELETE FROM report_schedule WHERE tenant_id = $1 AND schedule_id = $2")
            .bind(tenant.as_str()).bind(schedule_id).run(c).await)?;
        Ok(done.rows_affected() > 0)
    }

    /// The schedule of any tenant that has been due longest.
    pub async fn due_schedule(&mut self, now: DateTime<Utc>) -> Result<Option<(TenantId, Schedule)>, DbError> {
        let row: Option<ScheduleRow> = on!(self.tx, c => sqlx::query_as(
            schedules!("WHERE due_at <= $1 ORDER BY due_at, tenant_id, schedule_id LIMIT 1"))
            .bind(now).fetch_optional(c).await)?;
        row.map(<(TenantId, Schedule)>::try_from).transpose()
    }
}

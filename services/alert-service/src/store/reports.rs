//! Reports that people are mailed about.

use chassis::ids::TenantId;
use chrono::NaiveDate;

use super::Store;
use crate::domain::report::Report;
use crate::error::Error;

impl Store<'_> {
    /// Keeps a report; one that is known stays as it was.
    pub async fn keep_report(&mut self, tenant: &TenantId, report: &Report) -> Result<(), Error> {
        chassis::on!(self.tx, c => sqlx::query(
            "INSERT INTO report (tenant_id, report_id, kind, from_day, to_day) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING")
            .bind(tenant.as_str()).bind(&report.id).bind(&report.kind).bind(report.from.to_string())
            .bind(report.to.to_string()).run(c).await)?;
        Ok(())
    }

    /// One report.
    pub async fn report(&mut self, tenant: &TenantId, report_id: &str) -> Result<Option<Report>, Error> {
        let row: Option<(String, String, String)> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT kind, from_day, to_day FROM report WHERE tenant_id = $1 AND report_id = $2")
            .bind(tenant.as_str()).bind(report_id).fetch_optional(c).await)?;
        let day = |text: String| {
            text.parse::<NaiveDate>()
                .map_err(|_| Error::Corrupt { what: "report.day" })
        };
        row.map(|(kind, from, to)| {
            Ok(Report {
                id: report_id.to_owned(),
                kind,
                from: day(from)?,
                to: day(to)?,
            })
        })
        .transpose()
    }
}

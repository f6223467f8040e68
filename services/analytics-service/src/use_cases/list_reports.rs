//! Lists reports, and hands one out.

use crate::App;
use crate::domain::report::Report;
use crate::error::Error;
use crate::store::Store;
use chassis::Principal;
use chrono::{DateTime, Utc};

/// The newest reports, after a position.
pub async fn list_reports(
    app: &App,
    principal: &Principal,
    after: Option<(DateTime<Utc>, String)>,
    limit: usize,
) -> Result<Vec<Report>, Error> {
    let mut tx = app.database.read().await?;
    let after = after.as_ref().map(|(time, id)| (*time, id.as_str()));
    let mut store = Store::on(&mut tx);
    Ok(store
        .reports(&principal.tenant, only_of(principal), after, limit)
        .await?)
}

/// A report with its bytes.
pub async fn download_report(app: &App, principal: &Principal, report_id: &str) -> Result<(Report, Vec<u8>), Error> {
    let mut tx = app.database.read().await?;
    let found = Store::on(&mut tx).report(&principal.tenant, report_id).await?;
    let is_seen = |report: &Report| only_of(principal).is_none_or(|id| report.bound && report.requested_by == id);
    found.filter(|(report, _)| is_seen(report)).ok_or(Error::ReportNotFound)
}

/// Who is bound to some vehicles sees what they asked for themselves while they were; the others see everything.
pub(super) fn only_of(principal: &Principal) -> Option<&str> {
    principal.vehicle_ids.as_ref().map(|_| principal.subject.as_str())
}

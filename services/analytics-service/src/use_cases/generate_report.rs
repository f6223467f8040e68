//! Makes a report, keeps its bytes, and tells that it is there.

use super::compose_report::{About, executive_report, fleet_report};
use super::measure_kpis::{Asked, list_kpis};
use super::show_fleet_dashboard::make_fleet_dashboard;
use super::{Act, sight};
use crate::App;
use crate::domain::kpi::Period;
use crate::domain::report::{Report, ReportFormat, ReportKind, Schedule, next_monday};
use crate::domain::user::UserRefused;
use crate::domain::wording::is_locale;
use crate::error::Error;
use crate::events::published::Announcement;
use crate::paper;
use crate::store::{Sight, Store};
use chassis::{Principal, TenantId, ids};

/// What report is asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub kind: ReportKind,
    pub format: ReportFormat,
    pub asked: Asked,
    /// The language; none for that of who asks.
    pub locale: Option<String>,
}

/// Makes a report that somebody asked for.
pub async fn generate_report(app: &App, principal: &Principal, wanted: Wanted, act: &Act) -> Result<Report, Error> {
    let sight = sight(principal)?;
    let (period, _) = wanted.asked.resolve(act.now)?;
    let locale = locale_of(app, principal, wanted.locale).await?;
    let report = Report {
        report_id: ids::new_id("rep"),
        kind: wanted.kind,
        format: wanted.format,
        locale: app.wording.of(&locale).language().to_owned(),
        period,
        schedule_id: None,
        requested_by: principal.subject.clone(),
        bound: sight.bound_to().is_some(),
        generated_at: act.now,
        byte_count: 0,
    };
    let (report, content) = write(app, &sight, report).await?;
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    store.add_report(&principal.tenant, &report, &content).await?;
    let announcement = Announcement::ReportGenerated {
        report: &report,
        recipient_ids: &[],
    };
    store.announce(&principal.tenant, announcement, act).await?;
    tx.commit().await?;
    Ok(report)
}

/// Makes the report of a schedule that is due, and says when the next one is. Weeks that were missed are not made up for.
pub async fn generate_due(app: &App, tenant: &TenantId, schedule: &Schedule, act: &Act) -> Result<(), Error> {
    let sight = sight_of(app, tenant, &schedule.created_by).await?;
    let report = Report {
        // Derived, so that two instances that find the same schedule due make one report.
        report_id: format!("rep_{}_{}", schedule.schedule_id, schedule.due_at.timestamp()),
        kind: schedule.kind,
        format: schedule.format,
        locale: app.wording.of(&schedule.locale).language().to_owned(),
        period: Period::last_days(7, schedule.due_at - chrono::TimeDelta::days(1)),
        schedule_id: Some(schedule.schedule_id.clone()),
        requested_by: schedule.created_by.clone(),
        bound: sight.bound_to().is_some(),
        generated_at: act.now,
        byte_count: 0,
    };
    let (report, content) = write(app, &sight, report).await?;
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    let next = Schedule {
        due_at: next_monday(act.now.max(schedule.due_at)),
        ..schedule.clone()
    };
    let still_there = store.schedules(tenant).await?.contains(schedule);
    if still_there && store.add_report(tenant, &report, &content).await? {
        store.save_schedule(tenant, &next).await?;
        let announcement = Announcement::ReportGenerated {
            report: &report,
            recipient_ids: &schedule.recipient_ids,
        };
        store.announce(tenant, announcement, act).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The language that is asked for, else the one of the person who asks; keys and those that are no user here get English.
pub(super) async fn locale_of(app: &App, principal: &Principal, asked: Option<String>) -> Result<String, Error> {
    if let Some(locale) = asked {
        return if is_locale(&locale) {
            Ok(locale)
        } else {
            Err(UserRefused::Locale.into())
        };
    }
    let mut tx = app.database.read().await?;
    let user = Store::on(&mut tx).user(&principal.tenant, &principal.subject).await?;
    Ok(user.map_or_else(|| "en".to_owned(), |user| user.contact.locale))
}

/// What whoever made a schedule may see by now. Keys that are bound make none, so what is no person's sees everything.
async fn sight_of(app: &App, tenant: &TenantId, created_by: &str) -> Result<Sight, Error> {
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    let rights = store.user(tenant, created_by).await?.map(|user| user.rights);
    let Some(rights) = rights.filter(|rights| rights.is_bound()) else {
        return Ok(Sight::whole(tenant));
    };
    let mut vehicle_ids = store.vehicles_in(tenant, &rights.groups()).await?;
    vehicle_ids.extend(rights.vehicle_ids);
    vehicle_ids.sort_unstable();
    vehicle_ids.dedup();
    Ok(Sight::of_vehicles(tenant, &vehicle_ids))
}

/// Gathers the numbers and puts them on paper, away from the threads that serve requests.
async fn write(app: &App, sight: &Sight, report: Report) -> Result<(Report, Vec<u8>), Error> {
    let asked = Asked {
        from: Some(report.period.from),
        to: Some(report.period.to),
        step: None,
    };
    let kpis = list_kpis(app, sight, asked).await?;
    let about = About {
        tenant_id: sight.tenant.as_str(),
        bound_to: sight.bound_to(),
        period: report.period,
        now: report.generated_at,
        words: app.wording.of(&report.locale),
    };
    let document = match report.kind {
        ReportKind::Executive => executive_report(&about, &kpis),
        ReportKind::Fleet => fleet_report(&about, &make_fleet_dashboard(app, sight).await?, &kpis),
    };
    let format = report.format;
    let content = tokio::task::spawn_blocking(move || paper::write(&document, format)).await?;
    let content = content.map_err(|error| Error::Report(error.to_string()))?;
    let byte_count = content.len() as i64;
    Ok((Report { byte_count, ..report }, content))
}

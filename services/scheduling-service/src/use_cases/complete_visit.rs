//! The technician reports what was found: parts are booked off the shelf, the bay is free, and everybody hears of it.

use std::collections::BTreeMap;

use chassis::{Principal, TenantId};

use super::order_missing_parts::order_missing_parts;
use super::{App, access, planning};
use crate::domain::appointment::{Appointment, Report, Step};
use crate::domain::network::{PartNeed, merge_parts};
use crate::error::{Error, Result, Violation};
use crate::events::published;
use crate::store::Store;

/// By the assigned technician, or by a manager or key for them.
pub async fn complete_visit(
    app: &App,
    principal: &Principal,
    id: &str,
    version: Option<i64>,
    report: Report,
) -> Result<Appointment> {
    if report.cost.currency != app.settings.currency {
        let text = format!("Prices are in {} here.", app.settings.currency);
        return Err(Error::Invalid(vec![Violation::new(
            "/cost/currency",
            "currency.unsupported",
            text,
        )]));
    }
    let now = app.clock.now();
    let tenant = &principal.tenant;
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let mut visit = access::require_visit(principal, id, store.visit(tenant, id).await?)?;
    access::require_worker(principal, &visit)?;
    planning::check_version(&visit, version)?;
    let read_version = visit.version;
    visit.step(Step::Complete, now)?;
    visit.completed_at = Some(now);
    store.vacate(tenant, id).await?;
    let ordered = store.release_parts(tenant, id).await?;
    let mut broken = BTreeMap::new();
    if let Some(placement) = &visit.placement {
        let used = merge_parts(report.findings.iter().flat_map(|finding| finding.parts.iter().cloned()));
        broken = book_off(&mut store, tenant, &placement.center_id, &used, &ordered).await?;
        store
            .publish(&published::completed(tenant, &visit, placement, &report))
            .await?;
    }
    visit.report = Some(report);
    store.change_visit(tenant, &visit, read_version).await?;
    for (visit_id, codes) in &broken {
        order_missing_parts(app, &mut store, tenant, visit_id, codes).await?;
    }
    store.retry_unplaced(tenant, now).await?;
    tx.commit().await?;
    metrics::counter!("scheduling_visits_completed_total").increment(1);
    Ok(visit)
}

/// Ordered parts that were not used stay on the shelf; used ones that were not ordered leave it. Returns the visits to which the shelf can
/// no longer give what was promised, with the codes of those parts.
async fn book_off(
    store: &mut Store<'_>,
    tenant: &TenantId,
    center_id: &str,
    used: &[PartNeed],
    ordered: &[PartNeed],
) -> Result<BTreeMap<String, Vec<String>>> {
    let quantity = |needs: &[PartNeed], code: &str| {
        needs
            .iter()
            .find(|need| need.code == code)
            .map_or(0, |need| need.quantity)
    };
    let only_ordered = ordered.iter().filter(|need| quantity(used, &need.code) == 0);
    let mut broken: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for need in used.iter().chain(only_ordered) {
        let (used, ordered) = (quantity(used, &need.code), quantity(ordered, &need.code));
        for visit_id in store.consume_part(tenant, center_id, &need.code, used, ordered).await? {
            broken.entry(visit_id).or_default().push(need.code.clone());
        }
    }
    Ok(broken)
}

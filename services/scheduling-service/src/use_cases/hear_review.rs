//! Hears what a reviewer said of a decision: its provisional visit is confirmed, or given up where no other alert asks for it.

use chassis::TenantId;

use super::{App, cancel_visit};
use crate::domain::reason::Reason;
use crate::domain::review::Verdict;
use crate::error::Result;
use crate::store::{AlertJob, Store};

/// Runs inside the consumer's transaction. The verdict is kept, because the alert may come later than it.
pub async fn hear_review(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    decision_id: &str,
    verdict: Verdict,
) -> Result<()> {
    if !store.keep_verdict(tenant, decision_id, verdict).await? {
        return Ok(());
    }
    for alert in store.alerts_of_decision(tenant, decision_id).await? {
        match verdict {
            Verdict::Released => confirm(app, store, tenant, &alert).await?,
            Verdict::Rejected => {
                let reason = Reason::new(
                    "appointment.decision_rejected",
                    "A reviewer rejected the decision that the visit was for.",
                )
                .with("decision_id", decision_id);
                cancel_visit::withdraw(app, store, tenant, &alert.alert_id, reason).await?;
            }
        }
    }
    Ok(())
}

/// Whichever decision the component's visit is for: a person says that the component needs it.
async fn confirm(app: &App, store: &mut Store<'_>, tenant: &TenantId, alert: &AlertJob) -> Result<()> {
    let visit = match alert.job.component {
        Some(component) => store.open_visit_for(tenant, &alert.job.vehicle_id, component).await?,
        None => store.visit_of_alert(tenant, &alert.alert_id).await?,
    };
    let Some(mut visit) = visit.filter(|visit| visit.provisional && visit.status.is_open()) else {
        return Ok(());
    };
    let read_version = visit.version;
    visit.confirm(app.clock.now());
    store.change_visit(tenant, &visit, read_version).await
}

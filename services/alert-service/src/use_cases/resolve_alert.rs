//! A person closes an alert.

use chassis::ids::TenantId;

use super::{Moment, Viewer, visible_alert};
use crate::domain::alert::{Alert, Resolution, ResolvedReason, Step};
use crate::domain::message::clean;
use crate::error::Error;
use crate::events::published;
use crate::store::Store;

/// Longest reason in own words, in characters.
const NOTE_CHARS_MAX: usize = 500;

/// Resolves the alert. `REPAIRED` and `MANUAL` are reasons by themselves; other words count as MANUAL and are kept as a
/// note, which no event carries. Resolving again changes nothing.
pub async fn resolve_alert(
    store: &mut Store<'_>,
    tenant: &TenantId,
    viewer: &Viewer,
    alert_id: &str,
    reason: &str,
    moment: Moment,
) -> Result<Alert, Error> {
    let words = clean(reason, NOTE_CHARS_MAX + 1);
    if words.is_empty() {
        return Err(Error::invalid(
            "/reason",
            "alert.reason.empty",
            "say why the alert is over",
        ));
    }
    if words.chars().count() > NOTE_CHARS_MAX {
        return Err(Error::invalid(
            "/reason",
            "alert.reason.too_long",
            "a reason has at most 500 characters",
        ));
    }
    // The others follow from what a workshop or the signals said.
    let known = ResolvedReason::parse(&words)
        .filter(|reason| matches!(reason, ResolvedReason::Repaired | ResolvedReason::Manual));
    let alert = visible_alert(store, tenant, viewer, alert_id).await?;
    let resolution = Resolution {
        reason: known.unwrap_or(ResolvedReason::Manual),
        note: known.is_none().then_some(words),
        by: Some(viewer.id.clone()),
        appointment_id: None,
        at: moment.now,
    };
    end(store, tenant, alert, resolution).await
}

/// Takes the step, ends the escalation and says so.
pub(super) async fn end(
    store: &mut Store<'_>,
    tenant: &TenantId,
    mut alert: Alert,
    resolution: Resolution,
) -> Result<Alert, Error> {
    if alert.resolve(resolution.clone()) == Step::Taken {
        store.update_alert(tenant, &alert).await?;
        store.end_escalation(tenant, &alert.id).await?;
        store.publish(&published::resolved(tenant, &alert, &resolution)).await?;
    }
    Ok(alert)
}

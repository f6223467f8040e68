//! Hears that a person closed an alert: its automatically booked visit is cancelled, unless the work has begun or another alert asks for it.

use chassis::TenantId;

use super::{App, cancel_visit};
use crate::domain::reason::Reason;
use crate::error::Result;
use crate::store::Store;

/// Runs inside the consumer's transaction.
pub async fn withdraw_alert(app: &App, store: &mut Store<'_>, tenant: &TenantId, alert_id: &str) -> Result<()> {
    let reason = Reason::new(
        "appointment.alert_resolved",
        "The alert was resolved by hand before the visit started.",
    )
    .with("alert_id", alert_id);
    cancel_visit::withdraw(app, store, tenant, alert_id, reason).await
}

//! Ends a visit whose time passed and that nobody began: it must not stand for work that is still to be done.

use chassis::TenantId;

use super::{App, cancel_visit};
use crate::domain::appointment::Appointment;
use crate::domain::network::Component;
use crate::domain::reason::Reason;
use crate::error::Result;
use crate::store::Store;

/// The open visit for a component. One that was missed is cancelled, and there is none.
pub(super) async fn open_visit(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    vehicle_id: &str,
    component: Option<Component>,
) -> Result<Option<Appointment>> {
    let Some(component) = component else { return Ok(None) };
    let Some(visit) = store.open_visit_for(tenant, vehicle_id, component).await? else {
        return Ok(None);
    };
    if !visit.is_missed(app.clock.now(), app.settings.missed_after) {
        return Ok(Some(visit));
    }
    let reason = Reason::new(
        "appointment.missed",
        "The time of the visit passed, and nobody began the work.",
    );
    cancel_visit::cancel(app, store, tenant, visit, reason).await?;
    Ok(None)
}

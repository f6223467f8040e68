//! Shows visits: one, or a list of those that the caller may see.

use chassis::Principal;

use super::{App, access};
use crate::domain::appointment::Appointment;
use crate::error::Result;
use crate::store::{Store, VisitFilter};

/// One visit.
pub async fn show_visit(app: &App, principal: &Principal, id: &str) -> Result<Appointment> {
    let mut tx = app.database.read().await?;
    let visit = Store::new(&mut tx).visit(&principal.tenant, id).await?;
    access::require_visit(principal, id, visit)
}

/// Visits in order of their start.
pub async fn list_visits(app: &App, principal: &Principal, filter: VisitFilter) -> Result<Vec<Appointment>> {
    let mut tx = app.database.read().await?;
    Store::new(&mut tx)
        .visits(&principal.tenant, &access::narrow(principal, filter))
        .await
}

/// A vehicle's visits; the vehicle must be one that the caller may see.
pub async fn list_visits_of_vehicle(app: &App, principal: &Principal, filter: VisitFilter) -> Result<Vec<Appointment>> {
    access::require_sight(principal, filter.vehicle_id.as_deref().unwrap_or_default())?;
    list_visits(app, principal, filter).await
}

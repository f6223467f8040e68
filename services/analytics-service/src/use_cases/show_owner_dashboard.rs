//! An owner's first screen: their vehicles, what each needs, when it is booked.

use super::list_actions::Action;
use crate::App;
use crate::error::Error;
use crate::store::{Store, VehicleRow};
use chassis::{Principal, Role};

/// Vehicles shown; an owner of more is a fleet.
const VEHICLES: usize = 50;

/// One vehicle with what it needs.
pub struct OwnedVehicle {
    pub row: VehicleRow,
    pub actions: Vec<Action>,
}

/// The vehicles of a user: those whose registry names them, and those that their rights name.
pub async fn show_owner_dashboard(app: &App, principal: &Principal, user_id: &str) -> Result<Vec<OwnedVehicle>, Error> {
    if principal.role == Some(Role::Owner) && principal.subject != user_id {
        return Err(Error::UserNotFound);
    }
    let tenant = &principal.tenant;
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    let user = store.user(tenant, user_id).await?.ok_or(Error::UserNotFound)?;
    let mut rows = store.vehicles_of_owner(tenant, user_id, VEHICLES).await?;
    for vehicle_id in &user.rights.vehicle_ids {
        if rows.len() < VEHICLES && !rows.iter().any(|row| row.vehicle_id == *vehicle_id) {
            rows.extend(store.vehicle_row(tenant, vehicle_id).await?);
        }
    }
    // An owner's own vehicles are theirs by the registry, even where the token is older than the registration.
    let own = principal.subject == user_id;
    let mut vehicles = Vec::with_capacity(rows.len());
    for row in rows.into_iter().filter(|row| own || principal.may_see(&row.vehicle_id)) {
        let actions = store.actions_of_vehicle(tenant, &row.vehicle_id).await?;
        let actions = actions
            .into_iter()
            .map(|action| Action::of(action, &app.stakes))
            .collect();
        vehicles.push(OwnedVehicle { row, actions });
    }
    vehicles.sort_by(|a, b| {
        let score = |vehicle: &OwnedVehicle| vehicle.row.score.unwrap_or(f64::INFINITY);
        score(a)
            .total_cmp(&score(b))
            .then_with(|| a.row.vehicle_id.cmp(&b.row.vehicle_id))
    });
    Ok(vehicles)
}

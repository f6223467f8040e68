//! Shows a vehicle's health as it was last computed.

use chassis::TenantId;

use crate::domain::component::ComponentKind;
use crate::domain::report::{ComponentReport, Overall};
use crate::domain::rules::Rules;
use crate::domain::vehicle::Vehicle;
use crate::error::Error;
use crate::store::Store;

/// A vehicle's health at an instant of its own event time.
#[derive(Debug, Clone)]
pub struct VehicleHealth {
    pub vehicle_id: String,
    pub overall: Overall,
    /// Event time of the last record in microseconds; 0 when none ever came.
    pub last_at: i64,
    pub km_per_day: f64,
    pub records: u64,
    pub late_records: u64,
    pub components: Vec<ComponentReport>,
}

impl VehicleHealth {
    /// What a state says.
    #[must_use]
    pub fn of(vehicle_id: &str, vehicle: &Vehicle, rules: &Rules) -> Self {
        Self {
            vehicle_id: vehicle_id.to_owned(),
            overall: vehicle.overall(),
            last_at: vehicle.last_at,
            km_per_day: vehicle.usage.km_per_day(),
            records: vehicle.records,
            late_records: vehicle.late,
            components: vehicle.reports(rules),
        }
    }
}

/// The state of a vehicle that the registry or telemetry has told of.
pub async fn known_state(store: &mut Store<'_>, tenant: &TenantId, vehicle_id: &str) -> Result<Vehicle, Error> {
    if let Some(state) = store.load_state(tenant, vehicle_id).await? {
        return Ok(*state.vehicle);
    }
    let unknown = || Error::VehicleUnknown {
        vehicle_id: vehicle_id.to_owned(),
    };
    let known = store.known_vehicle(tenant, vehicle_id).await?.ok_or_else(unknown)?;
    let mut vehicle = Vehicle::default();
    vehicle.describe(known.class, known.powertrain);
    Ok(vehicle)
}

/// All components of a vehicle.
pub async fn show_health(
    store: &mut Store<'_>,
    tenant: &TenantId,
    vehicle_id: &str,
    rules: &Rules,
) -> Result<VehicleHealth, Error> {
    let vehicle = known_state(store, tenant, vehicle_id).await?;
    Ok(VehicleHealth::of(vehicle_id, &vehicle, rules))
}

/// One component, by its name on the wire.
pub async fn show_component(
    store: &mut Store<'_>,
    tenant: &TenantId,
    vehicle_id: &str,
    component: &str,
    rules: &Rules,
) -> Result<ComponentReport, Error> {
    let unknown = || Error::ComponentUnknown {
        component: component.to_owned(),
    };
    let kind = ComponentKind::parse(component).ok_or_else(unknown)?;
    Ok(known_state(store, tenant, vehicle_id).await?.report(kind, rules))
}

//! Keeps what the registry says of a vehicle.

use chassis::TenantId;

use super::batch::Batch;
use super::score_predictions::{End, Ending, score_predictions};
use crate::domain::component::ComponentKind;
use crate::domain::vehicle::Vehicle;
use crate::error::Error;
use crate::models::Models;
use crate::store::{KnownVehicle, Store, timestamp};

/// Keeps it, and lets the vehicle's state know what it needs: powertrain and mileage.
pub async fn keep_vehicle(
    batch: &mut Batch<'_>,
    store: &mut Store<'_>,
    tenant: &TenantId,
    known: &KnownVehicle,
) -> Result<(), Error> {
    store.keep_vehicle(tenant, known).await?;
    if known.retired {
        // What was predicted a moment ago is scored too.
        batch.write_told(store).await?;
    }
    let models = batch.models();
    let vehicle = batch.vehicle(store, tenant, &known.vehicle_id).await?;
    vehicle.describe(known.class, known.powertrain);
    if let Some(odometer_km) = known.odometer_km {
        vehicle.registered_odometer(odometer_km);
    }
    if known.retired {
        censor(vehicle, models, store, tenant, known).await?;
    }
    Ok(())
}

/// A retired vehicle is watched no more: what was predicted of it lasted at least this long.
async fn censor(
    vehicle: &Vehicle,
    models: &Models,
    store: &mut Store<'_>,
    tenant: &TenantId,
    known: &KnownVehicle,
) -> Result<(), Error> {
    let ending = Ending {
        end: End::Unknown,
        at: timestamp(vehicle.last_at.saturating_add(1)),
        odometer_km: None,
    };
    for component in ComponentKind::ALL {
        score_predictions(store, tenant, &known.vehicle_id, component, vehicle, models, ending).await?;
    }
    Ok(())
}

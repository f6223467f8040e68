//! Single groups of numbers: fleet health, alerts, warranty.

use super::sight;
use crate::App;
use crate::domain::fleet::numbers::FleetNumbers;
use crate::error::Error;
use crate::store::{AlertNumbers, Store, WarrantyNumbers};
use chassis::Principal;

/// The fleet's health in numbers, and the components that are worst: name, vehicles, lowest score.
pub struct FleetHealth {
    pub numbers: FleetNumbers,
    pub worst_components: Vec<(String, u64, f64)>,
}

/// How healthy the fleet is.
pub async fn show_fleet_health(app: &App, principal: &Principal) -> Result<FleetHealth, Error> {
    let sight = sight(principal)?;
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    Ok(FleetHealth {
        numbers: store.fleet_numbers(&sight).await?,
        worst_components: store.worst_components(&sight).await?,
    })
}

/// How alerts are raised, delivered and answered.
pub async fn show_alert_stats(app: &App, principal: &Principal) -> Result<AlertNumbers, Error> {
    let sight = sight(principal)?;
    let mut tx = app.database.read().await?;
    Ok(Store::on(&mut tx).alert_numbers(&sight).await?)
}

/// What the warranty checked and what was claimed.
pub async fn show_warranty_stats(app: &App, principal: &Principal) -> Result<WarrantyNumbers, Error> {
    let sight = sight(principal)?;
    let mut tx = app.database.read().await?;
    Ok(Store::on(&mut tx).warranty_numbers(&sight).await?)
}

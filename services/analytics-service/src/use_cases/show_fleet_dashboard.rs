//! The fleet manager's first screen: how the fleet is, what it costs, what to do next.

use super::require_whole_fleet;
use crate::App;
use crate::domain::fleet::numbers::{CostNumbers, FleetNumbers};
use crate::error::Error;
use crate::store::{ActionRow, Issue, Store, VehicleRow};
use chassis::Principal;
use chrono::Duration;

/// Issues shown.
const ISSUES: usize = 10;
/// Actions shown.
const ACTIONS: usize = 50;
/// Vehicles shown.
const WORST: usize = 20;

/// Everything on the screen, read in one snapshot.
pub struct FleetDashboard {
    pub numbers: FleetNumbers,
    pub costs: CostNumbers,
    pub issues: Vec<Issue>,
    pub actions: Vec<ActionRow>,
    pub worst: Vec<VehicleRow>,
    /// Records heard of in the last 24 hours of business time.
    pub records_24h: i64,
}

/// Reads the dashboard from the read models alone.
pub async fn show_fleet_dashboard(app: &App, principal: &Principal) -> Result<FleetDashboard, Error> {
    require_whole_fleet(principal)?;
    let tenant = &principal.tenant;
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    Ok(FleetDashboard {
        numbers: store.fleet_numbers(tenant).await?,
        costs: store.cost_numbers(tenant).await?,
        issues: store.issues(tenant, ISSUES).await?,
        actions: store.actions(tenant, ACTIONS).await?,
        worst: store.worst_vehicles(tenant, WORST).await?,
        records_24h: store
            .telemetry_records(tenant, app.clock.now() - Duration::hours(24))
            .await?,
    })
}

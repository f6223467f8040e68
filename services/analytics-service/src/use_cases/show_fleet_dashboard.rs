//! The fleet manager's first screen: how the fleet is and went, what it costs, what to do next.

use super::list_actions::{ActionList, Filter, list_actions};
use super::sight;
use crate::App;
use crate::domain::fleet::numbers::{CostNumbers, FleetNumbers};
use crate::domain::kpi::{Period, TrendFact};
use crate::error::Error;
use crate::store::{Issue, Sight, Store, VehicleRow};
use chassis::Principal;
use chrono::Duration;
use std::sync::Arc;

/// Issues shown.
const ISSUES: usize = 10;
/// Vehicles shown.
const WORST: usize = 20;
/// Days of the trend.
const TREND_DAYS: i64 = 30;

/// Everything on the screen, read in one snapshot.
#[derive(Debug, Clone)]
pub struct FleetDashboard {
    pub numbers: FleetNumbers,
    pub costs: CostNumbers,
    pub issues: Vec<Issue>,
    pub actions: ActionList,
    /// Vehicles with a decision that is due before the day is over, and no visit.
    pub due_today: i64,
    pub worst: Vec<VehicleRow>,
    pub trend: Vec<TrendFact>,
    /// Records heard of in the last 24 hours of business time; not known of some vehicles only.
    pub records_24h: Option<i64>,
}

/// Shows the dashboard as it was moments ago, of what the caller may see.
pub async fn show_fleet_dashboard(app: &App, principal: &Principal) -> Result<Arc<FleetDashboard>, Error> {
    let make = |app: App, sight: Sight| async move { make_fleet_dashboard(&app, &sight).await };
    app.shelves.fleet.show(app, &sight(principal)?, make).await
}

/// Reads the dashboard from the read models alone.
pub async fn make_fleet_dashboard(app: &App, sight: &Sight) -> Result<FleetDashboard, Error> {
    let now = app.clock.now();
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    Ok(FleetDashboard {
        numbers: store.fleet_numbers(sight).await?,
        costs: store.cost_numbers(sight).await?,
        issues: store.issues(sight, ISSUES).await?,
        actions: list_actions(&mut store, sight, &app.stakes, &Filter::default()).await?,
        due_today: store.due_today(sight).await?,
        worst: store.worst_vehicles(sight, WORST).await?,
        trend: store.health_trend(sight, &Period::last_days(TREND_DAYS, now)).await?,
        records_24h: store.telemetry_records(sight, now - Duration::hours(24)).await?,
    })
}

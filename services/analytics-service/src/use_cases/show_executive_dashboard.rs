//! The executive's first screen, in its first form: health, visits, money, and how alerts are answered.

use super::require_whole_fleet;
use crate::App;
use crate::domain::fleet::numbers::{CostNumbers, FleetNumbers};
use crate::error::Error;
use crate::store::{AlertNumbers, Store, VisitNumbers, WarrantyNumbers};
use chassis::Principal;

/// Everything on the screen, read in one snapshot.
pub struct ExecutiveDashboard {
    pub numbers: FleetNumbers,
    pub costs: CostNumbers,
    pub visits: VisitNumbers,
    pub alerts: AlertNumbers,
    pub warranty: WarrantyNumbers,
}

/// Reads the dashboard from the read models alone.
pub async fn show_executive_dashboard(app: &App, principal: &Principal) -> Result<ExecutiveDashboard, Error> {
    require_whole_fleet(principal)?;
    let tenant = &principal.tenant;
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    Ok(ExecutiveDashboard {
        numbers: store.fleet_numbers(tenant).await?,
        costs: store.cost_numbers(tenant).await?,
        visits: store.visit_numbers(tenant).await?,
        alerts: store.alert_numbers(tenant).await?,
        warranty: store.warranty_numbers(tenant).await?,
    })
}

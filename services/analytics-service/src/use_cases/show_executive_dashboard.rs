//! The executive's first screen: key figures and how they went, visits, money, and how alerts are answered.

use super::measure_kpis::{Asked, Measured, recent_kpis};
use super::sight;
use crate::App;
use crate::domain::fleet::numbers::{CostNumbers, FleetNumbers};
use crate::error::Error;
use crate::store::{AlertNumbers, Sight, Store, VisitNumbers, WarrantyNumbers};
use chassis::Principal;
use std::sync::Arc;

/// Everything on the screen.
#[derive(Debug, Clone)]
pub struct ExecutiveDashboard {
    pub numbers: FleetNumbers,
    pub costs: CostNumbers,
    pub visits: VisitNumbers,
    pub alerts: AlertNumbers,
    pub warranty: WarrantyNumbers,
    /// Over the usual period, as they were moments ago.
    pub kpis: Arc<Vec<Measured>>,
}

/// Shows the dashboard as it was moments ago, of what the caller may see.
pub async fn show_executive_dashboard(app: &App, principal: &Principal) -> Result<Arc<ExecutiveDashboard>, Error> {
    let make = |app: App, sight: Sight| async move { make_executive_dashboard(&app, &sight).await };
    app.shelves.executive.show(app, &sight(principal)?, make).await
}

async fn make_executive_dashboard(app: &App, sight: &Sight) -> Result<ExecutiveDashboard, Error> {
    let kpis = recent_kpis(app, sight, Asked::default()).await?;
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    Ok(ExecutiveDashboard {
        numbers: store.fleet_numbers(sight).await?,
        costs: store.cost_numbers(sight).await?,
        visits: store.visit_numbers(sight).await?,
        alerts: store.alert_numbers(sight).await?,
        warranty: store.warranty_numbers(sight).await?,
        kpis,
    })
}

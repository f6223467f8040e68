//! Shows how agents behave, what is usual for each, and what the tenant spent today.

use chassis::TenantId;

use super::App;
use crate::domain::budget::Spend;
use crate::error::Error;
use crate::store::{AgentState, Store};

/// The agents of a tenant.
#[derive(Clone, Debug)]
pub struct Conducts {
    pub agents: Vec<AgentState>,
    pub spent_today: Spend,
    /// None when no model is configured.
    pub limit_today: Option<Spend>,
}

/// Every agent that has used a language model in the tenant.
pub async fn show_agents(app: &App, tenant: &TenantId) -> Result<Conducts, Error> {
    let mut tx = app.database.read().await?;
    let mut store = Store::new(&mut tx);
    Ok(Conducts {
        agents: store.agents(tenant).await?,
        spent_today: store.day_spend(tenant, app.clock.machine_now()).await?,
        limit_today: app.desk.as_ref().map(|desk| desk.limits.budget.tenant_day),
    })
}

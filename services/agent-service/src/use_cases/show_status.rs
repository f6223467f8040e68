//! Shows what the agents have done and how right they were.

use chassis::TenantId;

use super::App;
use crate::error::Error;
use crate::store::{Statistics, Store};

/// A tenant's counts, and what they rest on.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    pub statistics: Statistics,
    pub failure_modes: usize,
    pub components: usize,
    /// Models in the order in which they are asked; none: the rules stand alone.
    pub llm_models: Vec<String>,
}

/// The overview of one tenant.
pub async fn show_status(app: &App, tenant: &TenantId) -> Result<Overview, Error> {
    let mut tx = app.database.read().await?;
    let statistics = Store::new(&mut tx).statistics(tenant).await?;
    let components = app.knowledge.components().count();
    Ok(Overview {
        statistics,
        failure_modes: app.knowledge.mode_count(),
        components,
        llm_models: app.desk.as_ref().map(|desk| desk.models()).unwrap_or_default(),
    })
}

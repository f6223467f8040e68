//! Exports decisions on which a person has spoken as examples for tuning a model.

use chassis::TenantId;

use super::App;
pub use crate::domain::record::Example;
use crate::error::Error;
use crate::store::Store;

/// The latest examples of a tenant, at most `max`. What the workshop found goes before what a reviewer thought.
pub async fn export_training(app: &App, tenant: &TenantId, max: usize) -> Result<Vec<Example>, Error> {
    let mut tx = app.database.read().await?;
    Store::new(&mut tx).examples(tenant, max).await
}

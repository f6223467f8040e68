//! Keeps the health last heard of a component, as context for people who look at a decision.

use chassis::TenantId;

use crate::domain::vehicle::LastHealth;
use crate::error::Error;
use crate::store::Store;

/// Keeps a component's health. Older news than what is known changes nothing.
pub async fn note_health(store: &mut Store<'_>, tenant: &TenantId, health: &LastHealth) -> Result<(), Error> {
    Ok(store.put_health(tenant, health).await?)
}

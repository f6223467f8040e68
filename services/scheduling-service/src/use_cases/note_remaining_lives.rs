//! Notes how long health says that a vehicle's parts will go on.

use chassis::TenantId;

use crate::error::Result;
use crate::store::{RemainingLives, Store};

/// Runs inside the consumer's transaction. What is older than what is known changes nothing.
pub async fn note_remaining_lives(store: &mut Store<'_>, tenant: &TenantId, lives: &RemainingLives) -> Result<()> {
    store.save_remaining_lives(tenant, lives).await
}

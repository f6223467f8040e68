//! A later finding about a decision amends the alert it raised. Nobody is told again.

use chassis::ids::TenantId;

use crate::error::Error;
use crate::store::{Revision, Store};

/// Keeps the finding. It is read with the alert, so it does not matter which of the two came first.
pub async fn amend_alert(
    store: &mut Store<'_>,
    tenant: &TenantId,
    decision_id: &str,
    revision: &Revision,
) -> Result<(), Error> {
    store.insert_revision(tenant, decision_id, revision).await
}

//! Lists the audit log, newest first.

use crate::App;
use crate::domain::audit::Entry;
use crate::error::Error;
use crate::store::{AuditFilter, AuditPosition, Store};
use chassis::TenantId;

/// The entries that a filter lets through, from a position on.
pub async fn list_audit(
    app: &App,
    tenant: &TenantId,
    filter: &AuditFilter,
    before: Option<&AuditPosition>,
    limit: usize,
) -> Result<Vec<Entry>, Error> {
    let mut tx = app.database.read().await?;
    Ok(Store::on(&mut tx).audit_entries(tenant, filter, before, limit).await?)
}

//! Lists the audit log, newest first.

use crate::App;
use crate::domain::audit::Entry;
use crate::error::Error;
use crate::store::{AuditFilter, AuditPosition, Sight, Store};

/// The entries of what somebody sees that a filter lets through, from a position on.
pub async fn list_audit(
    app: &App,
    sight: &Sight,
    filter: &AuditFilter,
    before: Option<&AuditPosition>,
    limit: usize,
) -> Result<Vec<Entry>, Error> {
    let mut tx = app.database.read().await?;
    Ok(Store::on(&mut tx).audit_entries(sight, filter, before, limit).await?)
}

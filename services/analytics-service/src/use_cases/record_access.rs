//! Writes into the audit log what services say of requests: writes, refusals, and keys in use.

use crate::domain::audit::Entry;
use crate::store::Store;
use chassis::{DbError, TenantId, Tx};
use chrono::{DateTime, Utc};

/// What one event says.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessTold {
    pub tenant: TenantId,
    pub entries: Vec<Entry>,
    /// Keys and when they were used (machine time).
    pub keys_used: Vec<(String, DateTime<Utc>)>,
}

/// Logs the lines, once each, and notes the keys.
pub async fn record_access(tx: &mut Tx, told: &[AccessTold]) -> Result<(), DbError> {
    let mut store = Store::on(tx);
    for one in told {
        for entry in &one.entries {
            store.log(&one.tenant, entry).await?;
        }
        for (key_id, at) in &one.keys_used {
            store.key_used(&one.tenant, key_id, *at).await?;
        }
    }
    Ok(())
}

//! The conservation account: each number is added where it happens; nothing is computed by subtraction.

use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

use super::{Store, counted, stored_count};
use crate::domain::verdict::Account;

/// One hour of the account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountHour {
    pub hour: DateTime<Utc>,
    pub account: Account,
}

#[derive(sqlx::FromRow)]
struct Row {
    hour: DateTime<Utc>,
    received: i64,
    stored: i64,
    duplicate: i64,
    quarantined: i64,
    rejected: i64,
    readings_quarantined: i64,
    pending: i64,
}

impl Store<'_> {
    /// Adds to the account of an hour; `pending` of `added` is not looked at, since it is counted from the waiting batches.
    pub async fn add_to_account(
        &mut self,
        tenant: &TenantId,
        hour: DateTime<Utc>,
        added: &Account,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO conservation (tenant_id, hour, received, stored, duplicate, quarantined, rejected, readings_quarantined)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (tenant_id, hour) DO UPDATE SET
                 received = conservation.received + excluded.received, stored = conservation.stored + excluded.stored,
                 duplicate = conservation.duplicate + excluded.duplicate, quarantined = conservation.quarantined + excluded.quarantined,
                 rejected = conservation.rejected + excluded.rejected,
                 readings_quarantined = conservation.readings_quarantined + excluded.readings_quarantined")
            .bind(tenant.as_str()).bind(hour).bind(stored_count(added.received)).bind(stored_count(added.stored))
            .bind(stored_count(added.duplicate)).bind(stored_count(added.quarantined)).bind(stored_count(added.rejected))
            .bind(stored_count(added.readings_quarantined)).run(c).await)?;
        Ok(())
    }

    /// The hours of receipt between two times, the newest first.
    pub async fn account(
        &mut self,
        tenant: &TenantId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<AccountHour>, DbError> {
        let rows: Vec<Row> = on!(self.tx, c => sqlx::query_as(
            "SELECT hour, received, stored, duplicate, quarantined, rejected, readings_quarantined,
                    CAST(COALESCE((SELECT SUM(b.records) FROM waiting_batch b
                                   WHERE b.tenant_id = conservation.tenant_id AND b.account_hour = conservation.hour), 0)
                         AS BIGINT) AS pending
             FROM conservation WHERE tenant_id = $1 AND hour >= $2 AND hour < $3 ORDER BY hour DESC LIMIT $4")
            .bind(tenant.as_str()).bind(from).bind(to).bind(i64::try_from(limit).unwrap_or(i64::MAX)).fetch_all(c).await)?;
        Ok(rows.into_iter().map(AccountHour::from).collect())
    }
}

/// An hour whose account does not close.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Gap {
    pub tenant_id: String,
    pub hour: DateTime<Utc>,
    /// Records received that no outcome accounts for; negative where outcomes were counted twice.
    pub records: i64,
}

impl Store<'_> {
    /// The hours since a time, of all tenants, whose account does not close: this is the service's own alarm, no tenant's view.
    pub async fn gaps(&mut self, since: DateTime<Utc>) -> Result<Vec<Gap>, DbError> {
        on!(self.tx, c => sqlx::query_as(
            "SELECT tenant_id, hour, CAST(received - stored - duplicate - quarantined - rejected - pending AS BIGINT) AS records
             FROM (SELECT c.tenant_id, c.hour, c.received, c.stored, c.duplicate, c.quarantined, c.rejected,
                          COALESCE((SELECT SUM(b.records) FROM waiting_batch b
                                    WHERE b.tenant_id = c.tenant_id AND b.account_hour = c.hour), 0) AS pending
                   FROM conservation c WHERE c.hour >= $1) accounts
             WHERE received <> stored + duplicate + quarantined + rejected + pending ORDER BY tenant_id, hour")
            .bind(since).fetch_all(c).await)
    }
}

impl From<Row> for AccountHour {
    fn from(row: Row) -> Self {
        let account = Account {
            received: counted(row.received),
            stored: counted(row.stored),
            duplicate: counted(row.duplicate),
            quarantined: counted(row.quarantined),
            rejected: counted(row.rejected),
            pending: counted(row.pending),
            readings_quarantined: counted(row.readings_quarantined),
        };
        Self {
            hour: row.hour,
            account,
        }
    }
}

//! The quarantine: bad records and readings as they were sent, with the reason.

use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;

use super::{ROWS_MAX, Store};
use crate::domain::fault::RecordFault;

/// What is in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A whole record; it can be corrected and replayed.
    Record,
    /// One reading of a record that was kept.
    Reading,
}

impl Scope {
    /// The word in rows and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Record => "RECORD",
            Self::Reading => "READING",
        }
    }
}

/// An item on its way into quarantine.
#[derive(Debug, Clone)]
pub struct NewItem {
    pub quarantine_id: String,
    pub vehicle_id: Option<String>,
    pub scope: Scope,
    /// The time as the record gives it.
    pub record_time: Option<String>,
    pub signal: Option<String>,
    pub code: &'static str,
    /// The reason as JSON: code, params, text.
    pub reason: String,
    /// The record as sent.
    pub body: String,
    /// Of a record: the fault itself, for the answer.
    pub fault: Option<RecordFault>,
}

/// An item in quarantine.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Item {
    pub quarantine_id: String,
    pub receipt_id: String,
    pub vehicle_id: Option<String>,
    pub scope: String,
    pub record_time: Option<String>,
    pub signal: Option<String>,
    pub code: String,
    pub reason: String,
    pub body: String,
    /// When it was put there, in microseconds since 1970 UTC.
    pub quarantined_us: i64,
    pub replayed_at: Option<DateTime<Utc>>,
    pub replay_receipt: Option<String>,
}

/// Which items a list shows.
#[derive(Debug, Clone, Default)]
pub struct ItemFilter {
    pub vehicle_id: Option<String>,
    pub code: Option<String>,
    /// Only those that were not replayed.
    pub open_only: bool,
}

impl Store<'_> {
    /// Puts items into quarantine.
    pub async fn quarantine(
        &mut self,
        tenant: &TenantId,
        receipt_id: &str,
        items: &[NewItem],
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        let now_us = now.timestamp_micros();
        for chunk in items.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = QueryBuilder::new(
                    "INSERT INTO quarantine (tenant_id, quarantine_id, receipt_id, vehicle_id, scope, record_time, signal, code,
                                             reason, body, quarantined_us) ");
                query.push_values(chunk, |mut row, item| {
                    row.push_bind(tenant.as_str()).push_bind(&item.quarantine_id).push_bind(receipt_id)
                        .push_bind(item.vehicle_id.as_deref()).push_bind(item.scope.as_str()).push_bind(item.record_time.as_deref())
                        .push_bind(item.signal.as_deref()).push_bind(item.code).push_bind(&item.reason).push_bind(&item.body)
                        .push_bind(now_us);
                });
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Items, the newest first, before the key `before` (microseconds, id), at most `limit`.
    pub async fn quarantined(
        &mut self,
        tenant: &TenantId,
        filter: &ItemFilter,
        before: (i64, &str),
        limit: usize,
    ) -> Result<Vec<Item>, DbError> {
        on!(self.tx, c => sqlx::query_as(
            "SELECT quarantine_id, receipt_id, vehicle_id, scope, record_time, signal, code, reason, body, quarantined_us, replayed_at, replay_receipt
             FROM quarantine
             WHERE tenant_id = $1 AND (quarantined_us, quarantine_id) < ($2, $7) AND ($3 IS NULL OR vehicle_id = $3) AND ($4 IS NULL OR code = $4)
               AND ($5 = FALSE OR replayed_at IS NULL)
             ORDER BY quarantined_us DESC, quarantine_id DESC LIMIT $6")
            .bind(tenant.as_str()).bind(before.0).bind(filter.vehicle_id.as_deref()).bind(filter.code.as_deref()).bind(filter.open_only)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX)).bind(before.1).fetch_all(c).await)
    }

    /// One item.
    pub async fn quarantined_item(&mut self, tenant: &TenantId, quarantine_id: &str) -> Result<Option<Item>, DbError> {
        on!(self.tx, c => sqlx::query_as(
            "SELECT quarantine_id, receipt_id, vehicle_id, scope, record_time, signal, code, reason, body, quarantined_us, replayed_at, replay_receipt
             FROM quarantine WHERE tenant_id = $1 AND quarantine_id = $2")
            .bind(tenant.as_str()).bind(quarantine_id).fetch_optional(c).await)
    }

    /// Marks an item as replayed; false if it was already.
    pub async fn settle(
        &mut self,
        tenant: &TenantId,
        quarantine_id: &str,
        receipt_id: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DbError> {
        let done = on!(self.tx, c => sqlx::query(
            "UPDATE quarantine SET replayed_at = $3, replay_receipt = $4 WHERE tenant_id = $1 AND quarantine_id = $2 AND replayed_at IS NULL")
            .bind(tenant.as_str()).bind(quarantine_id).bind(chassis::clock::micros(now)).bind(receipt_id).run(c).await)?;
        Ok(done.rows_affected() == 1)
    }
}

#[cfg(test)]
mod tests {
    use chassis::TenantId;

    use super::super::suite::{database, start};
    use super::*;

    #[tokio::test]
    async fn a_quarantined_item_is_settled_once_and_belongs_to_its_tenant() {
        let (database, _folder) = database().await;
        let (a, b) = (TenantId::new("ten_a"), TenantId::new("ten_b"));
        let item = |number: usize| NewItem {
            quarantine_id: format!("qua_{number:04}"),
            vehicle_id: Some("V1".to_owned()),
            scope: Scope::Record,
            record_time: None,
            signal: None,
            code: "vehicle.unknown",
            reason: "{}".to_owned(),
            body: "{}".to_owned(),
            fault: None,
        };
        let items: Vec<NewItem> = (0..1100).map(item).collect();
        let mut tx = database.begin().await.unwrap();
        let mut store = Store::new(&mut tx);
        store.quarantine(&a, "rcp_1", &items, start()).await.unwrap();
        let filter = ItemFilter {
            open_only: true,
            ..ItemFilter::default()
        };
        let first = store.quarantined(&a, &filter, (i64::MAX, ""), 1000).await.unwrap();
        let last = first.last().unwrap();
        let second = store
            .quarantined(&a, &filter, (last.quarantined_us, &last.quarantine_id), 1000)
            .await
            .unwrap();
        assert_eq!((first.len(), second.len()), (1000, 100));
        assert!(store.quarantined_item(&b, "qua_0001").await.unwrap().is_none());
        assert!(!store.settle(&b, "qua_0001", "rcp_2", start()).await.unwrap());
        assert!(store.settle(&a, "qua_0001", "rcp_2", start()).await.unwrap());
        assert!(!store.settle(&a, "qua_0001", "rcp_3", start()).await.unwrap());
    }
}

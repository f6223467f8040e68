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

/// An item of a page, and how many items its list has up to one beyond the page.
#[derive(sqlx::FromRow)]
struct Listed {
    #[sqlx(flatten)]
    item: Item,
    found: i64,
}

/// How much one page of the quarantine holds.
#[derive(Debug, Clone, Copy)]
pub struct PageMax {
    pub items: usize,
    /// Bytes of records as they were sent. The page ends behind the first item that reaches them: one item always fits.
    pub bytes: usize,
}

/// Which items a list shows.
#[derive(Debug, Clone, Default)]
pub struct ItemFilter {
    /// `Some`: only items of these vehicles.
    pub vehicle_ids: Option<Vec<String>>,
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

    /// A page of items, the newest first, before the key `before` (microseconds, id), and whether there are more.
    pub async fn quarantined(
        &mut self,
        tenant: &TenantId,
        filter: &ItemFilter,
        before: (i64, &str),
        most: PageMax,
    ) -> Result<(Vec<Item>, bool), DbError> {
        let ids = filter
            .vehicle_ids
            .as_ref()
            .map(|ids| serde_json::json!(ids).to_string());
        let among = self.tx.dialect(
            "(SELECT value FROM json_each($8))",
            "(SELECT json_array_elements_text($8::json))",
        );
        // Keys and lengths are looked at first: only the page's own records are read.
        let sql = format!(
            "SELECT q.quarantine_id, q.receipt_id, q.vehicle_id, q.scope, q.record_time, q.signal, q.code, q.reason, q.body, q.quarantined_us,
                    q.replayed_at, q.replay_receipt, p.found
             FROM (SELECT quarantine_id, COUNT(*) OVER () AS found,
                          SUM(bytes) OVER (ORDER BY quarantined_us DESC, quarantine_id DESC) - bytes AS bytes_before
                   FROM (SELECT quarantine_id, quarantined_us, CAST(OCTET_LENGTH(body) AS BIGINT) AS bytes FROM quarantine
                         WHERE tenant_id = $1 AND (quarantined_us, quarantine_id) < ($2, $7) AND ($3 IS NULL OR vehicle_id = $3)
                           AND ($4 IS NULL OR code = $4) AND ($5 = FALSE OR replayed_at IS NULL) AND ($8 IS NULL OR vehicle_id IN {among})
                         ORDER BY quarantined_us DESC, quarantine_id DESC LIMIT $6) keys) p
             JOIN quarantine q ON q.tenant_id = $1 AND q.quarantine_id = p.quarantine_id
             WHERE p.bytes_before < $9
             ORDER BY q.quarantined_us DESC, q.quarantine_id DESC"
        );
        let stored = |size: usize| i64::try_from(size).unwrap_or(i64::MAX);
        let mut page: Vec<Listed> = on!(self.tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str()))
            .bind(tenant.as_str()).bind(before.0).bind(filter.vehicle_id.as_deref()).bind(filter.code.as_deref()).bind(filter.open_only)
            .bind(stored(most.items.saturating_add(1))).bind(before.1).bind(ids).bind(stored(most.bytes.max(1))).fetch_all(c).await)?;
        page.truncate(most.items);
        let found = page.first().map_or(0, |first| first.found);
        let more = found > stored(page.len());
        Ok((page.into_iter().map(|listed| listed.item).collect(), more))
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

    fn item(number: usize, vehicle_id: &str, body: &str) -> NewItem {
        NewItem {
            quarantine_id: format!("qua_{number:04}"),
            vehicle_id: Some(vehicle_id.to_owned()),
            scope: Scope::Record,
            record_time: None,
            signal: None,
            code: "vehicle.unknown",
            reason: "{}".to_owned(),
            body: body.to_owned(),
            fault: None,
        }
    }

    #[tokio::test]
    async fn a_page_ends_at_its_bytes_and_says_that_there_is_more() {
        let (database, _folder) = database().await;
        let tenant = TenantId::new("ten_a");
        let sizes = [10, 10, 500, 10, 10];
        let items: Vec<NewItem> = (0..5)
            .map(|number| {
                item(
                    number,
                    if number == 0 { "V1" } else { "V2" },
                    &"\u{e4}".repeat(sizes[number] / 2),
                )
            })
            .collect();
        let mut tx = database.begin().await.unwrap();
        let mut store = Store::new(&mut tx);
        store.quarantine(&tenant, "rcp_1", &items, start()).await.unwrap();
        let filter = ItemFilter::default();
        let (mut seen, mut last) = (Vec::new(), (i64::MAX, String::new()));
        loop {
            let most = PageMax { items: 3, bytes: 100 };
            let (page, more) = store
                .quarantined(&tenant, &filter, (last.0, &last.1), most)
                .await
                .unwrap();
            let end = page.last().unwrap();
            last = (end.quarantined_us, end.quarantine_id.clone());
            seen.push((page.len(), more));
            if !more {
                break;
            }
        }
        // The large one is the third of the newest: it ends the first page, by number and by bytes.
        assert_eq!(seen, [(3, true), (2, false)]);
        let most = PageMax { items: 10, bytes: 21 };
        let (page, more) = store.quarantined(&tenant, &filter, (i64::MAX, ""), most).await.unwrap();
        assert_eq!((page.len(), more), (3, true), "bytes are counted, not letters");
        let own = ItemFilter {
            vehicle_ids: Some(vec!["V1".to_owned()]),
            ..ItemFilter::default()
        };
        let (page, more) = store.quarantined(&tenant, &own, (i64::MAX, ""), most).await.unwrap();
        assert_eq!(
            (page.len(), page[0].vehicle_id.as_deref(), more),
            (1, Some("V1"), false)
        );
        let nobody = ItemFilter {
            vehicle_ids: Some(Vec::new()),
            ..ItemFilter::default()
        };
        assert!(
            store
                .quarantined(&tenant, &nobody, (i64::MAX, ""), most)
                .await
                .unwrap()
                .0
                .is_empty()
        );
    }

    #[tokio::test]
    async fn items_leave_by_age() {
        let (database, _folder) = database().await;
        let tenant = TenantId::new("ten_a");
        let mut tx = database.begin_bulk().await.unwrap();
        let mut store = Store::new(&mut tx);
        for number in 0..10 {
            let at = start() + chrono::TimeDelta::hours(i64::try_from(number).unwrap());
            let items = [item(number, "V1", "{}")];
            store.quarantine(&tenant, "rcp_1", &items, at).await.unwrap();
        }
        // A replayed one goes too.
        assert!(store.settle(&tenant, "qua_0000", "rcp_2", start()).await.unwrap());
        let before = start() + chrono::TimeDelta::hours(4);
        for gone in [3, 1, 0] {
            assert_eq!(store.forget_quarantine(before, 3).await.unwrap(), gone);
        }
        assert!(store.quarantined_item(&tenant, "qua_0003").await.unwrap().is_none());
        assert!(store.quarantined_item(&tenant, "qua_0004").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_quarantined_item_is_settled_once_and_belongs_to_its_tenant() {
        let (database, _folder) = database().await;
        let (a, b) = (TenantId::new("ten_a"), TenantId::new("ten_b"));
        let items: Vec<NewItem> = (0..1100).map(|number| item(number, "V1", "{}")).collect();
        let mut tx = database.begin().await.unwrap();
        let mut store = Store::new(&mut tx);
        store.quarantine(&a, "rcp_1", &items, start()).await.unwrap();
        let filter = ItemFilter {
            open_only: true,
            ..ItemFilter::default()
        };
        let most = PageMax {
            items: 1000,
            bytes: usize::MAX,
        };
        let (first, more) = store.quarantined(&a, &filter, (i64::MAX, ""), most).await.unwrap();
        let last = first.last().unwrap();
        let before = (last.quarantined_us, last.quarantine_id.as_str());
        let (second, end) = store.quarantined(&a, &filter, before, most).await.unwrap();
        assert_eq!((first.len(), more, second.len(), end), (1000, true, 100, false));
        assert!(store.quarantined_item(&b, "qua_0001").await.unwrap().is_none());
        assert!(!store.settle(&b, "qua_0001", "rcp_2", start()).await.unwrap());
        assert!(store.settle(&a, "qua_0001", "rcp_2", start()).await.unwrap());
        assert!(!store.settle(&a, "qua_0001", "rcp_3", start()).await.unwrap());
    }
}

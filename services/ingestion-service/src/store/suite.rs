//! What the store promises, whichever database it stands on.

use std::collections::BTreeMap;

use chassis::config::DatabaseConfig;
use chassis::{Database, Failpoints, TenantId};
use chrono::{DateTime, TimeDelta, Utc};

use super::Store;
use super::quarantine::{ItemFilter, NewItem, Scope};
use super::receipts::NewBatch;
use super::telemetry::StoredRecord;
use super::telemetry_queries::Span;
use super::vehicles::{Registration, VehicleFilter};
use crate::domain::vehicle::{Status, Vehicle};
use crate::domain::verdict::Account;
use crate::domain::vin::Vin;

const VIN: &str = "WVWZZZ1JZXW000010";

async fn database() -> (Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let config = DatabaseConfig {
        url: String::new(),
        readers_max: 2,
        busy_timeout_ms: 5000,
        cache_kib: 1024,
    };
    let file = folder.path().join("suite.db");
    let opened = Database::open(
        "ingestion-service",
        &config,
        &file,
        crate::MIGRATIONS,
        Failpoints::default(),
    )
    .await;
    (opened.unwrap(), folder)
}

fn start() -> DateTime<Utc> {
    "2026-05-01T10:00:00Z".parse().unwrap()
}

fn vehicle(vehicle_id: &str, vin: &str) -> Vehicle {
    Vehicle::from_telemetry(vehicle_id, Vin::parse(vin, false).unwrap())
}

fn record(vehicle_id: &str, second: i64, value: f64) -> StoredRecord {
    StoredRecord {
        vehicle_id: vehicle_id.to_owned(),
        time_us: start().timestamp_micros() + second * 1_000_000,
        sequence: -1,
        protocol: "GENERIC".to_owned(),
        signals: format!("{{\"Vehicle.Speed\":{value:?}}}"),
        flags: None,
        content_hash: format!("{vehicle_id} {second} {value}"),
    }
}

fn day() -> Span {
    Span {
        from: start(),
        to: start() + TimeDelta::days(1),
    }
}

#[tokio::test]
async fn a_vin_is_unique_among_the_active_vehicles_of_one_tenant() {
    let (database, _folder) = database().await;
    let (a, b) = (TenantId::new("ten_a"), TenantId::new("ten_b"));
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    assert_eq!(
        store.register(&a, &vehicle("V1", VIN), start()).await.unwrap(),
        Registration::Done
    );
    assert_eq!(
        store.register(&a, &vehicle("V1", VIN), start()).await.unwrap(),
        Registration::Present
    );
    assert_eq!(
        store.register(&a, &vehicle("V2", VIN), start()).await.unwrap(),
        Registration::VinTaken
    );
    assert_eq!(
        store.register(&b, &vehicle("V1", VIN), start()).await.unwrap(),
        Registration::Done
    );
    let retired = Vehicle {
        status: Status::Retired,
        ..vehicle("V1", VIN)
    };
    assert_eq!(store.update_vehicle(&a, &retired, start()).await.unwrap(), 2);
    assert_eq!(
        store.register(&a, &vehicle("V2", VIN), start()).await.unwrap(),
        Registration::Done
    );
    let listed = store.vehicles(&a, &VehicleFilter::default(), "", 10).await.unwrap();
    assert_eq!(listed.len(), 2);
    let own = VehicleFilter {
        vehicle_ids: Some(vec!["V2".to_owned()]),
        ..VehicleFilter::default()
    };
    assert_eq!(store.vehicles(&a, &own, "", 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_record_is_kept_once_and_counts_its_repetitions() {
    let (database, _folder) = database().await;
    let (a, b) = (TenantId::new("ten_a"), TenantId::new("ten_b"));
    let records: Vec<StoredRecord> = (0..1200).map(|second| record("V1", second, 50.0)).collect();
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    assert_eq!(store.insert_records(&a, &records).await.unwrap(), (1200, 0));
    assert_eq!(store.insert_records(&a, &records[600..]).await.unwrap(), (0, 600));
    assert_eq!(store.insert_records(&b, &records[..1]).await.unwrap(), (1, 0));
    tx.commit().await.unwrap();
    let mut tx = database.read().await.unwrap();
    let mut store = Store::new(&mut tx);
    let found = store
        .records(&a, "V1", day(), (i64::MIN, i64::MIN), 2000)
        .await
        .unwrap();
    assert_eq!(found.len(), 1200);
    let rest = store
        .records(&a, "V1", day(), (found[999].time_us, -1), 2000)
        .await
        .unwrap();
    assert_eq!(rest.len(), 200);
    assert!(
        store
            .records(&b, "V2", day(), (i64::MIN, i64::MIN), 10)
            .await
            .unwrap()
            .is_empty()
    );
    let history = store
        .history(&a, "V1", "Vehicle.Speed", day(), 600_000_000)
        .await
        .unwrap();
    assert_eq!(
        history.iter().map(|bucket| bucket.count).collect::<Vec<_>>(),
        [600, 600]
    );
}

#[tokio::test]
async fn eight_writers_at_once_keep_each_record_once_and_lose_no_count() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let writers = (0..8).map(|_| {
        let (database, tenant) = (database.clone(), tenant.clone());
        tokio::spawn(async move {
            for round in 0..10 {
                let records: Vec<StoredRecord> =
                    (0..20).map(|second| record("V1", round * 20 + second, 50.0)).collect();
                let mut tx = database.begin().await.unwrap();
                let mut store = Store::new(&mut tx);
                let (stored, duplicate) = store.insert_records(&tenant, &records).await.unwrap();
                let account = Account {
                    received: 20,
                    stored,
                    duplicate,
                    ..Account::default()
                };
                store.add_to_account(&tenant, start(), &account).await.unwrap();
                tx.commit().await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let mut tx = database.read().await.unwrap();
    let hours = Store::new(&mut tx)
        .account(&tenant, start(), start() + TimeDelta::hours(1), 10)
        .await
        .unwrap();
    assert_eq!((hours[0].account.stored, hours[0].account.duplicate), (200, 1400));
    assert!(hours[0].account.balances());
}

#[tokio::test]
async fn a_batch_is_pending_until_it_is_stored_and_stored_once() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    let batch = NewBatch {
        batch_id: "bat_1",
        event_id: "evt_1",
        account_hour: start(),
        ordinal: 1,
        records: 7,
    };
    store.insert_batch(&tenant, &batch).await.unwrap();
    store
        .add_to_account(
            &tenant,
            start(),
            &Account {
                received: 7,
                ..Account::default()
            },
        )
        .await
        .unwrap();
    let to = start() + TimeDelta::hours(1);
    let pending = store.account(&tenant, start(), to, 10).await.unwrap()[0].account;
    assert_eq!((pending.pending, pending.balances()), (7, true));
    assert!(store.mark_stored(&tenant, "bat_1", start()).await.unwrap());
    assert!(!store.mark_stored(&tenant, "bat_1", start()).await.unwrap());
    let lost = store.account(&tenant, start(), to, 10).await.unwrap()[0].account;
    assert_eq!(
        (lost.pending, lost.balances()),
        (0, false),
        "a mark without records shows as a loss"
    );
}

#[tokio::test]
async fn the_newest_reading_wins_whatever_the_order_of_arrival() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    for (value, time_us) in [(1.0, 10), (2.0, 30), (3.0, 20)] {
        let readings = BTreeMap::from([("Vehicle.Speed".to_owned(), (value, time_us))]);
        store.merge_latest(&tenant, "V1", &readings, time_us).await.unwrap();
    }
    let latest = store.latest(&tenant, "V1").await.unwrap().unwrap();
    assert_eq!((latest.time.timestamp_micros(), latest.signals[0].1), (30, 2.0));
    assert_eq!(store.latest(&TenantId::new("ten_b"), "V1").await.unwrap(), None);
}

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

//! What the store promises, whichever database it stands on.

use chassis::outbox::EncodedEvent;
use chassis::{Database, TenantId};
use chrono::{DateTime, TimeDelta, Utc};

use super::Store;
use super::blocks::{DAY_US, NewBlock, Stretch, day_of};
use super::days::Days;
use super::receipts::{Most, NewBatch, NewReceipt};
use super::telemetry::from_micros;
use super::telemetry_queries::Span;
use super::vehicles::{Registration, VehicleFilter};
use crate::domain::vehicle::{Status, Vehicle};
use crate::domain::verdict::{Account, Counts};
use crate::domain::vin::Vin;
use crate::events::published;

pub(super) const VIN: &str = "WVWZZZ1JZXW000010";

pub(super) async fn database() -> (Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let database = chassis::testing::empty_database(folder.path(), crate::MIGRATIONS).await;
    (database, folder)
}

pub(super) fn start() -> DateTime<Utc> {
    "2026-05-01T10:00:00Z".parse().unwrap()
}

pub(super) fn vehicle(vehicle_id: &str, vin: &str) -> Vehicle {
    Vehicle::from_telemetry(vehicle_id, Vin::parse(vin, false).unwrap())
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
    for (wanted, found) in [
        ("v1", 1),
        ("V", 2),
        (&VIN[3..9].to_lowercase(), 2),
        ("_1", 0),
        ("%", 0),
        ("\\", 0),
        ("", 2),
    ] {
        let filter = VehicleFilter {
            wanted: Some(wanted.to_owned()),
            ..VehicleFilter::default()
        };
        assert_eq!(
            store.vehicles(&a, &filter, "", 10).await.unwrap().len(),
            found,
            "{wanted}"
        );
    }
}

/// A block of records of speed, one a second from `second` on.
pub(super) fn block(tenant: &TenantId, vehicle_id: &str, second: i64, records: i64) -> NewBlock {
    let from_us = start().timestamp_micros() + second * 1_000_000;
    let line = |number: i64| {
        let time = chassis::rfc3339(from_micros(from_us + number * 1_000_000));
        format!(
            r#"{{"vehicle_id":"{vehicle_id}","time":"{time}","protocol":"GENERIC","signals":{{"Vehicle.Speed":{number}.5}}}}"#
        )
    };
    let text: Vec<String> = (0..records).map(line).collect();
    NewBlock {
        tenant: tenant.clone(),
        vehicle_id: vehicle_id.to_owned(),
        from_us,
        to_us: from_us + (records - 1) * 1_000_000,
        records,
        body: zstd::bulk::compress(text.join("\n").as_bytes(), 1).unwrap(),
    }
}

pub(super) fn today() -> i64 {
    day_of(start().timestamp_micros())
}

#[tokio::test]
async fn blocks_are_read_by_time_and_replaced_whole() {
    let (database, _folder) = database().await;
    let (a, b) = (TenantId::new("ten_a"), TenantId::new("ten_b"));
    let days = Days::default();
    days.prepare(&database, [today(), today() + DAY_US]).await.unwrap();
    let mut tx = database.begin_bulk().await.unwrap();
    let mut store = Store::new(&mut tx);
    let blocks: Vec<NewBlock> = (0..12).map(|number| block(&a, "V1", number * 100, 100)).collect();
    store.insert_blocks(&blocks).await.unwrap();
    store.insert_blocks(&[block(&b, "V1", 0, 1)]).await.unwrap();
    let beyond_midnight = block(&a, "V1", 20 * 3600, 5);
    store
        .insert_blocks(std::slice::from_ref(&beyond_midnight))
        .await
        .unwrap();
    let found = store
        .records(&a, "V1", day(), (i64::MIN, i64::MIN), 5000)
        .await
        .unwrap();
    assert_eq!(found.len(), 1205);
    let rest = store
        .records(&a, "V1", day(), (found[999].time_us, -1), 5000)
        .await
        .unwrap();
    assert_eq!(rest, found[1000..], "pages join");
    assert_eq!(found[0].content_hash.len(), 64);
    assert_eq!(
        store
            .records(&b, "V1", day(), (i64::MIN, i64::MIN), 10)
            .await
            .unwrap()
            .len(),
        1
    );
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
        history
            .iter()
            .map(|bucket| (bucket.bucket, bucket.count, bucket.max))
            .collect::<Vec<_>>(),
        [(0, 600, 99.5), (1, 600, 99.5), (120, 5, 4.5)]
    );
    let stretch = |from: i64, to: i64| Stretch {
        tenant: a.clone(),
        vehicle_id: "V1".to_owned(),
        from_us: start().timestamp_micros() + from * 1_000_000,
        to_us: start().timestamp_micros() + to * 1_000_000,
    };
    let within = store
        .blocks_within(&[stretch(199, 200), stretch(5_000, 6_000)])
        .await
        .unwrap();
    assert_eq!(within.len(), 2, "both ends count, and gaps hold nothing");
    let key = (a.clone(), "V1".to_owned(), within[0].from_us);
    store.remove_blocks(&[key]).await.unwrap();
    assert_eq!(store.blocks_within(&[stretch(199, 200)]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn eight_instances_at_once_store_each_batch_once_and_lose_no_count() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin_bulk().await.unwrap();
    let mut store = Store::new(&mut tx);
    let batches: Vec<NewBatch> = (0..200).map(|number| waiting(&tenant, number)).collect();
    for batch in &batches {
        let event = chassis::NewEvent {
            id: Some(batch.event_id.clone()),
            ..published::telemetry_received(&tenant, "V1", start(), chassis::Cause::new())
        };
        let event = EncodedEvent::new(batch.partition, event, b"{}".to_vec()).unwrap();
        store.publish_encoded(&[event]).await.unwrap();
    }
    store.insert_batches(&batches).await.unwrap();
    let received = Account {
        received: 200,
        ..Account::default()
    };
    store.add_to_account(&tenant, start(), &received).await.unwrap();
    tx.commit().await.unwrap();
    let few = Most {
        batches: 7,
        records: usize::MAX,
    };
    let workers = (0..8).map(|_| {
        let (database, tenant) = (database.clone(), tenant.clone());
        tokio::spawn(async move {
            loop {
                let mut tx = database.begin_bulk().await.unwrap();
                let mut store = Store::new(&mut tx);
                let claimed = store.claim_partitions(4).await.unwrap();
                let waiting = store.waiting_batches(Some(&claimed), few).await.unwrap();
                let keys: Vec<_> = waiting
                    .iter()
                    .map(|batch| (tenant.clone(), batch.event_id.clone()))
                    .collect();
                let ended = store.end_waiting(&keys).await.unwrap();
                assert_eq!(ended, keys.len() as u64, "what was claimed is nobody else's");
                let account = Account {
                    stored: ended,
                    ..Account::default()
                };
                store.add_to_account(&tenant, start(), &account).await.unwrap();
                let left = store.oldest_waiting().await.unwrap();
                tx.commit().await.unwrap();
                if left.is_none() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    let mut tx = database.read().await.unwrap();
    let to = start() + TimeDelta::hours(1);
    let account = Store::new(&mut tx).account(&tenant, start(), to, 10).await.unwrap()[0].account;
    assert_eq!((account.stored, account.pending, account.balances()), (200, 0, true));
}

/// A batch of one record of the partition that its number gives.
fn waiting(tenant: &TenantId, number: u8) -> NewBatch {
    NewBatch {
        tenant: tenant.clone(),
        event_id: format!("evt_{number}"),
        partition: number % 64,
        account_hour: start(),
        ordinal: i64::from(number),
        records: 1,
        places: Vec::new(),
    }
}

#[tokio::test]
async fn eight_at_once_register_one_vehicle_for_a_vin_and_one_for_an_id() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let register = |vehicle: Vehicle| {
        let (database, tenant) = (database.clone(), tenant.clone());
        tokio::spawn(async move {
            let mut tx = database.begin_bulk().await.unwrap();
            let registration = Store::new(&mut tx).register(&tenant, &vehicle, start()).await.unwrap();
            // Whatever came of it, the transaction is still good.
            Store::new(&mut tx).vehicle(&tenant, &vehicle.vehicle_id).await.unwrap();
            tx.commit().await.unwrap();
            registration
        })
    };
    let same_vin: Vec<_> = (0..8)
        .map(|number| register(vehicle(&format!("V{number}"), VIN)))
        .collect();
    let mut outcomes = Vec::new();
    for one in same_vin {
        outcomes.push(one.await.unwrap());
    }
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| **outcome == Registration::Done)
            .count(),
        1
    );
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| **outcome == Registration::VinTaken)
            .count(),
        7
    );
    let same_id: Vec<_> = (0..8).map(|_| register(vehicle("W", "WVWZZZ1JZXW000011"))).collect();
    let mut outcomes = Vec::new();
    for one in same_id {
        outcomes.push(one.await.unwrap());
    }
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| **outcome == Registration::Done)
            .count(),
        1
    );
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| **outcome == Registration::Present)
            .count(),
        7
    );
}

#[tokio::test]
async fn days_are_made_by_several_at_once_and_dropped_when_they_are_over() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let many: Vec<i64> = (0..5).map(|day| today() + day * DAY_US).collect();
    let makers: Vec<_> = (0..8)
        .map(|_| {
            let (database, many) = (database.clone(), many.clone());
            tokio::spawn(async move { Days::default().prepare(&database, many).await })
        })
        .collect();
    for maker in makers {
        maker.await.unwrap().unwrap();
    }
    let mut tx = database.begin_bulk().await.unwrap();
    let mut store = Store::new(&mut tx);
    store.register(&tenant, &vehicle("V1", VIN), start()).await.unwrap();
    let blocks: Vec<NewBlock> = (0..5).map(|day| block(&tenant, "V1", day * 86_400, 3)).collect();
    store.insert_blocks(&blocks).await.unwrap();
    tx.commit().await.unwrap();
    let days = Days::default();
    assert_eq!(days.drop_before(&database, today() + 2 * DAY_US).await.unwrap(), 2);
    assert_eq!(days.drop_before(&database, today() + 2 * DAY_US).await.unwrap(), 0);
    let span = Span {
        from: start(),
        to: start() + TimeDelta::days(9),
    };
    let mut tx = database.begin_bulk().await.unwrap();
    let mut store = Store::new(&mut tx);
    let left = store
        .records(&tenant, "V1", span, (i64::MIN, i64::MIN), 100)
        .await
        .unwrap();
    assert_eq!(left.len(), 9);
    drop(tx);
    // A day that was dropped can be made again.
    days.prepare(&database, many).await.unwrap();
    let mut tx = database.begin_bulk().await.unwrap();
    Store::new(&mut tx).insert_blocks(&blocks[..1]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_account_that_was_damaged_shows_its_gap() {
    let (database, _folder) = database().await;
    let (a, b) = (TenantId::new("ten_a"), TenantId::new("ten_b"));
    let mut tx = database.begin_bulk().await.unwrap();
    let mut store = Store::new(&mut tx);
    store.insert_batches(&[waiting(&a, 1)]).await.unwrap();
    let closed = Account {
        received: 5,
        stored: 3,
        duplicate: 1,
        ..Account::default()
    };
    store.add_to_account(&a, start(), &closed).await.unwrap();
    let whole = Account {
        received: 2,
        stored: 2,
        ..Account::default()
    };
    store.add_to_account(&b, start(), &whole).await.unwrap();
    assert_eq!(store.gaps(start()).await.unwrap(), []);
    // Pending records that vanish without an outcome, and outcomes that nothing was received for.
    let key = (a.clone(), "evt_1".to_owned());
    assert_eq!(store.end_waiting(&[key]).await.unwrap(), 1);
    let twice = Account {
        stored: 2,
        ..Account::default()
    };
    store.add_to_account(&b, start(), &twice).await.unwrap();
    let gaps = store.gaps(start()).await.unwrap();
    let found: Vec<_> = gaps
        .iter()
        .map(|gap| (gap.tenant_id.as_str(), gap.hour, gap.records))
        .collect();
    assert_eq!(found, [("ten_a", start(), 1), ("ten_b", start(), -2)]);
    assert_eq!(store.gaps(start() + TimeDelta::hours(1)).await.unwrap(), []);
}

#[tokio::test]
async fn receipts_leave_by_age() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin_bulk().await.unwrap();
    let mut store = Store::new(&mut tx);
    for number in 0..10 {
        let receipt_id = format!("rcp_{number}");
        let receipt = NewReceipt {
            tenant: &tenant,
            receipt_id: &receipt_id,
            subject: "key_1",
            format: "json",
            body_bytes: 2,
            body_zstd: b"{}",
            counts: Counts::default(),
            verdicts: "[]".to_owned(),
        };
        store
            .insert_receipts(&[receipt], start() + TimeDelta::hours(number))
            .await
            .unwrap();
    }
    let before = start() + TimeDelta::hours(4);
    assert_eq!(store.forget_receipts(before, 3).await.unwrap(), 3);
    assert_eq!(store.forget_receipts(before, 3).await.unwrap(), 1);
    assert_eq!(store.forget_receipts(before, 3).await.unwrap(), 0);
}

#[tokio::test]
async fn changes_of_the_registry_are_numbered() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    for vehicle_id in ["V1", "V2"] {
        let unnamed = Vehicle {
            vin: None,
            ..vehicle(vehicle_id, VIN)
        };
        store.register(&tenant, &unnamed, start()).await.unwrap();
    }
    assert_eq!(store.changes_after(0).await.unwrap(), (0, vec![]));
    store
        .update_vehicle(&tenant, &vehicle("V2", VIN), start())
        .await
        .unwrap();
    assert_eq!(
        store.changes_after(0).await.unwrap(),
        (1, vec![("ten_a".to_owned(), "V2".to_owned())])
    );
    assert_eq!(store.changes_after(1).await.unwrap(), (1, vec![]));
}

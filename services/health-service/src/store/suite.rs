//! What the store promises on every database that a transaction can stand on: one suite, run on each of them.

use chassis::Database;
use chassis::ids::TenantId;
use chrono::{DateTime, Duration};

use super::states::WithoutTrails;
use super::{ComponentRows, HealthFilter, HistoryRow, HistorySpan, KnownVehicle, Label, Memory, Store, Versioned};
use crate::domain::codec::{decode_beginning, encode};
use crate::domain::component::ComponentKind;
use crate::domain::vehicle::{Powertrain, Vehicle, VehicleClass};
use crate::error::Error;

fn known(vehicle_id: &str, retired: bool) -> KnownVehicle {
    KnownVehicle {
        vehicle_id: vehicle_id.to_owned(),
        powertrain: Powertrain::Diesel,
        class: VehicleClass::Van,
        odometer_km: Some(12.5),
        retired,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_holds() {
    let folder = tempfile::tempdir().unwrap();
    let database = chassis::testing::empty_database(folder.path(), crate::DEFINITION.migrations).await;
    vehicles_and_states_come_back_as_they_were(&database).await;
    lists_are_worst_first_and_by_tenant(&database).await;
    history_and_labels_are_written_once(&database).await;
    of_eight_writers_at_once_each_builds_on_the_one_before(&database).await;
}

/// Writers that remember states and are refused start again from the row: no write is lost.
async fn of_eight_writers_at_once_each_builds_on_the_one_before(database: &Database) {
    let key = (TenantId::new("ten_eight"), "V1".to_owned());
    let writers = (0..8).map(|_| {
        let (database, key) = (database.clone(), key.clone());
        tokio::spawn(async move {
            let mut written = 0;
            while written < 5 {
                let mut tx = database.begin_bulk().await.unwrap();
                let mut store = Store::new(&mut tx);
                let mut state = store.load_state(&key.0, &key.1).await.unwrap().unwrap_or_default();
                state.vehicle.records += 1;
                if store.save_states(&mut [(key.clone(), state)], 1).await.is_ok() {
                    tx.commit().await.unwrap();
                    written += 1;
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let mut tx = database.read().await.unwrap();
    let state = Store::new(&mut tx).load_state(&key.0, &key.1).await.unwrap().unwrap();
    assert_eq!((state.vehicle.records, state.version), (40, 40));
}

async fn vehicles_and_states_come_back_as_they_were(database: &Database) {
    let (ours, theirs) = (TenantId::new("ten_a"), TenantId::new("ten_b"));
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    store.keep_vehicle(&ours, &known("V1", false)).await.unwrap();
    store.keep_vehicle(&ours, &known("V1", true)).await.unwrap();
    assert_eq!(store.known_vehicle(&ours, "V1").await.unwrap(), Some(known("V1", true)));
    assert_eq!(store.known_vehicle(&theirs, "V1").await.unwrap(), None);
    let mut vehicle = Vehicle::of(Powertrain::Petrol);
    vehicle.last_at = 1_000_000;
    vehicle.records = 7;
    let key = (ours.clone(), "V1".to_owned());
    let state = |vehicle: &Vehicle, version| Versioned {
        vehicle: Box::new(vehicle.clone()),
        version,
    };
    store
        .save_states(&mut [(key.clone(), state(&vehicle, 0))], 1)
        .await
        .unwrap();
    let mut read = store.load_state(&ours, "V1").await.unwrap().unwrap();
    assert_eq!(encode(&mut *read.vehicle), encode(&mut vehicle));
    assert_eq!(read.version, 1);
    // Of a state with older trails all is read but these.
    let mut older = encode(&mut vehicle);
    older.extend([7; 40]);
    let WithoutTrails(mut kept) = decode_beginning(&older).unwrap();
    assert_eq!(encode(&mut kept), encode(&mut vehicle));
    let outdated = store.save_states(&mut [(key.clone(), state(&vehicle, 0))], 1).await;
    assert!(
        matches!(outdated, Err(Error::StateOutdated)),
        "somebody else was quicker"
    );
    store.save_states(&mut [(key, read)], 1).await.unwrap();
    assert!(store.load_state(&theirs, "V1").await.unwrap().is_none());
}

async fn lists_are_worst_first_and_by_tenant(database: &Database) {
    let tenant = TenantId::new("ten_list");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    for (vehicle_id, retired) in [("V1", false), ("V2", false), ("V3", true), ("V4", false)] {
        store.keep_vehicle(&tenant, &known(vehicle_id, retired)).await.unwrap();
    }
    let rules_score = |vehicle_id| if vehicle_id == "V1" { Some(0.7) } else { Some(0.2) };
    for vehicle_id in ["V1", "V2", "V3"] {
        let key = (tenant.clone(), vehicle_id.to_owned());
        store.save_states(&mut [(key, Versioned::default())], 1).await.unwrap();
        let cooling = ComponentKind::Cooling.as_str();
        for (score, status) in [(Some(0.9), "EXCELLENT"), (rules_score(vehicle_id), "FAIR")] {
            let told = ComponentRows::from([((vehicle_id.to_owned(), cooling), (score, status))]);
            store.keep_components(&tenant, &told).await.unwrap();
        }
    }
    let by_component = HealthFilter {
        component: Some("cooling"),
        ..HealthFilter::default()
    };
    let listed = store.list_health(&tenant, &by_component, 10).await.unwrap();
    assert_eq!(
        listed.iter().map(|row| row.vehicle_id.as_str()).collect::<Vec<_>>(),
        ["V2", "V1"]
    );
    let after = HealthFilter {
        after: Some((0.2, "V2".to_owned())),
        ..by_component
    };
    assert_eq!(store.list_health(&tenant, &after, 10).await.unwrap().len(), 1);
    let all = store.list_health(&tenant, &HealthFilter::default(), 10).await.unwrap();
    assert_eq!(
        all.iter().map(|row| row.vehicle_id.as_str()).collect::<Vec<_>>(),
        ["V1", "V2", "V4"]
    );
    assert!(
        store
            .list_health(&TenantId::new("ten_x"), &HealthFilter::default(), 10)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn history_and_labels_are_written_once(database: &Database) {
    let tenant = TenantId::new("ten_history");
    let time = DateTime::UNIX_EPOCH + Duration::days(20_000);
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    let row = |id: &str, hours: i64| HistoryRow {
        id: id.to_owned(),
        component: "brakes".to_owned(),
        time: time + Duration::hours(hours),
        score: Some(0.5),
        status: "FAIR".to_owned(),
        overall_score: Some(0.5),
        rul_km_p05: Some(1.0),
        rul_km_p50: Some(2.0),
        rul_km_p95: Some(3.0),
        odometer_km: None,
        reason: "TELEMETRY".to_owned(),
    };
    for (id, hours) in [("hev_1", 0), ("hev_2", 1), ("hev_1", 0)] {
        let point = ("V1".to_owned(), row(id, hours));
        store.add_history(&tenant, &[point]).await.unwrap();
    }
    let span = HistorySpan {
        from: time,
        to: time + Duration::days(1),
        component: "",
        after: None,
    };
    assert_eq!(
        store.list_history(&tenant, "V1", &span, 10).await.unwrap(),
        [row("hev_1", 0), row("hev_2", 1)]
    );
    // More than one statement takes, with one that is there.
    let many: Vec<_> = (0..250)
        .map(|hours| ("V2".to_owned(), row(&format!("hev_{hours}"), hours)))
        .collect();
    store.add_history(&tenant, &many[..1]).await.unwrap();
    store.add_history(&tenant, &many).await.unwrap();
    let all = HistorySpan {
        to: time + Duration::days(30),
        ..span.clone()
    };
    assert_eq!(
        store.list_history(&tenant, "V2", &all, 1_000).await.unwrap().len(),
        many.len()
    );
    let narrow = HistorySpan {
        to: time + Duration::hours(1),
        component: "brakes",
        ..span
    };
    assert_eq!(store.list_history(&tenant, "V1", &narrow, 10).await.unwrap().len(), 1);
    let label = Label {
        label_id: "lbl_1".to_owned(),
        vehicle_id: "V1".to_owned(),
        component: "brakes".to_owned(),
        appointment_id: "apt_1".to_owned(),
        failure_mode: None,
        verdict: "CONFIRMED".to_owned(),
        action: "REPLACED".to_owned(),
        completed_at: time,
        odometer_km: Some(5.0),
        score_before: Some(0.1),
        source: "APPOINTMENT".to_owned(),
    };
    assert!(store.keep_label(&tenant, &label).await.unwrap());
    assert!(!store.keep_label(&tenant, &label).await.unwrap());
    assert_eq!(store.labels_of(&tenant, "V1").await.unwrap(), [label]);
}

#[test]
fn memory_gives_back_only_what_was_committed() {
    let (tenant, memory) = (TenantId::new("ten_a"), Memory::new(2));
    let state = |vehicle_id: &str| vec![((tenant.clone(), vehicle_id.to_owned()), Versioned::default())];
    memory.stage(state("V1"));
    assert!(memory.take(&tenant, "V1").is_none(), "not committed yet");
    for vehicle_id in ["V1", "V2", "V3"] {
        memory.stage(state(vehicle_id));
    }
    memory.committed();
    assert_eq!(memory.len(), 2, "bounded");
    assert!(memory.take(&tenant, "V1").is_none() && memory.take(&tenant, "V3").is_some());
    memory.rolled_back();
    assert!(memory.is_empty());
}

//! What the store must do for visits that are missed or lose a part, on each database that it can stand on.

use chassis::TenantId;
use chrono::Duration;

use super::Store;
use super::suite::{center, database, now, part, slot, visit};
use crate::domain::appointment::{Appointment, Status};
use crate::domain::network::{PartNeed, Resource};
use crate::domain::stock::Stock;
use crate::domain::time::{Quarter, Span};

/// Runs what a migration says from `from` on again, as on rows of the version before.
async fn run_again(store: &mut Store<'_>, migration: usize, from: &str, to: &str) {
    let (_, text) = crate::DEFINITION.migrations[migration];
    let text = &text[text.find(from).unwrap()..];
    let text = &text[..text.find(to).unwrap()];
    chassis::on!(store.tx, c => sqlx::query(text).run(c).await).unwrap();
}

#[tokio::test]
async fn visits_that_nobody_began_are_found_when_their_work_was_to_end() {
    let (folder, tenant) = (tempfile::tempdir().unwrap(), TenantId::new("ten_1"));
    let database = database(&folder).await;
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    assert_eq!(store.next_visit_end().await.unwrap(), None);
    // The work of each ends before quarter 104.
    for (id, vehicle_id, status) in [
        ("apt_1", "V1", Status::Scheduled),
        ("apt_2", "V2", Status::Started),
        ("apt_3", "V3", Status::Cancelled),
    ] {
        let visit = Appointment {
            status,
            ..visit(id, vehicle_id)
        };
        store.add_visit(&tenant, &visit).await.unwrap();
    }
    let unplaced = Appointment {
        status: Status::Unplaced,
        placement: None,
        ..visit("apt_4", "V4")
    };
    store.add_visit(&tenant, &unplaced).await.unwrap();
    assert_eq!(store.missed_visits(Quarter(103), 10).await.unwrap(), []);
    let found = store.missed_visits(Quarter(104), 10).await.unwrap();
    assert_eq!(found, [(tenant.clone(), "apt_1".to_owned())]);
    assert_eq!(store.missed_visits(Quarter(104), 0).await.unwrap(), []);
    assert_eq!(store.next_visit_end().await.unwrap(), Some(Quarter(104)));
    let mut later = visit("apt_1", "V1");
    later.placement.as_mut().unwrap().work.end = Quarter(110);
    later.version = 2;
    store.change_visit(&tenant, &later, 1).await.unwrap();
    assert_eq!(store.next_visit_end().await.unwrap(), Some(Quarter(110)));
}

#[tokio::test]
async fn visits_of_an_earlier_version_take_their_vehicle_and_are_known_to_end() {
    let (folder, tenant) = (tempfile::tempdir().unwrap(), TenantId::new("ten_1"));
    let database = database(&folder).await;
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    let (technician, vehicle) = (Resource::Technician("usr".into()), Resource::Vehicle("V1".into()));
    let span = Span::new(Quarter(100), Quarter(105));
    store.add_visit(&tenant, &visit("apt_1", "V1")).await.unwrap();
    assert!(store.occupy(&tenant, "apt_1", &[technician], span).await.unwrap());
    chassis::on!(store.tx, c => sqlx::query("UPDATE appointments SET end_quarter = NULL").run(c).await).unwrap();
    run_again(&mut store, 4, "INSERT INTO occupancy", "INSERT INTO reservations").await;
    run_again(&mut store, 4, "INSERT INTO reservations", ";").await;
    run_again(&mut store, 5, "UPDATE appointments", ";").await;
    assert_eq!(
        store.next_visit_end().await.unwrap(),
        Some(Quarter(105)),
        "with the buffer"
    );
    let within = Span::new(Quarter(0), Quarter(200));
    let job = visit("apt_1", "V1").job;
    let network = store.network(&tenant, &job, within, None).await.unwrap();
    assert_eq!(network.busy(&vehicle), [span]);
    let network = store.network(&tenant, &job, within, Some("apt_1")).await.unwrap();
    assert!(
        network.busy(&vehicle).is_empty(),
        "it is that visit which is to be moved"
    );
    let network = store
        .network(&tenant, &visit("apt_2", "V2").job, within, None)
        .await
        .unwrap();
    assert!(network.busy(&vehicle).is_empty(), "another vehicle is asked for");
    let last = Span::new(Quarter(104), Quarter(106));
    assert!(!store.occupy(&tenant, "apt_2", &[vehicle], last).await.unwrap());
}

#[tokio::test]
async fn an_alert_whose_visit_was_cancelled_may_be_booked_anew_and_takes_all_alerts_along() {
    let (folder, tenant) = (tempfile::tempdir().unwrap(), TenantId::new("ten_1"));
    let database = database(&folder).await;
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    let missed = Appointment {
        status: Status::Cancelled,
        ..visit("apt_1", "V1")
    };
    store.add_visit(&tenant, &missed).await.unwrap();
    for alert_id in ["alert_1", "alert_2"] {
        let alert = super::RestingAlert {
            alert_id: alert_id.into(),
            decision_id: None,
            held: false,
        };
        store.rest_alert(&tenant, "apt_1", &alert).await.unwrap();
    }
    let anew = missed.anew("apt_2".into(), missed.created_at);
    assert_eq!(
        (anew.status, &anew.placement, anew.version),
        (Status::Unplaced, &None, 0)
    );
    store.add_visit(&tenant, &anew).await.unwrap();
    store.pass_on_alerts(&tenant, "apt_1", "apt_2").await.unwrap();
    assert!(store.alerts_of_visit(&tenant, "apt_1").await.unwrap().is_empty());
    let resting = store.alerts_of_visit(&tenant, "apt_2").await.unwrap();
    let ids: Vec<_> = resting.iter().map(|alert| alert.alert_id.as_str()).collect();
    assert_eq!(ids, ["alert_2", "alert_1"], "the newest first");
}

#[tokio::test]
async fn of_promises_that_cannot_be_kept_the_latest_become_orders_and_those_of_begun_work_last() {
    let (folder, tenant) = (tempfile::tempdir().unwrap(), TenantId::new("ten_1"));
    let database = database(&folder).await;
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    store.save_center(&tenant, &center()).await.unwrap();
    let shelf = part(Stock::new(8, 0).unwrap());
    store.save_part(&tenant, &shelf).await.unwrap();
    // Two parts each, promised in this order; what is begun was promised last.
    for (number, (id, status)) in [
        ("apt_3", Status::Scheduled),
        ("apt_1", Status::Scheduled),
        ("apt_2", Status::Scheduled),
        ("apt_4", Status::Started),
    ]
    .into_iter()
    .enumerate()
    {
        let visit = Appointment {
            status,
            ..visit(id, id)
        };
        store.add_visit(&tenant, &visit).await.unwrap();
        let at = now() + Duration::minutes(number as i64);
        let planned = slot().parts;
        assert!(store.reserve_parts(&tenant, id, "ctr", &planned, at).await.unwrap());
    }
    let mut broken = Vec::new();
    for used in [1, 2, 2, 2] {
        broken.push(store.consume_part(&tenant, "ctr", "HOSE", used, 0).await.unwrap());
    }
    assert_eq!(broken, [vec!["apt_2"], vec!["apt_1"], vec!["apt_3"], vec!["apt_4"]]);
    let stock = store.part(&tenant, "ctr", "HOSE").await.unwrap().unwrap().stock;
    assert_eq!((stock.on_hand(), stock.reserved()), (1, 0));
}

#[tokio::test]
async fn parts_are_promised_released_and_broken_promises_become_orders() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(&folder).await;
    let tenant = TenantId::new("ten_1");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    store.save_center(&tenant, &center()).await.unwrap();
    store
        .save_part(&tenant, &part(Stock::new(5, 0).unwrap()))
        .await
        .unwrap();
    let planned = slot().parts;
    assert!(
        store
            .reserve_parts(&tenant, "apt_1", "ctr", &planned, now())
            .await
            .unwrap()
    );
    assert!(
        store
            .reserve_parts(&tenant, "apt_2", "ctr", &planned, now())
            .await
            .unwrap()
    );
    let stock = store.part(&tenant, "ctr", "HOSE").await.unwrap().unwrap().stock;
    assert_eq!((stock.on_hand(), stock.reserved()), (5, 4));
    assert!(
        !store
            .reserve_parts(&tenant, "apt_3", "ctr", &planned, now())
            .await
            .unwrap(),
        "only one is free"
    );
    assert!(
        store.release_parts(&tenant, "apt_1").await.unwrap().is_empty(),
        "nothing was ordered"
    );
    // The technician used four where two were planned: the shelf no longer keeps the promise to apt_2.
    let broken = store.consume_part(&tenant, "ctr", "HOSE", 4, 0).await.unwrap();
    assert_eq!(broken, ["apt_2"]);
    let stock = store.part(&tenant, "ctr", "HOSE").await.unwrap().unwrap().stock;
    assert_eq!((stock.on_hand(), stock.reserved()), (1, 0));
    let ordered = store.release_parts(&tenant, "apt_2").await.unwrap();
    assert_eq!(
        ordered,
        [PartNeed {
            code: "HOSE".into(),
            quantity: 2
        }]
    );
}

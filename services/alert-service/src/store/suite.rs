//! What the store promises, whichever database it stands on.

use chassis::Database;
use chassis::ids::TenantId;
use chrono::{DateTime, TimeDelta, Utc};

use super::{AlertFilter, AlertPosition, Delivery, Interrupted, NewDelivery, Store};
use crate::domain::alert::Alert;
use crate::domain::alert::tests::alert;
use crate::domain::delivery::{About, Channel, State};
use crate::domain::person::{Person, Role, Vehicle};
use crate::domain::severity::Severity;
use crate::error::Error;

async fn database() -> (Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let database = chassis::testing::empty_database(folder.path(), crate::MIGRATIONS).await;
    (database, folder)
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
}

fn numbered(index: i64, severity: Severity) -> Alert {
    let component = format!("component_{index}");
    Alert {
        id: format!("alert_{index}"),
        decision_id: format!("dec_{index}"),
        component,
        ..alert(severity)
    }
}

#[tokio::test]
async fn an_equal_alert_of_the_same_hour_is_refused_by_the_database_itself() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    let first = numbered(1, Severity::Warning);
    assert!(store.insert_alert(&tenant, &first).await.unwrap());
    let same_hour = Alert {
        id: "alert_other".into(),
        event_time: at(3599),
        ..first.clone()
    };
    assert!(!store.insert_alert(&tenant, &same_hour).await.unwrap());
    let next_hour = Alert {
        id: "alert_next".into(),
        event_time: at(3600),
        ..first.clone()
    };
    assert!(store.insert_alert(&tenant, &next_hour).await.unwrap());
    let worse = Alert {
        id: "alert_worse".into(),
        severity: Severity::Critical,
        ..first.clone()
    };
    assert!(store.insert_alert(&tenant, &worse).await.unwrap());
    assert!(
        store.insert_alert(&TenantId::new("ten_b"), &first).await.unwrap(),
        "tenants do not meet"
    );
    let (_, severity) = store
        .worst_alert_of_hour(&tenant, "V1", "component_1", at(5), false)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(severity, Severity::Critical);
}

#[tokio::test]
async fn alerts_come_back_as_they_were_and_a_stale_change_is_refused() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    let mut saved = numbered(1, Severity::Critical);
    store.insert_alert(&tenant, &saved).await.unwrap();
    assert_eq!(store.alert(&tenant, "alert_1").await.unwrap().as_ref(), Some(&saved));
    saved.acknowledge("usr_a", at(7)).unwrap();
    store.update_alert(&tenant, &saved).await.unwrap();
    assert!(matches!(
        store.update_alert(&tenant, &saved).await,
        Err(Error::ChangedMeanwhile { .. })
    ));
    let read = store.alert(&tenant, "alert_1").await.unwrap().unwrap();
    assert_eq!(read, Alert { version: 1, ..saved });
    assert!(store.alert(&TenantId::new("ten_b"), "alert_1").await.unwrap().is_none());
}

#[tokio::test]
async fn pages_meet_without_gap_or_overlap_also_at_equal_times() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    for index in 0..25 {
        let raised_at = at(index / 4) + TimeDelta::microseconds(index % 2);
        let alert = Alert {
            raised_at,
            ..numbered(index, Severity::Warning)
        };
        store.insert_alert(&tenant, &alert).await.unwrap();
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = store
            .alerts(&tenant, &AlertFilter::default(), after.as_ref(), 4)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        after = Some(AlertPosition {
            raised_at: last.raised_at,
            alert_id: last.id.clone(),
        });
        seen.extend(page);
    }
    assert_eq!(seen.len(), 25);
    assert!(
        seen.windows(2)
            .all(|pair| (pair[0].raised_at, &pair[0].id) > (pair[1].raised_at, &pair[1].id))
    );
}

#[tokio::test]
async fn the_ledger_keeps_one_row_per_intent_and_the_gravest_goes_first() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    for (index, severity) in [(1, Severity::Warning), (2, Severity::Emergency)] {
        store.insert_alert(&tenant, &numbered(index, severity)).await.unwrap();
        let (id, alert_id) = (format!("dlv_{index}"), format!("alert_{index}"));
        let mut new = NewDelivery {
            id: &id,
            about: About::Alert,
            about_id: &alert_id,
            level: 0,
            recipient_id: "usr_a",
            channel: Channel::Email,
            state: State::Pending,
            reason: None,
            attempts: 0,
            created_at: at(index),
        };
        assert!(store.insert_delivery(&tenant, &new).await.unwrap());
        new.id = "dlv_again";
        assert!(!store.insert_delivery(&tenant, &new).await.unwrap());
    }
    assert!(!store.is_any_due(at(0)).await.unwrap() && store.take_due_delivery(at(0)).await.unwrap().is_none());
    assert!(store.is_any_due(at(1)).await.unwrap());
    for expected in ["dlv_2", "dlv_1"] {
        let mut due = store.take_due_delivery(at(10)).await.unwrap().unwrap();
        assert_eq!(due.id, expected);
        let place = due.place();
        due.state = State::Sending;
        due.attempts += 1;
        due.claimed_until = Some(at(20));
        assert!(store.move_delivery(&due, place).await.unwrap());
        assert!(!store.move_delivery(&due, place).await.unwrap(), "moved once");
    }
}

/// One delivery that is being sent in its first attempt, claimed until second 20.
async fn sending(database: &Database, tenant: &TenantId) -> Delivery {
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    store
        .insert_alert(tenant, &numbered(1, Severity::Critical))
        .await
        .unwrap();
    let new = NewDelivery {
        id: "dlv_1",
        about: About::Alert,
        about_id: "alert_1",
        level: 0,
        recipient_id: "usr_a",
        channel: Channel::Email,
        state: State::Pending,
        reason: None,
        attempts: 0,
        created_at: at(1),
    };
    store.insert_delivery(tenant, &new).await.unwrap();
    let mut delivery = store.take_due_delivery(at(10)).await.unwrap().unwrap();
    let place = delivery.place();
    delivery.state = State::Sending;
    delivery.attempts = 1;
    delivery.claimed_until = Some(at(20));
    assert!(store.move_delivery(&delivery, place).await.unwrap());
    tx.commit().await.unwrap();
    delivery
}

#[tokio::test]
async fn a_message_that_is_being_sent_is_left_alone_until_its_claim_has_run_out() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let delivery = sending(&database, &tenant).await;
    let mut tx = database.begin_bulk().await.unwrap();
    let mut store = Store::new(&mut tx);
    let expired = Interrupted::Expired;
    assert!(store.interrupted_deliveries(expired, at(20)).await.unwrap().is_empty());
    assert_eq!(
        store.interrupted_deliveries(expired, at(21)).await.unwrap(),
        std::slice::from_ref(&delivery)
    );
    assert_eq!(
        store.interrupted_deliveries(Interrupted::All, at(0)).await.unwrap(),
        std::slice::from_ref(&delivery)
    );
    // Another instance puts it back and sends it again; then the late one wants to note how its attempt ended.
    let first = delivery.place();
    let again = Delivery {
        state: State::Pending,
        claimed_until: None,
        ..delivery.clone()
    };
    assert!(store.move_delivery(&again, first).await.unwrap());
    let second = Delivery {
        attempts: 2,
        claimed_until: Some(at(40)),
        ..delivery.clone()
    };
    assert!(store.move_delivery(&second, again.place()).await.unwrap());
    let late = Delivery {
        state: State::Sent,
        ..delivery
    };
    assert!(!store.move_delivery(&late, first).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_who_judge_a_message_or_take_it_exactly_one_moves_it() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    sending(&database, &tenant).await;
    let mut judges = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let database = database.clone();
        judges.spawn(async move {
            let mut tx = database.begin_bulk().await.unwrap();
            let mut store = Store::new(&mut tx);
            let found = store.interrupted_deliveries(Interrupted::All, at(0)).await.unwrap();
            let mut moved = false;
            for delivery in found {
                let pending = Delivery {
                    state: State::Pending,
                    ..delivery.clone()
                };
                moved |= store.move_delivery(&pending, delivery.place()).await.unwrap();
            }
            tx.commit().await.unwrap();
            moved
        });
    }
    assert_eq!(judges.join_all().await.into_iter().filter(|moved| *moved).count(), 1);
    let mut takers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let database = database.clone();
        takers.spawn(async move {
            let mut tx = database.begin_bulk().await.unwrap();
            let mut store = Store::new(&mut tx);
            let Some(mut delivery) = store.take_due_delivery(at(30)).await.unwrap() else {
                return false;
            };
            let place = delivery.place();
            delivery.state = State::Sending;
            delivery.attempts += 1;
            let taken = store.move_delivery(&delivery, place).await.unwrap();
            tx.commit().await.unwrap();
            taken
        });
    }
    assert_eq!(takers.join_all().await.into_iter().filter(|taken| *taken).count(), 1);
}

/// Reads whether the alert is there, and raises it if it is not.
async fn raise_once(database: &Database, index: i64) -> Result<bool, Error> {
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin().await?;
    let mut store = Store::new(&mut tx);
    if store
        .worst_alert_of_hour(&tenant, "V1", "component_1", at(5), false)
        .await?
        .is_some()
    {
        return Ok(false);
    }
    let alert = Alert {
        id: format!("alert_{index}"),
        ..numbered(1, Severity::Critical)
    };
    let inserted = store.insert_alert(&tenant, &alert).await?;
    tx.commit().await?;
    Ok(inserted)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_raise_an_alert_once() {
    let (database, _folder) = database().await;
    let mut writers = tokio::task::JoinSet::new();
    for index in 0..8 {
        let database = database.clone();
        writers.spawn(async move { chassis::again(|| raise_once(&database, index)).await.unwrap() });
    }
    let inserted = writers.join_all().await;
    assert_eq!(inserted.into_iter().filter(|inserted| *inserted).count(), 1);
}

#[tokio::test]
async fn people_are_found_by_role_ownership_and_vehicle_and_older_news_is_refused() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    for (user_id, role, vehicle_ids) in [
        ("usr_admin", "ADMIN", vec![]),
        ("usr_named", "OWNER", vec!["V1".to_owned()]),
        ("usr_other", "OWNER", vec!["V2".to_owned()]),
        ("usr_owner", "OWNER", vec![]),
        ("usr_tech", "TECHNICIAN", vec!["V9".to_owned()]),
    ] {
        let person = Person {
            user_id: user_id.into(),
            role: Role::parse(role),
            active: true,
            vehicle_ids,
            fleet_ids: vec![],
            locale: None,
        };
        assert!(store.save_person(&tenant, &person, role, 5).await.unwrap());
        assert!(!store.save_person(&tenant, &person, role, 4).await.unwrap());
    }
    let vehicle = Vehicle {
        vehicle_id: "V1".into(),
        owner_id: Some("usr_owner".into()),
        fleet_id: None,
    };
    let found = store.people_around(&tenant, &vehicle).await.unwrap();
    let found: Vec<_> = found.iter().map(|person| person.user_id.as_str()).collect();
    assert_eq!(found, ["usr_admin", "usr_named", "usr_owner"]);
    assert!(
        store
            .people_around(&TenantId::new("ten_b"), &vehicle)
            .await
            .unwrap()
            .is_empty()
    );
}

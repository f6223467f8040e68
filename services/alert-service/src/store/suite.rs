//! What the store promises, whichever database it stands on.

use chassis::config::DatabaseConfig;
use chassis::ids::TenantId;
use chassis::{Database, Failpoints};
use chrono::{DateTime, TimeDelta, Utc};

use super::{AlertFilter, AlertPosition, NewDelivery, Store};
use crate::domain::alert::Alert;
use crate::domain::alert::tests::alert;
use crate::domain::delivery::{Channel, State};
use crate::domain::person::{Person, Role, Vehicle};
use crate::domain::severity::Severity;
use crate::error::Error;

async fn database() -> (Database, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let config = DatabaseConfig {
        url: String::new(),
        readers_max: 2,
        busy_timeout_ms: 5000,
        cache_kib: 1024,
    };
    let file = folder.path().join("suite.db");
    let database = Database::open(
        "alert-service",
        &config,
        &file,
        crate::MIGRATIONS,
        Failpoints::default(),
    )
    .await;
    (database.unwrap(), folder)
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
            alert_id: &alert_id,
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
    assert!(store.due_deliveries(at(0), 10).await.unwrap().is_empty());
    let due = store.due_deliveries(at(10), 10).await.unwrap();
    assert_eq!(
        due.iter().map(|delivery| delivery.id.as_str()).collect::<Vec<_>>(),
        ["dlv_2", "dlv_1"]
    );
    let mut first = due[0].clone();
    first.state = State::Sending;
    assert!(store.move_delivery(&first, State::Pending).await.unwrap());
    assert!(
        !store.move_delivery(&first, State::Pending).await.unwrap(),
        "moved once"
    );
    assert_eq!(store.interrupted_deliveries().await.unwrap(), [first]);
}

#[tokio::test]
async fn eight_writers_raise_an_alert_once() {
    let (database, _folder) = database().await;
    let mut writers = tokio::task::JoinSet::new();
    for index in 0..8 {
        let database = database.clone();
        writers.spawn(async move {
            let tenant = TenantId::new("ten_a");
            let mut tx = database.begin().await.unwrap();
            let alert = Alert {
                id: format!("alert_{index}"),
                ..numbered(1, Severity::Critical)
            };
            let inserted = Store::new(&mut tx).insert_alert(&tenant, &alert).await.unwrap();
            tx.commit().await.unwrap();
            inserted
        });
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

//! A mail server's answer that is noted after the claim has run out: the message is not sent again, and does not rest in doubt.

use std::time::Duration;

use chassis::Database;
use chassis::ids::TenantId;
use chrono::{DateTime, TimeDelta, Utc};

use super::{Moment, Outgoing, Report, recover_deliveries, write_down};
use crate::domain::alert::Alert;
use crate::domain::alert::tests::alert;
use crate::domain::delivery::{About, Channel, Outcome, RetryPolicy, State};
use crate::domain::message::Message;
use crate::domain::notification_limit::NotificationLimit;
use crate::domain::rules::Rules;
use crate::domain::severity::Severity;
use crate::events::published;
use crate::store::{Delivery, Interrupted, NewDelivery, Store};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
}

fn moment(second: i64) -> Moment {
    Moment {
        now: at(second),
        machine_now: at(second),
        simulated: false,
    }
}

fn rules() -> Rules {
    Rules {
        limit: NotificationLimit {
            notifications_max: 5,
            window: TimeDelta::hours(1),
        },
        escalate_after: TimeDelta::minutes(15),
        late_recipients_within: TimeDelta::minutes(15),
        reports_within: TimeDelta::hours(24),
        retry: RetryPolicy {
            attempts_max: 4,
            doubts_max: 4,
            backoff_first: Duration::from_secs(1),
            backoff_max: Duration::from_secs(1),
        },
        claim_for: TimeDelta::seconds(10),
        email_configured: true,
    }
}

/// A message in its first attempt, whose claim ran out and which another instance has judged.
async fn judged(database: &Database, tenant: &TenantId, severity: Severity) -> Outgoing {
    let mut tx = database.begin_bulk().await.unwrap();
    let mut store = Store::new(&mut tx);
    let raised = Alert {
        id: "alert_1".into(),
        ..alert(severity)
    };
    store.insert_alert(tenant, &raised).await.unwrap();
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
    let delivery = claim(&mut store).await;
    let found = recover_deliveries(&mut store, Interrupted::All, &rules(), moment(30)).await;
    assert_eq!(found.unwrap(), 1);
    tx.commit().await.unwrap();
    Outgoing {
        delivery,
        severity,
        address: "owner@example.org".into(),
        message: Message {
            subject: "Subject".into(),
            text: "Text".into(),
            html: "Text".into(),
        },
    }
}

async fn claim(store: &mut Store<'_>) -> Delivery {
    let mut delivery = store.take_due_delivery(at(30)).await.unwrap().unwrap();
    let place = delivery.place();
    delivery.state = State::Sending;
    delivery.attempts += 1;
    delivery.claimed_until = Some(at(20));
    assert!(store.move_delivery(&delivery, place).await.unwrap());
    delivery
}

fn report(outcome: Outcome) -> Report {
    Report {
        outcome,
        reason: None,
        provider_id: Some("queued as 1".into()),
    }
}

#[tokio::test]
async fn an_acceptance_that_is_noted_late_settles_what_was_put_back_or_rests_in_doubt() {
    for (severity, state) in [
        (Severity::Critical, State::Pending),
        (Severity::Warning, State::InDoubt),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let database = chassis::testing::empty_database(folder.path(), crate::MIGRATIONS).await;
        let tenant = TenantId::new("ten_a");
        let outgoing = judged(&database, &tenant, severity).await;
        let mut tx = database.begin_bulk().await.unwrap();
        let mut store = Store::new(&mut tx);
        let before = store.deliveries(&tenant, "alert_1", None).await.unwrap().remove(0);
        assert_eq!(before.state, state);
        for outcome in [Outcome::Deferred, Outcome::Refused, Outcome::Unknown] {
            let noted = write_down(&mut store, &outgoing, &report(outcome), &rules(), moment(40)).await;
            assert!(!noted.unwrap(), "{outcome:?} is no news to whoever judged it");
        }
        let accepted = report(Outcome::Accepted);
        let noted = write_down(&mut store, &outgoing, &accepted, &rules(), moment(40)).await;
        assert!(noted.unwrap());
        let after = store.deliveries(&tenant, "alert_1", None).await.unwrap().remove(0);
        assert_eq!((after.state, after.settled_at), (State::Sent, Some(at(40))));
        assert_eq!((after.in_doubt_count, after.attempts), (1, 1));
        assert_eq!(after.provider_id.as_deref(), Some("queued as 1"));
        assert!(!store.is_any_due(at(1_000)).await.unwrap(), "it is not sent again");
        let said = |corrects| published::delivered(&tenant, &alert(severity), &after, corrects, at(40)).id;
        assert_ne!(said(false), said(true), "others hear of the correction too");
    }
}

#[tokio::test]
async fn an_acceptance_that_is_noted_after_the_next_attempt_began_is_left_to_that_one() {
    let folder = tempfile::tempdir().unwrap();
    let database = chassis::testing::empty_database(folder.path(), crate::MIGRATIONS).await;
    let tenant = TenantId::new("ten_a");
    let outgoing = judged(&database, &tenant, Severity::Critical).await;
    let mut tx = database.begin_bulk().await.unwrap();
    let mut store = Store::new(&mut tx);
    let second = claim(&mut store).await;
    let accepted = report(Outcome::Accepted);
    let noted = write_down(&mut store, &outgoing, &accepted, &rules(), moment(40)).await;
    assert!(!noted.unwrap());
    let after = store.deliveries(&tenant, "alert_1", None).await.unwrap().remove(0);
    assert_eq!((after.state, after.attempts), (State::Sending, second.attempts));
}

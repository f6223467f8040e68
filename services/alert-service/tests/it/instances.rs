//! Two instances of the service on one PostgreSQL and one Redis: they share the work, and nobody is told twice.

use std::collections::HashSet;

use chassis::testing::{self, Ground, TestRuntime};
use serde_json::{Value, json};

use crate::app::{TestApp, start_of_test};
use crate::mail_delivery::{smtp_at, wants_email};
use crate::smtp::{Behaviour, SmtpServer};

/// One test, since each starts servers where the run brings none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_work_as_one() {
    each_message_goes_out_once().await;
    an_instance_that_starts_leaves_alone_what_another_is_sending().await;
    an_alert_escalates_once().await;
}

/// Two instances that send through one mail server, and a fleet whose people both know.
async fn two_instances(server: &SmtpServer, more: &[(&'static str, Value)]) -> (TestApp, TestApp) {
    let ground = Ground::servers();
    let mut settings = smtp_at(server.port);
    settings.extend(more.iter().cloned());
    let start = || TestApp::on(TestRuntime::start_on(&ground, start_of_test()), &settings);
    let one = start().await.with_people().await;
    wants_email(&one, "en").await;
    let other = start().await;
    one.runtime.shared_by(&alert_service::DEFINITION, 2).await;
    (one, other)
}

async fn each_message_goes_out_once() {
    let server = SmtpServer::start(&[]).await;
    let unlimited = [("alerts.notifications_per_hour_max", json!(1000))];
    let (one, other) = two_instances(&server, &unlimited).await;
    const MESSAGES: usize = 40;
    for number in 0..MESSAGES {
        let app = if number % 2 == 0 { &one } else { &other };
        app.decide(
            &format!("dec_{number}"),
            "V1",
            &format!("component_{number}"),
            "CRITICAL",
        )
        .await;
    }
    testing::eventually("every message at rest", || async {
        let delivered = other.runtime.all_published("alert-service").await;
        let mails = delivered
            .iter()
            .filter(|event| event.kind == "alert.delivered")
            .filter(|event| {
                let data = crate::app::data_of(event);
                data["channel"] == "EMAIL"
            });
        (mails.count() >= MESSAGES).then_some(())
    })
    .await;
    let mails = server.received();
    let ids: HashSet<String> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!((mails.len(), ids.len()), (MESSAGES, MESSAGES));
    one.stop().await;
    other.stop().await;
}

async fn an_instance_that_starts_leaves_alone_what_another_is_sending() {
    // The first connection takes the content and never answers: the message is being sent until the timeout.
    let server = SmtpServer::start(&[Behaviour::HangAfterContent]).await;
    let ground = Ground::servers();
    let mut settings = smtp_at(server.port);
    settings.retain(|(key, _)| *key != "smtp.timeout_ms");
    settings.push(("smtp.timeout_ms", json!(2000)));
    let start = || TestApp::on(TestRuntime::start_on(&ground, start_of_test()), &settings);
    let one = start().await.with_people().await;
    wants_email(&one, "en").await;
    one.decide("dec_1", "V1", "cooling", "WARNING").await;
    let alert_id = one.alert_of("dec_1").await;
    let is_email = |row: &&Value| row["channel"] == "EMAIL";
    one.ledger_when(&alert_id, "a message under way", |items| {
        items
            .iter()
            .find(is_email)
            .is_some_and(|row| row["status"] == "SENDING")
    })
    .await;
    let other = start().await;
    let ledger = other
        .ledger_when(&alert_id, "the message at rest", |items| {
            items
                .iter()
                .find(is_email)
                .is_some_and(|row| !row["settled_at"].is_null())
        })
        .await;
    let row = ledger.iter().find(is_email).unwrap();
    assert_eq!(
        (&row["status"], &row["reason"]),
        (&json!("IN_DOUBT"), &json!("answer_lost")),
        "its sender judged it"
    );
    one.stop().await;
    other.stop().await;
}

async fn an_alert_escalates_once() {
    let server = SmtpServer::start(&[]).await;
    let (one, other) = two_instances(&server, &[]).await;
    one.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    one.alert_of("dec_1").await;
    for minutes in [16, 32] {
        for app in [&one, &other] {
            let due = start_of_test() + chrono::TimeDelta::minutes(minutes);
            app.runtime.clock().advance_to(due);
        }
        let expected = usize::from(minutes > 16) + 1;
        one.published("alert.escalated", expected).await;
    }
    // Both look again, and find nothing.
    for app in [&one, &other] {
        app.runtime.clock().advance(std::time::Duration::from_secs(3600));
        app.decide("dec_2", "V2", "cooling", "INFO").await;
    }
    let escalated = other.runtime.all_published("alert-service").await;
    let escalated = escalated.iter().filter(|event| event.kind == "alert.escalated").count();
    assert_eq!(escalated, 2, "to the fleet manager and to the admin");
    one.stop().await;
    other.stop().await;
}

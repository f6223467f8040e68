//! E-mail through a real dialogue: it arrives once, is tried again when that is safe, and the ledger tells the truth.

use chassis::testing::{self, TestRuntime};
use chassis::{Clock, Role};
use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, data_of, start_of_test};
use crate::smtp::{Behaviour, SmtpServer};

/// Configuration of a mail server on this machine, quick to try again.
pub(crate) fn smtp_at(port: u16) -> Vec<(&'static str, Value)> {
    vec![
        ("smtp.host", json!("127.0.0.1")),
        ("smtp.port", json!(port)),
        ("smtp.tls", json!("none")),
        ("smtp.from", json!("Fleet <alerts@fleet.example>")),
        ("smtp.timeout_ms", json!(5000)),
        ("smtp.backoff_ms_first", json!(20)),
        ("smtp.backoff_ms_max", json!(50)),
        ("smtp.attempts_max", json!(4)),
        ("alerts.link_base", json!("https://fleet.example/alerts/")),
    ]
}

/// Sets how `usr_owner` is reached: by e-mail, in this language.
pub(crate) async fn wants_email(app: &TestApp, locale: &str) {
    let token = testing::token(TENANT, Role::Owner, "usr_owner", None);
    let body = json!({"email": "owner@example.org", "locale": locale, "channels": ["EMAIL"]});
    let (status, body) = app.ask("PUT", "/api/v1/preferences", &token, Some(body)).await;
    assert_eq!(status, 200, "{body}");
}

/// The service with one e-mailed owner, and the server that it talks to.
async fn with_server(script: &[Behaviour]) -> (TestApp, SmtpServer) {
    let server = SmtpServer::start(script).await;
    let mut settings = smtp_at(server.port);
    if script
        .iter()
        .any(|behaviour| matches!(behaviour, Behaviour::HangAtGreeting | Behaviour::HangAfterContent))
    {
        settings.push(("smtp.timeout_ms", json!(500)));
    }
    let app = TestApp::start_with(&settings).await.with_people().await;
    wants_email(&app, "en").await;
    app.settle().await;
    (app, server)
}

/// The ledger's row of the owner's e-mail once it came to rest.
async fn settled(app: &TestApp, decision_id: &str) -> Value {
    let alert_id = app.alert_of(decision_id).await;
    let rest = |row: &Value| row["channel"] == "EMAIL" && !row["settled_at"].is_null();
    let ledger = app
        .ledger_when(&alert_id, "the e-mail at rest", |items| items.iter().any(rest))
        .await;
    ledger.into_iter().find(|row| row["channel"] == "EMAIL").unwrap()
}

#[tokio::test]
async fn a_message_arrives_once_with_its_headers_and_both_parts() {
    let (app, server) = with_server(&[]).await;
    app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    let row = settled(&app, "dec_1").await;
    assert_eq!((&row["status"], &row["attempts"]), (&json!("SENT"), &json!(1)));
    assert_eq!(row["provider_id"], "2.0.0 queued as TEST-1");
    let received = server.received();
    assert_eq!(received.len(), 1);
    let mail = &received[0];
    assert_eq!(mail.from, "MAIL FROM:<alerts@fleet.example>");
    assert_eq!(mail.to, ["RCPT TO:<owner@example.org>"]);
    assert_eq!(mail.header("To"), "owner@example.org");
    assert_eq!(mail.header("From"), "Fleet <alerts@fleet.example>");
    let delivery_id = row["delivery_id"].as_str().unwrap();
    assert_eq!(mail.header("Message-ID"), format!("<{delivery_id}@fleet.example>"));
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert!(
        mail.header("Content-Type").starts_with("multipart/alternative"),
        "{}",
        mail.content
    );
    let alert_id = app.alert_of("dec_1").await;
    let unfolded = mail.content.replace("=\r\n", "");
    for part in [
        "text/plain",
        "text/html",
        "Safety",
        "What to do",
        "120.00 EUR to 650.00 EUR",
        alert_id.as_str(),
    ] {
        assert!(unfolded.contains(part), "{part} is missing in\n{}", mail.content);
    }
    let delivered = testing::eventually("the delivery said", || async {
        let events = app.runtime.all_published("alert-service").await;
        let delivered = events
            .iter()
            .filter(|event| event.kind == "alert.delivered")
            .map(data_of);
        delivered.into_iter().find(|data| data["delivery_id"] == delivery_id)
    })
    .await;
    assert_eq!(
        (&delivered["status"], &delivered["channel"]),
        (&json!("SENT"), &json!("EMAIL"))
    );
    app.stop().await;
}

#[tokio::test]
async fn messages_are_written_in_the_language_of_the_person() {
    let (app, server) = with_server(&[]).await;
    wants_email(&app, "de-AT").await;
    app.decide("dec_1", "V1", "brakes", "EMERGENCY").await;
    settled(&app, "dec_1").await;
    let content = server.received()[0].content.replace("=\r\n", "");
    assert!(
        content.contains("Was zu tun ist") && content.contains("120,00 EUR bis 650,00 EUR"),
        "{content}"
    );
    app.stop().await;
}

#[tokio::test]
async fn text_from_a_vehicle_cannot_add_headers_or_markup() {
    let (app, server) = with_server(&[]).await;
    let vehicle_id = "V1\r\nBcc: everyone@example.org\r\n\r\n<script>alert(1)</script>";
    app.register_vehicle(TENANT, vehicle_id, Some("usr_owner")).await;
    app.decide("dec_1", vehicle_id, "cooling", "CRITICAL").await;
    settled(&app, "dec_1").await;
    let mail = &server.received()[0];
    assert_eq!(mail.to, ["RCPT TO:<owner@example.org>"]);
    assert_eq!(mail.header("Bcc"), "");
    assert!(
        mail.header("Subject").contains("V1 Bcc: everyone@example.org"),
        "{}",
        mail.header("Subject")
    );
    let unfolded = mail.content.replace("=\r\n", "");
    let html = unfolded.split("text/html").nth(1).unwrap();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
    app.stop().await;
}

#[tokio::test]
async fn what_certainly_did_not_go_is_tried_again() {
    let script = [
        Behaviour::Greylist,
        Behaviour::HangAtGreeting,
        Behaviour::CloseAtRecipient,
        Behaviour::Accept,
    ];
    let (app, server) = with_server(&script).await;
    app.decide("dec_1", "V1", "cooling", "WARNING").await;
    let row = settled(&app, "dec_1").await;
    assert_eq!((&row["status"], &row["attempts"]), (&json!("SENT"), &json!(4)));
    assert_eq!((server.received().len(), server.connections()), (1, 4));
    app.stop().await;
}

#[tokio::test]
async fn attempts_are_bounded() {
    let (app, server) = with_server(&[Behaviour::Greylist; 10]).await;
    app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    let row = settled(&app, "dec_1").await;
    assert_eq!((&row["status"], &row["reason"]), (&json!("FAILED"), &json!("smtp_451")));
    assert_eq!((server.received().len(), server.connections()), (0, 4));
    app.stop().await;
}

#[tokio::test]
async fn a_refusal_is_final() {
    for (behaviour, code) in [
        (Behaviour::RejectRecipient, "smtp_550"),
        (Behaviour::RejectContent, "smtp_554"),
    ] {
        let (app, server) = with_server(&[behaviour]).await;
        app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
        let row = settled(&app, "dec_1").await;
        assert_eq!(
            (&row["status"], &row["reason"], &row["attempts"]),
            (&json!("FAILED"), &json!(code), &json!(1))
        );
        assert_eq!(server.connections(), 1);
        app.stop().await;
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_a_low_message_in_doubt_and_repeats_a_grave_one() {
    for behaviour in [Behaviour::CloseAfterContent, Behaviour::HangAfterContent] {
        let (app, server) = with_server(&[behaviour, behaviour]).await;
        app.decide("dec_low", "V1", "cooling", "WARNING").await;
        let row = settled(&app, "dec_low").await;
        assert_eq!(
            (&row["status"], &row["reason"]),
            (&json!("IN_DOUBT"), &json!("answer_lost"))
        );
        app.decide("dec_grave", "V1", "brakes", "CRITICAL").await;
        let row = settled(&app, "dec_grave").await;
        assert_eq!(
            (&row["status"], &row["attempts"], &row["in_doubt_count"]),
            (&json!("SENT"), &json!(2), &json!(1))
        );
        let ids: Vec<String> = server.received().iter().map(|mail| mail.header("Message-ID")).collect();
        assert_eq!(ids.len(), 3);
        assert!(
            ids[0] != ids[1] && ids[1] == ids[2],
            "the repetition carries the same Message-ID: {ids:?}"
        );
        let (_, stats) = app.get("/api/v1/alerts/stats", Role::Admin).await;
        assert_eq!(stats["deliveries_once_in_doubt"], 2, "the ledger counts it: {stats}");
        app.stop().await;
    }
}

#[tokio::test]
async fn an_erased_address_gets_nothing_more_not_even_what_was_waiting() {
    let server = SmtpServer::start(&[Behaviour::Greylist]).await;
    let mut settings = smtp_at(server.port);
    settings.extend([
        ("smtp.backoff_ms_first", json!(2000)),
        ("smtp.backoff_ms_max", json!(2000)),
    ]);
    let app = TestApp::start_with(&settings).await.with_people().await;
    wants_email(&app, "en").await;
    app.settle().await;
    app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    let alert_id = app.alert_of("dec_1").await;
    let waits = |row: &Value| row["status"] == "PENDING" && row["attempts"] == 1;
    app.ledger_when(&alert_id, "an e-mail that waits", |items| items.iter().any(waits))
        .await;
    let token = testing::token(TENANT, Role::Owner, "usr_owner", None);
    assert_eq!(app.ask("DELETE", "/api/v1/preferences", &token, None).await.0, 204);
    let row = settled(&app, "dec_1").await;
    assert_eq!(
        (&row["status"], &row["reason"]),
        (&json!("SUPPRESSED"), &json!("no_address"))
    );
    app.decide("dec_2", "V1", "brakes", "CRITICAL").await;
    let alert_id = app.alert_of("dec_2").await;
    let ledger = app.ledger_when(&alert_id, "journaled", |items| items.len() == 2).await;
    assert!(ledger.iter().all(|row| row["channel"] == "IN_APP"), "{ledger:?}");
    assert_eq!((server.connections(), server.received().len()), (1, 0));
    app.stop().await;
}

#[tokio::test]
async fn nothing_leaves_the_house_while_business_time_is_simulated() {
    let server = SmtpServer::start(&[]).await;
    let runtime = TestRuntime::start(start_of_test());
    let mut lent = runtime.runtime().clone();
    lent.clock = Clock::simulated(chrono::Utc::now() - chrono::TimeDelta::days(30));
    let service = alert_service::build(crate::app::config(&smtp_at(server.port)), &lent)
        .await
        .unwrap();
    let app = TestApp::around(runtime, service).await.with_people().await;
    wants_email(&app, "en").await;
    app.settle().await;
    app.decide("dec_1", "V1", "cooling", "EMERGENCY").await;
    let row = settled(&app, "dec_1").await;
    assert_eq!(
        (&row["status"], &row["reason"]),
        (&json!("SUPPRESSED"), &json!("simulated"))
    );
    assert_eq!(server.connections(), 0);
    app.stop().await;
}

#[tokio::test]
async fn without_a_mail_server_the_ledger_says_so() {
    let app = TestApp::start().await.with_people().await;
    wants_email(&app, "en").await;
    app.settle().await;
    app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    let row = settled(&app, "dec_1").await;
    assert_eq!(
        (&row["status"], &row["reason"]),
        (&json!("SUPPRESSED"), &json!("email_not_configured"))
    );
    app.stop().await;
}

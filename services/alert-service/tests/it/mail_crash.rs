//! The process dies around a send, truly: grave messages go again with the same Message-ID, lower ones do not.

use std::process::{Command, Stdio};
use std::time::Duration;

use chassis::Role;
use chassis::testing::TestRuntime;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::mail_delivery::{smtp_at, wants_email};
use crate::smtp::{Behaviour, SmtpServer};

/// Attempts without end, so that slow machines may use up some.
fn patient_smtp_at(port: u16) -> Vec<(&'static str, Value)> {
    let mut settings = smtp_at(port);
    settings.retain(|(key, _)| *key != "smtp.attempts_max");
    settings.push(("smtp.attempts_max", json!(1000)));
    settings.push(("smtp.doubts_max", json!(1000)));
    settings
}

/// Lets the claims of a killed process run out now, where instances share a database and would wait for it.
async fn expire_claims(runtime: &TestRuntime) {
    let database = runtime.database_of(&alert_service::DEFINITION).await;
    let mut tx = database.begin().await.unwrap();
    chassis::on!(tx, c => sqlx::query("UPDATE delivery SET claimed_until = created_at WHERE state = 'SENDING'").run(c).await)
        .unwrap();
    tx.commit().await.unwrap();
    database.close().await;
}

/// A stopped service whose folder holds one pending e-mail about an alert of this severity.
async fn with_pending_mail(severity: &str) -> (TestRuntime, String) {
    let greylisting = SmtpServer::start(&[Behaviour::Greylist; 100]).await;
    let mut settings = patient_smtp_at(greylisting.port);
    settings.push(("smtp.backoff_ms_first", json!(200)));
    settings.push(("smtp.backoff_ms_max", json!(200)));
    let app = TestApp::start_with(&settings).await.with_people().await;
    wants_email(&app, "en").await;
    app.settle().await;
    app.decide("dec_1", "V1", "cooling", severity).await;
    let alert_id = app.alert_of("dec_1").await;
    let tried = |row: &Value| row["channel"] == "EMAIL" && row["status"] == "PENDING" && row["attempts"] != 0;
    app.ledger_when(&alert_id, "a pending e-mail", |items| items.iter().any(tried))
        .await;
    (app.stop().await, alert_id)
}

/// Runs the service's own binary on the folder until its failpoint kills it.
async fn run_until_killed(runtime: &TestRuntime, port: u16, failpoint: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alert-service"));
    command.args(["--data-dir", runtime.data_dir().to_str().unwrap(), "serve"]);
    command
        .env("CARVROOOM_FAILPOINT", failpoint)
        .env("CARVROOOM_TOKEN_SECRET", chassis::testing::TOKEN_SECRET);
    command
        .env("ALERT__HTTP__PORT", "0")
        .envs(runtime.environment(&alert_service::DEFINITION));
    for (key, value) in patient_smtp_at(port) {
        let name = format!("ALERT__{}", key.to_uppercase().replace('.', "__"));
        command.env(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let ended = chassis::testing::eventually("the process killed", || {
        let ended = child.try_wait().unwrap();
        async move { ended }
    })
    .await;
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !ended.success() && said.contains(&format!("failpoint {failpoint}")),
        "{said}"
    );
}

/// The owner's e-mail in the ledger after a restart, once it came to rest.
async fn after_restart(runtime: TestRuntime, port: u16, alert_id: &str) -> (TestApp, Value) {
    expire_claims(&runtime).await;
    let app = TestApp::on(runtime.restart(), &patient_smtp_at(port)).await;
    let rest = |row: &Value| row["channel"] == "EMAIL" && !row["settled_at"].is_null();
    let ledger = app
        .ledger_when(alert_id, "the e-mail at rest", |items| items.iter().any(rest))
        .await;
    let row = ledger.into_iter().find(|row| row["channel"] == "EMAIL").unwrap();
    (app, row)
}

#[tokio::test]
async fn killed_after_the_send_a_grave_message_goes_again_with_the_same_id() {
    let (runtime, alert_id) = with_pending_mail("CRITICAL").await;
    let server = SmtpServer::start(&[]).await;
    run_until_killed(&runtime, server.port, "alert.send.after").await;
    assert_eq!(server.received().len(), 1);
    let (app, row) = after_restart(runtime, server.port, &alert_id).await;
    assert_eq!((&row["status"], &row["in_doubt_count"]), (&json!("SENT"), &json!(1)));
    let ids: Vec<String> = server.received().iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
    app.stop().await;
}

#[tokio::test]
async fn killed_after_the_send_a_low_message_stays_in_doubt() {
    let (runtime, alert_id) = with_pending_mail("WARNING").await;
    let server = SmtpServer::start(&[]).await;
    run_until_killed(&runtime, server.port, "alert.send.after").await;
    let (app, row) = after_restart(runtime, server.port, &alert_id).await;
    assert_eq!(
        (&row["status"], &row["reason"]),
        (&json!("IN_DOUBT"), &json!("process_stopped"))
    );
    let (_, stats) = app.get("/api/v1/alerts/stats", Role::Admin).await;
    assert_eq!(stats["deliveries_once_in_doubt"], 1);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.received().len(), 1, "not sent again");
    app.stop().await;
}

#[tokio::test]
async fn killed_before_the_send_a_grave_message_arrives_once() {
    let (runtime, alert_id) = with_pending_mail("EMERGENCY").await;
    let server = SmtpServer::start(&[]).await;
    run_until_killed(&runtime, server.port, "alert.send.before").await;
    assert_eq!(server.received().len(), 0);
    let (app, row) = after_restart(runtime, server.port, &alert_id).await;
    assert_eq!((&row["status"], &row["in_doubt_count"]), (&json!("SENT"), &json!(1)));
    assert_eq!(server.received().len(), 1);
    app.stop().await;
}

#[tokio::test]
async fn a_row_found_in_sending_is_judged_by_severity() {
    for (severity, status, mails) in [("CRITICAL", "SENT", 1), ("WARNING", "IN_DOUBT", 0)] {
        let (runtime, alert_id) = with_pending_mail(severity).await;
        let database = runtime.database_of(&alert_service::DEFINITION).await;
        let mut tx = database.begin().await.unwrap();
        chassis::on!(tx, c => sqlx::query("UPDATE delivery SET state = 'SENDING' WHERE channel = 'EMAIL' AND state = 'PENDING'")
            .run(c).await)
        .unwrap();
        tx.commit().await.unwrap();
        database.close().await;
        let server = SmtpServer::start(&[]).await;
        let (app, row) = after_restart(runtime, server.port, &alert_id).await;
        assert_eq!(row["status"], status);
        assert_eq!(server.received().len(), mails);
        app.stop().await;
    }
}

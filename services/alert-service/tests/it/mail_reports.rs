//! Weekly reports by e-mail: each recipient once, in their language, with the link to the app; and the ledger tells the truth.

use chassis::testing::{self, TestRuntime};
use chassis::{Cause, Clock, Role};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, event, start_of_test};
use crate::mail_delivery::smtp_at;
use crate::smtp::{Behaviour, SmtpServer};

/// The service and the server that it talks to; `usr_owner` and `usr_executive` are reached by e-mail.
async fn with_server(script: &[Behaviour]) -> (TestApp, SmtpServer) {
    let server = SmtpServer::start(script).await;
    let mut settings = smtp_at(server.port);
    settings.push(("alerts.report_link_base", json!("https://fleet.example/business/")));
    let app = TestApp::start_with(&settings).await.with_people().await;
    with_addresses(&app).await;
    (app, server)
}

async fn with_addresses(app: &TestApp) {
    app.change_user(TENANT, "usr_executive", "EXECUTIVE", json!({})).await;
    for (user_id, locale) in [("usr_owner", "en"), ("usr_executive", "de-AT")] {
        let wishes = json!({"email": format!("{user_id}@example.org"), "locale": locale, "channels": ["EMAIL"]});
        prefers(app, user_id, wishes).await;
    }
    app.settle().await;
}

async fn prefers(app: &TestApp, user_id: &str, wishes: Value) {
    let token = testing::token(TENANT, Role::Owner, user_id, None);
    let (status, body) = app.ask("PUT", "/api/v1/preferences", &token, Some(wishes)).await;
    assert_eq!(status, 200, "{body}");
}

fn report(report_id: &str, recipient_ids: &[&str]) -> Value {
    json!({"report_id": report_id, "kind": "executive", "format": "pdf", "from": "2026-04-27", "to": "2026-05-04", "byte_count": 18_342,
        "schedule_id": "sched_1", "recipient_ids": recipient_ids, "path": format!("/api/v1/reports/{report_id}/download")})
}

/// Analytics tells of a report that was made at this business time.
async fn tell(app: &TestApp, data: Value, time: DateTime<Utc>) {
    app.analytics
        .deliver_event(event("analytics.report.generated", TENANT, data, time, false))
        .await;
}

/// The ledger of a report once all of its rows are at rest.
async fn at_rest(app: &TestApp, report_id: &str, count: usize) -> Vec<Value> {
    let path = format!("/api/v1/alerts/deliveries/reports/{report_id}");
    let rows = testing::eventually("the report's messages at rest", || async {
        let (status, body) = app.get(&path, Role::Executive).await;
        assert_eq!(status, 200, "{body}");
        let rows = body["items"].as_array().unwrap().clone();
        (rows.len() == count && rows.iter().all(|row| !row["settled_at"].is_null())).then_some(rows)
    });
    rows.await
}

#[tokio::test]
async fn a_weekly_report_is_mailed_once_to_each_in_their_language() {
    let (app, server) = with_server(&[]).await;
    let told = report("rep_1", &["usr_owner", "usr_executive"]);
    tell(&app, told.clone(), start_of_test()).await;
    let rows = at_rest(&app, "rep_1", 2).await;
    assert!(
        rows.iter().all(|row| row["status"] == "SENT" && row["attempts"] == 1),
        "{rows:?}"
    );
    // Told once more, by another event: nobody is written to again.
    tell(&app, told, start_of_test()).await;
    tell(&app, report("rep_2", &["usr_owner"]), start_of_test()).await;
    at_rest(&app, "rep_2", 1).await;
    let mut received = server.received();
    assert_eq!(received.len(), 3);
    received.truncate(2);
    received.sort_by_key(|mail| mail.to.clone());
    let (german, english) = (&received[0], &received[1]);
    assert_eq!(german.to, ["RCPT TO:<usr_executive@example.org>"]);
    assert_eq!(english.header("Subject"), "Business report, 27 Apr 2026 to 03 May 2026");
    let unfolded = english.content.replace("=\r\n", "").replace("=3D", "=");
    assert!(unfolded.contains("Your weekly report is ready"), "{unfolded}");
    assert!(
        unfolded.contains("https://fleet.example/business?report=rep_1"),
        "{unfolded}"
    );
    let unfolded = german.content.replace("=\r\n", "");
    assert!(
        unfolded.contains("Ihr Wochenbericht ist da") && unfolded.contains("27.04.2026 bis 03.05.2026"),
        "{unfolded}"
    );
    for mail in &received {
        let delivery = rows
            .iter()
            .find(|row| mail.to[0].contains(row["recipient_id"].as_str().unwrap()))
            .unwrap();
        let expected = format!("<{}@fleet.example>", delivery["delivery_id"].as_str().unwrap());
        assert_eq!(mail.header("Message-ID"), expected);
    }
    assert!(
        app.runtime
            .all_published("alert-service")
            .await
            .iter()
            .all(|event| event.subject.as_deref() != Some("rep_1")),
        "a report is no alert, and nothing is said of it as of one"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_lost_answer_leaves_a_report_in_doubt_and_it_is_not_repeated() {
    let (app, server) = with_server(&[Behaviour::CloseAfterContent]).await;
    tell(&app, report("rep_1", &["usr_owner"]), start_of_test()).await;
    let rows = at_rest(&app, "rep_1", 1).await;
    let told = (&rows[0]["status"], &rows[0]["reason"], &rows[0]["in_doubt_count"]);
    assert_eq!(told, (&json!("IN_DOUBT"), &json!("answer_lost"), &json!(1)));
    tell(&app, report("rep_2", &["usr_owner"]), start_of_test()).await;
    at_rest(&app, "rep_2", 1).await;
    assert_eq!(server.received().len(), 2, "one try of each report");
    app.stop().await;
}

#[tokio::test]
async fn what_certainly_did_not_go_is_tried_again() {
    let (app, server) = with_server(&[Behaviour::Greylist, Behaviour::CloseAtRecipient]).await;
    tell(&app, report("rep_1", &["usr_owner"]), start_of_test()).await;
    let rows = at_rest(&app, "rep_1", 1).await;
    assert_eq!((&rows[0]["status"], &rows[0]["attempts"]), (&json!("SENT"), &json!(3)));
    assert_eq!(server.received().len(), 1);
    app.stop().await;
}

#[tokio::test]
async fn a_report_found_in_sending_after_a_crash_is_in_doubt() {
    let greylisting = SmtpServer::start(&[Behaviour::Greylist; 100]).await;
    let mut settings = smtp_at(greylisting.port);
    settings.extend([
        ("smtp.backoff_ms_first", json!(60_000)),
        ("smtp.backoff_ms_max", json!(60_000)),
    ]);
    let app = TestApp::start_with(&settings).await.with_people().await;
    with_addresses(&app).await;
    tell(&app, report("rep_1", &["usr_owner"]), start_of_test()).await;
    let path = "/api/v1/alerts/deliveries/reports/rep_1";
    testing::eventually("a message that waits", || async {
        let (_, body) = app.get(path, Role::Admin).await;
        (body["items"][0]["status"] == "PENDING" && body["items"][0]["attempts"] == 1).then_some(())
    })
    .await;
    let runtime = app.stop().await;
    let database = runtime.database_of(&alert_service::DEFINITION).await;
    let mut tx = database.begin().await.unwrap();
    chassis::on!(tx, c => sqlx::query("UPDATE delivery SET state = 'SENDING' WHERE about = 'REPORT'").run(c).await)
        .unwrap();
    tx.commit().await.unwrap();
    database.close().await;
    let server = SmtpServer::start(&[]).await;
    let app = TestApp::on(runtime.restart(), &smtp_at(server.port)).await;
    let rows = at_rest(&app, "rep_1", 1).await;
    assert_eq!(
        (&rows[0]["status"], &rows[0]["reason"]),
        (&json!("IN_DOUBT"), &json!("process_stopped"))
    );
    assert_eq!(server.connections(), 0, "not sent again");
    app.stop().await;
}

#[tokio::test]
async fn who_is_not_written_to_stands_in_the_ledger_with_the_reason() {
    let (app, server) = with_server(&[]).await;
    app.change_user(TENANT, "usr_gone", "EXECUTIVE", json!({"status": "DISABLED"}))
        .await;
    prefers(&app, "usr_gone", json!({"email": "gone@example.org"})).await;
    prefers(
        &app,
        "usr_quiet",
        json!({"email": "quiet@example.org", "channels": ["IN_APP"]}),
    )
    .await;
    app.settle().await;
    tell(
        &app,
        report("rep_1", &["usr_gone", "usr_quiet", "usr_silent"]),
        start_of_test(),
    )
    .await;
    tell(
        &app,
        report("rep_old", &["usr_owner"]),
        start_of_test() - TimeDelta::hours(49),
    )
    .await;
    let rows = at_rest(&app, "rep_1", 3).await;
    let reason = |user: &str| {
        let row = rows.iter().find(|row| row["recipient_id"] == user).unwrap();
        assert_eq!(row["status"], "SUPPRESSED");
        row["reason"].clone()
    };
    assert_eq!(reason("usr_gone"), "person_disabled");
    assert_eq!(reason("usr_quiet"), "email_not_wanted");
    assert_eq!(reason("usr_silent"), "no_address");
    assert_eq!(at_rest(&app, "rep_old", 1).await[0]["reason"], "too_old");
    assert_eq!(server.connections(), 0);
    app.stop().await;
}

#[tokio::test]
async fn what_somebody_asked_for_and_what_is_history_is_not_mailed() {
    let (app, server) = with_server(&[]).await;
    let mut asked = report("rep_asked", &["usr_owner"]);
    asked["schedule_id"] = Value::Null;
    tell(&app, asked, start_of_test()).await;
    let mut past = event(
        "analytics.report.generated",
        TENANT,
        report("rep_past", &["usr_owner"]),
        start_of_test(),
        true,
    );
    past.cause = Cause {
        historical: true,
        ..Cause::new()
    };
    app.analytics.deliver_event(past).await;
    tell(&app, report("rep_1", &["usr_owner"]), start_of_test()).await;
    at_rest(&app, "rep_1", 1).await;
    app.settle().await;
    for report_id in ["rep_asked", "rep_past"] {
        assert!(at_rest(&app, report_id, 0).await.is_empty());
    }
    assert_eq!(server.received().len(), 1);
    app.stop().await;
}

#[tokio::test]
async fn while_business_time_is_simulated_no_report_leaves_the_house() {
    let server = SmtpServer::start(&[]).await;
    let runtime = TestRuntime::start(start_of_test());
    let mut lent = runtime.runtime().clone();
    let begin = chrono::Utc::now() - TimeDelta::days(30);
    lent.clock = Clock::simulated(begin);
    let service = alert_service::build(crate::app::config(&smtp_at(server.port)), &lent)
        .await
        .unwrap();
    let app = TestApp::around(runtime, service).await.with_people().await;
    with_addresses(&app).await;
    tell(&app, report("rep_1", &["usr_owner"]), begin).await;
    let rows = at_rest(&app, "rep_1", 1).await;
    assert_eq!(
        (&rows[0]["status"], &rows[0]["reason"]),
        (&json!("SUPPRESSED"), &json!("simulated"))
    );
    assert_eq!(server.connections(), 0);
    app.stop().await;
}

#[tokio::test]
async fn who_is_bound_sees_their_own_row_and_other_tenants_none() {
    let (app, _server) = with_server(&[]).await;
    tell(&app, report("rep_1", &["usr_owner", "usr_executive"]), start_of_test()).await;
    at_rest(&app, "rep_1", 2).await;
    let path = "/api/v1/alerts/deliveries/reports/rep_1";
    let bound = testing::token(TENANT, Role::Executive, "usr_executive", Some(&["V1"]));
    let (status, body) = app.ask("GET", path, &bound, None).await;
    let rows = body["items"].as_array().unwrap();
    assert_eq!(
        (status, rows.len(), &rows[0]["recipient_id"]),
        (200, 1, &json!("usr_executive"))
    );
    let elsewhere = testing::token("ten_b", Role::Admin, "usr_admin", None);
    let (status, body) = app.ask("GET", path, &elsewhere, None).await;
    assert_eq!((status, &body["items"]), (200, &json!([])));
    let owner = testing::token(TENANT, Role::Owner, "usr_owner", Some(&["V1"]));
    assert_eq!(app.ask("GET", path, &owner, None).await.0, 403);
    app.stop().await;
}

//! Reports in their three formats, on demand and each week, and thresholds that are crossed.

use crate::app::{By, TestApp, text};
use crate::events_fleet::{Producers, chain};
use chassis::Role;
use chassis::testing::contracts::validate_event;
use chassis::testing::{BOOTSTRAP_KEY, token};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

async fn file(app: &TestApp, path: &str, by: &str) -> (u16, String, Vec<u8>) {
    let response = app
        .http
        .get(app.service.url(path))
        .bearer_auth(by)
        .send()
        .await
        .unwrap();
    let status = response.status().as_u16();
    let name = response
        .headers()
        .get("content-disposition")
        .map(|name| name.to_str().unwrap().to_owned());
    (
        status,
        name.unwrap_or_default(),
        response.bytes().await.unwrap().to_vec(),
    )
}

#[tokio::test]
async fn a_report_is_made_in_each_format_and_belongs_to_its_tenant() {
    let app = TestApp::start().await;
    let producers = Producers::of(&app).await;
    chain(&producers, "=V1", 7).await;
    app.until(
        "/api/v1/dashboards/fleet",
        By::Key(BOOTSTRAP_KEY),
        "the chain",
        |_, body| body["fleet_summary"]["with_visit"] == 1 && body["action_list"][0]["warranty_covered"] == true,
    )
    .await;
    let executive = token("default", Role::Executive, "usr_e", None);
    let stranger = token("ten_b", Role::Executive, "usr_s", None);
    for kind in ["fleet", "executive"] {
        for (format, magic) in [("csv", &b"section,"[..]), ("xlsx", b"PK\x03\x04"), ("pdf", b"%PDF-")] {
            let wanted = json!({"kind": kind, "format": format});
            let (status, report) = app
                .post("/api/v1/reports/generate", By::Token(&executive), wanted)
                .await;
            assert_eq!(status, 201, "{report}");
            let path = text(&report["path"]);
            let (status, name, bytes) = file(&app, &path, &executive).await;
            assert_eq!(
                (status, bytes.len() as u64),
                (200, report["byte_count"].as_u64().unwrap())
            );
            assert!(
                bytes.starts_with(magic) && name.contains(&format!(".{format}")),
                "{name}"
            );
            if kind == "fleet" && format == "csv" {
                let csv = String::from_utf8(bytes.clone()).unwrap();
                assert!(csv.contains(",'=V1,") && !csv.contains(",=V1"), "{csv}");
            }
            assert_eq!(report["locale"], "en");
            if let Ok(folder) = std::env::var("CARVROOOM_KEEP_REPORTS") {
                std::fs::write(format!("{folder}/{kind}.{format}"), &bytes).unwrap();
            }
            assert_eq!(file(&app, &path, &stranger).await.0, 404, "another tenant");
        }
    }
    let (_, list) = app.get("/api/v1/reports?limit=4", By::Token(&executive)).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 4);
    let cursor = text(&list["next_cursor"]);
    let (_, rest) = app
        .get(
            &format!("/api/v1/reports?limit=4&cursor={cursor}"),
            By::Token(&executive),
        )
        .await;
    assert_eq!(rest["items"].as_array().unwrap().len(), 2);
    let told = app
        .runtime
        .published("analytics-service", "analytics.report.generated", 6)
        .await;
    told.iter().for_each(validate_event);
    bad_wishes(&app, &executive).await;
    let technician = token("default", Role::Technician, "usr_t", None);
    let wanted = json!({"kind": "fleet", "format": "pdf"});
    assert_eq!(
        app.post("/api/v1/reports/generate", By::Token(&technician), wanted)
            .await
            .0,
        403
    );
}

/// The locale that is asked for, else the person's own; a schedule keeps what it was asked for, its reports the language they got.
#[tokio::test]
async fn a_report_speaks_the_language_of_its_reader() {
    let app = TestApp::start().await;
    let producers = Producers::of(&app).await;
    chain(&producers, "V1", 7).await;
    let admin = token("default", Role::Admin, "usr_admin", None);
    let new = json!({"username": "heidi", "role": "EXECUTIVE", "locale": "de-AT"});
    let (_, created) = app.post("/api/v1/users", By::Token(&admin), new).await;
    let heidi_id = text(&created["user"]["user_id"]);
    let heidi = token("default", Role::Executive, &heidi_id, None);
    let has = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    for (locale, language, title) in [
        (None, "de", &b"Rechtzeitig gebucht"[..]),
        (Some("en-GB"), "en", b"Business report"),
        (Some("DE"), "de", b"Seite 1 von"),
        (Some("fr"), "en", b"Page 1 of"),
    ] {
        let wanted = json!({"kind": "executive", "format": "pdf", "locale": locale});
        let (status, report) = app.post("/api/v1/reports/generate", By::Token(&heidi), wanted).await;
        assert_eq!((status, &report["locale"]), (201, &json!(language)), "{report}");
        let (_, _, bytes) = file(&app, &text(&report["path"]), &heidi).await;
        assert!(has(&bytes, title), "{locale:?}");
        assert!(has(&bytes, format!("/Lang ({language})").as_bytes()));
    }
    let (_, list) = app.get("/api/v1/reports?limit=1", By::Token(&heidi)).await;
    assert_eq!(list["items"][0]["locale"], "en");
    let schedules = "/api/v1/reports/schedules";
    for (locale, kept) in [(None, "de-AT"), (Some("fr-CA"), "fr-CA")] {
        let wanted = json!({"kind": "fleet", "format": "pdf", "locale": locale});
        let (status, schedule) = app.post(schedules, By::Token(&heidi), wanted).await;
        assert_eq!((status, &schedule["locale"]), (201, &json!(kept)), "{schedule}");
    }
    for path in ["/api/v1/reports/generate", schedules] {
        let wanted = json!({"kind": "fleet", "format": "pdf", "locale": "de; DROP"});
        let (status, problem) = app.post(path, By::Token(&heidi), wanted).await;
        assert_eq!(
            (status, &problem["code"]),
            (422, &json!("user.bad_locale")),
            "{problem}"
        );
    }
    app.runtime.clock().advance_to("2026-05-04T06:00:01Z".parse().unwrap());
    let told = app
        .runtime
        .published("analytics-service", "analytics.report.generated", 6)
        .await;
    let mut languages = Vec::new();
    for event in &told {
        let data: Value = serde_json::from_slice(&event.data).unwrap();
        if data["schedule_id"].is_null() {
            continue;
        }
        let (_, _, bytes) = file(&app, &text(&data["path"]), &heidi).await;
        languages.push(if has(&bytes, b"Flottenbericht") { "de" } else { "en" });
    }
    languages.sort_unstable();
    assert_eq!(languages, ["de", "en"]);
}

async fn bad_wishes(app: &TestApp, executive: &str) {
    for (body, status) in [
        (json!({"kind": "fleet", "format": "exe"}), 422),
        (json!({"kind": "../etc", "format": "pdf"}), 422),
        (
            json!({"kind": "fleet", "format": "pdf", "from": "1900-01-01", "to": "2026-01-01"}),
            422,
        ),
        (json!({"kind": "fleet"}), 422),
    ] {
        let (answered, problem) = app.post("/api/v1/reports/generate", By::Token(executive), body).await;
        assert!(answered == status || answered == 400, "{answered} {problem}");
    }
}

#[tokio::test]
async fn a_weekly_report_comes_on_mondays_once_and_a_threshold_is_told_once() {
    let app = TestApp::start().await;
    let producers = Producers::of(&app).await;
    chain(&producers, "V1", 5).await;
    let admin = token("default", Role::Admin, "usr_admin", None);
    let new = json!({"username": "eve", "role": "EXECUTIVE"});
    let (_, created) = app.post("/api/v1/users", By::Token(&admin), new).await;
    let eve = text(&created["user"]["user_id"]);
    let schedules = "/api/v1/reports/schedules";
    let nobody = json!({"kind": "executive", "format": "pdf", "recipient_ids": ["usr_nobody"]});
    assert_eq!(app.post(schedules, By::Token(&admin), nobody).await.0, 422);
    let wanted = json!({"kind": "executive", "format": "pdf", "recipient_ids": [eve]});
    let (status, schedule) = app.post(schedules, By::Token(&admin), wanted).await;
    assert_eq!(
        (status, &schedule["due_at"]),
        (201, &json!("2026-05-04T06:00:00Z")),
        "{schedule}"
    );
    app.runtime.clock().advance_to("2026-05-04T06:00:01Z".parse().unwrap());
    let told = app
        .runtime
        .published("analytics-service", "analytics.report.generated", 1)
        .await;
    validate_event(&told[0]);
    let data: Value = serde_json::from_slice(&told[0].data).unwrap();
    assert_eq!(data["recipient_ids"], json!([eve]));
    assert_eq!(
        (&data["from"], &data["to"]),
        (&json!("2026-04-27"), &json!("2026-05-04"))
    );
    let (status, _, bytes) = file(&app, &text(&data["path"]), &admin).await;
    assert!(status == 200 && bytes.starts_with(b"%PDF-"));
    let (_, list) = app.get(schedules, By::Token(&admin)).await;
    assert_eq!(list["items"][0]["due_at"], "2026-05-11T06:00:00Z");
    // Three weeks later one more comes, not three.
    app.runtime.clock().advance_to("2026-05-26T00:00:00Z".parse().unwrap());
    let told = app
        .runtime
        .published("analytics-service", "analytics.report.generated", 2)
        .await;
    assert_eq!(told.len(), 2);
    let path = format!("{schedules}/{}", text(&schedule["schedule_id"]));
    assert_eq!(app.send("DELETE", &path, By::Token(&admin), None).await.0, 204);
    assert_eq!(app.send("DELETE", &path, By::Token(&admin), None).await.0, 404);
    thresholds(&app, &producers).await;
}

/// An EMERGENCY that nobody resolves makes the uptime low; that is told once, however often it is looked.
async fn thresholds(app: &TestApp, producers: &Producers) {
    let alert = json!({"alert_id": "alert_stop", "severity": "EMERGENCY"});
    producers.say("alert-service", "alert.created", "V1", 10, alert).await;
    app.until(
        "/api/v1/metrics/uptime?from=2026-04-27&to=2026-05-27",
        By::Key(BOOTSTRAP_KEY),
        "the standstill",
        |_, body| {
            body["numbers"]["unplanned_h"]
                .as_f64()
                .is_some_and(|hours| hours > 100.0)
        },
    )
    .await;
    for day in ["2026-05-27T00:00:00Z", "2026-05-28T00:00:00Z", "2026-05-29T00:00:00Z"] {
        app.runtime.clock().advance_to(day.parse::<DateTime<Utc>>().unwrap());
        let told = app
            .runtime
            .published("analytics-service", "analytics.threshold.exceeded", 1)
            .await;
        let low: Vec<_> = told
            .iter()
            .filter(|event| event.subject.as_deref() == Some("uptime.low"))
            .collect();
        low.iter().for_each(|event| validate_event(event));
        assert!(low.len() <= 1, "told once");
    }
}

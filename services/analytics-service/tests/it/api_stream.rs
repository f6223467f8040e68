//! The stream of changes.

use crate::app::{By, TestApp, now};
use chassis::Role;
use chassis::testing::contracts::example;
use chassis::testing::{eventually, token};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Follows the stream in the background and gathers what it says.
pub(crate) async fn follow(app: &TestApp, token: &str) -> Arc<Mutex<String>> {
    resume(app, token, None).await
}

/// The same from an event on.
async fn resume(app: &TestApp, token: &str, after: Option<&str>) -> Arc<Mutex<String>> {
    let mut request = app.http.get(app.service.url("/api/v1/stream")).bearer_auth(token);
    if let Some(after) = after {
        request = request.header("last-event-id", after);
    }
    let mut response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(
        response.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/event-stream")
    );
    let gathered = Arc::new(Mutex::new(String::new()));
    let sink = gathered.clone();
    tokio::spawn(async move {
        while let Ok(Some(chunk)) = response.chunk().await {
            sink.lock().await.push_str(&String::from_utf8_lossy(&chunk));
        }
    });
    gathered
}

async fn say(app: &TestApp, tenant: &str, vehicle: &str) {
    let mut data: Value = example("alert-service", "alert.created").parse().unwrap();
    data["vehicle_id"] = json!(vehicle);
    data["alert_id"] = json!(format!("alert_{tenant}_{vehicle}"));
    app.producer("alert-service")
        .await
        .deliver("alert.created", tenant, vehicle, now(), data)
        .await;
}

#[tokio::test]
async fn followers_hear_their_own_tenant_and_vehicles_only() {
    let app = TestApp::start().await;
    let manager = follow(&app, &token("ten_a", Role::FleetManager, "usr_m", None)).await;
    let owner = follow(&app, &token("ten_a", Role::Owner, "usr_o", Some(&["V1"]))).await;
    let stranger = follow(&app, &token("ten_b", Role::FleetManager, "usr_s", None)).await;
    for (tenant, vehicle) in [("ten_a", "V1"), ("ten_a", "V2"), ("ten_b", "V9")] {
        say(&app, tenant, vehicle).await;
    }
    let heard = |sink: Arc<Mutex<String>>, what: &'static str| async move {
        eventually(what, || async { sink.lock().await.contains(what).then_some(()) }).await;
    };
    heard(manager.clone(), "\"vehicle_id\":\"V1\"").await;
    heard(manager.clone(), "\"vehicle_id\":\"V2\"").await;
    heard(owner.clone(), "\"vehicle_id\":\"V1\"").await;
    heard(stranger.clone(), "\"vehicle_id\":\"V9\"").await;
    assert!(!manager.lock().await.contains("V9"));
    assert!(!owner.lock().await.contains("V2") && !owner.lock().await.contains("V9"));
    assert!(!stranger.lock().await.contains("V1"));
    let told = manager.lock().await.clone();
    let line = told.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let change: Value = serde_json::from_str(line).unwrap();
    assert_eq!(change["type"], "alert.created");
    assert!(change["time"].as_str().unwrap().ends_with('Z') && change["summary"].is_string());
    app.service.stop().await;
}

#[tokio::test]
async fn a_full_stream_is_refused_and_a_slow_client_is_let_go() {
    let one = toml::Value::Integer(1);
    let app = TestApp::start_with(&[("stream.clients_max", one.clone()), ("stream.buffer_max", one)]).await;
    let as_manager = token("default", Role::FleetManager, "usr_m", None);
    let _first = follow(&app, &as_manager).await;
    let (status, body) = app.get("/api/v1/stream", By::Token(&as_manager)).await;
    assert_eq!((status, &body["code"]), (503, &json!("stream.full")));
}

/// The ids and vehicles of what was told, in its order.
async fn told(sink: &Arc<Mutex<String>>) -> Vec<(String, String)> {
    let text = sink.lock().await.clone();
    let frames = text.split("\n\n").filter_map(|frame| {
        let line = |prefix: &str| frame.lines().find_map(|line| line.strip_prefix(prefix));
        let change: Value = serde_json::from_str(line("data: ")?).ok()?;
        Some((line("id: ")?.to_owned(), change["vehicle_id"].as_str()?.to_owned()))
    });
    frames.collect()
}

#[tokio::test]
async fn a_client_that_was_away_hears_what_it_missed_and_no_more_than_it_may() {
    let app = TestApp::start().await;
    let manager = token("ten_a", Role::FleetManager, "usr_m", None);
    let first = follow(&app, &manager).await;
    say(&app, "ten_a", "V1").await;
    let id = eventually("the first event", || async {
        told(&first).await.first().map(|(id, _)| id.clone())
    })
    .await;
    // What lies further back than the grace is not told again.
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    for (tenant, vehicle) in [("ten_a", "V2"), ("ten_b", "V9"), ("ten_a", "V3")] {
        say(&app, tenant, vehicle).await;
    }
    eventually("the third event", || async {
        (told(&first).await.len() == 3).then_some(())
    })
    .await;
    let last = told(&first).await[1].0.clone();
    let resumed = resume(&app, &manager, Some(&id)).await;
    let again = eventually("what was missed", || async {
        Some(told(&resumed).await).filter(|told| told.len() == 2)
    })
    .await;
    assert_eq!(
        again,
        told(&first).await[1..],
        "the same events under the same ids, in the same order"
    );
    let owner = token("ten_a", Role::Owner, "usr_o", Some(&["V3"]));
    let own = resume(&app, &owner, Some(&id)).await;
    let own = eventually("the own vehicle", || async {
        Some(told(&own).await).filter(|told| !told.is_empty())
    })
    .await;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].1, "V3");
    say(&app, "ten_a", "V4").await;
    eventually("what comes after", || async {
        told(&resumed)
            .await
            .iter()
            .any(|(_, vehicle)| vehicle == "V4")
            .then_some(())
    })
    .await;
    for hostile in [
        "nonsense",
        "99999999999999999999.x",
        "",
        "-1.'; DROP TABLE audit_entry",
        // The earliest time that there is, so that nothing lies before it.
        "-8334601228800000000.x",
        "-8334601228790000000.x",
        "8210266876799999999.x",
    ] {
        let sink = resume(&app, &manager, Some(hostile)).await;
        eventually("a fresh start", || async {
            sink.lock().await.contains("event").then_some(())
        })
        .await;
    }
    let _ = last;
    app.service.stop().await;
}

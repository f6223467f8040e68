//! Centres, technicians and parts: written, replaced, listed by pages, refused with all violations.

use serde_json::json;

use crate::app::{TECHNICIAN, TENANT, TestApp, alert, as_technician, center, eur, manager, part, technician};

#[tokio::test]
async fn master_data_is_written_replaced_and_paged() {
    let app = TestApp::start().await;
    let manager = manager(TENANT);
    for (number, expected) in [(1, 201), (2, 201), (3, 201), (1, 200)] {
        let (status, body) = app
            .post("/api/v1/centers", &manager, center(&format!("ctr_{number}")))
            .await;
        assert_eq!(status, expected, "{body:#}");
    }
    let (_, first) = app.get("/api/v1/centers?limit=2", &manager).await;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let cursor = first["next_cursor"].as_str().unwrap();
    let (_, second) = app
        .get(&format!("/api/v1/centers?limit=2&cursor={cursor}"), &manager)
        .await;
    assert_eq!(second["items"][0]["center_id"], "ctr_3");
    assert!(second["next_cursor"].is_null());
    assert_eq!(second["items"][0]["opening_hours"], center("ctr_3")["opening_hours"]);
    assert_eq!(second["items"][0]["bays"], center("ctr_3")["bays"]);

    app.must_post("/api/v1/technicians", &manager, technician(TECHNICIAN, "ctr_1"))
        .await;
    let (_, listed) = app.get("/api/v1/technicians?center_id=ctr_1", &manager).await;
    assert_eq!(listed["items"][0]["breaks"], technician(TECHNICIAN, "ctr_1")["breaks"]);
    for (center, code) in [("ctr_1", "A"), ("ctr_1", "B"), ("ctr_2", "A")] {
        app.must_post("/api/v1/parts", &manager, part(center, code, 3)).await;
    }
    let (_, page) = app.get("/api/v1/parts?limit=2", &manager).await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let (_, rest) = app.get(&format!("/api/v1/parts?cursor={cursor}"), &manager).await;
    assert_eq!(rest["items"][0]["center_id"], "ctr_2");
    app.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_place() {
    let app = TestApp::start().await;
    let manager = manager(TENANT);
    let mut wrong = center("ctr_1");
    wrong["utc_offset_minutes"] = json!(7);
    wrong["opening_hours"][2]["to"] = json!("25:00");
    wrong["bays"][0]["kinds"] = json!(["ROCKET"]);
    let (status, problem) = app.post("/api/v1/centers", &manager, wrong).await;
    assert_eq!(status, 422);
    let paths: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["/utc_offset_minutes", "/opening_hours/2", "/bays/0/kinds"]);

    let mut dollars = center("ctr_1");
    dollars["labour_price_per_hour"] = json!({"amount_minor": 1, "currency": "USD"});
    let (status, problem) = app.post("/api/v1/centers", &manager, dollars).await;
    assert_eq!(
        (status, &problem["errors"][0]["code"]),
        (422, &json!("currency.unsupported"))
    );

    let (status, problem) = app
        .post("/api/v1/technicians", &manager, technician("usr_1", "ctr_none"))
        .await;
    assert_eq!((status, &problem["errors"][0]["code"]), (422, &json!("center.unknown")));
    let (status, _) = app
        .post("/api/v1/parts", &manager, json!({"center_id": "ctr_1", "part_code": 7}))
        .await;
    assert_eq!(status, 422);
    app.stop().await;
}

#[tokio::test]
async fn stock_cannot_sink_below_what_is_promised() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 1).await;
    let (_, parts) = app.get("/api/v1/parts", &manager(TENANT)).await;
    assert_eq!(
        (&parts["items"][0]["stock"], &parts["items"][0]["reserved"]),
        (&json!(2), &json!(1))
    );
    let (status, problem) = app
        .post("/api/v1/parts", &manager(TENANT), part("ctr_north", "COOLANT-HOSE", 0))
        .await;
    assert_eq!(
        (status, &problem["errors"][0]["code"]),
        (422, &json!("stock.below_reserved"))
    );
    app.stop().await;
}

#[tokio::test]
async fn a_schedule_shows_working_time_and_visits() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 1).await;
    let path = format!("/api/v1/technicians/{TECHNICIAN}/schedule?from=2026-05-04T00:00:00Z&to=2026-05-05T00:00:00Z");
    let (status, schedule) = app.get(&path, &as_technician(TENANT, TECHNICIAN)).await;
    assert_eq!(status, 200, "{schedule:#}");
    let morning = json!({"from": "2026-05-04T08:00:00Z", "to": "2026-05-04T12:00:00Z"});
    let afternoon = json!({"from": "2026-05-04T12:30:00Z", "to": "2026-05-04T17:00:00Z"});
    assert_eq!(schedule["working"], json!([morning, afternoon]));
    assert_eq!(schedule["appointments"][0]["vehicle_id"], "V1");
    assert_eq!(schedule["appointments"][0]["price"], eur(27_000));
    let (status, _) = app.get(&path, &as_technician(TENANT, "usr_other")).await;
    assert_eq!(status, 404, "another technician's schedule");
    let (status, _) = app.get("/api/v1/technicians/usr_none/schedule", &manager(TENANT)).await;
    assert_eq!(status, 404);
    let ancient =
        format!("/api/v1/technicians/{TECHNICIAN}/schedule?from=2026-05-04T00:00:00Z&to=2027-05-05T00:00:00Z");
    assert_eq!(app.get(&ancient, &manager(TENANT)).await.0, 422);
    app.stop().await;
}

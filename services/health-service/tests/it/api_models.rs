//! The registry and the calibration page: who speaks, who may change it, and how it is proved.

use chassis::Role;
use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, NOW, TestApp, component, data, owner, person, time};

/// A wear prior for the pads of petrol cars.
fn model(model_id: &str, life_km: f64, evaluation: Value) -> (String, Value) {
    let card = json!({
        "model_id": model_id, "family": "degradation", "component": "brakes", "vehicle_class": "petrol_car",
        "data_hash": "5c1e", "about": "A prior for tests.", "evaluation": evaluation,
    });
    let file = json!({"format": "wear-prior/1", "card": card, "prior": [life_km, 0.5, 0.15]});
    (format!("{model_id}.model"), file)
}

fn judged(set_hash: &str, pinball_km: f64) -> Value {
    json!({"set_hash": set_hash, "units": 120, "pinball_km": pinball_km, "coverage_90": 0.9})
}

async fn registry(files: &[(String, Value)]) -> TestApp {
    let files: Vec<(&str, Value)> = files.iter().map(|(name, file)| (&**name, file.clone())).collect();
    TestApp::start_with_models(&files).await
}

async fn change(app: &TestApp, model_id: &str, step: &str, body: Value) -> Answer {
    let path = format!("/api/v1/models/{model_id}/{step}");
    app.send(Method::POST, &path, &person("ten_a", Role::Admin), Some(body))
        .await
}

fn code(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["code"].as_str().unwrap_or_default())
}

async fn three_candidates() -> TestApp {
    registry(&[
        model("pads-a", 40_000.0, judged("held-out-1", 900.0)),
        model("pads-b", 60_000.0, judged("held-out-1", 700.0)),
        model("pads-c", 80_000.0, judged("held-out-2", 100.0)),
    ])
    .await
}

fn by_force() -> Value {
    json!({"force": true, "reason": "A trial."})
}

async fn refused(app: &TestApp, model_id: &str, body: Value, expected: (u16, &str)) -> Value {
    let answer = change(app, model_id, "promote", body).await;
    assert_eq!(code(&answer), expected, "{model_id}: {}", answer.body);
    answer.body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_speaks_only_when_it_is_better_on_the_same_units() {
    let app = three_candidates().await;
    let list = app.get("/api/v1/models", &person("ten_a", Role::Admin)).await.body;
    let items = list["items"].as_array().unwrap();
    let status = |id: &str| items.iter().find(|model| model["model_id"] == id).unwrap()["status"].clone();
    assert_eq!(status("degradation-wiener"), "CHAMPION");
    assert_eq!(status("pads-b"), "SHADOW");
    // Nothing compares them with the built-in model.
    refused(&app, "pads-a", json!({}), (409, "health.model_unproven")).await;
    refused(&app, "pads-a", json!({"force": true}), (422, "health.reason_invalid")).await;
    let forced = change(&app, "pads-a", "promote", by_force()).await;
    assert_eq!(forced.status, 200, "{}", forced.body);
    assert_eq!(
        (&forced.body["forced"], &forced.body["compared_on"]),
        (&json!(true), &json!("NONE"))
    );
    // Better on the same held-out units: no force needed. Worse, or judged on others: refused.
    let better = change(&app, "pads-b", "promote", json!({})).await;
    assert_eq!(
        (better.status, &better.body["compared_on"]),
        (200, &json!("HELD_OUT")),
        "{}",
        better.body
    );
    let worse = refused(&app, "pads-a", json!({}), (409, "health.model_not_better")).await;
    assert_eq!(worse["params"]["previous_loss_km"], 700.0);
    refused(&app, "pads-c", json!({}), (409, "health.model_unproven")).await;
    refused(&app, "pads-b", json!({}), (409, "health.model_speaks_already")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_rolled_back_by_one_step_and_every_change_is_told() {
    let app = three_candidates().await;
    change(&app, "pads-a", "promote", by_force()).await;
    change(&app, "pads-b", "promote", json!({})).await;
    let back = change(&app, "pads-b", "rollback", json!({"reason": "It flaps."})).await;
    assert_eq!((back.status, &back.body["model_id"]), (200, &json!("pads-a")));
    let further = change(&app, "pads-a", "rollback", json!({})).await;
    assert_eq!(code(&further), (409, "health.model_nothing_before"));
    let told = app.told("model.promoted", 3).await;
    let actions: Vec<Value> = told.iter().map(|event| data(event)["action"].clone()).collect();
    assert_eq!(actions, ["PROMOTED", "PROMOTED", "ROLLED_BACK"]);
    let free_text = |event: &chassis::Event| String::from_utf8_lossy(&event.data).contains("trial");
    assert!(!told.iter().any(free_text), "no free text in events");
    let shown = app
        .get("/api/v1/models/pads-a", &person("ten_a", Role::Admin))
        .await
        .body;
    assert_eq!(shown["changes"].as_array().unwrap().len(), 2, "{shown}");
    assert_eq!(
        shown["speaks_for"][0],
        json!({"component": "brakes", "vehicle_class": "petrol_car"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_is_a_tenants_own_and_an_administrators_only() {
    let app = registry(&[model("pads-a", 40_000.0, json!(null))]).await;
    let forced = json!({"force": true, "reason": "A trial."});
    for caller in [
        person("ten_a", Role::FleetManager),
        person("ten_a", Role::Support),
        owner("ten_a", &["V1"]),
    ] {
        let answer = app
            .send(
                Method::POST,
                "/api/v1/models/pads-a/promote",
                &caller,
                Some(forced.clone()),
            )
            .await;
        assert_eq!(answer.status, 403);
    }
    assert_eq!(change(&app, "pads-a", "promote", forced.clone()).await.status, 200);
    let other = app
        .get("/api/v1/models/pads-a", &person("ten_b", Role::Admin))
        .await
        .body;
    assert_eq!(other["status"], "SHADOW", "another tenant chose nothing");
    assert_eq!(other["changes"], json!([]));
    assert_eq!(
        code(&change(&app, "nobody", "promote", forced.clone()).await),
        (404, "health.model_unknown")
    );
    let elsewhere = json!({"component": "tyres", "force": true, "reason": "x"});
    assert_eq!(
        code(&change(&app, "pads-a", "promote", elsewhere).await),
        (422, "health.model_key_invalid")
    );
    let nowhere = change(&app, "degradation-wiener", "promote", forced).await;
    assert_eq!(code(&nowhere), (422, "health.model_key_invalid"));
    let unknown = app.get("/api/v1/models/nobody", &person("ten_a", Role::Admin)).await;
    assert_eq!(unknown.status, 404);
}

/// Days of driving 100 km each with pads that wear by 1 % in 500 km, one record an hour for ten hours a day.
fn days(vehicle_id: &str, from_day: i64, count: i64) -> Vec<Value> {
    let record = |number: i64| {
        let (day, hour) = (from_day + number / 10, number % 10);
        let km = 40_000.0 + 100.0 * day as f64 + 10.0 * hour as f64;
        json!({
            "vehicle_id": vehicle_id, "time": time(NOW) - Duration::days(90 - day) + Duration::hours(hour), "protocol": "GENERIC",
            "signals": {
                "Vehicle.Speed": 50.0, "Vehicle.TraveledDistance": 1_000.0 * km,
                "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear": 20.0 + (km - 40_000.0) / 500.0,
            },
        })
    };
    (0..10 * count).map(record).collect()
}

fn repaired_at() -> String {
    chassis::rfc3339(time(NOW) - Duration::days(30) + Duration::minutes(10))
}

fn visit(vehicle_id: &str, verdict: &str) -> Value {
    json!({"appointment_id": format!("apt_{vehicle_id}"), "vehicle_id": vehicle_id, "technician_id": "usr_t",
           "completed_at": repaired_at(), "odometer_km": 45_990.0, "cost": {"amount_minor": 1, "currency": "EUR"},
           "findings": [{"component": "brakes", "verdict": verdict, "action": "REPLACED", "parts": []}]})
}

fn repair(vehicle_id: &str) -> Value {
    json!({"repair_id": format!("rep_{vehicle_id}"), "vehicle_id": vehicle_id, "component": "brakes", "action": "REPLACED",
           "repaired_at": repaired_at(), "odometer_km": 45_990.0})
}

/// Three vehicles watched for sixty days: the first is repaired by a visit, the second elsewhere, the third preventively.
async fn three_lives() -> TestApp {
    let app = registry(&[model("pads-a", 40_000.0, json!(null))]).await;
    for vehicle_id in ["V1", "V2", "V3"] {
        app.register("ten_a", vehicle_id).await;
        app.telemetry("ten_a", vehicle_id, days(vehicle_id, 0, 60)).await;
        app.taken("ten_a", vehicle_id, 600).await;
    }
    for (vehicle_id, verdict) in [("V1", "CONFIRMED"), ("V3", "NOT_FOUND")] {
        let visit = visit(vehicle_id, verdict);
        app.scheduling
            .deliver("appointment.completed", "ten_a", vehicle_id, time(NOW), visit)
            .await;
    }
    app.ingestion
        .deliver("vehicle.repair.recorded", "ten_a", "V2", time(NOW), repair("V2"))
        .await;
    let repairs = app.told("vehicle.health.changed", 3).await;
    assert!(repairs.iter().all(|event| data(event)["reason"] == "REPAIR"));
    app
}

fn row<'a>(page: &'a Value, model_id: &str) -> &'a Value {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["model_id"] == model_id)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn predictions_are_frozen_and_scored_when_the_outcome_comes() {
    let app = three_lives().await;
    let admin = person("ten_a", Role::Admin);
    let page = app.get("/api/v1/calibration?component=brakes", &admin).await.body;
    let spoken = row(&page, "degradation-wiener");
    assert_eq!(
        (&spoken["shadow"], &spoken["vehicle_class"]),
        (&json!(false), &json!("petrol_car"))
    );
    assert_eq!(spoken["lives"], 2, "two lives ended by a confirmed fault: {page}");
    assert_eq!(spoken["verdict"], "NOT_ENOUGH_DATA");
    let count = |name: &str| spoken[name].as_i64().unwrap();
    let scored = count("held") + count("too_long") + count("too_short");
    // 32 days daily, the next 28 every second day, of two vehicles; the third's are censored.
    assert!((80..100).contains(&scored), "{page}");
    assert!((40..50).contains(&count("censored")), "{page}");
    // The true lives ended thousands of kilometres before the pads' limit: long predictions are told to be too long.
    assert!(count("too_long") > scored / 2, "{page}");
    let aside = row(&page, "pads-a");
    assert_eq!(
        (&aside["shadow"], &aside["lives"]),
        (&json!(true), &json!(2)),
        "a candidate's errors are kept: {page}"
    );
    assert!(aside["mean_pinball_km"].as_f64().unwrap() > 0.0);
    assert_eq!(
        app.get("/api/v1/calibration", &person("ten_b", Role::Admin)).await.body["items"],
        json!([])
    );
    assert_eq!(app.get("/api/v1/calibration?component=wings", &admin).await.status, 404);
    assert_eq!(
        app.get("/api/v1/calibration?vehicle_class=boat", &admin).await.status,
        422
    );
    assert_eq!(
        app.get("/api/v1/calibration", &owner("ten_a", &["V1"])).await.status,
        403
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_news_again_counts_nothing_twice() {
    let app = three_lives().await;
    app.ingestion
        .deliver("vehicle.repair.recorded", "ten_a", "V2", time(NOW), repair("V2"))
        .await;
    app.telemetry("ten_a", "V2", days("V2", 70, 1)).await;
    app.taken("ten_a", "V2", 610).await;
    let path = "/api/v1/calibration?component=brakes&model_id=degradation-wiener";
    let after = app.get(path, &person("ten_a", Role::Admin)).await.body;
    assert_eq!(after["items"][0]["lives"], 2, "{after}");
    assert_eq!(
        after["items"][0]["pending"], 1,
        "the new pads' first prediction: {after}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_champion_is_the_one_that_is_heard() {
    let app = registry(&[model("pads-a", 900_000.0, json!(null))]).await;
    app.register("ten_a", "V1").await;
    app.telemetry("ten_a", "V1", days("V1", 85, 1)).await;
    let before = app.taken("ten_a", "V1", 10).await;
    assert_eq!(component(&before, "brakes")["rul_model_id"], "degradation-wiener");
    change(&app, "pads-a", "promote", json!({"force": true, "reason": "A trial."})).await;
    let after = app.taken("ten_a", "V1", 10).await;
    assert_eq!(component(&after, "brakes")["rul_model_id"], "pads-a");
    assert!(component(&after, "brakes")["rul_km"].as_f64() > component(&before, "brakes")["rul_km"].as_f64());
    let waiting = app
        .get(
            "/api/v1/health/V1/cost-of-waiting?component=brakes&days_max=365",
            &person("ten_a", Role::Admin),
        )
        .await
        .body;
    let dates = waiting["components"][0]["dates"].as_array().unwrap();
    let chances: Vec<f64> = dates
        .iter()
        .map(|date| date["failure_probability"].as_f64().unwrap())
        .collect();
    assert!(chances.is_sorted() && chances[0] == 0.0, "{waiting}");
    assert_eq!(dates.last().unwrap()["days"], 365.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn shipped_models_are_registered_at_the_first_start_and_once() {
    let app = TestApp::start().await.restart().await;
    let list = app.get("/api/v1/models", &person("ten_a", Role::Admin)).await.body;
    let items = list["items"].as_array().unwrap();
    let shipped: Vec<&Value> = items.iter().filter(|model| model["family"] != "degradation").collect();
    assert!(shipped.len() >= 3, "{list}");
    for model in &shipped {
        assert_eq!(model["status"], "CHAMPION", "{model}");
        assert!(model["evaluation"]["units"].as_u64() > Some(0), "{model}");
    }
    let mut ids: Vec<&Value> = items.iter().map(|model| &model["model_id"]).collect();
    ids.sort_by_key(|id| id.to_string());
    ids.dedup();
    assert_eq!(ids.len(), items.len());
}

/// A file in the folder is anybody's word: whatever its card says of itself, it answers aside until somebody promotes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_the_folder_does_not_speak_by_itself() {
    let mut evaluation = judged("held-out-1", 1.0);
    evaluation["built_in_pinball_km"] = json!(900.0);
    let app = registry(&[model("pads-boast", 40_000.0, evaluation)]).await;
    let list = app.get("/api/v1/models", &person("ten_a", Role::Admin)).await.body;
    let items = list["items"].as_array().unwrap();
    let boast = items.iter().find(|model| model["model_id"] == "pads-boast").unwrap();
    assert_eq!(boast["status"], "SHADOW");
    let promoted = change(&app, "pads-boast", "promote", json!({})).await;
    assert_eq!(promoted.status, 200, "{}", promoted.body);
}

//! The life of a visit through the API: offered, held, booked, moved, started, completed, cancelled.

use chassis::testing::{contracts, eventually};
use serde_json::{Value, json};

use crate::app::{TECHNICIAN, TENANT, TestApp, as_technician, manager, owner, report, technician};

fn wanted(vehicle_id: &str) -> Value {
    json!({"vehicle_id": vehicle_id, "component": "cooling", "required_skill": "cooling", "labour_hours": 2.0,
        "parts": [{"part_code": "COOLANT-HOSE", "quantity": 1}], "urgency": "WITHIN_WEEK"})
}

fn named(vehicle_id: &str, starts_at: &str) -> Value {
    let mut body = wanted(vehicle_id);
    body["slot"] = json!({"center_id": "ctr_north", "starts_at": starts_at});
    body
}

async fn ready(vehicles: &[&str]) -> TestApp {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    for vehicle in vehicles {
        app.vehicle(TENANT, vehicle).await;
    }
    app
}

#[tokio::test]
async fn an_offered_slot_is_kept_for_a_while_and_then_free() {
    let app = ready(&["V1", "V2"]).await;
    let offer = app
        .must_post("/api/v1/slots/available", &manager(TENANT), wanted("V1"))
        .await;
    let slots = offer["slots"].as_array().unwrap();
    assert_eq!(slots.len(), 3);
    assert_eq!(slots[0]["starts_at"], "2026-05-04T08:00:00Z");
    assert_eq!(slots[0]["held_until"], "2026-05-04T05:15:00Z");
    assert_eq!(slots[0]["why"]["code"], "slot.by_urgency");
    // While it is kept, another vehicle is offered other times.
    let other = app
        .must_post("/api/v1/slots/available", &manager(TENANT), wanted("V2"))
        .await;
    let starts: Vec<&Value> = slots.iter().map(|slot| &slot["starts_at"]).collect();
    assert!(!starts.contains(&&other["slots"][0]["starts_at"]), "{other:#}");
    app.advance(16);
    let (status, problem) = app
        .post(
            "/api/v1/appointments",
            &manager(TENANT),
            json!({"slot_id": slots[0]["slot_id"]}),
        )
        .await;
    assert_eq!((status, &problem["code"]), (410, &json!("slot.expired")));
    let again = app
        .must_post("/api/v1/slots/available", &manager(TENANT), wanted("V2"))
        .await;
    assert_eq!(again["slots"][0]["starts_at"], "2026-05-04T08:00:00Z");
    app.stop().await;
}

#[tokio::test]
async fn of_eight_who_want_the_same_time_exactly_one_wins() {
    let vehicles: Vec<String> = (1..=8).map(|number| format!("V{number}")).collect();
    let app = ready(&vehicles.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let manager = manager(TENANT);
    let book = |vehicle: &String| {
        let body = named(vehicle, "2026-05-04T09:00:00Z");
        let (app, manager) = (&app, &manager);
        async move { app.post("/api/v1/appointments", manager, body).await }
    };
    let answers = futures_join(vehicles.iter().map(book)).await;
    let won = answers.iter().filter(|(status, _)| *status == 201).count();
    let lost: Vec<_> = answers.iter().filter(|(status, _)| *status == 409).collect();
    assert_eq!((won, lost.len()), (1, 7), "{answers:#?}");
    for (_, problem) in lost {
        assert_eq!(problem["code"], "slot.taken");
        assert_eq!(
            problem["params"]["alternatives"].as_array().unwrap().len(),
            3,
            "{problem:#}"
        );
        assert_eq!(problem["params"]["why_not"]["code"], "why_not.time_not_free");
    }
    app.appointments(TENANT, "SCHEDULED", 1).await;
    app.stop().await;
}

#[tokio::test]
async fn of_eight_who_take_the_same_offer_exactly_one_wins() {
    let app = ready(&["V1"]).await;
    let manager = manager(TENANT);
    let offer = app.must_post("/api/v1/slots/available", &manager, wanted("V1")).await;
    let slot_id = offer["slots"][0]["slot_id"].clone();
    let book = |_| {
        let body = json!({"slot_id": slot_id});
        let (app, manager) = (&app, &manager);
        async move { app.post("/api/v1/appointments", manager, body).await }
    };
    let answers = futures_join((0..8).map(book)).await;
    assert_eq!(
        answers.iter().filter(|(status, _)| *status == 201).count(),
        1,
        "{answers:#?}"
    );
    assert!(
        answers.iter().all(|(status, _)| [201, 409].contains(status)),
        "{answers:#?}"
    );
    app.appointments(TENANT, "SCHEDULED", 1).await;
    app.stop().await;
}

/// Runs all at once and gives their results.
async fn futures_join<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, slot) in running
            .iter_mut()
            .zip(done.iter_mut())
            .filter(|(_, slot)| slot.is_none())
        {
            if let std::task::Poll::Ready(output) = future.as_mut().poll(context) {
                *slot = Some(output);
            }
        }
        if done.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn the_whole_life_of_a_visit() {
    let app = ready(&["V1"]).await;
    let (manager, tech) = (manager(TENANT), as_technician(TENANT, TECHNICIAN));
    let visit = app
        .must_post("/api/v1/appointments", &manager, named("V1", "2026-05-04T09:00:00Z"))
        .await;
    let path = format!("/api/v1/appointments/{}", visit["appointment_id"].as_str().unwrap());
    assert_eq!((&visit["status"], &visit["version"]), (&json!("SCHEDULED"), &json!(1)));

    let late = json!({"version": 9, "starts_at": "2026-05-04T13:00:00Z"});
    let (status, problem) = app.call("PUT", &path, &manager, Some(late)).await;
    assert_eq!(
        (status, &problem["code"]),
        (409, &json!("appointment.version_conflict"))
    );
    let moved = json!({"version": 1, "starts_at": "2026-05-04T13:00:00Z"});
    let (status, visit) = app.call("PUT", &path, &manager, Some(moved)).await;
    assert_eq!(
        (status, &visit["starts_at"]),
        (200, &json!("2026-05-04T13:00:00Z")),
        "{visit:#}"
    );
    let night = json!({"version": 2, "starts_at": "2026-05-04T20:00:00Z"});
    let (status, problem) = app.call("PUT", &path, &manager, Some(night)).await;
    assert_eq!((status, &problem["code"]), (409, &json!("slot.taken")), "{problem:#}");

    let (status, problem) = app.post(&format!("{path}/complete"), &tech, report()).await;
    assert_eq!(
        (status, &problem["code"]),
        (409, &json!("appointment.not_allowed")),
        "not started yet"
    );
    let (status, _) = app
        .post(&format!("{path}/start"), &as_technician(TENANT, "usr_other"), json!({}))
        .await;
    assert_eq!(status, 404, "another technician does not even see it");
    let started = app.must_post(&format!("{path}/start"), &tech, json!({})).await;
    assert_eq!(started["status"], "STARTED");
    let (status, _) = app.call("DELETE", &path, &manager, None).await;
    assert_eq!(status, 409, "begun work is not cancelled");
    let done = app.must_post(&format!("{path}/complete"), &tech, report()).await;
    assert_eq!((&done["status"], &done["version"]), (&json!("COMPLETED"), &json!(4)));
    assert_eq!(done["findings"][0]["notes"], "Called Mr Smith, +49 170 555");

    for (kind, count) in [
        ("appointment.scheduled", 1),
        ("technician.assigned", 1),
        ("appointment.rescheduled", 1),
        ("appointment.started", 1),
        ("appointment.completed", 1),
    ] {
        let events = app.runtime.published("scheduling-service", kind, count).await;
        assert_eq!(events.len(), count, "{kind}");
        contracts::validate_event(&events[0]);
        assert!(
            !String::from_utf8_lossy(&events[0].data).contains("Smith"),
            "no free text in {kind}"
        );
    }
    let (_, parts) = app.get("/api/v1/parts", &manager).await;
    assert_eq!(
        (&parts["items"][0]["stock"], &parts["items"][0]["reserved"]),
        (&json!(1), &json!(0))
    );
    app.stop().await;
}

#[tokio::test]
async fn a_cancelled_visit_frees_its_time_and_its_parts() {
    let app = ready(&["V1"]).await;
    let manager = manager(TENANT);
    let visit = app
        .must_post("/api/v1/appointments", &manager, named("V1", "2026-05-04T09:00:00Z"))
        .await;
    let path = format!("/api/v1/appointments/{}", visit["appointment_id"].as_str().unwrap());
    let (status, open) = app
        .post("/api/v1/appointments", &manager, named("V1", "2026-05-04T13:00:00Z"))
        .await;
    assert_eq!(
        (status, &open["code"]),
        (409, &json!("appointment.already_open")),
        "one open visit for a component"
    );
    let (status, problem) = app.call("DELETE", &format!("{path}?version=7"), &manager, None).await;
    assert_eq!(
        (status, &problem["code"]),
        (409, &json!("appointment.version_conflict"))
    );
    let (status, cancelled) = app.call("DELETE", &format!("{path}?version=1"), &manager, None).await;
    assert_eq!((status, &cancelled["status"]), (200, &json!("CANCELLED")));
    let (_, parts) = app.get("/api/v1/parts", &manager).await;
    assert_eq!(parts["items"][0]["reserved"], 0);
    app.must_post("/api/v1/appointments", &manager, named("V1", "2026-05-04T09:00:00Z"))
        .await;
    app.stop().await;
}

#[tokio::test]
async fn the_same_request_key_books_once() {
    let app = ready(&["V1"]).await;
    let manager = manager(TENANT);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let body = Some(named("V1", "2026-05-04T09:00:00Z"));
        let (status, visit) = app
            .call_with("POST", "/api/v1/appointments", &manager, body, Some("key-1"))
            .await;
        assert_eq!(status, 201, "{visit:#}");
        ids.push(visit["appointment_id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
    app.appointments(TENANT, "SCHEDULED", 1).await;
    app.stop().await;
}

#[tokio::test]
async fn a_person_may_place_what_waits_for_a_slot() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.vehicle(TENANT, "V1").await;
    let mut away = technician(TECHNICIAN, "ctr_north");
    away["absences"] = json!([{"from": "2026-05-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}]);
    app.must_post("/api/v1/technicians", &manager(TENANT), away).await;
    app.alert(TENANT, crate::app::alert("alert_1", "V1", "CRITICAL"), false)
        .await;
    let waiting = app.appointments(TENANT, "UNPLACED", 1).await;
    // Beyond the horizon of automatic booking, but a person may look further.
    let visit = app
        .must_post(
            "/api/v1/appointments",
            &owner(TENANT, &["V1"]),
            named("V1", "2026-06-01T08:00:00Z"),
        )
        .await;
    assert_eq!(visit["appointment_id"], waiting[0]["appointment_id"]);
    assert_eq!(
        (&visit["status"], &visit["alert_id"]),
        (&json!("SCHEDULED"), &json!("alert_1"))
    );
    app.stop().await;
}

#[tokio::test]
async fn lists_are_filtered_and_paged_in_order_of_the_start() {
    let app = ready(&["V1", "V2", "V3"]).await;
    let manager = manager(TENANT);
    for (vehicle, hour) in [("V1", "13"), ("V2", "08"), ("V3", "10")] {
        let mut body = named(vehicle, &format!("2026-05-05T{hour}:00:00Z"));
        body["labour_hours"] = json!(1.0);
        body["parts"] = json!([]);
        app.must_post("/api/v1/appointments", &manager, body).await;
    }
    let vehicles = |body: &Value| -> Vec<String> {
        body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["vehicle_id"].as_str().unwrap().to_owned())
            .collect()
    };
    let (_, first) = app.get("/api/v1/appointments?limit=2", &manager).await;
    assert_eq!(vehicles(&first), ["V2", "V3"]);
    let (_, rest) = app
        .get(
            &format!("/api/v1/appointments?cursor={}", first["next_cursor"].as_str().unwrap()),
            &manager,
        )
        .await;
    assert_eq!(vehicles(&rest), ["V1"]);
    let (_, ranged) = app
        .get(
            "/api/v1/appointments?from=2026-05-05T09:00:00Z&to=2026-05-05T13:00:00Z",
            &manager,
        )
        .await;
    assert_eq!(vehicles(&ranged), ["V3"]);
    let (_, one) = app.get("/api/v1/appointments/vehicle/V1", &manager).await;
    assert_eq!(vehicles(&one), ["V1"]);
    for (path, status) in [
        ("?status=LOST", 422),
        ("?cursor=zz", 400),
        ("?cursor=417c42", 422),
        ("?from=yesterday", 400),
    ] {
        assert_eq!(
            app.get(&format!("/api/v1/appointments{path}"), &manager).await.0,
            status,
            "{path}"
        );
    }
    app.stop().await;
}

#[tokio::test]
async fn bad_requests_say_what_and_where() {
    let app = ready(&["V1"]).await;
    let manager = manager(TENANT);
    let check = |body: Value, status: u16, path: &'static str| {
        let (app, manager) = (&app, &manager);
        async move {
            let (got, problem) = app.post("/api/v1/appointments", manager, body).await;
            assert_eq!(
                (got, problem["errors"][0]["path"].as_str()),
                (status, Some(path)),
                "{problem:#}"
            );
        }
    };
    check(json!({}), 422, "/slot_id").await;
    check(named("V1", "2026-05-04T09:07:00Z"), 422, "/slot/starts_at").await;
    let mut none = named("V1", "2026-05-04T09:00:00Z");
    none["labour_hours"] = json!(0);
    check(none, 422, "/labour_hours").await;
    let mut parts = named("V1", "2026-05-04T09:00:00Z");
    parts["parts"] = json!([{"part_code": "A", "quantity": -1}]);
    check(parts, 422, "/parts/0/quantity").await;
    let (status, problem) = app
        .post("/api/v1/appointments", &manager, named("V404", "2026-05-04T09:00:00Z"))
        .await;
    assert_eq!((status, &problem["code"]), (404, &json!("vehicle.not_found")));
    let (status, past) = app
        .post("/api/v1/appointments", &manager, named("V1", "2026-05-03T09:00:00Z"))
        .await;
    assert_eq!(
        (status, &past["params"]["why_not"]["code"]),
        (409, &json!("why_not.too_soon"))
    );
    // Three hoses are wanted and two are there: the third comes in two days.
    let mut many = named("V1", "2026-05-04T09:00:00Z");
    many["parts"] = json!([{"part_code": "COOLANT-HOSE", "quantity": 3}]);
    let (status, soon) = app.post("/api/v1/appointments", &manager, many).await;
    assert_eq!(
        (status, &soon["params"]["why_not"]["params"]["earliest_at"]),
        (409, &json!("2026-05-06T05:00:00Z"))
    );
    let (status, far) = app
        .post("/api/v1/appointments", &manager, named("V1", "2199-05-03T09:00:00Z"))
        .await;
    assert_eq!(
        (status, &far["params"]["why_not"]["code"]),
        (409, &json!("why_not.beyond_horizon"))
    );
    eventually("nothing was booked", || async {
        (app.count("appointment.scheduled").await == 0).then_some(())
    })
    .await;
    app.stop().await;
}

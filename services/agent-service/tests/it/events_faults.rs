//! Events twice, late, out of order and broken.

use chassis::testing::{TestService, eventually, sources};
use serde_json::json;

use crate::app::{AGENT, TENANT, TestApp, admin, coolant_leak, data, degraded, hours, now, weak_battery};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_twice_makes_one_decision() {
    let app = TestApp::start().await;
    let event = |id: &str| chassis::NewEvent {
        kind: "component.critical",
        schema_version: "1.0",
        tenant: chassis::TenantId::new(TENANT),
        key: "V1".to_owned(),
        subject: Some("V1".to_owned()),
        time: now(),
        cause: chassis::Cause::new(),
        id: Some(id.to_owned()),
        data: coolant_leak("V1"),
    };
    app.health.deliver_event(event("evt_same")).await;
    app.decisions(1).await;
    // A second stream with the same event id stands for a broker that delivers twice.
    let letter = chassis::Event {
        id: "evt_same".to_owned(),
        source: "health-service".to_owned(),
        kind: "component.critical".to_owned(),
        tenant: chassis::TenantId::new(TENANT),
        subject: Some("V1".to_owned()),
        time: now(),
        recorded_time: now(),
        historical: false,
        correlation_id: "cor_1".to_owned(),
        partition: 0,
        sequence: 1,
        schema_version: "1.0".to_owned(),
        data: coolant_leak("V1").to_string().into(),
    };
    let consumer = agent_service::events::Consumer::new(app.state());
    for _ in 0..3 {
        let database = app.state().database;
        let mut tx = database.begin().await.unwrap();
        chassis::Handler::handle(&consumer, &letter, &mut tx).await.unwrap();
        tx.commit().await.unwrap();
    }
    app.settled().await;
    assert_eq!(app.decisions(1).await.len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_neither_loses_nor_repeats_a_decision() {
    let mut app = TestApp::start().await;
    app.finding("component.degraded", TENANT, weak_battery("V1"), now())
        .await;
    app.decisions(1).await;
    let runtime = app.runtime.restart();
    app.stop_serving().await;
    let config = chassis::config::load(&agent_service::DEFINITION, &sources()).unwrap();
    let health = runtime.producer("health-service").await;
    let service = agent_service::build(config, runtime.runtime()).await.unwrap();
    let served = TestService::start(&runtime, service).await;
    health
        .deliver("component.degraded", TENANT, "V2", now(), weak_battery("V2"))
        .await;
    let made = runtime.published(AGENT, "agent.decision.made", 2).await;
    let vehicles: Vec<_> = made
        .iter()
        .map(|event| data(event)["vehicle_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((vehicles.len(), vehicles.contains(&"V1".to_owned())), (2, true));
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_findings_do_not_reopen_what_a_newer_decision_covers() {
    let app = TestApp::start().await;
    app.finding("component.critical", TENANT, weak_battery("V1"), hours(40))
        .await;
    app.decisions(1).await;
    // Out of order by a few hours: covered. Out of order by more than a day: decided, but superseded from the start.
    app.finding("component.degraded", TENANT, weak_battery("V1"), hours(30))
        .await;
    app.finding("component.degraded", TENANT, weak_battery("V1"), hours(2))
        .await;
    app.settled().await;
    let listed = app.get("/api/v1/agents/decisions/V1", &admin()).await.body;
    let seen: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["severity"].clone(),
                item["status"].clone(),
                item["repeats"].clone(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (json!("CRITICAL"), json!("OPEN"), json!(1)),
            (json!("WARNING"), json!("SUPERSEDED"), json!(0))
        ]
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_registration_does_not_replace_a_newer_one() {
    let app = TestApp::start().await;
    let vehicle = |powertrain: &str| json!({"vehicle_id": "V1", "powertrain": powertrain, "vehicle_class": "HOVERCRAFT", "status": "ACTIVE"});
    app.ingestion
        .deliver("vehicle.updated", TENANT, "V1", hours(2), vehicle("DIESEL"))
        .await;
    app.ingestion
        .deliver("vehicle.registered", TENANT, "V1", hours(1), vehicle("PETROL"))
        .await;
    app.ingestion
        .deliver(
            "vehicle.registered",
            TENANT,
            "V1-marker",
            hours(1),
            json!({"vehicle_id": "V1-marker", "powertrain": "STEAM", "vehicle_class": "VAN", "status": "ACTIVE"}),
        )
        .await;
    let database = app.state().database;
    eventually("both", || async {
        let mut tx = database.read().await.unwrap();
        let mut store = agent_service::store::Store::new(&mut tx);
        let tenant = chassis::TenantId::new(TENANT);
        let marker = store.vehicle(&tenant, "V1-marker").await.unwrap()?;
        let vehicle = store.vehicle(&tenant, "V1").await.unwrap()?;
        assert_eq!(vehicle.powertrain.code(), "DIESEL");
        (marker.powertrain.code() == "UNKNOWN").then_some(())
    })
    .await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn poison_goes_to_the_dead_letters_and_the_stream_goes_on() {
    let app = TestApp::start().await;
    app.finding(
        "component.degraded",
        TENANT,
        json!({"vehicle_id": "V1", "component": 7}),
        now(),
    )
    .await;
    app.finding("component.degraded", TENANT, degraded("V1", "flux_capacitor"), now())
        .await;
    app.warranty
        .deliver(
            "warranty.coverage.checked",
            TENANT,
            "V1",
            now(),
            json!({"decision_id": "dec_unknown", "covered": true,
            "reason": {"code": "warranty.covered", "params": {}, "text": ""}}),
        )
        .await;
    app.finding("component.degraded", TENANT, weak_battery("V1"), now())
        .await;
    assert_eq!(app.decisions(1).await.len(), 1);
    let codes = eventually("three dead letters", || async {
        let letters = app.get("/api/v1/dead-letters", &admin()).await.body;
        let mut codes: Vec<String> = letters["items"]
            .as_array()?
            .iter()
            .map(|letter| letter["code"].as_str().unwrap().to_owned())
            .collect();
        codes.sort();
        (codes.len() == 3).then_some(codes)
    })
    .await;
    assert_eq!(codes, ["component.unknown", "decision.unknown", "event.data.invalid"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_fields_and_values_of_others_are_taken_calmly() {
    let app = TestApp::start().await;
    let mut finding = weak_battery("V1");
    finding["something_new"] = json!({"deep": [1, 2]});
    finding["rul_km"] = json!(null);
    finding["odometer_km"] = json!(null);
    finding["risk_factors"][0]["direction"] = json!("SIDEWAYS");
    finding["risk_factors"].as_array_mut().unwrap().push(json!({"code": "battery_12v.aura.dim", "params": {"signal": "Vehicle.Aura"}, "text": "?", "direction": "DOWN", "size": 0.1}));
    app.finding("component.degraded", TENANT, finding, now()).await;
    assert_eq!(
        data(&app.decisions(1).await[0])["failure_mode"]["code"],
        "battery_12v.sulphation"
    );
    app.stop().await;
}

//! Who may do what, on every route: roles, keys, and two tenants that never see each other.

use chassis::Role;
use chassis::identity::Policy;
use chassis::testing::{eventually, key_issued, token};
use serde_json::{Value, json};

use crate::app::{
    TECHNICIAN, TENANT, TestApp, alert, as_technician, center, manager, monday, owner, part, report, technician,
};

const OTHER: &str = "ten_two";
const ROLES: [Role; 6] = [
    Role::Owner,
    Role::FleetManager,
    Role::Technician,
    Role::Admin,
    Role::Executive,
    Role::Support,
];

/// Every route of the service with a body that would do something, for a visit's id.
fn routes(visit: &str) -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let job = json!({"vehicle_id": "V1", "required_skill": "cooling", "labour_hours": 1.0});
    let mut booking = job.clone();
    booking["slot"] = json!({"starts_at": "2026-05-06T09:00:00Z"});
    let moved = json!({"version": 1, "starts_at": "2026-05-06T13:00:00Z"});
    let id = "/api/v1/appointments/{id}";
    let own = format!("/api/v1/appointments/{visit}");
    let schedule = format!("/api/v1/technicians/{TECHNICIAN}/schedule");
    vec![
        ("GET", "/api/v1/centers", "/api/v1/centers".into(), None),
        (
            "POST",
            "/api/v1/centers",
            "/api/v1/centers".into(),
            Some(center("ctr_north")),
        ),
        ("GET", "/api/v1/technicians", "/api/v1/technicians".into(), None),
        (
            "POST",
            "/api/v1/technicians",
            "/api/v1/technicians".into(),
            Some(technician(TECHNICIAN, "ctr_north")),
        ),
        ("GET", "/api/v1/technicians/{id}/schedule", schedule, None),
        ("GET", "/api/v1/parts", "/api/v1/parts".into(), None),
        (
            "POST",
            "/api/v1/parts",
            "/api/v1/parts".into(),
            Some(part("ctr_north", "COOLANT-HOSE", 5)),
        ),
        (
            "POST",
            "/api/v1/slots/available",
            "/api/v1/slots/available".into(),
            Some(job),
        ),
        ("GET", "/api/v1/appointments", "/api/v1/appointments".into(), None),
        (
            "POST",
            "/api/v1/appointments",
            "/api/v1/appointments".into(),
            Some(booking),
        ),
        ("GET", id, own.clone(), None),
        ("PUT", id, own.clone(), Some(moved)),
        ("DELETE", id, own.clone(), None),
        (
            "GET",
            "/api/v1/appointments/vehicle/{id}",
            "/api/v1/appointments/vehicle/V1".into(),
            None,
        ),
        (
            "POST",
            "/api/v1/appointments/{id}/start",
            format!("{own}/start"),
            Some(json!({})),
        ),
        (
            "POST",
            "/api/v1/appointments/{id}/complete",
            format!("{own}/complete"),
            Some(report()),
        ),
        ("GET", "/api/v1/calendar.ics", "/api/v1/calendar.ics".into(), None),
    ]
}

/// A tenant with one booked visit, whose id is returned.
async fn booked(app: &TestApp, tenant: &str) -> String {
    app.seed(tenant).await;
    app.vehicle(tenant, "V1").await;
    app.alert(tenant, alert("alert_1", "V1", "CRITICAL"), false).await;
    app.appointments(tenant, "SCHEDULED", 1).await[0]["appointment_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn every_route_admits_the_roles_of_its_policy_and_no_other() {
    let app = TestApp::start().await;
    let policy = Policy::parse(scheduling_service::DEFINITION.policy).unwrap();
    let openapi = (scheduling_service::DEFINITION.openapi)();
    let operations: usize = openapi
        .paths
        .paths
        .values()
        .map(|item| serde_json::to_value(item).unwrap().as_object().unwrap().len())
        .sum();
    let routes = routes("apt_none");
    assert_eq!(
        routes.len(),
        operations,
        "each operation of the API is in this test's list"
    );
    for (method, template, path, body) in routes {
        let route = policy
            .route(method, template)
            .unwrap_or_else(|| panic!("no policy for {method} {template}"));
        for role in ROLES {
            let caller = token(TENANT, role, "usr_any", Some(&[]));
            let (status, _) = app.call(method, &path, &caller, body.clone()).await;
            assert_eq!(
                status == 403,
                !route.roles.contains(&role),
                "{method} {template} as {role:?}: {status}"
            );
            assert!(status < 500, "{method} {template} as {role:?}: {status}");
        }
        let (status, _) = app.call(method, &path, "no-token", body).await;
        assert_eq!(status, 401, "{method} {template} without a token");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_tenant_neither_sees_nor_changes_anothers_data_on_any_route() {
    let app = TestApp::start().await;
    let (mine, theirs) = (booked(&app, TENANT).await, booked(&app, OTHER).await);
    assert_ne!(mine, theirs, "ids of two tenants differ even for the same alert id");
    let snapshot = || async {
        let visit = app.get(&format!("/api/v1/appointments/{mine}"), &manager(TENANT)).await;
        let parts = app.get("/api/v1/parts", &manager(TENANT)).await;
        (visit, parts, app.get("/api/v1/appointments", &manager(TENANT)).await)
    };
    let before = snapshot().await;
    for (method, template, path, body) in routes(&mine) {
        let (status, answer) = app
            .call(method, &path, &token(OTHER, Role::Admin, "usr_admin", None), body)
            .await;
        if path.contains(&mine) {
            assert_eq!(status, 404, "{method} {template}: {answer:#}");
        }
        // A refusal may repeat the id that was asked for; nothing else of the visit may show.
        assert!(
            status == 404 || !answer.to_string().contains(&mine),
            "{method} {template} shows another tenant's visit"
        );
    }
    assert_eq!(before, snapshot().await, "nothing of the first tenant changed");
    app.stop().await;
}

#[tokio::test]
async fn owners_see_their_vehicles_and_technicians_their_jobs() {
    let app = TestApp::start().await;
    let visit = booked(&app, TENANT).await;
    let path = format!("/api/v1/appointments/{visit}");
    let items = |(_, body): (u16, Value)| body["items"].as_array().unwrap().len();
    for (caller, sees) in [
        (owner(TENANT, &["V1"]), true),
        (owner(TENANT, &["V2"]), false),
        (token(TENANT, Role::Owner, "usr_owner", None), false),
        (as_technician(TENANT, TECHNICIAN), true),
        (as_technician(TENANT, "usr_other"), false),
        (manager(TENANT), true),
    ] {
        assert_eq!(app.get(&path, &caller).await.0, if sees { 200 } else { 404 });
        assert_eq!(items(app.get("/api/v1/appointments", &caller).await), usize::from(sees));
    }
    let stranger = owner(TENANT, &["V2"]);
    assert_eq!(app.get("/api/v1/appointments/vehicle/V1", &stranger).await.0, 404);
    let job = json!({"vehicle_id": "V1", "required_skill": "cooling", "labour_hours": 1.0});
    assert_eq!(app.post("/api/v1/slots/available", &stranger, job).await.0, 404);
    assert_eq!(
        app.post("/api/v1/slots/available", &stranger, json!({"alert_id": "alert_1"}))
            .await
            .0,
        404
    );
    assert_eq!(app.call("DELETE", &path, &stranger, None).await.0, 404);
    app.stop().await;
}

#[tokio::test]
async fn a_schedule_shows_only_visits_of_vehicles_that_the_caller_may_see() {
    let app = TestApp::start().await;
    booked(&app, TENANT).await;
    app.alert(TENANT, alert("alert_2", "V2", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 2).await;
    let path = format!("/api/v1/technicians/{TECHNICIAN}/schedule");
    for role in [Role::FleetManager, Role::Executive, Role::Support] {
        for (bound, sees) in [(None, 2), (Some(&["V1"] as &[&str]), 1), (Some(&[]), 0)] {
            let (status, schedule) = app.get(&path, &token(TENANT, role, "usr_bound", bound)).await;
            assert_eq!(status, 200, "{schedule:#}");
            let visits = schedule["appointments"].as_array().unwrap();
            assert_eq!(visits.len(), sees, "{role:?} of {bound:?}");
            assert!(bound.is_none() || visits.iter().all(|visit| visit["vehicle_id"] == "V1"));
            assert!(!schedule["working"].as_array().unwrap().is_empty());
        }
    }
    let (_, own) = app.get(&path, &as_technician(TENANT, TECHNICIAN)).await;
    assert_eq!(own["appointments"].as_array().unwrap().len(), 2);
    app.stop().await;
}

#[tokio::test]
async fn keys_are_judged_by_their_scopes() {
    let app = TestApp::start().await;
    let identity = app.runtime.producer("analytics-service").await;
    for (id, key, scope) in [
        ("key_read", "cvk_read", "scheduling:read"),
        ("key_write", "cvk_write", "scheduling:write"),
        ("key_other", "cvk_other", "alerts:read"),
    ] {
        let data = key_issued(id, key, "SERVICE", &[scope]);
        identity
            .deliver("identity.key.issued", TENANT, id, monday(), data)
            .await;
    }
    eventually("the keys are known", || async {
        let known = app.call_with_key("GET", "/api/v1/centers", "cvk_other", None).await != 401;
        let reads = app.call_with_key("GET", "/api/v1/centers", "cvk_read", None).await == 200;
        (known && reads).then_some(())
    })
    .await;
    let policy = Policy::parse(scheduling_service::DEFINITION.policy).unwrap();
    for (method, template, path, body) in routes("apt_none") {
        let route = policy.route(method, template).unwrap();
        for (key, scope) in [
            ("cvk_read", "scheduling:read"),
            ("cvk_write", "scheduling:write"),
            ("cvk_other", "alerts:read"),
        ] {
            let status = app.call_with_key(method, &path, key, body.clone()).await;
            let admitted = route.scopes.iter().any(|own| own == scope);
            assert_eq!(status == 403, !admitted, "{method} {template} with {scope}: {status}");
        }
        assert_eq!(
            app.call_with_key(method, &path, "cvk_wrong", body).await,
            401,
            "{method} {template}"
        );
    }
    app.stop().await;
}

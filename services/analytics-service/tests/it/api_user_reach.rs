//! Nobody gives a right that they do not hold by way of a person's account: who may make, invite and change whom.

use crate::app::{By, PASSWORD, TestApp, now, text};
use chassis::Role;
use chassis::testing::{BOOTSTRAP_KEY, token};
use serde_json::{Value, json};

const ROLES: [&str; 6] = ["OWNER", "FLEET_MANAGER", "TECHNICIAN", "ADMIN", "EXECUTIVE", "SUPPORT"];

/// Everyone who may call the routes, and what limits them.
struct Caller {
    name: &'static str,
    by: String,
    is_key: bool,
    /// A signed-in ADMIN or the bootstrap key.
    unlimited: bool,
    bound: bool,
}

impl Caller {
    fn by(&self) -> By<'_> {
        if self.is_key {
            By::Key(&self.by)
        } else {
            By::Token(&self.by)
        }
    }

    /// How somebody of this role is answered who has no vehicles, or only V1.
    fn expected(&self, role: &str) -> &'static str {
        match role {
            _ if self.unlimited => "done",
            "OWNER" => "done",
            "ADMIN" => "user.admin_by_key",
            _ => "user.role_by_key",
        }
    }

    /// How an OWNER of vehicles of which V9 is one, or of groups, is answered.
    fn expected_beyond(&self) -> &'static str {
        if self.bound { "user.vehicle_not_held" } else { "done" }
    }

    fn expected_password(&self) -> &'static str {
        if self.unlimited { "done" } else { "user.password_by_key" }
    }
}

/// The callers of the default tenant, whose bootstrap key is one of them.
async fn callers(app: &TestApp, admin: &str) -> Vec<Caller> {
    let of = |name, by: &str, is_key, unlimited, bound| Caller {
        name,
        by: by.to_owned(),
        is_key,
        unlimited,
        bound,
    };
    let mut callers = vec![
        of("a signed-in ADMIN", admin, false, true, false),
        of("the bootstrap key", BOOTSTRAP_KEY, true, true, false),
    ];
    let identity = json!(["identity:write"]);
    for (name, body) in [
        ("a service", json!({"kind": "SERVICE", "scopes": identity})),
        (
            "a bound service",
            json!({"kind": "SERVICE", "scopes": identity, "vehicle_ids": ["V1", "V2"]}),
        ),
        (
            "a bound device",
            json!({"kind": "DEVICE", "scopes": identity, "vehicle_ids": ["V1"]}),
        ),
        ("an ADMIN's script", json!({"kind": "USER", "role": "ADMIN"})),
        (
            "a bound ADMIN's script",
            json!({"kind": "USER", "role": "ADMIN", "vehicle_ids": ["V1"]}),
        ),
    ] {
        let mut body = body;
        body["name"] = json!(name);
        let (status, issued) = app.post("/api/v1/api-keys", By::Token(admin), body).await;
        assert_eq!(status, 201, "{issued}");
        let secret = text(&issued["secret"]);
        app.until("/api/v1/users", By::Key(&secret), "the key works", |status, _| {
            status == 200
        })
        .await;
        callers.push(of(name, &secret, true, false, name.contains("bound")));
    }
    callers
}

/// An answer as "done" or the code of its problem.
fn outcome((status, body): (u16, Value)) -> String {
    match status {
        200 | 201 => "done".to_owned(),
        _ => {
            assert_eq!(status, 403, "{body}");
            text(&body["code"])
        }
    }
}

/// Rights that one caller after the other asks for, with what each is answered.
fn asked(caller: &Caller) -> Vec<(Value, &'static str)> {
    let mut asked: Vec<(Value, &str)> = ROLES
        .iter()
        .map(|role| (json!({"role": role}), caller.expected(role)))
        .collect();
    asked.push((json!({"role": "OWNER", "vehicle_ids": ["V1"]}), "done"));
    for beyond in [
        json!({"role": "OWNER", "vehicle_ids": ["V1", "V9"]}),
        json!({"role": "OWNER", "vehicle_ids": ["V1"], "fleet_ids": ["north"]}),
        json!({"role": "OWNER", "depot_ids": ["kiel"]}),
    ] {
        asked.push((beyond, caller.expected_beyond()));
    }
    asked.push((
        json!({"role": "FLEET_MANAGER", "vehicle_ids": ["V1"]}),
        caller.expected("FLEET_MANAGER"),
    ));
    asked
}

#[tokio::test]
async fn nobody_makes_or_invites_a_person_of_more_rights_than_their_own() {
    let app = TestApp::start().await;
    let admin = token("default", Role::Admin, "usr_admin", None);
    for (turn, caller) in callers(&app, &admin).await.iter().enumerate() {
        for (number, (rights, expected)) in asked(caller).into_iter().enumerate() {
            let answer = app.post("/api/v1/invitations", caller.by(), rights.clone()).await;
            assert_eq!(outcome(answer), expected, "{} invites {rights}", caller.name);
            let mut body = rights.clone();
            body["username"] = json!(format!("u{turn}-{number}"));
            body["password"] = json!(PASSWORD);
            let answer = app.post("/api/v1/users", caller.by(), body).await;
            assert_eq!(outcome(answer), expected, "{} makes {rights}", caller.name);
        }
    }
}

/// A person with these rights, made by an ADMIN.
async fn person(app: &TestApp, admin: &str, username: &str, mut rights: Value) -> String {
    rights["username"] = json!(username);
    rights["password"] = json!(PASSWORD);
    let (status, body) = app.post("/api/v1/users", By::Token(admin), rights).await;
    assert_eq!(status, 201, "{body}");
    text(&body["user"]["user_id"])
}

#[tokio::test]
async fn nobody_changes_a_person_of_more_rights_than_their_own() {
    let app = TestApp::start().await;
    let admin = token("default", Role::Admin, "usr_admin", None);
    for (turn, caller) in callers(&app, &admin).await.iter().enumerate() {
        for (number, (rights, expected)) in asked(caller).into_iter().enumerate() {
            let there = person(&app, &admin, &format!("there{turn}-{number}"), rights.clone()).await;
            let path = format!("/api/v1/users/{there}");
            for change in [json!({"display_name": "Else"}), json!({"email": "else@example.org"})] {
                let answer = app.send("PUT", &path, caller.by(), Some(change.clone())).await;
                assert_eq!(outcome(answer), expected, "{}: {change} of {rights}", caller.name);
            }
            let change = json!({"password": "another-Good-password"});
            let answer = app.send("PUT", &path, caller.by(), Some(change)).await;
            assert_eq!(outcome(answer), caller.expected_password(), "{}: password", caller.name);
            let answer = app.post(&format!("{path}/disable"), caller.by(), Value::Null).await;
            assert_eq!(outcome(answer), expected, "{} disables {rights}", caller.name);
            // Somebody within the reach of everyone does not leave it either.
            let owner = person(&app, &admin, &format!("own{turn}-{number}"), json!({"role": "OWNER"})).await;
            let path = format!("/api/v1/users/{owner}");
            let answer = app.send("PUT", &path, caller.by(), Some(rights.clone())).await;
            assert_eq!(
                outcome(answer),
                expected,
                "{} changes an OWNER to {rights}",
                caller.name
            );
        }
    }
}

/// An OWNER sees what the registry names as theirs too, so a bound key has to hold that.
#[tokio::test]
async fn a_bound_key_changes_no_owner_of_other_registered_vehicles() {
    let app = TestApp::start().await;
    let admin = token("default", Role::Admin, "usr_admin", None);
    let olga = person(&app, &admin, "olga", json!({"role": "OWNER", "vehicle_ids": ["V1"]})).await;
    let registered = json!({"vehicle_id": "V9", "powertrain": "PETROL", "vehicle_class": "CAR", "status": "ACTIVE",
        "registered_by": "USER", "owner_id": olga});
    app.producer("ingestion-service")
        .await
        .deliver("vehicle.registered", "default", "V9", now(), registered)
        .await;
    let path = format!("/api/v1/dashboards/owner/{olga}");
    app.until(&path, By::Token(&admin), "the registered vehicle", |_, body| {
        body["vehicles"].to_string().contains("V9")
    })
    .await;
    for caller in callers(&app, &admin).await {
        let change = json!({"display_name": "Olga"});
        let answer = app
            .send("PUT", &format!("/api/v1/users/{olga}"), caller.by(), Some(change))
            .await;
        assert_eq!(outcome(answer), caller.expected_beyond(), "{}", caller.name);
    }
}

#[tokio::test]
async fn who_has_neither_role_nor_scope_reaches_nobody() {
    let app = TestApp::start().await;
    let admin = token("default", Role::Admin, "usr_admin", None);
    let there = person(&app, &admin, "there", json!({"role": "OWNER"})).await;
    let body = json!({"kind": "SERVICE", "name": "reader", "scopes": ["analytics:read", "analytics:write"]});
    let (_, issued) = app.post("/api/v1/api-keys", By::Token(&admin), body).await;
    let reader = text(&issued["secret"]);
    app.until(
        "/api/v1/dashboards/fleet",
        By::Key(&reader),
        "the key works",
        |status, _| status == 200,
    )
    .await;
    let manager = token("default", Role::FleetManager, "usr_manager", None);
    for by in [By::Key(&reader), By::Token(&manager)] {
        let new = json!({"username": "new", "role": "OWNER"});
        assert_eq!(outcome(app.post("/api/v1/users", by, new).await), "auth.forbidden");
        let invited = json!({"role": "OWNER"});
        assert_eq!(
            outcome(app.post("/api/v1/invitations", by, invited).await),
            "auth.forbidden"
        );
        let path = format!("/api/v1/users/{there}");
        let changed = app.send("PUT", &path, by, Some(json!({"display_name": "Else"}))).await;
        assert_eq!(outcome(changed), "auth.forbidden");
    }
}

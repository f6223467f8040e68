//! Every route × every role × two tenants, on the running platform, against the table that people read (docs/api/access.md).

mod calls;
mod table;
mod tenant;
mod web;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use crate::platform::{Place, SERVICES, eventually};
use calls::{NOT_MADE, NOWHERE};
use table::{ROLES, Row};
pub(crate) use tenant::{Tenant, sign_in};
pub(crate) use web::{Answer, Web};

/// Ends the session that calls it, so it is called with one that nobody needs.
const SIGN_OUT: &str = "POST /api/v1/auth/logout";
/// Reads that answer 404 for a vehicle that has sent too little to be judged.
const NOTHING_YET: [&str; 2] = ["/api/v1/health/{vehicle_id}", "/latest"];

/// A platform whose passwords are cheap to check.
pub(crate) fn quick() -> Place {
    let mut place = Place::new();
    place.set("ANALYTICS__IDENTITY__BCRYPT_COST", "4");
    place
}

/// Attack: a role that has no right, on every route of every service.
/// Attack: another tenant's id in every path that has one, read and written, in every role.
/// Attack: a stranger's id within the tenant, for those who see only what is theirs or their fleet's.
/// Attack: a key without the scope, on every route.
/// Attack: a script in every text that a person can write: it comes back as data that no browser runs.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_every_role_of_two_tenants_as_the_table_says() {
    let place = quick();
    let running = place.start();
    let web = Web::new(place);
    let rows = table::read();
    the_table_is_whole(&web, &rows).await;
    let (a, b) = tokio::join!(Tenant::make(&web, "A"), Tenant::make(&web, "B"));
    let walk = Walk {
        web: &web,
        a: &a,
        b: &b,
    };
    web.at_rest().await;
    let before = walk.everything_of_b(&rows).await;
    for row in &rows {
        for service in services_of(row) {
            walk.nobody(row, service).await;
            for role in ROLES.iter().filter(|_| !row.public) {
                walk.role(row, service, role).await;
            }
            walk.bound(row, service).await;
        }
    }
    walk.keys(&rows).await;
    walk.bodies().await;
    for (route, after) in walk.everything_of_b(&rows).await {
        assert_eq!(
            after, before[&route],
            "{route}: something of tenant B was changed by tenant A"
        );
    }
    assert!(
        before.values().filter(|text| text.contains("<script>")).count() >= 8,
        "the scripts were kept as they are"
    );
    running.kill();
}

/// The services that a row speaks of.
fn services_of(row: &Row) -> Vec<&'static str> {
    let every = row.service == "every";
    SERVICES
        .into_iter()
        .filter(|service| every || row.service == *service)
        .collect()
}

/// Every route of the OpenAPI documents has its line, and every line its route.
async fn the_table_is_whole(web: &Web, rows: &[Row]) {
    for service in SERVICES {
        let document = web.ask(Method::GET, service, "/openapi.json", "", None).await.body;
        let mut documented = BTreeSet::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            documented.extend(
                item.as_object()
                    .expect("methods")
                    .keys()
                    .map(|method| format!("{} {path}", method.to_uppercase())),
            );
        }
        let listed: BTreeSet<String> = rows
            .iter()
            .filter(|row| row.service == service)
            .map(Row::name)
            .collect();
        assert_eq!(listed, documented, "{service}: run `cargo xtask contracts --write`");
    }
}

struct Walk<'w> {
    web: &'w Web,
    a: &'w Tenant,
    b: &'w Tenant,
}

impl Walk<'_> {
    async fn call(&self, row: &Row, service: &str, token: &str, id: &str) -> Answer {
        let method = Method::from_bytes(row.method.as_bytes()).expect("a method");
        let body = (!row.is_read()).then(|| calls::body(&row.name()));
        self.web
            .ask(method, service, &calls::path(&row.path, id), token, body.as_ref())
            .await
    }

    /// Without a token nobody gets in.
    async fn nobody(&self, row: &Row, service: &str) {
        if !row.public {
            let answer = self.call(row, service, "", NOWHERE).await;
            assert_eq!(
                (answer.status, answer.code.as_str()),
                (401, "auth.required"),
                "{} by nobody",
                row.name()
            );
        }
    }

    async fn role(&self, row: &Row, service: &str, role: &str) {
        let what = format!("{} of {service} as {role}", row.name());
        let mut person = self.a.in_role(role).clone();
        if row.name() == SIGN_OUT {
            let name = role.to_lowercase().replace("fleet_", "");
            person = sign_in(self.web, &self.a.id, &name).await;
        }
        if !row.admits(role) {
            let kind = row.has_id().then(|| calls::kind(&row.path));
            let id = kind
                .and_then(|kind| self.a.ids.get(kind))
                .map_or(NOWHERE, String::as_str);
            let answer = self.call(row, service, &person.token, id).await;
            assert_eq!(
                (answer.status, answer.code.as_str()),
                (403, "auth.forbidden"),
                "{what}: {answer:?}"
            );
            return;
        }
        if !row.has_id() {
            let answer = self.call(row, service, &person.token, NOWHERE).await;
            self.let_in(row, &answer, &what);
            self.tells_nothing_of_b(&answer, &what);
            if row.is_own(role)
                && row.is_read()
                && let Some(stranger) = stranger(role)
            {
                let theirs = self.call(row, service, self.a.token(stranger), NOWHERE).await;
                let vehicle = format!("\"{}\"", self.a.ids["vehicle"]);
                assert!(
                    !theirs.text.contains(&vehicle),
                    "{what} tells a stranger of {vehicle}: {}",
                    theirs.text
                );
            }
            return;
        }
        let never_was = self.call(row, service, &person.token, NOWHERE).await;
        let kind = calls::kind(&row.path);
        if NOT_MADE.contains(&kind) {
            self.let_in_or_unknown(&never_was, &what);
            return;
        }
        if row.is_read() && !(kind == "owner" && role == "TECHNICIAN") {
            let own = self.call(row, service, &person.token, &self.a.ids[kind]).await;
            let yet = NOTHING_YET.iter().any(|part| row.path.contains(part)) && own.status == 404;
            assert!(own.status == 200 || yet, "{what}, its own: {own:?}");
        }
        let foreign = self.call(row, service, &person.token, &self.b.ids[kind]).await;
        self.as_if_it_never_was(row, (&self.b.ids[kind], &foreign), &never_was, &what);
        let Some(stranger) = stranger(role) else { return };
        if row.is_own(role) && kind != "session" {
            let (token, id) = (self.a.token(stranger), &self.a.ids[kind]);
            let never_was = self.call(row, service, token, NOWHERE).await;
            let theirs = self.call(row, service, token, id).await;
            self.as_if_it_never_was(row, (id, &theirs), &never_was, &format!("{what}, a stranger"));
        }
    }

    /// Who is bound to another fleet finds nothing of this vehicle, in no service.
    async fn bound(&self, row: &Row, service: &str) {
        let about_vehicles = ["vehicle", "decision", "alert", "appointment", "claim"];
        if row.public || !row.admits("FLEET_MANAGER") || !row.is_read() {
            return;
        }
        let what = format!("{} of {service} as a manager of another fleet", row.name());
        let token = self.a.token("bound");
        if !row.has_id() {
            let answer = self.call(row, service, token, NOWHERE).await;
            let vehicle = format!("\"{}\"", self.a.ids["vehicle"]);
            assert!(
                !answer.text.contains(&vehicle),
                "{what} tells of {vehicle}: {}",
                answer.text
            );
            return;
        }
        let kind = calls::kind(&row.path);
        if about_vehicles.contains(&kind) {
            let never_was = self.call(row, service, token, NOWHERE).await;
            let hidden = self.call(row, service, token, &self.a.ids[kind]).await;
            self.as_if_it_never_was(row, (&self.a.ids[kind], &hidden), &never_was, &what);
        }
    }

    /// A key is let in by any of the route's scopes and by no other.
    async fn keys(&self, rows: &[Row]) {
        let scopes: BTreeSet<&String> = rows.iter().flat_map(|row| &row.scopes).collect();
        let mut keys = BTreeMap::new();
        for scope in scopes {
            let body = json!({"kind": "SERVICE", "name": scope, "scopes": [scope]});
            let made = self
                .web
                .ask(
                    Method::POST,
                    "analytics",
                    "/api/v1/api-keys",
                    self.a.token("admin"),
                    Some(&body),
                )
                .await;
            keys.insert(
                scope.as_str(),
                made.body["secret"]
                    .as_str()
                    .unwrap_or_else(|| panic!("{made:?}"))
                    .to_owned(),
            );
        }
        for (service, key) in SERVICES
            .iter()
            .flat_map(|service| keys.values().map(move |key| (service, key)))
        {
            eventually("the keys in every service", async || {
                let path = "/internal/events?partition=0";
                let answer = self.web.ask_by_key(Method::GET, service, path, key, None).await;
                (answer.status != 401).then_some(())
            })
            .await;
        }
        for row in rows.iter().filter(|row| !row.public) {
            let method = || Method::from_bytes(row.method.as_bytes()).expect("a method");
            let body = (!row.is_read()).then(|| calls::body(&row.name()));
            for service in services_of(row) {
                for (scope, key) in &keys {
                    let path = calls::path(&row.path, NOWHERE);
                    let answer = self.web.ask_by_key(method(), service, &path, key, body.as_ref()).await;
                    let refused = (answer.status, answer.code.as_str()) == (403, "auth.forbidden");
                    let admitted = row.scopes.iter().any(|own| own == scope);
                    assert_eq!(
                        !refused,
                        admitted,
                        "{} of {service} with a key for {scope}: {answer:?}",
                        row.name()
                    );
                    assert_ne!(answer.status, 401, "{} with a key for {scope}", row.name());
                }
            }
        }
    }

    /// Ids in bodies are no way around: another tenant's vehicle is unknown.
    async fn bodies(&self) {
        let vehicle = &self.b.ids["vehicle"];
        let price = json!({"amount_minor": 9000, "currency": "EUR"});
        let work =
            json!({"vehicle_id": vehicle, "component": "cooling", "required_skill": "cooling", "labour_hours": 1.0});
        let slot = json!({"starts_at": "2030-01-07T10:00:00Z"});
        let mut booking = work.clone();
        booking["slot"] = slot;
        let bodies = [
            ("health", "/api/v1/health/compute", json!({"vehicle_id": vehicle})),
            (
                "agent",
                "/api/v1/agents/orchestrate",
                json!({"vehicle_id": vehicle, "component": "cooling"}),
            ),
            ("scheduling", "/api/v1/slots/available", work),
            ("scheduling", "/api/v1/appointments", booking),
            (
                "scheduling",
                "/api/v1/slots/available",
                json!({"alert_id": self.b.ids["alert"]}),
            ),
            (
                "warranty",
                "/api/v1/claims",
                json!({"vehicle_id": vehicle, "component": "cooling", "amount": price, "occurred_on": "2026-05-01"}),
            ),
        ];
        for (service, path, body) in bodies {
            let answer = self
                .web
                .ask(Method::POST, service, path, self.a.token("manager"), Some(&body))
                .await;
            assert_eq!(answer.status, 404, "POST {path} {body}: {answer:?}");
        }
    }

    fn let_in(&self, row: &Row, answer: &Answer, what: &str) {
        let expected = if row.is_read() {
            answer.status == 200
        } else {
            !matches!(answer.status, 401 | 403)
        };
        // A write is sent an empty body here, so it is let in and then told what is wrong with it.
        let own_words = answer.status == 403 && !answer.code.starts_with("auth.");
        assert!(expected || own_words, "{what}: {answer:?}");
    }

    fn let_in_or_unknown(&self, answer: &Answer, what: &str) {
        assert!(!matches!(answer.status, 401 | 403), "{what}: {answer:?}");
    }

    /// Whether a thing is there must not be told by the answer: 404, or the very list that an id gives which never was.
    fn as_if_it_never_was(&self, row: &Row, (id, answer): (&str, &Answer), never_was: &Answer, what: &str) {
        let without = |answer: &Answer, id: &str| answer.text.replace(id, "").replace(&request_id(answer), "");
        assert_eq!(
            (answer.status, &answer.code),
            (never_was.status, &never_was.code),
            "{what}, not theirs: {answer:?}"
        );
        let hidden = answer.status == 404 || (row.is_read() && answer.status == 200 && is_empty(&answer.body));
        assert!(hidden, "{what}, not theirs: {answer:?}");
        if answer.status == 404 {
            assert_eq!(without(answer, id), without(never_was, NOWHERE), "{what}");
        }
        if answer.status == 200 {
            self.tells_nothing_of_b(answer, what);
        }
    }

    fn tells_nothing_of_b(&self, answer: &Answer, what: &str) {
        for mark in self.b.marks() {
            let quoted = format!("\"{mark}\"");
            // An answer may repeat the id that it was asked for.
            let asked = answer.status == 200 && is_empty(&answer.body);
            assert!(
                asked || !answer.text.contains(&quoted),
                "{what} tells of {mark}: {}",
                answer.text
            );
        }
    }

    /// What tenant B's ADMIN sees behind every route that reads, but for what moves by itself.
    async fn everything_of_b(&self, rows: &[Row]) -> BTreeMap<String, String> {
        let mut seen = BTreeMap::new();
        let moves = [
            "/audit/",
            "/schedule",
            "/history",
            "/calendar",
            "/cost-of-waiting",
            "/read-models",
            "/reports",
            "/dashboards/",
            "/metrics/",
            "/stream",
            "/openapi",
            "/sessions",
            "/conservation",
            "/status",
            "/deliveries",
            "/kpis",
        ];
        for row in rows
            .iter()
            .filter(|row| !row.public && row.is_read() && row.admits("ADMIN") && row.service != "every")
        {
            let kind = row.has_id().then(|| calls::kind(&row.path));
            if moves.iter().any(|part| row.path.contains(part)) || kind.is_some_and(|kind| NOT_MADE.contains(&kind)) {
                continue;
            }
            let id = kind.map_or(NOWHERE, |kind| self.b.ids[kind].as_str());
            let answer = self.call(row, services_of(row)[0], self.b.token("admin"), id).await;
            let text = answer.text.replace(&request_id(&answer), "");
            seen.insert(row.name(), text);
        }
        seen
    }
}

/// Somebody in the role to whom nothing belongs.
fn stranger(role: &str) -> Option<&'static str> {
    match role {
        "OWNER" => Some("stranger"),
        "TECHNICIAN" => Some("colleague"),
        _ => None,
    }
}

fn request_id(answer: &Answer) -> String {
    // An id that cannot be in any text where there is none.
    answer.body["request_id"].as_str().unwrap_or("\u{0}").to_owned()
}

/// Whether an answer names nothing: no item in any list.
fn is_empty(body: &Value) -> bool {
    match body {
        Value::Object(members) => members.values().filter(|value| value.is_array()).all(is_empty),
        Value::Array(items) => items.is_empty(),
        _ => true,
    }
}

//! A tenant of the walk: a person in each role, and one of everything that has an id. Every text that a person can write is a script.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Web};
use crate::platform::{KEY, eventually};

/// What a person may write where a text is wanted.
pub(crate) const SCRIPT: &str = "<script>alert(document.domain)</script>";
const PASSWORD: &str = "a-Good-password-1";

/// Name, role, and where the person is bound to.
const PEOPLE: [(&str, &str, Option<&str>); 8] = [
    ("owner", "OWNER", None),
    ("stranger", "OWNER", None),
    ("manager", "FLEET_MANAGER", None),
    ("bound", "FLEET_MANAGER", Some("south")),
    ("technician", "TECHNICIAN", None),
    ("colleague", "TECHNICIAN", None),
    ("executive", "EXECUTIVE", None),
    ("support", "SUPPORT", None),
];

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) user_id: String,
    pub(crate) token: String,
    pub(crate) session_id: String,
}

/// A tenant with its people and ids.
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) people: BTreeMap<&'static str, Person>,
    /// One id of each kind; all belong to the vehicle of the fleet north that `owner` owns.
    pub(crate) ids: BTreeMap<&'static str, String>,
}

impl Tenant {
    /// Makes it all, through the API. `letter` begins the names of its vehicles.
    pub(crate) async fn make(web: &Web, letter: &str) -> Tenant {
        let id = format!("ten_{}", letter.to_lowercase());
        let body = json!({"tenant_id": id, "name": SCRIPT, "admin": {"password": PASSWORD}});
        web.make_by_key("analytics", "/api/v1/tenants", KEY, &body).await;
        let mut tenant = Tenant {
            people: BTreeMap::from([("admin", sign_in(web, &id, "admin").await)]),
            ids: BTreeMap::new(),
            id,
        };
        tenant.hire(web).await;
        tenant.drive(web, letter).await;
        tenant.book(web).await;
        tenant.administer(web).await;
        tenant
    }

    pub(crate) fn token(&self, person: &str) -> &str {
        &self.people[person].token
    }

    /// Whoever stands for a role in the walk.
    pub(crate) fn in_role(&self, role: &str) -> &Person {
        match role {
            "FLEET_MANAGER" => &self.people["manager"],
            role => &self.people[role.to_lowercase().as_str()],
        }
    }

    /// Texts by which an answer would give something of this tenant away.
    pub(crate) fn marks(&self) -> Vec<String> {
        let of_people = self.people.values().map(|person| person.user_id.clone());
        self.ids
            .values()
            .cloned()
            .chain(of_people)
            .chain([self.id.clone()])
            .collect()
    }

    async fn make_as(&self, web: &Web, person: &str, service: &str, path: &str, body: &Value) -> Value {
        let answer = web
            .ask(Method::POST, service, path, self.token(person), Some(body))
            .await;
        assert!(
            (200..300).contains(&answer.status),
            "POST {path} as {person}: {answer:?}"
        );
        answer.body
    }

    async fn hire(&mut self, web: &Web) {
        self.make_as(
            web,
            "admin",
            "analytics",
            "/api/v1/support-consents",
            &json!({"hours": 1, "reason": SCRIPT}),
        )
        .await;
        for (name, role, fleet) in PEOPLE {
            let fleets: Vec<&str> = fleet.into_iter().collect();
            let body = json!({"username": name, "role": role, "password": PASSWORD, "display_name": SCRIPT, "fleet_ids": fleets});
            self.make_as(web, "admin", "analytics", "/api/v1/users", &body).await;
            self.people.insert(name, sign_in(web, &self.id, name).await);
        }
    }

    /// Vehicles of two fleets, one record that nobody can place, a decision and the alert that follows.
    async fn drive(&mut self, web: &Web, letter: &str) {
        let (first, second) = (format!("{letter}-1"), format!("{letter}-2"));
        let owner = self.people["owner"].user_id.clone();
        let vehicles = [
            json!({"vehicle_id": first, "make": SCRIPT, "model": SCRIPT, "fleet_id": "north", "owner_id": owner, "odometer_km": 50_000.0, "in_service_date": "2026-01-01"}),
            json!({"vehicle_id": second, "make": "Plain", "fleet_id": "south"}),
        ];
        for vehicle in &vehicles {
            self.make_as(web, "manager", "ingestion", "/api/v1/vehicles", vehicle)
                .await;
        }
        self.ids.insert("vehicle", first.clone());
        self.ids.insert("owner", owner);
        let lost = json!({"vehicle_id": format!("{letter}-lost"), "timestamp": chassis::rfc3339(chrono::Utc::now()), "protocol": "OBD2", "data": {"PID_0C": "3200"}});
        web.ask(
            Method::POST,
            "ingestion",
            "/api/v1/ingest",
            self.token("admin"),
            Some(&lost),
        )
        .await;
        self.lose_a_record_of(web, &first).await;
        let kept = web
            .ask(
                Method::GET,
                "ingestion",
                "/api/v1/quarantine",
                self.token("admin"),
                None,
            )
            .await;
        self.ids
            .insert("quarantine", text(&kept.body["items"][0]["quarantine_id"]));
        let order = json!({"vehicle_id": first, "component": "cooling", "severity": "CRITICAL"});
        let decision = eventually("a decision on a vehicle that the agent knows", async || {
            let answer = web
                .ask(
                    Method::POST,
                    "agent",
                    "/api/v1/agents/orchestrate",
                    self.token("manager"),
                    Some(&order),
                )
                .await;
            assert!(answer.status == 201 || answer.status == 404, "{answer:?}");
            (answer.status == 201).then_some(answer.body)
        })
        .await;
        self.ids.insert("decision", text(&decision["decision_id"]));
        let alert = eventually("the decision's alert", async || {
            let path = format!("/api/v1/alerts/vehicle/{first}");
            let alerts = web.ask(Method::GET, "alert", &path, self.token("manager"), None).await;
            alerts.body["items"][0]["alert_id"].as_str().map(str::to_owned)
        })
        .await;
        self.ids.insert("alert", alert);
    }

    /// A record of a known vehicle that is in quarantine: who may not see the vehicle must not find it there. The newest item, so that the
    /// tenant's quarantined id is of the vehicle that all ids belong to.
    async fn lose_a_record_of(&self, web: &Web, vehicle_id: &str) {
        let ancient = json!({"vehicle_id": vehicle_id, "timestamp": "1990-01-01T00:00:00Z", "protocol": "OBD2", "data": {"PID_0C": "3200"}});
        let answer = web
            .ask(
                Method::POST,
                "ingestion",
                "/api/v1/ingest",
                self.token("admin"),
                Some(&ancient),
            )
            .await;
        assert_eq!(
            (answer.status, answer.code.as_str()),
            (422, "timestamp.ancient"),
            "{answer:?}"
        );
    }

    /// A workshop with the one technician, a visit there, and a claim for what it cost.
    async fn book(&mut self, web: &Web) {
        let open = |from: &str, to: &str| -> Value {
            let days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"].iter();
            days.map(|day| json!({"weekday": day, "from": from, "to": to}))
                .collect()
        };
        let price = json!({"amount_minor": 9000, "currency": "EUR"});
        let center = json!({"center_id": format!("ctr-{}", self.id), "name": SCRIPT, "utc_offset_minutes": 0, "labour_price_per_hour": price,
            "bays": [{"bay_id": "bay_1", "name": SCRIPT, "kinds": ["GENERAL", "HEAVY", "HIGH_VOLTAGE"], "has_lift": true}], "opening_hours": open("06:00", "22:00")});
        let center = self
            .make_as(web, "manager", "scheduling", "/api/v1/centers", &center)
            .await;
        let technician_id = self.people["technician"].user_id.clone();
        let technician = json!({"technician_id": technician_id, "center_id": center["center_id"], "working_hours": open("06:00", "22:00"),
            "skills": ["cooling", "electrical", "brakes", "engine", "transmission", "tyres", "diesel", "high_voltage", "general"]});
        self.make_as(web, "manager", "scheduling", "/api/v1/technicians", &technician)
            .await;
        self.ids.insert("technician", technician_id);
        let vehicle = &self.ids["vehicle"];
        let path = format!("/api/v1/appointments?vehicle_id={vehicle}");
        let work =
            json!({"vehicle_id": vehicle, "component": "cooling", "required_skill": "cooling", "labour_hours": 1.0});
        let visit = eventually("a visit", async || {
            let visits = web
                .ask(Method::GET, "scheduling", &path, self.token("manager"), None)
                .await;
            if let Some(visit) = visits.body["items"][0]["appointment_id"].as_str() {
                return Some(visit.to_owned());
            }
            let found = web
                .ask(
                    Method::POST,
                    "scheduling",
                    "/api/v1/slots/available",
                    self.token("manager"),
                    Some(&work),
                )
                .await;
            let slot = found.body["slots"][0]["slot_id"].as_str()?;
            let booking = json!({"slot_id": slot});
            let booked = web
                .ask(
                    Method::POST,
                    "scheduling",
                    "/api/v1/appointments",
                    self.token("manager"),
                    Some(&booking),
                )
                .await;
            booked.body["appointment_id"].as_str().map(str::to_owned)
        })
        .await;
        self.ids.insert("appointment", visit);
        self.claim(web).await;
    }

    /// A claim for what it cost.
    async fn claim(&mut self, web: &Web) {
        let price = json!({"amount_minor": 9000, "currency": "EUR"});
        let vehicle = self.ids["vehicle"].clone();
        let coverage = json!({"name": SCRIPT, "covers": {"everything": true}, "applies_to": {"every_vehicle": true}, "duration_months": 600, "limit_km": 10_000_000});
        self.make_as(web, "manager", "warranty", "/api/v1/coverages", &coverage)
            .await;
        let claim = json!({"vehicle_id": vehicle, "component": "cooling", "amount": price, "occurred_on": "2026-05-01", "description": SCRIPT});
        let claim = eventually("a claim", async || {
            let answer = web
                .ask(
                    Method::POST,
                    "warranty",
                    "/api/v1/claims",
                    self.token("manager"),
                    Some(&claim),
                )
                .await;
            assert!(answer.status == 201 || answer.status == 404, "{answer:?}");
            answer.body["claim_id"].as_str().map(str::to_owned)
        })
        .await;
        self.ids.insert("claim", claim);
    }

    async fn administer(&mut self, web: &Web) {
        let admin = &self.people["admin"];
        self.ids.insert("user", self.people["executive"].user_id.clone());
        self.ids.insert("session", admin.session_id.clone());
        let key = json!({"kind": "DEVICE", "name": SCRIPT, "scopes": ["telemetry:write"]});
        let key = self.make_as(web, "admin", "analytics", "/api/v1/api-keys", &key).await;
        let invitation = json!({"role": "OWNER", "display_name": SCRIPT});
        let invitation = self
            .make_as(web, "admin", "analytics", "/api/v1/invitations", &invitation)
            .await;
        let consent = json!({"hours": 1, "reason": SCRIPT});
        let consent = self
            .make_as(web, "admin", "analytics", "/api/v1/support-consents", &consent)
            .await;
        let comment = format!("/api/v1/alerts/{}/comments", self.ids["alert"]);
        self.make_as(web, "manager", "alert", &comment, &json!({"text": SCRIPT}))
            .await;
        let feedback = format!("/api/v1/agents/decision/{}/feedback", self.ids["decision"]);
        self.make_as(
            web,
            "manager",
            "agent",
            &feedback,
            &json!({"verdict": "CONFIRMED", "note": SCRIPT}),
        )
        .await;
        self.ids.insert("key", text(&key["key"]["key_id"]));
        self.ids
            .insert("invitation", text(&invitation["invitation"]["invitation_id"]));
        self.ids.insert("consent", text(&consent["consent_id"]));
    }
}

/// Signs in with the password that all have.
pub(crate) async fn sign_in(web: &Web, tenant: &str, username: &str) -> Person {
    let body = json!({"tenant": tenant, "username": username, "password": PASSWORD});
    let answer: Answer = web
        .ask(Method::POST, "analytics", "/api/v1/auth/login", "", Some(&body))
        .await;
    assert_eq!(answer.status, 200, "{username} of {tenant}: {answer:?}");
    Person {
        user_id: text(&answer.body["user"]["user_id"]),
        token: text(&answer.body["access_token"]),
        session_id: text(&answer.body["session_id"]),
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a text, not {value}"))
        .to_owned()
}

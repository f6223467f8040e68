//! The life of a fleet by chance, as its producers tell it.

use crate::app::now;
use crate::explanations;
use chrono::{DateTime, Duration, Utc};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

const COMPONENTS: [&str; 3] = ["cooling", "brakes", "battery_12v"];

/// An event that will be told: producer, type, vehicle, minutes after the start, data.
pub(crate) type Told = (&'static str, &'static str, String, i64, Value);

/// A fleet's life, by chance.
pub(crate) struct Life {
    dice: StdRng,
    pub(crate) told: Vec<Told>,
}

/// The lives begin so many days before the test's present.
const DAYS: i64 = 24;

pub(crate) fn begin() -> DateTime<Utc> {
    now() - Duration::days(DAYS)
}

/// The vehicles of two fleets take turns.
fn fleet_of(vehicle: &str) -> &'static str {
    let is_even = vehicle.bytes().last().is_some_and(|digit| digit % 2 == 0);
    if is_even { "fleet_a" } else { "fleet_b" }
}

fn euro(amount_minor: i64) -> Value {
    json!({"amount_minor": amount_minor, "currency": "EUR"})
}

impl Life {
    pub(crate) fn of(seed: u64, vehicles: usize) -> Life {
        let mut life = Life {
            dice: StdRng::seed_from_u64(seed),
            told: Vec::new(),
        };
        for number in 0..vehicles {
            life.vehicle(&format!("V{number:05}"));
        }
        life
    }

    fn chance(&mut self, share: f64) -> bool {
        self.dice.random_bool(share)
    }

    fn say(&mut self, producer: &'static str, kind: &'static str, vehicle: &str, minute: i64, mut data: Value) {
        data["vehicle_id"] = json!(vehicle);
        self.told.push((producer, kind, vehicle.to_owned(), minute, data));
    }

    fn vehicle(&mut self, vehicle: &str) {
        let since = self.dice.random_range(0..600);
        let registered = json!({"status": "ACTIVE", "owner_id": "usr_o", "fleet_id": fleet_of(vehicle), "make": "=cmd", "model": "Etios"});
        self.say("ingestion-service", "vehicle.registered", vehicle, since, registered);
        let daily = self.dice.random_range(20.0..200.0_f64).round();
        for day in 0..DAYS {
            if self.chance(0.7) {
                self.health(vehicle, since + day * 1440 + 700, 10_000.0 + daily * day as f64);
            }
        }
        for (number, component) in COMPONENTS.into_iter().enumerate() {
            if self.chance(0.8) {
                let day = self.dice.random_range(1..DAYS - 6);
                self.trouble(
                    vehicle,
                    component,
                    number,
                    (since + day * 1440 + 800, 10_000.0 + daily * day as f64),
                );
            }
        }
        if self.chance(0.15) {
            let minute = since + (DAYS - 2) * 1440 + 5;
            self.say(
                "ingestion-service",
                "vehicle.retired",
                vehicle,
                minute,
                json!({"status": "RETIRED"}),
            );
        }
    }

    fn health(&mut self, vehicle: &str, minute: i64, odometer_km: f64) {
        let score = f64::from(self.dice.random_range(0..1000_u32)) / 1000.0;
        let bands = ["CRITICAL", "POOR", "FAIR", "GOOD", "EXCELLENT"];
        let (status, score) = match self.chance(0.05) {
            true => ("NOT_ENOUGH_DATA", Value::Null),
            false => (bands[(score * 5.0) as usize], json!(score)),
        };
        let data =
            json!({"overall_health_score": score, "status": status, "odometer_km": odometer_km, "components": []});
        self.say("health-service", "vehicle.health.computed", vehicle, minute, data);
    }

    fn trouble(&mut self, vehicle: &str, component: &str, number: usize, (minute, odometer_km): (i64, f64)) {
        let id = |prefix: &str| format!("{prefix}_{vehicle}_{number}");
        let severity = ["WARNING", "CRITICAL", "EMERGENCY"][self.dice.random_range(0..3)];
        let p50 = self.dice.random_range(50.0..3000.0_f64).round();
        let life = json!({"p05": (p50 / 4.0).round(), "p50": p50, "p95": p50 * 2.0});
        let life = if self.chance(0.8) { life } else { Value::Null };
        let made = json!({"decision_id": id("dec"), "component": component, "severity": severity, "urgency": "WITHIN_WEEK",
            "failure_mode": {"code": format!("{component}.fault"), "name": "Fault"}, "decision": {"code": "decision.repair"},
            "rul_km": life, "odometer_km": odometer_km, "estimated_cost": {"low": euro(9_000), "high": euro(40_000)}});
        if self.chance(0.3) {
            self.superseded(vehicle, (&id("old"), &made), (minute, odometer_km));
        }
        if self.chance(0.9) {
            self.say("agent-service", "agent.decision.made", vehicle, minute, made);
        }
        for (later, data) in explanations::told_later(&mut self.dice, component, &id("dec")) {
            self.say("agent-service", "agent.decision.revised", vehicle, minute + later, data);
        }
        if self.chance(0.6) {
            let data = json!({"check_id": id("chk"), "decision_id": id("dec"), "component": component, "covered": self.chance(0.5)});
            self.say(
                "warranty-service",
                "warranty.coverage.checked",
                vehicle,
                minute + 1,
                data,
            );
        }
        let raised = json!({"alert_id": id("alert"), "decision_id": id("dec"), "component": component, "severity": severity,
            "title": {"code": "t"}});
        self.say("alert-service", "alert.created", vehicle, minute + 2, raised);
        if self.chance(0.7) {
            let wait = self.dice.random_range(1..900);
            let data = json!({"alert_id": id("alert"), "by": "usr_m"});
            self.say("alert-service", "alert.acknowledged", vehicle, minute + 2 + wait, data);
        }
        if self.chance(0.8) {
            self.visit(vehicle, component, &id, (minute + 10, odometer_km));
        }
        if self.chance(0.5) {
            let data = json!({"alert_id": id("alert"), "reason": "REPAIRED"});
            let minute = minute + self.dice.random_range(60..5000);
            self.say("alert-service", "alert.resolved", vehicle, minute, data);
        }
        if self.chance(0.1) {
            let at = begin() + Duration::minutes(minute + 3000);
            let data =
                json!({"component": component, "repaired_at": at.to_rfc3339(), "odometer_km": odometer_km + 77.0});
            self.say(
                "ingestion-service",
                "vehicle.repair.recorded",
                vehicle,
                minute + 3100,
                data,
            );
        }
    }

    /// An earlier decision about the same part, whose place the other one takes: no visit will name it.
    fn superseded(&mut self, vehicle: &str, (id, made): (&str, &Value), (minute, odometer_km): (i64, f64)) {
        let mut old = made.clone();
        let driven = self.dice.random_range(0.0..900.0_f64).round();
        old["decision_id"] = json!(id);
        old["odometer_km"] = json!(odometer_km - driven);
        old["rul_km"] = json!({"p05": 300.0, "p50": 1200.0, "p95": 4000.0});
        let before = self.dice.random_range(1..700);
        self.say("agent-service", "agent.decision.made", vehicle, minute - before, old);
    }

    /// What the workshop found: of the component that the visit was for, and often of another one too.
    fn findings(&mut self, component: &str) -> Value {
        let mut findings = vec![self.finding(component)];
        if self.chance(0.4) {
            let others: Vec<&str> = COMPONENTS.into_iter().filter(|other| *other != component).collect();
            let other = others[self.dice.random_range(0..others.len())];
            findings.push(self.finding(other));
        }
        findings.shuffle(&mut self.dice);
        Value::Array(findings)
    }

    fn finding(&mut self, component: &str) -> Value {
        let (verdict, action) = [
            ("CONFIRMED", "REPLACED"),
            ("NOT_FOUND", "NONE"),
            ("OTHER_CAUSE", "ADJUSTED"),
        ][self.dice.random_range(0..3)];
        json!({"component": component, "verdict": verdict, "action": action})
    }

    fn visit(
        &mut self,
        vehicle: &str,
        component: &str,
        id: &dyn Fn(&str) -> String,
        (minute, odometer_km): (i64, f64),
    ) {
        let starts = minute + self.dice.random_range(300..3000);
        let at = |minute: i64| json!((begin() + Duration::minutes(minute)).to_rfc3339());
        let early = [json!(true), json!(false), Value::Null][self.dice.random_range(0..3)].clone();
        let plan = json!({"appointment_id": id("apt"), "component": component, "decision_id": id("dec"), "alert_id": id("alert"),
            "center_id": "c", "bay_id": "b", "technician_id": "t", "service_code": "s", "starts_at": at(starts), "ends_at": at(starts + 60),
            "booked_by": if self.chance(0.8) { "AUTO" } else { "USER" }, "why": {"code": "w"}, "starts_before_p05": early});
        self.say(
            "scheduling-service",
            "appointment.scheduled",
            vehicle,
            minute,
            plan.clone(),
        );
        if self.chance(0.2) {
            let mut moved = plan;
            moved["starts_before_p05"] = json!(true);
            self.say(
                "scheduling-service",
                "appointment.rescheduled",
                vehicle,
                minute + 20,
                moved,
            );
        }
        if self.chance(0.15) {
            let data = json!({"appointment_id": id("apt")});
            self.say(
                "scheduling-service",
                "appointment.cancelled",
                vehicle,
                minute + 30,
                data,
            );
            return;
        }
        self.work(vehicle, component, id, (starts, odometer_km));
    }

    fn work(&mut self, vehicle: &str, component: &str, id: &dyn Fn(&str) -> String, (starts, odometer_km): (i64, f64)) {
        let at = |minute: i64| json!((begin() + Duration::minutes(minute)).to_rfc3339());
        self.say(
            "scheduling-service",
            "appointment.started",
            vehicle,
            starts,
            json!({"appointment_id": id("apt")}),
        );
        if self.chance(0.15) {
            return;
        }
        let long = self.dice.random_range(30..700);
        let done = json!({"appointment_id": id("apt"), "decision_id": id("dec"), "completed_at": at(starts + long),
            "odometer_km": odometer_km + self.dice.random_range(0.0..4000.0_f64).round(), "cost": euro(self.dice.random_range(5_000..60_000)),
            "findings": self.findings(component)});
        self.say(
            "scheduling-service",
            "appointment.completed",
            vehicle,
            starts + long + 3,
            done,
        );
        if self.chance(0.3) {
            let data = json!({"claim_id": id("claim"), "component": component, "amount": euro(20_000), "decision_id": id("dec")});
            self.say(
                "warranty-service",
                "warranty.claim.submitted",
                vehicle,
                starts + long + 900,
                data,
            );
        }
    }

    /// As an unreliable world tells it: in any order, some of it twice.
    pub(crate) fn unreliable(mut self) -> Vec<Told> {
        let twice: Vec<Told> = self
            .told
            .iter()
            .filter(|_| self.dice.random_bool(0.15))
            .cloned()
            .collect();
        self.told.extend(twice);
        self.told.shuffle(&mut self.dice);
        self.told
    }
}

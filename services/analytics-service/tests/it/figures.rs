//! Key figures once more, from the producers' raw archives: another program for the same sentences. It replays sorted events, counts
//! minutes one by one and knows nothing of the service's own code.

use crate::archive::{Archive, text, time_of};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What the service's default configuration says.
const BREAKDOWN_MINOR: f64 = 250_000.0;
const KM_PER_DAY: f64 = 60.0;
const HORIZON_DAYS: f64 = 90.0;
const ASSUMED: f64 = 0.5;

/// From the first minute of `from` to before the first of `to`; nothing is known after `now`.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    pub(crate) now: DateTime<Utc>,
}

impl Window {
    fn holds(&self, time: DateTime<Utc>) -> bool {
        let day = time.date_naive();
        self.from <= day && day < self.to
    }
}

fn part(some: usize, all: usize) -> Value {
    if all == 0 {
        Value::Null
    } else {
        json!(some as f64 / all as f64)
    }
}

/// Every figure: `value`, `numbers` and `amounts` by id.
pub(crate) fn recompute(archive: &Archive, window: Window) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("fleet-health".into(), fleet_health(archive, window));
    all.insert("uptime".into(), uptime(archive, window));
    all.insert("cost-avoidance".into(), cost_avoidance(archive, window));
    all.insert("alert-stats".into(), alert_stats(archive, window));
    all.insert("calibration".into(), calibration(archive, window));
    all.insert("booking".into(), booking(archive, window));
    all.insert("warranty-stats".into(), warranty(archive, window));
    all.insert("llm-spend".into(), llm_spend(archive, window));
    all
}

fn fleet_health(archive: &Archive, window: Window) -> Value {
    let retired = archive.retired();
    let mut newest: BTreeMap<String, &Value> = BTreeMap::new();
    for (_, data) in archive.health().filter(|(time, _)| window.holds(*time)) {
        newest.insert(text(&data["vehicle_id"]), data);
    }
    newest.retain(|vehicle, _| !retired.contains(vehicle));
    let status = |data: &&&Value| data["status"].as_str().unwrap_or_default().to_owned();
    let five = ["CRITICAL", "POOR", "FAIR", "GOOD", "EXCELLENT"];
    let known = newest
        .values()
        .filter(|data| five.contains(&status(data).as_str()))
        .count();
    let good = newest
        .values()
        .filter(|data| five[3..].contains(&status(data).as_str()))
        .count();
    let scores: Vec<f64> = newest
        .values()
        .filter_map(|data| data["overall_health_score"].as_f64())
        .collect();
    let mean = if scores.is_empty() {
        Value::Null
    } else {
        json!(scores.iter().sum::<f64>() / scores.len() as f64)
    };
    json!({"value": part(good, known), "numbers": {"mean_score": mean, "vehicles": newest.len()}, "amounts": {}})
}

/// Minute by minute: is the vehicle in service, in the workshop, under an emergency?
fn uptime(archive: &Archive, window: Window) -> Value {
    let starts = archive.first(&["appointment.started"], "appointment_id");
    let ends = archive.last(&["appointment.completed"], "appointment_id");
    let cancelled = archive.first(&["appointment.cancelled"], "appointment_id");
    let raised = archive.last(&["alert.created"], "alert_id");
    let resolved = archive.first(&["alert.resolved"], "alert_id");
    let registered = archive.first(&["vehicle.registered"], "vehicle_id");
    let last_said = archive.last(
        &["vehicle.registered", "vehicle.updated", "vehicle.retired"],
        "vehicle_id",
    );
    let midnight = |day: NaiveDate| day.and_hms_opt(0, 0, 0).unwrap().and_utc();
    let (begin, end) = (midnight(window.from), midnight(window.to).min(window.now));
    let (mut service, mut planned, mut unplanned, mut vehicles) = (0, 0, 0, 0);
    for (vehicle, (since, _)) in &registered {
        let (said_at, said) = last_said[vehicle];
        let until = if said["status"] == "RETIRED" { said_at } else { end };
        let visits: Vec<_> = starts
            .iter()
            .filter(|(_, (_, data))| data["vehicle_id"] == vehicle.as_str())
            .map(|(id, (from, _))| {
                let reported = ends.get(id).and_then(|(_, data)| time_of(&data["completed_at"]));
                (*from, reported.or(cancelled.get(id).map(|(at, _)| *at)).unwrap_or(end))
            })
            .collect();
        let stops: Vec<_> = raised
            .iter()
            .filter(|(_, (_, data))| data["vehicle_id"] == vehicle.as_str() && data["severity"] == "EMERGENCY")
            .map(|(id, (from, _))| (*from, resolved.get(id).map_or(end, |(at, _)| *at)))
            .collect();
        let mut minute = begin;
        let mut seen = false;
        while minute < end {
            if *since <= minute && minute < until {
                seen = true;
                service += 1;
                let within = |spans: &[(DateTime<Utc>, DateTime<Utc>)]| {
                    spans.iter().any(|(from, to)| *from <= minute && minute < *to)
                };
                planned += i64::from(within(&visits));
                unplanned += i64::from(within(&stops) && !within(&visits));
            }
            minute += chrono::Duration::minutes(1);
        }
        vehicles += i64::from(seen);
    }
    let value = if service == 0 {
        Value::Null
    } else {
        json!(1.0 - (planned + unplanned) as f64 / service as f64)
    };
    let hours = |minutes: i64| minutes as f64 / 60.0;
    json!({"value": value, "amounts": {}, "numbers": {"service_h": hours(service), "planned_h": hours(planned),
           "unplanned_h": hours(unplanned), "vehicles": vehicles}})
}

/// A straight line between the quantiles, and on at the last slope.
fn failed_by(life: &Value, km: f64) -> f64 {
    let q = |name: &str| life[name].as_f64().unwrap();
    let (p05, p50, p95) = (q("p05"), q("p50"), q("p95"));
    if km <= 0.0 {
        0.0
    } else if km < p05 {
        0.05 * km / p05
    } else if km < p50 {
        0.05 + 0.45 * (km - p05) / (p50 - p05)
    } else {
        (0.5 + 0.45 * (km - p50) / (p95 - p50)).min(if km < p95 { 0.95 } else { 1.0 })
    }
}

/// Whether a report says that a component had failed, and whether it says that nothing was wrong with it.
fn said_of(done: &Value, component: &Value) -> (bool, bool) {
    let mut count = BTreeMap::new();
    for finding in done["findings"].as_array().unwrap() {
        if finding["component"] == *component {
            *count.entry(text(&finding["verdict"])).or_insert(0) += 1;
        }
    }
    let failed = count.contains_key("CONFIRMED");
    (failed, count.len() == 1 && count.contains_key("NOT_FOUND"))
}

/// Whether a report says that something had failed, and whether it says that nothing was wrong at all.
fn said_of_anything(done: &Value) -> (bool, bool) {
    let said: Vec<String> = done["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| text(&finding["verdict"]))
        .collect();
    let sound = said.iter().filter(|verdict| *verdict == "NOT_FOUND").count();
    (said.contains(&"CONFIRMED".to_owned()), sound > 0 && sound == said.len())
}

/// What a report says about the decision that it names, or about anything where nobody has decided.
fn verdicts(archive: &Archive, done: &Value) -> (bool, bool) {
    let decisions = archive.last(&["agent.decision.made"], "decision_id");
    match decisions.get(&text(&done["decision_id"])) {
        Some((_, decision)) => said_of(done, &decision["component"]),
        None => said_of_anything(done),
    }
}

/// Where the vehicle stood when anything was done on a component, before or from an instant.
fn works(archive: &Archive, vehicle: &str, component: &str) -> Vec<(DateTime<Utc>, f64)> {
    let mut works = Vec::new();
    for (_, kind, data) in archive.events().filter(|(_, _, data)| data["vehicle_id"] == vehicle) {
        let Some(km) = data["odometer_km"].as_f64() else {
            continue;
        };
        if kind == "appointment.completed" {
            let acted = |finding: &Value| finding["component"] == component && finding["action"] != "NONE";
            if data["findings"].as_array().unwrap().iter().any(acted) {
                works.push((time_of(&data["completed_at"]).unwrap(), km));
            }
        } else if kind == "vehicle.repair.recorded" && data["component"] == component {
            works.push((time_of(&data["repaired_at"]).unwrap(), km));
        }
    }
    works
}

fn cost_avoidance(archive: &Archive, window: Window) -> Value {
    let decisions = archive.last(&["agent.decision.made"], "decision_id");
    let (mut visits, mut right, mut wrong, mut unpredicted, mut expected) = (0, 0, 0, 0, 0.0);
    let (mut avoided, mut alarms, mut early, mut spent) = (0.0, 0.0, 0.0, 0.0);
    for (_, done) in archive.last(&["appointment.completed"], "appointment_id").into_values() {
        let completed_at = time_of(&done["completed_at"]).unwrap();
        if !window.holds(completed_at) {
            continue;
        }
        visits += 1;
        let cost = done["cost"]["amount_minor"].as_f64().unwrap_or(0.0);
        spent += cost;
        let (confirmed, nothing) = verdicts(archive, done);
        let decision = decisions.get(&text(&done["decision_id"]));
        match decision {
            Some((_, decision)) if confirmed => {
                right += 1;
                let vehicle = text(&done["vehicle_id"]);
                let daily = archive.km_per_day(&vehicle).unwrap_or(KM_PER_DAY);
                let life = &decision["rul_km"];
                let p = if life.is_null() {
                    ASSUMED
                } else {
                    failed_by(life, daily * HORIZON_DAYS)
                };
                expected += p;
                avoided += (p * BREAKDOWN_MINOR).round();
                if let (false, Some(stood)) = (life.is_null(), done["odometer_km"].as_f64()) {
                    let driven = decision["odometer_km"]
                        .as_f64()
                        .map_or(0.0, |from| (stood - from).max(0.0));
                    let left = (life["p50"].as_f64().unwrap() - driven).max(0.0);
                    let component = text(&decision["component"]);
                    let before = works(archive, &vehicle, &component);
                    let before = before
                        .into_iter()
                        .filter(|(at, _)| *at < completed_at)
                        .map(|(_, km)| km)
                        .fold(0.0, f64::max);
                    let used = (stood - before).max(0.0);
                    early += (cost * if left + used > 0.0 { left / (left + used) } else { 0.0 }).round();
                }
            }
            Some(_) if nothing => {
                wrong += 1;
                alarms += cost;
            }
            None if confirmed => unpredicted += 1,
            _ => {}
        }
    }
    let net = avoided - alarms - early;
    json!({"value": if visits == 0 { Value::Null } else { json!(net) },
           "numbers": {"visits": visits, "avoided_visits": right, "false_alarm_visits": wrong, "unpredicted_visits": unpredicted,
                       "expected_breakdowns": expected},
           "amounts": {"avoided": avoided, "false_alarm_cost": alarms, "early_replacement_loss": early, "net": net, "spent": spent}})
}

fn nearest_rank(sorted: &[i64], percent: usize) -> Value {
    if sorted.is_empty() {
        return Value::Null;
    }
    let rank = (percent * sorted.len()).div_ceil(100).max(1);
    json!(sorted[rank - 1] as f64)
}

fn alert_stats(archive: &Archive, window: Window) -> Value {
    let acknowledged = archive.first(&["alert.acknowledged"], "alert_id");
    let resolved = archive.first(&["alert.resolved"], "alert_id");
    let mut found: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for (_, done) in archive.last(&["appointment.completed"], "appointment_id").into_values() {
        let (confirmed, nothing) = verdicts(archive, done);
        let known = found.entry(text(&done["decision_id"])).or_default();
        *known = (known.0 || confirmed, known.1 || nothing);
    }
    let mut raised = archive.last(&["alert.created"], "alert_id");
    raised.retain(|_, (time, _)| window.holds(*time));
    let (mut waits, mut done, mut judged, mut wrong) = (Vec::new(), 0, 0, 0);
    for (id, (time, data)) in &raised {
        if let Some((at, _)) = acknowledged.get(id) {
            waits.push((*at - *time).num_seconds().max(0));
        }
        done += usize::from(resolved.contains_key(id));
        if let Some((right, nothing)) = found
            .get(&text(&data["decision_id"]))
            .filter(|(right, nothing)| *right || *nothing)
        {
            judged += 1;
            wrong += usize::from(!right && *nothing);
        }
    }
    waits.sort_unstable();
    let mean = if waits.is_empty() {
        Value::Null
    } else {
        json!(waits.iter().sum::<i64>() as f64 / waits.len() as f64)
    };
    json!({"value": nearest_rank(&waits, 50), "amounts": {}, "numbers": {"raised": raised.len(), "acknowledged": waits.len(),
           "share_acknowledged": part(waits.len(), raised.len()), "mean_s": mean, "p95_s": nearest_rank(&waits, 95), "resolved": done,
           "judged": judged, "share_false": part(wrong, judged)}})
}

/// The product over every distance at which something failed, of the share that got past it.
fn fails_before(lives: &[(f64, bool)]) -> Value {
    if !lives.iter().any(|(_, failed)| *failed) {
        return Value::Null;
    }
    let mut at: Vec<f64> = lives
        .iter()
        .filter(|(life, failed)| *failed && *life <= 1.0)
        .map(|(life, _)| *life)
        .collect();
    at.sort_by(f64::total_cmp);
    at.dedup();
    let survival = at.iter().fold(1.0, |survival, distance| {
        let risk = lives.iter().filter(|(life, _)| life >= distance).count() as f64;
        let failed = lives
            .iter()
            .filter(|(life, failed)| *failed && life == distance)
            .count() as f64;
        survival * (1.0 - failed / risk)
    });
    json!(1.0 - survival)
}

fn calibration(archive: &Archive, window: Window) -> Value {
    let mut outcomes: Vec<(f64, bool, &Value)> = Vec::new();
    let completed = archive.last(&["appointment.completed"], "appointment_id");
    for (id, (made_at, decision)) in archive.last(&["agent.decision.made"], "decision_id") {
        let (Some(from), false) = (decision["odometer_km"].as_f64(), decision["rul_km"].is_null()) else {
            continue;
        };
        if !window.holds(made_at) {
            continue;
        }
        let vehicle = text(&decision["vehicle_id"]);
        let mut visits: Vec<_> = completed
            .values()
            .filter(|(_, done)| done["decision_id"] == id.as_str())
            .collect();
        visits.sort_by_key(|(_, done)| text(&done["completed_at"]));
        let judged = visits.iter().find_map(|(_, done)| {
            let (confirmed, nothing) = said_of(done, &decision["component"]);
            (confirmed || nothing).then_some((done["odometer_km"].as_f64()?, confirmed))
        });
        let mut later = works(archive, &vehicle, &text(&decision["component"]));
        later.retain(|(at, _)| *at >= made_at);
        let repaired = later.iter().map(|(_, km)| *km).reduce(f64::min);
        // Whoever else comes upon the failure of this very part, before anybody worked on it, tells of it too.
        let first_work = later.iter().map(|(at, _)| *at).min();
        let mut found: Vec<(DateTime<Utc>, f64)> = completed
            .values()
            .filter(|(_, done)| done["vehicle_id"] == vehicle.as_str() && said_of(done, &decision["component"]).0)
            .map(|(_, done)| {
                (
                    time_of(&done["completed_at"]).unwrap(),
                    done["odometer_km"].as_f64().unwrap(),
                )
            })
            .filter(|(at, _)| *at >= made_at && first_work.is_none_or(|first| *at <= first))
            .collect();
        found.sort_by_key(|(at, _)| *at);
        let judged = judged.or(found.first().map(|(_, km)| (*km, true)));
        let now = archive
            .health()
            .filter(|(_, data)| data["vehicle_id"] == vehicle.as_str())
            .last();
        let now = now.and_then(|(_, data)| data["odometer_km"].as_f64());
        let (stood, failed) = judged.unwrap_or_else(|| (repaired.or(now).unwrap_or(from), false));
        outcomes.push(((stood - from).max(0.0), failed, &decision["rul_km"]));
    }
    let before = |name: &str| {
        let over = |(driven, failed, life): &(f64, bool, &Value)| (driven / life[name].as_f64().unwrap(), *failed);
        fails_before(&outcomes.iter().map(over).collect::<Vec<_>>())
    };
    let (low, mid, high) = (before("p05"), before("p50"), before("p95"));
    let within = high.as_f64().zip(low.as_f64()).map(|(high, low)| high - low);
    let failures = outcomes.iter().filter(|(_, failed, _)| *failed).count();
    json!({"value": within, "amounts": {}, "numbers": {"predictions": outcomes.len(), "failures": failures,
           "censored": outcomes.len() - failures, "before_p05": low, "before_p50": mid, "before_p95": high}})
}

fn booking(archive: &Archive, window: Window) -> Value {
    let first = archive.first(&["appointment.scheduled", "appointment.rescheduled"], "appointment_id");
    let last = archive.last(&["appointment.scheduled", "appointment.rescheduled"], "appointment_id");
    let completed = archive.last(&["appointment.completed"], "appointment_id");
    let cancelled = archive.first(&["appointment.cancelled"], "appointment_id");
    let mut n: BTreeMap<&str, usize> = BTreeMap::new();
    for name in [
        "booked",
        "automatic",
        "before_p05",
        "after_p05",
        "unknown",
        "cancelled",
        "completed",
    ] {
        n.insert(name, 0);
    }
    for (id, _) in first.into_iter().filter(|(_, (time, _))| window.holds(*time)) {
        let plan = last[&id].1;
        let mut count = |name: &'static str| *n.get_mut(name).unwrap() += 1;
        let (done, gone) = (completed.contains_key(&id), cancelled.contains_key(&id));
        count("booked");
        if done {
            count("completed");
        }
        if plan["booked_by"] != "AUTO" {
            continue;
        }
        count("automatic");
        match plan["starts_before_p05"].as_bool() {
            _ if gone && !done => count("cancelled"),
            Some(true) => count("before_p05"),
            Some(false) => count("after_p05"),
            None => count("unknown"),
        }
    }
    json!({"value": part(n["before_p05"], n["before_p05"] + n["after_p05"]), "numbers": n, "amounts": {}})
}

fn warranty(archive: &Archive, window: Window) -> Value {
    let mut checks = archive.last(&["warranty.coverage.checked"], "check_id");
    let mut covered_decisions: BTreeMap<String, (DateTime<Utc>, bool)> = BTreeMap::new();
    for (time, kind, data) in archive.events() {
        if kind == "warranty.coverage.checked" {
            covered_decisions.insert(text(&data["decision_id"]), (*time, data["covered"] == true));
        }
    }
    checks.retain(|_, (time, _)| window.holds(*time));
    let covered = checks.values().filter(|(_, data)| data["covered"] == true).count();
    let claims = archive.last(&["warranty.claim.submitted"], "claim_id");
    let made = archive.last(&["agent.decision.made"], "decision_id");
    let (mut missed, mut missed_cost) = (0, 0.0);
    for (_, done) in archive.last(&["appointment.completed"], "appointment_id").into_values() {
        let (confirmed, _) = verdicts(archive, done);
        let decision = text(&done["decision_id"]);
        let component = made.get(&decision).map(|(_, decision)| text(&decision["component"]));
        let entitled =
            made.contains_key(&decision) && covered_decisions.get(&decision).is_some_and(|(_, covered)| *covered);
        let claimed = claims.values().any(|(_, claim)| {
            claim["vehicle_id"] == done["vehicle_id"] && Some(text(&claim["component"])) == component
        });
        if confirmed && entitled && !claimed && window.holds(time_of(&done["completed_at"]).unwrap()) {
            missed += 1;
            missed_cost += done["cost"]["amount_minor"].as_f64().unwrap_or(0.0);
        }
    }
    let of_period: Vec<_> = claims.values().filter(|(time, _)| window.holds(*time)).collect();
    let claimed: f64 = of_period
        .iter()
        .filter_map(|(_, claim)| claim["amount"]["amount_minor"].as_f64())
        .sum();
    json!({"value": part(covered, checks.len()),
           "numbers": {"checks": checks.len(), "covered": covered, "claims": of_period.len(), "unclaimed": missed},
           "amounts": {"claimed": claimed, "unclaimed": missed_cost}})
}

fn llm_spend(archive: &Archive, window: Window) -> Value {
    let mut made = archive.last(&["agent.decision.made"], "decision_id");
    made.retain(|_, (time, _)| window.holds(*time));
    // An event may be told twice.
    let explained: BTreeMap<String, &Value> = archive
        .all("agent.decision.revised")
        .filter(|(_, data)| !data["explanation"].is_null())
        .map(|(_, data)| (text(&data["decision_id"]), data))
        .filter(|(id, _)| made.contains_key(id))
        .collect();
    let by_model = explained
        .values()
        .filter(|data| data["explanation"]["llm_model_used"].is_string())
        .count();
    let usages: Vec<&Value> = explained
        .values()
        .map(|data| &data["llm_usage"])
        .filter(|usage| !usage.is_null())
        .collect();
    let sum = |path: &str| {
        usages
            .iter()
            .filter_map(|usage| usage.pointer(path)?.as_f64())
            .sum::<f64>()
    };
    let cost = (sum("/cost/amount_micro") / 10_000.0 + 0.5).floor();
    json!({"value": if made.is_empty() { Value::Null } else { json!(cost) }, "amounts": {"cost": cost},
           "numbers": {"decisions": made.len(), "by_model": by_model, "by_rules": made.len() - by_model, "with_usage": usages.len(),
                       "calls": sum("/calls"), "tokens": sum("/input_tokens") + sum("/output_tokens")}})
}

//! What this service tells the others. The shapes are the contract's; ids only, no names and no free text.

use chassis::ids::{TenantId, derived_id};
use chassis::{Cause, NewEvent, rfc3339};
use prognostics::intervals::Quantiles;
use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::Micros;
use crate::domain::component::{Alarm, Band};
use crate::domain::factor::{Direction, Factor};
use crate::domain::life::Revision;
use crate::domain::report::{ComponentReport, Finding, Overall, Reason, What};
use crate::store::{ChangeRow, timestamp};

/// All scores of a vehicle, at most once an hour.
pub const COMPUTED: &str = "vehicle.health.computed";
/// A component changed.
pub const CHANGED: &str = "vehicle.health.changed";
/// A component is degraded.
pub const DEGRADED: &str = "component.degraded";
/// A component is critical.
pub const CRITICAL: &str = "component.critical";
/// A component that was degraded or critical is well again.
pub const RECOVERED: &str = "component.recovered";
/// Another model speaks for a component.
pub const MODEL_PROMOTED: &str = "model.promoted";
/// Everything this service publishes.
pub const KINDS: &[&str] = &[
    COMPUTED,
    CHANGED,
    DEGRADED,
    CRITICAL,
    RECOVERED,
    MODEL_PROMOTED,
    chassis::ACCESS_RECORDED,
];

/// `revision` came with 1.1, the read-out of trouble codes with 1.2; what has neither stayed.
const CHANGED_VERSION: &str = "1.1";
const ALARMED_VERSION: &str = "1.2";
const COMPUTED_VERSION: &str = "1.0";
const RECOVERED_VERSION: &str = "1.0";
const NOT_ENOUGH_DATA: &str = "NOT_ENOUGH_DATA";

/// Where in the log a finding comes from: the same place always gives the same ids.
#[derive(Debug, Clone)]
pub struct Origin<'a> {
    pub tenant: &'a TenantId,
    /// The event that was read: its partition and sequence, or its id where it stands alone.
    pub place: String,
    pub correlation_id: &'a str,
}

#[derive(Serialize)]
struct QuantilesData {
    p05: f64,
    p50: f64,
    p95: f64,
}

impl From<Quantiles> for QuantilesData {
    fn from(quantiles: Quantiles) -> Self {
        Self {
            p05: tenths(quantiles.p05),
            p50: tenths(quantiles.p50),
            p95: tenths(quantiles.p95),
        }
    }
}

#[derive(Serialize)]
struct ComponentData {
    #[serde(rename = "type")]
    kind: &'static str,
    health_score: Option<f64>,
    status: &'static str,
    rul_km: Option<QuantilesData>,
    rul_days: Option<QuantilesData>,
    confidence: f64,
}

#[derive(Serialize)]
struct ComputedData<'a> {
    vehicle_id: &'a str,
    overall_health_score: Option<f64>,
    status: &'static str,
    odometer_km: Option<f64>,
    components: Vec<ComponentData>,
}

#[derive(Serialize)]
struct ChangedData<'a> {
    vehicle_id: &'a str,
    component: &'static str,
    health_score: Option<f64>,
    previous_score: Option<f64>,
    status: &'static str,
    previous_status: &'static str,
    overall_health_score: Option<f64>,
    overall_status: &'static str,
    odometer_km: Option<f64>,
    rul_km: Option<QuantilesData>,
    rul_days: Option<QuantilesData>,
    confidence: f64,
    risk_factors: Vec<Value>,
    reason: &'static str,
    /// Present when this change comes from a lower wear that was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<Value>,
}

#[derive(Serialize)]
struct AlarmedData<'a> {
    #[serde(flatten)]
    changed: ChangedData<'a>,
    evidence: Vec<Value>,
    dtcs: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    other_dtcs: &'a [String],
    dtcs_read: bool,
    recommended_actions: Vec<Value>,
}

#[derive(Serialize)]
struct RecoveredData<'a> {
    vehicle_id: &'a str,
    component: &'static str,
    health_score: Option<f64>,
    status: &'static str,
    since: String,
    odometer_km: Option<f64>,
    confidence: f64,
    reason: &'static str,
}

/// The event of a finding.
pub fn event(origin: &Origin<'_>, vehicle_id: &str, finding: &Finding) -> Result<NewEvent, serde_json::Error> {
    let (kind, component, data) = match &finding.what {
        What::Computed { reports, .. } => (
            COMPUTED,
            "all",
            serde_json::to_value(computed(vehicle_id, finding.overall, reports))?,
        ),
        What::Changed {
            component,
            previous,
            reason,
        } => {
            let data = changed(vehicle_id, finding, component, *previous, *reason);
            (CHANGED, component.kind.as_str(), serde_json::to_value(data)?)
        }
        What::Alarmed {
            component,
            previous,
            alarm,
        } => {
            let kind = if *alarm == Alarm::Critical { CRITICAL } else { DEGRADED };
            let data = AlarmedData {
                changed: changed(vehicle_id, finding, component, *previous, Reason::Telemetry),
                evidence: component.factors.iter().filter_map(evidence).collect(),
                dtcs: &component.codes,
                other_dtcs: &component.other_codes,
                dtcs_read: component.codes_read,
                recommended_actions: actions(component),
            };
            (kind, component.kind.as_str(), serde_json::to_value(data)?)
        }
        What::Recovered {
            component,
            since,
            reason,
        } => {
            let data = recovered(vehicle_id, finding, component, *since, *reason);
            (RECOVERED, component.kind.as_str(), serde_json::to_value(data)?)
        }
    };
    Ok(NewEvent {
        kind,
        schema_version: match finding.what {
            What::Computed { .. } => COMPUTED_VERSION,
            What::Changed { .. } => CHANGED_VERSION,
            What::Alarmed { .. } => ALARMED_VERSION,
            What::Recovered { .. } => RECOVERED_VERSION,
        },
        tenant: origin.tenant.clone(),
        key: vehicle_id.to_owned(),
        subject: Some(vehicle_id.to_owned()),
        time: timestamp(finding.at),
        cause: Cause {
            correlation_id: origin.correlation_id.to_owned(),
            historical: finding.historical,
        },
        id: Some(finding_id(origin, vehicle_id, component, kind, finding)),
        data,
    })
}

/// The id that this finding always has, wherever in a replay it is found again.
pub fn finding_id(origin: &Origin<'_>, vehicle_id: &str, component: &str, kind: &str, finding: &Finding) -> String {
    let tenant = origin.tenant.as_str();
    derived_id(
        "hev",
        &[
            tenant,
            &origin.place,
            vehicle_id,
            component,
            kind,
            &finding.at.to_string(),
        ],
    )
}

/// A status on the wire.
pub fn status(band: Option<Band>) -> &'static str {
    band.map_or(NOT_ENOUGH_DATA, Band::as_str)
}

/// The reason of a change on the wire.
pub fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::Telemetry => "TELEMETRY",
        Reason::Repair => "REPAIR",
        Reason::SensorFault => "SENSOR_FAULT",
    }
}

fn computed<'a>(vehicle_id: &'a str, overall: Overall, components: &[ComponentReport]) -> ComputedData<'a> {
    let component = |report: &ComponentReport| ComponentData {
        kind: report.kind.as_str(),
        health_score: report.score.map(thousandths),
        status: status(report.band),
        rul_km: report.remaining.map(|remaining| remaining.km.into()),
        rul_days: report.remaining.map(|remaining| remaining.days.into()),
        confidence: thousandths(report.confidence),
    };
    ComputedData {
        vehicle_id,
        overall_health_score: overall.score.map(thousandths),
        status: status(overall.band),
        odometer_km: overall.odometer_km.map(tenths),
        components: components.iter().map(component).collect(),
    }
}

fn changed<'a>(
    vehicle_id: &'a str,
    finding: &Finding,
    report: &ComponentReport,
    previous: Option<(f64, Band)>,
    reason: Reason,
) -> ChangedData<'a> {
    let (overall, at) = (finding.overall, finding.at);
    ChangedData {
        vehicle_id,
        component: report.kind.as_str(),
        health_score: report.score.map(thousandths),
        previous_score: previous.map(|(score, _)| thousandths(score)),
        status: status(report.band),
        previous_status: status(previous.map(|(_, band)| band)),
        overall_health_score: overall.score.map(thousandths),
        overall_status: status(overall.band),
        odometer_km: overall.odometer_km.map(tenths),
        rul_km: report.remaining.map(|remaining| remaining.km.into()),
        rul_days: report.remaining.map(|remaining| remaining.days.into()),
        confidence: thousandths(report.confidence),
        risk_factors: risk_factors(report),
        reason: reason_name(reason),
        revision: report
            .revision
            .filter(|revision| revision.at == at)
            .as_ref()
            .map(revision),
    }
}

fn recovered<'a>(
    vehicle_id: &'a str,
    finding: &Finding,
    report: &ComponentReport,
    since: Micros,
    reason: Reason,
) -> RecoveredData<'a> {
    RecoveredData {
        vehicle_id,
        component: report.kind.as_str(),
        health_score: report.score.map(thousandths),
        status: status(report.band),
        since: rfc3339(timestamp(since)),
        odometer_km: finding.overall.odometer_km.map(tenths),
        confidence: thousandths(report.confidence),
        reason: reason_name(reason),
    }
}

/// Why a lower wear was accepted.
fn revision(revision: &Revision) -> Value {
    let (code, text) = revision.why().told();
    json!({
        "code": code, "text": text,
        "params": {"at": rfc3339(timestamp(revision.at)), "from": thousandths(revision.from), "to": thousandths(revision.to)},
    })
}

/// The event of a change of models. The reason that a person gave is free text and stays in our own table.
pub fn model_promoted(tenant: &TenantId, change: &ChangeRow, cause: Cause) -> NewEvent {
    NewEvent {
        kind: MODEL_PROMOTED,
        schema_version: "1.0",
        tenant: tenant.clone(),
        // What is changed for one place stays in order.
        key: format!("{}/{}", change.component, change.vehicle_class),
        subject: Some(change.model_id.clone()),
        time: change.changed_at,
        cause,
        id: None,
        data: json!({
            "change_id": change.change_id, "model_id": change.model_id, "previous_model_id": change.previous,
            "component": change.component, "vehicle_class": change.vehicle_class, "action": change.action,
            "forced": change.forced, "compared_on": change.compared_on, "units": change.units,
            "loss_km": change.loss_km.map(tenths), "previous_loss_km": change.previous_loss_km.map(tenths),
            "changed_by": change.changed_by,
        }),
    }
}

fn risk_factors(report: &ComponentReport) -> Vec<Value> {
    let factors = report.factors.iter().map(|factor| {
        json!({
            "code": factor.kind.code(),
            "params": params(factor),
            "text": factor.text(),
            "direction": match factor.kind.direction() { Direction::Up => "UP", Direction::Down => "DOWN" },
            "size": thousandths(factor.size),
        })
    });
    let codes = report.codes.iter().map(|code| {
        json!({
            "code": format!("{}.trouble_code", report.kind.as_str()), "params": {"dtc": code},
            "text": "A trouble code of this component is stored.", "direction": "UP", "size": 0.0,
        })
    });
    let sensors = report.broken_sensors.iter().map(|signal| {
        json!({
            "code": "sensor.fault", "params": {"signal": signal.path()},
            "text": "This signal jumps in a way that is physically impossible; its sensor is at fault and it is ignored.",
            "direction": "UP", "size": 0.0,
        })
    });
    factors.chain(codes).chain(sensors).collect()
}

fn params(factor: &Factor) -> Value {
    let mut params = json!({"observed": thousandths(factor.observed), "expected": thousandths(factor.expected), "unit": factor.unit()});
    if let Some(signal) = factor.kind.signal() {
        params["signal"] = signal.path().into();
    }
    params
}

/// What was seen on a signal; nothing for a forecast, which is no observation.
fn evidence(factor: &Factor) -> Option<Value> {
    let signal = factor.kind.signal()?;
    Some(json!({
        "signal": signal.path(), "unit": factor.unit(),
        "from": rfc3339(timestamp(factor.since)), "to": rfc3339(timestamp(factor.until)),
        "observed": thousandths(factor.observed), "expected": thousandths(factor.expected), "text": factor.text(),
    }))
}

fn actions(report: &ComponentReport) -> Vec<Value> {
    let action =
        |action: &crate::domain::factor::Action| json!({"code": action.code, "params": {}, "text": action.text});
    report.actions.iter().map(action).collect()
}

/// Three decimals: what a score is good for.
pub(crate) fn thousandths(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// One decimal of a kilometre or a day.
pub(crate) fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

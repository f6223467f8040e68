//! Bodies and parameters of the API, and how they come from the domain.

use chassis::rfc3339;
use chrono::{DateTime, Utc};
use prognostics::intervals::Quantiles;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::domain::component::Band;
use crate::domain::factor::{Direction, Factor};
use crate::domain::life::Revision;
use crate::domain::report::ComponentReport;
use crate::store::{HealthRow, HistoryRow, timestamp};
use crate::use_cases::show_cost_of_waiting::{Waiting, WaitingCurve};
use crate::use_cases::show_health::VehicleHealth;

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ListQuery {
    /// Only this band: EXCELLENT, GOOD, FAIR, POOR, CRITICAL or NOT_ENOUGH_DATA.
    pub band: Option<String>,
    /// Order and filter by this component's score in place of the overall one.
    pub component: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct HistoryQuery {
    /// From this event time on (RFC 3339).
    pub from: Option<DateTime<Utc>>,
    /// Before this event time.
    pub to: Option<DateTime<Utc>>,
    /// Only this component.
    pub component: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct WaitingQuery {
    /// Only this component.
    pub component: Option<String>,
    /// How far to look, in km; without it until the 95 % quantile, at most 20,000 km.
    pub km_max: Option<f64>,
    /// How far to look, in days; without it until the 95 % quantile, at most a year.
    pub days_max: Option<f64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ComputeRequest {
    pub vehicle_id: String,
}

/// Quantiles of one distribution.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct QuantilesBody {
    p05: f64,
    p50: f64,
    p95: f64,
}

impl From<Quantiles> for QuantilesBody {
    fn from(quantiles: Quantiles) -> Self {
        Self {
            p05: rounded(quantiles.p05, 10.0),
            p50: rounded(quantiles.p50, 10.0),
            p95: rounded(quantiles.p95, 10.0),
        }
    }
}

/// A coded text.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReasonBody {
    code: String,
    #[schema(value_type = Object)]
    params: Map<String, Value>,
    text: String,
}

/// What speaks against a component.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RiskFactorBody {
    #[serde(flatten)]
    reason: ReasonBody,
    /// UP or DOWN: where the observed value lies beside the expected one.
    direction: &'static str,
    /// How much of the score it takes, 0 to 1.
    size: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// One component. `rul_km` and `rul_days` are the medians; the quantiles stand beside them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ComponentBody {
    #[serde(rename = "type")]
    kind: &'static str,
    /// 0 to 1; null without enough data.
    health_score: Option<f64>,
    status: &'static str,
    rul_km: Option<f64>,
    rul_km_quantiles: Option<QuantilesBody>,
    rul_days: Option<f64>,
    rul_days_quantiles: Option<QuantilesBody>,
    /// The model that says so.
    rul_model_id: Option<String>,
    confidence: f64,
    /// The last time a lower wear was accepted, and why: wear does not fall by itself.
    wear_revision: Option<ReasonBody>,
    risk_factors: Vec<RiskFactorBody>,
    dtcs: Vec<String>,
    recommended_actions: Vec<ReasonBody>,
}

/// One vehicle.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HealthBody {
    vehicle_id: String,
    overall_health_score: Option<f64>,
    status: &'static str,
    /// Event time of the last record.
    last_seen: Option<String>,
    odometer_km: Option<f64>,
    km_per_day: f64,
    records: u64,
    late_records: u64,
    components: Vec<ComponentBody>,
}

/// One vehicle in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HealthItem {
    vehicle_id: String,
    overall_health_score: Option<f64>,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<ListedComponent>,
    last_seen: Option<String>,
}

/// The component that a list was asked by.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListedComponent {
    #[serde(rename = "type")]
    kind: String,
    health_score: Option<f64>,
    status: String,
}

/// One point of the history.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HistoryItem {
    time: String,
    component: String,
    health_score: Option<f64>,
    status: String,
    overall_health_score: Option<f64>,
    rul_km_quantiles: Option<QuantilesBody>,
    odometer_km: Option<f64>,
    /// COMPUTED, TELEMETRY, REPAIR or SENSOR_FAULT.
    reason: String,
}

/// Failure probability by distance.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitingBody {
    vehicle_id: String,
    km_per_day: f64,
    components: Vec<WaitingCurveBody>,
}

/// The curve of one component.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitingCurveBody {
    component: &'static str,
    rul_km_quantiles: QuantilesBody,
    rul_days_quantiles: QuantilesBody,
    /// By distance.
    points: Vec<WaitingPoint>,
    /// By date: the pace of the vehicle is uncertain too, so these are flatter.
    dates: Vec<WaitingDate>,
}

/// One date of a curve.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitingDate {
    /// Days from the vehicle's last record.
    days: f64,
    date: String,
    failure_probability: f64,
}

/// One point of a curve.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitingPoint {
    km: f64,
    days: f64,
    failure_probability: f64,
}

impl From<&VehicleHealth> for HealthBody {
    fn from(health: &VehicleHealth) -> Self {
        Self {
            vehicle_id: health.vehicle_id.clone(),
            overall_health_score: health.overall.score.map(|score| rounded(score, 1_000.0)),
            status: status(health.overall.band),
            last_seen: (health.last_at > 0).then(|| rfc3339(timestamp(health.last_at))),
            odometer_km: health.overall.odometer_km.map(|km| rounded(km, 10.0)),
            km_per_day: rounded(health.km_per_day, 10.0),
            records: health.records,
            late_records: health.late_records,
            components: health.components.iter().map(ComponentBody::from).collect(),
        }
    }
}

impl From<&ComponentReport> for ComponentBody {
    fn from(report: &ComponentReport) -> Self {
        let km = report.remaining.map(|remaining| QuantilesBody::from(remaining.km));
        let days = report.remaining.map(|remaining| QuantilesBody::from(remaining.days));
        let action = |action: &crate::domain::factor::Action| ReasonBody {
            code: action.code.to_owned(),
            params: Map::new(),
            text: action.text.to_owned(),
        };
        Self {
            kind: report.kind.as_str(),
            health_score: report.score.map(|score| rounded(score, 1_000.0)),
            status: status(report.band),
            rul_km: km.map(|quantiles| quantiles.p50),
            rul_km_quantiles: km,
            rul_days: days.map(|quantiles| quantiles.p50),
            rul_days_quantiles: days,
            rul_model_id: report.remaining.map(|_| report.model_id.clone()),
            confidence: rounded(report.confidence, 1_000.0),
            wear_revision: report.revision.as_ref().map(revised),
            risk_factors: risk_factors(report),
            dtcs: report.codes.clone(),
            recommended_actions: report.actions.iter().map(action).collect(),
        }
    }
}

impl HealthItem {
    pub(super) fn new(row: HealthRow, component: Option<String>) -> Self {
        let score = row.score.map(|score| rounded(score, 1_000.0));
        Self {
            vehicle_id: row.vehicle_id,
            overall_health_score: row.overall_score.map(|score| rounded(score, 1_000.0)),
            status: row.overall_status,
            component: component.map(|kind| ListedComponent {
                kind,
                health_score: score,
                status: row.status,
            }),
            last_seen: row.seen_at.map(rfc3339),
        }
    }
}

impl From<HistoryRow> for HistoryItem {
    fn from(row: HistoryRow) -> Self {
        let quantiles = match (row.rul_km_p05, row.rul_km_p50, row.rul_km_p95) {
            (Some(p05), Some(p50), Some(p95)) => Some(QuantilesBody::from(Quantiles { p05, p50, p95 })),
            _ => None,
        };
        Self {
            time: rfc3339(row.time),
            component: row.component,
            health_score: row.score.map(|score| rounded(score, 1_000.0)),
            status: row.status,
            overall_health_score: row.overall_score.map(|score| rounded(score, 1_000.0)),
            rul_km_quantiles: quantiles,
            odometer_km: row.odometer_km.map(|km| rounded(km, 10.0)),
            reason: row.reason,
        }
    }
}

impl WaitingBody {
    pub(super) fn new(vehicle_id: String, waiting: &Waiting) -> Self {
        let pace = waiting.km_per_day;
        let point = |(km, probability): &(f64, f64)| WaitingPoint {
            km: rounded(*km, 10.0),
            days: rounded(km / pace, 10.0),
            failure_probability: rounded(*probability, 10_000.0),
        };
        let date = |(days, probability): &(f64, f64)| WaitingDate {
            days: rounded(*days, 10.0),
            date: rfc3339(timestamp(waiting.from.saturating_add((days * 86_400e6) as i64))),
            failure_probability: rounded(*probability, 10_000.0),
        };
        let curve = |curve: &WaitingCurve| WaitingCurveBody {
            component: curve.component.as_str(),
            rul_km_quantiles: curve.remaining.km.into(),
            rul_days_quantiles: curve.remaining.days.into(),
            points: curve.points.iter().map(point).collect(),
            dates: curve.dates.iter().map(date).collect(),
        };
        Self {
            vehicle_id,
            km_per_day: rounded(pace, 10.0),
            components: waiting.curves.iter().map(curve).collect(),
        }
    }
}

fn revised(revision: &Revision) -> ReasonBody {
    let (code, text) = revision.why().told();
    ReasonBody {
        code: code.to_owned(),
        text: text.to_owned(),
        params: object(json!({
            "at": rfc3339(timestamp(revision.at)),
            "from": rounded(revision.from, 1_000.0), "to": rounded(revision.to, 1_000.0),
        })),
    }
}

fn params(factor: &Factor) -> Map<String, Value> {
    let mut params = object(json!({
        "unit": factor.unit(),
        "observed": rounded(factor.observed, 1_000.0), "expected": rounded(factor.expected, 1_000.0),
    }));
    if let Some(signal) = factor.kind.signal() {
        params.insert("signal".to_owned(), signal.path().into());
    }
    params
}

fn risk_factors(report: &ComponentReport) -> Vec<RiskFactorBody> {
    let from_factor = |factor: &Factor| RiskFactorBody {
        reason: ReasonBody {
            code: factor.kind.code().to_owned(),
            params: params(factor),
            text: factor.text(),
        },
        direction: match factor.kind.direction() {
            Direction::Up => "UP",
            Direction::Down => "DOWN",
        },
        size: rounded(factor.size, 1_000.0),
        since: Some(rfc3339(timestamp(factor.since))),
        until: Some(rfc3339(timestamp(factor.until))),
    };
    let plain = |code: String, params: Value, text: &str| RiskFactorBody {
        reason: ReasonBody {
            code,
            params: object(params),
            text: text.to_owned(),
        },
        direction: "UP",
        size: 0.0,
        since: None,
        until: None,
    };
    let from_code = |code: &String| {
        let name = format!("{}.trouble_code", report.kind.as_str());
        plain(
            name,
            json!({"dtc": code}),
            "A trouble code of this component is stored.",
        )
    };
    let from_sensor = |signal: &crate::domain::signal::Signal| {
        let text =
            "This signal jumps in a way that is physically impossible; its sensor is at fault and it is ignored.";
        plain("sensor.fault".to_owned(), json!({"signal": signal.path()}), text)
    };
    let factors = report.factors.iter().map(from_factor);
    factors
        .chain(report.codes.iter().map(from_code))
        .chain(report.broken_sensors.iter().map(from_sensor))
        .collect()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn status(band: Option<Band>) -> &'static str {
    band.map_or("NOT_ENOUGH_DATA", Band::as_str)
}

pub(super) fn rounded(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

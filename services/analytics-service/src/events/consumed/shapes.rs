//! The members that analytics reads of each event's data. Unknown members are ignored; names are kept as texts, so that
//! a new one is no error.

use crate::domain::fleet::change::{LlmUsage, Reason, RemainingKm};
use crate::domain::money::{MicroMoney, Money};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

#[derive(Deserialize)]
pub(super) struct WireMoney {
    pub(super) amount_minor: i64,
    pub(super) currency: String,
}

impl From<WireMoney> for Money {
    fn from(wire: WireMoney) -> Money {
        Money {
            amount_minor: wire.amount_minor,
            currency: wire.currency,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct WireReason {
    pub(super) code: String,
    #[serde(default)]
    pub(super) params: Value,
    #[serde(default)]
    pub(super) text: String,
}

impl From<WireReason> for Reason {
    fn from(wire: WireReason) -> Reason {
        Reason {
            code: wire.code,
            params_json: wire.params.to_string(),
            text: wire.text,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Quantiles {
    pub(super) p05: f64,
    pub(super) p50: f64,
    pub(super) p95: f64,
}

impl From<Quantiles> for RemainingKm {
    fn from(wire: Quantiles) -> RemainingKm {
        RemainingKm {
            p05: wire.p05,
            p50: wire.p50,
            p95: wire.p95,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct VehicleData {
    pub(super) vehicle_id: String,
    pub(super) status: Option<String>,
    pub(super) owner_id: Option<String>,
    pub(super) fleet_id: Option<String>,
    pub(super) depot_id: Option<String>,
    pub(super) make: Option<String>,
    pub(super) model: Option<String>,
    pub(super) model_year: Option<i64>,
    pub(super) vehicle_class: Option<String>,
    pub(super) powertrain: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct TelemetryData {
    pub(super) records: Vec<RecordData>,
}

#[derive(Deserialize)]
pub(super) struct RecordData {
    pub(super) time: DateTime<Utc>,
}

#[derive(Deserialize)]
pub(super) struct HealthComputed {
    pub(super) vehicle_id: String,
    pub(super) overall_health_score: Option<f64>,
    pub(super) status: String,
    pub(super) odometer_km: Option<f64>,
    pub(super) components: Vec<ComponentData>,
}

#[derive(Deserialize)]
pub(super) struct ComponentData {
    #[serde(rename = "type")]
    pub(super) component: String,
    pub(super) health_score: Option<f64>,
    pub(super) status: String,
    pub(super) rul_km: Option<Quantiles>,
    pub(super) confidence: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct HealthChanged {
    pub(super) vehicle_id: String,
    pub(super) component: String,
    pub(super) health_score: Option<f64>,
    pub(super) status: String,
    pub(super) overall_health_score: Option<f64>,
    pub(super) overall_status: String,
    pub(super) odometer_km: Option<f64>,
    pub(super) rul_km: Option<Quantiles>,
    pub(super) confidence: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct FailureMode {
    pub(super) code: String,
    #[serde(default)]
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct CostRange {
    pub(super) low: WireMoney,
    pub(super) high: WireMoney,
}

#[derive(Deserialize)]
pub(super) struct DecisionMade {
    pub(super) decision_id: String,
    pub(super) vehicle_id: String,
    pub(super) component: String,
    pub(super) severity: String,
    pub(super) urgency: String,
    pub(super) failure_mode: FailureMode,
    pub(super) decision: WireReason,
    #[serde(default)]
    pub(super) recommended_actions: Vec<WireReason>,
    pub(super) estimated_cost: Option<CostRange>,
    pub(super) rul_km: Option<Quantiles>,
    pub(super) odometer_km: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct DecisionRevised {
    pub(super) decision_id: String,
    pub(super) vehicle_id: String,
    pub(super) explanation: Option<ExplanationData>,
    pub(super) outcome: Option<IgnoredAny>,
    pub(super) recovery: Option<IgnoredAny>,
    pub(super) llm_usage: Option<UsageData>,
}

#[derive(Deserialize)]
pub(super) struct ExplanationData {
    pub(super) llm_model_used: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct MicroMoneyData {
    amount_micro: i64,
    currency: String,
}

#[derive(Default, Deserialize)]
pub(super) struct UsageData {
    #[serde(default)]
    pub(super) calls: i64,
    #[serde(default)]
    pub(super) input_tokens: i64,
    #[serde(default)]
    pub(super) output_tokens: i64,
    pub(super) cost: Option<MicroMoneyData>,
}

impl From<UsageData> for LlmUsage {
    fn from(wire: UsageData) -> LlmUsage {
        LlmUsage {
            model: None,
            calls: wire.calls.max(0),
            tokens: wire.input_tokens.max(0).saturating_add(wire.output_tokens.max(0)),
            cost: wire.cost.map(|cost| MicroMoney {
                amount_micro: cost.amount_micro.max(0),
                currency: cost.currency,
            }),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct RepairRecorded {
    pub(super) vehicle_id: String,
    pub(super) component: Option<String>,
    pub(super) repaired_at: DateTime<Utc>,
    pub(super) odometer_km: Option<f64>,
}

#[derive(Deserialize)]
pub(super) struct CoverageChecked {
    pub(super) check_id: String,
    pub(super) vehicle_id: String,
    pub(super) component: String,
    pub(super) decision_id: Option<String>,
    pub(super) covered: bool,
}

#[derive(Deserialize)]
pub(super) struct ClaimSubmitted {
    pub(super) claim_id: String,
    pub(super) vehicle_id: String,
    pub(super) component: String,
    pub(super) amount: WireMoney,
    pub(super) decision_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct AlertCreated {
    pub(super) alert_id: String,
    pub(super) decision_id: Option<String>,
    pub(super) vehicle_id: String,
    pub(super) component: String,
    pub(super) severity: String,
    pub(super) title: WireReason,
    pub(super) failure_mode: Option<FailureMode>,
}

#[derive(Deserialize)]
pub(super) struct AlertStep {
    pub(super) alert_id: String,
    pub(super) vehicle_id: String,
    pub(super) by: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct AlertDelivered {
    pub(super) alert_id: String,
    pub(super) delivery_id: String,
    pub(super) channel: String,
    pub(super) status: String,
}

#[derive(Deserialize)]
pub(super) struct VisitPlanned {
    pub(super) appointment_id: String,
    pub(super) vehicle_id: String,
    pub(super) component: Option<String>,
    pub(super) alert_id: Option<String>,
    pub(super) decision_id: Option<String>,
    pub(super) center_id: String,
    pub(super) bay_id: String,
    pub(super) technician_id: String,
    pub(super) service_code: String,
    pub(super) starts_at: DateTime<Utc>,
    pub(super) ends_at: DateTime<Utc>,
    pub(super) booked_by: String,
    pub(super) why: WireReason,
    pub(super) price: Option<WireMoney>,
    pub(super) starts_before_p05: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct VisitStep {
    pub(super) appointment_id: String,
    pub(super) vehicle_id: String,
    pub(super) technician_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct VisitCompleted {
    pub(super) appointment_id: String,
    pub(super) vehicle_id: String,
    pub(super) decision_id: Option<String>,
    pub(super) technician_id: Option<String>,
    pub(super) completed_at: DateTime<Utc>,
    pub(super) odometer_km: Option<f64>,
    #[serde(default)]
    pub(super) findings: Vec<FindingData>,
    pub(super) cost: Option<WireMoney>,
}

#[derive(Deserialize)]
pub(super) struct FindingData {
    pub(super) component: String,
    pub(super) verdict: String,
    pub(super) action: String,
}

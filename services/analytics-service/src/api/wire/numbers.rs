//! Numbers on the wire. Every number's path in the answer has an entry in `method`, which says how it was computed.

use super::kpis::KpiBody;
use crate::domain::fleet::numbers::{CostNumbers, FleetNumbers};
use crate::domain::money::{Money, MoneySum};
use crate::store::{AlertNumbers, VisitNumbers, WarrantyNumbers};
use crate::use_cases::show_metrics::FleetHealth;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How numbers were computed: dotted path in the answer, and a sentence.
pub(crate) type Method = BTreeMap<&'static str, &'static str>;

/// A figure inside of another answer.
pub(crate) const KPI_METHOD: (&str, &str) = (
    "kpi",
    "The key figure of the period that was asked for; it has its own method.",
);

/// An amount of money.
#[derive(Serialize, ToSchema)]
pub(crate) struct MoneyBody {
    pub amount_minor: i64,
    pub currency: String,
}

impl From<Money> for MoneyBody {
    fn from(money: Money) -> MoneyBody {
        MoneyBody {
            amount_minor: money.amount_minor,
            currency: money.currency,
        }
    }
}

fn amounts(sum: &MoneySum) -> Vec<MoneyBody> {
    sum.amounts().into_iter().map(MoneyBody::from).collect()
}

/// The fleet in a few numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct FleetSummary {
    pub vehicles: u64,
    /// 0 to 1.
    pub mean_health_score: Option<f64>,
    /// Share of GOOD or better, 0 to 1.
    pub share_good: Option<f64>,
    pub with_open_alerts: u64,
    pub with_critical_alerts: u64,
    pub with_visit: u64,
}

pub(crate) const FLEET_SUMMARY_METHOD: [(&str, &str); 6] = [
    (
        "fleet_summary.vehicles",
        "Vehicles that any event spoke of and that are not retired.",
    ),
    (
        "fleet_summary.mean_health_score",
        "Mean of the newest overall scores, of vehicles that have one.",
    ),
    (
        "fleet_summary.share_good",
        "Vehicles in GOOD or EXCELLENT over vehicles in a known band.",
    ),
    (
        "fleet_summary.with_open_alerts",
        "Vehicles with an alert that was created and not resolved.",
    ),
    (
        "fleet_summary.with_critical_alerts",
        "The same, with an alert that is CRITICAL or EMERGENCY.",
    ),
    (
        "fleet_summary.with_visit",
        "Vehicles with a visit that is scheduled or started.",
    ),
];

pub(crate) const DISTRIBUTION_METHOD: (&str, &str) = (
    "health_distribution",
    "Vehicles by the band of their newest overall score; UNKNOWN has none yet. The counts add up to the vehicles.",
);

impl From<&FleetNumbers> for FleetSummary {
    fn from(numbers: &FleetNumbers) -> FleetSummary {
        FleetSummary {
            vehicles: numbers.vehicles,
            mean_health_score: numbers.mean_score(),
            share_good: numbers.share_good(),
            with_open_alerts: numbers.with_open_alerts,
            with_critical_alerts: numbers.with_serious_alerts,
            with_visit: numbers.with_visit,
        }
    }
}

/// The counts by band.
pub(crate) fn distribution(numbers: &FleetNumbers) -> BTreeMap<&'static str, u64> {
    numbers
        .by_band
        .iter()
        .map(|(band, count)| (band.as_str(), *count))
        .collect()
}

/// What repairs may cost, did cost, and saved.
#[derive(Serialize, ToSchema)]
pub(crate) struct CostMetrics {
    pub open_decisions: u64,
    pub open_estimate_low: Vec<MoneyBody>,
    pub open_estimate_high: Vec<MoneyBody>,
    pub completed_visits: u64,
    pub spent: Vec<MoneyBody>,
    pub confirmed_visits: u64,
    pub avoided_estimate: Vec<MoneyBody>,
    pub false_alarm_visits: u64,
    pub false_alarm_cost: Vec<MoneyBody>,
}

pub(crate) const COST_METHOD: [(&str, &str); 9] = [
    (
        "cost_metrics.open_decisions",
        "Newest decision of each component that no repair, visit or resolved alert has settled.",
    ),
    (
        "cost_metrics.open_estimate_low",
        "Sum of the lower cost estimates of the open decisions, by currency.",
    ),
    (
        "cost_metrics.open_estimate_high",
        "Sum of the upper cost estimates of the open decisions, by currency.",
    ),
    ("cost_metrics.completed_visits", "Visits reported as completed."),
    (
        "cost_metrics.spent",
        "Sum of the reported costs of completed visits, by currency.",
    ),
    (
        "cost_metrics.confirmed_visits",
        "Completed visits with a finding that confirmed the failure.",
    ),
    (
        "cost_metrics.avoided_estimate",
        "First form: upper cost estimate minus reported cost, of confirmed visits with an estimate in the same currency. \
         An estimate from events alone; downtime and consequential damage are not counted.",
    ),
    (
        "cost_metrics.false_alarm_visits",
        "Completed visits in which every finding was NOT_FOUND.",
    ),
    (
        "cost_metrics.false_alarm_cost",
        "Sum of the reported costs of those visits: the losses beside what was avoided.",
    ),
];

impl From<&CostNumbers> for CostMetrics {
    fn from(costs: &CostNumbers) -> CostMetrics {
        CostMetrics {
            open_decisions: costs.open_decisions,
            open_estimate_low: amounts(&costs.open_low),
            open_estimate_high: amounts(&costs.open_high),
            completed_visits: costs.visits,
            spent: amounts(&costs.spent),
            confirmed_visits: costs.confirmed,
            avoided_estimate: amounts(&costs.avoided),
            false_alarm_visits: costs.false_alarms,
            false_alarm_cost: amounts(&costs.false_alarm_cost),
        }
    }
}

/// A count with what it counts.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountBody {
    /// Severity or channel.
    pub of: String,
    pub state: String,
    pub count: u64,
}

/// How alerts are raised, delivered and answered.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlertStats {
    pub by_severity: Vec<CountBody>,
    pub deliveries: Vec<CountBody>,
    pub acknowledged: u64,
    pub mean_acknowledge_s: Option<f64>,
}

pub(crate) const ALERT_METHOD: [(&str, &str); 4] = [
    (
        "alert_stats.by_severity",
        "Alerts created, by severity and present state.",
    ),
    (
        "alert_stats.deliveries",
        "Messages by channel and the newest status that was reported.",
    ),
    ("alert_stats.acknowledged", "Alerts that a person acknowledged."),
    (
        "alert_stats.mean_acknowledge_s",
        "Mean seconds from the alert's creation to its first acknowledgement.",
    ),
];

impl From<AlertNumbers> for AlertStats {
    fn from(numbers: AlertNumbers) -> AlertStats {
        let counts = |rows: Vec<(String, String, u64)>| {
            rows.into_iter()
                .map(|(of, state, count)| CountBody { of, state, count })
                .collect()
        };
        AlertStats {
            by_severity: counts(numbers.by_severity),
            deliveries: counts(numbers.deliveries),
            acknowledged: numbers.acknowledged,
            mean_acknowledge_s: numbers.mean_acknowledge_s,
        }
    }
}

/// What the warranty checked and what was claimed.
#[derive(Serialize, ToSchema)]
pub(crate) struct WarrantyStats {
    pub checks_covered: u64,
    pub checks_not_covered: u64,
    pub claims: u64,
    pub claimed: Vec<MoneyBody>,
}

pub(crate) const WARRANTY_METHOD: [(&str, &str); 4] = [
    (
        "warranty_stats.checks_covered",
        "Coverage checks that found the repair covered.",
    ),
    (
        "warranty_stats.checks_not_covered",
        "Coverage checks that found it not covered.",
    ),
    ("warranty_stats.claims", "Claims submitted."),
    (
        "warranty_stats.claimed",
        "Sum of the amounts of submitted claims, by currency.",
    ),
];

impl From<WarrantyNumbers> for WarrantyStats {
    fn from(numbers: WarrantyNumbers) -> WarrantyStats {
        WarrantyStats {
            checks_covered: numbers.checks_covered,
            checks_not_covered: numbers.checks_not_covered,
            claims: numbers.claims,
            claimed: amounts(&numbers.claimed),
        }
    }
}

/// Workshop visits in numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct VisitStats {
    pub by_state: BTreeMap<String, u64>,
    pub automatic: u64,
    pub automatic_before_p05: u64,
    pub automatic_after_p05: u64,
}

pub(crate) const VISIT_METHOD: [(&str, &str); 4] = [
    ("visit_stats.by_state", "Visits by how far they have come."),
    (
        "visit_stats.automatic",
        "Visits that were booked automatically and not cancelled.",
    ),
    (
        "visit_stats.automatic_before_p05",
        "Of those, the ones that start before the 5 % quantile of the remaining life.",
    ),
    (
        "visit_stats.automatic_after_p05",
        "Of those, the ones that start after it. The rest has no known quantile.",
    ),
];

impl From<VisitNumbers> for VisitStats {
    fn from(numbers: VisitNumbers) -> VisitStats {
        VisitStats {
            by_state: numbers.by_state.into_iter().collect(),
            automatic: numbers.automatic,
            automatic_before_p05: numbers.before_p05,
            automatic_after_p05: numbers.after_p05,
        }
    }
}

/// A component that is the worst of some vehicles.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorstComponent {
    pub component: String,
    pub vehicles: u64,
    pub lowest_score: f64,
}

/// The fleet's health.
#[derive(Serialize, ToSchema)]
pub(crate) struct FleetHealthBody {
    pub fleet_summary: FleetSummary,
    #[schema(value_type = Object)]
    pub health_distribution: BTreeMap<&'static str, u64>,
    pub worst_components: Vec<WorstComponent>,
    pub kpi: KpiBody,
    #[schema(value_type = Object)]
    pub method: Method,
}

impl From<(FleetHealth, KpiBody)> for FleetHealthBody {
    fn from((health, kpi): (FleetHealth, KpiBody)) -> FleetHealthBody {
        let worst = |(component, vehicles, lowest_score)| WorstComponent {
            component,
            vehicles,
            lowest_score,
        };
        let mut method = Method::from(FLEET_SUMMARY_METHOD);
        method.extend([DISTRIBUTION_METHOD, KPI_METHOD]);
        method.extend([(
            "worst_components",
            "Vehicles by their component with the lowest score, and that lowest score.",
        )]);
        FleetHealthBody {
            fleet_summary: (&health.numbers).into(),
            health_distribution: distribution(&health.numbers),
            kpi,
            worst_components: health.worst_components.into_iter().map(worst).collect(),
            method,
        }
    }
}

/// Alerts in numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlertStatsBody {
    pub alert_stats: AlertStats,
    pub kpi: KpiBody,
    #[schema(value_type = Object)]
    pub method: Method,
}

/// Warranty in numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct WarrantyStatsBody {
    pub warranty_stats: WarrantyStats,
    pub kpi: KpiBody,
    #[schema(value_type = Object)]
    pub method: Method,
}

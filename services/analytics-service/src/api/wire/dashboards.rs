//! Dashboards on the wire.

use super::actions::{ACTION_CHOICES_METHOD, ACTION_LIST_METHOD, ACTIONS_TOTAL_METHOD, ActionBody, ActionChoices};
use super::kpis::KpiBody;
use super::numbers::{
    ALERT_METHOD, AlertStats, COST_METHOD, CostMetrics, DISTRIBUTION_METHOD, FLEET_SUMMARY_METHOD, FleetSummary,
    Method, VISIT_METHOD, VisitStats, WARRANTY_METHOD, WarrantyStats, distribution,
};
use crate::domain::fleet::change::{Reason, RemainingKm};
use crate::domain::fleet::{Band, Severity};
use crate::domain::kpi::TrendFact;
use crate::store::{Issue, JobRow, VehicleRow};
use crate::use_cases::show_executive_dashboard::ExecutiveDashboard;
use crate::use_cases::show_fleet_dashboard::FleetDashboard;
use crate::use_cases::show_owner_dashboard::OwnedVehicle;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A coded text.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReasonBody {
    pub code: String,
    #[schema(value_type = Object)]
    pub params: serde_json::Value,
    pub text: String,
}

impl From<Reason> for ReasonBody {
    fn from(reason: Reason) -> ReasonBody {
        let params = serde_json::from_str(&reason.params_json).unwrap_or_default();
        ReasonBody {
            code: reason.code,
            params,
            text: reason.text,
        }
    }
}

/// Remaining useful life, km.
#[derive(Serialize, ToSchema)]
pub(crate) struct RemainingBody {
    pub p05: f64,
    pub p50: f64,
    pub p95: f64,
}

impl From<RemainingKm> for RemainingBody {
    fn from(remaining: RemainingKm) -> RemainingBody {
        RemainingBody {
            p05: remaining.p05,
            p50: remaining.p50,
            p95: remaining.p95,
        }
    }
}

/// The vehicle's next visit.
#[derive(Serialize, ToSchema)]
pub(crate) struct NextVisit {
    pub appointment_id: String,
    pub starts_at: DateTime<Utc>,
}

pub(super) fn next_visit(visit: Option<(String, DateTime<Utc>)>) -> Option<NextVisit> {
    visit.map(|(appointment_id, starts_at)| NextVisit {
        appointment_id,
        starts_at,
    })
}

/// A vehicle's line.
#[derive(Serialize, ToSchema)]
pub(crate) struct VehicleBody {
    pub vehicle_id: String,
    pub make: Option<String>,
    pub model: Option<String>,
    pub model_year: Option<i64>,
    pub vehicle_class: Option<String>,
    pub powertrain: Option<String>,
    pub status: &'static str,
    pub overall_health_score: Option<f64>,
    pub worst_component: Option<String>,
    pub worst_score: Option<f64>,
    /// Of the worst component.
    pub rul_km: Option<RemainingBody>,
    pub open_alerts: u64,
    pub next_visit: Option<NextVisit>,
}

impl From<VehicleRow> for VehicleBody {
    fn from(row: VehicleRow) -> VehicleBody {
        VehicleBody {
            vehicle_id: row.vehicle_id,
            make: row.registration.make,
            model: row.registration.model,
            model_year: row.registration.model_year,
            vehicle_class: row.registration.vehicle_class,
            powertrain: row.registration.powertrain,
            status: row.band.as_str(),
            overall_health_score: row.score,
            worst_component: row.worst_component,
            worst_score: row.worst_score,
            rul_km: row.rul_km.map(RemainingBody::from),
            open_alerts: row.open_alerts,
            next_visit: next_visit(row.next_visit),
        }
    }
}

/// A failure that vehicles share.
#[derive(Serialize, ToSchema)]
pub(crate) struct IssueBody {
    pub failure_mode: String,
    pub name: Option<String>,
    pub component: String,
    pub vehicles: u64,
    pub worst_severity: &'static str,
}

impl From<Issue> for IssueBody {
    fn from(issue: Issue) -> IssueBody {
        let worst = Severity::ALL
            .into_iter()
            .find(|severity| severity.rank() == issue.worst_severity_rank);
        IssueBody {
            failure_mode: issue.failure_code,
            name: issue.failure_name.filter(|name| !name.is_empty()),
            component: issue.component,
            vehicles: issue.vehicles.unsigned_abs(),
            worst_severity: worst.unwrap_or(Severity::Unknown).as_str(),
        }
    }
}

const TOP_ISSUES_METHOD: (&str, &str) = (
    "top_issues",
    "Failure modes of open decisions by the number of vehicles that share them; the first ten.",
);
const DUE_TODAY_METHOD: (&str, &str) = (
    "due_today",
    "Vehicles with an open decision of WARNING or above whose urgency is IMMEDIATE or WITHIN_24H and that have no visit.",
);
const TREND_METHOD: (&str, &str) = (
    "health_trend",
    "Each vehicle's newest overall health of each UTC day, of the last thirty days, by band; mean_health_score is over those with a score.",
);
const KPIS_METHOD: (&str, &str) = (
    "kpis",
    "Each figure has its own method; over the 90 days that end with today, and the 90 before for `previous`.",
);
const WORST_METHOD: (&str, &str) = (
    "worst_vehicles",
    "Vehicles with the lowest newest overall score; the first twenty.",
);
const RECORDS_METHOD: (&str, &str) = (
    "telemetry_records_24h",
    "Records heard of by event hour, of the last 24 hours of business time; null for who is bound to some vehicles.",
);

/// The fleet's health on one day.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendDay {
    pub day: NaiveDate,
    /// Vehicles that reported.
    pub vehicles: u64,
    pub mean_health_score: Option<f64>,
    /// Share of GOOD or better of those in a known band.
    pub share_good: Option<f64>,
    #[schema(value_type = Object)]
    pub by_band: BTreeMap<&'static str, u64>,
}

fn trend(facts: &[TrendFact]) -> Vec<TrendDay> {
    let mut days: BTreeMap<NaiveDate, Vec<&TrendFact>> = BTreeMap::new();
    for fact in facts {
        days.entry(fact.day).or_default().push(fact);
    }
    days.into_iter().map(|(day, facts)| trend_day(day, &facts)).collect()
}

fn trend_day(day: NaiveDate, facts: &[&TrendFact]) -> TrendDay {
    let count = |keep: fn(Band) -> bool| {
        facts
            .iter()
            .filter(|fact| keep(fact.band))
            .map(|fact| fact.vehicles)
            .sum::<u64>()
    };
    let known = count(|band| band != Band::Unknown);
    let scored: u64 = facts.iter().map(|fact| fact.scored).sum();
    let sum: i64 = facts.iter().map(|fact| fact.score_micro).sum();
    TrendDay {
        day,
        vehicles: count(|_| true),
        mean_health_score: (scored > 0).then(|| sum as f64 / 1e6 / scored as f64),
        share_good: (known > 0)
            .then(|| count(|band| matches!(band, Band::Good | Band::Excellent)) as f64 / known as f64),
        by_band: facts.iter().map(|fact| (fact.band.as_str(), fact.vehicles)).collect(),
    }
}

/// The fleet manager's first screen.
#[derive(Serialize, ToSchema)]
pub(crate) struct FleetDashboardBody {
    pub fleet_summary: FleetSummary,
    #[schema(value_type = Object)]
    pub health_distribution: BTreeMap<&'static str, u64>,
    pub cost_metrics: CostMetrics,
    pub top_issues: Vec<IssueBody>,
    pub action_list: Vec<ActionBody>,
    /// How many there are, also beyond the end of the list.
    pub actions_total: u64,
    pub action_choices: ActionChoices,
    /// Vehicles with an open decision that is due before the day is over, and no visit; also those beyond the end of the list.
    pub due_today: u64,
    pub worst_vehicles: Vec<VehicleBody>,
    /// Null for who is bound to some vehicles: records are not counted by vehicle.
    pub telemetry_records_24h: Option<i64>,
    pub health_trend: Vec<TrendDay>,
    #[schema(value_type = Object)]
    pub method: Method,
}

impl From<FleetDashboard> for FleetDashboardBody {
    fn from(dashboard: FleetDashboard) -> FleetDashboardBody {
        let mut method = Method::from(FLEET_SUMMARY_METHOD);
        method.extend(COST_METHOD);
        method.extend([
            DISTRIBUTION_METHOD,
            TOP_ISSUES_METHOD,
            ACTION_LIST_METHOD,
            ACTIONS_TOTAL_METHOD,
            ACTION_CHOICES_METHOD,
            DUE_TODAY_METHOD,
            WORST_METHOD,
            RECORDS_METHOD,
            TREND_METHOD,
        ]);
        FleetDashboardBody {
            fleet_summary: (&dashboard.numbers).into(),
            health_distribution: distribution(&dashboard.numbers),
            cost_metrics: (&dashboard.costs).into(),
            top_issues: dashboard.issues.into_iter().map(IssueBody::from).collect(),
            actions_total: dashboard.actions.total,
            action_choices: (&dashboard.actions.choices).into(),
            action_list: dashboard.actions.actions.into_iter().map(ActionBody::from).collect(),
            due_today: dashboard.due_today.unsigned_abs(),
            worst_vehicles: dashboard.worst.into_iter().map(VehicleBody::from).collect(),
            telemetry_records_24h: dashboard.records_24h,
            health_trend: trend(&dashboard.trend),
            method,
        }
    }
}

/// The executive's first screen.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExecutiveDashboardBody {
    pub fleet_summary: FleetSummary,
    #[schema(value_type = Object)]
    pub health_distribution: BTreeMap<&'static str, u64>,
    pub cost_metrics: CostMetrics,
    pub visit_stats: VisitStats,
    pub alert_stats: AlertStats,
    pub warranty_stats: WarrantyStats,
    pub kpis: Vec<KpiBody>,
    #[schema(value_type = Object)]
    pub method: Method,
}

impl From<ExecutiveDashboard> for ExecutiveDashboardBody {
    fn from(dashboard: ExecutiveDashboard) -> ExecutiveDashboardBody {
        let mut method = Method::from(FLEET_SUMMARY_METHOD);
        method.extend(COST_METHOD);
        method.extend(VISIT_METHOD.into_iter().chain(ALERT_METHOD).chain(WARRANTY_METHOD));
        method.extend([DISTRIBUTION_METHOD, KPIS_METHOD]);
        ExecutiveDashboardBody {
            fleet_summary: (&dashboard.numbers).into(),
            health_distribution: distribution(&dashboard.numbers),
            cost_metrics: (&dashboard.costs).into(),
            visit_stats: dashboard.visits.into(),
            alert_stats: dashboard.alerts.into(),
            warranty_stats: dashboard.warranty.into(),
            kpis: dashboard.kpis.iter().cloned().map(KpiBody::from).collect(),
            method,
        }
    }
}

/// A vehicle of an owner, with what it needs.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnedVehicleBody {
    #[serde(flatten)]
    pub vehicle: VehicleBody,
    pub actions: Vec<ActionBody>,
}

/// An owner's first screen.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnerDashboardBody {
    pub user_id: String,
    pub vehicles: Vec<OwnedVehicleBody>,
    #[schema(value_type = Object)]
    pub method: Method,
}

impl From<(String, Vec<OwnedVehicle>)> for OwnerDashboardBody {
    fn from((user_id, vehicles): (String, Vec<OwnedVehicle>)) -> OwnerDashboardBody {
        let method = Method::from([(
            "vehicles",
            "Vehicles whose registry names the user, and those of the user's rights; scores and lives are the newest reported.",
        )]);
        let body = |owned: OwnedVehicle| OwnedVehicleBody {
            vehicle: owned.row.into(),
            actions: owned.actions.into_iter().map(ActionBody::from).collect(),
        };
        OwnerDashboardBody {
            user_id,
            vehicles: vehicles.into_iter().map(body).collect(),
            method,
        }
    }
}

/// A technician's job.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobBody {
    pub appointment_id: String,
    pub vehicle_id: String,
    pub state: &'static str,
    pub center_id: Option<String>,
    pub bay_id: Option<String>,
    pub service_code: Option<String>,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    pub component: Option<String>,
    pub why: Option<ReasonBody>,
    pub decision: Option<ReasonBody>,
    pub recommended_action: Option<ReasonBody>,
    pub failure_mode: Option<String>,
    pub severity: Option<&'static str>,
}

impl From<JobRow> for JobBody {
    fn from(job: JobRow) -> JobBody {
        let state = job.visit.state().as_str();
        let plan = job.visit.plan.map(|plan| plan.value);
        let decision = job.decision;
        JobBody {
            appointment_id: job.visit_id,
            vehicle_id: job.vehicle_id,
            state,
            starts_at: plan.as_ref().map(|plan| plan.starts_at),
            ends_at: plan.as_ref().map(|plan| plan.ends_at),
            center_id: plan.as_ref().map(|plan| plan.center_id.clone()),
            bay_id: plan.as_ref().map(|plan| plan.bay_id.clone()),
            service_code: plan.as_ref().map(|plan| plan.service_code.clone()),
            component: decision.as_ref().map(|decision| decision.component.clone()),
            failure_mode: decision.as_ref().map(|decision| decision.failure_code.clone()),
            severity: decision.as_ref().map(|decision| decision.severity.as_str()),
            decision: decision.as_ref().map(|decision| decision.decision.clone().into()),
            recommended_action: decision.and_then(|decision| decision.action).map(ReasonBody::from),
            why: plan.map(|plan| plan.why.into()),
        }
    }
}

/// A technician's first screen.
#[derive(Serialize, ToSchema)]
pub(crate) struct TechnicianDashboardBody {
    pub technician_id: String,
    pub jobs: Vec<JobBody>,
    #[schema(value_type = Object)]
    pub method: Method,
}

impl From<(String, Vec<JobRow>)> for TechnicianDashboardBody {
    fn from((technician_id, jobs): (String, Vec<JobRow>)) -> TechnicianDashboardBody {
        let method = Method::from([(
            "jobs",
            "Visits of the technician that start from twelve hours ago on (business time) and are not cancelled; the first hundred.",
        )]);
        TechnicianDashboardBody {
            technician_id,
            jobs: jobs.into_iter().map(JobBody::from).collect(),
            method,
        }
    }
}

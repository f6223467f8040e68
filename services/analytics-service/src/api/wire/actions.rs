//! What there is to do, on the wire.

use super::dashboards::{NextVisit, ReasonBody, RemainingBody, next_visit};
use super::numbers::{Method, MoneyBody};
use crate::domain::fleet::Severity;
use crate::use_cases::list_actions::{Action, ActionList, Choices, Filter, WAIT_DAYS};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Something to do.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActionBody {
    pub decision_id: String,
    pub vehicle_id: String,
    pub component: String,
    pub severity: &'static str,
    pub urgency: String,
    pub failure_mode: String,
    /// English; empty where the decision gave none.
    pub failure_name: String,
    pub decided_at: DateTime<Utc>,
    pub decision: ReasonBody,
    pub recommended_action: Option<ReasonBody>,
    pub rul_km: Option<RemainingBody>,
    pub estimated_cost_low: Option<MoneyBody>,
    pub estimated_cost_high: Option<MoneyBody>,
    pub warranty_covered: Option<bool>,
    pub next_visit: Option<NextVisit>,
    pub waiting: WaitingBody,
    /// The cost of `waiting` once more.
    pub waiting_cost_week: MoneyBody,
    pub fleet_id: Option<String>,
    pub depot_id: Option<String>,
    pub make: Option<String>,
    pub model: Option<String>,
    pub odometer_km: Option<f64>,
    pub km_per_day: Option<f64>,
}

/// What it is expected to cost to wait.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingBody {
    pub days: f64,
    /// Of a breakdown within these days, 0 to 1.
    pub failure_probability: f64,
    pub cost: MoneyBody,
    /// `RUL`, or `SEVERITY` where no remaining life is known.
    pub basis: &'static str,
}

impl From<Action> for ActionBody {
    fn from(action: Action) -> ActionBody {
        let Action { row, waiting } = action;
        let detail = row.detail;
        ActionBody {
            failure_name: detail.failure_name,
            waiting_cost_week: waiting.cost.clone().into(),
            waiting: WaitingBody {
                days: WAIT_DAYS,
                failure_probability: waiting.failure_probability,
                cost: waiting.cost.into(),
                basis: waiting.basis.as_str(),
            },
            fleet_id: row.registration.fleet_id,
            depot_id: row.registration.depot_id,
            make: row.registration.make,
            model: row.registration.model,
            odometer_km: row.odometer_km,
            km_per_day: row.pending.km_per_day,
            decision_id: row.decision_id,
            vehicle_id: row.vehicle_id,
            component: detail.component,
            severity: detail.severity.as_str(),
            urgency: detail.urgency,
            failure_mode: detail.failure_code,
            decided_at: row.made_at,
            decision: detail.decision.into(),
            recommended_action: detail.action.map(ReasonBody::from),
            rul_km: detail.rul_km.map(RemainingBody::from),
            estimated_cost_low: detail.cost_low.map(MoneyBody::from),
            estimated_cost_high: detail.cost_high.map(MoneyBody::from),
            warranty_covered: row.covered,
            next_visit: next_visit(row.next_visit),
        }
    }
}

pub(super) const ACTION_LIST_METHOD: (&str, &str) = (
    "action_list",
    "Open decisions of WARNING and above, by what waiting a week is expected to cost: the probability of a breakdown within it, by the \
     remaining life, the distance since the decision and the daily distance, times the configured extra cost of a breakdown, and for \
     EMERGENCY the configured cost of days that the vehicle must stand. Where no remaining life is known the probability is assumed \
     from the severity (`basis`). The first hundred.",
);
pub(super) const ACTIONS_TOTAL_METHOD: (&str, &str) = (
    "actions_total",
    "Open decisions of WARNING and above that are asked for, also those beyond the first hundred.",
);
pub(super) const ACTION_CHOICES_METHOD: (&str, &str) = (
    "action_choices",
    "Open decisions of WARNING and above by component, by severity and by the vehicle's depot, whatever is asked for.",
);

/// Which severity is asked for: those that a list of things to do holds.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum ActionSeverity {
    Warning,
    Critical,
    Emergency,
}

/// What is asked for; each that is named must be so.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionsQuery {
    /// As decisions name it.
    pub component: Option<String>,
    #[param(inline)]
    pub severity: Option<ActionSeverity>,
    pub depot_id: Option<String>,
    /// A part of the vehicle's id, in any case.
    pub vehicle: Option<String>,
}

impl From<ActionsQuery> for Filter {
    fn from(query: ActionsQuery) -> Filter {
        Filter {
            component: query.component,
            severity: query.severity.map(|severity| match severity {
                ActionSeverity::Warning => Severity::Warning,
                ActionSeverity::Critical => Severity::Critical,
                ActionSeverity::Emergency => Severity::Emergency,
            }),
            depot_id: query.depot_id,
            vehicle: query.vehicle,
        }
    }
}

/// What can be chosen from, and how many there are of each.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActionChoices {
    pub components: BTreeMap<String, u64>,
    #[schema(value_type = Object)]
    pub severities: BTreeMap<&'static str, u64>,
    pub depots: BTreeMap<String, u64>,
}

impl From<&Choices> for ActionChoices {
    fn from(choices: &Choices) -> ActionChoices {
        let severities = choices.severities.iter();
        ActionChoices {
            components: choices.components.clone(),
            severities: severities
                .map(|(severity, count)| (severity.as_str(), *count))
                .collect(),
            depots: choices.depots.clone(),
        }
    }
}

/// What was asked for of all that there is to do.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActionsBody {
    pub action_list: Vec<ActionBody>,
    /// How many there are, also beyond the end of the list.
    pub actions_total: u64,
    pub action_choices: ActionChoices,
    #[schema(value_type = Object)]
    pub method: Method,
}

impl From<ActionList> for ActionsBody {
    fn from(list: ActionList) -> ActionsBody {
        ActionsBody {
            actions_total: list.total,
            action_choices: (&list.choices).into(),
            action_list: list.actions.into_iter().map(ActionBody::from).collect(),
            method: Method::from([ACTION_LIST_METHOD, ACTIONS_TOTAL_METHOD, ACTION_CHOICES_METHOD]),
        }
    }
}

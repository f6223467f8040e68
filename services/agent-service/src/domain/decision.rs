//! What a decision consists of and how it is composed from a diagnosis.

use chrono::{DateTime, Utc};

use super::component::{Component, Worker};
use super::diagnosis::{ConfidenceRules, Diagnosis, Hypothesis};
use super::reasoning::{self, ReasonedBy};
use super::severity::{self, ForetoldRules, Severity, Urgency};
use super::symptoms::Observations;
use super::values::{Money, PartQuantity, Quantiles, Reason, rounded};

/// What asks for a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// The event, or the manual run, that asks.
    pub event_id: String,
    pub vehicle_id: String,
    pub component: Component,
    /// The severity that the trigger stands for; the diagnosis may raise it.
    pub asked: Severity,
    /// Event time.
    pub occurred_at: DateTime<Utc>,
    /// True when it is about the past beyond the live horizon, so that nobody is disturbed.
    pub historical: bool,
    /// True when a person asked: then no earlier decision stands in for it.
    pub manual: bool,
    pub observations: Observations,
    /// How sure the source is of its finding, 0..1.
    pub source_confidence: f64,
    pub rul_km: Option<Quantiles>,
    pub rul_days: Option<Quantiles>,
    pub odometer_km: Option<f64>,
}

/// The rules that are configuration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    pub confidence: ConfidenceRules,
    /// Below this confidence a person should look at the decision.
    pub review_below: f64,
    /// An open decision covers repeated triggers for so long, in hours of event time.
    pub repeat_after_hours: i64,
    pub alternatives_max: usize,
    /// From this probability on a cause is plausible: its safety warning and its cost count.
    pub plausible_min: f64,
    pub foretold: ForetoldRules,
}

/// A cause with its probability, as it is told to others.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedMode {
    pub code: String,
    pub name: String,
    pub probability: f64,
}

/// A decision about one component of one vehicle.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub decision_id: String,
    pub vehicle_id: String,
    pub component: Component,
    pub trigger_event_id: String,
    pub severity: Severity,
    pub urgency: Urgency,
    pub failure_mode: RankedMode,
    pub alternatives: Vec<RankedMode>,
    pub confidence: f64,
    pub decision: Reason,
    pub recommended_actions: Vec<Reason>,
    pub safety_warning: Option<Reason>,
    pub cost_low: Money,
    pub cost_high: Money,
    pub labour_hours: f64,
    pub parts: Vec<PartQuantity>,
    pub required_skill: String,
    pub rul_km: Option<Quantiles>,
    pub odometer_km: Option<f64>,
    pub reasoning: Vec<ReasonedBy>,
    pub agent_used: String,
    /// The language model that took part; none when the rules decided alone.
    pub llm_model_used: Option<String>,
    pub review_required: bool,
    /// Why, as codes: what a person must look at before money moves.
    pub review_because: Vec<String>,
    /// Event time: when what it is about was true.
    pub decided_for: DateTime<Utc>,
    pub historical: bool,
}

/// Composes the decision that a diagnosis leads to.
pub fn compose(
    decision_id: String,
    trigger: &Trigger,
    diagnosis: &Diagnosis<'_>,
    worker: Worker,
    rules: &Rules,
) -> Decision {
    let leading = diagnosis.leading();
    let severity = severity::severity(trigger.asked, diagnosis);
    let forecast = reasoning::forecast(&trigger.observations);
    let confidence = rounded(diagnosis.confidence);
    let unsure = confidence < rules.review_below;
    let inspection = &diagnosis.knowledge.inspection;
    // Nothing that was seen says what fails, only a forecast says when: that asks for a look before a repair.
    let look = forecast.is_some() && !diagnosis.has_symptom() && trigger.asked <= Severity::Warning;
    let order = order(look, trigger, severity, diagnosis, unsure, rules);
    Decision {
        decision_id,
        vehicle_id: trigger.vehicle_id.clone(),
        component: trigger.component,
        trigger_event_id: trigger.event_id.clone(),
        severity,
        urgency: order.urgency,
        failure_mode: ranked_mode(trigger.component, &leading),
        alternatives: alternatives(trigger.component, diagnosis, rules.alternatives_max),
        confidence,
        decision: order.verdict,
        recommended_actions: order.actions,
        safety_warning: safety_warning(trigger.asked, diagnosis, rules.plausible_min),
        cost_low: order.cost_low,
        cost_high: order.cost_high,
        labour_hours: leading.mode.map_or(inspection.labour_hours, |mode| mode.labour_hours),
        parts: leading.mode.map(|mode| mode.parts.clone()).unwrap_or_default(),
        required_skill: leading
            .mode
            .map_or(&inspection.required_skill, |mode| &mode.required_skill)
            .clone(),
        rul_km: trigger.rul_km,
        odometer_km: trigger.odometer_km,
        reasoning: forecast
            .into_iter()
            .chain(reasoning::explain(diagnosis, unsure))
            .collect(),
        agent_used: worker.rules_agent(),
        llm_model_used: None,
        // The graph holds it for a person where `review::because` says so.
        review_required: unsure && !trigger.historical,
        review_because: Vec::new(),
        decided_for: trigger.occurred_at,
        historical: trigger.historical,
    }
}

/// What is ordered.
struct Order {
    urgency: Urgency,
    verdict: Reason,
    actions: Vec<Reason>,
    cost_low: Money,
    cost_high: Money,
}

/// Orders a look or a repair. A look costs an inspection at least; what it finds may cost as much as the repair.
fn order(
    look: bool,
    trigger: &Trigger,
    severity: Severity,
    diagnosis: &Diagnosis<'_>,
    unsure: bool,
    rules: &Rules,
) -> Order {
    let (component, leading) = (trigger.component, diagnosis.leading());
    let (cost_low, cost_high) = cost(diagnosis, unsure, rules);
    if look {
        let urgency = severity::foretold_urgency(severity, trigger.rul_days, &rules.foretold);
        let inspection_low = &diagnosis.knowledge.inspection.cost_low;
        return Order {
            urgency,
            verdict: inspect_in_time(component, urgency),
            actions: inspection_first(diagnosis),
            cost_low: cheaper(cost_low, inspection_low.clone()),
            cost_high,
        };
    }
    let urgency = severity::urgency(severity, leading.mode.map(|mode| mode.urgency), trigger.rul_days);
    Order {
        urgency,
        verdict: verdict(component, severity, urgency, &leading),
        actions: actions(diagnosis, unsure),
        cost_low,
        cost_high,
    }
}

/// The code of "no fault, or a cause that is not in the knowledge base".
pub fn unidentified_code(component: Component) -> String {
    format!("{}.unidentified", component.code())
}

fn ranked_mode(component: Component, hypothesis: &Hypothesis<'_>) -> RankedMode {
    let (code, name) = match hypothesis.mode {
        Some(mode) => (mode.code.clone(), mode.name.clone()),
        None => (unidentified_code(component), "Cause not identified".to_owned()),
    };
    RankedMode {
        code,
        name,
        probability: rounded(hypothesis.probability),
    }
}

fn alternatives(component: Component, diagnosis: &Diagnosis<'_>, max: usize) -> Vec<RankedMode> {
    diagnosis
        .ranking()
        .iter()
        .skip(1)
        .take(max)
        .map(|hypothesis| ranked_mode(component, hypothesis))
        .collect()
}

fn verdict(component: Component, severity: Severity, urgency: Urgency, leading: &Hypothesis<'_>) -> Reason {
    let Some(mode) = leading.mode else {
        let text = format!("Have the {} inspected: the cause is not identified.", component.name());
        return Reason::new("decision.inspect", [("component", component.code().into())], text);
    };
    let (code, what) = match (severity, urgency) {
        (Severity::Emergency, _) => ("decision.stop_and_repair", "Stop the vehicle and have it repaired"),
        (_, Urgency::Immediate | Urgency::Within24h) => ("decision.repair_within_24h", "Repair within 24 hours"),
        (_, Urgency::WithinWeek) => ("decision.repair_within_week", "Repair within a week"),
        (_, Urgency::NextService) => ("decision.repair_at_next_service", "Repair at the next service"),
        (_, Urgency::Monitor) => ("decision.monitor", "Keep watching"),
    };
    let params = [
        ("component", component.code().into()),
        ("failure_mode", mode.code.as_str().into()),
    ];
    Reason::new(code, params, format!("{what}: {} ({}).", mode.name, component.name()))
}

/// What a forecast alone asks for: a look before a repair, since nothing that was seen says what would be repaired.
fn inspect_in_time(component: Component, urgency: Urgency) -> Reason {
    let (code, when) = match urgency {
        Urgency::Immediate | Urgency::Within24h => ("decision.inspect_within_24h", "within 24 hours"),
        Urgency::WithinWeek => ("decision.inspect_within_week", "within a week"),
        Urgency::NextService | Urgency::Monitor => ("decision.inspect_at_next_service", "at the next service"),
    };
    let name = component.name();
    let text = format!("Have the {name} inspected {when}: a forecast sees an early end, and no symptom yet says why.");
    Reason::new(code, [("component", component.code().into())], text)
}

/// The inspection, then the tests of what is commonest.
fn inspection_first(diagnosis: &Diagnosis<'_>) -> Vec<Reason> {
    let tests = diagnosis
        .leading()
        .mode
        .map(|mode| mode.tests.as_slice())
        .unwrap_or_default();
    std::iter::once(&diagnosis.knowledge.inspection.action)
        .chain(tests)
        .cloned()
        .collect()
}

/// Actions of the leading cause; while it is not sure, first the tests that would confirm it.
fn actions(diagnosis: &Diagnosis<'_>, unsure: bool) -> Vec<Reason> {
    let Some(mode) = diagnosis.leading().mode else {
        return vec![diagnosis.knowledge.inspection.action.clone()];
    };
    let tests = if unsure { mode.tests.as_slice() } else { &[] };
    tests.iter().chain(&mode.actions).cloned().collect()
}

/// From this probability on a cause that asks to stop is warned of where the finding is critical: a needless stop costs
/// an hour, a missing warning may cost a life.
const STOP_PLAUSIBLE_MIN: f64 = 0.03;

/// The warning of the most probable plausible cause that has one; a warning to stop comes before any other.
fn safety_warning(asked: Severity, diagnosis: &Diagnosis<'_>, plausible_min: f64) -> Option<Reason> {
    let stop_min = if asked >= Severity::Critical {
        STOP_PLAUSIBLE_MIN
    } else {
        plausible_min
    };
    let plausible = |(rank, hypothesis): (usize, &Hypothesis<'_>)| {
        let stops = hypothesis.mode.is_some_and(|mode| mode.requires_stop());
        let least = if stops {
            stop_min.min(plausible_min)
        } else {
            plausible_min
        };
        rank == 0 || hypothesis.probability >= least || diagnosis.stop_probability() >= 0.5
    };
    let ranking = diagnosis.ranking().iter().enumerate();
    let warnings: Vec<_> = ranking
        .filter(|ranked| plausible(*ranked))
        .filter_map(|(_, hypothesis)| hypothesis.mode.and_then(|mode| mode.safety.as_ref()))
        .collect();
    let stop = warnings.iter().find(|warning| warning.stop);
    stop.or_else(|| warnings.first()).map(|warning| warning.reason.clone())
}

/// The leading cause's cost range; while it is not sure, widened over every plausible cause.
fn cost(diagnosis: &Diagnosis<'_>, unsure: bool, rules: &Rules) -> (Money, Money) {
    let knowledge = diagnosis.knowledge;
    let range = |hypothesis: &Hypothesis<'_>| match hypothesis.mode {
        Some(mode) => (mode.cost_low.clone(), mode.cost_high.clone()),
        None => (
            knowledge.inspection.cost_low.clone(),
            knowledge.inspection.cost_high.clone(),
        ),
    };
    let counts = |hypothesis: &&Hypothesis<'_>| unsure && hypothesis.probability >= rules.plausible_min;
    let start = range(&diagnosis.leading());
    diagnosis
        .ranking()
        .iter()
        .skip(1)
        .filter(counts)
        .map(range)
        .fold(start, |(low, high), (other_low, other_high)| {
            let low = cheaper(low, other_low);
            let high = if other_high.amount_minor > high.amount_minor {
                other_high
            } else {
                high
            };
            (low, high)
        })
}

/// One file has one currency, so its amounts can be compared.
fn cheaper(one: Money, other: Money) -> Money {
    if other.amount_minor < one.amount_minor {
        other
    } else {
        one
    }
}

//! The rules' half of the graph: receive → classify → route → analyse → aggregate → decide → publish. What follows is in
//! [`super::run`]: the models are asked and the decision is amended, after its warning has gone out.
//!
//! Each step takes the run from one stage to the next and says what it found. The steps are pure; the caller journals
//! them and does what `publish` stands for, in one transaction: killed within it, none of them happened.

use super::component::Worker;
use super::decision::{self, Decision, Rules, Trigger};
use super::diagnosis::Diagnosis;
use super::knowledge::ComponentKnowledge;
use super::symptoms::SymptomStates;
use super::values::{Value, rounded};
use super::vehicle::Powertrain;

/// A step of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Receive,
    Classify,
    Route,
    Analyse,
    Aggregate,
    Decide,
    Publish,
}

impl Step {
    /// Every step in order.
    pub const ALL: [Self; 7] = [
        Self::Receive,
        Self::Classify,
        Self::Route,
        Self::Analyse,
        Self::Aggregate,
        Self::Decide,
        Self::Publish,
    ];

    /// Its name in the journal.
    pub fn code(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Classify => "classify",
            Self::Route => "route",
            Self::Analyse => "analyse",
            Self::Aggregate => "aggregate",
            Self::Decide => "decide",
            Self::Publish => "publish",
        }
    }
}

/// What a run works on.
#[derive(Clone, Copy, Debug)]
pub struct Context<'k> {
    pub trigger: &'k Trigger,
    pub knowledge: &'k ComponentKnowledge,
    pub powertrain: Powertrain,
    /// The health that was last heard of the component before the trigger, 0..1.
    pub last_health_score: Option<f64>,
    pub rules: &'k Rules,
    pub decision_id: &'k str,
}

/// How far a run has come; each stage holds what the next step needs.
#[derive(Debug)]
pub enum Stage<'k> {
    Triggered,
    Received,
    Classified {
        states: SymptomStates,
    },
    Routed {
        states: SymptomStates,
        first: Worker,
        others: Vec<Worker>,
    },
    Analysed {
        first: Opinion<'k>,
        others: Vec<Opinion<'k>>,
    },
    Aggregated {
        opinion: Opinion<'k>,
    },
    Decided {
        decision: Box<Decision>,
    },
}

/// One worker's diagnosis.
#[derive(Clone, Debug)]
pub struct Opinion<'k> {
    pub worker: Worker,
    pub diagnosis: Diagnosis<'k>,
}

impl<'k> Stage<'k> {
    /// The step that comes next.
    pub fn next_step(&self) -> Step {
        match self {
            Self::Triggered => Step::Receive,
            Self::Received => Step::Classify,
            Self::Classified { .. } => Step::Route,
            Self::Routed { .. } => Step::Analyse,
            Self::Analysed { .. } => Step::Aggregate,
            Self::Aggregated { .. } => Step::Decide,
            Self::Decided { .. } => Step::Publish,
        }
    }

    /// Takes the next step: the stage that it leads to and what it found. A decided run stays where it is, because
    /// publishing is the caller's.
    pub fn advance(self, context: &Context<'k>) -> (Self, Value) {
        match self {
            Self::Triggered => (Self::Received, receive(context)),
            Self::Received => classify(context),
            Self::Classified { states } => route(context, states),
            Self::Routed { states, first, others } => analyse(context, &states, first, &others),
            Self::Analysed { first, others } => aggregate(first, others),
            Self::Aggregated { opinion } => decide(context, &opinion),
            Self::Decided { decision } => (Self::Decided { decision }, Value::map([])),
        }
    }
}

fn receive(context: &Context<'_>) -> Value {
    let trigger = context.trigger;
    let score = context
        .last_health_score
        .map_or(Value::from("UNKNOWN"), |score| rounded(score).into());
    Value::map([
        ("last_health_score", score),
        ("trigger_event_id", trigger.event_id.as_str().into()),
        ("vehicle_id", trigger.vehicle_id.as_str().into()),
        ("component", trigger.component.code().into()),
        ("powertrain", context.powertrain.code().into()),
        ("source_confidence", rounded(trigger.source_confidence).into()),
        ("historical", trigger.historical.into()),
    ])
}

fn classify<'k>(context: &Context<'k>) -> (Stage<'k>, Value) {
    let states = SymptomStates::read(context.knowledge, &context.trigger.observations);
    let output = Value::map([
        ("asked_severity", context.trigger.asked.code().into()),
        ("symptoms_present", Value::texts(states.present())),
        ("symptoms_absent", Value::texts(states.absent())),
    ]);
    (Stage::Classified { states }, output)
}

/// The worker that knows the component best comes first; others may be asked beside it.
fn route<'k>(context: &Context<'k>, states: SymptomStates) -> (Stage<'k>, Value) {
    let first = context.trigger.component.worker();
    let output = Value::map([("workers", Value::texts([first.code()]))]);
    (
        Stage::Routed {
            states,
            first,
            others: Vec::new(),
        },
        output,
    )
}

fn analyse<'k>(context: &Context<'k>, states: &SymptomStates, first: Worker, others: &[Worker]) -> (Stage<'k>, Value) {
    let opinion = |worker: Worker| Opinion {
        worker,
        diagnosis: Diagnosis::new(
            context.knowledge,
            states.clone(),
            context.powertrain,
            context.trigger.source_confidence,
            &context.rules.confidence,
        ),
    };
    let first = opinion(first);
    let others: Vec<_> = others.iter().map(|worker| opinion(*worker)).collect();
    let output = Value::List(std::iter::once(&first).chain(&others).map(opinion_output).collect());
    (Stage::Analysed { first, others }, Value::map([("opinions", output)]))
}

fn opinion_output(opinion: &Opinion<'_>) -> Value {
    let hypothesis = |hypothesis: &super::diagnosis::Hypothesis<'_>| {
        let unidentified = || decision::unidentified_code(opinion.diagnosis.knowledge.component);
        let code = hypothesis.mode.map_or_else(unidentified, |mode| mode.code.clone());
        Value::map([
            ("code", Value::Text(code)),
            ("probability", rounded(hypothesis.probability).into()),
        ])
    };
    Value::map([
        ("worker", opinion.worker.code().into()),
        (
            "ranking",
            Value::List(opinion.diagnosis.ranking().iter().map(hypothesis).collect()),
        ),
        ("coverage", rounded(opinion.diagnosis.coverage).into()),
        ("confidence", rounded(opinion.diagnosis.confidence).into()),
    ])
}

/// Takes the most confident opinion; of equally confident ones, the earlier worker's.
fn aggregate<'k>(first: Opinion<'k>, others: Vec<Opinion<'k>>) -> (Stage<'k>, Value) {
    let opinion = others.into_iter().fold(first, |best, other| {
        if other.diagnosis.confidence > best.diagnosis.confidence {
            other
        } else {
            best
        }
    });
    let output = Value::map([
        ("worker", opinion.worker.code().into()),
        ("confidence", rounded(opinion.diagnosis.confidence).into()),
    ]);
    (Stage::Aggregated { opinion }, output)
}

fn decide<'k>(context: &Context<'k>, opinion: &Opinion<'k>) -> (Stage<'k>, Value) {
    let id = context.decision_id.to_owned();
    let decision = decision::compose(id, context.trigger, &opinion.diagnosis, opinion.worker, context.rules);
    let output = Value::map([
        ("severity", decision.severity.code().into()),
        ("urgency", decision.urgency.code().into()),
        ("failure_mode", decision.failure_mode.code.as_str().into()),
        ("confidence", decision.confidence.into()),
    ]);
    (
        Stage::Decided {
            decision: Box::new(decision),
        },
        output,
    )
}

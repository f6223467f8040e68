//! What language models were used for, and what that cost.

use super::{DecisionFact, Figure, KpiId, Method, Period, Row, Slice, Source, Step, Unit, course};
use crate::domain::money::{MicroMoney, Money, MoneySum, minor_of};
use std::collections::BTreeMap;

pub(super) const METHOD: Method = Method {
    code: "llm_spend.v2",
    name: "Language model spend",
    text: "What language models cost that were asked about decisions of the period, in the configured currency. It is told with their \
           explanation, in fractions of a cent: it is added up before it is rounded. A call without a bill counts with the most that it \
           can have cost. Decisions that rules explain alone count no model.",
    numbers: &[
        ("decisions", "Decisions made in the period."),
        ("by_rules", "Those that rules alone explain."),
        ("by_model", "Those that a language model explained."),
        ("with_usage", "Those about which calls went out."),
        ("calls", "Calls reported."),
        ("tokens", "Tokens in and out reported."),
    ],
    amounts: &[("cost", "The reported cost, by currency.")],
    breakdown: "Cost in minor units of the configured currency by model, and the decisions; `rules` is none.",
};

/// Of decisions that were made in the period.
pub fn llm_spend(decisions: &[DecisionFact], currency: &str, period: &Period, step: Step) -> Figure {
    let mut figure = Figure::empty(KpiId::LlmSpend, Unit::Minor);
    let by_model = decisions.iter().filter(|decision| decision.llm_model.is_some()).count();
    let cost = |some: &[&DecisionFact]| {
        let micro = some.iter().map(|decision| micro(decision, currency));
        minor_of(micro.fold(0, i64::saturating_add), currency) as f64
    };
    let all: Vec<&DecisionFact> = decisions.iter().collect();
    figure.value = (!decisions.is_empty()).then(|| cost(&all));
    figure.currency = Some(currency.to_owned());
    figure.n = decisions.len() as u64;
    figure.count("decisions", decisions.len());
    figure.count("by_model", by_model);
    figure.count("by_rules", decisions.len() - by_model);
    figure.count(
        "with_usage",
        decisions.iter().filter(|decision| decision.llm_calls > 0).count(),
    );
    let total = |of: fn(&DecisionFact) -> i64| Some(decisions.iter().map(of).sum::<i64>() as f64);
    figure.numbers.insert("calls", total(|decision| decision.llm_calls));
    figure.numbers.insert("tokens", total(|decision| decision.llm_tokens));
    let mut micro = MoneySum::default();
    for cost in decisions.iter().filter_map(|decision| decision.llm_cost.as_ref()) {
        micro.add(&cost.currency, cost.amount_micro);
    }
    let mut spent = MoneySum::default();
    for sum in micro.amounts() {
        spent.add(&sum.currency, minor_of(sum.amount_minor, &sum.currency));
    }
    figure.amounts = BTreeMap::from([("cost", spent)]);
    let mut models: BTreeMap<&str, Vec<&DecisionFact>> = BTreeMap::new();
    for decision in decisions {
        models
            .entry(decision.llm_model.as_deref().unwrap_or("rules"))
            .or_default()
            .push(decision);
    }
    figure.breakdown = models
        .into_iter()
        .map(|(model, some)| Slice {
            of: model.to_owned(),
            value: Some(cost(&some)),
            n: some.len() as u64,
        })
        .collect();
    figure.series = course(
        period,
        step,
        decisions,
        |decision| Some(decision.made_at),
        |some| Some(cost(some)),
    );
    figure.rows = decisions
        .iter()
        .filter(|decision| decision.llm_model.is_some())
        .map(row)
        .collect();
    figure.sorted()
}

fn micro(decision: &DecisionFact, currency: &str) -> i64 {
    let cost = decision.llm_cost.as_ref().filter(|cost| cost.currency == currency);
    cost.map_or(0, |cost| cost.amount_micro)
}

fn rounded(cost: &MicroMoney) -> (&'static str, Money) {
    let currency = cost.currency.clone();
    let amount_minor = minor_of(cost.amount_micro, &currency);
    ("cost", Money { amount_minor, currency })
}

fn row(decision: &DecisionFact) -> Row {
    Row {
        time: decision.made_at,
        id: decision.decision_id.clone(),
        vehicle_id: decision.vehicle_id.clone(),
        kind: "MODEL",
        component: decision.component.clone(),
        numbers: BTreeMap::from([
            ("calls", decision.llm_calls as f64),
            ("tokens", decision.llm_tokens as f64),
        ]),
        amounts: decision.llm_cost.as_ref().map(rounded).into_iter().collect(),
        sources: vec![Source {
            kind: "agent.decision.revised",
            time: decision.explained_at.unwrap_or(decision.made_at),
        }],
    }
}

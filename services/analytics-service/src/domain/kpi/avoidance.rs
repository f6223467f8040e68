//! What was avoided, and what was lost on the way.

use super::{Figure, KpiId, Method, Period, Row, SettledFact, Slice, Source, Stakes, Step, Unit, course};
use crate::domain::money::{Money, MoneySum};
use crate::domain::waiting::failure_probability;
use std::collections::BTreeMap;

pub(super) const METHOD: Method = Method {
    code: "cost_avoidance.v3",
    name: "Cost avoided, net",
    text: "Avoided breakdowns less false alarms less early replacement, of visits completed in the period, in the configured currency. A visit \
           avoided a breakdown when a finding about the component of its decision confirmed the failure: it counts the configured extra cost of a breakdown times the \
           probability that the part would have failed within the configured horizon, by the decision's remaining life and the vehicle's \
           daily distance (a configured share where there is no remaining life). The repair itself is no loss, it was due anyway.",
    numbers: &[
        ("visits", "Completed visits."),
        ("avoided_visits", "Those that confirmed the failure of a decision."),
        (
            "false_alarm_visits",
            "Those for a decision in which every finding about its component was NOT_FOUND.",
        ),
        (
            "unpredicted_visits",
            "Those that confirmed a failure that no decision had named.",
        ),
        (
            "expected_breakdowns",
            "The sum of the probabilities: breakdowns that were avoided, in expectation.",
        ),
    ],
    amounts: &[
        (
            "avoided",
            "The extra cost of a breakdown times its probability, of confirmed visits.",
        ),
        ("false_alarm_cost", "The reported cost of false alarms."),
        (
            "early_replacement_loss",
            "Of confirmed visits: the reported cost times the share of the part's life that was still left, the median remaining life at the \
             visit over that plus the distance since the component was last worked on (or since new).",
        ),
        ("net", "Avoided less both losses, each in its currency."),
        ("spent", "The reported cost of all completed visits."),
    ],
    breakdown: "Net amount by component, in minor units of the configured currency.",
};

/// What one visit came to.
struct Judged<'a> {
    settled: &'a SettledFact,
    kind: &'static str,
    probability: f64,
    avoided: Option<Money>,
    false_alarm: Option<Money>,
    early: Option<Money>,
}

impl Judged<'_> {
    fn net_minor(&self, currency: &str) -> i64 {
        let of = |money: &Option<Money>| {
            money
                .as_ref()
                .filter(|money| money.currency == currency)
                .map_or(0, |money| money.amount_minor)
        };
        of(&self.avoided)
            .saturating_sub(of(&self.false_alarm))
            .saturating_sub(of(&self.early))
    }
}

/// Of visits that were completed in the period.
pub fn cost_avoidance(settled: &[SettledFact], stakes: &Stakes, period: &Period, step: Step) -> Figure {
    let judged: Vec<Judged> = settled.iter().map(|settled| judge(settled, stakes)).collect();
    let mut figure = Figure::empty(KpiId::CostAvoidance, Unit::Minor);
    let of_kind = |kind: &str| judged.iter().filter(|one| one.kind == kind).count();
    figure.currency = Some(stakes.currency.clone());
    figure.n = judged.len() as u64;
    figure.count("visits", judged.len());
    figure.count("avoided_visits", of_kind("AVOIDED"));
    figure.count("false_alarm_visits", of_kind("FALSE_ALARM"));
    figure.count("unpredicted_visits", of_kind("UNPREDICTED"));
    let expected = judged.iter().map(|one| one.probability).sum::<f64>();
    figure.numbers.insert("expected_breakdowns", Some(expected));
    figure.amounts = sums(&judged);
    let net = |some: &[&Judged]| some.iter().map(|one| one.net_minor(&stakes.currency)).sum::<i64>() as f64;
    figure.value = (!judged.is_empty()).then(|| net(&judged.iter().collect::<Vec<_>>()));
    figure.series = course(
        period,
        step,
        &judged,
        |one| one.settled.visit.completed_at,
        |some| Some(net(some)),
    );
    let mut components: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    for one in judged.iter().filter(|one| one.kind != "OTHER") {
        let component = one.settled.visit.component.as_deref().or_else(|| {
            let decision = one.settled.decision.as_ref()?;
            decision.component.as_deref()
        });
        components.entry(component.unwrap_or("UNKNOWN")).or_default().push(one);
    }
    figure.breakdown = components
        .into_iter()
        .map(|(component, some)| Slice {
            of: component.to_owned(),
            value: Some(net(&some)),
            n: some.len() as u64,
        })
        .collect();
    figure.rows = judged.iter().filter_map(row).collect();
    figure.sorted()
}

fn judge<'a>(settled: &'a SettledFact, stakes: &Stakes) -> Judged<'a> {
    let (visit, decision) = (&settled.visit, settled.decision.as_ref());
    let mut judged = Judged {
        settled,
        kind: "OTHER",
        probability: 0.0,
        avoided: None,
        false_alarm: None,
        early: None,
    };
    match decision {
        Some(_) if visit.confirmed => {
            judged.kind = "AVOIDED";
            judged.probability = would_have_failed(settled, stakes);
            judged.avoided = Some(Money {
                amount_minor: (judged.probability * stakes.breakdown_minor as f64).round() as i64,
                currency: stakes.currency.clone(),
            });
            judged.early = early_replacement(settled);
        }
        Some(_) if visit.nothing_found => {
            judged.kind = "FALSE_ALARM";
            judged.false_alarm = visit.cost.clone();
        }
        None if visit.confirmed => judged.kind = "UNPREDICTED",
        _ => {}
    }
    judged
}

fn would_have_failed(settled: &SettledFact, stakes: &Stakes) -> f64 {
    let km_per_day = settled.km_per_day.unwrap_or(stakes.km_per_day_default);
    let life = settled.decision.as_ref().and_then(|decision| decision.rul_km);
    life.map_or(stakes.assumed_failure_share, |life| {
        failure_probability(life, km_per_day * stakes.horizon_days)
    })
}

/// The part of the visit's cost that bought life which the old part still had.
fn early_replacement(settled: &SettledFact) -> Option<Money> {
    let decision = settled.decision.as_ref()?;
    let (life, cost) = (decision.rul_km?, settled.visit.cost.as_ref()?);
    let stood = settled.visit.odometer_km?;
    let driven = decision.odometer_km.map_or(0.0, |decided| (stood - decided).max(0.0));
    let left = (life.p50 - driven).max(0.0);
    let used = (stood - settled.previous_km).max(0.0);
    let share = if left + used > 0.0 { left / (left + used) } else { 0.0 };
    Some(Money {
        amount_minor: (cost.amount_minor as f64 * share).round() as i64,
        currency: cost.currency.clone(),
    })
}

fn sums(judged: &[Judged]) -> BTreeMap<&'static str, MoneySum> {
    let mut sums: BTreeMap<&'static str, MoneySum> = METHOD
        .amounts
        .iter()
        .map(|(name, _)| (*name, MoneySum::default()))
        .collect();
    let mut add = |name: &'static str, money: &Option<Money>, sign: i64| {
        if let Some(money) = money {
            let sum = sums.entry(name).or_default();
            sum.add(&money.currency, money.amount_minor.saturating_mul(sign));
        }
    };
    for one in judged {
        add("avoided", &one.avoided, 1);
        add("false_alarm_cost", &one.false_alarm, 1);
        add("early_replacement_loss", &one.early, 1);
        add("net", &one.avoided, 1);
        add("net", &one.false_alarm, -1);
        add("net", &one.early, -1);
        add("spent", &one.settled.visit.cost, 1);
    }
    sums
}

fn row(judged: &Judged) -> Option<Row> {
    let visit = &judged.settled.visit;
    let amounts = [
        ("avoided", &judged.avoided),
        ("false_alarm_cost", &judged.false_alarm),
        ("early_replacement_loss", &judged.early),
        ("spent", &visit.cost),
    ];
    let made = judged.settled.decision.as_ref().map(|decision| Source {
        kind: "agent.decision.made",
        time: decision.made_at,
    });
    let reported = visit.reported_at.map(|time| Source {
        kind: "appointment.completed",
        time,
    });
    Some(Row {
        time: visit.completed_at?,
        id: visit.visit_id.clone(),
        vehicle_id: visit.vehicle_id.clone(),
        kind: judged.kind,
        component: visit.component.clone(),
        numbers: BTreeMap::from([("failure_probability", judged.probability)]),
        amounts: amounts
            .into_iter()
            .filter_map(|(name, money)| Some((name, money.clone()?)))
            .collect(),
        sources: reported.into_iter().chain(made).collect(),
    })
}

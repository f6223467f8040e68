//! The fleet's numbers, added up from groups of vehicles. A group is what a database counts, or one vehicle.

use super::vehicle::Overview;
use super::{Band, Severity};
use crate::domain::money::{Money, MoneySum};
use std::collections::BTreeMap;

/// Vehicles of one band, counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub band: Band,
    pub vehicles: u64,
    /// The sum of the known overall scores, and how many are known.
    pub score_sum: f64,
    pub scored: u64,
    pub with_open_alerts: u64,
    pub with_serious_alerts: u64,
    pub with_visit: u64,
}

impl Group {
    /// The group of one vehicle; a retired one is no part of the fleet's numbers.
    pub fn of(overview: &Overview) -> Option<Group> {
        (!overview.retired).then(|| Group {
            band: overview.band,
            vehicles: 1,
            score_sum: overview.score.unwrap_or(0.0),
            scored: u64::from(overview.score.is_some()),
            with_open_alerts: u64::from(overview.open_alerts > 0),
            with_serious_alerts: u64::from(overview.worst_severity.is_some_and(|worst| worst >= Severity::Critical)),
            with_visit: u64::from(overview.next_visit.is_some()),
        })
    }
}

/// The fleet in numbers. The distribution's counts always add up to `vehicles`.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetNumbers {
    pub vehicles: u64,
    /// Every band is present, also with 0.
    pub by_band: BTreeMap<Band, u64>,
    score_sum: f64,
    scored: u64,
    pub with_open_alerts: u64,
    /// With an open alert that is CRITICAL or EMERGENCY.
    pub with_serious_alerts: u64,
    /// With a visit planned or under way.
    pub with_visit: u64,
}

impl Default for FleetNumbers {
    fn default() -> FleetNumbers {
        FleetNumbers {
            vehicles: 0,
            by_band: Band::ALL.into_iter().map(|band| (band, 0)).collect(),
            score_sum: 0.0,
            scored: 0,
            with_open_alerts: 0,
            with_serious_alerts: 0,
            with_visit: 0,
        }
    }
}

impl FleetNumbers {
    /// Adds a group.
    pub fn add(&mut self, group: &Group) {
        self.vehicles += group.vehicles;
        *self.by_band.entry(group.band).or_insert(0) += group.vehicles;
        self.score_sum += group.score_sum;
        self.scored += group.scored;
        self.with_open_alerts += group.with_open_alerts;
        self.with_serious_alerts += group.with_serious_alerts;
        self.with_visit += group.with_visit;
    }

    /// The mean overall score of the vehicles whose health is known, 0 to 1.
    pub fn mean_score(&self) -> Option<f64> {
        (self.scored > 0).then(|| self.score_sum / self.scored as f64)
    }

    /// The share of vehicles with known health that are GOOD or better, 0 to 1.
    pub fn share_good(&self) -> Option<f64> {
        let count = |band| self.by_band.get(&band).copied().unwrap_or(0);
        let known = self.vehicles - count(Band::Unknown);
        (known > 0).then(|| (count(Band::Good) + count(Band::Excellent)) as f64 / known as f64)
    }
}

/// Open decisions whose estimates are in one currency, added up.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    pub decisions: u64,
    pub low: Option<Money>,
    pub high: Option<Money>,
}

/// Completed visits of one kind, beside the estimates of the decisions that caused them, added up.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    pub visits: u64,
    /// The upper estimates of the decisions, if the visits had one.
    pub estimate_high: Option<Money>,
    pub cost: Option<Money>,
    /// A finding confirmed the decision.
    pub confirmed: bool,
    /// Every finding said that nothing was wrong.
    pub nothing_found: bool,
}

/// What the fleet's open decisions may cost, and what its finished visits cost and saved.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CostNumbers {
    pub open_low: MoneySum,
    pub open_high: MoneySum,
    pub open_decisions: u64,
    pub spent: MoneySum,
    pub visits: u64,
    /// Upper estimate minus actual cost, of confirmed visits only; negative where visits cost more.
    pub avoided: MoneySum,
    pub confirmed: u64,
    /// What visits cost in which nothing was found: the losses, shown beside what was avoided.
    pub false_alarm_cost: MoneySum,
    pub false_alarms: u64,
}

impl CostNumbers {
    /// Adds open decisions.
    pub fn add_open(&mut self, estimate: &Estimate) {
        self.open_decisions += estimate.decisions;
        if let Some(low) = &estimate.low {
            self.open_low.add(&low.currency, low.amount_minor);
        }
        if let Some(high) = &estimate.high {
            self.open_high.add(&high.currency, high.amount_minor);
        }
    }

    /// Adds completed visits. Amounts in different currencies are not compared.
    pub fn add_settled(&mut self, settled: &Settled) {
        self.visits += settled.visits;
        let cost = settled.cost.as_ref();
        if let Some(cost) = cost {
            self.spent.add(&cost.currency, cost.amount_minor);
        }
        if settled.confirmed {
            self.confirmed += settled.visits;
            if let (Some(high), Some(cost)) = (&settled.estimate_high, cost)
                && high.currency == cost.currency
            {
                self.avoided
                    .add(&cost.currency, high.amount_minor.saturating_sub(cost.amount_minor));
            }
        } else if settled.nothing_found {
            self.false_alarms += settled.visits;
            if let Some(cost) = cost {
                self.false_alarm_cost.add(&cost.currency, cost.amount_minor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euro(amount_minor: i64) -> Option<Money> {
        Some(Money {
            amount_minor,
            currency: "EUR".into(),
        })
    }

    #[test]
    fn a_false_alarm_is_a_loss_and_not_an_avoided_cost() {
        let mut costs = CostNumbers::default();
        let visit = |high, cost, confirmed| Settled {
            visits: 1,
            estimate_high: high,
            cost,
            confirmed,
            nothing_found: !confirmed,
        };
        costs.add_settled(&visit(euro(50_000), euro(41_500), true));
        costs.add_settled(&visit(euro(50_000), euro(9_000), false));
        costs.add_settled(&visit(
            Some(Money {
                amount_minor: 1,
                currency: "USD".into(),
            }),
            euro(100),
            true,
        ));
        assert_eq!(
            costs.avoided.amounts(),
            vec![euro(8_500).unwrap()],
            "currencies are not compared"
        );
        assert_eq!(costs.false_alarm_cost.amounts(), vec![euro(9_000).unwrap()]);
        assert_eq!(costs.spent.amounts(), vec![euro(50_600).unwrap()]);
        assert_eq!((costs.visits, costs.confirmed, costs.false_alarms), (3, 2, 1));
    }
}

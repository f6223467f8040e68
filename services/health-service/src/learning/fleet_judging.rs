//! The fleet protocol: remaining life over the last 5,000 km before each failure, and the warnings that follow from it.

use prognostics::intervals::Quantiles;
use prognostics::metrics::{self, Judged, OnTheWay};
use serde_json::{Map, Value, json};

use super::moments::Moment;
use crate::domain::foretold::{Limit, Turn, Warning, When};

/// The protocol looks at so much before each failure, in km.
const LAST_KM: f32 = 5_000.0;
/// Warning limits that training chooses from, in km at scale 1.
const LIMITS_KM: [f64; 6] = [2_000.0, 2_500.0, 3_000.0, 3_500.0, 4_000.0, 5_000.0];
/// Share of false warnings that training allows itself on vehicles left out: the bar of the protocol.
const FALSE_MAX: f64 = 0.05;
/// And how often it may be wrong in believing so.
const DOUBT_MAX: f64 = 0.1;

/// Unit in which the PHM score, made for cycles, is reckoned for kilometres.
const PHM_KM: f64 = 100.0;
/// Kilometres before failure at which a unit should be out of use, in the measures of maintenance.
const LEAD_KM: f64 = 1_000.0;

/// A moment and what was said; nothing when there was not enough data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) moment: Moment,
    pub(crate) said: Option<Quantiles>,
}

/// How warnings turned out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Warnings {
    /// The component failed within 5,000 km.
    pub(crate) right: u32,
    /// It was watched for so long and did not.
    pub(crate) wrong: u32,
    /// The record ends before that is known.
    pub(crate) open: u32,
    /// For every failure that was watched: by how many km the warning that stood led it; 0 without one.
    pub(crate) leads_km: Vec<f64>,
}

impl Warnings {
    /// Follows the answers of a fleet, vehicle by vehicle in order, with one limit.
    pub(crate) fn of(answers: &[Answer], limit: Limit) -> Self {
        let mut warnings = Self::default();
        let (mut since, mut warning): (Option<f64>, Warning) = (None, Warning::default());
        for (place, answer) in answers.iter().enumerate() {
            let next = answers.get(place + 1);
            let ends = next.is_none_or(|next| {
                next.moment.vehicle != answer.moment.vehicle || next.moment.failure != answer.moment.failure
            });
            match answer.said.and_then(|said| warning.follow(&said, &limit)) {
                Some(Turn::Begins) => {
                    warnings.count(&answer.moment);
                    since = Some(answer.moment.km);
                }
                Some(Turn::Ends) => since = None,
                None => {}
            }
            if ends {
                if answer.moment.left_km.is_finite() {
                    let failed_km = answer.moment.km + f64::from(answer.moment.left_km);
                    warnings.leads_km.push(since.map_or(0.0, |since| failed_km - since));
                }
                (since, warning) = (None, Warning::default());
            }
        }
        warnings
    }

    /// Takes one warning more, and says whether it was wrong.
    pub(crate) fn count(&mut self, moment: &Moment) -> bool {
        let right = moment.left_km <= LAST_KM;
        let wrong = !right && (moment.left_km.is_finite() || moment.survived_km > LAST_KM);
        self.right += u32::from(right);
        self.wrong += u32::from(wrong);
        self.open += u32::from(!right && !wrong);
        wrong
    }

    /// Pools those of others.
    pub(crate) fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.open += other.open;
        self.leads_km.extend_from_slice(&other.leads_km);
    }

    /// How they turned out, by name.
    pub(crate) fn counts(&self) -> Value {
        json!({ "right": self.right, "wrong": self.wrong, "open": self.open })
    }

    /// The measures that concern warnings, by name.
    pub(crate) fn measures(&self) -> Map<String, Value> {
        let warned = self.leads_km.iter().filter(|lead| **lead > 0.0).count();
        let value = json!({
            "failures": self.leads_km.len(), "failures_warned_of": ratio(warned, self.leads_km.len()),
            "warnings_right": self.right, "warnings_wrong": self.wrong, "warnings_open": self.open,
            "false_discovery_rate": self.false_share(), "lead_time": self.median_lead(false),
            "lead_time_with_missed_failures_as_0": self.median_lead(true),
        });
        value.as_object().cloned().unwrap_or_default()
    }

    fn false_share(&self) -> Option<f64> {
        let known = self.right + self.wrong;
        (known > 0).then(|| f64::from(self.wrong) / f64::from(known))
    }

    /// The middle lead, of all failures or of those that were warned of.
    fn median_lead(&self, all: bool) -> Option<f64> {
        let mut leads: Vec<f64> = self
            .leads_km
            .iter()
            .copied()
            .filter(|lead| all || *lead > 0.0)
            .collect();
        leads.sort_by(f64::total_cmp);
        leads.get(leads.len() / 2).copied()
    }
}

/// The largest limit with few enough false warnings; 0, which never warns, where there is none.
pub(crate) fn warning_limit(answers: &[Answer], scale: f64) -> f64 {
    largest_limit(answers, &limits(scale))
}

/// What training chooses limits for.
pub(crate) fn sure(below_km: f64) -> Limit {
    Limit {
        when: When::Sure,
        below_km,
    }
}

fn limits(scale: f64) -> Vec<f64> {
    LIMITS_KM.iter().map(|limit| limit * scale).collect()
}

fn largest_limit(answers: &[Answer], limits: &[f64]) -> f64 {
    let share = |limit: f64| Warnings::of(answers, sure(limit)).false_share().unwrap_or(1.0);
    let fit = limits.iter().rev().find(|limit| share(**limit) <= FALSE_MAX);
    fit.copied().unwrap_or(0.0)
}

/// One limit for each component of a class. Few components fail often enough to prove that few of their warnings are false, so it is
/// proved of all together (Learn-then-Test: Angelopoulos, Bates, Candès, Jordan & Lei, 2021, by a fixed sequence). Each
/// component takes the largest limit, up to a common one, at which its own share is small enough, or never warns. What is counted are
/// the warnings of vehicles that did not choose: one half chooses for the other. Common limits are tried from the smallest on, as
/// long as so few false warnings would be a rare chance if more than [`FALSE_MAX`] were false. What is taken is one step below the
/// last that is proved: a margin for fleets unlike those of training.
pub(crate) fn pooled_limits(components: &[Vec<Answer>], scale: f64) -> Vec<f64> {
    let limits = limits(scale);
    let half = |answers: &Vec<Answer>, of: u32| -> Vec<Answer> {
        let is_of = |answer: &&Answer| answer.moment.vehicle % 2 == of;
        answers.iter().filter(is_of).copied().collect()
    };
    let halves: Vec<[Vec<Answer>; 2]> = components
        .iter()
        .map(|answers| [0, 1].map(|of| half(answers, of)))
        .collect();
    let is_proved = |last: usize| {
        let (mut wrong, mut known) = (0, 0);
        for [one, other] in &halves {
            for (chooses, judges) in [(one, other), (other, one)] {
                let limit = largest_limit(chooses, &limits[..=last]);
                let warnings = Warnings::of(judges, sure(limit));
                wrong += warnings.wrong;
                known += warnings.wrong + warnings.right;
            }
        }
        at_most(wrong, known, FALSE_MAX) <= DOUBT_MAX
    };
    let proved = (0..limits.len()).take_while(|last| is_proved(*last)).count();
    // Where too few failed for a proof, the smallest limit.
    let common = &limits[..proved.saturating_sub(1).max(1)];
    components
        .iter()
        .map(|answers| largest_limit(answers, common))
        .collect()
}

/// Chance of at most so many of a number, each with a probability.
fn at_most(count: u32, of: u32, probability: f64) -> f64 {
    let mut term = (1.0 - probability).powi(of as i32);
    let mut sum = term;
    for number in 1..=count.min(of) {
        term *= f64::from(of - number + 1) / f64::from(number) * probability / (1.0 - probability);
        sum += term;
    }
    sum.min(1.0)
}

fn within(judged: &Judged) -> bool {
    (judged.predicted.p50 - judged.truth).abs() <= (0.1 * judged.truth).max(500.0)
}

/// Sums that pool over components and classes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Protocol {
    last: Vec<Judged>,
    last_begun: Vec<Judged>,
    asked: usize,
    unanswered: usize,
    judged: Vec<Judged>,
    lives: Vec<Vec<OnTheWay>>,
    warnings: Warnings,
    vehicle_years: f64,
}

impl Protocol {
    /// Judges the answers for one component.
    pub(crate) fn of(answers: &[Answer], limit: Limit, cap_km: f64, vehicle_years: f64) -> Self {
        let mut protocol = Self {
            warnings: Warnings::of(answers, limit),
            vehicle_years,
            ..Self::default()
        };
        let mut last_life = None;
        for (place, answer) in answers.iter().enumerate() {
            let Moment { left_km, .. } = answer.moment;
            if !left_km.is_finite() {
                continue;
            }
            protocol.asked += 1;
            let Some(predicted) = answer.said else {
                protocol.unanswered += 1;
                continue;
            };
            let judged = Judged {
                predicted,
                truth: f64::from(left_km).min(cap_km),
            };
            if place % 8 == 0 {
                protocol.judged.push(judged);
            }
            if left_km <= LAST_KM {
                protocol.last.push(judged);
                if answer.moment.begun {
                    protocol.last_begun.push(judged);
                }
                let life = (answer.moment.vehicle, answer.moment.failure);
                if last_life != Some(life) {
                    last_life = Some(life);
                    protocol.lives.push(Vec::new());
                }
                if let Some(life) = protocol.lives.last_mut() {
                    life.push(OnTheWay {
                        exposure: answer.moment.km,
                        judged,
                    });
                }
            }
        }
        protocol
    }

    /// Pools another one; vehicle-years are of the same vehicles when `beside`, else of others.
    pub(crate) fn add(&mut self, other: &Self, beside: bool) {
        self.last.extend_from_slice(&other.last);
        self.last_begun.extend_from_slice(&other.last_begun);
        self.judged.extend_from_slice(&other.judged);
        self.lives.extend_from_slice(&other.lives);
        self.asked += other.asked;
        self.unanswered += other.unanswered;
        self.warnings.add(&other.warnings);
        self.vehicle_years = if beside {
            self.vehicle_years.max(other.vehicle_years)
        } else {
            self.vehicle_years + other.vehicle_years
        };
    }

    /// Share of the predictions over the last 5,000 km that were within 500 km or 10 %.
    pub(crate) fn within(&self) -> Option<f64> {
        share(&self.last)
    }

    /// All measures by name.
    pub(crate) fn measures(&self) -> Map<String, Value> {
        let scaled: Vec<Judged> = self.judged.iter().map(in_phm_units).collect();
        // Where nothing ever fails, every warning is wrong, also one at the end of the record.
        let healthy = self.warnings.leads_km.is_empty();
        let wrong = f64::from(self.warnings.wrong + if healthy { self.warnings.open } else { 0 });
        let value = json!({
            "predictions": self.asked, "not_enough_data": self.unanswered,
            "rmse": metrics::rmse(&self.judged), "mae": metrics::mae(&self.judged),
            "phm_score": metrics::phm_score(&scaled), "phm_score_unit_km": PHM_KM,
            "alpha_lambda": metrics::alpha_lambda(&self.lives, 0.2, 0.5),
            "prognostic_horizon": metrics::prognostic_horizon(&self.lives, 500.0),
            "coverage_90": metrics::coverage_90(&self.judged), "mean_interval_width": metrics::mean_width_90(&self.judged),
            "coverage_90_last_5000_km": metrics::coverage_90(&self.last),
            "unexpected_breaks": metrics::unexpected_breaks(&self.lives, LEAD_KM),
            "unexploited_life": metrics::unexploited_life(&self.lives, LEAD_KM),
            "within_500km_or_10pct": self.within(), "within_500km_or_10pct_once_wear_began": share(&self.last_begun),
            "share_of_last_5000_km_in_which_wear_began": ratio(self.last_begun.len(), self.last.len()),
            "within_500km_or_10pct_last_1500_km": share(&self.nearest(1_500.0)),
            "vehicle_years": self.vehicle_years,
            "nuisance_alarms_per_vehicle_year": (self.vehicle_years > 0.0).then(|| wrong / self.vehicle_years),
        });
        let mut measures = self.warnings.measures();
        measures.extend(value.as_object().cloned().unwrap_or_default());
        measures
    }

    fn nearest(&self, km: f64) -> Vec<Judged> {
        self.last.iter().copied().filter(|judged| judged.truth <= km).collect()
    }
}

fn in_phm_units(judged: &Judged) -> Judged {
    let Quantiles { p05, p50, p95 } = judged.predicted;
    Judged {
        predicted: Quantiles {
            p05: p05 / PHM_KM,
            p50: p50 / PHM_KM,
            p95: p95 / PHM_KM,
        },
        truth: judged.truth / PHM_KM,
    }
}

fn share(judged: &[Judged]) -> Option<f64> {
    ratio(judged.iter().filter(|judged| within(judged)).count(), judged.len())
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIAN: Limit = Limit {
        when: When::Median,
        below_km: 2_000.0,
    };

    /// A life of 100 moments, 100 km apart, that fails at 10,000 km, with what is said of each.
    fn life(said: impl Fn(f64) -> f64) -> Vec<Answer> {
        (0..100)
            .map(|at| {
                let left = 10_000.0 - 100.0 * f64::from(at);
                let km = said(left);
                Answer {
                    moment: Moment {
                        vehicle: 0,
                        km: 100.0 * f64::from(at),
                        left_km: left as f32,
                        survived_km: left as f32,
                        failure: 0,
                        begun: true,
                    },
                    said: Some(Quantiles {
                        p05: 0.5 * km,
                        p50: km,
                        p95: 1.5 * km,
                    }),
                }
            })
            .collect()
    }

    #[test]
    fn warnings_are_right_wrong_and_lead_as_worked_by_hand() {
        let good = Warnings::of(&life(|left| left), MEDIAN);
        // Below 2,000 km first at 1,900 left, and again at 1,800.
        assert_eq!((good.right, good.wrong, good.leads_km), (1, 0, vec![1_800.0]));
        let hasty = Warnings::of(&life(|left| left - 6_000.0), MEDIAN);
        assert_eq!((hasty.right, hasty.wrong), (0, 1));
        let blind = Warnings::of(&life(|_| 9_000.0), MEDIAN);
        assert_eq!((blind.right, blind.wrong, blind.leads_km), (0, 0, vec![0.0]));
        let once = Warnings::of(
            &life(|left| if left == 7_000.0 { 100.0 } else { left.max(3_000.0) }),
            MEDIAN,
        );
        assert_eq!((once.right, once.wrong), (0, 0), "one moment alone is not believed");
    }

    #[test]
    fn limits_are_proved_of_all_components_together_and_a_bad_one_stays_silent() {
        let fleet = |said: fn(f64) -> f64| -> Vec<Answer> {
            let of_vehicle = |vehicle| {
                life(said).into_iter().map(move |mut answer| {
                    answer.moment.vehicle = vehicle;
                    answer
                })
            };
            (0..200).flat_map(of_vehicle).collect()
        };
        let (good, hasty) = (fleet(|left| left), fleet(|left| (left - 6_000.0).max(0.0)));
        assert_eq!(pooled_limits(&[good.clone(), hasty], 1.0), [4_000.0, 0.0]);
        // Ten right warnings prove nothing yet.
        assert_eq!(pooled_limits(&[good[..1_000].to_vec()], 1.0), [2_000.0]);
        assert!((at_most(1, 3, 0.5) - 0.5).abs() < 1e-12 && at_most(3, 3, 0.5) == 1.0);
    }

    #[test]
    fn the_protocol_counts_what_is_within() {
        let protocol = Protocol::of(&life(|left| left + 400.0), sure(2_000.0), 20_000.0, 1.0);
        assert_eq!(protocol.within(), Some(1.0));
        let protocol = Protocol::of(&life(|left| 1.2 * left), sure(2_000.0), 20_000.0, 1.0);
        // 20 % is within 500 km up to 2,500 km: 25 of the last 50 moments.
        assert_eq!(protocol.within(), Some(0.5));
        assert_eq!(Protocol::default().within(), None);
    }
}

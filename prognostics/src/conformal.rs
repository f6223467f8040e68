//! Intervals that hold what they promise: conformal calibration over units.
//!
//! Cross-conformal calibration (Vovk, Annals of Mathematics and Artificial Intelligence 74, 2015; the scores of CV+, Barber,
//! Candès, Ramdas & Tibshirani, "Predictive inference with the jackknife+", Annals of Statistics 49, 2021) with the scores
//! of conformalised quantile regression (Romano, Patterson & Candès, NeurIPS 2019): how far the truth of a unit lay outside
//! the interval of models that never saw that unit. All units are used for training and for calibration, each in its turn.
//! Answers are averaged over folds before the reach is added; CV+ proper adds the spread between folds to it once
//! more, which on the data this was tried on held more than was promised. Folds are of units and never of rows, because the
//! rows of one unit know each other; each unit is cut at random places, as units are when they are asked about; and scores
//! are kept apart by the predicted remaining life, so that the promise holds near failure too (Mondrian bins: Vovk,
//! Gammerman & Shafer, "Algorithmic Learning in a Random World", 2005).

use crate::intervals::Quantiles;
use crate::snapshot::{Fields, Portable};

/// One judged moment of a unit by models that have not seen it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// Which unit it is.
    pub unit: usize,
    /// What the models said.
    pub predicted: Quantiles,
    /// What came true.
    pub truth: f64,
}

/// How far the interval must reach beyond what the models say, bin by bin.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calibration {
    /// The upper edges of all bins but the last.
    edges: Vec<f64>,
    reach: Vec<f64>,
    cap: f64,
}

impl Calibration {
    /// Learns from judgements, in at most `bins` bins of equal size, each with at least `units_min` units.
    #[must_use]
    pub fn learn(judgements: &[Judgement], bins: usize, units_min: usize, cap: f64) -> Self {
        let sound = |judged: &&Judgement| judged.truth.is_finite() && judged.predicted.p50.is_finite();
        let mut sorted: Vec<&Judgement> = judgements.iter().filter(sound).collect();
        sorted.sort_by(|a, b| a.predicted.p50.total_cmp(&b.predicted.p50));
        let size = sorted.len().div_ceil(bins.max(1)).max(1);
        let mut groups: Vec<Vec<&Judgement>> = Vec::new();
        let mut waiting: Vec<&Judgement> = Vec::new();
        for chunk in sorted.chunks(size) {
            waiting.extend(chunk);
            if units_of(&waiting) >= units_min {
                groups.push(std::mem::take(&mut waiting));
            }
        }
        match groups.last_mut() {
            Some(last) => last.extend(waiting),
            None if waiting.is_empty() => {}
            None => groups.push(waiting),
        }
        let score = |judged: &&Judgement| {
            let Quantiles { p05, p95, .. } = judged.predicted;
            (p05 - judged.truth).max(judged.truth - p95)
        };
        let reach = groups
            .iter()
            .map(|group| nine_in_ten(group.iter().map(score).collect(), units_of(group)));
        let edges = groups
            .iter()
            .map(|group| group.last().map_or(f64::INFINITY, |judged| judged.predicted.p50));
        Self {
            reach: reach.collect(),
            edges: edges.take(groups.len().saturating_sub(1)).collect(),
            cap,
        }
    }

    /// How many bins there are; 0 when nothing was learned.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.reach.len()
    }

    /// The interval that holds with 90 %, inside 0 and the cap, from what the chain says before calibration. `None` when
    /// nothing was learned.
    #[must_use]
    pub fn interval(&self, said: Quantiles) -> Option<Quantiles> {
        let bin = self.edges.partition_point(|edge| *edge < said.p50);
        let reach = *self.reach.get(bin.min(self.reach.len().checked_sub(1)?))?;
        let p50 = said.p50.clamp(0.0, self.cap);
        Some(Quantiles {
            p05: (said.p05 - reach).clamp(0.0, p50),
            p50,
            p95: (said.p95 + reach).clamp(p50, self.cap),
        })
    }
}

/// The score that nine in ten of new units stay below: the place ⌈0.9·(n + 1)⌉ of n, where n counts **units**, because
/// the cuts of one unit are not new evidence. With fewer than nine units no score is large enough.
fn nine_in_ten(mut scores: Vec<f64>, units: usize) -> f64 {
    let share = 0.9 * (1.0 + 1.0 / units.max(1) as f64);
    if share > 1.0 || scores.is_empty() {
        return f64::INFINITY;
    }
    scores.sort_by(f64::total_cmp);
    let place = (share * scores.len() as f64).ceil() as usize;
    scores[place.clamp(1, scores.len()) - 1]
}

fn units_of(judged: &[&Judgement]) -> usize {
    judged
        .iter()
        .map(|judged| judged.unit)
        .collect::<std::collections::BTreeSet<_>>()
        .len()
}

impl Portable for Calibration {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.edges.fields(fields);
        self.reach.fields(fields);
        fields.f64(&mut self.cap);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const CAP: f64 = 200.0;

    /// A model that is off by a spread growing with life and claims a far too narrow interval.
    fn judgement(random: &mut Random, unit: usize) -> Judgement {
        let truth = 120.0 * random.uniform();
        let centre = (truth + (2.0 + 0.1 * truth) * random.normal()).clamp(0.0, CAP);
        let predicted = Quantiles {
            p05: (centre - 1.0).max(0.0),
            p50: centre,
            p95: centre + 1.0,
        };
        Judgement { unit, predicted, truth }
    }

    #[test]
    fn intervals_of_new_units_hold_nine_in_ten_near_failure_too() {
        let mut random = Random::new(8);
        let seen: Vec<Judgement> = (0..2_000).map(|unit| judgement(&mut random, unit)).collect();
        let calibration = Calibration::learn(&seen, 6, 20, CAP);
        assert_eq!(calibration.bins(), 6);
        let (mut held, mut asked, mut near_held, mut near) = (0, 0, 0, 0);
        for unit in 0..4_000 {
            let new = judgement(&mut random, unit);
            let q = calibration.interval(new.predicted).unwrap();
            let inside = (q.p05..=q.p95).contains(&new.truth);
            (held, asked) = (held + usize::from(inside), asked + 1);
            if new.truth <= 30.0 {
                (near_held, near) = (near_held + usize::from(inside), near + 1);
            }
        }
        let (all, near) = (
            f64::from(held as u32) / f64::from(asked),
            near_held as f64 / f64::from(near),
        );
        assert!(
            (0.885..0.925).contains(&all) && (0.86..0.95).contains(&near),
            "{all} {near}"
        );
    }

    #[test]
    fn few_units_share_a_bin_and_none_give_no_interval() {
        let mut random = Random::new(9);
        let few: Vec<Judgement> = (0..30).map(|unit| judgement(&mut random, unit)).collect();
        assert_eq!(Calibration::learn(&few, 6, 20, CAP).bins(), 1);
        let none = Calibration::learn(&[], 6, 20, CAP);
        let said = Quantiles {
            p05: 50.0,
            p50: 50.0,
            p95: 50.0,
        };
        assert_eq!(none.interval(said), None);
        // With fewer than nine units no interval short of everything can hold 90 %.
        let q = Calibration::learn(&few[..5], 6, 20, CAP).interval(said).unwrap();
        assert_eq!((q.p05, q.p95), (0.0, CAP));
    }
}

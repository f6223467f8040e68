//! Measures of a whole prognosis over a life, and of intervals.
//!
//! A. Saxena, J. Celaya, B. Saha, S. Saha & K. Goebel, "Metrics for offline evaluation of prognostic performance",
//! International Journal of Prognostics and Health Management 1, 2010.

use super::{Judged, mean};
use crate::intervals::Quantiles;
use crate::normal;

/// One prediction made during a life that is over by now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OnTheWay {
    /// The exposure at which it was made.
    pub exposure: f64,
    /// The prediction beside what came true.
    pub judged: Judged,
}

/// α-λ accuracy: the share of units whose median at the share λ of the way from the first prediction to the end lies
/// within ±α of the true remaining life. `lives` has one list a unit, in the order of exposure.
#[must_use]
pub fn alpha_lambda(lives: &[Vec<OnTheWay>], alpha: f64, lambda: f64) -> Option<f64> {
    mean(lives.iter().filter_map(|life| {
        let (first, last) = (life.first()?, life.last()?);
        let end = last.exposure + last.judged.truth;
        let at = first.exposure + lambda * (end - first.exposure);
        if last.exposure < at {
            return None; // The record of this unit ends before.
        }
        let nearest = life
            .iter()
            .min_by(|a, b| (a.exposure - at).abs().total_cmp(&(b.exposure - at).abs()))?;
        let Judged { predicted, truth } = nearest.judged;
        Some(f64::from(u8::from((predicted.p50 - truth).abs() <= alpha * truth)))
    }))
}

/// Prognostic horizon: how much before the end predictions begin to stay within ±`allowed` of the truth and remain there.
/// The mean over units; a unit whose last prediction is outside counts as 0.
#[must_use]
pub fn prognostic_horizon(lives: &[Vec<OnTheWay>], allowed: f64) -> Option<f64> {
    mean(lives.iter().filter(|life| !life.is_empty()).map(|life| {
        let good = |at: &&OnTheWay| (at.judged.predicted.p50 - at.judged.truth).abs() <= allowed;
        life.iter()
            .rev()
            .take_while(good)
            .last()
            .map_or(0.0, |first| first.judged.truth)
    }))
}

/// The share of units that would break unexpectedly if each were taken out of use when its 5 % quantile first falls to
/// `lead`: those where the truth then was already shorter than `lead`, and those that were never taken out although they
/// were watched until less than `lead` was left.
#[must_use]
pub fn unexpected_breaks(lives: &[Vec<OnTheWay>], lead: f64) -> Option<f64> {
    let watched = |life: &&Vec<OnTheWay>| life.last().is_some_and(|last| last.judged.truth < lead);
    mean(lives.iter().filter(watched).map(|life| {
        let called = life.iter().find(|at| at.judged.predicted.p05 <= lead);
        f64::from(u8::from(called.is_none_or(|at| at.judged.truth < lead)))
    }))
}

/// The mean life thrown away beyond `lead` by the same rule, over the units that did not break.
#[must_use]
pub fn unexploited_life(lives: &[Vec<OnTheWay>], lead: f64) -> Option<f64> {
    mean(lives.iter().filter_map(|life| {
        let called = life.iter().find(|at| at.judged.predicted.p05 <= lead)?;
        (called.judged.truth >= lead).then_some(called.judged.truth - lead)
    }))
}

/// The continuous ranked probability score of a forecast given by three quantiles, as twice the mean pinball loss
/// weighted by the share of probability each stands for (Gneiting & Raftery, JASA 102, 2007; Laio & Tamea, 2007). With
/// three quantiles it is a coarse sum, comparable between methods that give the same three.
#[must_use]
pub fn crps_of_quantiles(judged: &[Judged]) -> Option<f64> {
    let levels = [(0.05, 0.275), (0.50, 0.45), (0.95, 0.275)];
    mean(judged.iter().map(|j| {
        let Quantiles { p05, p50, p95 } = j.predicted;
        let places = [p05, p50, p95];
        let terms = levels.iter().zip(places);
        2.0 * terms
            .map(|((level, share), at)| share * super::pinball_at(*level, at, j.truth))
            .sum::<f64>()
    }))
}

/// The interval score at 90 %: width plus 20 times what the truth lies outside (Gneiting & Raftery, JASA 102, 2007).
#[must_use]
pub fn interval_score_90(judged: &[Judged]) -> Option<f64> {
    mean(judged.iter().map(|j| {
        let Quantiles { p05, p95, .. } = j.predicted;
        (p95 - p05) + 20.0 * (p05 - j.truth).max(0.0) + 20.0 * (j.truth - p95).max(0.0)
    }))
}

/// The 95 % interval of a share seen as `held` of `asked` (Wilson, JASA 22, 1927). `None` when nothing was asked.
#[must_use]
pub fn binomial_interval_95(held: usize, asked: usize) -> Option<(f64, f64)> {
    if asked == 0 {
        return None;
    }
    let (n, z) = (asked as f64, normal::quantile(0.975));
    let share = held as f64 / n;
    let centre = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    Some(((centre - half).max(0.0), (centre + half).min(1.0)))
}

/// How many truths lie inside their intervals, and of how many.
#[must_use]
pub fn held_of(judged: &[Judged]) -> (usize, usize) {
    let inside = |j: &&Judged| (j.predicted.p05..=j.predicted.p95).contains(&j.truth);
    (judged.iter().filter(inside).count(), judged.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A life of 100 watched every 10, with a median that is `off` too long and a 5 % quantile 20 below it.
    fn life(off: impl Fn(f64) -> f64) -> Vec<OnTheWay> {
        (0..10)
            .map(|step| {
                let truth = 100.0 - 10.0 * f64::from(step);
                let p50 = truth + off(truth);
                let predicted = Quantiles {
                    p05: (p50 - 20.0).max(0.0),
                    p50,
                    p95: p50 + 20.0,
                };
                OnTheWay {
                    exposure: 100.0 - truth,
                    judged: Judged { predicted, truth },
                }
            })
            .collect()
    }

    #[test]
    fn figures_worked_by_hand() {
        let good = life(|_| 0.0);
        let late = life(|truth| if truth > 45.0 { 15.0 } else { 2.0 });
        let lives = [good, late];
        assert_eq!(alpha_lambda(&lives, 0.2, 0.5), Some(0.5));
        assert_eq!(prognostic_horizon(&lives, 10.0), Some(70.0));
        // Both are called when the 5 % quantile is 15 or less: at 30 left, and 30 + 2 − 20 = 12.
        assert_eq!(unexpected_breaks(&lives, 15.0), Some(0.0));
        assert_eq!(unexploited_life(&lives, 15.0), Some(15.0));
        let blind = life(|_| 80.0);
        assert_eq!(unexpected_breaks(&[blind], 15.0), Some(1.0));
        let one = [Judged {
            predicted: Quantiles {
                p05: 5.0,
                p50: 10.0,
                p95: 20.0,
            },
            truth: 23.0,
        }];
        assert_eq!(interval_score_90(&one), Some(75.0));
        assert!((crps_of_quantiles(&one).unwrap() - 2.0 * (0.275 * 0.9 + 0.45 * 6.5 + 0.275 * 2.85)).abs() < 1e-12);
        assert_eq!(held_of(&one), (0, 1));
        let (low, high) = binomial_interval_95(90, 100).unwrap();
        assert!(
            (low - 0.8256).abs() < 1e-3 && (high - 0.9448).abs() < 1e-3,
            "{low} {high}"
        );
    }

    #[test]
    fn nothing_gives_no_number() {
        assert_eq!(alpha_lambda(&[], 0.2, 0.5), None);
        assert_eq!(prognostic_horizon(&[vec![]], 1.0), None);
        assert_eq!(binomial_interval_95(0, 0), None);
    }
}

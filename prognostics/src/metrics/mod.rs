//! How good predictions were, once the truth is known. Empty input gives `None`, never a number.

mod classification;
mod prognosis;

pub use classification::{auc, bootstrap_95, mean_cost, threshold_of_least_cost};

pub use prognosis::{
    OnTheWay, alpha_lambda, binomial_interval_95, crps_of_quantiles, held_of, interval_score_90, prognostic_horizon,
    unexpected_breaks, unexploited_life,
};

use crate::intervals::Quantiles;

/// One prediction beside what came true, in the same unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The predicted quantiles.
    pub predicted: Quantiles,
    /// The remaining life that was really left.
    pub truth: f64,
}

/// The share of truths inside the 5–95 % interval. Honest 90 % intervals give 0.90.
#[must_use]
pub fn coverage_90(judged: &[Judged]) -> Option<f64> {
    mean(
        judged
            .iter()
            .map(|j| f64::from(u8::from((j.predicted.p05..=j.predicted.p95).contains(&j.truth)))),
    )
}

/// The mean width of the 5–95 % interval. Coverage without it says little.
#[must_use]
pub fn mean_width_90(judged: &[Judged]) -> Option<f64> {
    mean(judged.iter().map(|j| j.predicted.p95 - j.predicted.p05))
}

/// The pinball (quantile) loss averaged over the three quantiles and all predictions
/// (Koenker & Bassett, Econometrica 46, 1978). Lower is better; it rewards both coverage and narrowness.
#[must_use]
pub fn pinball(judged: &[Judged]) -> Option<f64> {
    mean(judged.iter().map(|j| {
        let q = j.predicted;
        (pinball_at(0.05, q.p05, j.truth) + pinball_at(0.50, q.p50, j.truth) + pinball_at(0.95, q.p95, j.truth)) / 3.0
    }))
}

/// The pinball loss of one quantile.
#[must_use]
pub fn pinball_at(level: f64, predicted: f64, truth: f64) -> f64 {
    let over = truth - predicted;
    if over >= 0.0 {
        level * over
    } else {
        (level - 1.0) * over
    }
}

/// The root mean square error of the medians.
#[must_use]
pub fn rmse(judged: &[Judged]) -> Option<f64> {
    mean(judged.iter().map(|j| (j.predicted.p50 - j.truth).powi(2))).map(f64::sqrt)
}

/// The mean absolute error of the medians.
#[must_use]
pub fn mae(judged: &[Judged]) -> Option<f64> {
    mean(judged.iter().map(|j| (j.predicted.p50 - j.truth).abs()))
}

/// The score of the PHM 2008 challenge, a sum: with d = predicted − true, early predictions cost exp(−d/13) − 1, late
/// ones exp(d/10) − 1 (Saxena, Goebel, Simon & Eklund, "Damage propagation modeling for aircraft engine run-to-failure
/// simulation", PHM 2008). Being late is dearer.
#[must_use]
pub fn phm_score(judged: &[Judged]) -> Option<f64> {
    if judged.is_empty() {
        return None;
    }
    Some(
        judged
            .iter()
            .map(|j| {
                let late = j.predicted.p50 - j.truth;
                if late < 0.0 {
                    (-late / 13.0).exp_m1()
                } else {
                    (late / 10.0).exp_m1()
                }
            })
            .sum(),
    )
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0u32);
    for value in values {
        sum += value;
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(p05: f64, p50: f64, p95: f64, truth: f64) -> Judged {
        Judged {
            predicted: Quantiles { p05, p50, p95 },
            truth,
        }
    }

    #[test]
    fn figures_worked_by_hand() {
        let set = [judged(5.0, 10.0, 20.0, 10.0), judged(5.0, 10.0, 20.0, 23.0)];
        assert_eq!(coverage_90(&set), Some(0.5));
        assert_eq!(mean_width_90(&set), Some(15.0));
        assert!((rmse(&set).unwrap() - (169.0f64 / 2.0).sqrt()).abs() < 1e-12);
        assert_eq!(mae(&set), Some(6.5));
        assert!((phm_score(&set).unwrap() - (1f64.exp() - 1.0)).abs() < 1e-12);
        let late = [judged(5.0, 10.0, 20.0, 0.0)];
        assert!((phm_score(&late).unwrap() - (1f64.exp() - 1.0)).abs() < 1e-12);
        assert!((pinball_at(0.95, 20.0, 23.0) - 2.85).abs() < 1e-12);
        assert!((pinball_at(0.95, 20.0, 10.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn nothing_judged_gives_no_number() {
        assert_eq!(coverage_90(&[]), None);
        assert_eq!(pinball(&[]), None);
        assert_eq!(phm_score(&[]), None);
    }
}

//! Measures of yes-or-no answers, with intervals.

use crate::random::Random;

/// The area under the receiver operating characteristic: the probability that a failure gets the larger answer than a
/// non-failure, ties counting half (Hanley & McNeil, Radiology 143, 1982). `None` unless there are both.
#[must_use]
pub fn auc(pairs: &[(f64, bool)]) -> Option<f64> {
    let mut sorted: Vec<&(f64, bool)> = pairs.iter().collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let positives = pairs.iter().filter(|pair| pair.1).count() as f64;
    let negatives = pairs.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    let (mut rank, mut sum) = (0.0, 0.0);
    for ties in sorted.chunk_by(|a, b| a.0 == b.0) {
        let size = ties.len() as f64;
        let middle = rank + 0.5 * (size + 1.0);
        sum += middle * ties.iter().filter(|pair| pair.1).count() as f64;
        rank += size;
    }
    Some((sum - positives * (positives + 1.0) / 2.0) / (positives * negatives))
}

/// The mean cost of calls: each pair is (called, failed).
#[must_use]
pub fn mean_cost(pairs: &[(bool, bool)], missed: f64, needless: f64) -> Option<f64> {
    super::mean(pairs.iter().map(|pair| match pair {
        (false, true) => missed,
        (true, false) => needless,
        _ => 0.0,
    }))
}

/// The threshold with the least cost on these answers: answers at or above it are called.
#[must_use]
pub fn threshold_of_least_cost(pairs: &[(f64, bool)], missed: f64, needless: f64) -> f64 {
    let mut sorted: Vec<&(f64, bool)> = pairs.iter().collect();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    // Nothing is called, then one more group of equal answers at a time.
    let mut cost = missed * pairs.iter().filter(|pair| pair.1).count() as f64;
    let mut best = (cost, f64::INFINITY);
    for ties in sorted.chunk_by(|a, b| a.0 == b.0) {
        for pair in ties {
            cost += if pair.1 { -missed } else { needless };
        }
        if cost < best.0 {
            best = (cost, ties[0].0);
        }
    }
    best.1
}

/// The 95 % percentile interval of a measure over rows drawn with replacement (Efron & Tibshirani, "An Introduction to
/// the Bootstrap", 1993). `measure` gets row numbers.
#[must_use]
pub fn bootstrap_95(
    rows: usize,
    draws: usize,
    seed: u64,
    measure: impl Fn(&[usize]) -> Option<f64>,
) -> Option<(f64, f64)> {
    let mut random = Random::new(seed);
    let mut drawn = vec![0; rows];
    let mut values = Vec::with_capacity(draws);
    for _ in 0..draws {
        drawn.iter_mut().for_each(|row| *row = random.below(rows));
        values.extend(measure(&drawn));
    }
    values.sort_by(f64::total_cmp);
    let at = |level: f64| {
        values
            .get(((values.len() as f64 * level) as usize).min(values.len().saturating_sub(1)))
            .copied()
    };
    Some((at(0.025)?, at(0.975)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_worked_by_hand() {
        let pairs = [(0.9, true), (0.8, false), (0.7, true), (0.7, false), (0.1, false)];
        // Of 6 pairs the failure wins 3 + 1 and ties once.
        assert!((auc(&pairs).unwrap() - 4.5 / 6.0).abs() < 1e-12);
        assert_eq!(auc(&[(1.0, true)]), None);
        assert_eq!(
            mean_cost(&[(true, true), (false, true), (true, false), (false, false)], 10.0, 1.0),
            Some(2.75)
        );
        assert_eq!(threshold_of_least_cost(&pairs, 10.0, 1.0), 0.7);
        assert_eq!(threshold_of_least_cost(&pairs, 1.0, 10.0), 0.9);
        assert_eq!(threshold_of_least_cost(&[(0.5, false)], 1.0, 1.0), f64::INFINITY);
    }

    #[test]
    fn the_bootstrap_finds_the_standard_error() {
        let mut random = Random::new(1);
        let values: Vec<f64> = (0..400).map(|_| random.normal()).collect();
        let mean = |rows: &[usize]| Some(rows.iter().map(|row| values[*row]).sum::<f64>() / 400.0);
        let (low, high) = bootstrap_95(400, 500, 2, mean).unwrap();
        assert!((high - low - 4.0 * 0.05).abs() < 0.05, "{low} {high}");
        assert_eq!(bootstrap_95(3, 10, 1, |_| None), None);
    }
}

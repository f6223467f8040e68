//! How far a distribution has moved: the population stability index over the tenths of the reference (Siddiqi, Credit Risk
//! Scorecards, 2006; below 0.1 nothing, above 0.25 another population).

/// Above this a figure drifts.
pub const DRIFTING: f64 = 0.25;
/// Fewer samples on either side say nothing: by chance alone the index of n samples in ten bins is about 9/n on each side.
pub const SAMPLES_MIN: usize = 100;
const BINS: usize = 10;

/// The index of `recent` beside `reference`. Values that are not finite are left out; empty sides give 0.
#[must_use]
pub fn stability_index(reference: &[f64], recent: &[f64]) -> f64 {
    let edges = edges_of(reference);
    index(&shares(reference, &edges), &shares(recent, &edges))
}

/// The tenths of a sample; equal ones are told once, so that a figure with few values has few bins.
fn edges_of(sample: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = sample.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let mut edges: Vec<f64> = (1..BINS)
        .filter_map(|tenth| sorted.get(sorted.len() * tenth / BINS).copied())
        .collect();
    edges.dedup();
    edges
}

/// The share of a sample in each bin, one more than there are edges.
#[must_use]
pub fn shares(sample: &[f64], edges: &[f64]) -> Vec<f64> {
    let mut counts = vec![0.0; edges.len() + 1];
    let finite = sample.iter().filter(|value| value.is_finite());
    for value in finite {
        counts[edges.partition_point(|edge| edge <= value)] += 1.0;
    }
    let total: f64 = counts.iter().sum();
    counts.iter().map(|count| count / f64::max(total, 1.0)).collect()
}

/// The index of two sets of shares of the same bins.
#[must_use]
pub fn index(reference: &[f64], recent: &[f64]) -> f64 {
    if reference.iter().sum::<f64>() <= 0.0 || recent.iter().sum::<f64>() <= 0.0 {
        return 0.0;
    }
    // An empty bin would be infinitely far: it counts as a tenth of a per cent.
    let some = |share: f64| share.max(1e-3);
    let of_bin = |(a, b): (&f64, &f64)| (some(*b) - some(*a)) * (some(*b) / some(*a)).ln();
    reference.iter().zip(recent).map(of_bin).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wave(count: usize, shift: f64) -> Vec<f64> {
        (0..count).map(|place| (place as f64 * 0.618).fract() + shift).collect()
    }

    #[test]
    fn the_same_is_near_nothing_and_another_is_far() {
        assert!(stability_index(&wave(1_000, 0.0), &wave(500, 0.0)) < 0.02);
        assert!(stability_index(&wave(1_000, 0.0), &wave(500, 0.4)) > DRIFTING);
        assert_eq!(stability_index(&[], &wave(10, 0.0)), 0.0);
        assert_eq!(stability_index(&[3.0; 200], &[3.0; 100]), 0.0);
        assert!(stability_index(&[3.0; 200], &[1.0; 100]) > DRIFTING);
    }

    proptest! {
        #[test]
        fn it_is_finite_and_never_negative(
            a in prop::collection::vec(prop::num::f64::ANY, 0..50), b in prop::collection::vec(prop::num::f64::ANY, 0..50),
        ) {
            let found = stability_index(&a, &b);
            prop_assert!(found.is_finite() && found >= 0.0, "{found}");
        }
    }
}

//! Features cut into a few bins each, so that a split is found by counting instead of sorting.

use crate::matrix::Matrix;

/// Bins a feature: one for what is missing and the others by quantiles.
pub(super) const BINS: usize = 64;
/// The bin of a missing value.
pub(super) const MISSING: u8 = 0;
/// Rows that the quantiles are taken from.
const SAMPLE: usize = 20_000;

/// Rows as bins. `cuts[f][b - 1]` is the largest value of bin `b` of feature `f`.
pub(super) struct Binned {
    pub(super) features: usize,
    pub(super) cuts: Vec<Vec<f32>>,
    bins: Vec<u8>,
}

impl Binned {
    pub(super) fn new(table: &Matrix) -> Self {
        let features = table.columns();
        let step = table.rows().div_ceil(SAMPLE).max(1);
        let cuts: Vec<Vec<f32>> = (0..features)
            .map(|feature| {
                let values = (0..table.rows()).step_by(step).map(|row| table.at(row, feature));
                cuts(values.filter(|value| !value.is_nan()).collect())
            })
            .collect();
        let mut bins = Vec::with_capacity(table.rows() * features);
        for row in 0..table.rows() {
            bins.extend(table.row(row).iter().zip(&cuts).map(|(value, cuts)| bin(*value, cuts)));
        }
        Self { features, cuts, bins }
    }

    pub(super) fn row(&self, row: usize) -> &[u8] {
        &self.bins[row * self.features..(row + 1) * self.features]
    }
}

fn cuts(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_unstable_by(f32::total_cmp);
    let most = BINS - 2;
    let mut cuts: Vec<f32> = Vec::with_capacity(most);
    for place in 1..=most {
        let at = place * values.len() / (most + 1);
        let (Some(value), Some(largest)) = (values.get(at), values.last()) else {
            break;
        };
        // The largest value needs no cut: nothing would lie above it.
        if value < largest && cuts.last().is_none_or(|last| last < value) {
            cuts.push(*value);
        }
    }
    cuts
}

fn bin(value: f32, cuts: &[f32]) -> u8 {
    if value.is_nan() {
        return MISSING;
    }
    1 + cuts.partition_point(|cut| *cut < value) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fall_into_their_bins() {
        let cuts = cuts(vec![1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
        assert_eq!(cuts, [1.0, 2.0]);
        let found: Vec<u8> = [f32::NAN, 0.5, 1.0, 1.5, 3.0, 9.0]
            .iter()
            .map(|v| bin(*v, &cuts))
            .collect();
        assert_eq!(found, [0, 1, 1, 2, 3, 3]);
        let many = super::cuts((0..10_000).map(|value| value as f32).collect());
        assert!(many.len() == BINS - 2 && bin(1e9, &many) < BINS as u8);
        assert!(super::cuts(vec![]).is_empty() && super::cuts(vec![4.0; 9]).is_empty());
    }
}

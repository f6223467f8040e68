//! Operating regimes: what a signal may look like depends on how the unit is used, so use is told apart first
//! (state detection in ISO 13374-1).
//!
//! The settings are clustered by k-means (Lloyd, IEEE Transactions on Information Theory 28, 1982) started by k-means++
//! (Arthur & Vassilvitskii, SODA 2007). The number of regimes is the one with the best silhouette (Rousseeuw, Journal of
//! Computational and Applied Mathematics 20, 1987), and one regime if no split is clear. Every setting counts alike, so a
//! setting that is nothing but noise blurs the others: leave such settings out.

use crate::matrix::Matrix;
use crate::random::Random;
use crate::runs::Run;
use crate::snapshot::{Fields, Portable};

/// A split is believed from this silhouette on: Kaufman & Rousseeuw ("Finding Groups in Data", 1990) call 0.71 and more
/// a strong structure.
const STRONG_STRUCTURE: f64 = 0.71;
/// No more regimes than this are looked for.
const REGIMES_MAX: usize = 8;
/// Points that a silhouette is computed on.
const SAMPLE: usize = 600;
/// Records that regimes are learned from.
const LEARNED_FROM: usize = 6_000;

/// Regimes of use, told apart by the settings alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Regimes {
    centre: Vec<f64>,
    scale: Vec<f64>,
    centroids: Vec<Vec<f64>>,
}

impl Regimes {
    /// Learns the regimes from the settings of runs. The same seed gives the same regimes.
    #[must_use]
    pub fn learn(runs: &[Run], seed: u64) -> Self {
        let columns = runs.first().map_or(0, |run| run.settings.columns());
        let mut random = Random::for_part(seed, 0x4E61);
        let (centre, scale) = location_and_scale(runs, columns);
        let mut regimes = Self {
            centre,
            scale,
            centroids: Vec::new(),
        };
        let mut places: Vec<(usize, usize)> = Vec::new();
        for (index, run) in runs.iter().enumerate() {
            places.extend((0..run.settings.rows()).map(|row| (index, row)));
        }
        random.shuffle(&mut places);
        let points: Vec<Vec<f64>> = places
            .iter()
            .take(LEARNED_FROM)
            .map(|(run, row)| regimes.scaled(runs[*run].settings.row(*row)))
            .collect();
        let mut best = STRONG_STRUCTURE;
        for count in 2..=REGIMES_MAX.min(points.len()) {
            let centroids = k_means(&points, count, &mut random);
            let silhouette = silhouette(&points[..points.len().min(SAMPLE)], &centroids);
            if silhouette > best {
                best = silhouette;
                regimes.centroids = centroids;
            }
        }
        if regimes.centroids.is_empty() {
            regimes.centroids.push(vec![0.0; columns]);
        }
        regimes
    }

    /// How many regimes there are; at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.centroids.len().max(1)
    }

    /// The regime of these settings. A setting that is missing is taken as usual.
    #[must_use]
    pub fn of(&self, settings: &[f32]) -> usize {
        if self.centroids.len() < 2 {
            return 0;
        }
        nearest(&self.centroids, &self.scaled(settings)).0
    }

    fn scaled(&self, settings: &[f32]) -> Vec<f64> {
        let usual = self.centre.iter().zip(&self.scale);
        usual
            .enumerate()
            .map(|(index, (centre, scale))| {
                let value = settings.get(index).copied().map_or(f64::NAN, f64::from);
                if value.is_finite() {
                    (value - centre) / scale
                } else {
                    0.0
                }
            })
            .collect()
    }
}

impl Portable for Regimes {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.centre.fields(fields);
        self.scale.fields(fields);
        self.centroids.fields(fields);
    }
}

fn location_and_scale(runs: &[Run], columns: usize) -> (Vec<f64>, Vec<f64>) {
    let of_column = |column: usize| {
        let values = |settings: &Matrix| -> Vec<f64> {
            (0..settings.rows())
                .map(|row| f64::from(settings.at(row, column)))
                .filter(|value| value.is_finite())
                .collect()
        };
        let all: Vec<f64> = runs.iter().flat_map(|run| values(&run.settings)).collect();
        let count = all.len().max(1) as f64;
        let mean = all.iter().sum::<f64>() / count;
        let sd = (all.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
        // A setting that never changes says nothing: any positive scale does.
        (mean, if sd > 1e-9 * mean.abs().max(1e-9) { sd } else { 1.0 })
    };
    (0..columns).map(of_column).unzip()
}

fn nearest(centroids: &[Vec<f64>], point: &[f64]) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    for (index, centroid) in centroids.iter().enumerate() {
        let far = distance_squared(centroid, point);
        if far < best.1 {
            best = (index, far);
        }
    }
    best
}

fn distance_squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

fn k_means(points: &[Vec<f64>], count: usize, random: &mut Random) -> Vec<Vec<f64>> {
    let mut centroids = vec![points[random.below(points.len())].clone()];
    while centroids.len() < count {
        let far: Vec<f64> = points.iter().map(|point| nearest(&centroids, point).1).collect();
        let mut left = random.uniform() * far.iter().sum::<f64>();
        let next = far.iter().position(|distance| {
            left -= distance;
            left <= 0.0
        });
        centroids.push(points[next.unwrap_or(points.len() - 1)].clone());
    }
    for _ in 0..30 {
        let mut sums = vec![(vec![0.0; points[0].len()], 0.0f64); count];
        for point in points {
            let (sum, weight) = &mut sums[nearest(&centroids, point).0];
            sum.iter_mut().zip(point).for_each(|(sum, value)| *sum += value);
            *weight += 1.0;
        }
        let mut moved = 0.0;
        for (centroid, (sum, weight)) in centroids.iter_mut().zip(sums) {
            if weight > 0.0 {
                let next: Vec<f64> = sum.iter().map(|sum| sum / weight).collect();
                moved += distance_squared(centroid, &next);
                *centroid = next;
            }
        }
        if moved < 1e-12 {
            break;
        }
    }
    centroids
}

/// The mean silhouette with distances to centroids in the place of mean distances ("simplified silhouette", Hruschka,
/// Campello & de Castro, 2004): linear in the number of points.
fn silhouette(points: &[Vec<f64>], centroids: &[Vec<f64>]) -> f64 {
    let one = |point: &Vec<f64>| {
        let mut distances: Vec<f64> = centroids.iter().map(|c| distance_squared(c, point).sqrt()).collect();
        distances.sort_by(f64::total_cmp);
        let (own, other) = (distances[0], distances[1]);
        if other > 0.0 { (other - own) / other } else { 0.0 }
    };
    points.iter().map(one).sum::<f64>() / points.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::Ending;

    fn run(settings: impl Iterator<Item = [f32; 2]>) -> Run {
        let mut table = Matrix::new(2);
        settings.for_each(|row| table.push_row(&row));
        Run {
            unit: 1,
            exposure: (0..table.rows()).map(|at| at as f64).collect(),
            signals: Matrix::new(0),
            settings: table,
            ending: Ending::Failed,
        }
    }

    #[test]
    fn clear_regimes_are_found_and_noise_is_one() {
        let mut random = Random::new(5);
        let mut noise = move || random.uniform() as f32 * 0.01;
        let three = run((0..900).map(|at| [(at % 3) as f32 * 10.0 + noise(), 1.0]));
        let regimes = Regimes::learn(std::slice::from_ref(&three), 1);
        assert_eq!(regimes.count(), 3);
        assert_eq!(regimes.of(&[10.0, 1.0]), regimes.of(&[10.01, 1.0]));
        assert_ne!(regimes.of(&[10.0, 1.0]), regimes.of(&[20.0, 1.0]));
        let mut random = Random::new(6);
        let one = run((0..900).map(|_| [random.normal() as f32, 100.0]));
        assert_eq!(Regimes::learn(&[one], 1).count(), 1);
    }

    #[test]
    fn nothing_and_nonsense_are_one_regime() {
        assert_eq!(Regimes::learn(&[], 1).of(&[1.0]), 0);
        let broken = run((0..9).map(|_| [f32::NAN, f32::INFINITY]));
        let regimes = Regimes::learn(&[broken], 1);
        assert_eq!(regimes.of(&[f32::NAN]), 0);
    }
}

//! Noise and resolution of sensors.

use rand::RngExt;
use rand::rngs::StdRng;

/// A standard normal deviate (Box–Muller).
pub(crate) fn normal(rng: &mut StdRng) -> f64 {
    let radius: f64 = rng.random_range(f64::EPSILON..1.0);
    let angle: f64 = rng.random_range(0.0..std::f64::consts::TAU);
    (-2.0 * radius.ln()).sqrt() * angle.cos()
}

/// An exponential deviate of mean 1.
pub(crate) fn exponential(rng: &mut StdRng) -> f64 {
    -rng.random_range(f64::EPSILON..1.0_f64).ln()
}

/// The nearest multiple of a sensor's step, without the binary dust that a multiplication leaves behind.
pub(crate) fn quantised(value: f64, step: f64) -> f64 {
    let steps = (value / step).round() * step;
    (steps * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn deviates_have_their_moments() {
        let mut rng = StdRng::seed_from_u64(1);
        let draws: Vec<f64> = (0..20_000).map(|_| normal(&mut rng)).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|draw| draw * draw).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
        let mean = (0..20_000).map(|_| exponential(&mut rng)).sum::<f64>() / 20_000.0;
        assert!((mean - 1.0).abs() < 0.03, "{mean}");
    }

    #[test]
    fn steps_are_clean() {
        assert_eq!(quantised(87.6, 1.0), 88.0);
        assert_eq!(quantised(0.30001, 0.1), 0.3);
        assert_eq!(quantised(658.44, 0.25), 658.5);
    }
}

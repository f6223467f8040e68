//! What it costs to wait: the probability of a breakdown by distance, and the money that is at stake.

use crate::domain::fleet::Severity;
use crate::domain::fleet::change::RemainingKm;
use crate::domain::kpi::Stakes;
use crate::domain::money::Money;

/// The probability that a part with this remaining life has failed after `km`: piecewise linear through 0 and the 5, 50 and 95 %
/// quantiles, on at the last slope up to 1. Quantiles that cross are pulled apart, so that it never falls.
pub fn failure_probability(life: RemainingKm, km: f64) -> f64 {
    let p05 = life.p05.max(0.0);
    let p50 = life.p50.max(p05);
    let p95 = life.p95.max(p50);
    let points = [(0.0, 0.0), (p05, 0.05), (p50, 0.5), (p95, 0.95)];
    let beyond = (p95 - p50) / 9.0;
    if !km.is_finite() || km < 0.0 {
        return 0.0;
    }
    for pair in points.windows(2) {
        let ((from, low), (to, high)) = (pair[0], pair[1]);
        if km < to {
            return low + (high - low) * (km - from) / (to - from);
        }
    }
    if beyond <= 0.0 {
        return 1.0;
    }
    (0.95 + 0.05 * (km - p95) / beyond).min(1.0)
}

/// The same for a part that has not failed after `driven` km.
pub fn failure_probability_after(life: RemainingKm, driven: f64, km: f64) -> f64 {
    let before = failure_probability(life, driven);
    if before >= 1.0 {
        return 1.0;
    }
    ((failure_probability(life, driven + km) - before) / (1.0 - before)).clamp(0.0, 1.0)
}

/// What the expected cost of waiting rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The quantiles of the remaining life.
    RemainingLife,
    /// The severity alone, where no remaining life is known.
    Severity,
}

impl Basis {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Basis::RemainingLife => "RUL",
            Basis::Severity => "SEVERITY",
        }
    }
}

/// An open decision, as far as waiting is concerned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pending {
    pub severity: Severity,
    pub rul_km: Option<RemainingKm>,
    /// Driven since it was decided, km.
    pub driven_km: f64,
    pub km_per_day: Option<f64>,
}

/// What waiting is expected to cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Of a breakdown within the days, 0 to 1.
    pub failure_probability: f64,
    pub cost: Money,
    pub basis: Basis,
}

/// The expected cost of waiting `days`: the probability of a breakdown in them times what a breakdown costs more than a planned visit, and
/// for a vehicle that must stand (EMERGENCY) what its days cost.
pub fn waiting(pending: &Pending, stakes: &Stakes, days: f64) -> Waiting {
    let km = days * pending.km_per_day.unwrap_or(stakes.km_per_day_default);
    let (probability, basis) = match pending.rul_km {
        Some(life) => (
            failure_probability_after(life, pending.driven_km.max(0.0), km),
            Basis::RemainingLife,
        ),
        None => (assumed(pending.severity, days), Basis::Severity),
    };
    let standing = match pending.severity {
        Severity::Emergency => days * stakes.standing_minor_per_day as f64,
        _ => 0.0,
    };
    Waiting {
        failure_probability: probability,
        cost: Money {
            amount_minor: (probability * stakes.breakdown_minor as f64 + standing).round() as i64,
            currency: stakes.currency.clone(),
        },
        basis,
    }
}

/// Where no remaining life is known: a constant hazard by severity, with a median of 2 days, a week, a month and half a year.
fn assumed(severity: Severity, days: f64) -> f64 {
    let median_days = match severity {
        Severity::Emergency => 2.0,
        Severity::Critical => 7.0,
        Severity::Warning => 30.0,
        Severity::Info | Severity::Unknown => 180.0,
    };
    1.0 - 0.5_f64.powf(days.max(0.0) / median_days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn life(p05: f64, p50: f64, p95: f64) -> RemainingKm {
        RemainingKm { p05, p50, p95 }
    }

    #[test]
    fn the_probability_passes_through_the_quantiles() {
        let life = life(100.0, 500.0, 900.0);
        for (km, expected) in [(0.0, 0.0), (100.0, 0.05), (500.0, 0.5), (900.0, 0.95), (1e9, 1.0)] {
            assert!((failure_probability(life, km) - expected).abs() < 1e-9, "{km}");
        }
        assert!((failure_probability_after(life, 500.0, 400.0) - 0.9).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn it_never_falls_and_stays_a_probability(
            quantiles in prop::array::uniform3(-10.0..1e6_f64), a in 0.0..1e6_f64, b in 0.0..1e6_f64, driven in 0.0..1e6_f64
        ) {
            let life = life(quantiles[0], quantiles[1], quantiles[2]);
            let (low, high) = (failure_probability(life, a.min(b)), failure_probability(life, a.max(b)));
            prop_assert!(low <= high + 1e-12 && (0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
            let after = failure_probability_after(life, driven, a);
            prop_assert!((0.0..=1.0).contains(&after));
        }
    }
}

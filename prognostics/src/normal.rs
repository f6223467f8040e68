//! The standard normal distribution to double precision, with logarithms that hold in the far tails.

const LN_SQRT_TWO_PI: f64 = 0.918_938_533_204_672_7;

/// Where the rational approximation gives way to the continued fraction.
const TAIL: f64 = 7.071_067_811_865_47;

/// Φ(x), the probability of a standard normal value below `x`.
///
/// Hart's rational approximation as given by G. West, "Better approximations to cumulative normal functions"
/// (Wilmott, 2005); the absolute error is below 1e-15. `NaN` gives `NaN`.
#[must_use]
pub fn cdf(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let distance = x.abs();
    let lower = if distance > 37.0 {
        0.0
    } else if distance < TAIL {
        (-0.5 * distance * distance).exp() * mills_ratio_inside(distance)
    } else {
        (-0.5 * distance * distance - LN_SQRT_TWO_PI).exp() / tail_divisor(distance)
    };
    if x > 0.0 { 1.0 - lower } else { lower }
}

/// ln Φ(x); finite for every finite `x`, also where Φ itself underflows.
#[must_use]
pub fn ln_cdf(x: f64) -> f64 {
    if x > -TAIL {
        cdf(x).ln()
    } else {
        -0.5 * x * x - LN_SQRT_TWO_PI - tail_divisor(-x).ln()
    }
}

/// Φ⁻¹(p); negative infinity at 0, infinity at 1, `NaN` outside.
///
/// P. J. Acklam's rational approximation (2003), refined by one step of Halley's method.
#[must_use]
pub fn quantile(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    let rough = acklam(p);
    let error = cdf(rough) - p;
    let step = error * (0.5 * rough * rough + LN_SQRT_TWO_PI).exp();
    let refined = rough - step / (1.0 + 0.5 * rough * step);
    if refined.is_finite() { refined } else { rough }
}

fn mills_ratio_inside(x: f64) -> f64 {
    let numerator = [
        3.526_249_659_989_11e-2,
        0.700_383_064_443_688,
        6.373_962_203_531_65,
        33.912_866_078_383,
        112.079_291_497_871,
        221.213_596_169_931,
        220.206_867_912_376,
    ];
    let denominator = [
        8.838_834_764_831_84e-2,
        1.755_667_163_182_64,
        16.064_177_579_207,
        86.780_732_202_946_1,
        296.564_248_779_674,
        637.333_633_378_831,
        793.826_512_519_948,
        440.413_735_824_752,
    ];
    polynomial(&numerator, x) / polynomial(&denominator, x)
}

fn tail_divisor(x: f64) -> f64 {
    x + 1.0 / (x + 2.0 / (x + 3.0 / (x + 4.0 / (x + 0.65))))
}

/// Horner's rule, highest power first.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

fn acklam(p: f64) -> f64 {
    const CENTRE_TOP: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const CENTRE_BOTTOM: [f64; 6] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
        1.0,
    ];
    const TAIL_TOP: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const TAIL_BOTTOM: [f64; 5] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
        1.0,
    ];
    let low = 0.024_25;
    if p < low {
        let q = (-2.0 * p.ln()).sqrt();
        polynomial(&TAIL_TOP, q) / polynomial(&TAIL_BOTTOM, q)
    } else if p > 1.0 - low {
        let q = (-2.0 * (1.0 - p).ln()).sqrt();
        -polynomial(&TAIL_TOP, q) / polynomial(&TAIL_BOTTOM, q)
    } else {
        let q = p - 0.5;
        let r = q * q;
        polynomial(&CENTRE_TOP, r) * q / polynomial(&CENTRE_BOTTOM, r)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        for (x, p) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746_068_542_9),
            (-1.959_963_984_540_054, 0.025),
            (-8.0, 6.220_960_574_271_785e-16),
        ] {
            assert!(
                (cdf(x) - p).abs() < 1e-14 && (cdf(x) / p - 1.0).abs() < 1e-6,
                "{x}: {}",
                cdf(x)
            );
        }
        assert!(
            (ln_cdf(-40.0) - (-804.608_442_013_754_4)).abs() < 1e-6,
            "{}",
            ln_cdf(-40.0)
        );
        assert!(ln_cdf(-1e8).is_finite());
    }

    proptest! {
        #[test]
        fn the_quantile_undoes_the_distribution(p in 1e-9f64..1.0 - 1e-9) {
            prop_assert!((cdf(quantile(p)) - p).abs() < 1e-12);
        }
    }
}

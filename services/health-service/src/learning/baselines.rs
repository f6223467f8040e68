//! Two baselines that the fleet protocol compares with, built to do as well as they can.
//!
//! *Threshold rule*: for each component the one raw signal, direction and limit (of forty) that explain remaining life in
//! training best; beyond the limit it says the median of what was left there, before it the median of the rest.
//! *Linear*: ridge regression on all raw signals of the component, missing ones at their mean, on the same logarithmic
//! target as our models. Both see the same vehicles and the same distances; their warning limits are chosen in training by
//! the same rule. What they do not have is the regime and the vehicle's own past.

use prognostics::intervals::Quantiles;
use prognostics::linear::Ridge;

use super::fleet_judging::{Answer, warning_limit};
use super::fleet_training::certain;
use super::moments::Moments;
use crate::domain::trained::BEND_KM;

/// A baseline for one component.
pub(crate) struct Baseline {
    kind: Kind,
    cap_km: f64,
    bend_km: f32,
    pub(crate) limit_km: f64,
}

enum Kind {
    Threshold {
        signal: usize,
        limit: f32,
        below: f64,
        above: f64,
    },
    Linear {
        means: Vec<f32>,
        sds: Vec<f32>,
        weights: Vec<f64>,
    },
}

impl Baseline {
    /// The best threshold rule; nothing where no raw signal is there.
    pub(crate) fn threshold(moments: &Moments, cap_km: f64, scale: f32) -> Option<Self> {
        let bend_km = BEND_KM * scale;
        let taught = taught(moments, cap_km);
        let mut best: Option<(f64, Kind)> = None;
        for signal in 0..moments.raw.columns() {
            let mut pairs: Vec<(f32, f32)> = taught
                .iter()
                .map(|(row, left)| (moments.raw.at(*row, signal), to_scale(*left, bend_km)))
                .filter(|pair| pair.0.is_finite())
                .collect();
            if pairs.len() < taught.len() / 4 || pairs.len() < 100 {
                continue;
            }
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
            for step in 1..40 {
                let place = pairs.len() * step / 40;
                let (below, above) = (median(&pairs[..place]), median(&pairs[place..]));
                let error =
                    |pairs: &[(f32, f32)], said: f32| pairs.iter().map(|p| f64::from((p.1 - said).abs())).sum::<f64>();
                let loss = (error(&pairs[..place], below) + error(&pairs[place..], above)) / pairs.len() as f64;
                if best.as_ref().is_none_or(|best| loss < best.0) {
                    let km = |value: f32| f64::from(bend_km * (value.exp() - 1.0));
                    best = Some((
                        loss,
                        Kind::Threshold {
                            signal,
                            limit: pairs[place].0,
                            below: km(below),
                            above: km(above),
                        },
                    ));
                }
            }
        }
        best.map(|(_, kind)| {
            Self {
                kind,
                cap_km,
                bend_km,
                limit_km: 0.0,
            }
            .with_limit(moments, scale)
        })
    }

    /// The linear model.
    pub(crate) fn linear(moments: &Moments, cap_km: f64, scale: f32) -> Option<Self> {
        let (bend_km, columns) = (BEND_KM * scale, moments.raw.columns());
        let taught = taught(moments, cap_km);
        let (mut means, mut sds) = (vec![0.0f32; columns], vec![1.0f32; columns]);
        for signal in 0..columns {
            let values: Vec<f64> = taught
                .iter()
                .map(|(row, _)| f64::from(moments.raw.at(*row, signal)))
                .filter(|v| v.is_finite())
                .collect();
            if values.len() > 1 {
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
                (means[signal], sds[signal]) = (mean as f32, variance.sqrt().max(1e-6) as f32);
            }
        }
        let mut ridge = Ridge::new(columns + 1);
        for (row, left) in &taught {
            ridge.observe(
                &design(moments.raw.row(*row), &means, &sds),
                f64::from(to_scale(*left, bend_km)),
            );
        }
        let weights = ridge.weights(1e-4);
        let kind = Kind::Linear { means, sds, weights };
        (!taught.is_empty()).then(|| {
            Self {
                kind,
                cap_km,
                bend_km,
                limit_km: 0.0,
            }
            .with_limit(moments, scale)
        })
    }

    fn with_limit(mut self, moments: &Moments, scale: f32) -> Self {
        self.limit_km = warning_limit(&self.answers(moments), f64::from(scale));
        self
    }

    fn say(&self, raw: &[f32]) -> Option<Quantiles> {
        let km = match &self.kind {
            Kind::Threshold {
                signal,
                limit,
                below,
                above,
            } => {
                let value = raw.get(*signal).copied().filter(|value| value.is_finite())?;
                if value < *limit { *below } else { *above }
            }
            Kind::Linear { means, sds, weights } => {
                raw.iter().any(|value| value.is_finite()).then_some(())?;
                let said: f64 = design(raw, means, sds)
                    .iter()
                    .zip(weights)
                    .map(|(x, weight)| x * weight)
                    .sum();
                f64::from(self.bend_km) * (said.min(20.0).exp() - 1.0)
            }
        };
        Some(certain(km.clamp(0.0, self.cap_km)))
    }

    pub(crate) fn answers(&self, moments: &Moments) -> Vec<Answer> {
        let rows = moments.moments.iter().enumerate();
        rows.map(|(row, moment)| Answer {
            moment: *moment,
            said: self.say(moments.raw.row(row)),
        })
        .collect()
    }
}

/// Rows that teach: half of the weight near failure, as our models' rows have it.
fn taught(moments: &Moments, cap_km: f64) -> Vec<(usize, f32)> {
    let cap_km = cap_km as f32;
    let row = |(row, moment): (usize, &super::moments::Moment)| {
        let left = if moment.left_km.is_finite() {
            moment.left_km.min(cap_km)
        } else {
            cap_km
        };
        let known = moment.left_km.is_finite() || moment.survived_km >= cap_km;
        let every = if left < 0.3 * cap_km { 1 } else { 6 };
        (known && row % every == 0).then_some((row, left))
    };
    moments.moments.iter().enumerate().filter_map(row).collect()
}

fn design(raw: &[f32], means: &[f32], sds: &[f32]) -> Vec<f64> {
    let scaled = raw.iter().zip(means).zip(sds).map(|((value, mean), sd)| {
        let z = f64::from((value - mean) / sd);
        if z.is_finite() { z.clamp(-8.0, 8.0) } else { 0.0 }
    });
    std::iter::once(1.0).chain(scaled).collect()
}

fn median(pairs: &[(f32, f32)]) -> f32 {
    let mut targets: Vec<f32> = pairs.iter().map(|pair| pair.1).collect();
    targets.sort_by(f32::total_cmp);
    targets.get(targets.len() / 2).copied().unwrap_or(0.0)
}

/// The logarithmic target of our models.
fn to_scale(km: f32, bend_km: f32) -> f32 {
    (1.0 + km.max(0.0) / bend_km).ln()
}

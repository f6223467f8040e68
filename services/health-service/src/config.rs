//! Configuration: what an operator may set, checked once at start and turned into the domain's rules.

use std::collections::BTreeMap;

use prognostics::degradation::WearPrior;
use prognostics::residuals::BaselinePrior;
use serde::Deserialize;

use crate::domain::curve::Curve;
use crate::domain::models::Panels;
use crate::domain::rules::{CurveName, Rules, WearPriors};
use crate::domain::{Micros, SECOND};

/// The whole configuration; see `config.default.toml` for every key.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    #[serde(flatten)]
    pub base: chassis::config::Base,
    pub memory: MemoryConfig,
    pub told: ToldConfig,
    pub judgement: JudgementConfig,
    pub reference: ReferenceConfig,
    pub wear: WearConfig,
    pub models: ModelsConfig,
    pub retention: RetentionConfig,
    pub curves: BTreeMap<String, Vec<(f64, f64)>>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct MemoryConfig {
    pub vehicles_max: usize,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ToldConfig {
    pub live_horizon_s: u32,
    pub quiet_s: u32,
    pub told_change: f64,
    pub degraded_below: f64,
    pub critical_below: f64,
    pub calm_after_s: u32,
    pub recovered_after_s: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub struct JudgementConfig {
    pub window_s: u32,
    pub trip_gap_s: u32,
    pub persistence_windows: usize,
    pub band_gap: f64,
    pub repaired_score: f64,
    pub settle_s: u32,
    pub warm_up_s: u32,
    pub code_memory_s: u32,
    pub evidence_memory_s: u32,
    pub code_caps: [f64; 4],
    pub sensor_jumps: f64,
    pub sensor_memory_s: u32,
    pub oil_kpa_per_1000_rpm: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct ReferenceConfig {
    pub coolant_celsius: f64,
    pub coolant_weight_windows: f64,
    pub coolant_tolerance_celsius: f64,
    pub learn_windows: f64,
    pub tyre_tolerance: f64,
    pub tyre_learn_windows: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct WearConfig {
    pub horizon_km: f64,
    pub brakes: [f64; 3],
    pub battery_12v: [f64; 3],
    pub transmission: [f64; 3],
    pub traction_battery: [f64; 3],
    pub condition: [f64; 3],
}

#[derive(Clone, Debug, Deserialize)]
pub struct ModelsConfig {
    /// Whether the models that come with this version are registered.
    pub shipped: bool,
    /// A folder of further model files; empty for none.
    pub folder: String,
}

/// How long what is told is kept, in days of business time.
#[derive(Clone, Debug, Deserialize)]
pub struct RetentionConfig {
    pub history_full_days: u32,
    pub history_days: u32,
    pub prediction_days: u32,
}

/// A value that cannot be meant.
#[derive(Debug, thiserror::Error)]
pub enum Invalid {
    #[error("curves.{name}: {reason}")]
    Curve { name: &'static str, reason: &'static str },
    #[error("curves.{name} is missing")]
    MissingCurve { name: &'static str },
    #[error("curves.{name} is not a curve of this service")]
    UnknownCurve { name: String },
    #[error("{key}: {reason}")]
    Value { key: &'static str, reason: &'static str },
}

impl Config {
    /// The domain's rules.
    ///
    /// # Errors
    /// Names the key that cannot be meant.
    pub fn rules(&self) -> Result<Rules, Invalid> {
        self.check()?;
        let judgement = &self.judgement;
        let reference = &self.reference;
        Ok(Rules {
            curves: self.read_curves()?,
            window_us: seconds(judgement.window_s),
            trip_gap_us: seconds(judgement.trip_gap_s),
            persistence: judgement.persistence_windows,
            band_gap: judgement.band_gap,
            told_change: self.told.told_change,
            degraded_below: self.told.degraded_below,
            critical_below: self.told.critical_below,
            quiet_us: seconds(self.told.quiet_s),
            calm_after_us: seconds(self.told.calm_after_s),
            recovered_after_us: seconds(self.told.recovered_after_s),
            code_memory_us: seconds(judgement.code_memory_s),
            evidence_memory_us: seconds(judgement.evidence_memory_s),
            settle_us: seconds(judgement.settle_s),
            warm_up_us: seconds(judgement.warm_up_s),
            coolant: BaselinePrior {
                level: reference.coolant_celsius,
                weight: reference.coolant_weight_windows,
                tolerance: reference.coolant_tolerance_celsius,
                windows: reference.learn_windows,
            },
            tyre: BaselinePrior {
                level: 0.0,
                weight: 1.0,
                tolerance: reference.tyre_tolerance,
                windows: reference.tyre_learn_windows,
            },
            oil_kpa_per_1000_rpm: judgement.oil_kpa_per_1000_rpm,
            sensor_jumps: judgement.sensor_jumps,
            sensor_memory_us: seconds(judgement.sensor_memory_s),
            repaired_score: judgement.repaired_score,
            code_caps: judgement.code_caps,
            wear: WearPriors {
                brakes: prior(self.wear.brakes),
                battery_12v: prior(self.wear.battery_12v),
                transmission: prior(self.wear.transmission),
                traction_battery: prior(self.wear.traction_battery),
                condition: prior(self.wear.condition),
            },
            horizon_km: self.wear.horizon_km,
            panels: Panels::default(),
        })
    }

    fn check(&self) -> Result<(), Invalid> {
        let within = |value: f64| (0.0..=1.0).contains(&value);
        let refuse = |key, reason| Err(Invalid::Value { key, reason });
        let told = &self.told;
        if !within(told.critical_below) || !within(told.degraded_below) || told.critical_below >= told.degraded_below {
            return refuse(
                "told.critical_below",
                "must lie below told.degraded_below, both within 0 and 1",
            );
        }
        if !(1..=8).contains(&self.judgement.persistence_windows) {
            return refuse("judgement.persistence_windows", "must be 1 to 8");
        }
        if self.judgement.window_s == 0 {
            return refuse("judgement.window_s", "must be at least one second");
        }
        if !within(self.judgement.repaired_score) || self.judgement.code_caps.iter().any(|cap| !within(*cap)) {
            return refuse("judgement.code_caps", "scores must lie within 0 and 1");
        }
        if self.wear.horizon_km.is_nan() || self.wear.horizon_km <= 0.0 {
            return refuse("wear.horizon_km", "must be positive");
        }
        if self.retention.history_full_days == 0 || self.retention.history_days < self.retention.history_full_days {
            return refuse(
                "retention.history_days",
                "must be no less than retention.history_full_days, which must be at least 1",
            );
        }
        if self.memory.vehicles_max == 0 {
            return refuse("memory.vehicles_max", "must be at least 1");
        }
        Ok(())
    }

    fn read_curves(&self) -> Result<Vec<Curve>, Invalid> {
        let known = |name: &str| CurveName::ALL.iter().any(|curve| curve.as_str() == name);
        if let Some(name) = self.curves.keys().find(|name| !known(name)) {
            return Err(Invalid::UnknownCurve { name: name.clone() });
        }
        let read = |curve: &CurveName| {
            let name = curve.as_str();
            let points = self.curves.get(name).ok_or(Invalid::MissingCurve { name })?;
            Curve::new(points.clone()).map_err(|reason| Invalid::Curve { name, reason })
        };
        CurveName::ALL.iter().map(read).collect()
    }
}

fn seconds(seconds: u32) -> Micros {
    Micros::from(seconds) * SECOND
}

fn prior([life_km, pace_relative_sd, chance_sd]: [f64; 3]) -> WearPrior {
    WearPrior::from_expected_life(life_km, pace_relative_sd, chance_sd)
}

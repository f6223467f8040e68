//! The service's configuration: the shared sections and its own. Each key is documented in `config.default.toml`.

use serde::Deserialize;

use crate::domain::odometer::OdometerLimits;
use crate::domain::rules::Rules;
use crate::domain::wear_parts::WearParts;

/// Everything that can be configured.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    #[serde(flatten)]
    pub base: chassis::config::Base,
    pub coverages: CoveragesConfig,
    pub odometer: OdometerConfig,
    pub wear_parts: WearPartsConfig,
}

/// Limits of coverages.
#[derive(Clone, Debug, Deserialize)]
pub struct CoveragesConfig {
    /// How many coverages a tenant may have; each check reads them all.
    pub per_tenant_max: usize,
}

/// Which odometer readings are believed.
#[derive(Clone, Debug, Deserialize)]
pub struct OdometerConfig {
    /// The most that a vehicle drives, in km a day.
    pub km_per_day_max: f64,
    /// What a reading may lie above that, in km.
    pub slack_km: f64,
}

/// What counts as a wear part.
#[derive(Clone, Debug, Deserialize)]
pub struct WearPartsConfig {
    pub components: Vec<String>,
    pub failure_modes: Vec<String>,
}

impl From<&Config> for Rules {
    fn from(config: &Config) -> Rules {
        Rules {
            wear_parts: WearParts::from(&config.wear_parts),
            odometer: OdometerLimits {
                km_per_day_max: config.odometer.km_per_day_max,
                slack_km: config.odometer.slack_km,
            },
        }
    }
}

impl From<&WearPartsConfig> for WearParts {
    fn from(config: &WearPartsConfig) -> WearParts {
        WearParts {
            components: config.components.clone(),
            failure_modes: config.failure_modes.clone(),
        }
    }
}

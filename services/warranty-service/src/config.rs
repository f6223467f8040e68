//! The service's configuration: the shared sections and its own. Each key is documented in `config.default.toml`.

use serde::Deserialize;

use crate::domain::wear_parts::WearParts;

/// Everything that can be configured.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    #[serde(flatten)]
    pub base: chassis::config::Base,
    pub coverages: CoveragesConfig,
    pub wear_parts: WearPartsConfig,
}

/// Limits of coverages.
#[derive(Clone, Debug, Deserialize)]
pub struct CoveragesConfig {
    /// How many coverages a tenant may have; each check reads them all.
    pub per_tenant_max: usize,
}

/// What counts as a wear part.
#[derive(Clone, Debug, Deserialize)]
pub struct WearPartsConfig {
    pub components: Vec<String>,
    pub failure_modes: Vec<String>,
}

impl From<&WearPartsConfig> for WearParts {
    fn from(config: &WearPartsConfig) -> WearParts {
        WearParts {
            components: config.components.clone(),
            failure_modes: config.failure_modes.clone(),
        }
    }
}

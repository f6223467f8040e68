//! The service's configuration: the shared sections and its own. Each key is documented in `config.default.toml`.

use serde::Deserialize;

use crate::domain::decision::Rules;
use crate::domain::diagnosis::ConfidenceRules;

/// Everything that can be configured.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    #[serde(flatten)]
    pub base: chassis::config::Base,
    pub diagnosis: DiagnosisConfig,
    pub decisions: DecisionsConfig,
}

/// How sure a diagnosis is.
#[derive(Clone, Debug, Deserialize)]
pub struct DiagnosisConfig {
    pub coverage_weight: f64,
    pub source_weight: f64,
    pub alternatives_max: usize,
    pub plausible_min: f64,
}

/// When decisions are made and reviewed.
#[derive(Clone, Debug, Deserialize)]
pub struct DecisionsConfig {
    pub review_below: f64,
    pub repeat_after_hours: i64,
}

impl Config {
    /// The rules of the domain; a share outside 0..1 is refused by name.
    pub fn rules(&self) -> anyhow::Result<Rules> {
        let shares = [
            ("diagnosis.coverage_weight", self.diagnosis.coverage_weight),
            ("diagnosis.source_weight", self.diagnosis.source_weight),
            ("diagnosis.plausible_min", self.diagnosis.plausible_min),
            ("decisions.review_below", self.decisions.review_below),
        ];
        for (key, share) in shares {
            anyhow::ensure!(
                (0.0..=1.0).contains(&share),
                "`{key}` is {share}; it must lie between 0 and 1"
            );
        }
        let hours = self.decisions.repeat_after_hours;
        anyhow::ensure!(
            (0..=8_760).contains(&hours),
            "`decisions.repeat_after_hours` is {hours}; 0 to 8760 is possible"
        );
        Ok(Rules {
            confidence: ConfidenceRules {
                coverage_weight: self.diagnosis.coverage_weight,
                source_weight: self.diagnosis.source_weight,
            },
            review_below: self.decisions.review_below,
            repeat_after_hours: hours,
            alternatives_max: self.diagnosis.alternatives_max,
            plausible_min: self.diagnosis.plausible_min,
        })
    }
}

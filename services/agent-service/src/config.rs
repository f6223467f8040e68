//! The service's configuration: the shared sections and its own. Each key is documented in `config.default.toml`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chassis::config::Secret;
use chassis::identity::DEFAULT_TENANT;
use chassis::{Clock, Failpoints};
use serde::Deserialize;

use crate::domain::budget::{Limits, Price, Spend};
use crate::domain::decision::Rules;
use crate::domain::diagnosis::ConfidenceRules;
use crate::domain::review::ReviewRules;
use crate::domain::severity::ForetoldRules;
use crate::llm::{Anthropic, Desk, DeskLimits, Endpoint, Gemini, Link, Model, Neighbours, OpenAi, Provider};
use crate::use_cases::{ExportLimits, Kept};

/// Everything that can be configured.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    #[serde(flatten)]
    pub base: chassis::config::Base,
    pub diagnosis: DiagnosisConfig,
    pub decisions: DecisionsConfig,
    pub llm: LlmConfig,
    pub retention: RetentionConfig,
    pub neighbours: NeighboursConfig,
    pub training: TrainingConfig,
}

/// How much of what people found is exported.
#[derive(Clone, Debug, Deserialize)]
pub struct TrainingConfig {
    pub examples_max: usize,
    pub page: usize,
}

/// Which language models are asked, and what they may cost.
#[derive(Clone, Debug, Deserialize)]
pub struct LlmConfig {
    pub chain: Vec<ProviderName>,
    pub runs_at_once: usize,
    pub claim_beyond_s: u64,
    pub cached_for_s: u64,
    pub connect_timeout_ms: u64,
    pub call_timeout_ms: u64,
    pub retries_max: u32,
    pub backoff_ms_max: u64,
    pub tool_rounds_max: u32,
    pub output_tokens_max: u32,
    pub currency: String,
    pub budget: BudgetConfig,
    pub gemini: ProviderConfig,
    pub openai: ProviderConfig,
    pub anthropic: ProviderConfig,
}

/// A wire format.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderName {
    Gemini,
    OpenAi,
    Anthropic,
}

/// What a run, and a tenant on a day, may spend.
#[derive(Clone, Debug, Deserialize)]
pub struct BudgetConfig {
    pub run_tokens: u64,
    pub run_cost_micro: u64,
    pub run_calls: u64,
    pub run_seconds: u64,
    pub day_tokens: u64,
    pub day_cost_micro: u64,
    pub day_calls: u64,
}

/// A provider with its models and their prices in millionths of the currency per million tokens.
#[derive(Clone, Debug, Deserialize)]
pub struct ProviderConfig {
    pub base_url: String,
    pub key: Secret,
    pub fast_model: String,
    pub strong_model: String,
    pub fast_input_price: u64,
    pub fast_output_price: u64,
    pub strong_input_price: u64,
    pub strong_output_price: u64,
}

/// How long what is kept.
#[derive(Clone, Debug, Deserialize)]
pub struct RetentionConfig {
    pub steps_days: u64,
    pub summaries_days: u64,
    pub spend_days: u64,
}

/// Where tools ask other services.
#[derive(Clone, Debug, Deserialize)]
pub struct NeighboursConfig {
    pub urls: BTreeMap<String, String>,
    pub keys: BTreeMap<String, Secret>,
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
    pub review_cost_minor: i64,
    pub review_stop_below: f64,
    pub foretold_day_below_days: f64,
    pub foretold_service_from_days: f64,
}

impl Config {
    /// The rules of the domain; a share outside 0..1 is refused by name.
    pub fn rules(&self) -> anyhow::Result<Rules> {
        let shares = [
            ("diagnosis.coverage_weight", self.diagnosis.coverage_weight),
            ("diagnosis.source_weight", self.diagnosis.source_weight),
            ("diagnosis.plausible_min", self.diagnosis.plausible_min),
            ("decisions.review_below", self.decisions.review_below),
            ("decisions.review_stop_below", self.decisions.review_stop_below),
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
        let (day, service) = (
            self.decisions.foretold_day_below_days,
            self.decisions.foretold_service_from_days,
        );
        anyhow::ensure!(
            0.0 <= day && day <= service,
            "`decisions.foretold_day_below_days` is {day}; it must not exceed `decisions.foretold_service_from_days`, {service}"
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
            foretold: ForetoldRules {
                day_below_days: day,
                service_from_days: service,
            },
        })
    }
}

impl Config {
    /// When a person looks before money moves.
    pub fn review_rules(&self) -> ReviewRules {
        ReviewRules {
            below: self.decisions.review_below,
            cost_minor: self.decisions.review_cost_minor,
            stop_below: self.decisions.review_stop_below,
        }
    }

    /// How much is exported for training.
    pub fn export_limits(&self) -> ExportLimits {
        ExportLimits {
            examples_max: self.training.examples_max,
            page: self.training.page.max(1),
        }
    }

    /// How long what is kept.
    pub fn kept(&self) -> Kept {
        let days = |days: u64| Duration::from_secs(days.saturating_mul(86_400));
        Kept {
            steps: days(self.retention.steps_days),
            summaries: days(self.retention.summaries_days),
            spend: days(self.retention.spend_days),
        }
    }

    /// The currency of the models' prices; anything but an ISO 4217 code is refused.
    pub fn currency(&self) -> anyhow::Result<Arc<str>> {
        let currency = self.llm.currency.as_str();
        let is_code = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
        anyhow::ensure!(
            is_code,
            "`llm.currency` is {currency}; it must be an ISO 4217 code such as EUR"
        );
        Ok(currency.into())
    }

    /// Other services, for tools. Services read each other in the default tenant by the bootstrap key, as they do with archives.
    pub fn neighbours(&self) -> anyhow::Result<Neighbours> {
        let mut keys = self.neighbours.keys.clone();
        let bootstrap = &self.base.auth.bootstrap_key;
        if !bootstrap.is_empty() {
            keys.entry(DEFAULT_TENANT.to_owned())
                .or_insert_with(|| bootstrap.clone());
        }
        Neighbours::new(self.neighbours.urls.clone(), keys)
    }

    /// What calls and dialogues are held to.
    pub fn desk_limits(&self) -> DeskLimits {
        let (llm, budget) = (&self.llm, &self.llm.budget);
        DeskLimits {
            budget: Limits {
                run: Spend {
                    tokens: budget.run_tokens,
                    cost_micro: budget.run_cost_micro,
                    calls: budget.run_calls,
                },
                tenant_day: Spend {
                    tokens: budget.day_tokens,
                    cost_micro: budget.day_cost_micro,
                    calls: budget.day_calls,
                },
                duration: Duration::from_secs(budget.run_seconds),
            },
            runs_at_once: llm.runs_at_once.max(1),
            claim_beyond: Duration::from_secs(llm.claim_beyond_s),
            cached_for: Duration::from_secs(llm.cached_for_s),
            call_timeout: Duration::from_millis(llm.call_timeout_ms),
            retries_max: llm.retries_max,
            backoff_max: Duration::from_millis(llm.backoff_ms_max),
            tool_rounds_max: llm.tool_rounds_max,
            output_tokens_max: llm.output_tokens_max,
        }
    }

    /// Where workers ask models; none when no provider is named.
    pub fn desk(&self, clock: Clock, failpoints: Failpoints) -> anyhow::Result<Option<Desk>> {
        let links: Vec<Link> = self
            .llm
            .chain
            .iter()
            .map(|name| self.link(*name))
            .collect::<anyhow::Result<_>>()?;
        let limits = self.desk_limits();
        Ok((!links.is_empty()).then(|| Desk::new(links, limits, clock, failpoints)))
    }

    fn link(&self, name: ProviderName) -> anyhow::Result<Link> {
        let provider = match name {
            ProviderName::Gemini => &self.llm.gemini,
            ProviderName::OpenAi => &self.llm.openai,
            ProviderName::Anthropic => &self.llm.anthropic,
        };
        let connect_timeout = Duration::from_millis(self.llm.connect_timeout_ms);
        let endpoint = Endpoint::new(&provider.base_url, provider.key.reveal(), connect_timeout)?;
        let client: Arc<dyn Provider> = match name {
            ProviderName::Gemini => Arc::new(Gemini::new(endpoint)),
            ProviderName::OpenAi => Arc::new(OpenAi::new(endpoint)),
            ProviderName::Anthropic => Arc::new(Anthropic::new(endpoint)),
        };
        let model = |name: &str, input: u64, output: u64| Model {
            name: name.to_owned(),
            price: Price {
                input_micro_per_million: input,
                output_micro_per_million: output,
            },
        };
        let fast = model(
            &provider.fast_model,
            provider.fast_input_price,
            provider.fast_output_price,
        );
        let strong = model(
            &provider.strong_model,
            provider.strong_input_price,
            provider.strong_output_price,
        );
        Ok(Link::new(client, fast, strong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(overrides: &[(&str, toml::Value)]) -> Config {
        let mut sources = chassis::testing::sources();
        let overrides = overrides.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
        sources.overrides.extend(overrides);
        chassis::config::load(&crate::DEFINITION, &sources).unwrap()
    }

    #[test]
    fn limits_of_models_and_forecasts_are_configuration() {
        let standard = config(&[]);
        let (limits, foretold) = (standard.desk_limits(), standard.rules().unwrap().foretold);
        assert_eq!(
            (
                limits.runs_at_once,
                limits.claim_beyond.as_secs(),
                limits.cached_for.as_secs()
            ),
            (4, 30, 3_600)
        );
        assert_eq!(
            standard.llm.connect_timeout_ms, 3_000,
            "a provider may be on another continent"
        );
        assert_eq!((foretold.day_below_days, foretold.service_from_days), (2.0, 14.0));
        let other = config(&[
            ("llm.runs_at_once", toml::Value::Integer(0)),
            ("decisions.foretold_day_below_days", toml::Value::Float(15.0)),
        ]);
        assert_eq!(
            other.desk_limits().runs_at_once,
            1,
            "without one nothing would ever be asked"
        );
        assert!(
            other
                .rules()
                .unwrap_err()
                .to_string()
                .contains("foretold_day_below_days")
        );
    }
}

//! The service's configuration; every knob is documented in `config.default.toml`.

use chassis::config::{Base, ConfigError, Sources};
use serde::Deserialize;

use crate::domain::money::Currency;
use crate::domain::risk::Stakes;
use crate::domain::slot_search::Policy;

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    #[serde(flatten)]
    pub base: Base,
    pub planning: PlanningConfig,
    pub calendar: CalendarConfig,
    pub risk: RiskConfig,
}

#[derive(Clone, Debug, Deserialize)]
pub struct PlanningConfig {
    pub currency: String,
    pub horizon_days: i64,
    pub notice_minutes: i64,
    pub buffer_minutes: i64,
    pub longest_stay_days: i64,
    pub alternatives_max: usize,
    pub hold_minutes: i64,
    pub retry_unplaced_minutes: i64,
    pub missed_after_minutes: i64,
    pub unlisted_part_lead_time_days: i64,
    pub travel_minor_per_km: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct CalendarConfig {
    pub visits_max: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub struct RiskConfig {
    pub breakdown_minor: i64,
    pub standing_minor_per_day: i64,
    pub km_per_day_default: f64,
}

impl Config {
    /// Loads defaults, then the file, then the environment.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        chassis::config::load(&crate::DEFINITION, sources)
    }
}

/// What the rules need of the configuration, checked.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub policy: Policy,
    /// All prices of an installation are in this currency.
    pub currency: Currency,
    pub hold: chrono::Duration,
    pub retry_unplaced: chrono::Duration,
    /// How long after its end a visit that nobody began counts as missed.
    pub missed_after: chrono::Duration,
    /// How many visits a calendar holds.
    pub calendar_visits_max: i64,
    pub breakdown_minor: i64,
    pub standing_minor_per_day: i64,
    pub km_per_day_default: f64,
}

impl Settings {
    /// Refuses a currency that is none and amounts or times below zero.
    pub fn from_config(config: &Config) -> anyhow::Result<Self> {
        let planning = &config.planning;
        let currency = Currency::parse(&planning.currency)
            .ok_or_else(|| anyhow::anyhow!("planning.currency is not an ISO 4217 code: {}", planning.currency))?;
        let amounts = [
            config.risk.breakdown_minor,
            config.risk.standing_minor_per_day,
            planning.buffer_minutes,
        ];
        let spans = [
            planning.horizon_days,
            planning.hold_minutes,
            planning.retry_unplaced_minutes,
            planning.missed_after_minutes,
        ];
        anyhow::ensure!(
            amounts.iter().all(|value| *value >= 0),
            "costs and buffers cannot be below zero"
        );
        anyhow::ensure!(
            spans.iter().all(|value| (1..=100_000).contains(value)),
            "horizon, hold, retry and the time until a visit is missed must be positive"
        );
        anyhow::ensure!(planning.horizon_days <= 365, "planning.horizon_days is at most a year");
        anyhow::ensure!(
            (1..=10_000).contains(&config.calendar.visits_max),
            "calendar.visits_max is from 1 to 10000"
        );
        Ok(Settings {
            policy: Policy {
                horizon_days: planning.horizon_days,
                notice_minutes: planning.notice_minutes,
                buffer_quarters: (planning.buffer_minutes + 14) / 15,
                unlisted_part_lead_time_days: planning.unlisted_part_lead_time_days,
                travel_minor_per_km: planning.travel_minor_per_km,
                alternatives: planning.alternatives_max,
                longest_stay_days: planning.longest_stay_days,
            },
            currency,
            hold: chrono::Duration::minutes(planning.hold_minutes),
            retry_unplaced: chrono::Duration::minutes(planning.retry_unplaced_minutes),
            missed_after: chrono::Duration::minutes(planning.missed_after_minutes),
            calendar_visits_max: config.calendar.visits_max,
            breakdown_minor: config.risk.breakdown_minor,
            standing_minor_per_day: config.risk.standing_minor_per_day,
            km_per_day_default: config.risk.km_per_day_default,
        })
    }

    /// What is at stake for a vehicle that may (or may not) be driven until the visit.
    pub fn stakes(&self, stands: bool) -> Stakes {
        let standing_minor_per_day = if stands { self.standing_minor_per_day } else { 0 };
        Stakes {
            breakdown_minor: self.breakdown_minor,
            standing_minor_per_day,
        }
    }
}

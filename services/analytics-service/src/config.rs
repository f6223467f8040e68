//! The configuration of this service; each key is explained in `config.default.toml`.

use crate::domain::kpi::Stakes;
use chassis::config::{Base, Secret};
use serde::Deserialize;

/// Everything that can be set.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    #[serde(flatten)]
    pub base: Base,
    pub identity: Identity,
    pub sign_in: SignIn,
    pub stream: Stream,
    pub costs: Costs,
    pub reports: Reports,
    pub thresholds: Vec<Threshold>,
}

/// People, passwords and tokens.
#[derive(Debug, Clone, Deserialize)]
pub struct Identity {
    pub admin_username: String,
    /// Empty: one is made at the first start and shown once.
    pub admin_password: Secret,
    /// bcrypt's cost: each step doubles the work.
    pub bcrypt_cost: u32,
    /// Passwords hashed at the same time.
    pub hashes_at_once_max: usize,
    /// Life of an access token in seconds; 600 at most.
    pub access_token_s: i64,
    /// Life of a session in days.
    pub session_days: i64,
    /// How long a browser's refresh that comes twice counts as two tabs at once, not as a copy; seconds.
    pub refresh_race_s: i64,
    /// How long after a browser's refresh its answer may have been lost, while nobody has used what it gave; seconds.
    pub refresh_lost_s: i64,
    /// Whether the browser's cookie is sent over TLS (and to localhost) only.
    pub cookie_secure: bool,
    /// Further origins that browsers may sign in from; the host that was asked is always one.
    pub origins: Vec<String>,
}

/// Throttling of sign-ins.
#[derive(Debug, Clone, Deserialize)]
pub struct SignIn {
    pub failures_per_user_max: u32,
    pub failures_per_address_max: u32,
    pub window_s: u64,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<String>,
}

/// The stream of changes.
#[derive(Debug, Clone, Deserialize)]
pub struct Stream {
    /// Changes that a slow client may be behind before it is let go.
    pub buffer_max: usize,
    /// Clients at the same time.
    pub clients_max: usize,
}

/// What failures and standstills cost.
#[derive(Debug, Clone, Deserialize)]
pub struct Costs {
    /// ISO 4217.
    pub currency: String,
    pub breakdown_minor: i64,
    pub standing_minor_per_day: i64,
    pub km_per_day_default: f64,
    pub horizon_days: f64,
    /// 0 to 1.
    pub assumed_failure_share: f64,
}

impl From<&Costs> for Stakes {
    fn from(costs: &Costs) -> Stakes {
        Stakes {
            currency: costs.currency.clone(),
            breakdown_minor: costs.breakdown_minor,
            standing_minor_per_day: costs.standing_minor_per_day,
            km_per_day_default: costs.km_per_day_default,
            horizon_days: costs.horizon_days,
            assumed_failure_share: costs.assumed_failure_share,
        }
    }
}

/// How long and how many reports are kept.
#[derive(Debug, Clone, Deserialize)]
pub struct Reports {
    pub keep_days: i64,
    /// Of each tenant.
    pub keep_max: u32,
}

/// A limit of a key figure that is told when it is crossed.
#[derive(Debug, Clone, Deserialize)]
pub struct Threshold {
    /// Unique, and what the event says.
    pub name: String,
    /// As in `GET metrics/{kpi}`.
    pub kpi: String,
    /// One of its `numbers`; without it the value.
    pub number: Option<String>,
    /// Exceeded below this.
    pub below: Option<f64>,
    /// Exceeded above this.
    pub above: Option<f64>,
    /// Over so many days that end with today.
    pub days: i64,
    /// Judged only where the figure rests on at least so much.
    pub n_min: u64,
}

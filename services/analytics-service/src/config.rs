//! The configuration of this service; each key is explained in `config.default.toml`.

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
}

/// Throttling of sign-ins.
#[derive(Debug, Clone, Deserialize)]
pub struct SignIn {
    pub failures_per_user_max: u32,
    pub failures_per_address_max: u32,
    pub window_s: u64,
    /// User names, and addresses, remembered at most.
    pub entries_max: usize,
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

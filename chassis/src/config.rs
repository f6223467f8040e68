//! Configuration: commented defaults compiled in, then a file, then the environment. Unknown keys are refused by name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::Definition;
use crate::http::Patience;

/// Defaults that all services share; a service's own are laid over them.
const SHARED_DEFAULTS: &str = include_str!("../config.default.toml");

/// Environment names that hold for all services at once, beside `PREFIX__SECTION__KEY`.
const SHARED_ENVIRONMENT: [(&str, &[&str]); 8] = [
    ("DATABASE_URL", &["database", "url"]),
    ("REDIS_URL", &["broker", "redis_url"]),
    ("CARVROOOM_BOOTSTRAP_KEY", &["auth", "bootstrap_key"]),
    ("CARVROOOM_TOKEN_SECRET", &["auth", "token_secret"]),
    ("CARVROOOM_TOKEN_KID", &["auth", "token_kid"]),
    ("CARVROOOM_PREVIOUS_TOKEN_SECRET", &["auth", "previous_token_secret"]),
    ("CARVROOOM_PREVIOUS_TOKEN_KID", &["auth", "previous_token_kid"]),
    ("CARVROOOM_ADMIN_PASSWORD", &["identity", "admin_password"]),
];

/// Where a configuration comes from besides the defaults. Read once by `main`, passed down.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// An optional TOML file.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: Vec<(String, String)>,
    /// Values that the program itself (the launcher) offers where neither file nor environment says anything: dotted key and TOML value.
    pub offers: Vec<(String, Value)>,
    /// Values set by the program itself, strongest of all.
    pub overrides: Vec<(String, Value)>,
}

/// Why a configuration was refused. Each variant names the key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration file {path}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{origin} is not valid TOML")]
    Syntax { origin: String, source: toml::de::Error },
    #[error("unknown configuration key `{key}` in {origin}")]
    UnknownKey { key: String, origin: String },
    #[error("a configuration value has the wrong type or is missing")]
    Invalid { source: toml::de::Error },
}

/// A secret: it never prints itself.
#[derive(Clone, Default, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself; do not log it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// True when nothing was set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.0.is_empty() { "unset" } else { "***" })
    }
}

/// The sections that every service has. Documented in `chassis/config.default.toml`.
#[derive(Clone, Debug, Deserialize)]
pub struct Base {
    pub http: HttpConfig,
    pub database: DatabaseConfig,
    pub auth: AuthConfig,
    pub events: EventsConfig,
    pub broker: BrokerConfig,
}

#[derive(Clone, Debug, Deserialize)]
pub struct HttpConfig {
    pub host: String,
    pub port: u16,
    pub body_bytes_max: usize,
    pub request_timeout_ms: u64,
    pub head_timeout_ms: u64,
    pub drain_timeout_ms: u64,
}

impl HttpConfig {
    /// How long connections may take.
    pub(crate) fn patience(&self) -> Patience {
        Patience {
            head: Duration::from_millis(self.head_timeout_ms),
            drain: Duration::from_millis(self.drain_timeout_ms),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct DatabaseConfig {
    pub url: String,
    pub readers_max: u32,
    pub connections_max: u32,
    pub connect_timeout_ms: u64,
    pub transaction_idle_ms_max: u64,
    pub statement_ms_max: u64,
    pub busy_timeout_ms: u64,
    pub cache_kib: u32,
    pub newest_events_bytes: usize,
}

#[cfg(feature = "testing")]
impl DatabaseConfig {
    /// The shared defaults, at another database.
    pub fn at(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..shared(&Sources::default()).expect("complete defaults").database
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct BrokerConfig {
    pub redis_url: String,
    pub prefix: String,
    pub window_bytes: usize,
    pub window_s: u64,
    pub linger_ms: u64,
    pub response_timeout_ms: u64,
    pub archive_key: Secret,
    pub archives: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct AuthConfig {
    pub issuer: String,
    pub audience: String,
    pub token_kid: String,
    pub token_secret: Secret,
    pub previous_token_kid: String,
    pub previous_token_secret: Secret,
    pub bootstrap_key: Secret,
}

#[derive(Clone, Debug, Deserialize)]
pub struct EventsConfig {
    pub batch_events_max: usize,
    pub lease_ms: u64,
    pub linger_ms: u64,
    pub retry_backoff_ms_max: u64,
    pub identity_from: String,
}

/// Loads a service's configuration; see [`Sources`] for the order.
pub fn load<T: DeserializeOwned>(definition: &Definition, sources: &Sources) -> Result<T, ConfigError> {
    load_over(definition.default_config, definition.env_prefix, sources)
}

fn load_over<T: DeserializeOwned>(defaults: &str, env_prefix: &str, sources: &Sources) -> Result<T, ConfigError> {
    let mut table = parse(SHARED_DEFAULTS, "chassis/config.default.toml")?;
    overlay(&mut table, parse(defaults, "config.default.toml")?);
    let known = table.clone();
    lay(&known, &mut table, &sources.offers)?;
    if let Some(path) = &sources.file {
        let text = read(path)?;
        let origin = path.display().to_string();
        let file = parse(&text, &origin)?;
        refuse_unknown(&known, &file, "", &origin)?;
        overlay(&mut table, file);
    }
    for (name, value) in &sources.environment {
        if let Some(path) = environment_path(env_prefix, name, &known) {
            set(&known, &mut table, &path, Value::String(value.clone()), name)?;
        }
    }
    lay(&known, &mut table, &sources.overrides)?;
    Value::Table(table)
        .try_into()
        .map_err(|source| ConfigError::Invalid { source })
}

/// Lays the program's own values over what there is; keys that a service does not have are passed over.
fn lay(known: &Table, table: &mut Table, values: &[(String, Value)]) -> Result<(), ConfigError> {
    for (key, value) in values {
        let path: Vec<String> = key.split('.').map(str::to_owned).collect();
        if lookup(known, &path).is_some() {
            set(known, table, &path, value.clone(), "the launcher")?;
        }
    }
    Ok(())
}

/// The shared sections alone, for programs that are no service.
pub fn shared(sources: &Sources) -> Result<Base, ConfigError> {
    load_over("", "", sources)
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

fn parse(text: &str, origin: &str) -> Result<Table, ConfigError> {
    text.parse().map_err(|source| ConfigError::Syntax {
        origin: origin.to_owned(),
        source,
    })
}

fn overlay(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(over)) => overlay(inner, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

fn refuse_unknown(known: &Table, given: &Table, prefix: &str, origin: &str) -> Result<(), ConfigError> {
    for (key, value) in given {
        let path = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        match (known.get(key), value) {
            (None, _) => {
                return Err(ConfigError::UnknownKey {
                    key: path,
                    origin: origin.to_owned(),
                });
            }
            // An empty table in the defaults is an open map: its keys are the operator's.
            (Some(Value::Table(known)), Value::Table(given)) if !known.is_empty() => {
                refuse_unknown(known, given, &path, origin)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// `NOTES__HTTP__PORT` → `["http", "port"]`; shared names only where the service has the key.
fn environment_path(prefix: &str, name: &str, known: &Table) -> Option<Vec<String>> {
    if let Some((_, path)) = SHARED_ENVIRONMENT.iter().find(|(shared, _)| *shared == name) {
        let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
        return lookup(known, &path).map(|_| path);
    }
    let rest = name.strip_prefix(prefix)?.strip_prefix("__")?;
    Some(rest.split("__").map(str::to_lowercase).collect())
}

fn lookup<'t>(table: &'t Table, path: &[String]) -> Option<&'t Value> {
    let (first, rest) = path.split_first()?;
    let value = table.get(first)?;
    if rest.is_empty() {
        Some(value)
    } else {
        lookup(value.as_table()?, rest)
    }
}

/// Sets one value; a text becomes the type that the default has.
fn set(known: &Table, table: &mut Table, path: &[String], value: Value, origin: &str) -> Result<(), ConfigError> {
    let unknown = || ConfigError::UnknownKey {
        key: path.join("."),
        origin: origin.to_owned(),
    };
    let default = lookup(known, path).ok_or_else(unknown)?;
    let value = match (default, &value) {
        (Value::String(_), _) | (_, Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Array(_)) => value,
        (_, Value::String(text)) => typed(text, origin)?,
        _ => value,
    };
    let mut slot = table;
    for part in &path[..path.len() - 1] {
        slot = slot.get_mut(part).and_then(Value::as_table_mut).ok_or_else(unknown)?;
    }
    slot.insert(path[path.len() - 1].clone(), value);
    Ok(())
}

fn typed(text: &str, origin: &str) -> Result<Value, ConfigError> {
    let mut table = parse(&format!("value = {text}"), origin)?;
    Ok(table.remove("value").unwrap_or(Value::Boolean(false)))
}

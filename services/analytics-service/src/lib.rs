//! analytics-service: who people and keys are, what happened, and how the fleet is doing.
//!
//! It owns identity and tells every other service about it by events; it hears every event of the others, keeps the audit
//! log and builds the dashboards' read models from what it heard, never by asking anyone.

/// HTTP: routes, wire shapes, problems.
mod api;
/// What can be configured.
pub mod config;
/// The rules.
pub mod domain;
/// Why something was refused.
pub mod error;
/// What is heard and said.
pub mod events;
/// What is kept.
pub mod store;
/// What is done.
pub mod use_cases;

pub use config::Config;
pub use use_cases::prepare_first_start::FirstStart;

use chassis::identity::{IdentityCopy, Tokens};
use chassis::{Clock, Database, Definition, Kit, Runtime, Service};
use domain::throttle::Limits;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use use_cases::follow_changes::Feed;
use use_cases::forget_sessions::forget_sessions;
use use_cases::hash_password::Hasher;
use use_cases::prepare_first_start::prepare_first_start;
use use_cases::sign_in::SignInThrottle;

/// The constants of this service.
pub static DEFINITION: Definition = Definition {
    name: "analytics-service",
    env_prefix: "ANALYTICS",
    default_config: include_str!("../config.default.toml"),
    policy: include_str!("../policy.toml"),
    migrations: &[
        ("0001_identity", include_str!("../migrations/0001_identity.sql")),
        ("0002_audit", include_str!("../migrations/0002_audit.sql")),
        ("0003_fleet", include_str!("../migrations/0003_fleet.sql")),
    ],
    publishes: events::published::PUBLISHES,
    subscribes: events::SUBSCRIPTIONS,
    openapi: api::openapi,
};

/// How often sessions that are over are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(3600);

/// What use cases stand on. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) clock: Clock,
    pub(crate) database: Database,
    pub(crate) tokens: Tokens,
    pub(crate) audience: Arc<str>,
    pub(crate) hasher: Hasher,
    pub(crate) throttle: Arc<SignInThrottle>,
    pub(crate) settings: Arc<config::Identity>,
    pub(crate) proxies: Arc<[String]>,
    pub(crate) feed: Feed,
    pub(crate) identity: IdentityCopy,
    pub(crate) shutdown: CancellationToken,
}

/// Builds the service; a password made at the first start is logged once.
pub async fn build(config: Config, runtime: &Runtime) -> anyhow::Result<Service> {
    let (service, first_start) = build_reporting(config, runtime).await?;
    if let Some(FirstStart {
        tenant_id,
        username,
        generated_password: Some(password),
    }) = first_start
    {
        tracing::warn!(
            tenant_id,
            username,
            password,
            "first start: this password is shown once, keep it"
        );
    }
    Ok(service)
}

/// Builds the service and reports what a person must be told after the first start, so that a launcher can show it.
pub async fn build_reporting(config: Config, runtime: &Runtime) -> anyhow::Result<(Service, Option<FirstStart>)> {
    let kit = Kit::open(&DEFINITION, &config.base, runtime).await?;
    let app = app(&config, &kit, runtime);
    let first_start = prepare_first_start(&app, &config.identity).await?;
    let service = kit
        .routes(api::router(app.clone()))
        .consume(events::Consumer::new(app.feed.clone()))
        .worker("forget sessions", keep_forgetting(app))
        .finish()?;
    Ok((service, first_start))
}

/// Machine time, not business time, ends sessions, so this neither hurries nor rests with a simulated clock.
async fn keep_forgetting(app: App) -> anyhow::Result<()> {
    loop {
        if let Err(error) = forget_sessions(&app).await {
            tracing::warn!(
                error = format!("{error:#}"),
                "sessions could not be forgotten, the next round will try again"
            );
        }
        tokio::select! {
            () = app.shutdown.cancelled() => return Ok(()),
            () = tokio::time::sleep(FORGET_EVERY) => {}
        }
    }
}

fn app(config: &Config, kit: &Kit, runtime: &Runtime) -> App {
    let (identity, sign_in) = (&config.identity, &config.sign_in);
    let limits = |failures_max| Limits {
        failures_max,
        window: Duration::from_secs(sign_in.window_s),
        entries_max: sign_in.entries_max,
    };
    let throttle = SignInThrottle::new(
        runtime.clock.instant(),
        limits(sign_in.failures_per_user_max),
        limits(sign_in.failures_per_address_max),
    );
    App {
        clock: runtime.clock.clone(),
        database: kit.database(),
        tokens: kit.tokens(),
        audience: config.base.auth.audience.as_str().into(),
        hasher: Hasher::new(identity.bcrypt_cost, identity.hashes_at_once_max),
        throttle: Arc::new(throttle),
        settings: Arc::new(identity.clone()),
        proxies: sign_in.proxies.clone().into(),
        feed: Feed::new(config.stream.buffer_max, config.stream.clients_max),
        identity: kit.identity(),
        shutdown: runtime.shutdown.clone(),
    }
}

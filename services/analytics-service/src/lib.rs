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
/// Documents as files.
pub mod paper;
/// What is kept.
pub mod store;
/// The words of reports.
pub mod texts;
/// What is done.
pub mod use_cases;

pub use config::Config;
pub use use_cases::prepare_first_start::FirstStart;

use chassis::identity::{IdentityCopy, Tokens};
use chassis::{Broker, Clock, Database, Definition, Kit, Runtime, Service};
use chrono::TimeDelta;
use domain::kpi::Stakes;
use domain::throttle::Limits;
use domain::wording::Wording;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use use_cases::follow_changes::Feed;
use use_cases::forget_sessions::forget_sessions;
use use_cases::hash_password::Hasher;
use use_cases::keep_dashboards::Shelf;
use use_cases::prepare_first_start::prepare_first_start;
use use_cases::rebuild_read_models::Rebuilt;
use use_cases::run_report_schedules::{forget_reports, run_report_schedules};
use use_cases::throttle_sign_in::SignInLimits;
use use_cases::watch_thresholds::{Looked, watch_thresholds};

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
        ("0004_instances", include_str!("../migrations/0004_instances.sql")),
        ("0010_people", include_str!("../migrations/0010_people.sql")),
        ("0011_numbers", include_str!("../migrations/0011_numbers.sql")),
        (
            "0012_bound_reports",
            include_str!("../migrations/0012_bound_reports.sql"),
        ),
        (
            "0013_claims_of_vehicle",
            include_str!("../migrations/0013_claims_of_vehicle.sql"),
        ),
        (
            "0014_of_one_vehicle",
            include_str!("../migrations/0014_of_one_vehicle.sql"),
        ),
        ("0015_llm_usage", include_str!("../migrations/0015_llm_usage.sql")),
        ("0016_urgency", include_str!("../migrations/0016_urgency.sql")),
        ("0017_lost_answers", include_str!("../migrations/0017_lost_answers.sql")),
    ],
    publishes: events::published::PUBLISHES,
    subscribes: events::SUBSCRIPTIONS,
    openapi: api::openapi,
};

/// How often sessions that are over are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(3600);
/// How often it is looked whether a report is due, and whether a day has gone.
const REPORTS_EVERY: Duration = Duration::from_secs(5);
const THRESHOLDS_EVERY: Duration = Duration::from_secs(60);

/// Dashboards that are kept for moments.
#[derive(Clone)]
pub(crate) struct Shelves {
    pub(crate) fleet: Shelf<use_cases::show_fleet_dashboard::FleetDashboard>,
    pub(crate) executive: Shelf<use_cases::show_executive_dashboard::ExecutiveDashboard>,
    pub(crate) kpis: Shelf<Vec<use_cases::measure_kpis::Measured>>,
}

impl Default for Shelves {
    fn default() -> Self {
        Shelves {
            fleet: Shelf::default(),
            executive: Shelf::of_sums(),
            kpis: Shelf::of_sums(),
        }
    }
}

/// What use cases stand on. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) clock: Clock,
    pub(crate) database: Database,
    pub(crate) tokens: Tokens,
    pub(crate) audience: Arc<str>,
    pub(crate) hasher: Hasher,
    pub(crate) sign_in: SignInLimits,
    pub(crate) settings: Arc<config::Identity>,
    pub(crate) proxies: Arc<[String]>,
    pub(crate) feed: Feed,
    pub(crate) stakes: Arc<Stakes>,
    pub(crate) shelves: Shelves,
    pub(crate) thresholds: Arc<[config::Threshold]>,
    pub(crate) reports: config::Reports,
    pub(crate) wording: Arc<Wording>,
    pub(crate) broker: Arc<dyn Broker>,
    pub(crate) rebuilding: Arc<tokio::sync::Mutex<()>>,
    /// How the last rebuild of this process went.
    pub(crate) rebuilt: Arc<parking_lot::Mutex<Option<Result<Rebuilt, String>>>>,
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
    let app = app(&config, &kit, runtime, texts::load()?);
    let first_start = prepare_first_start(&app, &config.identity).await?;
    let service = kit
        .routes(api::router(app.clone()))
        .consume(events::Consumer::new(app.feed.clone(), app.clock.clone()))
        .worker("feed", app.feed.clone().run(app.database.clone(), app.shutdown.clone()))
        .worker("forget sessions", keep_forgetting(app.clone()));
    let service = numbers_work(service, &app).finish()?;
    Ok((service, first_start))
}

/// Reports that are due, those that are old, and thresholds: by business time.
fn numbers_work(kit: Kit, app: &App) -> Kit {
    let (due, old, watched) = (app.clone(), app.clone(), app.clone());
    let looked = Arc::new(tokio::sync::Mutex::new(Looked::default()));
    kit.periodic("reports due", REPORTS_EVERY, move || {
        let app = due.clone();
        async move { Ok(run_report_schedules(&app).await?) }
    })
    .worker("forget reports", async move {
        loop {
            tokio::select! {
                () = old.shutdown.cancelled() => return Ok(()),
                () = tokio::time::sleep(FORGET_EVERY) => {}
            }
            if let Err(error) = forget_reports(&old).await {
                tracing::warn!(error = format!("{error:#}"), "old reports could not be forgotten");
            }
        }
    })
    .periodic("thresholds", THRESHOLDS_EVERY, move || {
        let (app, looked) = (watched.clone(), looked.clone());
        async move { Ok(watch_thresholds(&app, &mut *looked.lock().await).await?) }
    })
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

fn app(config: &Config, kit: &Kit, runtime: &Runtime, wording: Wording) -> App {
    let (identity, sign_in) = (&config.identity, &config.sign_in);
    let limits = |failures_max| Limits {
        failures_max,
        window: TimeDelta::seconds(i64::try_from(sign_in.window_s).unwrap_or(i64::MAX / 1000)),
    };
    App {
        clock: runtime.clock.clone(),
        database: kit.database(),
        tokens: kit.tokens(),
        audience: config.base.auth.audience.as_str().into(),
        hasher: Hasher::new(identity.bcrypt_cost, identity.hashes_at_once_max),
        sign_in: SignInLimits {
            user: limits(sign_in.failures_per_user_max),
            address: limits(sign_in.failures_per_address_max),
        },
        settings: Arc::new(identity.clone()),
        proxies: sign_in.proxies.clone().into(),
        feed: Feed::new(config.stream.buffer_max, config.stream.clients_max),
        stakes: Arc::new(Stakes::from(&config.costs)),
        shelves: Shelves::default(),
        thresholds: config.thresholds.clone().into(),
        reports: config.reports.clone(),
        wording: Arc::new(wording),
        broker: runtime.broker.clone(),
        rebuilding: Arc::default(),
        rebuilt: Arc::default(),
        identity: kit.identity(),
        shutdown: runtime.shutdown.clone(),
    }
}

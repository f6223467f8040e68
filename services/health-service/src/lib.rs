//! Health: what telemetry says of a vehicle's components, how long they will last, and how sure that is.

/// REST: routes, bodies, problems.
pub mod api;
/// Models as files.
pub mod artefact;
/// What can be configured.
pub mod config;
/// Pure rules.
pub mod domain;
/// What can go wrong.
pub mod error;
/// Events heard and told.
pub mod events;
/// Commands that train and judge models.
pub mod learning;
/// The registry in memory.
pub mod models;
/// Work on all processors.
mod parallel;
/// Tables, and their shadow in memory.
pub mod store;
/// What the service does.
pub mod use_cases;

use std::sync::Arc;
use std::time::Duration;

use chassis::{Clock, Database, Definition, Kit, Runtime, Service};

use crate::config::Config;
use crate::models::Models;
use crate::store::Memory;
use crate::use_cases::{forget_old, register_models, watch_drift};

/// The constants of this service.
pub static DEFINITION: Definition = Definition {
    name: "health-service",
    env_prefix: "HEALTH",
    default_config: include_str!("../config.default.toml"),
    policy: include_str!("../policy.toml"),
    migrations: &[
        (
            "0001_vehicles_states_history_labels",
            include_str!("../migrations/0001_vehicles_states_history_labels.sql"),
        ),
        (
            "0002_state_version",
            include_str!("../migrations/0002_state_version.sql"),
        ),
        (
            "0003_models_and_predictions",
            include_str!("../migrations/0003_models_and_predictions.sql"),
        ),
        (
            "0004_lists_by_rank",
            include_str!("../migrations/0004_lists_by_rank.sql"),
        ),
        (
            "0005_retired_vehicles",
            include_str!("../migrations/0005_retired_vehicles.sql"),
        ),
    ],
    publishes: events::published::KINDS,
    subscribes: events::SUBSCRIPTIONS,
    openapi: api::openapi,
};

/// What handlers and consumers work with.
#[derive(Clone)]
pub struct App {
    pub clock: Clock,
    pub database: Database,
    /// Models, and the rules of each tenant.
    pub models: Arc<Models>,
    pub memory: Arc<Memory>,
    pub live_horizon_s: u32,
    /// On how many processors vehicles are judged.
    pub threads: usize,
}

/// How often choices of other instances are looked for, and how often old rows and drift are.
const REFRESH_EVERY: Duration = Duration::from_secs(5);
const UPKEEP_EVERY: Duration = Duration::from_secs(3_600);

/// Wires the service.
pub async fn build(config: Config, runtime: &Runtime) -> anyhow::Result<Service> {
    let models = Arc::new(Models::new(config.rules()?, artefact::built_in()));
    let kit = Kit::open(&DEFINITION, &config.base, runtime).await?;
    let (clock, database) = (runtime.clock.clone(), kit.database());
    let shipped = domain::trained::shipped().iter();
    for (name, bytes) in shipped.filter(|(_, bytes)| config.models.shipped && !bytes.is_empty()) {
        register_models::register_file(&database, name, bytes, true, clock.now()).await?;
    }
    if !config.models.folder.is_empty() {
        register_models::register_folder(&database, config.models.folder.as_ref(), clock.now()).await?;
    }
    register_models::refresh(&database, &models).await?;
    let app = App {
        clock,
        database,
        models,
        memory: Arc::new(Memory::new(config.memory.vehicles_max)),
        live_horizon_s: config.told.live_horizon_s,
        threads: parallel::all_cores(),
    };
    let (refreshed, kept) = (app.clone(), app.clone());
    kit.routes(api::router(app.clone()))
        .consume(events::Consumer::new(app))
        .every("models", REFRESH_EVERY, move || {
            let app = refreshed.clone();
            async move { Ok(register_models::refresh(&app.database, &app.models).await?) }
        })
        .every("upkeep", UPKEEP_EVERY, move || {
            let (app, retention) = (kept.clone(), config.retention.clone());
            async move {
                forget_old::forget_old(&app.database, &retention, app.clock.now()).await?;
                Ok(watch_drift::watch_drift(&app.database, app.clock.now()).await?)
            }
        })
        .finish()
}

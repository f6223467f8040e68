//! Health: what telemetry says of a vehicle's components, how long they will last, and how sure that is.

/// REST: routes, bodies, problems.
pub mod api;
/// What can be configured.
pub mod config;
/// Pure rules.
pub mod domain;
/// What can go wrong.
pub mod error;
/// Events heard and told.
pub mod events;
/// Tables, and their shadow in memory.
pub mod store;
/// What the service does.
pub mod use_cases;

use std::sync::Arc;

use chassis::{Clock, Database, Definition, Kit, Runtime, Service};

use crate::config::Config;
use crate::domain::rules::Rules;
use crate::store::Memory;

/// The constants of this service.
pub static DEFINITION: Definition = Definition {
    name: "health-service",
    env_prefix: "HEALTH",
    default_config: include_str!("../config.default.toml"),
    policy: include_str!("../policy.toml"),
    migrations: &[(
        "0001_vehicles_states_history_labels",
        include_str!("../migrations/0001_vehicles_states_history_labels.sql"),
    )],
    publishes: events::published::KINDS,
    subscribes: events::SUBSCRIPTIONS,
    openapi: api::openapi,
};

/// What handlers and consumers work with.
#[derive(Clone)]
pub struct App {
    pub clock: Clock,
    pub database: Database,
    pub rules: Arc<Rules>,
    pub memory: Arc<Memory>,
    pub live_horizon_s: u32,
}

/// Wires the service.
pub async fn build(config: Config, runtime: &Runtime) -> anyhow::Result<Service> {
    let rules = Arc::new(config.rules()?);
    let kit = Kit::open(&DEFINITION, &config.base, runtime).await?;
    let app = App {
        clock: runtime.clock.clone(),
        database: kit.database(),
        rules,
        memory: Arc::new(Memory::new(config.memory.vehicles_max)),
        live_horizon_s: config.told.live_horizon_s,
    };
    kit.routes(api::router(app.clone()))
        .consume(events::Consumer::new(app))
        .finish()
}

//! Warranty: coverages, whether a failure is covered and why, and the claims that follow from it.

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
/// Tables.
pub mod store;
/// What the service does.
pub mod use_cases;

use std::sync::Arc;

use chassis::{Clock, Database, Definition, Kit, Runtime, Service};

use crate::config::Config;
use crate::domain::rules::Rules;

/// The constants of this service.
pub static DEFINITION: Definition = Definition {
    name: "warranty-service",
    env_prefix: "WARRANTY",
    default_config: include_str!("../config.default.toml"),
    policy: include_str!("../policy.toml"),
    migrations: &[
        (
            "0001_coverages_checks_claims",
            include_str!("../migrations/0001_coverages_checks_claims.sql"),
        ),
        (
            "0002_odometer_readings",
            include_str!("../migrations/0002_odometer_readings.sql"),
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
    pub rules: Arc<Rules>,
    pub coverages_per_tenant_max: usize,
}

/// Wires the service.
pub async fn build(config: Config, runtime: &Runtime) -> anyhow::Result<Service> {
    let kit = Kit::open(&DEFINITION, &config.base, runtime).await?;
    let app = App {
        clock: runtime.clock.clone(),
        database: kit.database(),
        rules: Arc::new(Rules::from(&config)),
        coverages_per_tenant_max: config.coverages.per_tenant_max,
    };
    kit.routes(api::router(app.clone()))
        .consume(events::Consumer::new(app))
        .finish()
}

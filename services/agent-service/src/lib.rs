//! The agent service: turns what health found into decisions with reasons, and keeps score of how right they were.
//!
//! It owns decisions, their journal, reviews and outcomes. Rules decide; see [`domain`] and [`knowledge`].

pub mod api;
pub mod config;
pub mod domain;
pub mod error;
pub mod events;
pub mod knowledge;
pub mod store;
pub mod use_cases;

use std::sync::Arc;

use chassis::{Definition, Kit, Runtime, Service, Subscription};

use crate::config::Config;
use crate::use_cases::App;

/// The service's constants.
pub static DEFINITION: Definition = Definition {
    name: "agent-service",
    env_prefix: "AGENT",
    default_config: include_str!("../config.default.toml"),
    policy: include_str!("../policy.toml"),
    migrations: &[("0001_decisions", include_str!("../migrations/0001_decisions.sql"))],
    publishes: &["agent.decision.made", "agent.decision.revised"],
    subscribes: &[
        Subscription {
            producer: "health-service",
            kinds: &["component.degraded", "component.critical", "vehicle.health.changed"],
        },
        Subscription {
            producer: "ingestion-service",
            kinds: &["vehicle.registered", "vehicle.updated"],
        },
        Subscription {
            producer: "warranty-service",
            kinds: &["warranty.coverage.checked"],
        },
        Subscription {
            producer: "scheduling-service",
            kinds: &["appointment.completed"],
        },
    ],
    openapi: api::openapi,
};

/// Wires the service. A slip in the knowledge base or the configuration ends the start with its name.
pub async fn build(config: Config, runtime: &Runtime) -> anyhow::Result<Service> {
    let kit = Kit::open(&DEFINITION, &config.base, runtime).await?;
    let app = App {
        clock: runtime.clock.clone(),
        database: kit.database(),
        knowledge: Arc::new(knowledge::builtin()?),
        rules: config.rules()?,
    };
    kit.routes(api::router(app.clone()))
        .consume(events::Consumer::new(app))
        .finish()
}

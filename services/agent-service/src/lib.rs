//! The agent service: turns what health found into decisions with reasons, and keeps score of how right they were.
//!
//! It owns decisions, their journal, reviews and outcomes. Rules decide; see [`domain`] and [`knowledge`].

pub mod api;
pub mod config;
pub mod domain;
pub mod error;
pub mod evaluation;
pub mod events;
pub mod knowledge;
pub mod llm;
pub mod store;
pub mod use_cases;

use std::sync::Arc;
use std::time::Duration;

use chassis::{Bell, Definition, Kit, Runtime, Service, Subscription};

use crate::config::Config;
use crate::use_cases::App;

/// The service's constants.
pub static DEFINITION: Definition = Definition {
    name: "agent-service",
    env_prefix: "AGENT",
    default_config: include_str!("../config.default.toml"),
    policy: include_str!("../policy.toml"),
    migrations: &[
        ("0001_decisions", include_str!("../migrations/0001_decisions.sql")),
        ("0002_runs", include_str!("../migrations/0002_runs.sql")),
    ],
    publishes: &[
        "agent.decision.made",
        "agent.decision.revised",
        "agent.escalation",
        chassis::ACCESS_RECORDED,
    ],
    subscribes: &[
        Subscription {
            producer: "health-service",
            kinds: &[
                "component.degraded",
                "component.critical",
                "component.recovered",
                "vehicle.health.changed",
            ],
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

/// How often old rows are looked for, in machine time: simulated time may run a month in seconds, and a table must not be searched for
/// each of its steps.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);

/// Wires the service. A slip in the knowledge base or the configuration ends the start with its name.
pub async fn build(config: Config, runtime: &Runtime) -> anyhow::Result<Service> {
    let kit = Kit::open(&DEFINITION, &config.base, runtime).await?;
    let desk = config
        .desk(runtime.clock.clone(), runtime.failpoints.clone())?
        .map(Arc::new);
    let app = App {
        clock: runtime.clock.clone(),
        database: kit.database(),
        knowledge: Arc::new(knowledge::builtin()?),
        rules: config.rules()?,
        review: config.review_rules(),
        desk: desk.clone(),
        neighbours: config.neighbours()?,
        failpoints: runtime.failpoints.clone(),
        currency: config.currency()?,
        exports: config.export_limits(),
        run_waits: Bell::new(),
    };
    if !app.database.is_shared() {
        use_cases::free_runs(&app).await?;
    }
    let (kept, old) = (config.kept(), app.clone());
    let mut kit = kit
        .routes(api::router(app.clone()))
        .consume(events::Consumer::new(app.clone()))
        .every("retention", FORGET_EVERY, move || {
            let old = old.clone();
            async move { Ok(use_cases::forget_old(&old, kept).await.map(|_| ())?) }
        });
    if let Some(desk) = desk {
        let owner = chassis::ids::new_id("ins");
        let shutdown = runtime.shutdown.clone().cancelled_owned();
        kit = kit.worker("models", use_cases::consult_until_shutdown(app, desk, owner, shutdown));
    }
    kit.finish()
}

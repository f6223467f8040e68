//! scheduling-service: plans workshop visits for vehicles before they break down.
//!
//! `domain` holds the rules, `use_cases` what the service does, `store` its tables, `events` and `api` its two doors.

mod api;
pub mod config;
pub mod domain;
pub mod error;
pub mod events;
pub mod store;
pub mod use_cases;

use std::time::Duration;

use chassis::{Definition, Kit, Runtime, Service};

pub use config::Config;

use config::Settings;
use use_cases::App;

/// The constants of this service.
pub static DEFINITION: Definition = Definition {
    name: "scheduling-service",
    env_prefix: "SCHEDULING",
    default_config: include_str!("../config.default.toml"),
    policy: include_str!("../policy.toml"),
    migrations: &[
        ("0001_visits", include_str!("../migrations/0001_visits.sql")),
        (
            "0002_decision_verdicts",
            include_str!("../migrations/0002_decision_verdicts.sql"),
        ),
        ("0003_visit_alerts", include_str!("../migrations/0003_visit_alerts.sql")),
        (
            "0004_remaining_lives",
            include_str!("../migrations/0004_remaining_lives.sql"),
        ),
        (
            "0005_vehicles_are_taken",
            include_str!("../migrations/0005_vehicles_are_taken.sql"),
        ),
        (
            "0006_missed_visits",
            include_str!("../migrations/0006_missed_visits.sql"),
        ),
        (
            "0007_promised_parts",
            include_str!("../migrations/0007_promised_parts.sql"),
        ),
    ],
    publishes: events::published::KINDS,
    subscribes: events::SUBSCRIBES,
    openapi: api::openapi,
};

/// Wires the service.
pub async fn build(config: Config, runtime: &Runtime) -> anyhow::Result<Service> {
    let settings = Settings::from_config(&config)?;
    let kit = Kit::open(&DEFINITION, &config.base, runtime).await?;
    let app = App {
        clock: runtime.clock.clone(),
        database: kit.database(),
        settings,
    };
    let (placing, ending, expiring) = (app.clone(), app.clone(), app.clone());
    kit.routes(api::router(app.clone()))
        .consume(events::Consumer::new(app))
        .timer("place_waiting", Duration::from_secs(1), move || {
            let app = placing.clone();
            async move { Ok(use_cases::place_waiting::place_waiting(&app).await?) }
        })
        .timer("end_missed_visits", Duration::from_secs(1), move || {
            let app = ending.clone();
            async move { Ok(use_cases::end_missed_visit::end_missed_visits(&app).await?) }
        })
        .timer("drop_expired_holds", Duration::from_secs(5), move || {
            let app = expiring.clone();
            async move { Ok(use_cases::drop_expired_holds::drop_expired_holds(&app).await?) }
        })
        .finish()
}

//! Ingestion: takes telemetry, validates it, and makes it durable before it says so; keeps the vehicle registry and the history.
//!
//! The way of a record: `api` reads it, [`use_cases::judge_records`] judges it on the request's own time,
//! [`use_cases::commit_receipts`] commits it together with others and acknowledges, [`use_cases::store_telemetry`] moves it from the
//! committed batch into the telemetry store, while the chassis' relay publishes the batch.

pub mod api;
pub mod config;
pub mod domain;
pub mod error;
pub mod events;
pub mod store;
pub mod use_cases;

use std::ops::Deref;
use std::sync::Arc;

use chassis::{Bell, Clock, Database, Definition, Failpoints, Kit, Runtime, Service};
use chrono::TimeDelta;

use crate::config::Config;
use crate::domain::normalise::Limits;
use crate::domain::quality::OdometerRule;
use crate::domain::signals::Catalog;
use crate::store::at_hand::AtHand;
use crate::store::days::Days;
use crate::store::known_vehicles::KnownVehicles;
use crate::store::recent_keys::RecentKeys;
use crate::use_cases::ingest_records::Queue;
use crate::use_cases::watch_conservation::{self, SharedAlarm};
use crate::use_cases::{commit_receipts, keep_house, store_telemetry};

/// Name and SQL of each migration, in order.
const MIGRATIONS: &[(&str, &str)] = &[
    (
        "0001_registry_receipts_telemetry",
        include_str!("../migrations/0001_registry_receipts_telemetry.sql"),
    ),
    (
        "0002_blocks_and_instances",
        include_str!("../migrations/0002_blocks_and_instances.sql"),
    ),
    ("0010_depot", include_str!("../migrations/0010_depot.sql")),
    (
        "0011_order_of_waiting",
        include_str!("../migrations/0011_order_of_waiting.sql"),
    ),
];

/// The constants of this service.
pub static DEFINITION: Definition = Definition {
    name: "ingestion-service",
    env_prefix: "INGESTION",
    default_config: include_str!("../config.default.toml"),
    policy: include_str!("../policy.toml"),
    migrations: MIGRATIONS,
    publishes: events::published::KINDS,
    subscribes: &[],
    openapi: api::openapi,
};

/// What handlers and workers share.
pub struct Shared {
    pub clock: Clock,
    pub database: Database,
    pub failpoints: Failpoints,
    pub config: Config,
    pub catalog: Arc<Catalog>,
    pub limits: Limits,
    /// When an odometer is doubted.
    pub odometer: OdometerRule,
    /// Older records are published as historical.
    pub live_horizon: TimeDelta,
    pub known_vehicles: KnownVehicles,
    pub recent: RecentKeys,
    /// The days that the store can take records of.
    pub days: Days,
    /// What was told of accounts that do not close.
    pub alarm: SharedAlarm,
    /// Committed batches for the store of this process.
    pub at_hand: AtHand,
    /// Rung after each commit of receipts.
    pub committed: Bell,
}

/// What handlers have: the shared state, and the way to the writer. Cheap to clone.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
    pub queue: Queue,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

/// Wires the service.
pub async fn build(config: Config, runtime: &Runtime) -> anyhow::Result<Service> {
    let kit = Kit::open(&DEFINITION, &config.base, runtime).await?;
    let catalog = Arc::new(config::signals()?);
    let limits = Limits {
        future_skew_max: TimeDelta::seconds(config.validation.future_skew_s_max),
        age_max: TimeDelta::days(config.validation.age_days_max),
        readings_max: config.validation.readings_max,
    };
    let odometer = OdometerRule {
        tolerance_m: config.validation.odometer_tolerance_m,
        replaced_after: config.validation.odometer_replaced_after,
    };
    let cached_max = config.registry.cached_vehicles_max;
    let (queue, waiting) = Queue::new(&config.receipt);
    let shared = Arc::new(Shared {
        clock: runtime.clock.clone(),
        database: kit.database(),
        failpoints: runtime.failpoints.clone(),
        limits,
        odometer,
        live_horizon: TimeDelta::hours(config.validation.live_horizon_h),
        known_vehicles: KnownVehicles::new(kit.database(), catalog.clone(), odometer, cached_max),
        recent: RecentKeys::new(config.receipt.recent_keys_max),
        days: Days::default(),
        alarm: SharedAlarm::default(),
        at_hand: AtHand::new(config.store.at_hand_bytes_max),
        committed: Bell::new(),
        catalog,
        config,
    });
    shared.clock.waits_for(&shared.committed);
    let app = App {
        shared: shared.clone(),
        queue,
    };
    let drained = kit.drained();
    let kit = keep_house::schedule(kit.routes(api::router(app)), &shared);
    watch_conservation::schedule(kit, &shared)
        .worker("receipts", commit_receipts::run(shared.clone(), waiting, drained))
        .worker(
            "telemetry store",
            store_telemetry::run(shared, runtime.shutdown.clone()),
        )
        .finish()
}

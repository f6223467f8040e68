//! Which events this service hears, and the use case that each of them starts.

pub mod consumed;
pub mod published;

use async_trait::async_trait;
use chassis::{Event, HandleError, Handler, Subscription, Tx};

use crate::App;
use crate::domain::SECOND;
use crate::error::Error;
use crate::store::Store;
use crate::use_cases::batch::Batch;
use crate::use_cases::{apply_repair, judge_records, keep_vehicle};
use consumed::{AppointmentCompleted, RepairRecorded, Telemetry, VehicleDescribed};
use published::Origin;

/// What is read, from whom.
pub const SUBSCRIPTIONS: &[Subscription] = &[
    Subscription {
        producer: "ingestion-service",
        kinds: &[
            "vehicle.registered",
            "vehicle.updated",
            "vehicle.retired",
            "vehicle.repair.recorded",
            "vehicle.telemetry.received",
        ],
    },
    Subscription {
        producer: "scheduling-service",
        kinds: &["appointment.completed"],
    },
];

/// Translates events into use cases. A whole batch shares one load and one save of each vehicle.
pub struct Consumer {
    app: App,
}

impl Consumer {
    /// Works with the application's rules and memory.
    #[must_use]
    pub fn new(app: App) -> Self {
        Self { app }
    }

    async fn one(&self, event: &Event, batch: &mut Batch<'_>, store: &mut Store<'_>) -> Result<(), HandleError> {
        let origin = Origin {
            tenant: &event.tenant,
            place: format!("{}/{}/{}", event.source, event.partition, event.sequence),
            correlation_id: &event.correlation_id,
        };
        let done = match event.kind.as_str() {
            "vehicle.telemetry.received" => {
                let records = Telemetry::parse(event)?.into_records();
                judge_records::judge_records(batch, store, &origin, event.historical, records).await
            }
            "vehicle.registered" | "vehicle.updated" | "vehicle.retired" => {
                let known = event.parse::<VehicleDescribed>()?.into_vehicle();
                keep_vehicle::keep_vehicle(batch, store, &event.tenant, &known).await
            }
            "appointment.completed" => {
                let repair = event.parse::<AppointmentCompleted>()?.into_repair();
                apply_repair::apply_repair(batch, store, &origin, event.historical, &repair).await
            }
            "vehicle.repair.recorded" => {
                let repair = event.parse::<RepairRecorded>()?.into_repair();
                apply_repair::apply_repair(batch, store, &origin, event.historical, &repair).await
            }
            _ => Ok(()),
        };
        done.map_err(fate)
    }
}

#[async_trait]
impl Handler for Consumer {
    async fn handle(&self, event: &Event, tx: &mut Tx) -> Result<(), HandleError> {
        self.handle_batch(std::slice::from_ref(event), tx).await
    }

    async fn handle_batch(&self, events: &[Event], tx: &mut Tx) -> Result<(), HandleError> {
        let live_after = self.app.clock.now().timestamp_micros() - i64::from(self.app.live_horizon_s) * SECOND;
        let mut batch = Batch::new(&self.app.models, &self.app.memory, live_after);
        let store = &mut Store::new(tx);
        for event in events {
            self.one(event, &mut batch, store).await?;
        }
        batch.save(store).await.map_err(fate)
    }

    /// A vehicle's rows are written by the owner of its partition only. An operator who replays a dead letter meanwhile is told apart by
    /// the version of the state.
    fn writes_alone(&self) -> bool {
        true
    }

    async fn committed(&self) {
        self.app.memory.committed();
    }

    async fn rolled_back(&self) {
        self.app.memory.rolled_back();
    }
}

/// Trying again can help only where the database failed, or somebody else was quicker; anything else is wrong for good.
fn fate(error: Error) -> HandleError {
    match error {
        Error::Store(error) => HandleError::Transient(error.into()),
        Error::StateOutdated => HandleError::Transient(error.into()),
        other => HandleError::Poison {
            code: "event.refused",
            detail: other.to_string(),
        },
    }
}

//! Which events this service hears, and the use case that each of them starts.

pub mod consumed;
pub mod published;

use async_trait::async_trait;
use chassis::{Event, HandleError, Handler, Subscription, Tx};

use crate::App;
use crate::domain::SECOND;
use crate::error::Error;
use crate::parallel::in_parallel;
use crate::store::Store;
use crate::use_cases::batch::Batch;
use crate::use_cases::judge_records::Heard;
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

/// For less another thread is not woken; see [`judge_records`].
const BYTES_PER_THREAD_MIN: usize = 256 << 10;

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
        let origin = origin(event);
        let done = match event.kind.as_str() {
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

    /// Events of telemetry that follow each other.
    async fn telemetry(
        &self,
        events: &[Event],
        batch: &mut Batch<'_>,
        store: &mut Store<'_>,
    ) -> Result<(), HandleError> {
        let bytes: usize = events.iter().map(|event| event.data.len()).sum();
        let threads = self.app.threads.min(bytes / BYTES_PER_THREAD_MIN);
        let heard = in_parallel(threads, events.iter().collect(), |event| {
            Ok(Heard {
                origin: origin(event),
                historical: event.historical,
                records: Telemetry::parse(event)?.into_records().collect(),
            })
        });
        let heard = heard.into_iter().collect::<Result<Vec<_>, HandleError>>()?;
        judge_records::judge_records(batch, store, &heard).await.map_err(fate)
    }
}

fn is_telemetry(event: &Event) -> bool {
    event.kind == "vehicle.telemetry.received"
}

fn origin(event: &Event) -> Origin<'_> {
    Origin {
        tenant: &event.tenant,
        place: format!("{}/{}/{}", event.source, event.partition, event.sequence),
        correlation_id: &event.correlation_id,
    }
}

#[async_trait]
impl Handler for Consumer {
    async fn handle(&self, event: &Event, tx: &mut Tx) -> Result<(), HandleError> {
        self.handle_batch(std::slice::from_ref(event), tx).await
    }

    async fn handle_batch(&self, events: &[Event], tx: &mut Tx) -> Result<(), HandleError> {
        let live_after = self.app.clock.now().timestamp_micros() - i64::from(self.app.live_horizon_s) * SECOND;
        let mut batch = Batch::new(&self.app.models, &self.app.memory, live_after, self.app.threads);
        let store = &mut Store::new(tx);
        for alike in events.chunk_by(|one, next| is_telemetry(one) && is_telemetry(next)) {
            match alike {
                [event] if !is_telemetry(event) => self.one(event, &mut batch, store).await?,
                telemetry => self.telemetry(telemetry, &mut batch, store).await?,
            }
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

//! What this service says and what it listens to.

mod consumed;
mod consumer;
pub mod published;

pub use consumed::{AlertCreated, AlertResolved, DecisionRevised, HealthComputed, VehicleChanged};
pub use consumer::Consumer;

use chassis::Subscription;

/// What it reads of others.
pub const SUBSCRIBES: &[Subscription] = &[
    Subscription {
        producer: "agent-service",
        kinds: &["agent.decision.revised"],
    },
    Subscription {
        producer: "alert-service",
        kinds: &["alert.created", "alert.resolved"],
    },
    Subscription {
        producer: "health-service",
        kinds: &["vehicle.health.computed"],
    },
    Subscription {
        producer: "ingestion-service",
        kinds: &["vehicle.registered", "vehicle.updated", "vehicle.retired"],
    },
];

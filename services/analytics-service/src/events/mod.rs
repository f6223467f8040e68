//! What analytics hears and says. It hears everything; of its own it says who may do what.

pub mod consumed;
mod consumer;
pub mod published;
pub mod summary;

pub use consumer::Consumer;

use chassis::{ACCESS_RECORDED, Subscription};

/// Every event type that another service publishes today; the audit log misses none (a contract test compares).
pub const SUBSCRIPTIONS: &[Subscription] = &[
    // Its own refusals, which are counted in memory before they are told.
    Subscription {
        producer: "analytics-service",
        kinds: &[ACCESS_RECORDED],
    },
    Subscription {
        producer: "ingestion-service",
        kinds: &[
            "vehicle.registered",
            "vehicle.updated",
            "vehicle.retired",
            "vehicle.repair.recorded",
            "vehicle.telemetry.received",
            "vehicle.telemetry.validation_failed",
            ACCESS_RECORDED,
        ],
    },
    Subscription {
        producer: "health-service",
        kinds: &[
            "vehicle.health.computed",
            "vehicle.health.changed",
            "component.degraded",
            "component.critical",
            "component.recovered",
            "model.promoted",
            ACCESS_RECORDED,
        ],
    },
    Subscription {
        producer: "agent-service",
        kinds: &[
            "agent.decision.made",
            "agent.decision.revised",
            "agent.escalation",
            ACCESS_RECORDED,
        ],
    },
    Subscription {
        producer: "alert-service",
        kinds: &[
            "alert.created",
            "alert.delivered",
            "alert.acknowledged",
            "alert.resolved",
            "alert.escalated",
            ACCESS_RECORDED,
        ],
    },
    Subscription {
        producer: "scheduling-service",
        kinds: &[
            "appointment.scheduled",
            "appointment.rescheduled",
            "appointment.cancelled",
            "appointment.started",
            "appointment.completed",
            "technician.assigned",
            ACCESS_RECORDED,
        ],
    },
    Subscription {
        producer: "warranty-service",
        kinds: &["warranty.coverage.checked", "warranty.claim.submitted", ACCESS_RECORDED],
    },
];

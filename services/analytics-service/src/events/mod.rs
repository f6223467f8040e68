//! What analytics hears and says. It hears everything; of its own it says who may do what.

pub mod consumed;
mod consumer;
pub mod published;
pub mod summary;

pub use consumer::Consumer;

use chassis::Subscription;

/// Every event type of every other service; the audit log misses none.
pub const SUBSCRIPTIONS: &[Subscription] = &[
    Subscription {
        producer: "ingestion-service",
        kinds: &[
            "vehicle.registered",
            "vehicle.updated",
            "vehicle.transferred",
            "vehicle.retired",
            "vehicle.repair.recorded",
            "vehicle.repair.verified",
            "vehicle.telemetry.received",
            "vehicle.telemetry.validation_failed",
        ],
    },
    Subscription {
        producer: "health-service",
        kinds: &[
            "vehicle.health.computed",
            "vehicle.health.changed",
            "component.degraded",
            "component.critical",
            "vehicle.repair.verified",
            "model.promoted",
        ],
    },
    Subscription {
        producer: "agent-service",
        kinds: &[
            "agent.decision.made",
            "agent.decision.revised",
            "agent.escalation",
            "agent.recommendation",
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
        ],
    },
    Subscription {
        producer: "scheduling-service",
        kinds: &[
            "appointment.scheduled",
            "appointment.rescheduled",
            "appointment.cancelled",
            "appointment.started",
            "appointment.reminder",
            "appointment.completed",
            "technician.assigned",
            "part.stock.changed",
        ],
    },
    Subscription {
        producer: "warranty-service",
        kinds: &[
            "warranty.coverage.checked",
            "warranty.claim.submitted",
            "warranty.claim.validated",
            "warranty.claim.rejected",
            "warranty.fraud.detected",
        ],
    },
];

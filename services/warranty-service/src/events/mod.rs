//! Which events this service hears, and the use case that each of them starts.

pub mod consumed;
pub mod published;

use async_trait::async_trait;
use chassis::{Event, HandleError, Handler, Subscription, Tx};

use crate::App;
use crate::error::Error;
use crate::store::Store;
use crate::use_cases::{check_decision, keep_vehicle, record_visit};
use consumed::{AppointmentCompleted, DecisionMade, VehicleDescribed};

/// What is read, from whom.
pub const SUBSCRIPTIONS: &[Subscription] = &[
    Subscription {
        producer: "agent-service",
        kinds: &["agent.decision.made"],
    },
    Subscription {
        producer: "ingestion-service",
        kinds: &["vehicle.registered", "vehicle.updated", "vehicle.retired"],
    },
    Subscription {
        producer: "scheduling-service",
        kinds: &["appointment.completed"],
    },
];

/// Translates events into use cases.
pub struct Consumer {
    app: App,
}

impl Consumer {
    /// Works with the application's settings.
    pub fn new(app: App) -> Consumer {
        Consumer { app }
    }
}

#[async_trait]
impl Handler for Consumer {
    async fn handle(&self, event: &Event, tx: &mut Tx) -> Result<(), HandleError> {
        let (store, rules, tenant) = (&mut Store::new(tx), &self.app.rules, &event.tenant);
        let now = self.app.clock.now();
        let done = match event.kind.as_str() {
            "agent.decision.made" => {
                let decision = event.parse::<DecisionMade>()?.into_decision(event);
                check_decision::check_decision(store, tenant, rules, decision, now).await
            }
            "vehicle.registered" | "vehicle.updated" | "vehicle.retired" => {
                let known = event.parse::<VehicleDescribed>()?.into_vehicle(event);
                keep_vehicle::keep_vehicle(store, tenant, rules, &known, now).await
            }
            "appointment.completed" => {
                let visit = event.parse::<AppointmentCompleted>()?.into_visit(event)?;
                record_visit::record_visit(store, tenant, rules, &visit, now).await
            }
            _ => Ok(()),
        };
        done.map_err(fate)
    }
}

/// Trying again can help only where the database failed; anything else is wrong for good.
fn fate(error: Error) -> HandleError {
    match error {
        Error::Store(error) => HandleError::Transient(error.into()),
        other => HandleError::Poison {
            code: "event.refused",
            detail: other.to_string(),
        },
    }
}

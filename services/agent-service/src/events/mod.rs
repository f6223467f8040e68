//! Events in and out: what is read of others, what is told to others, and which use case an event leads to.

pub mod consumed;
pub mod explained;
pub mod published;

use async_trait::async_trait;
use chassis::{Cause, Event, HandleError, Handler, Tx};

use crate::domain::severity::Severity;
use crate::error::Error;
use crate::store::Store;
use crate::use_cases::{self, App};

/// Hands each event to its use case, inside the transaction that moves the position.
pub struct Consumer {
    app: App,
}

impl Consumer {
    /// A consumer over the service's state.
    pub fn new(app: App) -> Self {
        Self { app }
    }
}

#[async_trait]
impl Handler for Consumer {
    async fn handle(&self, event: &Event, tx: &mut Tx) -> Result<(), HandleError> {
        let mut store = Store::new(tx);
        match event.kind.as_str() {
            "component.degraded" => self.decide(event, Severity::Warning, &mut store).await,
            "component.critical" => self.decide(event, Severity::Critical, &mut store).await,
            "component.recovered" => {
                let recovered = event
                    .parse::<consumed::ComponentRecovered>()?
                    .into_domain()
                    .map_err(fate)?;
                let cause = Cause::of(event);
                use_cases::withdraw_recovered(&mut store, &event.tenant, &recovered, event.time, &cause)
                    .await
                    .map_err(fate)
            }
            "vehicle.health.changed" => {
                let health = event.parse::<consumed::HealthChanged>()?.into_domain(event.time);
                use_cases::note_health(&mut store, &event.tenant, &health)
                    .await
                    .map_err(fate)
            }
            "vehicle.registered" | "vehicle.updated" => {
                let vehicle = event.parse::<consumed::VehicleChanged>()?.into_domain(event.time);
                use_cases::note_vehicle(&mut store, &event.tenant, &vehicle)
                    .await
                    .map_err(fate)
            }
            "warranty.coverage.checked" => {
                let (decision_id, warranty) = event.parse::<consumed::CoverageChecked>()?.into_domain();
                let cause = Cause::of(event);
                use_cases::attach_warranty(&mut store, &event.tenant, &decision_id, warranty, event.time, &cause)
                    .await
                    .map_err(fate)
            }
            "appointment.completed" => {
                let visit = event.parse::<consumed::AppointmentCompleted>()?.into_domain(event.time);
                use_cases::score_visit(&mut store, &event.tenant, &visit, &Cause::of(event))
                    .await
                    .map_err(fate)
            }
            _ => Ok(()),
        }
    }

    async fn committed(&self) {
        self.app.run_waits.ring();
    }
}

impl Consumer {
    async fn decide(&self, event: &Event, asked: Severity, store: &mut Store<'_>) -> Result<(), HandleError> {
        let trigger = event
            .parse::<consumed::ComponentFinding>()?
            .into_trigger(event, asked)
            .map_err(fate)?;
        use_cases::decide(&self.app, store, &event.tenant, &trigger, &Cause::of(event))
            .await
            .map_err(fate)?;
        Ok(())
    }
}

/// What becomes of an event whose use case failed: a failing store may recover, everything else never will.
fn fate(error: Error) -> HandleError {
    let code = match &error {
        Error::Store(_) => return HandleError::Transient(error.into()),
        Error::DecisionUnknown { .. } => "decision.unknown",
        Error::ComponentUnknown { .. } => "component.unknown",
        _ => "event.refused",
    };
    HandleError::Poison {
        code,
        detail: format!("{error}: {error:?}"),
    }
}

//! What this service hears and says: consumed events become calls of use cases, published ones are encoded here.

pub mod consumed;
pub mod published;

use async_trait::async_trait;
use chassis::{Event, HandleError, Handler, Subscription, Tx};

use crate::App;
use crate::store::Store;
use crate::use_cases::{self, Origin};

/// What this service publishes.
pub const PUBLISHES: &[&str] = &[
    "alert.created",
    "alert.delivered",
    "alert.acknowledged",
    "alert.resolved",
    "alert.escalated",
    chassis::ACCESS_RECORDED,
];

/// What this service listens to.
pub const SUBSCRIBES: &[Subscription] = &[
    Subscription {
        producer: "agent-service",
        kinds: &["agent.decision.made", "agent.decision.revised"],
    },
    Subscription {
        producer: "ingestion-service",
        kinds: &["vehicle.registered", "vehicle.updated"],
    },
    Subscription {
        producer: "analytics-service",
        kinds: &["identity.user.changed", "analytics.report.generated"],
    },
    Subscription {
        producer: "scheduling-service",
        kinds: &[
            "appointment.scheduled",
            "appointment.rescheduled",
            "appointment.cancelled",
            "appointment.completed",
        ],
    },
];

/// Turns events into calls of use cases.
pub struct Consumer {
    app: App,
}

impl Consumer {
    /// A consumer that works with the application's rules and clock.
    pub fn new(app: App) -> Self {
        Self { app }
    }
}

#[async_trait]
impl Handler for Consumer {
    async fn handle(&self, event: &Event, tx: &mut Tx) -> Result<(), HandleError> {
        let (tenant, mut store) = (&event.tenant, Store::new(tx));
        let (store, rules, moment) = (&mut store, &self.app.rules, self.app.moment());
        match event.kind.as_str() {
            "agent.decision.made" => {
                let decision = event
                    .parse::<consumed::DecisionMade>()?
                    .into_decision(Origin::of(event));
                use_cases::record_decision(store, tenant, decision, rules, moment).await?;
            }
            "agent.decision.revised" => {
                let revised = event.parse::<consumed::DecisionRevised>()?;
                let recovered = revised.recovered();
                let (decision_id, revision) = revised.into_revision(event.time);
                use_cases::amend_alert(store, tenant, &decision_id, &revision).await?;
                if let Some(recovered) = recovered {
                    use_cases::resolve_recovered_alerts(store, tenant, &recovered, moment).await?;
                }
            }
            "vehicle.registered" | "vehicle.updated" => {
                let vehicle = event.parse::<consumed::VehicleChanged>()?.into_vehicle();
                use_cases::learn_vehicle(store, tenant, &vehicle, event.sequence, rules, moment).await?;
            }
            "identity.user.changed" => {
                let (person, role) = event.parse::<consumed::UserChanged>()?.into_person();
                use_cases::learn_person(store, tenant, &person, &role, event.sequence, rules, moment).await?;
            }
            "analytics.report.generated" => {
                let made = event.parse::<consumed::ReportGenerated>()?.into_made();
                use_cases::mail_report(store, tenant, &made, &Origin::of(event), rules, moment).await?;
            }
            "appointment.scheduled" | "appointment.rescheduled" => {
                let visit = event.parse::<consumed::AppointmentScheduled>()?.into_visit();
                use_cases::note_appointment(store, tenant, &visit).await?;
            }
            "appointment.cancelled" => {
                let cancelled = event.parse::<consumed::AppointmentCancelled>()?;
                use_cases::drop_appointment(store, tenant, &cancelled.appointment_id).await?;
            }
            "appointment.completed" => {
                let visit = event.parse::<consumed::AppointmentCompleted>()?.into_visit();
                use_cases::resolve_visited_alerts(store, tenant, &visit, moment).await?;
            }
            // Kinds that were subscribed to by a newer version of this service and read by an older one.
            _ => {}
        }
        Ok(())
    }

    async fn committed(&self) {
        self.app.mail_waiting.ring();
    }
}

impl Origin {
    fn of(event: &Event) -> Self {
        Self {
            event_time: chassis::clock::micros(event.time),
            historical: event.historical,
            correlation_id: event.correlation_id.clone(),
        }
    }
}

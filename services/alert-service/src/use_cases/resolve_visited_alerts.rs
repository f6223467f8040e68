//! A completed visit ends the alerts about the components that were found faulty and repaired.

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use super::Moment;
use super::resolve_alert::end;
use crate::domain::alert::{Alert, Finding, Resolution, ResolvedReason};
use crate::error::Error;
use crate::store::Store;

/// What a technician reported.
#[derive(Clone, Debug)]
pub struct CompletedVisit {
    pub appointment_id: String,
    pub vehicle_id: String,
    pub alert_id: Option<String>,
    pub completed_at: DateTime<Utc>,
    /// (component, finding).
    pub findings: Vec<(String, Finding)>,
}

impl CompletedVisit {
    /// The visit ends its own alert and every alert about a repaired component whose cause is older than the repair.
    fn ends(&self, alert: &Alert) -> bool {
        let repaired = self
            .findings
            .iter()
            .any(|(component, finding)| *component == alert.component && finding.repairs());
        let own = self.alert_id.as_ref() == Some(&alert.id);
        repaired && (own || alert.event_time <= self.completed_at)
    }
}

/// Resolves what the visit repaired; what was not found stays open.
pub async fn resolve_repaired_alerts(
    store: &mut Store<'_>,
    tenant: &TenantId,
    visit: &CompletedVisit,
    moment: Moment,
) -> Result<(), Error> {
    for alert in store.unresolved_alerts(tenant, Some(&visit.vehicle_id), None).await? {
        if visit.ends(&alert) {
            let resolution = Resolution {
                reason: ResolvedReason::Repaired,
                note: None,
                by: None,
                appointment_id: Some(visit.appointment_id.clone()),
                at: moment.now,
            };
            end(store, tenant, alert, resolution).await?;
        }
    }
    Ok(())
}

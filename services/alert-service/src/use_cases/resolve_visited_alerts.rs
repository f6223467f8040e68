//! A completed visit ends the alerts about the components that were repaired, or in which no fault was found.

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
    /// Why an alert is over: the visit's own, and every one about the component whose cause is older than the visit. Of several findings
    /// in a component a repair speaks first, and one fault that is still there keeps the alert open.
    fn ends(&self, alert: &Alert) -> Option<ResolvedReason> {
        let own = self.alert_id.as_ref() == Some(&alert.id);
        if !own && alert.event_time > self.completed_at {
            return None;
        }
        let of_component = || {
            self.findings
                .iter()
                .filter(|(component, _)| *component == alert.component)
        };
        let is_there = |wanted: Finding| of_component().any(|(_, finding)| *finding == wanted);
        let speaks = [Finding::Repaired, Finding::Open, Finding::NotFound]
            .into_iter()
            .find(|finding| is_there(*finding))?;
        speaks.ends()
    }
}

/// Resolves what the visit repaired or did not find; a fault that was found and left stays open.
pub async fn resolve_visited_alerts(
    store: &mut Store<'_>,
    tenant: &TenantId,
    visit: &CompletedVisit,
    moment: Moment,
) -> Result<(), Error> {
    for alert in store.unresolved_alerts(tenant, Some(&visit.vehicle_id), None).await? {
        if let Some(reason) = visit.ends(&alert) {
            let resolution = Resolution {
                reason,
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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::alert::tests::alert;
    use crate::domain::severity::Severity;

    #[test]
    fn of_several_findings_a_repair_speaks_first_and_a_fault_left_keeps_the_alert_open() {
        let alert = alert(Severity::Critical);
        let reason = |findings: &[Finding], hours: i64| {
            let visit = CompletedVisit {
                appointment_id: "apt_1".into(),
                vehicle_id: alert.vehicle_id.clone(),
                alert_id: None,
                completed_at: alert.event_time + TimeDelta::hours(hours),
                findings: findings
                    .iter()
                    .map(|finding| (alert.component.clone(), *finding))
                    .collect(),
            };
            visit.ends(&alert)
        };
        let (repaired, not_found) = (Some(ResolvedReason::Repaired), Some(ResolvedReason::NotFound));
        assert_eq!(reason(&[Finding::NotFound, Finding::Repaired], 1), repaired);
        assert_eq!(reason(&[Finding::Open, Finding::Repaired], 1), repaired);
        assert_eq!(reason(&[Finding::NotFound, Finding::Open], 1), None);
        assert_eq!(reason(&[Finding::NotFound], 1), not_found);
        assert_eq!(
            reason(&[Finding::NotFound], -1),
            None,
            "its cause is younger than the visit"
        );
        assert_eq!(reason(&[], 1), None);
    }
}

//! A visit is over: what was confirmed and repaired starts anew, and every finding is kept as a label.

use chassis::ids::derived_id;

use super::batch::{Batch, tell};
use crate::domain::component::ComponentKind;
use crate::error::Error;
use crate::events::consumed::AppointmentCompleted;
use crate::events::published::Origin;
use crate::store::{Label, Store};

/// Applies a completed visit. A component named twice is reset once.
pub async fn apply_repair(
    batch: &mut Batch<'_>,
    store: &mut Store<'_>,
    origin: &Origin<'_>,
    historical: bool,
    visit: &AppointmentCompleted,
) -> Result<(), Error> {
    let rules = batch.rules;
    let mut reset: Vec<ComponentKind> = Vec::new();
    for (number, finding) in visit.findings.iter().enumerate() {
        let vehicle = batch.vehicle(store, origin.tenant, &visit.vehicle_id).await?;
        let kind = ComponentKind::parse(&finding.component);
        let score_before = kind.and_then(|kind| vehicle.report(kind, rules).score);
        let told = match finding.repaired() {
            Some(kind) if !reset.contains(&kind) => {
                reset.push(kind);
                Some(vehicle.repair(kind, visit.completed_at.timestamp_micros(), historical, rules))
            }
            _ => None,
        };
        let label = Label {
            label_id: derived_id("lbl", &[&visit.appointment_id, &number.to_string(), &finding.component]),
            vehicle_id: visit.vehicle_id.clone(),
            component: finding.component.clone(),
            appointment_id: visit.appointment_id.clone(),
            failure_mode: finding.failure_mode.clone(),
            verdict: finding.verdict.clone(),
            action: finding.action.clone(),
            completed_at: chassis::clock::micros(visit.completed_at),
            odometer_km: visit.odometer_km,
            score_before,
        };
        store.keep_label(origin.tenant, &label).await?;
        if let Some(told) = told {
            tell(store, origin, &visit.vehicle_id, &told).await?;
        }
    }
    Ok(())
}

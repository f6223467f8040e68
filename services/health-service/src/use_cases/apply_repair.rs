//! A repair: what was confirmed and mended starts anew, every finding is kept as a label, and predictions get their outcome.

use chassis::ids::derived_id;
use chrono::{DateTime, Utc};

use super::batch::Batch;
use super::score_predictions::{End, Ending, score_predictions};
use crate::domain::component::ComponentKind;
use crate::error::Error;
use crate::events::published::Origin;
use crate::store::{Label, Store};

/// What was found of one component and done about it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// As it was told; a name that we do not know is kept as a label only.
    pub component: String,
    pub failure_mode: Option<String>,
    pub verdict: String,
    pub action: String,
    /// How the life of the part ended, if it did.
    pub end: Option<End>,
}

/// A visit to a workshop, ours or another.
#[derive(Debug, Clone)]
pub struct Repair {
    /// The appointment's id, or that of the recorded repair.
    pub repair_id: String,
    /// [`Repair::APPOINTMENT`] or [`Repair::RECORDED`].
    pub source: &'static str,
    pub vehicle_id: String,
    pub at: DateTime<Utc>,
    pub odometer_km: Option<f64>,
    pub findings: Vec<Finding>,
}

impl Repair {
    /// By a visit that scheduling booked.
    pub const APPOINTMENT: &str = "APPOINTMENT";
    /// Made elsewhere, and written down.
    pub const RECORDED: &str = "RECORDED";
}

/// Applies a repair. A component named twice is reset once.
pub async fn apply_repair(
    batch: &mut Batch<'_>,
    store: &mut Store<'_>,
    origin: &Origin<'_>,
    historical: bool,
    repair: &Repair,
) -> Result<(), Error> {
    let rules = batch.rules_of(origin.tenant);
    let rules = &*rules;
    let models = batch.models();
    // What was predicted a moment ago is scored too.
    batch.write_told(store).await?;
    let mut reset: Vec<ComponentKind> = Vec::new();
    for (number, finding) in repair.findings.iter().enumerate() {
        let vehicle = batch.vehicle(store, origin.tenant, &repair.vehicle_id).await?;
        let kind = ComponentKind::parse(&finding.component);
        let report = kind.map(|kind| vehicle.report(kind, rules));
        let score = report.as_ref().and_then(|report| report.score);
        let label = label(repair, number, finding, score);
        // The same repair told twice changes nothing the second time.
        let new = store.keep_label(origin.tenant, &label).await?;
        let (Some(kind), Some(end), true) = (kind, finding.end, new) else {
            continue;
        };
        if reset.contains(&kind) {
            continue;
        }
        reset.push(kind);
        if vehicle.is_told_late(kind, repair.at.timestamp_micros()) {
            // It was about a part before the present one, whose evidence and predictions stay.
            continue;
        }
        let ending = Ending {
            end: end.seen_in(report.and_then(|report| report.band)),
            at: label.completed_at,
            odometer_km: repair.odometer_km,
        };
        score_predictions(store, origin.tenant, &repair.vehicle_id, kind, vehicle, models, ending).await?;
        let at = repair.at.timestamp_micros();
        let told = vehicle.repair(kind, at, historical, rules);
        // A visit of ours ends by itself what its alarm began; of a repair made elsewhere nobody else tells those who wait for one.
        let ended = vehicle.end_alarm(kind, at, historical, rules);
        let ended = ended.filter(|_| repair.source == Repair::RECORDED);
        batch.tell(origin, &repair.vehicle_id, &told)?;
        ended.map_or(Ok(()), |ended| batch.tell(origin, &repair.vehicle_id, &ended))?;
    }
    Ok(())
}

fn label(repair: &Repair, number: usize, finding: &Finding, score_before: Option<f64>) -> Label {
    Label {
        label_id: derived_id("lbl", &[&repair.repair_id, &number.to_string(), &finding.component]),
        vehicle_id: repair.vehicle_id.clone(),
        component: finding.component.clone(),
        appointment_id: repair.repair_id.clone(),
        failure_mode: finding.failure_mode.clone(),
        verdict: finding.verdict.clone(),
        action: finding.action.clone(),
        completed_at: chassis::clock::micros(repair.at),
        odometer_km: repair.odometer_km,
        score_before,
        source: repair.source.to_owned(),
    }
}

//! Judges records in their order and tells what was found.

use std::borrow::Cow;

use super::batch::Batch;
use crate::domain::vehicle::Record;
use crate::error::Error;
use crate::events::published::Origin;
use crate::store::Store;

/// Takes the records of one event. `historical` says that the event itself is about the past.
pub async fn judge_records<'r>(
    batch: &mut Batch<'_>,
    store: &mut Store<'_>,
    origin: &Origin<'_>,
    historical: bool,
    records: impl Iterator<Item = (Cow<'r, str>, Record<'r>)>,
) -> Result<(), Error> {
    let rules = batch.rules_of(origin.tenant);
    let (rules, live_after) = (&*rules, batch.live_after);
    let mut findings = Vec::new();
    let (mut judged, mut late) = (0, 0);
    for (vehicle_id, record) in records {
        let vehicle = batch.vehicle(store, origin.tenant, &vehicle_id).await?;
        let late_before = vehicle.late;
        vehicle.observe(&record, historical || record.at < live_after, rules, &mut findings);
        late += vehicle.late - late_before;
        judged += 1;
        for finding in findings.drain(..) {
            batch.tell(origin, &vehicle_id, &finding)?;
        }
    }
    metrics::counter!("health_records_total", "outcome" => "judged").increment(judged - late);
    metrics::counter!("health_records_total", "outcome" => "late").increment(late);
    Ok(())
}

//! Turns what could not be used of a request into events: one for each vehicle, and one for all vehicles beyond the limit.

use std::collections::{BTreeMap, HashSet};

use chassis::DbError;
use chassis::outbox::EncodedEvent;
use chrono::{DateTime, Utc};

use super::commit_receipts::Waiting;
use crate::events::published::{self, Failure};

type ByVehicle<'w> = BTreeMap<Option<&'w str>, Vec<Failure>>;

/// The events of a request, packed. A body may name as many vehicles as it has records, and each event is a row that the one writer
/// inserts: at most so many vehicles are named.
pub fn failures_of(waiting: &Waiting, vehicles_max: usize, now: DateTime<Utc>) -> Result<Vec<EncodedEvent>, DbError> {
    let (tenant, receipt_id) = (&waiting.caller.tenant, &waiting.judged.receipt_id);
    let named = named(waiting, vehicles_max);
    let encode = |(vehicle_id, failures): (&Option<&str>, &Vec<Failure>)| {
        let mut event = published::validation_failed(tenant, receipt_id, *vehicle_id, failures, now, &waiting.cause);
        let json = serde_json::to_vec(&event.data.take()).map_err(|error| DbError::Encode(error.into()))?;
        let partition = chassis::partition::of(tenant.as_str(), &event.key);
        EncodedEvent::new(partition, event, json)
    };
    named.iter().map(encode).collect()
}

/// The failures by vehicle; those of vehicles beyond the limit stand together where no vehicle is named.
fn named(waiting: &Waiting, vehicles_max: usize) -> ByVehicle<'_> {
    let mut named = gathered(waiting);
    if named.len() <= vehicles_max {
        return named;
    }
    // Vehicles whose records were taken come first: made-up ids must not push them out.
    let known: HashSet<&str> = (waiting.judged.vehicles.iter())
        .map(|vehicle| vehicle.vehicle_id.as_str())
        .collect();
    let mut vehicle_ids: Vec<&str> = named.keys().copied().flatten().collect();
    vehicle_ids.sort_by_key(|vehicle_id| !known.contains(vehicle_id));
    let mut together = named.remove(&None).unwrap_or_default();
    for vehicle_id in vehicle_ids.into_iter().skip(vehicles_max) {
        for failure in named.remove(&Some(vehicle_id)).into_iter().flatten() {
            count_together(&mut together, failure);
        }
    }
    if !together.is_empty() {
        named.insert(None, together);
    }
    named
}

fn gathered(waiting: &Waiting) -> ByVehicle<'_> {
    let mut gathered = ByVehicle::new();
    let decided = waiting.tally.failures.iter();
    let decided = decided.map(|(vehicle_id, failures)| (Some(vehicle_id.as_str()), failures));
    let judged = waiting.judged.failures.iter();
    let judged = judged.map(|(vehicle_id, failures)| (vehicle_id.as_deref(), failures));
    for (vehicle_id, failures) in judged.chain(decided) {
        gathered.entry(vehicle_id).or_default().extend_from_slice(failures);
    }
    gathered
}

/// By code alone, under the first one's parameters: there are few codes, and any number of made-up signals.
fn count_together(together: &mut Vec<Failure>, failure: Failure) {
    match together.iter_mut().find(|counted| counted.code == failure.code) {
        Some(counted) => counted.count += failure.count,
        None => together.push(Failure {
            signal: None,
            ..failure
        }),
    }
}

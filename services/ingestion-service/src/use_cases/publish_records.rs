//! Turns the accepted records of a group into events, each with the places of its records: one for each tenant, partition and horizon.

use std::collections::{BTreeMap, HashMap};

use chassis::outbox::EncodedEvent;
use chassis::{Cause, DbError, TenantId};
use chrono::{DateTime, Utc};

use super::commit_receipts::Waiting;
use crate::events::published::{self, TelemetryData};
use crate::store::places::{Place, Places};
use crate::store::receipts::NewBatch;

/// The records of one event: same tenant, same partition, all live or all historical.
struct Gathered<'g> {
    receipt_ids: Vec<&'g str>,
    /// Request and place among its accepted records.
    records: Vec<(&'g Waiting, usize)>,
    newest: (DateTime<Utc>, &'g str),
    correlation_id: &'g str,
}

/// When the group was received, and the hour that its records are accounted for in.
#[derive(Debug, Clone, Copy)]
pub struct Received {
    pub at: DateTime<Utc>,
    pub hour: DateTime<Utc>,
}

/// The events of a group, packed, and the batch that each of them lets wait for the store.
pub fn events_of(group: &[Waiting], received: Received) -> Result<(Vec<EncodedEvent>, Vec<NewBatch>), DbError> {
    let mut gathered: BTreeMap<(&TenantId, u8, bool), Gathered<'_>> = BTreeMap::new();
    for waiting in group.iter().filter(|waiting| waiting.tally.refused.is_none()) {
        let judged = &waiting.judged;
        for (number, record) in judged.accepted.iter().enumerate() {
            if waiting.tally.dropped[number] {
                continue;
            }
            let vehicle = &judged.vehicles[record.vehicle];
            let event = gathered
                .entry((&waiting.caller.tenant, vehicle.partition, record.historical))
                .or_insert_with(|| Gathered {
                    receipt_ids: Vec::new(),
                    records: Vec::new(),
                    newest: (record.time, &vehicle.vehicle_id),
                    correlation_id: &waiting.cause.correlation_id,
                });
            if event.receipt_ids.last() != Some(&judged.receipt_id.as_str()) {
                event.receipt_ids.push(&judged.receipt_id);
            }
            event.records.push((waiting, number));
            if record.time > event.newest.0 {
                event.newest = (record.time, &vehicle.vehicle_id);
            }
        }
    }
    let mut events = Vec::with_capacity(gathered.len());
    let mut batches = Vec::with_capacity(gathered.len());
    for (ordinal, ((tenant, partition, historical), gathered)) in (received.at.timestamp_micros()..).zip(gathered) {
        let cause = Cause {
            correlation_id: gathered.correlation_id.to_owned(),
            historical,
        };
        let (time, key) = gathered.newest;
        let (data, places) = written(&gathered);
        let event = published::telemetry_received(tenant, key, time, cause);
        let event = EncodedEvent::new(partition, event, data)?;
        batches.push(NewBatch {
            tenant: tenant.clone(),
            event_id: event.id().to_owned(),
            partition,
            account_hour: received.hour,
            ordinal,
            records: gathered.records.len(),
            places,
        });
        events.push(event);
    }
    Ok((events, batches))
}

/// The data of an event, and where its records stand in it.
fn written(gathered: &Gathered<'_>) -> (Vec<u8>, Vec<u8>) {
    let mut places = Places::default();
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let size = |(waiting, number): &(&Waiting, usize)| waiting.judged.accepted[*number].json.len() + 1;
    let mut data = TelemetryData::begin(&gathered.receipt_ids, gathered.records.iter().map(size).sum());
    for (waiting, number) in &gathered.records {
        let (judged, record) = (&waiting.judged, &waiting.judged.accepted[*number]);
        let vehicle_id = judged.vehicles[record.vehicle].vehicle_id.as_str();
        let vehicle = *numbers.entry(vehicle_id).or_insert_with(|| {
            places.vehicle_ids.push(vehicle_id.to_owned());
            places.vehicle_ids.len() - 1
        });
        let json = &judged.encoded[record.json.clone()];
        places.records.push(Place {
            vehicle,
            time_us: record.time.timestamp_micros(),
            sequence: record.sequence.unwrap_or(-1),
            start: data.push(json),
            length: json.len(),
            covered: record.covered_by.is_some_and(|later| !waiting.tally.dropped[later]),
        });
    }
    (data.end(), places.encode())
}

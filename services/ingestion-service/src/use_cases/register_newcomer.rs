//! Registers vehicles that a record with a VIN makes known, within the commit of its group.

use std::collections::BTreeMap;

use chassis::DbError;
use chrono::{DateTime, Utc};

use super::commit_receipts::Waiting;
use super::ingest_records::Remark;
use super::judge_records::{Judged, Newcomer};
use crate::Shared;
use crate::domain::fault::RecordFault;
use crate::domain::vehicle::Vehicle;
use crate::domain::verdict::Outcome;
use crate::events::published::{self, Failure, VehicleChange};
use crate::store::Store;
use crate::store::quarantine::{NewItem, Scope};
use crate::store::vehicles::Registration;

/// Registers the vehicle that the request's VIN makes known; where the VIN is taken, its records go to quarantine.
pub async fn register_newcomer(
    app: &Shared,
    store: &mut Store<'_>,
    waiting: &mut Waiting,
    index: usize,
) -> Result<(), DbError> {
    let tenant = &waiting.caller.tenant;
    let mentioned = &waiting.judged.vehicles[index];
    let Some(Newcomer { vin, .. }) = &mentioned.newcomer else {
        return Ok(());
    };
    let vehicle = Vehicle::from_telemetry(&mentioned.vehicle_id, vin.clone());
    let fault = match store.register(tenant, &vehicle, app.clock.machine_now()).await? {
        Registration::Done => {
            let time = first_time(&waiting.judged, index).unwrap_or_else(|| app.clock.now());
            let event = published::vehicle_changed(tenant, VehicleChange::Registered, &vehicle, time, &waiting.cause);
            store.publish(&event).await?;
            None
        }
        // Another request has registered it in the meantime, perhaps under another VIN.
        Registration::Present => {
            let present = store.vehicle(tenant, &vehicle.vehicle_id).await?;
            let registered = present.and_then(|(present, _)| present.vin);
            registered
                .filter(|registered| Some(registered) != vehicle.vin.as_ref())
                .map(|registered| RecordFault::VinMismatch {
                    registered: registered.as_str().to_owned(),
                })
        }
        Registration::VinTaken => Some(RecordFault::VinTaken),
    };
    if let Some(fault) = fault {
        quarantine_newcomer(app, waiting, index, &fault);
    }
    Ok(())
}

fn first_time(judged: &Judged, vehicle: usize) -> Option<DateTime<Utc>> {
    let of_vehicle = judged.accepted.iter().filter(|record| record.vehicle == vehicle);
    of_vehicle.map(|record| record.time).min()
}

fn quarantine_newcomer(app: &Shared, waiting: &mut Waiting, vehicle: usize, fault: &RecordFault) {
    let (judged, tally) = (&waiting.judged, &mut waiting.tally);
    let mentioned = &judged.vehicles[vehicle];
    let raw = mentioned.newcomer.iter().flat_map(|newcomer| &newcomer.raw);
    let texts: BTreeMap<usize, &str> = raw.map(|(index, text)| (*index, text.as_str())).collect();
    let params = published::params(&fault.params());
    let reason = serde_json::json!({"code": fault.code(), "params": params, "text": fault.text()}).to_string();
    let mut count = 0;
    for (number, record) in judged
        .accepted
        .iter()
        .enumerate()
        .filter(|(_, record)| record.vehicle == vehicle)
    {
        count += 1;
        tally.dropped[number] = true;
        tally.counts.decide(Outcome::Quarantined);
        if judged.errors.len() + tally.errors.len() < app.config.receipt.errors_named_max {
            tally.errors.push(Remark {
                index: record.index,
                code: fault.code(),
                text: fault.text(),
                path: fault.path().to_owned(),
            });
        }
        tally.quarantined.push(NewItem {
            quarantine_id: chassis::ids::new_id("qua"),
            vehicle_id: Some(mentioned.vehicle_id.clone()),
            scope: Scope::Record,
            record_time: Some(chassis::rfc3339(record.time)),
            signal: None,
            code: fault.code(),
            reason: reason.clone(),
            body: texts.get(&record.index).copied().unwrap_or_default().to_owned(),
            fault: Some(fault.clone()),
        });
    }
    let failure = Failure {
        code: fault.code(),
        signal: None,
        params: fault.params(),
        text: fault.text(),
        count,
    };
    tally
        .failures
        .entry(mentioned.vehicle_id.clone())
        .or_default()
        .push(failure);
}

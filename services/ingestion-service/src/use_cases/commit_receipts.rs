//! The one writer: merges waiting requests into one transaction, and answers them when it is durable.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chassis::{Cause, DbError, TenantId};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use tokio::sync::{mpsc, oneshot};

use super::ingest_records::{Caller, Remark, Request, Verdict};
use super::judge_records::{Judged, Newcomer};
use crate::Shared;
use crate::domain::fault::RecordFault;
use crate::domain::vehicle::Vehicle;
use crate::domain::verdict::{Account, Outcome};
use crate::error::Error;
use crate::events::published::{self, Failure, VehicleChange};
use crate::store::Store;
use crate::store::quarantine::{NewItem, Scope};
use crate::store::receipts::{NewBatch, NewReceipt};
use crate::store::vehicles::Registration;

/// Runs until every sender of the queue is gone, so that requests still open at shutdown get their answer.
pub async fn run(shared: Arc<Shared>, mut queue: mpsc::Receiver<Request>) -> anyhow::Result<()> {
    let (requests_max, records_max) = (
        shared.config.receipt.group_requests_max.max(1),
        shared.config.receipt.group_records_max,
    );
    while let Some(first) = queue.recv().await {
        let mut records = first.judged.accepted.len();
        let mut group = vec![first];
        while group.len() < requests_max && records < records_max {
            let Ok(request) = queue.try_recv() else { break };
            records += request.judged.accepted.len();
            group.push(request);
        }
        commit(&shared, group).await;
    }
    Ok(())
}

/// A request of the group, and who waits for it.
struct Waiting {
    caller: Caller,
    cause: Cause,
    format: &'static str,
    body_bytes: usize,
    judged: Judged,
    settles: Option<String>,
    /// Accepted records that turned out to be repetitions or of a vehicle that could not be registered: not to be published.
    dropped: HashSet<usize>,
}

type Reply = oneshot::Sender<Result<Verdict, Error>>;

async fn commit(app: &Shared, group: Vec<Request>) {
    let mut replies: Vec<Reply> = Vec::with_capacity(group.len());
    let mut rooms = Vec::with_capacity(group.len());
    let mut waiting: Vec<Waiting> = Vec::with_capacity(group.len());
    for request in group {
        replies.push(request.reply);
        rooms.push(request._room);
        waiting.push(Waiting {
            caller: request.caller,
            cause: request.cause,
            format: request.format,
            body_bytes: request.body_bytes,
            judged: request.judged,
            settles: request.settles,
            dropped: HashSet::new(),
        });
    }
    #[cfg(feature = "sabotage-ack-before-commit")]
    for (reply, waiting) in replies.drain(..).zip(&mut waiting) {
        // The fault that the kill test must find: the promise is given before it is kept.
        let _ = reply.send(Ok(premature(waiting)));
    }
    #[cfg(feature = "sabotage-ack-before-commit")]
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let written = write(app, &mut waiting).await;
    drop(rooms);
    match written {
        Ok(()) => acknowledge(app, waiting, replies),
        Err(error) => {
            tracing::error!(error = %error, requests = waiting.len(), "a group of receipts could not be committed");
            for reply in replies {
                let _ = reply.send(Err(Error::CommitFailed));
            }
        }
    }
}

#[cfg(feature = "sabotage-ack-before-commit")]
fn premature(waiting: &Waiting) -> Verdict {
    let mut counts = waiting.judged.counts;
    counts.accepted = waiting.judged.accepted.len() as u64;
    Verdict {
        receipt_id: waiting.judged.receipt_id.clone(),
        counts,
        ..Verdict::default()
    }
}

/// One transaction for the whole group.
async fn write(app: &Shared, group: &mut [Waiting]) -> Result<(), DbError> {
    // Receipts and their hour are a matter of the machine; whose time business time is, does not touch them.
    let received_at = app.clock.machine_now();
    let hour = received_at.duration_trunc(TimeDelta::hours(1)).unwrap_or(received_at);
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let mut seen: HashSet<u128> = HashSet::new();
    let mut accounts: BTreeMap<TenantId, Account> = BTreeMap::new();
    for waiting in group.iter_mut() {
        register_newcomers(app, &mut store, waiting).await?;
        settle_accepted(app, waiting, &mut seen);
        write_receipt(app, &mut store, waiting, received_at).await?;
        let counts = waiting.judged.counts;
        let account = accounts.entry(waiting.caller.tenant.clone()).or_default();
        account.received += counts.received;
        account.duplicate += counts.duplicates;
        account.quarantined += counts.quarantined;
        account.rejected += counts.rejected;
        account.readings_quarantined += counts.readings_quarantined;
    }
    for (tenant, account) in &accounts {
        store.add_to_account(tenant, hour, account).await?;
    }
    publish_telemetry(&mut store, group, hour, received_at).await?;
    app.failpoints.hit("ingestion.receipt.before_commit");
    tx.commit().await?;
    app.failpoints.hit("ingestion.receipt.after_commit");
    Ok(())
}

/// Registers the vehicles that the request's VINs make known; where the VIN is taken, their records go to quarantine.
async fn register_newcomers(app: &Shared, store: &mut Store<'_>, waiting: &mut Waiting) -> Result<(), DbError> {
    let tenant = waiting.caller.tenant.clone();
    for index in 0..waiting.judged.vehicles.len() {
        let Some(Newcomer { vin, raw }) = waiting.judged.vehicles[index].newcomer.take() else {
            continue;
        };
        let vehicle = Vehicle::from_telemetry(&waiting.judged.vehicles[index].vehicle_id, vin);
        let present = store.vehicle(&tenant, &vehicle.vehicle_id).await?;
        let fault = match present.and_then(|(present, _)| present.vin) {
            // Another request has registered it in the meantime, under another VIN.
            Some(registered) if Some(&registered) != vehicle.vin.as_ref() => Some(RecordFault::VinMismatch {
                registered: registered.as_str().to_owned(),
            }),
            _ => match store.register(&tenant, &vehicle, app.clock.machine_now()).await? {
                Registration::Present => None,
                Registration::Done => {
                    let time = first_time(&waiting.judged, index).unwrap_or_else(|| app.clock.now());
                    let event =
                        published::vehicle_changed(&tenant, VehicleChange::Registered, &vehicle, time, &waiting.cause);
                    store.publish(&event).await?;
                    None
                }
                Registration::VinTaken => Some(RecordFault::VinTaken),
            },
        };
        if let Some(fault) = fault {
            quarantine_newcomer(app, waiting, index, raw, &fault);
        }
    }
    Ok(())
}

fn first_time(judged: &Judged, vehicle: usize) -> Option<DateTime<Utc>> {
    judged
        .accepted
        .iter()
        .filter(|record| record.vehicle == vehicle)
        .map(|record| record.time)
        .min()
}

fn quarantine_newcomer(
    app: &Shared,
    waiting: &mut Waiting,
    vehicle: usize,
    raw: Vec<(usize, String)>,
    fault: &RecordFault,
) {
    let mut texts: BTreeMap<usize, String> = raw.into_iter().collect();
    let judged = &mut waiting.judged;
    let vehicle_id = judged.vehicles[vehicle].vehicle_id.clone();
    let params = published::params(&fault.params());
    let reason = serde_json::json!({"code": fault.code(), "params": params, "text": fault.text()}).to_string();
    let mut count = 0;
    for record in judged.accepted.iter().filter(|record| record.vehicle == vehicle) {
        count += 1;
        waiting.dropped.insert(record.index);
        judged.counts.decide(Outcome::Quarantined);
        if judged.errors.len() < app.config.receipt.errors_named_max {
            let path = fault.path().to_owned();
            judged.errors.push(Remark {
                index: record.index,
                code: fault.code(),
                text: fault.text(),
                path,
            });
        }
        judged.quarantined.push(NewItem {
            quarantine_id: chassis::ids::new_id("qua"),
            vehicle_id: Some(vehicle_id.clone()),
            scope: Scope::Record,
            record_time: Some(chassis::rfc3339(record.time)),
            signal: None,
            code: fault.code(),
            reason: reason.clone(),
            body: texts.remove(&record.index).unwrap_or_default(),
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
    judged.failures.entry(Some(vehicle_id)).or_default().push(failure);
}

/// Tells repetitions from new records, within the group and against what was committed lately.
fn settle_accepted(app: &Shared, waiting: &mut Waiting, seen: &mut HashSet<u128>) {
    let judged = &mut waiting.judged;
    for record in &judged.accepted {
        if waiting.dropped.contains(&record.index) {
            continue;
        }
        if app.recent.contains(record.key) || !seen.insert(record.key) {
            waiting.dropped.insert(record.index);
            judged.counts.decide(Outcome::Duplicate);
        } else {
            judged.counts.decide(Outcome::Accepted);
        }
    }
}

async fn write_receipt(
    app: &Shared,
    store: &mut Store<'_>,
    waiting: &Waiting,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (tenant, judged) = (&waiting.caller.tenant, &waiting.judged);
    let verdicts: Vec<serde_json::Value> = judged
        .errors
        .iter()
        .map(|error| serde_json::json!({"index": error.index, "code": error.code, "path": error.path}))
        .collect();
    let receipt = NewReceipt {
        receipt_id: &judged.receipt_id,
        subject: &waiting.caller.subject,
        format: waiting.format,
        body_bytes: waiting.body_bytes,
        body_zstd: &judged.body_zstd,
        counts: judged.counts,
        verdicts: &serde_json::Value::from(verdicts).to_string(),
    };
    store.insert_receipt(tenant, &receipt, now).await?;
    store
        .quarantine(tenant, &judged.receipt_id, &judged.quarantined, now)
        .await?;
    if let Some(quarantine_id) = &waiting.settles {
        store.settle(tenant, quarantine_id, &judged.receipt_id, now).await?;
    }
    for (vehicle_id, failures) in &judged.failures {
        let now = app.clock.now();
        let event = published::validation_failed(
            tenant,
            &judged.receipt_id,
            vehicle_id.as_deref(),
            failures,
            now,
            &waiting.cause,
        );
        store.publish(&event).await?;
    }
    Ok(())
}

/// The records of one event: same tenant, same partition, all live or all historical.
#[derive(Default)]
struct Gathered<'g> {
    receipt_ids: Vec<&'g str>,
    records: Vec<&'g [u8]>,
    newest: Option<(DateTime<Utc>, &'g str)>,
    correlation_id: &'g str,
}

/// One event and one waiting batch for each tenant and partition that the group touches.
async fn publish_telemetry(
    store: &mut Store<'_>,
    group: &[Waiting],
    hour: DateTime<Utc>,
    received_at: DateTime<Utc>,
) -> Result<(), DbError> {
    let mut events: BTreeMap<(&TenantId, u8, bool), Gathered<'_>> = BTreeMap::new();
    for waiting in group {
        let judged = &waiting.judged;
        for record in judged
            .accepted
            .iter()
            .filter(|record| !waiting.dropped.contains(&record.index))
        {
            let vehicle = &judged.vehicles[record.vehicle];
            let gathered = events
                .entry((&waiting.caller.tenant, vehicle.partition, record.historical))
                .or_default();
            if gathered.receipt_ids.last() != Some(&judged.receipt_id.as_str()) {
                gathered.receipt_ids.push(&judged.receipt_id);
            }
            if gathered.records.is_empty() {
                gathered.correlation_id = &waiting.cause.correlation_id;
            }
            gathered.records.push(&judged.encoded[record.json.clone()]);
            if gathered.newest.is_none_or(|(time, _)| record.time > time) {
                gathered.newest = Some((record.time, &vehicle.vehicle_id));
            }
        }
    }
    for (place, ((tenant, partition, historical), gathered)) in events.into_iter().enumerate() {
        let Some((time, key)) = gathered.newest else { continue };
        let event_id = chassis::ids::new_id("evt");
        let cause = Cause {
            correlation_id: gathered.correlation_id.to_owned(),
            historical,
        };
        let event = published::telemetry_received(tenant, event_id.clone(), key, time, cause);
        let count = gathered.records.len();
        let data = published::telemetry_data(&gathered.receipt_ids, gathered.records.into_iter());
        store.publish_encoded(partition, &event, data).await?;
        let batch = NewBatch {
            batch_id: &chassis::ids::new_id("bat"),
            event_id: &event_id,
            account_hour: hour,
            ordinal: received_at.timestamp_micros() + i64::try_from(place).unwrap_or(0),
            records: count,
        };
        store.insert_batch(tenant, &batch).await?;
    }
    Ok(())
}

/// After the commit: remembers, rings the store, counts and answers.
fn acknowledge(app: &Shared, group: Vec<Waiting>, replies: Vec<Reply>) {
    let mut answers = Vec::with_capacity(group.len());
    for waiting in group {
        let Waiting {
            caller,
            judged,
            dropped,
            ..
        } = waiting;
        app.recent.insert(
            judged
                .accepted
                .iter()
                .filter(|record| !dropped.contains(&record.index))
                .map(|record| record.key),
        );
        for vehicle in judged
            .vehicles
            .iter()
            .enumerate()
            .filter(|(index, _)| is_kept(&judged, &dropped, *index))
            .map(|(_, v)| v)
        {
            app.known_vehicles
                .put(&caller.tenant, &vehicle.vehicle_id, vehicle.known.clone());
        }
        count(&judged);
        answers.push(verdict(judged));
    }
    app.committed.notify_one();
    for (reply, answer) in replies.into_iter().zip(answers) {
        // A client that has gone away will ask again and be told of the repetition.
        let _ = reply.send(answer);
    }
    app.failpoints.hit("ingestion.acknowledge.after");
}

/// Whether at least one record of the vehicle was taken, which proves that it is registered.
fn is_kept(judged: &Judged, dropped: &HashSet<usize>, vehicle: usize) -> bool {
    judged
        .accepted
        .iter()
        .any(|record| record.vehicle == vehicle && !dropped.contains(&record.index))
}

fn count(judged: &Judged) {
    let counts = judged.counts;
    for (outcome, number) in [
        ("accepted", counts.accepted),
        ("duplicate", counts.duplicates),
        ("quarantined", counts.quarantined),
        ("rejected", counts.rejected),
    ] {
        metrics::counter!("telemetry_records_total", "outcome" => outcome).increment(number);
    }
    metrics::counter!("telemetry_readings_quarantined_total").increment(counts.readings_quarantined);
}

fn verdict(judged: Judged) -> Result<Verdict, Error> {
    let of_record = judged.quarantined.iter().find(|item| item.scope == Scope::Record);
    Ok(Verdict {
        quarantine_id: of_record.map(|item| item.quarantine_id.clone()),
        fault: of_record.and_then(|item| item.fault.clone()),
        receipt_id: judged.receipt_id,
        counts: judged.counts,
        errors: judged.errors,
        warnings: judged.warnings,
    })
}

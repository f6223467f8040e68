//! The one writer of this process: merges waiting requests into one transaction, and answers them when it is durable.
//!
//! Its transactions are READ COMMITTED where instances share the database: rows of its own, and statements that settle races with other
//! instances by themselves (`ON CONFLICT`, row locks). What an attempt decides is kept apart from what was judged, so that it can be made anew.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chassis::database::{is_retryable, is_unstorable};
use chassis::outbox::EncodedEvent;
use chassis::{Cause, DbError, TenantId, Tx};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::ingest_records::{Caller, Remark, Request, Verdict};
use super::judge_records::Judged;
use super::publish_failures::failures_of;
use super::publish_records::{Received, events_of};
use super::register_newcomer::register_newcomer;
use crate::Shared;
use crate::domain::verdict::{Account, Counts, Outcome};
use crate::error::Error;
use crate::events::published::Failure;
use crate::store::Store;
use crate::store::quarantine::{NewItem, Scope};
use crate::store::receipts::{NewBatch, NewReceipt, WaitingBatch};

/// How often a group that the database refused for others' sake is tried again.
const ATTEMPTS: u32 = 5;

/// Runs until no request is waited for any more, so that those still open at shutdown get their answer.
pub async fn run(
    shared: Arc<Shared>,
    mut queue: mpsc::Receiver<Request>,
    drained: CancellationToken,
) -> anyhow::Result<()> {
    let (requests_max, records_max) = (
        shared.config.receipt.group_requests_max.max(1),
        shared.config.receipt.group_records_max,
    );
    loop {
        let first = tokio::select! {
            biased;
            first = queue.recv() => first,
            () = drained.cancelled(), if !queue.is_closed() => {
                // What is queued is still taken, nothing comes after it.
                queue.close();
                continue;
            }
        };
        let Some(first) = first else { return Ok(()) };
        let mut records = first.judged.accepted.len();
        let mut group = vec![first];
        while group.len() < requests_max && records < records_max {
            let Ok(request) = queue.try_recv() else { break };
            records += request.judged.accepted.len();
            group.push(request);
        }
        commit(&shared, group).await;
    }
}

/// A request of the group.
pub struct Waiting {
    pub caller: Caller,
    pub cause: Cause,
    format: &'static str,
    body_bytes: usize,
    pub judged: Judged,
    settles: Option<String>,
    pub tally: Tally,
}

/// What the transaction decides about a request, beside what was judged before.
#[derive(Default)]
pub struct Tally {
    pub counts: Counts,
    /// For each accepted record: a repetition, or of a vehicle that could not be registered. Not to be published.
    pub dropped: Vec<bool>,
    pub errors: Vec<Remark>,
    pub quarantined: Vec<NewItem>,
    pub failures: BTreeMap<String, Vec<Failure>>,
    /// The quarantined item that it would settle was settled before: nothing of the request is kept.
    pub refused: Option<Error>,
}

impl Tally {
    fn of(judged: &Judged) -> Self {
        Self {
            counts: judged.counts,
            dropped: vec![false; judged.accepted.len()],
            ..Self::default()
        }
    }
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
            tally: Tally::of(&request.judged),
            judged: request.judged,
            settles: request.settles,
        });
    }
    #[cfg(feature = "sabotage-ack-before-commit")]
    for (reply, waiting) in replies.drain(..).zip(&mut waiting) {
        // The fault that the kill test must find: the promise is given before it is kept.
        let _ = reply.send(Ok(premature(waiting)));
    }
    #[cfg(feature = "sabotage-ack-before-commit")]
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (waiting, outcome) = write(app, waiting).await;
    drop(rooms);
    match outcome {
        Ok(()) => acknowledge(app, waiting, replies),
        // One of them holds what the database cannot keep: the others must not suffer for it.
        Err(error) if is_unstorable(&error) && waiting.len() > 1 => {
            for (waiting, reply) in waiting.into_iter().zip(replies) {
                commit_alone(app, waiting, reply).await;
            }
        }
        Err(error) => refuse(&error, replies),
    }
}

async fn commit_alone(app: &Shared, mut waiting: Waiting, reply: Reply) {
    waiting.tally = Tally::of(&waiting.judged);
    let (waiting, outcome) = write(app, vec![waiting]).await;
    match outcome {
        Ok(()) => acknowledge(app, waiting, vec![reply]),
        Err(error) => refuse(&error, vec![reply]),
    }
}

fn refuse(error: &DbError, replies: Vec<Reply>) {
    let is_unstorable = is_unstorable(error);
    if !is_unstorable {
        tracing::error!(%error, requests = replies.len(), "a group of receipts could not be committed");
    }
    for reply in replies {
        let _ = reply.send(Err(if is_unstorable {
            Error::TextUnstorable
        } else {
            Error::CommitFailed
        }));
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

/// One transaction for the whole group, tried again where it surely did not happen.
async fn write(app: &Shared, mut group: Vec<Waiting>) -> (Vec<Waiting>, Result<(), DbError>) {
    let mut attempt = 0;
    loop {
        let (returned, outcome) = attempt_write(app, group).await;
        match outcome {
            Err(error) if attempt < ATTEMPTS && is_retryable(&error) => {
                attempt += 1;
                tracing::info!(%error, attempt, "a group of receipts is committed again");
                tokio::time::sleep(Duration::from_millis(u64::from(attempt) * 10)).await;
            }
            outcome => return (returned, outcome),
        }
        group = returned;
        for waiting in &mut group {
            waiting.tally = Tally::of(&waiting.judged);
        }
    }
}

async fn attempt_write(app: &Shared, mut group: Vec<Waiting>) -> (Vec<Waiting>, Result<(), DbError>) {
    // Receipts and their hour are a matter of the machine; whose time business time is, does not touch them.
    let at = app.clock.machine_now();
    let hour = at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at);
    let received = Received { at, hour };
    let decided = decide(app, &mut group, at).await;
    let tx = match decided {
        Ok(tx) => tx,
        Err(error) => return (group, Err(error)),
    };
    settle_accepted(app, &mut group);
    let Some((group, packed)) = pack(app, group, received).await else {
        return (
            Vec::new(),
            Err(DbError::Protocol("a group of receipts could not be packed".into())),
        );
    };
    let outcome = async {
        let Packed {
            failures,
            events,
            batches,
        } = packed?;
        let mut tx = match tx {
            Some(tx) => tx,
            None => app.database.begin_bulk().await?,
        };
        let mut store = Store::new(&mut tx);
        write_receipts(&mut store, &group, received).await?;
        store.publish_encoded(&failures).await?;
        store.publish_encoded(&events).await?;
        store.insert_batches(&batches).await?;
        // Last: other instances wait for these rows.
        for (tenant, account) in accounts_of(&group) {
            store.add_to_account(tenant, hour, &account).await?;
        }
        app.failpoints.hit("ingestion.receipt.before_commit");
        tx.commit().await.inspect_err(|_| app.at_hand.forget())?;
        app.failpoints.hit("ingestion.receipt.after_commit");
        let waiting = batches.into_iter().zip(events);
        app.at_hand
            .put(waiting.map(|(batch, event)| WaitingBatch::new(batch, event)));
        Ok(())
    };
    let outcome = outcome.await;
    (group, outcome)
}

/// The events of a group, and the batch that each one with records lets wait for the store.
struct Packed {
    failures: Vec<EncodedEvent>,
    events: Vec<EncodedEvent>,
    batches: Vec<NewBatch>,
}

/// Packing burns cycles: not on a thread that serves requests, unless there is little of it, and not while the one writer of SQLite is held.
async fn pack(
    app: &Shared,
    group: Vec<Waiting>,
    received: Received,
) -> Option<(Vec<Waiting>, Result<Packed, DbError>)> {
    let bytes: usize = group.iter().map(|waiting| waiting.judged.encoded.len()).sum();
    let (vehicles_max, now) = (app.config.receipt.failed_vehicles_named_max, app.clock.now());
    let pack = move || {
        let packed = events_of(&group, received).and_then(|(events, batches)| {
            let failures = kept(&group).map(|waiting| failures_of(waiting, vehicles_max, now));
            let failures: Vec<Vec<EncodedEvent>> = failures.collect::<Result<_, _>>()?;
            Ok(Packed {
                failures: failures.into_iter().flatten().collect(),
                events,
                batches,
            })
        });
        (group, packed)
    };
    match bytes <= app.config.receipt.packed_at_once_bytes_max {
        true => Some(pack()),
        false => tokio::task::spawn_blocking(pack).await.ok(),
    }
}

/// Decides what only a transaction can: which quarantined items are settled, which vehicles are registered. Most groups have neither,
/// and then none is begun yet.
async fn decide(app: &Shared, group: &mut [Waiting], now: DateTime<Utc>) -> Result<Option<Tx>, DbError> {
    let newcomers = |waiting: &Waiting| waiting.judged.vehicles.iter().any(|vehicle| vehicle.newcomer.is_some());
    if !group
        .iter()
        .any(|waiting| waiting.settles.is_some() || newcomers(waiting))
    {
        return Ok(None);
    }
    let mut tx = app.database.begin_bulk().await?;
    let mut store = Store::new(&mut tx);
    for waiting in group.iter_mut() {
        if let Some(quarantine_id) = &waiting.settles {
            let (tenant, receipt_id) = (&waiting.caller.tenant, &waiting.judged.receipt_id);
            if !store.settle(tenant, quarantine_id, receipt_id, now).await? {
                let settled = store.quarantined_item(tenant, quarantine_id).await?;
                waiting.tally.refused = Some(match settled.and_then(|item| item.replay_receipt) {
                    Some(receipt_id) => Error::QuarantineReplayed { receipt_id },
                    None => Error::QuarantineNotFound(quarantine_id.clone()),
                });
                continue;
            }
        }
        for vehicle in 0..waiting.judged.vehicles.len() {
            register_newcomer(app, &mut store, waiting, vehicle).await?;
        }
    }
    Ok(Some(tx))
}

/// Tells repetitions from new records, within the group and against what this process has committed lately. What is not known here is
/// found by the store.
fn settle_accepted(app: &Shared, group: &mut [Waiting]) {
    let mut seen: HashSet<u128> = HashSet::new();
    for waiting in group.iter_mut().filter(|waiting| waiting.tally.refused.is_none()) {
        let tally = &mut waiting.tally;
        let accepted = &waiting.judged.accepted;
        let known = app.recent.contain(accepted.iter().map(|record| record.key));
        for ((dropped, record), known) in tally.dropped.iter_mut().zip(accepted).zip(known) {
            if *dropped {
                continue;
            }
            if known || !seen.insert(record.key) {
                *dropped = true;
                tally.counts.decide(Outcome::Duplicate);
            } else {
                tally.counts.decide(Outcome::Accepted);
            }
        }
    }
}

fn accounts_of(group: &[Waiting]) -> BTreeMap<&TenantId, Account> {
    let mut accounts: BTreeMap<&TenantId, Account> = BTreeMap::new();
    for waiting in kept(group) {
        let counts = waiting.tally.counts;
        let account = accounts.entry(&waiting.caller.tenant).or_default();
        account.received += counts.received;
        account.duplicate += counts.duplicates;
        account.quarantined += counts.quarantined;
        account.rejected += counts.rejected;
        account.readings_quarantined += counts.readings_quarantined;
    }
    accounts
}

fn kept(group: &[Waiting]) -> impl Iterator<Item = &Waiting> {
    group.iter().filter(|waiting| waiting.tally.refused.is_none())
}

async fn write_receipts(store: &mut Store<'_>, group: &[Waiting], received: Received) -> Result<(), DbError> {
    let receipts: Vec<NewReceipt<'_>> = kept(group).map(receipt_of).collect();
    store.insert_receipts(&receipts, received.at).await?;
    for waiting in kept(group) {
        let (tenant, judged, tally) = (&waiting.caller.tenant, &waiting.judged, &waiting.tally);
        for items in [&judged.quarantined, &tally.quarantined] {
            store.quarantine(tenant, &judged.receipt_id, items, received.at).await?;
        }
    }
    Ok(())
}

fn receipt_of(waiting: &Waiting) -> NewReceipt<'_> {
    let errors = waiting.judged.errors.iter().chain(&waiting.tally.errors);
    let verdicts: Vec<serde_json::Value> = errors
        .map(|error| serde_json::json!({"index": error.index, "code": error.code, "path": error.path}))
        .collect();
    NewReceipt {
        tenant: &waiting.caller.tenant,
        receipt_id: &waiting.judged.receipt_id,
        subject: &waiting.caller.subject,
        format: waiting.format,
        body_bytes: waiting.body_bytes,
        body_zstd: &waiting.judged.body_zstd,
        counts: waiting.tally.counts,
        verdicts: serde_json::Value::from(verdicts).to_string(),
    }
}

/// After the commit: remembers, rings the store, counts and answers.
fn acknowledge(app: &Shared, group: Vec<Waiting>, replies: Vec<Reply>) {
    let mut answers = Vec::with_capacity(group.len());
    for mut waiting in group {
        if let Some(error) = waiting.tally.refused.take() {
            answers.push(Err(error));
            continue;
        }
        let (judged, tally) = (&waiting.judged, &waiting.tally);
        let mut is_kept = vec![false; judged.vehicles.len()];
        let taken = judged
            .accepted
            .iter()
            .zip(&tally.dropped)
            .filter(|(_, dropped)| !**dropped);
        app.recent.insert(taken.map(|(record, _)| {
            is_kept[record.vehicle] = true;
            record.key
        }));
        // A record of the vehicle was taken, which proves that it is registered. Those that were known before are remembered already.
        let registered = judged.vehicles.iter().zip(is_kept);
        for (vehicle, _) in registered.filter(|(vehicle, is_kept)| *is_kept && vehicle.newcomer.is_some()) {
            app.known_vehicles
                .registered(&waiting.caller.tenant, &vehicle.vehicle_id, vehicle.known.clone());
        }
        count(tally.counts);
        answers.push(Ok(verdict(waiting)));
    }
    app.committed.ring();
    for (reply, answer) in replies.into_iter().zip(answers) {
        // A client that has gone away will ask again and be told of the repetition.
        let _ = reply.send(answer);
    }
    app.failpoints.hit("ingestion.acknowledge.after");
}

fn count(counts: Counts) {
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

fn verdict(waiting: Waiting) -> Verdict {
    let (judged, tally) = (waiting.judged, waiting.tally);
    let mut items = judged.quarantined.iter().chain(&tally.quarantined);
    let of_record = items.find(|item| item.scope == Scope::Record);
    let (quarantine_id, fault) = match of_record {
        Some(item) => (Some(item.quarantine_id.clone()), item.fault.clone()),
        None => (None, None),
    };
    let mut errors = judged.errors;
    errors.extend(tally.errors);
    Verdict {
        quarantine_id,
        fault,
        receipt_id: judged.receipt_id,
        counts: tally.counts,
        errors,
        warnings: judged.warnings,
    }
}

//! Moves committed batches into the telemetry store: records, newest readings, trouble codes, odometers and the account, in one
//! transaction with the end of the batch's waiting.
//!
//! Instances that share a database share the partitions too: each claims some for one transaction, so that a vehicle's blocks are always
//! written by one of them alone.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chassis::{DbError, TenantId, Tx};
use chrono::{DateTime, Utc};

use super::plan_blocks::{Incoming, Plan, Tails, VehicleDay, plan};
use crate::Shared;
use crate::domain::verdict::Account;
use crate::error::Error;
use crate::events::consumed;
use crate::store::Store;
use crate::store::blocks::day_of;
use crate::store::lines::Line;
use crate::store::places::Places;
use crate::store::receipts::{Most, WaitingBatch};
use crate::store::telemetry::{CodeKey, CodeReports, Newest, VehicleKey};

/// VSS path of the odometer, in metres.
const ODOMETER: &str = "Vehicle.TraveledDistance";

/// Runs until shutdown. What is left then waits for the next start, or for another instance.
pub async fn run(shared: Arc<Shared>, shutdown: tokio_util::sync::CancellationToken) -> anyhow::Result<()> {
    let interval = Duration::from_millis(shared.config.store.poll_interval_ms.max(1));
    // Simulated time waits for what is stored, and has no load to gather.
    let linger = match shared.clock.is_simulated() {
        true => Duration::ZERO,
        false => Duration::from_millis(shared.config.store.linger_ms),
    };
    let mut tails = Tails::default();
    loop {
        let calls = shared.committed.calls();
        match store_once(&shared, &mut tails).await {
            Ok(Stored::Nothing) => shared.committed.answer(calls),
            Ok(_) if shutdown.is_cancelled() => return Ok(()),
            Ok(Stored::Much) => continue,
            Ok(Stored::Little) => {
                let _ = tokio::time::timeout(linger, shutdown.cancelled()).await;
                continue;
            }
            Err(error) => {
                // Its memory of days and blocks may be what was wrong.
                shared.days.forget();
                shared.at_hand.forget();
                tails = Tails::default();
                tracing::warn!(error = %error, cause = ?std::error::Error::source(&error), "batches could not be stored, they will be tried again");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = shared.committed.rung() => {}
            // Rows are the truth: while there is nothing to do they are looked at.
            () = tokio::time::sleep(interval) => shared.at_hand.forget(),
        }
    }
}

/// What one transaction of the store came to.
enum Stored {
    Nothing,
    /// So few that the next transaction had better gather more.
    Little,
    Much,
}

/// Stores the batches that wait longest.
async fn store_once(shared: &Arc<Shared>, tails: &mut Tails) -> Result<Stored, Error> {
    let (claim, waiting) = waiting(shared).await?;
    if waiting.is_empty() {
        return Ok(Stored::Nothing);
    }
    let limits = &shared.config.store;
    let is_much = waiting.len() >= limits.batches_max || records_in(&waiting) >= limits.records_max / 4;
    let gathered = blocking(move || gather(waiting)).await?;
    // Before the claim touches a block: whoever drops a day waits for those who do.
    let days = gathered.days.iter().map(|day| day.day_us);
    shared.days.prepare(&shared.database, days).await?;
    let stretches: Vec<_> = gathered.days.iter().map(|day| tails.stretch(day)).collect();
    let (claim, existing) = match claim {
        Some(mut tx) => {
            let existing = Store::new(&mut tx).blocks_within(&stretches).await?;
            (Some(tx), existing)
        }
        None => {
            let mut tx = shared.database.read().await?;
            (None, Store::new(&mut tx).blocks_within(&stretches).await?)
        }
    };
    let mut own_tails = std::mem::take(tails);
    let (planned, own_tails) = blocking(move || {
        let texts: Vec<&str> = gathered.batches.iter().map(|batch| batch.text.as_str()).collect();
        let plan = plan(&texts, &gathered.days, &existing, &mut own_tails)?;
        let said = Said::by(&gathered, &plan)?;
        Ok((Planned { gathered, plan, said }, own_tails))
    })
    .await?;
    *tails = own_tails;
    let tx = match claim {
        Some(tx) => tx,
        None => shared.database.begin_bulk().await?,
    };
    write(shared, tx, planned).await?;
    Ok(if is_much { Stored::Much } else { Stored::Little })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::ShuttingDown)?
}

/// The batches to be stored next. Where other instances may store too, in a transaction that has claimed their partitions; an embedded
/// store has one worker, which does not hold up the one writer while it packs.
async fn waiting(shared: &Shared) -> Result<(Option<Tx>, Vec<WaitingBatch>), Error> {
    let limits = &shared.config.store;
    let most = Most {
        batches: limits.batches_max.max(1),
        records: limits.records_max.max(1),
    };
    if !shared.database.is_shared() {
        return Ok((None, waiting_here(shared, most).await?));
    }
    let mut tx = shared.database.begin_bulk().await?;
    let mut store = Store::new(&mut tx);
    let claimed = store.claim_partitions(limits.claimed_partitions_max.max(1)).await?;
    if claimed.is_empty() {
        return Ok((None, Vec::new()));
    }
    let waiting = store.waiting_batches(Some(&claimed), most).await?;
    Ok((Some(tx), waiting))
}

/// The same for the one worker of an embedded store: from memory while all that wait are there.
async fn waiting_here(shared: &Shared, most: Most) -> Result<Vec<WaitingBatch>, Error> {
    if let Some(waiting) = shared.at_hand.take(most) {
        return Ok(waiting);
    }
    shared.at_hand.begin_reading();
    let mut tx = shared.database.read().await?;
    let waiting = Store::new(&mut tx).waiting_batches(None, most).await?;
    let is_all = waiting.len() < most.batches && records_in(&waiting) < most.records;
    shared.at_hand.have_read(&waiting, is_all);
    Ok(waiting)
}

fn records_in(waiting: &[WaitingBatch]) -> usize {
    waiting.iter().map(WaitingBatch::records_count).sum()
}

/// A batch, unpacked.
struct Unpacked {
    tenant: TenantId,
    event_id: String,
    account_hour: DateTime<Utc>,
    text: String,
}

/// Batches with their records by vehicle and day.
struct Gathered {
    batches: Vec<Unpacked>,
    days: Vec<VehicleDay>,
}

fn gather(waiting: Vec<WaitingBatch>) -> Result<Gathered, Error> {
    let mut batches = Vec::with_capacity(waiting.len());
    let mut days: HashMap<(TenantId, String, i64), Vec<Incoming>> = HashMap::new();
    for (number, waiting) in waiting.into_iter().enumerate() {
        let data = chassis::outbox::decode(&waiting.encoding, waiting.data)?;
        let text = String::from_utf8(data).map_err(|error| DbError::Decode(error.into()))?;
        let places = match &waiting.places {
            Some(bytes) => Places::decode(bytes).map_err(|error| DbError::Decode(error.into()))?,
            None => consumed::places_in(&text).map_err(Error::StoredData)?,
        };
        let tenant = TenantId::new(&waiting.tenant_id);
        for place in &places.records {
            if text.get(place.start..place.start + place.length).is_none() {
                return Err(DbError::Decode("a record lies outside its batch".into()).into());
            }
            let key = (
                tenant.clone(),
                places.vehicle_ids[place.vehicle].clone(),
                day_of(place.time_us),
            );
            days.entry(key).or_default().push(Incoming {
                time_us: place.time_us,
                sequence: place.sequence,
                batch: number,
                start: place.start,
                length: place.length,
                covered: place.covered,
            });
        }
        batches.push(Unpacked {
            tenant,
            event_id: waiting.event_id,
            account_hour: waiting.account_hour,
            text,
        });
    }
    Ok(Gathered {
        batches,
        days: by_day(days),
    })
}

/// By day, so that what is asked of the store in one statement lies within few of its partitions.
fn by_day(days: HashMap<(TenantId, String, i64), Vec<Incoming>>) -> Vec<VehicleDay> {
    let day = |((tenant, vehicle_id, day_us), incoming)| VehicleDay {
        tenant,
        vehicle_id,
        day_us,
        incoming,
    };
    let mut days: Vec<VehicleDay> = days.into_iter().map(day).collect();
    days.sort_unstable_by_key(|day| day.day_us);
    days
}

/// What the new records say beside themselves.
#[derive(Default)]
struct Said {
    newest: BTreeMap<VehicleKey, Newest>,
    codes: BTreeMap<CodeKey, CodeReports>,
    odometers_km: BTreeMap<VehicleKey, f64>,
}

impl Said {
    fn by(gathered: &Gathered, plan: &Plan) -> Result<Self, Error> {
        let mut said = Self::default();
        for (day, new) in gathered.days.iter().zip(&plan.new) {
            let vehicle: VehicleKey = (day.tenant.clone(), day.vehicle_id.clone());
            let mut newest = said.newest.remove(&vehicle).unwrap_or_default();
            for record in new.iter().filter(|record| !record.covered) {
                let text = &gathered.batches[record.batch].text[record.start..record.start + record.length];
                let line: Line<'_> = serde_json::from_str(text).map_err(Error::StoredData)?;
                newest.time_us = newest.time_us.max(record.time_us);
                for (path, value) in &line.signals.pairs {
                    newest.note(path, *value, record.time_us);
                }
                said.note_odometer(&vehicle, &line);
                said.note_codes(&vehicle, &line, record.time_us);
            }
            if newest.time_us > 0 {
                said.newest.insert(vehicle, newest);
            }
        }
        Ok(said)
    }

    /// A doubted odometer must not raise the registry's.
    fn note_odometer(&mut self, vehicle: &VehicleKey, line: &Line<'_>) {
        let doubted = line.flags.is_some_and(|flags| flags.get().contains(ODOMETER));
        let shown = line.signals.pairs.iter().find(|(path, _)| *path == ODOMETER);
        if let Some((_, metres)) = shown.filter(|_| !doubted) {
            let km = metres / 1_000.0;
            let known = self.odometers_km.entry(vehicle.clone()).or_insert(km);
            *known = known.max(km);
        }
    }

    fn note_codes(&mut self, (tenant, vehicle_id): &VehicleKey, line: &Line<'_>, time_us: i64) {
        for code in &line.dtcs {
            let ecu = code.ecu.clone().unwrap_or_default();
            let key = (tenant.clone(), vehicle_id.clone(), code.code.clone(), ecu);
            let seen = self.codes.entry(key).or_insert(CodeReports {
                status: code.status.clone(),
                first_seen_us: time_us,
                last_seen_us: time_us,
                reports: 0,
            });
            seen.reports += 1;
            seen.first_seen_us = seen.first_seen_us.min(time_us);
            if time_us >= seen.last_seen_us {
                (seen.last_seen_us, seen.status) = (time_us, code.status.clone());
            }
        }
    }
}

/// Everything that one transaction writes.
struct Planned {
    gathered: Gathered,
    plan: Plan,
    said: Said,
}

async fn write(shared: &Shared, mut tx: Tx, planned: Planned) -> Result<(), Error> {
    let Planned { gathered, plan, said } = planned;
    let mut accounts: BTreeMap<(TenantId, DateTime<Utc>), Account> = BTreeMap::new();
    let mut keys = Vec::with_capacity(gathered.batches.len());
    for (batch, (new, repeated)) in gathered.batches.into_iter().zip(&plan.counts) {
        let account = accounts.entry((batch.tenant.clone(), batch.account_hour)).or_default();
        account.stored += new;
        account.duplicate += repeated;
        keys.push((batch.tenant, batch.event_id));
    }
    let mut store = Store::new(&mut tx);
    if store.end_waiting(&keys).await? != keys.len() as u64 {
        return Err(DbError::Protocol("waiting batches were stored by another worker".into()).into());
    }
    store.remove_blocks(&plan.remove).await?;
    store.insert_blocks(&plan.insert).await?;
    store.merge_newest(&said.newest).await?;
    store.report_codes(&said.codes).await?;
    store.raise_odometers(&said.odometers_km).await?;
    // Last: other instances wait for these rows.
    for ((tenant, hour), account) in &accounts {
        store.add_to_account(tenant, *hour, account).await?;
    }
    shared.failpoints.hit("ingestion.store.before_commit");
    tx.commit().await?;
    shared.failpoints.hit("ingestion.store.after_commit");
    for account in accounts.values() {
        metrics::counter!("telemetry_records_total", "outcome" => "stored").increment(account.stored);
        metrics::counter!("telemetry_records_total", "outcome" => "duplicate").increment(account.duplicate);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_gathered_stands_by_day() {
        let days = (0..200).map(|number| {
            let vehicle_id = format!("V{}", number % 7);
            (
                (TenantId::new("ten_a"), vehicle_id, day_of(number * 40_000_000_000)),
                Vec::new(),
            )
        });
        let sorted = by_day(days.collect());
        assert!(
            sorted.is_sorted_by_key(|day| day.day_us),
            "every chunk lies within few days"
        );
    }
}

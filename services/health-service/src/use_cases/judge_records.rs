//! Judges records, of several vehicles at the same time and each vehicle's in their order, and tells what was found in the order of the
//! records: whoever reads the log cannot say on how many processors it was found.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use chassis::TenantId;

use super::batch::Batch;
use crate::domain::Micros;
use crate::domain::report::Finding;
use crate::domain::rules::Rules;
use crate::domain::vehicle::Record;
use crate::error::Error;
use crate::events::published::Origin;
use crate::parallel::in_parallel;
use crate::store::{Store, Versioned};

/// For fewer another thread is not woken: single records of a busy fleet keep all processors at work anyway.
const RECORDS_PER_THREAD_MIN: usize = 400;

/// What an event says of vehicles.
pub struct Heard<'r> {
    pub origin: Origin<'r>,
    /// The event itself is about the past.
    pub historical: bool,
    /// In order of arrival, each with its vehicle.
    pub records: Vec<(Cow<'r, str>, Record<'r>)>,
}

/// Where a record stands: the number of its event, and its own in the event.
type Place = (usize, usize);

/// A vehicle, and what was heard of it.
struct Task<'h> {
    tenant: &'h TenantId,
    vehicle_id: &'h str,
    state: Versioned,
    rules: Arc<Rules>,
    records: Vec<(Place, &'h Record<'h>, bool)>,
}

/// A vehicle afterwards.
struct Judged<'h> {
    tenant: &'h TenantId,
    vehicle_id: &'h str,
    state: Versioned,
    found: Vec<(Place, Finding)>,
    late: u64,
}

/// Takes the records of events.
pub async fn judge_records(batch: &mut Batch<'_>, store: &mut Store<'_>, heard: &[Heard<'_>]) -> Result<(), Error> {
    let records: usize = heard.iter().map(|event| event.records.len()).sum();
    let threads = batch.threads.min(records / RECORDS_PER_THREAD_MIN);
    let tasks = tasks(batch, store, heard).await?;
    let mut found = Vec::new();
    let mut late = 0;
    for judged in in_parallel(threads, tasks, judge) {
        batch.put(judged.tenant, judged.vehicle_id, judged.state);
        let of_vehicle = judged.found.into_iter();
        found.extend(of_vehicle.map(|(place, finding)| (place, judged.vehicle_id, finding)));
        late += judged.late;
    }
    found.sort_by_key(|(place, ..)| *place);
    for ((event, _), vehicle_id, finding) in &found {
        batch.tell(&heard[*event].origin, vehicle_id, finding)?;
    }
    metrics::counter!("health_records_total", "outcome" => "judged").increment(records as u64 - late);
    metrics::counter!("health_records_total", "outcome" => "late").increment(late);
    Ok(())
}

/// Takes each vehicle out of the batch, with its records of all events.
async fn tasks<'h>(
    batch: &mut Batch<'_>,
    store: &mut Store<'_>,
    heard: &'h [Heard<'_>],
) -> Result<Vec<Task<'h>>, Error> {
    let live_after: Micros = batch.live_after;
    let mut tasks: Vec<Task<'h>> = Vec::new();
    let mut numbers: HashMap<(&TenantId, &str), usize> = HashMap::new();
    for (number, event) in heard.iter().enumerate() {
        let tenant = event.origin.tenant;
        for (place, (vehicle_id, record)) in event.records.iter().enumerate() {
            let task = match numbers.get(&(tenant, &**vehicle_id)) {
                Some(known) => &mut tasks[*known],
                None => {
                    numbers.insert((tenant, vehicle_id), tasks.len());
                    tasks.push(Task {
                        tenant,
                        vehicle_id,
                        state: batch.take(store, tenant, vehicle_id).await?,
                        rules: batch.rules_of(tenant),
                        records: Vec::new(),
                    });
                    let last = tasks.len() - 1;
                    &mut tasks[last]
                }
            };
            let historical = event.historical || record.at < live_after;
            task.records.push(((number, place), record, historical));
        }
    }
    Ok(tasks)
}

fn judge(task: Task<'_>) -> Judged<'_> {
    let Task {
        tenant,
        vehicle_id,
        mut state,
        rules,
        records,
    } = task;
    let (mut found, mut findings) = (Vec::new(), Vec::new());
    let late_before = state.vehicle.late;
    for (place, record, historical) in records {
        state.vehicle.observe(record, historical, &rules, &mut findings);
        found.extend(findings.drain(..).map(|finding| (place, finding)));
    }
    Judged {
        late: state.vehicle.late - late_before,
        tenant,
        vehicle_id,
        state,
        found,
    }
}

#[cfg(test)]
mod tests {
    use chassis::on;

    use super::*;
    use crate::domain::SECOND;
    use crate::domain::signal::{Readings, Signal};
    use crate::models::Models;
    use crate::store::Memory;

    const START: Micros = 1_714_550_400 * SECOND;
    const TENANTS: [&str; 2] = ["ten_a", "ten_b"];
    const VEHICLES: usize = 20;

    /// A minute of driving; the odd vehicles run hot.
    fn record(vehicle: usize, minute: i64) -> Record<'static> {
        let mut readings = Readings::default();
        let coolant = 60.0 + (minute as f64).min(30.0) + if vehicle % 2 == 1 { 40.0 } else { 0.0 };
        for (signal, value) in [
            (Signal::Speed, 60.0),
            (Signal::TraveledDistance, 1e6 + 1e3 * minute as f64),
            (Signal::EngineSpeed, 2_000.0 + 10.0 * vehicle as f64),
            (Signal::CoolantTemperature, coolant),
        ] {
            readings.set(signal, value);
        }
        Record {
            at: START + minute * 60 * SECOND,
            readings,
            ..Record::default()
        }
    }

    /// Ten minutes of every vehicle of a tenant, and one record twice.
    fn event(tenant: &TenantId, number: i64) -> Heard<'_> {
        let minutes = number * 10..number * 10 + 10;
        let mut records: Vec<_> = minutes
            .flat_map(|minute| (0..VEHICLES).map(move |vehicle| (vehicle, minute)))
            .map(|(vehicle, minute)| (format!("V{vehicle}").into(), record(vehicle, minute)))
            .collect();
        records.push(records[0].clone());
        Heard {
            origin: Origin {
                tenant,
                place: format!("ingestion-service/1/{number}"),
                correlation_id: "cor_1",
            },
            historical: false,
            records,
        }
    }

    /// All that was published, and how late each vehicle's records were, when so many threads judge.
    async fn told(threads: usize) -> (Vec<(String, String, Vec<u8>)>, Vec<u64>) {
        let folder = tempfile::tempdir().unwrap();
        let database = chassis::testing::empty_database(folder.path(), crate::DEFINITION.migrations).await;
        let config: crate::config::Config = chassis::config::load(&crate::DEFINITION, &Default::default()).unwrap();
        let models = Models::new(config.rules().unwrap(), crate::artefact::built_in());
        let memory = Memory::new(100);
        let tenants = TENANTS.map(TenantId::new);
        for stretch in 0..6 {
            let numbers = stretch * 3..stretch * 3 + 3;
            let heard: Vec<Heard<'_>> = numbers
                .flat_map(|number| tenants.iter().map(move |tenant| event(tenant, number)))
                .collect();
            let mut tx = database.begin_bulk().await.unwrap();
            let mut store = Store::new(&mut tx);
            let mut batch = Batch::new(&models, &memory, START, threads);
            judge_records(&mut batch, &mut store, &heard).await.unwrap();
            batch.save(&mut store).await.unwrap();
            tx.commit().await.unwrap();
            memory.committed();
        }
        let mut tx = database.read().await.unwrap();
        let events =
            on!(tx, c => sqlx::query_as("SELECT event_id, kind, data FROM outbox ORDER BY id").fetch_all(c).await);
        let mut late = Vec::new();
        for (tenant, vehicle) in tenants
            .iter()
            .flat_map(|tenant| (0..VEHICLES).map(move |vehicle| (tenant, vehicle)))
        {
            let state = Store::new(&mut tx)
                .load_state(tenant, &format!("V{vehicle}"))
                .await
                .unwrap()
                .unwrap();
            assert_eq!(state.vehicle.last_at, record(vehicle, 179).at);
            late.push(state.vehicle.late);
        }
        (events.unwrap(), late)
    }

    #[tokio::test]
    async fn however_many_threads_judge_the_log_says_the_same() {
        let (alone, late) = told(1).await;
        let kinds: std::collections::BTreeSet<&str> = alone.iter().map(|(_, kind, _)| kind.as_str()).collect();
        assert!(kinds.contains("component.critical"), "{kinds:?}");
        assert!(late.iter().step_by(VEHICLES).all(|late| *late > 0), "{late:?}");
        for threads in [2, 7] {
            let (together, late_together) = told(threads).await;
            assert_eq!(alone.len(), together.len());
            assert_eq!(alone, together, "{threads} threads");
            assert_eq!(late, late_together);
        }
    }
}

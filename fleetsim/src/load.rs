//! Open-loop load: posts are due at fixed times, whether or not earlier ones are answered, and latency is measured
//! from the time a post was due. A slow server therefore shows its whole delay, not only the part it had while asked.
//!
//! Every worker takes the next due batch, so the number of posts under way is bounded by the workers. A batch that is
//! answered 429 or not at all is posted again, which is safe because the platform knows a record by vehicle, time and
//! sequence. Each acknowledged record's content hash goes to the acknowledgement log before the worker's next post.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Timelike, Utc};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::ack_log::AckLog;
use crate::client::{Answer, Client, Registration, Verdict};
use crate::{content_hash, vin};

/// Registrations under way at once.
const REGISTRATIONS_AT_ONCE: usize = 8;
/// Wait before a batch that nobody answered is posted again.
const RECONNECT_WAIT: Duration = Duration::from_millis(200);

/// How much, how fast, for how long.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Ingestion's scheme, host and port.
    pub url: String,
    /// API key.
    pub key: String,
    /// Records a second.
    pub rate: f64,
    /// How long posts fall due, in seconds.
    pub seconds: f64,
    /// Records in a post.
    pub batch: u64,
    /// Vehicles that the records are spread over.
    pub vehicles: u64,
    /// Posts under way at once.
    pub workers: usize,
    /// Where acknowledged hashes go.
    pub ack_log: Option<PathBuf>,
    /// First part of the vehicles' ids.
    pub prefix: String,
    /// How long after its due time a batch is still tried, in seconds.
    pub patience_s: f64,
    /// Shows a progress bar on a terminal.
    pub progress: bool,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LoadReport {
    /// Records posted, each counted once.
    pub sent: u64,
    /// Records that the platform says it took.
    pub accepted: u64,
    /// Records it already had from an earlier try that was not answered.
    pub duplicates: u64,
    pub quarantined: u64,
    /// Records it refused, or whose batch it refused.
    pub rejected: u64,
    /// Records whose batch was never answered: stored or not, nobody knows.
    pub in_doubt: u64,
    /// Answers 429.
    pub throttled: u64,
    /// Posts that were repeated because nobody answered.
    pub repeated: u64,
    /// Records the platform answered for, by the time from the first due to the last answer.
    pub records_per_second: f64,
    /// Answered batches, from due time to answer.
    pub latency_ms: Latency,
}

/// Quantiles in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Latency {
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

impl Latency {
    fn of(mut samples_ms: Vec<f64>) -> Self {
        samples_ms.sort_by(f64::total_cmp);
        let quantile = |q: f64| {
            let rank = (q * samples_ms.len() as f64).ceil() as usize;
            samples_ms.get(rank.max(1) - 1).copied().unwrap_or(0.0)
        };
        Self {
            p50: quantile(0.50),
            p99: quantile(0.99),
            max: quantile(1.0),
        }
    }
}

struct Shared {
    options: LoadOptions,
    client: Client,
    log: Option<AckLog>,
    vehicle_ids: Vec<String>,
    next: AtomicU64,
    batches: u64,
    began: Instant,
    /// Event time of the first record; whole milliseconds, so that the posted text is the exact time.
    began_at: DateTime<Utc>,
    bar: indicatif::ProgressBar,
}

#[derive(Default)]
struct Tally {
    sent: u64,
    verdict: Verdict,
    in_doubt: u64,
    throttled: u64,
    repeated: u64,
    latencies_ms: Vec<f64>,
    last_answer: Option<Instant>,
}

/// Registers the vehicles, then posts for as long as asked.
///
/// # Errors
/// When a vehicle cannot be registered, or the acknowledgement log cannot be written.
pub async fn load(options: LoadOptions) -> anyhow::Result<LoadReport> {
    anyhow::ensure!(
        options.rate > 0.0 && options.seconds > 0.0,
        "rate and seconds must be positive"
    );
    anyhow::ensure!(
        options.batch > 0 && options.vehicles > 0 && options.workers > 0,
        "nothing to do"
    );
    let client = Client::new(&options.url, &options.key)?;
    let vehicle_ids: Vec<String> = (0..options.vehicles)
        .map(|n| format!("{}-{n:05}", options.prefix))
        .collect();
    register_all(&client, &vehicle_ids, options.progress).await?;
    let batches = (options.rate * options.seconds / options.batch as f64).ceil().max(1.0) as u64;
    let now = Utc::now();
    let shared = Arc::new(Shared {
        client,
        log: options.ack_log.as_deref().map(AckLog::append_to).transpose()?,
        vehicle_ids,
        next: AtomicU64::new(0),
        batches,
        began: Instant::now(),
        began_at: now
            .with_nanosecond(now.nanosecond() / 1_000_000 * 1_000_000)
            .unwrap_or(now),
        bar: crate::progress::bar(batches, "posting", options.progress),
        options,
    });
    let mut workers = JoinSet::new();
    for _ in 0..shared.options.workers {
        workers.spawn(work(shared.clone()));
    }
    let mut tallies = Vec::new();
    while let Some(tally) = workers.join_next().await {
        tallies.push(tally.context("a worker broke down")??);
    }
    shared.bar.finish_and_clear();
    Ok(report(&shared, tallies))
}

async fn register_all(client: &Client, vehicle_ids: &[String], progress: bool) -> anyhow::Result<()> {
    let bar = crate::progress::bar(vehicle_ids.len() as u64, "registering", progress);
    let permits = Arc::new(Semaphore::new(REGISTRATIONS_AT_ONCE));
    let mut tasks = JoinSet::new();
    for vehicle_id in vehicle_ids {
        let permit = permits.clone().acquire_owned().await?;
        let client = client.clone();
        let vehicle = Registration {
            vehicle_id: vehicle_id.clone(),
            vin: Some(vin::compose("WF0", 2022, vin::number_of(vehicle_id))),
            ..Registration::default()
        };
        tasks.spawn(async move {
            let done = client.register(&vehicle).await;
            drop(permit);
            done
        });
        bar.inc(1);
    }
    while let Some(done) = tasks.join_next().await {
        done.context("a registration broke down")??;
    }
    bar.finish_and_clear();
    Ok(())
}

async fn work(shared: Arc<Shared>) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    loop {
        let batch = shared.next.fetch_add(1, Ordering::Relaxed);
        if batch >= shared.batches {
            return Ok(tally);
        }
        let due_s = (batch * shared.options.batch) as f64 / shared.options.rate;
        let due = shared.began + Duration::from_secs_f64(due_s);
        tokio::time::sleep_until(due).await;
        let (body, lines) = compose(&shared, batch);
        tally.sent += shared.options.batch;
        send(&shared, &mut tally, body, &lines, due).await?;
        shared.bar.inc(1);
    }
}

/// Posts one batch until it is answered or its patience ends.
async fn send(shared: &Shared, tally: &mut Tally, body: Bytes, lines: &[String], due: Instant) -> anyhow::Result<()> {
    let deadline = due + Duration::from_secs_f64(shared.options.patience_s);
    let mut answered = true;
    loop {
        let wait = match shared.client.post_batch(body.clone()).await {
            Ok(Answer::Taken(verdict)) => {
                if let Some(log) = &shared.log {
                    log.note(&acknowledged(&verdict, lines))?;
                }
                let now = Instant::now();
                tally.latencies_ms.push((now - due).as_secs_f64() * 1_000.0);
                tally.last_answer = Some(now);
                tally.verdict.add(&verdict);
                return Ok(());
            }
            Ok(Answer::Busy { retry_after }) => {
                tally.throttled += 1;
                retry_after
            }
            Ok(Answer::Refused { status, .. }) if status < 500 => {
                tally.verdict.rejected += lines.len() as u64;
                return Ok(());
            }
            // A 5xx is like no answer: the server may have failed before or after its commit.
            Ok(Answer::Refused { .. }) | Err(_) => {
                answered = false;
                tally.repeated += 1;
                RECONNECT_WAIT
            }
        };
        if Instant::now() + wait > deadline {
            if answered {
                tally.verdict.rejected += lines.len() as u64;
            } else {
                tally.in_doubt += lines.len() as u64;
            }
            return Ok(());
        }
        tokio::time::sleep(wait).await;
    }
}

/// The log lines of the records that a verdict acknowledges: all but those it complains about. Complaints beyond the
/// first hundred are not named, so a batch with more of them acknowledges nothing that could be held against anyone.
fn acknowledged(verdict: &Verdict, lines: &[String]) -> String {
    let complaints = verdict.rejected + verdict.quarantined;
    if complaints > verdict.errors.len() as u64 {
        return String::new();
    }
    let mut text = String::with_capacity(lines.len() * 80);
    for (index, line) in lines.iter().enumerate() {
        if !verdict.errors.iter().any(|error| error.index == index) {
            text.push_str(line);
        }
    }
    text
}

/// The body of batch number `batch`, and each record's line for the acknowledgement log.
fn compose(shared: &Shared, batch: u64) -> (Bytes, Vec<String>) {
    let records = shared.options.batch;
    let mut body = String::with_capacity(records as usize * 700);
    let mut lines = Vec::with_capacity(records as usize);
    for number in batch * records..(batch + 1) * records {
        let vehicle_id = &shared.vehicle_ids[(number % shared.options.vehicles) as usize];
        let sequence = number / shared.options.vehicles;
        let offset_ms = (number as f64 / shared.options.rate * 1_000.0) as i64;
        let time = shared.began_at + TimeDelta::milliseconds(offset_ms);
        let signals = readings(number);
        let _ = write!(
            body,
            "{{\"vehicle_id\":\"{vehicle_id}\",\"timestamp\":\"{}\",\"protocol\":\"GENERIC\",\"sequence\":{sequence},\"data\":{{",
            time.to_rfc3339_opts(SecondsFormat::Millis, true)
        );
        for (index, (path, value)) in signals.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(body, "{comma}\"{path}\":{value:?}");
        }
        body.push_str("}}\n");
        let hash = content_hash::of(vehicle_id, time, i64::try_from(sequence).ok(), &signals);
        lines.push(format!("{hash} {vehicle_id}\n"));
    }
    (Bytes::from(body), lines)
}

/// Ten plausible readings in canonical units, with at most two digits behind the point, so that any JSON parser reads
/// back the very same number and the content hash can be compared.
fn readings(number: u64) -> [(&'static str, f64); 10] {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let part = |shift: u32, span: u64| ((mixed >> shift) % span) as f64;
    [
        ("Vehicle.Speed", 40.0 + part(8, 50)),
        (
            "Vehicle.Powertrain.CombustionEngine.Speed",
            1_500.0 + part(14, 2_000) * 0.25,
        ),
        ("Vehicle.OBD.EngineLoad", 30.0 + part(20, 2_500) / 100.0),
        (
            "Vehicle.Powertrain.CombustionEngine.TPS",
            18.0 + part(24, 1_500) / 100.0,
        ),
        (
            "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature",
            87.0 + part(30, 5),
        ),
        ("Vehicle.Powertrain.CombustionEngine.MAP", 40.0 + part(34, 40)),
        ("Vehicle.OBD.IntakeTemp", 25.0 + part(38, 8)),
        ("Vehicle.LowVoltageBattery.CurrentVoltage", 13.8 + part(42, 60) / 100.0),
        ("Vehicle.Powertrain.FuelSystem.RelativeLevel", 55.0 + part(48, 3)),
        ("Vehicle.Exterior.AirTemperature", 18.0 + part(52, 3)),
    ]
    .map(|(path, value): (&'static str, f64)| (path, (value * 100.0).round() / 100.0))
}

fn report(shared: &Shared, tallies: Vec<Tally>) -> LoadReport {
    let mut report = LoadReport::default();
    let mut verdict = Verdict::default();
    let mut latencies_ms = Vec::new();
    let mut last_answer = shared.began;
    for tally in tallies {
        report.sent += tally.sent;
        report.in_doubt += tally.in_doubt;
        report.throttled += tally.throttled;
        report.repeated += tally.repeated;
        verdict.add(&tally.verdict);
        latencies_ms.extend(tally.latencies_ms);
        last_answer = last_answer.max(tally.last_answer.unwrap_or(last_answer));
    }
    report.accepted = verdict.accepted;
    report.duplicates = verdict.duplicates;
    report.quarantined = verdict.quarantined;
    report.rejected = verdict.rejected;
    let answered = verdict.accepted + verdict.duplicates + verdict.quarantined + verdict.rejected;
    // A run is never shorter than the time its posts fell due in, else one early batch would look like a high rate.
    let seconds = (last_answer - shared.began).as_secs_f64().max(shared.options.seconds);
    report.records_per_second = answered as f64 / seconds;
    report.latency_ms = Latency::of(latencies_ms);
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::RecordError;

    #[test]
    fn quantiles_are_by_nearest_rank() {
        let latency = Latency::of((1..=100).map(f64::from).collect());
        assert_eq!(
            latency,
            Latency {
                p50: 50.0,
                p99: 99.0,
                max: 100.0
            }
        );
        assert_eq!(Latency::of(vec![]), Latency::default());
        assert_eq!(
            Latency::of(vec![7.0]),
            Latency {
                p50: 7.0,
                p99: 7.0,
                max: 7.0
            }
        );
    }

    #[test]
    fn only_what_is_not_complained_about_is_acknowledged() {
        let lines: Vec<String> = ["a\n", "b\n", "c\n"].map(str::to_owned).to_vec();
        let complaint = |index| RecordError {
            index,
            ..RecordError::default()
        };
        let some = Verdict {
            accepted: 2,
            rejected: 1,
            errors: vec![complaint(1)],
            ..Verdict::default()
        };
        assert_eq!(acknowledged(&some, &lines), "a\nc\n");
        let unnamed = Verdict {
            accepted: 1,
            rejected: 2,
            errors: vec![complaint(1)],
            ..Verdict::default()
        };
        assert_eq!(acknowledged(&unnamed, &lines), "");
    }

    #[test]
    fn readings_survive_json() {
        for number in 0..2_000 {
            for (path, value) in readings(number) {
                let text = format!("{value:?}");
                assert_eq!(
                    serde_json::from_str::<f64>(&text).unwrap().to_bits(),
                    value.to_bits(),
                    "{path} {text}"
                );
                assert!(text.split_once('.').unwrap().1.len() <= 2, "{path} {text}");
            }
        }
    }
}

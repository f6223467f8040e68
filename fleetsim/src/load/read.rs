//! Open-loop reading: requests fall due at fixed times, whether or not earlier ones are answered, and latency is measured
//! from the time a request was due, as for posts. Each request takes the next of the paths and a vehicle by chance, so
//! that no answer is prepared by the one before it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use hdrhistogram::Histogram;
use serde::Serialize;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::http::{Connection, Endpoint};
use super::report::{Latency, histogram};
use super::{plan, sleep_until};
use crate::dice::mix;

/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Stands in a path where a vehicle's id goes.
pub const VEHICLE: &str = "{vehicle}";

/// What is read, how fast, for how long.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Scheme (`http`), host and port of a service or of the gateway.
    pub url: String,
    /// API key.
    pub key: String,
    /// Requests a second.
    pub rate: f64,
    /// How long requests fall due, in seconds.
    pub seconds: f64,
    /// Paths with their queries, taken in turn; [`VEHICLE`] is replaced.
    pub paths: Vec<String>,
    /// Vehicles that are asked about.
    pub vehicles: u64,
    /// First part of the vehicles' ids, as `load` has registered them.
    pub prefix: String,
    /// Connections, and so requests under way at once.
    pub connections: usize,
    /// Shows a progress bar on a terminal.
    pub progress: bool,
    /// Ends the run early.
    pub stop: CancellationToken,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReadReport {
    /// Requests that were sent.
    pub sent: u64,
    /// Answers 2xx.
    pub answered: u64,
    /// Answers of any other status.
    pub refused: u64,
    /// The same by status and path, such as `404 /api/v1/vehicles/{vehicle}`.
    pub refusals: BTreeMap<String, u64>,
    /// Requests that nobody answered.
    pub unanswered: u64,
    /// From the first due time to the last answer.
    pub seconds: f64,
    /// Answers 2xx a second.
    pub requests_per_second: f64,
    /// Answers 2xx, from due time to answer.
    pub latency_ms: Latency,
    /// The same by path.
    pub paths: BTreeMap<String, Latency>,
}

struct Shared {
    options: ReadOptions,
    endpoint: Endpoint,
    next: AtomicU64,
    requests: u64,
    began: Instant,
    bar: indicatif::ProgressBar,
}

struct Tally {
    report: ReadReport,
    by_path: Vec<Histogram<u64>>,
    last_answer: Instant,
}

/// Reads for as long as asked.
///
/// # Errors
/// When a number makes no sense or there is nothing to read.
pub async fn read(options: ReadOptions) -> anyhow::Result<ReadReport> {
    let positive = |value: f64| value > 0.0 && value.is_finite();
    anyhow::ensure!(
        positive(options.rate) && positive(options.seconds) && options.connections > 0 && options.vehicles > 0,
        "rate, seconds, connections and vehicles must be positive"
    );
    anyhow::ensure!(
        !options.paths.is_empty() && options.paths.iter().all(|path| path.starts_with('/')),
        "there must be paths, and each must begin with a slash"
    );
    let requests = (options.rate * options.seconds).ceil() as u64;
    let shared = Arc::new(Shared {
        endpoint: Endpoint::parse(&options.url)?,
        next: AtomicU64::new(0),
        requests,
        began: Instant::now(),
        bar: crate::progress::bar(requests, "reading", options.progress),
        options,
    });
    let mut workers = JoinSet::new();
    for _ in 0..shared.options.connections {
        workers.spawn(work(shared.clone()));
    }
    let mut tallies = Vec::new();
    while let Some(tally) = workers.join_next().await {
        tallies.push(tally.context("a worker broke down")??);
    }
    shared.bar.finish_and_clear();
    report(&shared, tallies)
}

async fn work(shared: Arc<Shared>) -> anyhow::Result<Tally> {
    let options = &shared.options;
    let mut tally = Tally {
        report: ReadReport::default(),
        by_path: options.paths.iter().map(|_| histogram()).collect::<Result<_, _>>()?,
        last_answer: shared.began,
    };
    let mut connection = Connection::new(&shared.endpoint.authority);
    loop {
        let number = shared.next.fetch_add(1, Ordering::Relaxed);
        if number >= shared.requests || options.stop.is_cancelled() {
            return Ok(tally);
        }
        let due = shared.began + Duration::from_secs_f64(number as f64 / options.rate);
        sleep_until(due, &options.stop).await;
        let path = number as usize % options.paths.len();
        let request = request(&shared, &options.paths[path], number);
        tally.report.sent += 1;
        match connection.exchange(request.as_bytes(), ANSWER_WITHIN).await {
            Ok(reply) if (200..300).contains(&reply.status) => {
                tally.last_answer = Instant::now();
                let latency_us = u64::try_from((tally.last_answer - due).as_micros()).unwrap_or(u64::MAX);
                tally.by_path[path].saturating_record(latency_us);
            }
            Ok(reply) => {
                tally.report.refused += 1;
                let refusal = format!("{} {}", reply.status, options.paths[path]);
                *tally.report.refusals.entry(refusal).or_default() += 1;
            }
            Err(_) => tally.report.unanswered += 1,
        }
        shared.bar.inc(1);
    }
}

fn request(shared: &Shared, path: &str, number: u64) -> String {
    let options = &shared.options;
    let vehicle = plan::vehicle_id(
        &options.prefix,
        plan::id_digits(options.vehicles),
        mix(number) % options.vehicles,
    );
    let path = path.replace(VEHICLE, &vehicle);
    let Endpoint { authority, prefix } = &shared.endpoint;
    format!(
        "GET {prefix}{path} HTTP/1.1\r\nhost: {authority}\r\nx-api-key: {}\r\naccept: application/json\r\n\r\n",
        options.key
    )
}

fn report(shared: &Shared, tallies: Vec<Tally>) -> anyhow::Result<ReadReport> {
    let mut report = ReadReport::default();
    let mut by_path: Vec<Histogram<u64>> = Vec::new();
    let mut last_answer = shared.began;
    for tally in tallies {
        report.sent += tally.report.sent;
        report.refused += tally.report.refused;
        report.unanswered += tally.report.unanswered;
        for (refusal, count) in tally.report.refusals {
            *report.refusals.entry(refusal).or_default() += count;
        }
        last_answer = last_answer.max(tally.last_answer);
        if by_path.is_empty() {
            by_path = tally.by_path;
            continue;
        }
        for (all, one) in by_path.iter_mut().zip(&tally.by_path) {
            all.add(one)?;
        }
    }
    let mut all = histogram()?;
    for (path, latencies) in shared.options.paths.iter().zip(&by_path) {
        all.add(latencies)?;
        report.paths.insert(path.clone(), Latency::of(latencies));
    }
    report.answered = all.len();
    report.latency_ms = Latency::of(&all);
    let due_s = if shared.options.stop.is_cancelled() {
        0.0
    } else {
        shared.options.seconds
    };
    report.seconds = (last_answer - shared.began).as_secs_f64().max(due_s).max(1e-9);
    report.requests_per_second = report.answered as f64 / report.seconds;
    Ok(report)
}

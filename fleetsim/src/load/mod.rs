//! Open-loop load: posts are due at fixed times, whether or not earlier ones are answered, and latency is measured
//! from the time a post was due. A slow server therefore shows its whole delay, not only the part it had while asked
//! (the "coordinated omission" of G. Tene, How NOT to Measure Latency, 2013). With a rate of 0 the loop is closed
//! instead: every connection posts as soon as it is answered, which finds the most that the server takes.
//!
//! Every connection takes the next due post, so the number of posts under way is bounded by the connections. A post
//! that nobody answers is posted again, which is safe because the platform knows a record by vehicle, time and
//! sequence. Each acknowledged post goes to the ledger before the connection's next one.
//!
//! The records are a pure function of the seed ([`plan`]), bodies are written over in place ([`template`]), and
//! connections speak plain HTTP/1.1 ([`http`]): the generator runs beside the server that it measures.

mod http;
pub(crate) mod plan;
pub mod read;
mod report;
mod template;
mod work;

pub(crate) use report::histogram;
pub use report::{Latency, LoadReport};
pub use template::Compression;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use anyhow::Context;
use chrono::Utc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::client::{Client, Registration};
use crate::ledger::Ledger;
use crate::vin;
use plan::Plan;
use work::Shared;

/// Registrations under way at once.
const REGISTRATIONS_AT_ONCE: usize = 8;
/// Seed of the records where none is given.
const SEED: u64 = 1;

/// How much, how fast, for how long.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Ingestion's scheme (`http`), host and port.
    pub url: String,
    /// API key.
    pub key: String,
    /// Records a second; 0 posts as fast as the platform answers.
    pub rate: f64,
    /// How long posts fall due, in seconds.
    pub seconds: f64,
    /// Records in a post; a single one goes to `POST /api/v1/ingest`, more go to `POST /api/v1/ingest/batch`.
    pub batch: u64,
    /// Vehicles that the records are spread over.
    pub vehicles: u64,
    /// Connections, and so posts under way at once.
    pub workers: usize,
    /// Where acknowledgements go.
    pub ack_log: Option<PathBuf>,
    /// First part of the vehicles' ids.
    pub prefix: String,
    /// How long after its due time a post is still tried, in seconds.
    pub patience_s: f64,
    /// Shows a progress bar on a terminal.
    pub progress: bool,
}

/// What most runs leave as it is.
#[derive(Debug, Clone)]
pub struct LoadDetails {
    /// Vehicles in a post: those of one gateway.
    pub vehicles_per_batch: u64,
    /// Readings in a record, 1 to 20.
    pub readings: usize,
    /// Same seed, same readings.
    pub seed: u64,
    /// How bodies are packed.
    pub compression: Compression,
    /// Posts that are answered 429 are posted again after the time the server asks for, as long as patience lasts.
    /// Without it they count as rejected, and the load goes on: arrivals do not wait for a server.
    pub retry: bool,
    /// Ends the run early; the report then tells what was done.
    pub stop: CancellationToken,
}

impl Default for LoadDetails {
    fn default() -> Self {
        Self {
            vehicles_per_batch: 50,
            readings: 10,
            seed: SEED,
            compression: Compression::None,
            retry: true,
            stop: CancellationToken::new(),
        }
    }
}

/// [`load_with`] the usual details.
///
/// # Errors
/// As [`load_with`].
pub async fn load(options: LoadOptions) -> anyhow::Result<LoadReport> {
    load_with(options, LoadDetails::default()).await
}

/// Registers the vehicles, then posts for as long as asked.
///
/// # Errors
/// When a number makes no sense, a vehicle cannot be registered, or the ledger cannot be written.
pub async fn load_with(options: LoadOptions, details: LoadDetails) -> anyhow::Result<LoadReport> {
    anyhow::ensure!(
        options.rate >= 0.0 && options.rate.is_finite() && options.seconds > 0.0 && options.seconds.is_finite(),
        "the rate must not be negative, and the seconds must be positive"
    );
    anyhow::ensure!(
        options.batch > 0 && options.vehicles > 0 && options.workers > 0,
        "nothing to do"
    );
    let endpoint = http::Endpoint::parse(&options.url)?;
    let plan = plan_of(&options, &details);
    let client = Client::new(&options.url, &options.key)?;
    register_all(&client, &plan, options.progress).await?;
    let ledger = match &options.ack_log {
        Some(path) => Some(Ledger::append_to(path, &plan)?),
        None => None,
    };
    let open = options.rate > 0.0;
    let batches = match open {
        true => (options.rate * options.seconds / options.batch as f64).ceil().max(1.0) as u64,
        false => u64::MAX,
    };
    let bar_length = if open {
        batches * options.batch
    } else {
        (options.seconds * 10.0).ceil() as u64
    };
    let shared = Arc::new(Shared {
        endpoint,
        plan,
        ledger,
        next: AtomicU64::new(0),
        batches,
        began: Instant::now(),
        began_ms: Utc::now().timestamp_millis(),
        bar: crate::progress::bar(
            bar_length,
            if open { "posting" } else { "posting for" },
            options.progress,
        ),
        options,
        details,
    });
    let cpu_before_s = report::cpu_seconds();
    let mut workers = JoinSet::new();
    for _ in 0..shared.options.workers {
        workers.spawn(work::work(shared.clone()));
    }
    let mut tallies = Vec::new();
    while let Some(tally) = workers.join_next().await {
        tallies.push(tally.context("a worker broke down")??);
    }
    shared.bar.finish_and_clear();
    let cpu_s = report::cpu_seconds()
        .zip(cpu_before_s)
        .map(|(after, before)| after - before);
    Ok(report::report(&shared, tallies, cpu_s))
}

fn plan_of(options: &LoadOptions, details: &LoadDetails) -> Plan {
    let mut plan = Plan {
        version: plan::VERSION,
        seed: details.seed,
        prefix: options.prefix.clone(),
        vehicles: options.vehicles,
        batch: options.batch,
        vehicles_per_batch: details.vehicles_per_batch,
        readings: details.readings,
        gap_ms: 1,
    }
    .bounded();
    if options.rate > 0.0 {
        // A post holds what its vehicles measured since their last one.
        let period_ms = (plan.groups() * plan.batch) as f64 / options.rate * 1_000.0;
        let each = plan.batch.div_ceil(plan.vehicles_per_batch);
        plan.gap_ms = ((period_ms / each as f64) as u64).clamp(1, 60_000);
    }
    plan
}

async fn register_all(client: &Client, plan: &Plan, progress: bool) -> anyhow::Result<()> {
    let bar = crate::progress::bar(plan.vehicles, "registering", progress);
    let permits = Arc::new(Semaphore::new(REGISTRATIONS_AT_ONCE));
    let mut tasks = JoinSet::new();
    for number in 0..plan.vehicles {
        let permit = permits.clone().acquire_owned().await?;
        let client = client.clone();
        let vehicle_id = plan.vehicle_id(number);
        let vehicle = Registration {
            vin: Some(vin::compose("WF0", 2022, vin::number_of(&vehicle_id))),
            vehicle_id,
            ..Registration::default()
        };
        tasks.spawn(async move {
            let done = client.register(&vehicle).await;
            drop(permit);
            done
        });
        while let Some(done) = tasks.try_join_next() {
            done.context("a registration broke down")??;
        }
        bar.inc(1);
    }
    while let Some(done) = tasks.join_next().await {
        done.context("a registration broke down")??;
    }
    bar.finish_and_clear();
    Ok(())
}

/// Bodies as the load posts them, without a platform: for measuring what the generator itself costs.
pub struct Generator {
    body: template::Body,
    batches: u64,
}

impl Generator {
    /// Posts of `batch` records of the default vehicles, readings and seed.
    #[must_use]
    pub fn new(vehicles: u64, batch: u64) -> Self {
        let details = LoadDetails::default();
        let plan = Plan {
            version: plan::VERSION,
            seed: details.seed,
            prefix: "load".to_owned(),
            vehicles: vehicles.max(1),
            batch: batch.max(1),
            vehicles_per_batch: details.vehicles_per_batch,
            readings: details.readings,
            gap_ms: 10,
        }
        .bounded();
        Self {
            body: template::Body::new(&plan),
            batches: 0,
        }
    }

    /// The next post's body.
    pub fn next_body(&mut self, base: chrono::DateTime<Utc>) -> &[u8] {
        self.batches += 1;
        self.body.fill(self.batches - 1, base.timestamp_millis())
    }
}

/// Waits for a time, but not beyond a stop.
async fn sleep_until(moment: Instant, stop: &CancellationToken) {
    if moment > Instant::now() {
        tokio::select! {
            () = tokio::time::sleep_until(moment) => {}
            () = stop.cancelled() => {}
        }
    }
}

async fn sleep(wait: Duration, stop: &CancellationToken) {
    sleep_until(Instant::now() + wait, stop).await;
}

//! How long it takes from telemetry to an alert, measured from outside: vehicles fail one after another, each with one post that proves
//! it, and the time until its alert was raised counts. Both clocks are this machine's, so the platform must run on it too.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::client::{Client, Patience, Registration};
use crate::load::Latency;

/// Pause between two looks at the alerts.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long a post may be refused, and how long after the last one alerts are waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Records in a post: at one in five seconds, a quarter of an hour, enough for any rule with persistence to be sure.
const RECORDS: i64 = 180;

/// How many vehicles fail, and how fast.
#[derive(Debug, Clone)]
pub struct AlarmOptions {
    /// Scheme, host and port of the ingestion service.
    pub url: String,
    /// Scheme, host and port of the alert service.
    pub alerts_url: String,
    /// API key.
    pub key: String,
    /// Vehicles that fail.
    pub samples: u64,
    /// Failures a second.
    pub rate: f64,
    /// First part of the vehicles' ids; a run needs one of its own.
    pub prefix: String,
    /// Shows a progress bar on a terminal.
    pub progress: bool,
    /// Ends the run early.
    pub stop: CancellationToken,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AlarmReport {
    /// Vehicles that failed.
    pub samples: u64,
    /// Vehicles that no alert was raised for in time.
    pub missing: u64,
    /// From just before the post to the time the alert was raised, the first of each vehicle.
    pub latency_ms: Latency,
}

#[derive(Deserialize)]
struct AlertPage {
    items: Vec<Alert>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Alert {
    vehicle_id: String,
    raised_at: DateTime<Utc>,
}

/// Lets vehicles fail and waits for their alerts.
///
/// # Errors
/// When a number makes no sense, a vehicle cannot be registered, a post is refused or alerts cannot be read.
pub async fn alarm(options: &AlarmOptions) -> anyhow::Result<AlarmReport> {
    anyhow::ensure!(
        options.samples > 0 && options.rate > 0.0 && options.rate.is_finite(),
        "samples and rate must be positive"
    );
    let client = Client::new(&options.url, &options.key)?;
    let bar = crate::progress::bar(2 * options.samples, "failing", options.progress);
    for number in 0..options.samples {
        client.register(&healthy_car(&options.prefix, number)).await?;
        bar.inc(1);
    }
    let patience = Patience {
        limit: PATIENCE,
        stop: options.stop.clone(),
    };
    let mut posted: HashMap<String, DateTime<Utc>> = HashMap::new();
    let mut pace = tokio::time::interval(Duration::from_secs_f64(1.0 / options.rate));
    for number in 0..options.samples {
        pace.tick().await;
        let vehicle_id = vehicle_id(&options.prefix, number);
        let body = worn_out(&vehicle_id, Utc::now());
        posted.insert(vehicle_id, Utc::now());
        client.deliver(body, &patience).await?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let raised = wait_for_alerts(options, &posted).await?;
    report(&posted, &raised)
}

fn vehicle_id(prefix: &str, number: u64) -> String {
    format!("{prefix}-{number:05}")
}

fn healthy_car(prefix: &str, number: u64) -> Registration {
    Registration {
        vehicle_id: vehicle_id(prefix, number),
        powertrain: Some("PETROL"),
        vehicle_class: Some("CAR"),
        ..Registration::default()
    }
}

/// A quarter of an hour's drive up to `end` with front brake pads that are worn through.
fn worn_out(vehicle_id: &str, end: DateTime<Utc>) -> Bytes {
    let mut lines = String::new();
    for record in 0..RECORDS {
        let time = end - chrono::Duration::seconds(5 * (RECORDS - record));
        let line = json!({"vehicle_id": vehicle_id, "timestamp": time, "protocol": "GENERIC", "data": {
            "Vehicle.Speed": 50,
            "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear": 99,
            "Vehicle.Chassis.Axle.Row1.Wheel.Right.Brake.PadWear": 99,
        }});
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    lines.into()
}

/// The first alert of each vehicle that was posted for.
async fn wait_for_alerts(
    options: &AlarmOptions,
    posted: &HashMap<String, DateTime<Utc>>,
) -> anyhow::Result<HashMap<String, DateTime<Utc>>> {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(30)).build()?;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let raised = alerts(&http, options, posted).await?;
        if raised.len() >= posted.len() || tokio::time::Instant::now() > deadline || options.stop.is_cancelled() {
            return Ok(raised);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn alerts(
    http: &reqwest::Client,
    options: &AlarmOptions,
    posted: &HashMap<String, DateTime<Utc>>,
) -> anyhow::Result<HashMap<String, DateTime<Utc>>> {
    let mut raised: HashMap<String, DateTime<Utc>> = HashMap::new();
    let first = format!("{}/api/v1/alerts?limit=200", options.alerts_url.trim_end_matches('/'));
    let mut url = first.clone();
    loop {
        let response = http.get(&url).header("x-api-key", &options.key).send().await?;
        let page: AlertPage = response
            .error_for_status()?
            .json()
            .await
            .context("the alerts cannot be read")?;
        for alert in page.items {
            if posted.contains_key(&alert.vehicle_id) {
                let first = raised.entry(alert.vehicle_id).or_insert(alert.raised_at);
                *first = (*first).min(alert.raised_at);
            }
        }
        match page.next_cursor {
            Some(cursor) => url = format!("{first}&cursor={cursor}"),
            None => return Ok(raised),
        }
    }
}

fn report(
    posted: &HashMap<String, DateTime<Utc>>,
    raised: &HashMap<String, DateTime<Utc>>,
) -> anyhow::Result<AlarmReport> {
    let mut latencies = crate::load::histogram()?;
    for (vehicle_id, at) in raised {
        let latency = posted.get(vehicle_id).and_then(|from| (*at - from).num_microseconds());
        latencies.saturating_record(latency.and_then(|us| u64::try_from(us).ok()).unwrap_or(0));
    }
    Ok(AlarmReport {
        samples: posted.len() as u64,
        missing: (posted.len() - raised.len()) as u64,
        latency_ms: Latency::of(&latencies),
    })
}

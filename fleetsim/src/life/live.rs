//! Posts a fleet as it lives: from the past to the present at a given pace, then on with the clock.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use chrono::Utc;
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::fleet::Fleet;
use super::signals::Signal;
use super::truth::{End, Happening};
use super::vehicle::{Sink, Vehicle};
use super::write::{Format, Text, date_time};
use crate::client::{Client, Patience, Verdict};
use crate::replay::Speed;

/// Simulated seconds between two looks at the clock.
const STEP_S: i64 = 60;

/// Which fleet, from when, how fast, and where to.
#[derive(Debug, Clone)]
pub struct LiveOptions {
    /// Ingestion's scheme, host and port.
    pub url: String,
    /// API key.
    pub key: String,
    pub fleet: Fleet,
    pub vehicles: u64,
    /// Simulated seconds in a second, until the present is reached.
    pub speed: Speed,
    /// Ends at the present instead of going on with the clock.
    pub until_now: bool,
    /// Records in a post while catching up.
    pub batch: u64,
    /// A folder for the truth, which the platform never reads.
    pub truth: Option<PathBuf>,
    /// How long one batch may wait for the platform, in seconds.
    pub patience_s: u64,
    /// Shows a progress bar on a terminal.
    pub progress: bool,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LiveReport {
    pub vehicles: u64,
    pub posted: u64,
    pub readings: u64,
    pub accepted: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    pub rejected: u64,
    /// Readings kept aside from records that were accepted.
    pub readings_quarantined: u64,
    pub failed: u64,
    pub until: String,
    pub seconds: f64,
    pub records_per_second: f64,
}

#[derive(Default)]
struct Outbox {
    text: Text,
    posted: u64,
    failed: u64,
    truth: String,
}

impl Sink for Outbox {
    fn record(&mut self, vehicle: &Vehicle, time_s: i64, readings: &[(Signal, f64)]) {
        self.text.append(Format::Ndjson, vehicle, time_s, readings);
    }

    fn happened(&mut self, vehicle: &Vehicle, happening: Happening) {
        let id = &vehicle.id;
        let line = match happening {
            Happening::Life(life) => {
                self.failed += u64::from(life.end == End::Failed);
                let (component, cause, end) = (life.mode.component(), life.mode.cause(), life.end.name());
                format!(
                    "{},{id},{end},{component},{cause},{:.1}\n",
                    date_time(life.ended_s),
                    life.ended_km
                )
            }
            Happening::Renewed {
                mode,
                time_s,
                odometer_km,
                ..
            } => {
                let (component, cause) = (mode.component(), mode.cause());
                format!(
                    "{},{id},repaired,{component},{cause},{odometer_km:.1}\n",
                    date_time(time_s)
                )
            }
            Happening::Sensor {
                path,
                breakage,
                time_s,
                works,
            } => {
                let event = if works { "sensor_works" } else { "sensor_broke" };
                format!("{},{id},{event},{path},{breakage},\n", date_time(time_s))
            }
            Happening::FalseCode { code, time_s } => format!("{},{id},false_code,{code},,\n", date_time(time_s)),
            Happening::Day { .. } => return,
        };
        self.truth.push_str(&line);
    }
}

/// Registers the fleet and posts what it sends.
///
/// # Errors
/// When the platform refuses a vehicle or a batch or does not answer in time, or the truth cannot be written.
pub async fn live(options: LiveOptions, stop: CancellationToken) -> anyhow::Result<LiveReport> {
    let client = Client::new(&options.url, &options.key)?;
    let patience = Patience {
        limit: Duration::from_secs(options.patience_s),
        stop: stop.clone(),
    };
    let mut fleet: Vec<Vehicle> = (0..options.vehicles)
        .map(|number| options.fleet.vehicle(number))
        .collect();
    for vehicle in &fleet {
        client.register(&vehicle.registration()).await?;
    }
    let mut outbox = Outbox::default();
    let mut verdict = Verdict::default();
    let (began, start_s) = (Instant::now(), options.fleet.start_s);
    let total_s = (Utc::now().timestamp() - start_s).max(0);
    let bar = crate::progress::bar(total_s.unsigned_abs(), "simulating", options.progress);
    let mut time_s = start_s;
    while !stop.is_cancelled() {
        let now_s = Utc::now().timestamp();
        let caught_up = time_s >= now_s;
        if caught_up && options.until_now {
            break;
        }
        time_s = (time_s + if caught_up { 1 } else { STEP_S }).min(now_s.max(time_s + 1));
        for vehicle in &mut fleet {
            vehicle.advance(time_s, &mut outbox);
        }
        let waiting = outbox.text.records - outbox.posted;
        if waiting >= options.batch || (caught_up && waiting > 0) {
            verdict.add(&post(&client, &patience, &mut outbox).await?);
        }
        bar.set_position((time_s - start_s).unsigned_abs());
        let moment = match options.speed {
            _ if caught_up => Instant::now() + Duration::from_secs(1),
            Speed::Times(times) => began + Duration::from_secs_f64((time_s - start_s) as f64 / times),
            // No timer: it would be a millisecond for each simulated minute.
            Speed::Max => {
                tokio::task::yield_now().await;
                continue;
            }
        };
        tokio::select! {
            () = tokio::time::sleep_until(moment) => {}
            () = stop.cancelled() => {}
        }
    }
    if outbox.text.records > outbox.posted {
        verdict.add(&post(&client, &patience, &mut outbox).await?);
    }
    bar.finish_and_clear();
    fleet.iter_mut().for_each(|vehicle| vehicle.finish(&mut outbox));
    write_truth(&options, &outbox)?;
    let seconds = began.elapsed().as_secs_f64();
    Ok(LiveReport {
        vehicles: options.vehicles,
        posted: outbox.posted,
        readings: outbox.text.readings,
        accepted: verdict.accepted,
        duplicates: verdict.duplicates,
        quarantined: verdict.quarantined,
        rejected: verdict.rejected,
        readings_quarantined: verdict.readings_quarantined,
        failed: outbox.failed,
        until: date_time(time_s),
        seconds,
        records_per_second: outbox.posted as f64 / seconds.max(1e-9),
    })
}

async fn post(client: &Client, patience: &Patience, outbox: &mut Outbox) -> anyhow::Result<Verdict> {
    let body = Bytes::from(std::mem::take(&mut outbox.text.bytes));
    outbox.posted = outbox.text.records;
    client.deliver(body, patience).await
}

fn write_truth(options: &LiveOptions, outbox: &Outbox) -> anyhow::Result<()> {
    let Some(folder) = &options.truth else { return Ok(()) };
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let path = folder.join("happenings.csv");
    let text = format!("time,vehicle_id,event,component,cause,odometer_km\n{}", outbox.truth);
    std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
}

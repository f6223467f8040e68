//! Runs the fleet: second by second until the present, then live, posting as it goes.

use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::truth::{Truth, WEAR_EVERY_S};
use super::{AtPresent, Control, DriveEvent, DriveOptions, DriveReport, FaultKind, Repair, SimVehicle};
use crate::client::{Client, Patience, Verdict};
use crate::record::append_line;
use crate::replay::Speed;

/// Posts that may wait for the poster; the simulation pauses when they are full.
const POSTS_WAITING_MAX: usize = 4;
/// Hours within which parts fail when the simulation starts at the present.
const LIVE_WINDOW: TimeDelta = TimeDelta::hours(2);

/// Registers the fleet and drives it until the present or until it is stopped.
///
/// # Errors
/// When there are too few vehicles for the failures, the truth cannot be written, or the platform refuses a vehicle or
/// a batch or does not answer in time.
pub async fn drive(options: DriveOptions, control: Control) -> anyhow::Result<DriveReport> {
    let client = Client::new(&options.url, &options.key)?;
    let fleet = fleet_of(&options)?;
    let mut truth = Truth::open(options.truth.as_deref())?;
    for vehicle in &fleet {
        let mut registration = vehicle.registration(options.start);
        if let Some(dress) = &options.dress {
            dress(vehicle.number, &mut registration);
        }
        client.register(&registration).await?;
        let fails = vehicle.fault.as_ref().map(|fault| fault.kind);
        if let Some(kind) = fails {
            truth.event("planned", vehicle, kind.component(), options.start)?;
        }
        tell(
            &options,
            &DriveEvent::Registered {
                vehicle_id: vehicle.id.to_string(),
                fails,
            },
        );
    }
    let patience = Patience {
        limit: Duration::from_secs(options.patience_s),
        stop: control.stop.clone(),
    };
    let (posts, waiting) = mpsc::channel(POSTS_WAITING_MAX);
    let poster = tokio::spawn(post_all(client, patience, waiting));
    let time = options
        .start
        .duration_trunc(TimeDelta::seconds(1))
        .unwrap_or(options.start);
    let report = DriveReport {
        vehicles: fleet.len(),
        ..DriveReport::default()
    };
    let runner = Runner {
        time,
        fleet,
        truth,
        control,
        posts,
        body: Vec::new(),
        waiting: 0,
        report,
        options,
    };
    runner.run(poster).await
}

fn tell(options: &DriveOptions, event: &DriveEvent) {
    if let Some(listener) = &options.listener {
        listener(event);
    }
}

/// The vehicles, each failure given to the first vehicle that can have it and has none yet.
fn fleet_of(options: &DriveOptions) -> anyhow::Result<Vec<SimVehicle>> {
    let ahead = Utc::now() - options.start;
    let window = if ahead > TimeDelta::minutes(10) {
        ahead
    } else {
        LIVE_WINDOW
    };
    let mut fails: Vec<Option<FaultKind>> = vec![None; options.vehicles];
    for (kind, count) in &options.failures {
        for _ in 0..*count {
            // An electric car has no coolant loop of this kind and no starter.
            let able = |number: usize| *kind == FaultKind::Brakes || number % 3 != 2;
            let place = (0..options.vehicles).find(|number| fails[*number].is_none() && able(*number));
            let place = place.with_context(|| format!("{} vehicles are too few for the failures", options.vehicles))?;
            fails[place] = Some(*kind);
        }
    }
    let vehicle = |(number, kind): (usize, Option<FaultKind>)| {
        SimVehicle::new(
            &options.prefix,
            number,
            options.seed,
            options.start,
            kind.map(|kind| (kind, window)),
        )
    };
    Ok(fails.into_iter().enumerate().map(vehicle).collect())
}

/// Delivers batches in order until the channel closes.
async fn post_all(client: Client, patience: Patience, mut waiting: mpsc::Receiver<Bytes>) -> anyhow::Result<Verdict> {
    let mut total = Verdict::default();
    while let Some(body) = waiting.recv().await {
        total.add(&client.deliver(body, &patience).await?);
    }
    Ok(total)
}

struct Runner {
    options: DriveOptions,
    time: DateTime<Utc>,
    fleet: Vec<SimVehicle>,
    truth: Truth,
    control: Control,
    posts: mpsc::Sender<Bytes>,
    body: Vec<u8>,
    waiting: usize,
    report: DriveReport,
}

impl Runner {
    async fn run(mut self, mut poster: JoinHandle<anyhow::Result<Verdict>>) -> anyhow::Result<DriveReport> {
        let began = Instant::now();
        let done = tokio::select! {
            done = self.simulate(began) => done.map(|()| None),
            // The poster ends before the simulation only when a batch could not be delivered.
            ended = &mut poster => Ok(Some(ended)),
        };
        let Self {
            posts,
            mut report,
            mut truth,
            time,
            ..
        } = self;
        drop(posts);
        truth.flush()?;
        let ended = match done? {
            Some(ended) => ended,
            None => poster.await,
        };
        let verdict = ended.context("the poster broke down")??;
        report.accepted = verdict.accepted;
        report.duplicates = verdict.duplicates;
        report.quarantined = verdict.quarantined;
        report.rejected = verdict.rejected;
        report.readings_quarantined = verdict.readings_quarantined;
        report.until = Some(time);
        report.seconds = began.elapsed().as_secs_f64();
        report.records_per_second = report.posted as f64 / report.seconds.max(1e-6);
        Ok(report)
    }

    async fn simulate(&mut self, began: Instant) -> anyhow::Result<()> {
        let total_s = (Utc::now() - self.time).num_seconds().max(0);
        let bar = crate::progress::bar(total_s.unsigned_abs(), "simulating", self.options.progress);
        let start = self.time;
        while self.time < Utc::now() && !self.control.stop.is_cancelled() {
            self.second(self.options.sample_s).await?;
            if let Speed::Times(times) = self.options.speed {
                let elapsed_s = (self.time - start).num_seconds() as f64 / times;
                self.wait_until(began + Duration::from_secs_f64(elapsed_s)).await;
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        self.post().await?;
        tell(
            &self.options,
            &DriveEvent::CaughtUp {
                time: self.time,
                records: self.report.posted,
            },
        );
        if self.options.at_present == AtPresent::GoLive {
            while !self.control.stop.is_cancelled() {
                self.second(1).await?;
                self.post().await?;
                let early = (self.time - Utc::now()).to_std().unwrap_or_default();
                self.wait_until(Instant::now() + early).await;
            }
        }
        self.post().await
    }

    async fn wait_until(&self, moment: Instant) {
        tokio::select! {
            () = tokio::time::sleep_until(moment) => {}
            () = self.control.stop.cancelled() => {}
        }
    }

    /// One simulated second of the whole fleet.
    async fn second(&mut self, sample_s: u32) -> anyhow::Result<()> {
        self.time += TimeDelta::seconds(1);
        while let Ok(repair) = self.control.repairs.try_recv() {
            self.repair(&repair)?;
        }
        let write_wear = self.time.timestamp() % WEAR_EVERY_S == 0;
        for vehicle in &mut self.fleet {
            let (failed, record) = vehicle.step(self.time, sample_s);
            if let Some(record) = record {
                append_line(&mut self.body, &record)?;
                self.waiting += 1;
            }
            if let (true, Some(fault)) = (failed, &vehicle.fault) {
                let component = fault.kind.component();
                self.report.failures += 1;
                self.truth.event("failed", vehicle, component, self.time)?;
                let vehicle_id = vehicle.id.to_string();
                tell(
                    &self.options,
                    &DriveEvent::Failed {
                        vehicle_id,
                        component,
                        time: self.time,
                    },
                );
            }
            if write_wear {
                self.truth.wear(vehicle, self.time)?;
            }
        }
        if self.waiting >= self.options.batch {
            self.post().await?;
        }
        Ok(())
    }

    fn repair(&mut self, repair: &Repair) -> anyhow::Result<()> {
        let Some(vehicle) = self.fleet.iter_mut().find(|vehicle| *vehicle.id == repair.vehicle_id) else {
            return Ok(());
        };
        if !vehicle.repair(&repair.component) {
            return Ok(());
        }
        self.report.repairs += 1;
        self.truth.event("repaired", vehicle, &repair.component, self.time)?;
        let Repair { vehicle_id, component } = repair.clone();
        tell(
            &self.options,
            &DriveEvent::Repaired {
                vehicle_id,
                component,
                time: self.time,
            },
        );
        Ok(())
    }

    async fn post(&mut self) -> anyhow::Result<()> {
        if self.waiting == 0 {
            return Ok(());
        }
        self.report.posted += self.waiting as u64;
        self.waiting = 0;
        // A closed channel means that the poster has ended; its own error says why.
        if self
            .posts
            .send(Bytes::from(std::mem::take(&mut self.body)))
            .await
            .is_err()
        {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

//! Simulated vehicles: they drive, idle, stop, start their engines, and some of their parts wear out.
//!
//! One step is one second. The models are first order and documented where they stand: road load and engine in
//! [`engine`], starter battery and alternator in [`electrical`], friction brakes in [`brakes`], electric drive in
//! [`traction`], trips in [`trips`], weather in [`weather`], wear in [`fault`]. What a vehicle sends is noisy and
//! quantised like the public logs; what is true about it goes to a separate folder that the platform never reads.
//!
//! The simulation catches up with the present as fast as asked, and then goes on live, one second a second.

mod brakes;
mod catalogue;
mod electrical;
mod engine;
mod fault;
mod noise;
mod run;
mod traction;
mod trips;
mod truth;
mod vehicle;
mod weather;

pub use fault::{FaultKind, parse_failures};
pub use run::drive;
pub use vehicle::SimVehicle;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::client::Registration;
use crate::replay::Speed;

/// Repairs that may wait; more are refused rather than piled up.
const REPAIRS_WAITING_MAX: usize = 256;

/// Changes what is registered for the vehicle of that number, for example its owner.
pub type Dress = Arc<dyn Fn(usize, &mut Registration) + Send + Sync>;
/// Is told what happens.
pub type Listener = Arc<dyn Fn(&DriveEvent) + Send + Sync>;

/// What happens once the simulation has caught up with the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtPresent {
    /// It ends.
    Stop,
    /// It goes on, one second a second, until it is stopped.
    GoLive,
}

/// Which vehicles are simulated, from when, how fast, and where their records go.
#[derive(Clone)]
pub struct DriveOptions {
    /// Ingestion's scheme, host and port.
    pub url: String,
    /// API key.
    pub key: String,
    /// How many vehicles; every third is a petrol car, a diesel van, an electric car.
    pub vehicles: usize,
    /// How many of them fail, and how.
    pub failures: Vec<(FaultKind, usize)>,
    /// Same seed and start, same fleet.
    pub seed: u64,
    /// Simulated seconds in a second, until the present is reached.
    pub speed: Speed,
    /// Simulated time of the first step.
    pub start: DateTime<Utc>,
    /// What happens at the present.
    pub at_present: AtPresent,
    /// Seconds between two records of a driving vehicle while catching up; live it is one.
    pub sample_s: u32,
    /// Records in a post while catching up.
    pub batch: usize,
    /// Where the truth goes: a folder that the platform never reads.
    pub truth: Option<PathBuf>,
    /// First part of the vehicles' ids.
    pub prefix: String,
    /// Changes registrations before they are sent.
    pub dress: Option<Dress>,
    /// Is told what happens.
    pub listener: Option<Listener>,
    /// How long one batch may wait for the platform, in seconds.
    pub patience_s: u64,
    /// Shows a progress bar on a terminal.
    pub progress: bool,
}

impl DriveOptions {
    /// Three vehicles of which none fails, from `start` on, as fast as they are taken, then live.
    #[must_use]
    pub fn new(url: &str, key: &str, start: DateTime<Utc>) -> Self {
        Self {
            url: url.to_owned(),
            key: key.to_owned(),
            vehicles: 3,
            failures: Vec::new(),
            seed: 1,
            speed: Speed::Max,
            start,
            at_present: AtPresent::GoLive,
            sample_s: 1,
            batch: 500,
            truth: None,
            prefix: "sim".to_owned(),
            dress: None,
            listener: None,
            patience_s: 120,
            progress: false,
        }
    }
}

/// What a listener is told.
#[derive(Debug, Clone, PartialEq)]
pub enum DriveEvent {
    /// A vehicle is registered (or was already).
    Registered {
        vehicle_id: String,
        fails: Option<FaultKind>,
    },
    /// A part has come to its end, in truth.
    Failed {
        vehicle_id: String,
        component: &'static str,
        time: DateTime<Utc>,
    },
    /// A technician's repair has taken effect.
    Repaired {
        vehicle_id: String,
        component: String,
        time: DateTime<Utc>,
    },
    /// The simulation has reached the present; `records` were posted until then.
    CaughtUp { time: DateTime<Utc>, records: u64 },
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DriveReport {
    pub vehicles: usize,
    /// Records posted.
    pub posted: u64,
    pub accepted: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    pub rejected: u64,
    /// Readings kept aside from records that were accepted.
    pub readings_quarantined: u64,
    /// Parts that came to their end, in truth.
    pub failures: u64,
    /// Repairs that took effect.
    pub repairs: u64,
    /// Last simulated second.
    pub until: Option<DateTime<Utc>>,
    /// Wall time, in seconds.
    pub seconds: f64,
    pub records_per_second: f64,
}

/// A technician's work on a simulated vehicle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repair {
    pub(crate) vehicle_id: String,
    pub(crate) component: String,
}

/// The running simulation, from outside. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Handle {
    repairs: mpsc::Sender<Repair>,
    stop: CancellationToken,
}

impl Handle {
    /// A technician has repaired a component (`cooling`, `battery_12v`, `brakes`): its fault is gone and its wear
    /// starts anew. Takes effect with the next simulated second. False when too many repairs wait or nobody drives.
    #[must_use]
    pub fn repair(&self, vehicle_id: &str, component: &str) -> bool {
        let repair = Repair {
            vehicle_id: vehicle_id.to_owned(),
            component: component.to_owned(),
        };
        self.repairs.try_send(repair).is_ok()
    }

    /// Ends the simulation; what is simulated already is still posted.
    pub fn stop(&self) {
        self.stop.cancel();
    }
}

/// The simulation's end of a [`Handle`].
#[derive(Debug)]
pub struct Control {
    pub(crate) repairs: mpsc::Receiver<Repair>,
    pub(crate) stop: CancellationToken,
}

/// A handle and the control that [`drive`] takes. `stop` ends the simulation as [`Handle::stop`] does.
#[must_use]
pub fn control(stop: CancellationToken) -> (Handle, Control) {
    let (sender, receiver) = mpsc::channel(REPAIRS_WAITING_MAX);
    (
        Handle {
            repairs: sender,
            stop: stop.clone(),
        },
        Control {
            repairs: receiver,
            stop,
        },
    )
}

//! How far the demo's history has come: printed now and then, and answered under /status/history.json.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chassis::{Clock, Event, Runtime};
use chrono::{DateTime, NaiveDate, Utc};
use parking_lot::Mutex;
use serde::Serialize;

use super::Told;
use crate::live::{self, Tap};

/// How often a line tells of it.
const TELL_EVERY: Duration = Duration::from_secs(5);
/// Vehicles whose chain is printed link by link; with two hundred, all of it would be a torrent.
const SHOWN_MAX: usize = 5;

/// What the app may show.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Shown {
    /// `NONE` without a demo, `PREPARING`, `SIMULATED` while business time lies in the past, then `LIVE`.
    state: &'static str,
    /// Where history begins, where business time stands, and when it was pinned to the wall.
    begins: Option<DateTime<Utc>>,
    business_time: Option<DateTime<Utc>>,
    live_since: Option<DateTime<Utc>>,
    /// Share of the history that is told, 0..=1.
    share: f64,
    /// Machine time since history began to be told.
    seconds: f64,
    records: u64,
    decisions: u64,
    alerts: u64,
    visits_booked: u64,
    visits_completed: u64,
    claims_submitted: u64,
}

/// Shared with the gateway. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Progress {
    shown: Arc<Mutex<Shown>>,
    started: Option<Instant>,
    told: Option<Instant>,
    day: Option<NaiveDate>,
    vehicles: BTreeSet<String>,
}

impl Progress {
    /// Nothing has happened; `is_demo` says whether anything will.
    pub(crate) fn new(is_demo: bool) -> Self {
        let state = if is_demo { "PREPARING" } else { "NONE" };
        let shown = Shown {
            state,
            ..Shown::default()
        };
        Self {
            shown: Arc::new(Mutex::new(shown)),
            started: None,
            told: None,
            day: None,
            vehicles: BTreeSet::new(),
        }
    }

    pub(crate) fn shown(&self) -> Shown {
        self.shown.lock().clone()
    }

    pub(super) fn begin(&mut self, told: &Told, wall: DateTime<Utc>) {
        let days = (wall - told.until).num_days();
        println!(
            "demo: telling {days} days of {} vehicles in simulated time; the pages answer meanwhile",
            told.vehicles
        );
        self.started = Some(Clock::system().instant());
        let mut shown = self.shown.lock();
        (shown.state, shown.begins, shown.business_time) = ("SIMULATED", Some(told.begins), Some(told.until));
    }

    pub(super) fn add(&self, records: u64) {
        self.shown.lock().records += records;
    }

    /// True once a day of business time.
    pub(super) fn is_new_day(&mut self, now: DateTime<Utc>) -> bool {
        self.day.replace(now.date_naive()) != Some(now.date_naive())
    }

    /// Counts and prints what has happened since the last call; true when anything has.
    pub(super) async fn follow(&mut self, tap: &mut Tap, runtime: &Runtime, now: DateTime<Utc>) -> bool {
        let events = tap.story(runtime).await;
        for event in &events {
            self.count(event);
            if self.is_shown(event) {
                live::show_at(event, &now.format("%Y-%m-%d %H:%M").to_string());
            }
        }
        let machine = Clock::system().instant();
        {
            let mut shown = self.shown.lock();
            shown.business_time = Some(now);
            shown.seconds = self
                .started
                .map_or(0.0, |started| machine.duration_since(started).as_secs_f64());
            let begins = shown.begins.unwrap_or(now);
            let whole = (runtime.clock.machine_now() - begins).num_seconds().max(1) as f64;
            shown.share = ((now - begins).num_seconds() as f64 / whole).clamp(0.0, 1.0);
        }
        if self.told.is_none_or(|told| machine.duration_since(told) >= TELL_EVERY) {
            self.told = Some(machine);
            println!("demo: {}", self.line());
        }
        !events.is_empty()
    }

    fn count(&self, event: &Event) {
        let mut shown = self.shown.lock();
        match event.kind.as_str() {
            "agent.decision.made" => shown.decisions += 1,
            "alert.created" => shown.alerts += 1,
            "appointment.scheduled" => shown.visits_booked += 1,
            "appointment.completed" => shown.visits_completed += 1,
            "warranty.claim.submitted" => shown.claims_submitted += 1,
            _ => {}
        }
    }

    /// The first vehicles of which a component becomes critical are followed from then on.
    fn is_shown(&mut self, event: &Event) -> bool {
        let Some(vehicle) = live::vehicle_of(event) else {
            return false;
        };
        if event.kind == "component.critical" && self.vehicles.len() < SHOWN_MAX {
            self.vehicles.insert(vehicle.clone());
        }
        self.vehicles.contains(&vehicle)
    }

    fn line(&self) -> String {
        let shown = self.shown.lock();
        format!(
            "{} ({:.0} %), {} records, {} decisions, {} alerts, {} visits booked, {} completed, {} claims, {:.0} s",
            shown
                .business_time
                .map(|time| time.format("%Y-%m-%d").to_string())
                .unwrap_or_default(),
            100.0 * shown.share,
            shown.records,
            shown.decisions,
            shown.alerts,
            shown.visits_booked,
            shown.visits_completed,
            shown.claims_submitted,
            shown.seconds,
        )
    }

    pub(super) fn go_live(&mut self, now: DateTime<Utc>) {
        if self.started.is_some() {
            println!("demo: {}", self.line());
            println!("demo: the history is complete; from here on time is the wall clock's");
        }
        let mut shown = self.shown.lock();
        (shown.state, shown.live_since, shown.business_time, shown.share) = ("LIVE", Some(now), Some(now), 1.0);
    }
}

//! One vehicle: its clock, its trips, and what its device says.

use std::collections::VecDeque;
use std::sync::Arc;

use super::class::{Class, Spec};
use super::codes::{Code, Codes};
use super::electrical::{Charging, Electrical};
use super::engine::Engine;
use super::faults::Faults;
use super::fleet::Fleet;
use super::modes::Mode;
use super::observe;
use super::pack::Pack;
use super::road::{Demand, Road};
use super::sensors::{POLL_S, Sensors};
use super::signals::{Dialect, Signal};
use super::trips::{Motion, Trip, Usage};
use super::truth::{End, Happening, Life};
use super::wear::{Leg, Parts};
use super::workshop::Workshop;
use crate::client::Registration;
use crate::dice::Dice;

/// Seconds of a day.
const DAY_S: i64 = 86_400;
/// Seconds of driving after which wear is reckoned up.
const LEG_S: f64 = 300.0;
/// Seconds after a start that are told where starts are.
const TOLD_AFTER_START_S: [i64; 2] = [5, 12];
/// Every so many records all signals are sent, also the slow ones.
const ALL_EVERY: u64 = 20;

/// Takes what a vehicle sends, and what is true about it.
pub trait Sink {
    /// One record.
    fn record(&mut self, vehicle: &Vehicle, time_s: i64, readings: &[(Signal, f64)]);
    /// Something true.
    fn happened(&mut self, vehicle: &Vehicle, happening: Happening);
}

/// What drives the wheels.
#[derive(Debug, Clone)]
pub(crate) enum Drive {
    Engine(Box<Engine>),
    Pack(Box<Pack>),
}

/// A simulated vehicle.
#[derive(Debug, Clone)]
pub struct Vehicle {
    /// The client's own name of it.
    pub id: Arc<str>,
    /// ISO 3779.
    pub vin: Arc<str>,
    /// How its device speaks.
    pub dialect: Dialect,
    /// Counts its records.
    pub sequence: u64,
    pub(crate) spec: Spec,
    pub(crate) odometer_m: f64,
    pub(crate) parts: Parts,
    pub(crate) faults: Faults,
    pub(crate) sensors: Sensors,
    pub(crate) codes: Codes,
    pub(crate) drive: Drive,
    pub(crate) road: Road,
    pub(crate) electrical: Electrical,
    pub(crate) air_degc: f64,
    pub(crate) air_kpa: f64,
    pub(super) fleet: Arc<Fleet>,
    pub(super) usage: Usage,
    pub(super) workshop: Workshop,
    /// Place in its region, 0..1.
    pub(super) place: f64,
    pub(super) wet: bool,
    pub(super) clock_s: i64,
    pub(super) parked_s: i64,
    pub(super) planned_to_s: i64,
    pub(super) plan: VecDeque<(i64, Trip)>,
    pub(super) motion: Option<Motion>,
    pub(super) mass_kg: f64,
    pub(super) leg: Leg,
    pub(super) leg_end_s: i64,
    /// When the engine last came to life.
    pub(super) started_s: i64,
    pub(super) readings: Vec<(Signal, f64)>,
    pub(super) dice: Dice,
}

impl Vehicle {
    /// Its class.
    #[must_use]
    pub fn class(&self) -> Class {
        self.spec.class
    }

    /// Odometer in km.
    #[must_use]
    pub fn odometer_km(&self) -> f64 {
        self.odometer_m / 1_000.0
    }

    pub(crate) fn speed_ms(&self) -> f64 {
        self.motion.as_ref().map_or(0.0, |motion| motion.speed_ms)
    }

    /// Trouble codes that are set.
    pub(crate) fn codes(&self) -> &[Code] {
        &self.codes.set
    }

    /// What is registered for it.
    #[must_use]
    pub fn registration(&self) -> Registration {
        let (_, make, model) = self.spec.class.make();
        let years = self.odometer_km() / self.spec.class.yearly_km();
        let in_service = chrono::DateTime::from_timestamp(self.fleet.start_s - (years * 3.156e7) as i64, 0);
        Registration {
            vehicle_id: self.id.to_string(),
            vin: Some(self.vin.to_string()),
            make: Some(make.to_owned()),
            model: Some(model.to_owned()),
            model_year: Some(2021),
            powertrain: Some(self.spec.class.powertrain()),
            vehicle_class: Some(self.spec.class.vehicle_class()),
            in_service_date: in_service.map(|time| time.date_naive().to_string()),
            odometer_km: Some(self.odometer_km().round()),
            ..Registration::default()
        }
    }

    /// Lives on until a time.
    pub fn advance<S: Sink>(&mut self, to_s: i64, sink: &mut S) {
        while self.clock_s < to_s {
            if self.motion.is_some() {
                self.second(sink);
                continue;
            }
            while self.plan.is_empty() && self.planned_to_s <= to_s {
                self.plan_day(sink);
            }
            match self.plan.front().copied() {
                Some((begins_s, trip)) if begins_s < to_s => {
                    self.plan.pop_front();
                    // A trip that lasted longer than planned delays the next one.
                    self.clock_s = self.clock_s.max(begins_s);
                    self.begin(&trip, sink);
                }
                _ => self.clock_s = to_s,
            }
        }
    }

    /// Every life that has not ended yet, at the end of the simulation.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) {
        self.reckon(sink);
        let at = (self.odometer_km(), self.clock_s);
        for mode in Mode::ALL {
            // A failed part that waits for the workshop has had its end.
            if let Some(part) = self.parts.part(mode).filter(|part| part.wear < 1.0) {
                let life = Life::of(mode, part, at, End::Running);
                sink.happened(self, Happening::Life(life));
            }
        }
    }

    fn plan_day<S: Sink>(&mut self, sink: &mut S) {
        let day_s = self.planned_to_s;
        self.planned_to_s += DAY_S;
        if day_s > self.fleet.start_s {
            let day = Happening::Day {
                time_s: day_s,
                odometer_km: self.odometer_km(),
                wear: observe::wears(self),
            };
            sink.happened(self, day);
        }
        // 1970-01-01 was a Thursday.
        let weekend = (day_s / DAY_S + 3) % 7 >= 5;
        self.wet = self.fleet.climate.is_wet(day_s as f64, self.place);
        for trip in self.usage.day(weekend, &mut self.dice) {
            self.plan.push_back((day_s + trip.begins_s as i64, trip));
        }
    }

    fn weather(&mut self) {
        let time_s = self.clock_s as f64;
        self.air_degc = self.fleet.climate.air_degc(time_s, self.place);
        self.air_kpa = self.fleet.climate.pressure_kpa(time_s, self.place);
    }

    fn begin<S: Sink>(&mut self, trip: &Trip, sink: &mut S) {
        let stood_s = (self.clock_s - self.parked_s) as f64;
        if self.workshop.stands_until_s > self.clock_s as f64 {
            return;
        }
        self.weather();
        self.visit_workshop(sink);
        let mut charged = false;
        match &mut self.drive {
            Drive::Engine(engine) => engine.park(stood_s, self.air_degc, &mut self.dice),
            Drive::Pack(pack) => charged = pack.park(&self.spec, &self.faults, stood_s, self.air_degc, &mut self.dice),
        }
        self.road.park(stood_s, self.air_degc);
        // Drivers look at their tyres now and then.
        if self.road.filled < 0.93 && self.dice.chance(0.04) {
            self.road.filled = 1.0;
        }
        self.electrical.park(stood_s, &self.faults, &mut self.dice);
        self.sensors.forget();
        let cold = matches!(&self.drive, Drive::Engine(engine) if engine.coolant_degc < 40.0);
        self.leg.starts += 1.0;
        self.leg.cold_starts += f64::from(u8::from(cold));
        self.mass_kg = self.spec.mass_kg + trip.payload * self.spec.payload_kg;
        if charged {
            self.set_charging(true);
            let end_s = self.clock_s;
            self.clock_s -= (stood_s / 2.0) as i64;
            self.say(true, sink);
            self.clock_s = end_s;
            self.set_charging(false);
        }
        self.start(sink);
        self.started_s = self.clock_s;
        self.motion = Some(Motion::new(trip, &mut self.dice));
    }

    fn set_charging(&mut self, charging: bool) {
        if let Drive::Pack(pack) = &mut self.drive {
            pack.charging = charging;
        }
    }

    /// Ignition on, then (with an engine) the starter: each second is a record, for they tell of battery and starter.
    fn start<S: Sink>(&mut self, sink: &mut S) {
        self.electrical
            .wake(&self.spec, &self.faults, self.air_degc, &mut self.dice);
        self.say(true, sink);
        if matches!(self.drive, Drive::Pack(_)) {
            self.clock_s += 2;
            return;
        }
        self.clock_s += 3;
        let seconds = Electrical::crank_s(&self.faults, self.air_degc, &mut self.dice);
        for second in 0..seconds {
            self.electrical
                .crank(&self.spec, &self.faults, self.air_degc, second, &mut self.dice);
            if let Drive::Engine(engine) = &mut self.drive {
                // Leaking compression lets the starter turn faster, a weak one turns slower.
                let slow = 1.0 - 0.35 * (self.faults.starter_a - 1.0);
                engine.rpm = 210.0 * slow * (1.0 + 0.25 * (1.0 - self.faults.power)) + 8.0 * self.dice.noise();
            }
            self.say(false, sink);
            self.clock_s += 1;
        }
    }

    fn visit_workshop<S: Sink>(&mut self, sink: &mut S) {
        let (odometer_km, time_s) = (self.odometer_km(), self.clock_s);
        let (work, serviced) = self.workshop.visit(&self.parts, odometer_km, time_s as f64);
        if serviced {
            self.road.filled = 1.0;
            if let Some(broken) = self.sensors.broken.take_if(|_| self.dice.chance(0.5)) {
                sink.happened(self, Happening::sensor(&broken, time_s, true));
            }
        }
        for work in work {
            let Some(old) = self.parts.renew(work.mode, odometer_km) else {
                continue;
            };
            self.codes.renew(work.mode);
            if !work.failed {
                let life = Life::of(work.mode, &old, (odometer_km, time_s), End::Renewed);
                sink.happened(self, Happening::Life(life));
            }
            let renewed = Happening::Renewed {
                mode: work.mode,
                time_s,
                odometer_km,
                failed: work.failed,
                booked: work.booked,
            };
            sink.happened(self, renewed);
        }
        self.faults = Faults::of(&self.parts);
    }

    /// A workshop outside the simulation takes the vehicle until a time, looks at a component and renews what it sees worn of it. Answers
    /// those modes and how worn each was.
    pub(super) fn repair(&mut self, component: &str, sees_from: f64, until_s: i64) -> Vec<(Mode, f64)> {
        self.stop();
        self.workshop.stands_until_s = self.workshop.stands_until_s.max(until_s as f64);
        let odometer_km = self.odometer_km();
        let mut renewed = Vec::new();
        for mode in Mode::ALL.into_iter().filter(|mode| mode.component() == component) {
            let wear = self.parts.wear(mode);
            if wear >= sees_from && self.parts.renew(mode, odometer_km).is_some() {
                self.codes.renew(mode);
                renewed.push((mode, wear));
            }
        }
        let modes: Vec<Mode> = renewed.iter().map(|(mode, _)| *mode).collect();
        self.workshop.relieved(&modes);
        if self.workshop.has_no_work() {
            self.workshop.stands_until_s = until_s as f64;
        }
        self.faults = Faults::of(&self.parts);
        self.road.filled = 1.0;
        renewed
    }

    /// One second of driving.
    fn second<S: Sink>(&mut self, sink: &mut S) {
        let Some(motion) = &mut self.motion else { return };
        let goes_on = motion.step(&self.usage, self.fleet.climate, &mut self.dice);
        let demand = Demand {
            speed_ms: motion.speed_ms,
            acceleration_ms2: motion.acceleration_ms2,
            slope: motion.slope,
            mass_kg: self.mass_kg,
            air_degc: self.air_degc,
        };
        self.clock_s += 1;
        self.move_on(&demand);
        let sample_s = self.fleet.sample_s.max(1);
        let ahead_s = self.clock_s.rem_euclid(sample_s);
        let silent = self.sensors.is_silent();
        let started = self.fleet.tells_starts && TOLD_AFTER_START_S.contains(&(self.clock_s - self.started_s));
        if (ahead_s == 0 || started) && !silent {
            self.say(self.sequence.is_multiple_of(ALL_EVERY), sink);
        } else if sample_s - ahead_s < POLL_S && self.dialect == Dialect::Obd2 {
            self.measure(false);
        }
        if self.leg.seconds >= LEG_S || !goes_on {
            self.reckon(sink);
        }
        if !goes_on {
            self.stop();
        }
    }

    fn stop(&mut self) {
        self.motion = None;
        self.parked_s = self.clock_s;
    }

    fn move_on(&mut self, demand: &Demand) {
        let (spec, faults, dice) = (&self.spec, &self.faults, &mut self.dice);
        let force_n = Road::force_n(spec, faults, demand);
        let wheel_kw = force_n * demand.speed_ms / 1_000.0;
        let (retarded_w, load, rpm, run_s, coolant_degc, oil_degc) = match &mut self.drive {
            Drive::Engine(engine) => {
                let retarded_w = engine.step(spec, faults, demand, force_n, dice);
                let load = engine.load_percent / 100.0;
                (
                    retarded_w,
                    load,
                    engine.rpm,
                    engine.run_s,
                    engine.coolant_degc,
                    engine.oil_degc,
                )
            }
            Drive::Pack(pack) => {
                let retarded_w = pack.drive(spec, faults, wheel_kw, demand.air_degc, dice);
                (
                    retarded_w,
                    wheel_kw.max(0.0) / 80.0,
                    1_500.0,
                    60.0,
                    pack.motor_degc,
                    pack.motor_degc,
                )
            }
        };
        let charging = Charging {
            air_degc: self.air_degc,
            rpm,
            run_s,
            lights: f64::from(u8::from((self.clock_s % DAY_S - DAY_S / 2).abs() > 6 * 3_600)),
            wet_or_cold: self.wet || self.air_degc < 3.0,
            electric: matches!(self.drive, Drive::Pack(_)),
        };
        self.electrical.run(spec, faults, &charging, dice);
        self.road.step(spec, faults, demand, retarded_w, dice);
        self.odometer_m += demand.speed_ms;
        let leg = &mut self.leg;
        // From rest: the clutch slips until the gear bites.
        if demand.speed_ms < 2.5 && demand.acceleration_ms2 > 0.2 {
            leg.clutch += 0.4 * (1.0 + 8.0 * demand.slope.max(0.0));
        }
        leg.seconds += 1.0;
        leg.km += demand.speed_ms / 1_000.0;
        leg.load += load;
        leg.coolant_degc += coolant_degc;
        leg.oil_degc += oil_degc;
        leg.slow += f64::from(u8::from(demand.speed_ms < 8.4));
    }

    /// Reckons the leg up: wear, its effects, codes, broken sensors, failures.
    fn reckon<S: Sink>(&mut self, sink: &mut S) {
        let mut leg = std::mem::take(&mut self.leg);
        let seconds = leg.seconds.max(1.0);
        leg.load /= seconds;
        leg.coolant_degc /= seconds;
        leg.oil_degc /= seconds;
        leg.slow /= seconds;
        leg.brake_mj = self.road.take_brake_mj();
        leg.air_degc = self.air_degc;
        leg.wet = self.wet;
        leg.days = (self.clock_s - self.leg_end_s) as f64 / DAY_S as f64;
        if let Drive::Pack(pack) = &mut self.drive {
            leg.cycles = pack.take_cycles();
        }
        self.leg_end_s = self.clock_s;
        let (odometer_km, time_s) = (self.odometer_km(), self.clock_s);
        for mode in self.parts.drive(&leg, odometer_km) {
            let Some(part) = self.parts.part(mode) else { continue };
            let strands = part.law.strands;
            let life = Life::of(mode, part, (odometer_km, time_s), End::Failed);
            sink.happened(self, Happening::Life(life));
            self.workshop.failed(mode, strands, time_s as f64);
            if strands {
                self.stop();
            }
        }
        self.faults = Faults::of(&self.parts);
        if let Some(code) = self.codes.update(&self.parts, odometer_km) {
            sink.happened(self, Happening::FalseCode { code, time_s });
        }
        let (broke, works) = self.sensors.age(odometer_km);
        for (broken, works) in [(works, true), (broke, false)] {
            if let Some(broken) = broken {
                sink.happened(self, Happening::sensor(&broken, time_s, works));
            }
        }
        self.weather();
    }

    /// Reads the sensors that are read in this second.
    fn measure(&mut self, all: bool) {
        let moment = self.moment();
        let mut dice = self.dice.fork();
        for index in 0..self.sensors.has.len() {
            let signal = self.sensors.has[index];
            if all || (!signal.is_slow() && self.sensors.reads(signal, self.clock_s)) {
                match self.truth(signal, &moment, &mut dice) {
                    Some(truth) => self.sensors.read(signal, truth),
                    None => self.sensors.lose(signal),
                }
            }
        }
    }

    /// Sends a record, of all signals or without the slow ones.
    fn say<S: Sink>(&mut self, all: bool, sink: &mut S) {
        self.measure(all);
        let mut readings = std::mem::take(&mut self.readings);
        readings.clear();
        for index in 0..self.sensors.has.len() {
            let signal = self.sensors.has[index];
            if all || !signal.is_slow() {
                readings.extend(self.sensors.shown(signal).map(|value| (signal, value)));
            }
        }
        self.sequence += 1;
        sink.record(self, self.clock_s, &readings);
        self.readings = readings;
    }
}

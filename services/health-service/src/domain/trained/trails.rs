//! The bounded state of a vehicle from which trained models forecast: for each channel four lines, fitted to its
//! residuals over the last few hundred to the last twenty thousand kilometres, and the own level at the beginning.
//!
//! A line is a least-squares fit with exponential forgetting in distance (Ljung, "System Identification", ch. 11), kept as
//! five sums whose origin moves with the vehicle: what comes in is forgotten without being stored. Residuals are gathered
//! into bins of distance first, so that a slow record rate or a chatty device weigh alike.

use prognostics::snapshot::{Fields, Portable};

use super::channel::{CHANNELS, Channel, channels_of};
use super::quantity::{Quantity, Sample};
use super::reference::Reference;
use crate::domain::odometry::Odometry;
use crate::domain::{Micros, SECOND};

/// Distances over which lines forget, in km at scale 1.
pub(super) const REACHES_KM: [f32; 4] = [300.0, 1_200.0, 5_000.0, 20_000.0];
/// A bin of distance, in km at scale 1.
pub const BIN_KM: f64 = 50.0;
/// The own level is learned over so many km at scale 1.
const OWN_KM: f32 = 1_500.0;
/// A pause of so many seconds ends a trip.
const PAUSE_S: f32 = 300.0;
/// A bin is worth no more than so many readings.
const WORTH_MAX: f32 = 40.0;
/// No road vehicle is faster for long.
const SPEED_MAX_KMH: f64 = 300.0;
/// Turns for a distance that are further from the usual ones than this part of a hundred are of no gear.
const TURNS_NEAR: f32 = 1.5;
/// So many readings make a usual.
const KNOWN_WORTH: f32 = 150.0;
/// Oil in a gearbox follows its heat with a lag of some twenty minutes.
const GEARBOX_LAG_S: f32 = 1_200.0;
/// Numbers that a channel's trail gives: see [`Trail::write`].
pub const NUMBERS: usize = 9;
/// Numbers of the component as a whole that follow those of its channels.
pub const NUMBERS_BESIDE: usize = 3;

/// What is known of the trip under way.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Trip {
    /// Seconds since the engine (or motor) was started.
    pub run_s: f32,
    /// The ignition has just come on and nothing turns yet.
    pub wakes: bool,
    /// The starter turns the engine.
    pub cranks: bool,
    /// How long the starter took, in the one record in which the engine first runs; else 0.
    pub started_after_s: f32,
    /// Usual idle speed; 0 while unknown.
    pub idle_rpm: f32,
    /// Usual charging voltage; 0 while unknown.
    pub run_v: f32,
    /// Air temperature, as last read.
    pub air_degc: f32,
    /// Load (of an electric car: current) over the last quarter of an hour or so of this trip.
    pub work: f32,
    worked_s: f32,
    /// Temperature of the gearbox's oil when the trip began, and seconds since; `NaN` while unknown.
    gearbox_degc: f32,
    gearbox_s: f32,
    cranked_s: f32,
    runs: bool,
}

impl Trip {
    fn step(&mut self, sample: &Sample, elapsed_s: f32) {
        let begins = elapsed_s > PAUSE_S;
        let rpm = sample.get(Quantity::Rpm);
        if begins {
            (self.run_s, self.runs, self.cranked_s) = (0.0, false, 0.0);
            (self.work, self.worked_s, self.gearbox_degc, self.gearbox_s) = (0.0, 0.0, 0.0, -1.0);
        }
        self.step_gearbox(sample, elapsed_s);
        let speed = sample.get(Quantity::Speed).unwrap_or(0.0);
        self.air_degc = sample.get(Quantity::Air).unwrap_or(self.air_degc);
        self.started_after_s = 0.0;
        self.wakes = begins && rpm.is_none_or(|rpm| rpm < 40.0) && speed < 1.0;
        self.cranks = !self.runs && rpm.is_some_and(|rpm| (40.0..400.0).contains(&rpm));
        if self.cranks {
            self.cranked_s += elapsed_s.clamp(1.0, 2.0);
        }
        let turns = rpm.map_or(speed > 1.0, |rpm| rpm >= 400.0);
        if self.runs {
            self.run_s += elapsed_s.min(120.0);
        } else if turns {
            self.runs = true;
            self.started_after_s = self.cranked_s;
        }
        if let Some(rpm) = rpm.filter(|_| speed < 1.0 && self.run_s > 600.0) {
            let near = self.idle_rpm > 0.0;
            self.idle_rpm = if near {
                self.idle_rpm + 0.02 * (rpm - self.idle_rpm)
            } else {
                rpm
            };
        }
        if let Some(volts) = sample.get(Quantity::BatteryVoltage).filter(|_| self.run_s > 90.0) {
            let known = self.run_v > 0.0;
            self.run_v = if known {
                self.run_v + 0.1 * (volts - self.run_v)
            } else {
                volts
            };
        }
    }

    /// Oil in a gearbox is slow: it follows work with a lag.
    fn step_gearbox(&mut self, sample: &Sample, elapsed_s: f32) {
        let known = self.gearbox_s >= 0.0;
        if known {
            self.gearbox_s += elapsed_s;
        } else if let Some(degc) = sample.get(Quantity::GearboxTemperature) {
            (self.gearbox_degc, self.gearbox_s) = (degc, 0.0);
        }
        let work = sample
            .get(Quantity::Load)
            .or_else(|| sample.get(Quantity::PackCurrent).map(f32::abs));
        if let Some(work) = work.filter(|_| known) {
            let keep = (-elapsed_s / GEARBOX_LAG_S).exp();
            let (before, now) = (keep * self.worked_s, 1.0 - keep);
            self.worked_s = before + now;
            self.work += now / self.worked_s * (work - self.work);
        }
    }

    /// What the gearbox's oil tends to, from what it is and what it was when the trip began.
    pub(super) fn gearbox_tends(&self, degc: f32) -> Option<f32> {
        let left = (-self.gearbox_s / GEARBOX_LAG_S).exp();
        (self.gearbox_s > 0.75 * GEARBOX_LAG_S).then(|| (degc - left * self.gearbox_degc) / (1.0 - left))
    }
}

impl Portable for Trip {
    fn fields(&mut self, fields: &mut dyn Fields) {
        for number in [
            &mut self.run_s,
            &mut self.idle_rpm,
            &mut self.run_v,
            &mut self.air_degc,
            &mut self.work,
            &mut self.worked_s,
            &mut self.gearbox_degc,
            &mut self.gearbox_s,
            &mut self.cranked_s,
        ] {
            fields.f32(number);
        }
        fields.f32(&mut self.started_after_s);
        for flag in [&mut self.runs, &mut self.wakes, &mut self.cranks] {
            fields.bool(flag);
        }
    }
}

/// A line with forgetting: weights, and weighted sums of distance behind (0 is here) and value.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Line {
    w: f32,
    x: f32,
    y: f32,
    xx: f32,
    xy: f32,
}

impl Line {
    fn observe(&mut self, moved: f32, reach: f32, value: f32, worth: f32) {
        self.xx += moved * (moved * self.w - 2.0 * self.x);
        self.xy -= moved * self.y;
        self.x -= moved * self.w;
        let keep = (-moved / reach).exp();
        for sum in [&mut self.w, &mut self.x, &mut self.y, &mut self.xx, &mut self.xy] {
            *sum *= keep;
        }
        self.w += worth;
        self.y += worth * value;
    }

    fn mean(&self) -> f32 {
        if self.w > 0.0 { self.y / self.w } else { f32::NAN }
    }

    /// The value here and the slope a kilometre; a line over too little distance is level.
    fn fit(&self, reach: f32) -> (f32, f32) {
        let spread = self.xx / self.w - (self.x / self.w).powi(2);
        if self.w <= 0.0 || spread < (0.15 * reach).powi(2) {
            return (self.mean(), f32::NAN);
        }
        let slope = (self.xy / self.w - self.x / self.w * self.y / self.w) / spread;
        (self.mean() - slope * self.x / self.w, slope)
    }
}

/// What one channel has shown.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Trail {
    lines: [Line; 4],
    own: f32,
    own_worth: f32,
    /// Distance since this trail began, and since its last value, in km.
    pub followed_km: f32,
    gap_km: f32,
    sum: f32,
    count: f32,
    /// It began with a new part and not with the record.
    fresh: bool,
}

impl Trail {
    fn gather(&mut self, residual: f32) {
        self.sum += residual;
        self.count += 1.0;
    }

    /// Whether a ratio of turns lies near the usual ones: between two gears, or while one of two values is older, it does not.
    fn is_near(&self, residual: f32) -> bool {
        let usual = self.lines[2].mean();
        self.lines[2].w < KNOWN_WORTH || (residual - usual).abs() < TURNS_NEAR
    }

    fn close(&mut self, moved: f32, scale: f32) {
        self.followed_km += moved;
        self.gap_km += moved;
        if self.count <= 0.0 {
            return;
        }
        let (value, worth) = (self.sum / self.count, self.count.min(WORTH_MAX));
        (self.sum, self.count) = (0.0, 0.0);
        for (line, reach) in self.lines.iter_mut().zip(REACHES_KM) {
            line.observe(self.gap_km, reach * scale, value, worth);
        }
        self.gap_km = 0.0;
        if self.followed_km <= OWN_KM * scale || self.own_worth <= 0.0 {
            self.own_worth += worth;
            self.own += worth / self.own_worth * (value - self.own);
        }
    }

    /// Level over the shortest reach, level and slope (per 1,000 km) at the three longer ones, mean of the third, own
    /// level at the beginning; `NaN` where nothing was seen.
    fn write(&self, scale: f32, out: &mut Vec<f32>) {
        let (middle, middle_slope) = self.lines[1].fit(REACHES_KM[1] * scale);
        let (long, long_slope) = self.lines[2].fit(REACHES_KM[2] * scale);
        let (life, life_slope) = self.lines[3].fit(REACHES_KM[3] * scale);
        let own = if self.own_worth > 0.0 { self.own } else { f32::NAN };
        out.extend_from_slice(&[
            self.lines[0].mean(),
            middle,
            1_000.0 * middle_slope,
            long,
            1_000.0 * long_slope,
            life,
            1_000.0 * life_slope,
            self.lines[2].mean(),
            own,
        ]);
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Portable for Trail {
    fn fields(&mut self, fields: &mut dyn Fields) {
        let mut present = !self.is_empty();
        fields.bool(&mut present);
        if !present {
            *self = Self::default();
            return;
        }
        for line in &mut self.lines {
            for sum in [&mut line.w, &mut line.x, &mut line.y, &mut line.xx, &mut line.xy] {
                fields.f32(sum);
            }
        }
        for number in [
            &mut self.own,
            &mut self.own_worth,
            &mut self.followed_km,
            &mut self.gap_km,
            &mut self.sum,
            &mut self.count,
        ] {
            fields.f32(number);
        }
        fields.bool(&mut self.fresh);
    }
}

/// The trails of one vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Trails {
    last_at: Micros,
    km: f64,
    odometer_km: f64,
    odometer_at: Micros,
    last_kmh: f32,
    bin_km: f64,
    bins: u64,
    trip: Trip,
    odometry: Odometry,
    trails: [Trail; CHANNELS],
}

impl Default for Trails {
    fn default() -> Self {
        Self {
            last_at: Micros::MIN,
            km: 0.0,
            odometer_km: 0.0,
            odometer_at: Micros::MIN,
            last_kmh: 0.0,
            bin_km: 0.0,
            bins: 0,
            trip: Trip::default(),
            odometry: Odometry::default(),
            trails: [Trail::default(); CHANNELS],
        }
    }
}

impl Trails {
    /// Takes one record. Records that do not move on in time are left out.
    pub fn observe(&mut self, reference: &Reference, sample: &Sample, at: Micros) {
        let first = self.last_at == Micros::MIN;
        if !first && at <= self.last_at {
            return;
        }
        let elapsed_s = if first {
            f64::from(PAUSE_S) + 1.0
        } else {
            at.saturating_sub(self.last_at) as f64 / SECOND as f64
        };
        self.last_at = at;
        self.move_on(sample, at);
        self.trip.step(sample, elapsed_s as f32);
        self.gather(reference, sample);
    }

    /// Takes what another record of the same instant adds; the caller leaves out what was there before.
    pub fn add(&mut self, reference: &Reference, sample: &Sample, at: Micros) {
        if at != self.last_at {
            self.observe(reference, sample, at);
            return;
        }
        self.move_on(sample, at);
        self.gather(reference, sample);
    }

    fn gather(&mut self, reference: &Reference, sample: &Sample) {
        for (number, channel) in Channel::ALL.into_iter().enumerate() {
            if reference.follows(number)
                && let Some(shown) = channel.read(sample, &self.trip)
                && let Some(residual) = reference.residual(number, &shown, sample)
            {
                let trail = &mut self.trails[number];
                if channel != Channel::SteadyTurns || trail.is_near(residual) {
                    trail.gather(residual);
                }
            }
        }
        let moved = self.km - self.bin_km;
        if moved >= BIN_KM * f64::from(reference.scale()) {
            self.bin_km = self.km;
            self.bins += 1;
            for trail in &mut self.trails {
                trail.close(moved as f32, reference.scale());
            }
        }
    }

    /// Distance: by the odometer where it moves plausibly, else by speed.
    fn move_on(&mut self, sample: &Sample, at: Micros) {
        let mut by_speed = 0.0;
        if let Some(kmh) = sample.get(Quantity::Speed) {
            by_speed = self.odometry.by_speed(f64::from(kmh), f64::from(self.last_kmh), at);
            self.last_kmh = kmh;
        }
        let Some(odometer_km) = sample.odometer_km() else {
            self.km += if self.has_odometer() {
                self.odometry.stands_still(by_speed)
            } else {
                by_speed
            };
            return;
        };
        let hours = at.saturating_sub(self.odometer_at) as f64 / SECOND as f64 / 3_600.0;
        let moved = odometer_km - self.odometer_km;
        if self.has_odometer() && (0.0..=1.0 + SPEED_MAX_KMH * hours).contains(&moved) {
            self.km += if moved > 0.0 {
                self.odometry.moves_on(moved)
            } else {
                self.odometry.stands_still(by_speed)
            };
        } else {
            // Back or too far at once: another counter begins here.
            self.odometry.begins_anew();
        }
        (self.odometer_km, self.odometer_at) = (odometer_km, at);
    }

    fn has_odometer(&self) -> bool {
        self.odometer_at != Micros::MIN
    }

    /// A component has been renewed: what the old part showed is forgotten.
    pub fn renew(&mut self, component: &str) {
        for number in channels_of(component) {
            self.trails[number] = Trail {
                fresh: true,
                ..Trail::default()
            };
        }
    }

    /// Distance counted, in km.
    #[must_use]
    pub fn km(&self) -> f64 {
        self.km
    }

    /// The odometer as last read, in km.
    #[must_use]
    pub fn odometer_km(&self) -> Option<f64> {
        self.has_odometer().then_some(self.odometer_km)
    }

    /// Bins of distance that are closed: a forecast changes only when this does.
    #[must_use]
    pub fn bins(&self) -> u64 {
        self.bins
    }

    /// The trip under way.
    #[must_use]
    pub fn trip(&self) -> &Trip {
        &self.trip
    }

    /// Writes the [`NUMBERS`] of each channel of a component, then the [`NUMBERS_BESIDE`]: km since the component was renewed
    /// (`NaN` if it never was), the odometer, and how far the component has been followed, in km.
    pub fn write(&self, component: &str, scale: f32, out: &mut Vec<f32>) {
        self.write_range(channels_of(component), scale, out);
    }

    /// The same by the channels' numbers.
    pub fn write_range(&self, channels: std::ops::Range<usize>, scale: f32, out: &mut Vec<f32>) {
        let trails = &self.trails[channels];
        trails.iter().for_each(|trail| trail.write(scale, out));
        let followed = followed_km(trails);
        let fresh = trails.iter().any(|trail| trail.fresh);
        out.push(if fresh { followed } else { f32::NAN });
        out.push(if self.has_odometer() {
            self.odometer_km as f32
        } else {
            f32::NAN
        });
        out.push(followed);
    }
}

fn followed_km(trails: &[Trail]) -> f32 {
    trails.iter().map(|trail| trail.followed_km).fold(0.0, f32::max)
}

impl Trails {
    /// How far a component has been followed, in km.
    #[must_use]
    pub fn followed_km(&self, component: &str) -> f32 {
        followed_km(&self.trails[channels_of(component)])
    }

    /// What format 5 of a vehicle's state added.
    pub(in crate::domain) fn late_fields(&mut self, fields: &mut dyn Fields) {
        self.odometry.fields(fields);
    }
}

impl Portable for Trails {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.i64(&mut self.last_at);
        fields.f64(&mut self.km);
        fields.f64(&mut self.odometer_km);
        fields.i64(&mut self.odometer_at);
        fields.f32(&mut self.last_kmh);
        fields.f64(&mut self.bin_km);
        fields.u64(&mut self.bins);
        self.trip.fields(fields);
        self.trails.fields(fields);
    }
}

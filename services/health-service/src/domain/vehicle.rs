//! One vehicle: records in, findings out. Its state is a function of its records and repairs and of nothing else.

use prognostics::degradation::WearPrior;
use prognostics::intervals::{Lifetime, Quantiles};

use super::actions::recommend;
use super::class::{Group, has_component};
use super::component::{Band, COMPONENTS, Component, ComponentKind};
use super::gather::{COOLANT, Refused};
use super::gears::Gears;
use super::judge::{Scene, judge};
use super::life::{Life, Remaining};
use super::memory::Memory;
use super::odometry::Odometry;
use super::read_out::ReadOut;
use super::reference::References;
use super::report::{ComponentReport, Finding, Overall, Reason, What};
use super::ride::Ride;
use super::rules::Rules;
use super::sensor::{SensorVerdict, Sensors};
use super::signal::{Readings, Signal, Spoken};
use super::starter::Starter;
use super::trained::Trails;
use super::trouble_code::CodeStatus;
use super::usage::Usage;
use super::window::{Feature, Window};
use super::{Micros, SECOND};

pub use super::class::{Powertrain, VehicleClass};

/// One instant of a vehicle.
#[derive(Debug, Clone, Default)]
pub struct Record<'a> {
    pub at: Micros,
    pub readings: Readings,
    pub codes: Vec<(std::borrow::Cow<'a, str>, CodeStatus)>,
    /// The trouble codes were read out, even if there were none.
    pub codes_read: bool,
}

/// Everything known of one vehicle.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vehicle {
    pub(super) powertrain: u8,
    pub(super) class: u8,
    /// Event time of the last record; 0 before the first.
    pub last_at: Micros,
    /// Records taken.
    pub records: u64,
    /// Records that came too late or twice and changed nothing.
    pub late: u64,
    pub usage: Usage,
    pub(super) distance_km: f64,
    pub(super) odometer_km: f64,
    pub(super) odometer_known: bool,
    pub(super) odometer_at: Micros,
    pub(super) refused: Refused,
    pub(super) odometry: Odometry,
    /// What the records of the last instant spoke of.
    pub(super) spoken: Spoken,
    pub(super) last_speed: f32,
    pub(super) warm: bool,
    pub(super) computed_at: Micros,
    pub(super) window: Window,
    pub(super) sensors: Sensors,
    pub(super) starter: Starter,
    pub(super) references: References,
    pub(super) memory: Memory,
    pub(super) gears: Gears,
    pub(super) ride: Ride,
    /// What trained models follow, and the hash of the reference that its residuals are taken from.
    pub(super) trails: Trails,
    pub(super) trails_of: u64,
    pub(super) components: [Component; COMPONENTS],
    pub(super) read_out: ReadOut,
}

/// What a score is still worth when its sensor stands still.
const FROZEN_TRUST: f64 = 0.2;
/// `vehicle.health.computed` is told at most once in this time.
const COMPUTED_EVERY: Micros = 3_600 * SECOND;

impl Vehicle {
    /// A vehicle that has sent nothing yet.
    #[must_use]
    pub fn of(powertrain: Powertrain) -> Self {
        Self {
            powertrain: powertrain as u8,
            ..Self::default()
        }
    }

    /// What the registry says it is.
    pub fn describe(&mut self, class: VehicleClass, powertrain: Powertrain) {
        (self.class, self.powertrain) = (class as u8, powertrain as u8);
    }

    /// The class by which models and calibration are told apart.
    #[must_use]
    pub fn group(&self) -> Group {
        Group::of(self.class(), self.powertrain())
    }

    fn class(&self) -> VehicleClass {
        VehicleClass::from_number(self.class)
    }

    fn powertrain(&self) -> Powertrain {
        Powertrain::from_number(self.powertrain)
    }

    /// Takes one record. Records must come in the order of their event time; others change nothing but a count. Another record of the
    /// last one's instant adds what that did not speak of.
    pub fn observe(&mut self, record: &Record<'_>, historical: bool, rules: &Rules, findings: &mut Vec<Finding>) {
        let at = record.at;
        if at == self.last_at && self.records > 0 {
            self.add(record, historical, rules, findings);
            return;
        }
        if at <= self.last_at {
            self.late += 1;
            return;
        }
        if self.last_at > 0 && at - self.last_at > rules.trip_gap_us {
            self.end_trip(historical, rules, findings);
        }
        if self.window.from == Micros::MIN {
            self.window.restart(at);
        }
        self.spoken = record.readings.spoken();
        self.take(record.readings, at, historical, rules, findings);
        self.note_codes(record);
        self.last_at = at;
        self.records += 1;
        if at - self.window.from >= rules.window_us {
            self.close_window(at, historical, rules, findings);
            self.window.restart(at);
        }
    }

    /// Devices tell one instant in several records, and repeat records: only what is new of the instant is taken, and time does not move.
    fn add(&mut self, record: &Record<'_>, historical: bool, rules: &Rules, findings: &mut Vec<Finding>) {
        let mut readings = record.readings;
        readings.without(self.spoken);
        let mut new = self.spoken.add(readings.spoken());
        if new {
            self.take(readings, record.at, historical, rules, findings);
        }
        new |= self.note_codes(record);
        if new {
            self.records += 1;
        } else {
            self.late += 1;
        }
    }

    fn take(
        &mut self,
        mut readings: Readings,
        at: Micros,
        historical: bool,
        rules: &Rules,
        findings: &mut Vec<Finding>,
    ) {
        for verdict in self.sensors.check(&mut readings, at, rules) {
            self.sensor_changed(&verdict, at, historical, rules, findings);
        }
        self.drive(&readings, at);
        self.follow(&readings, at, rules);
        self.starter.observe(&readings, at);
        self.gather(&readings, at, rules);
    }

    /// A repair: the component starts from a prior. Returns what is to be told.
    pub fn repair(&mut self, kind: ComponentKind, at: Micros, historical: bool, rules: &Rules) -> Finding {
        self.forget(kind);
        self.trails.renew(kind.as_str());
        let component = &mut self.components[kind as usize];
        component.repaired(at, rules);
        // A visit is dated in business time; what limits later telling is the vehicle's own event time.
        let previous = component.note_told(self.last_at);
        let component = Box::new(self.report(kind, rules));
        self.finding(
            at,
            historical,
            What::Changed {
                component,
                previous,
                reason: Reason::Repair,
            },
        )
    }

    /// Whether a repair at event time `at` was of a part before the present one: a later repair is known, or all that was ever seen of the
    /// component came after it.
    #[must_use]
    pub fn is_told_late(&self, kind: ComponentKind, at: Micros) -> bool {
        self.components[kind as usize].began_after(at)
    }

    /// Lets trained models see the record, where there are any for such a vehicle.
    fn follow(&mut self, readings: &Readings, at: Micros, rules: &Rules) {
        let Some(healthy) = rules.panels.healthy(self.group()) else {
            return;
        };
        if self.trails_of != healthy.hash {
            // Residuals from another reference are another thing.
            (self.trails, self.trails_of) = (Trails::default(), healthy.hash);
            self.foretell_nothing(at, rules);
        }
        let bins = self.trails.bins();
        self.trails.add(&healthy.reference, &readings.sample, at);
        if self.trails.bins() > bins {
            self.heed_forecasts(at, rules);
        }
    }

    /// What was remembered of a part that is no longer there.
    fn forget(&mut self, kind: ComponentKind) {
        match kind {
            ComponentKind::Battery12v => self.starter.forget_battery(),
            ComponentKind::Tyres => self.references.forget_tyres(),
            ComponentKind::Cooling => self.memory.forget_cooling(),
            ComponentKind::Charging => self.memory.charging.clear(),
            ComponentKind::Engine => self.memory.trim.clear(),
            ComponentKind::Lubrication => self.memory.oil_pressure.clear(),
            ComponentKind::Transmission => self.gears.forget_clutch(),
            ComponentKind::Suspension => self.ride.forget(),
            _ => {}
        }
    }

    /// The mileage told at registration, used until the vehicle tells its own.
    pub fn registered_odometer(&mut self, odometer_km: f64) {
        if !self.odometer_known && odometer_km.is_finite() && odometer_km >= 0.0 {
            self.odometer_km = odometer_km;
            self.odometer_known = true;
        }
    }

    /// The odometer, if it was ever told.
    #[must_use]
    pub fn odometer_km(&self) -> Option<f64> {
        self.odometer_known.then_some(self.odometer_km)
    }

    /// Kilometres seen driven.
    #[must_use]
    pub fn distance_km(&self) -> f64 {
        self.distance_km
    }

    /// Judges the window under way as if it ended now, and says what the vehicle looks like then.
    #[must_use]
    pub fn judged_now(&self, rules: &Rules) -> Self {
        let mut now = self.clone();
        if !now.window.is_empty() {
            now.close_window(self.last_at, true, rules, &mut Vec::new());
        }
        now
    }

    /// Score and band of the whole: the worst component decides, weighed by what hangs on it.
    #[must_use]
    pub fn overall(&self) -> Overall {
        let score = ComponentKind::ALL
            .iter()
            .filter_map(|kind| Some(1.0 - kind.weight() * (1.0 - self.components[*kind as usize].score()?)))
            .reduce(f64::min);
        Overall {
            score,
            band: score.map(Band::of),
            odometer_km: self.odometer_km(),
        }
    }

    /// All components that this vehicle has, or that ever gave evidence.
    #[must_use]
    pub fn reports(&self, rules: &Rules) -> Vec<ComponentReport> {
        let applies = |kind: &&ComponentKind| {
            let component = &self.components[**kind as usize];
            component.has_evidence()
                || !component.codes.is_empty()
                || has_component(self.class(), self.powertrain(), **kind)
        };
        ComponentKind::ALL
            .iter()
            .filter(applies)
            .map(|kind| self.report(*kind, rules))
            .collect()
    }

    /// One component as it is told.
    #[must_use]
    pub fn report(&self, kind: ComponentKind, rules: &Rules) -> ComponentReport {
        let component = &self.components[kind as usize];
        let band = component.band();
        let actions = band
            .map(|band| recommend(kind, band, component.factors.iter().map(|factor| factor.kind)))
            .unwrap_or_default();
        let (remaining, model_id) = self.remaining(kind, rules);
        ComponentReport {
            kind,
            score: component.score(),
            band,
            remaining,
            model_id,
            confidence: component.confidence(self.last_at)
                * if self.has_frozen_wear(kind, rules) {
                    FROZEN_TRUST
                } else {
                    1.0
                },
            factors: component.factors.clone(),
            broken_sensors: self.sensors.broken(kind).collect(),
            codes: component.codes.iter().map(str::to_owned).collect(),
            other_codes: self.other_codes(kind),
            codes_read: self.has_read_codes(kind, rules),
            actions,
            revision: component.wear.revision(),
        }
    }

    /// The remaining life by the vehicle's own wear process, from the configuration's priors.
    pub(super) fn worn_until(&self, kind: ComponentKind, rules: &Rules) -> Option<Remaining> {
        let component = &self.components[kind as usize];
        let wear = &component.wear;
        let prior = match kind {
            _ if self.has_frozen_wear(kind, rules) => return None,
            ComponentKind::Brakes => &rules.wear.brakes,
            ComponentKind::Battery12v => &rules.wear.battery_12v,
            ComponentKind::Transmission if wear.is_measured() => &rules.wear.transmission,
            ComponentKind::TractionBattery => &rules.wear.traction_battery,
            // A condition has a remaining life only once it is on its way down.
            _ if component.band()? >= Band::Fair && wear.increments() >= 3.0 && wear.grows() => &rules.wear.condition,
            _ => return None,
        };
        component.band()?;
        wear.is_known()
            .then(|| Remaining::of(Life::Passage(wear.passage(prior)), &self.usage, rules.horizon_km))
    }

    /// Whether the sensor that measures the part's wear stands still.
    pub(super) fn has_frozen_wear(&self, kind: ComponentKind, rules: &Rules) -> bool {
        let prior = match kind {
            ComponentKind::Brakes => &rules.wear.brakes,
            ComponentKind::Transmission => &rules.wear.transmission,
            ComponentKind::TractionBattery => &rules.wear.traction_battery,
            _ => return false,
        };
        let wear = &self.components[kind as usize].wear;
        wear.is_frozen(self.distance_km, 1.0 / prior.drift.max(f64::MIN_POSITIVE))
    }

    /// The same from another prior.
    pub(super) fn wear_from(&self, kind: ComponentKind, prior: &WearPrior, rules: &Rules) -> Option<Quantiles> {
        let component = &self.components[kind as usize];
        component.band()?;
        let wear = &component.wear;
        let said = wear.is_known() && !self.has_frozen_wear(kind, rules);
        said.then(|| wear.passage(prior).quantiles(rules.horizon_km))
    }

    fn end_trip(&mut self, historical: bool, rules: &Rules, findings: &mut Vec<Finding>) {
        self.starter.end_trip();
        if !self.window.is_empty() {
            self.close_window(self.last_at, historical, rules, findings);
        }
        self.window.restart(Micros::MIN);
        self.warm = false;
    }

    fn sensor_changed(
        &mut self,
        verdict: &SensorVerdict,
        at: Micros,
        historical: bool,
        rules: &Rules,
        findings: &mut Vec<Finding>,
    ) {
        if !verdict.broken {
            return;
        }
        let used: &[Feature] = match verdict.signal {
            Signal::CoolantTemperature => &COOLANT,
            Signal::OilTemperature => &[Feature::OilTemperature],
            Signal::TransmissionTemperature => &[Feature::TransmissionTemperature],
            Signal::TractionHealth => &[Feature::TractionHealth],
            // No rule reads it: its failure takes nothing away.
            _ => &[],
        };
        used.iter().for_each(|feature| self.window.withdraw(*feature));
        let component = &mut self.components[verdict.component as usize];
        let previous = component.told.previous();
        if !used.is_empty() {
            component.withdraw(verdict.signal, at, rules);
        }
        if verdict.signal == Signal::CoolantTemperature {
            self.memory.forget_cooling();
        }
        let component = Box::new(self.report(verdict.component, rules));
        findings.push(self.finding(
            at,
            historical,
            What::Changed {
                component,
                previous,
                reason: Reason::SensorFault,
            },
        ));
    }

    fn close_window(&mut self, at: Micros, historical: bool, rules: &Rules, findings: &mut Vec<Finding>) {
        self.starter.close_window(at);
        self.read_out.expire(at, rules.code_memory_us);
        let must_be_warm = self.starter.running_for(at) >= rules.warm_up_us;
        if rules.panels.healthy(self.group()).is_none() {
            self.foretell_nothing(at, rules);
        }
        for kind in ComponentKind::ALL {
            if self.components[kind as usize].is_before_repair(self.window.from) {
                self.forget(kind);
                continue;
            }
            let spared = self.spared(kind, rules);
            let awaited = self.awaited(kind, at, rules);
            let mut scene = Scene {
                window: &self.window,
                references: &mut self.references,
                memory: &mut self.memory,
                starter: &mut self.starter,
                gears: &mut self.gears,
                ride: &mut self.ride,
                must_be_warm,
                spared,
                awaited,
                at,
                rules,
            };
            let verdict = judge(kind, &mut scene);
            let component = &mut self.components[kind as usize];
            match verdict {
                Some(verdict) => component.observe(verdict, at, self.distance_km, spared, rules),
                None => component.observe_codes_only(at, rules),
            }
        }
        for kind in ComponentKind::ALL {
            self.tell(kind, at, historical, rules, findings);
            self.tell_recovery(kind, at, historical, rules, findings);
        }
        let judged = self.components.iter().any(|component| component.score().is_some());
        if judged && at - self.computed_at >= COMPUTED_EVERY {
            self.computed_at = at;
            self.components
                .iter_mut()
                .for_each(|component| component.note_first(at));
            let frozen = self.freeze(at, rules);
            let reports = self.reports(rules);
            findings.push(self.finding(at, historical, What::Computed { reports, frozen }));
        }
    }
}

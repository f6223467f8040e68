//! One vehicle: records in, findings out. Its state is a function of its records and repairs and of nothing else.

use prognostics::snapshot::{Fields, Portable};

use super::actions::recommend;
use super::component::{Band, COMPONENTS, Component, ComponentKind};
use super::gather::COOLANT;
use super::judge::{Memory, Scene, judge};
use super::life::Remaining;
use super::reference::References;
use super::report::{ComponentReport, Finding, Overall, Reason, What};
use super::rules::Rules;
use super::sensor::{SensorVerdict, Sensors};
use super::signal::{Readings, Signal};
use super::starter::Starter;
use super::trouble_code::{CodeStatus, classify};
use super::usage::Usage;
use super::window::{Feature, Window};
use super::{Micros, SECOND};

/// How a vehicle is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Powertrain {
    #[default]
    Unknown,
    Petrol,
    Diesel,
    Hybrid,
    BatteryElectric,
}

impl Powertrain {
    const NAMES: [(Self, &'static str); 5] = [
        (Self::Unknown, "UNKNOWN"),
        (Self::Petrol, "PETROL"),
        (Self::Diesel, "DIESEL"),
        (Self::Hybrid, "HYBRID"),
        (Self::BatteryElectric, "BEV"),
    ];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize].1
    }

    /// Reads the name on the wire; a name of the future is unknown.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        Self::NAMES
            .iter()
            .find(|(_, known)| *known == name)
            .map_or(Self::Unknown, |(powertrain, _)| *powertrain)
    }
}

/// One instant of a vehicle.
#[derive(Debug, Clone, Default)]
pub struct Record<'a> {
    pub at: Micros,
    pub readings: Readings,
    pub codes: Vec<(std::borrow::Cow<'a, str>, CodeStatus)>,
}

/// Everything known of one vehicle.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vehicle {
    powertrain: u8,
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
    pub(super) last_speed: f32,
    pub(super) warm: bool,
    pub(super) computed_at: Micros,
    pub(super) window: Window,
    pub(super) sensors: Sensors,
    pub(super) starter: Starter,
    pub(super) references: References,
    pub(super) memory: Memory,
    pub(super) components: [Component; COMPONENTS],
}

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
    pub fn set_powertrain(&mut self, powertrain: Powertrain) {
        self.powertrain = powertrain as u8;
    }

    /// Takes one record. Records must come in the order of their event time; others change nothing but a count.
    pub fn observe(&mut self, record: &Record<'_>, historical: bool, rules: &Rules, findings: &mut Vec<Finding>) {
        let at = record.at;
        if at <= self.last_at {
            self.late += 1;
            return;
        }
        let mut readings = record.readings;
        if self.last_at > 0 && at - self.last_at > rules.trip_gap_us {
            self.end_trip(historical, rules, findings);
        }
        if self.window.from == Micros::MIN {
            self.window.restart(at);
        }
        if let Some(verdict) = self.sensors.check(&mut readings, at, rules) {
            self.sensor_changed(&verdict, at, historical, rules, findings);
        }
        self.drive(&readings, at);
        self.starter.observe(&readings, at);
        self.gather(&readings, at, rules);
        for (code, status) in &record.codes {
            if let Some((component, gravity)) = classify(code) {
                let component = &mut self.components[component as usize];
                if !component.is_before_repair(at) {
                    component.codes.note(code, *status, gravity, at);
                }
            }
        }
        self.last_at = at;
        self.records += 1;
        if at - self.window.from >= rules.window_us {
            self.close_window(at, historical, rules, findings);
            self.window.restart(at);
        }
    }

    /// A repair: the component starts from a prior. Returns what is to be told.
    pub fn repair(&mut self, kind: ComponentKind, at: Micros, historical: bool, rules: &Rules) -> Finding {
        self.forget(kind);
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

    /// What was remembered of a part that is no longer there.
    fn forget(&mut self, kind: ComponentKind) {
        match kind {
            ComponentKind::Battery12v => self.starter.forget_battery(),
            ComponentKind::Tyres => self.references.forget_tyres(),
            ComponentKind::Cooling => self.memory.forget_cooling(),
            ComponentKind::Charging => self.memory.charging.clear(),
            ComponentKind::Engine => self.memory.trim.clear(),
            ComponentKind::Lubrication => self.memory.oil_pressure.clear(),
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
            component.has_evidence() || !component.codes.is_empty() || has_component(self.powertrain, **kind)
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
        ComponentReport {
            kind,
            score: component.score(),
            band,
            remaining: self.remaining(kind, rules),
            confidence: component.confidence(self.last_at),
            factors: component.factors.clone(),
            broken_sensors: self.sensors.broken(kind).collect(),
            codes: component.codes.iter().map(str::to_owned).collect(),
            actions,
        }
    }

    fn remaining(&self, kind: ComponentKind, rules: &Rules) -> Option<Remaining> {
        let component = &self.components[kind as usize];
        let wear = &component.wear;
        let prior = match kind {
            ComponentKind::Brakes => &rules.wear.brakes,
            ComponentKind::Battery12v => &rules.wear.battery_12v,
            ComponentKind::Transmission => &rules.wear.transmission,
            ComponentKind::TractionBattery => &rules.wear.traction_battery,
            // A condition has a remaining life only once it is on its way down.
            _ if component.band()? >= Band::Fair && wear.increments() >= 3.0 && wear.grows() => &rules.wear.condition,
            _ => return None,
        };
        component.band()?;
        wear.is_known()
            .then(|| Remaining::of(wear.passage(prior), &self.usage, rules.horizon_km))
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
            component.withdraw();
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
        let must_be_warm = self.starter.running_for(at) >= rules.warm_up_us;
        for kind in ComponentKind::ALL {
            if self.components[kind as usize].is_before_repair(self.window.from) {
                self.forget(kind);
                continue;
            }
            let mut scene = Scene {
                window: &self.window,
                references: &mut self.references,
                memory: &mut self.memory,
                starter: &mut self.starter,
                must_be_warm,
                at,
                rules,
            };
            let verdict = judge(kind, &mut scene);
            let component = &mut self.components[kind as usize];
            match verdict {
                Some(verdict) => component.observe(verdict, at, self.distance_km, rules),
                None => component.observe_codes_only(at, rules),
            }
        }
        for kind in ComponentKind::ALL {
            self.tell(kind, at, historical, rules, findings);
        }
        let judged = self.components.iter().any(|component| component.score().is_some());
        if judged && at - self.computed_at >= COMPUTED_EVERY {
            self.computed_at = at;
            self.components
                .iter_mut()
                .for_each(|component| component.note_first(at));
            let reports = self.reports(rules);
            findings.push(self.finding(at, historical, What::Computed(reports)));
        }
    }

    fn tell(&mut self, kind: ComponentKind, at: Micros, historical: bool, rules: &Rules, findings: &mut Vec<Finding>) {
        let component = &mut self.components[kind as usize];
        let telling = component.tell(at, historical, rules);
        if !telling.changed {
            return;
        }
        let previous = component.note_told(at);
        let component = Box::new(self.report(kind, rules));
        let reason = Reason::Telemetry;
        findings.push(self.finding(
            at,
            historical,
            What::Changed {
                component: component.clone(),
                previous,
                reason,
            },
        ));
        if let Some(alarm) = telling.alarm {
            findings.push(self.finding(
                at,
                historical,
                What::Alarmed {
                    component,
                    previous,
                    alarm,
                },
            ));
        }
    }

    fn finding(&self, at: Micros, historical: bool, what: What) -> Finding {
        Finding {
            at,
            historical,
            overall: self.overall(),
            what,
        }
    }
}

/// Whether a vehicle of this powertrain has the component at all.
fn has_component(powertrain: u8, kind: ComponentKind) -> bool {
    use ComponentKind as C;
    let electric = powertrain == Powertrain::BatteryElectric as u8;
    match kind {
        C::Engine | C::Cooling | C::Lubrication => !electric,
        C::Aftertreatment => powertrain == Powertrain::Diesel as u8,
        C::TractionBattery => electric || powertrain == Powertrain::Hybrid as u8,
        C::Transmission | C::Brakes | C::Battery12v | C::Charging | C::Suspension | C::Tyres => true,
    }
}

impl Portable for Vehicle {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.u8(&mut self.powertrain);
        fields.i64(&mut self.last_at);
        fields.u64(&mut self.records);
        fields.u64(&mut self.late);
        self.usage.fields(fields);
        fields.f64(&mut self.distance_km);
        fields.f64(&mut self.odometer_km);
        fields.bool(&mut self.odometer_known);
        fields.i64(&mut self.odometer_at);
        fields.f32(&mut self.last_speed);
        fields.bool(&mut self.warm);
        fields.i64(&mut self.computed_at);
        self.window.fields(fields);
        self.sensors.fields(fields);
        self.starter.fields(fields);
        self.references.fields(fields);
        self.memory.fields(fields);
        self.components.fields(fields);
    }
}

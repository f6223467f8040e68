//! From a window to verdicts: one function per component, each a few documented rules. Where no evidence came, no verdict.

use super::Micros;
use super::component::{ComponentKind, Indicator, Verdict, WORN};
use super::factor::{Factor, FactorKind};
use super::gears::Gears;
use super::memory::Memory;
use super::reference::References;
use super::ride::Ride;
use super::rules::{CurveName, Rules};
use super::signal::Signal;
use super::starter::Starter;
use super::window::{Feature, Window};

/// Everything a verdict may rest on.
pub struct Scene<'a> {
    pub window: &'a Window,
    pub references: &'a mut References,
    pub memory: &'a mut Memory,
    pub starter: &'a mut Starter,
    pub gears: &'a mut Gears,
    pub ride: &'a mut Ride,
    /// Whether the engine has run so long that it must be warm.
    pub must_be_warm: bool,
    /// Slow wear does not pull the score below this, as far as a trained model gives the part.
    pub spared: f64,
    /// What shows slow wear only to those who have seen the part before does not pull it below this: a trained model is soon to speak.
    pub awaited: f64,
    /// Event time of the window's end.
    pub at: Micros,
    pub rules: &'a Rules,
}

/// The verdict of a window on a component; `None` when the window says nothing of it.
pub fn judge(component: ComponentKind, scene: &mut Scene<'_>) -> Option<Verdict> {
    match component {
        ComponentKind::Engine => engine(scene),
        ComponentKind::Cooling => cooling(scene),
        ComponentKind::Lubrication => lubrication(scene),
        ComponentKind::Transmission => transmission(scene),
        ComponentKind::Brakes => brakes(scene),
        ComponentKind::Battery12v => battery_12v(scene),
        ComponentKind::Charging => charging(scene),
        ComponentKind::Tyres => tyres(scene),
        ComponentKind::Aftertreatment => aftertreatment(scene),
        ComponentKind::TractionBattery => traction_battery(scene),
        ComponentKind::Suspension => suspension(scene),
    }
}

/// Gathers evidence by signal: the worst of a signal decides, and what is trusted less takes less of the score.
struct Weighing<'a> {
    rules: &'a Rules,
    spared: f64,
    awaited: f64,
    from: Micros,
    at: Micros,
    scores: Vec<(Signal, f64)>,
    trust: f64,
    pieces: u32,
    factors: Vec<Factor>,
    wear: Indicator,
}

impl<'a> Weighing<'a> {
    fn new(scene: &Scene<'a>) -> Self {
        let factors = Vec::new();
        let from = scene.window.from;
        Self {
            rules: scene.rules,
            spared: scene.spared,
            awaited: scene.awaited,
            from,
            at: scene.at,
            scores: Vec::new(),
            trust: 0.0,
            pieces: 0,
            factors,
            wear: Indicator::Deficit,
        }
    }

    fn score(&mut self, kind: FactorKind, score: f64, observed: f64, expected: f64, trust: f64) {
        let Some(signal) = kind.signal() else { return };
        let size = (1.0 - score) * trust.clamp(0.0, 1.0);
        self.pieces += 1;
        self.trust += trust;
        // Components rest on a handful of signals: a search is quicker than a map.
        match self.scores.iter_mut().find(|(spoke, _)| *spoke == signal) {
            Some((_, worst)) => *worst = worst.min(1.0 - size),
            None => self.scores.push((signal, 1.0 - size)),
        }
        if size > 0.05 {
            self.factors.push(Factor {
                kind,
                observed,
                expected,
                size,
                since: self.from,
                until: self.at,
            });
        }
    }

    fn curve(&mut self, kind: FactorKind, curve: CurveName, observed: f64, trust: f64) {
        let score = self.rules.score(curve, observed);
        self.score(kind, score, observed, self.rules.expected(curve), trust);
    }

    /// The same of slow wear, which a forecast may spare.
    fn wear_curve(&mut self, kind: FactorKind, curve: CurveName, observed: f64, trust: f64) {
        let score = self.rules.score(curve, observed).max(self.spared);
        self.score(kind, score, observed, self.rules.expected(curve), trust);
    }

    /// The same of a sign of wear that is none by itself: cold, charge and load show in it as well.
    fn sign_curve(&mut self, kind: FactorKind, curve: CurveName, observed: f64, trust: f64) {
        let score = self.rules.score(curve, observed).max(self.spared).max(self.awaited);
        self.score(kind, score, observed, self.rules.expected(curve), trust);
    }

    /// A window's mean of a feature against a curve.
    fn feature(&mut self, window: &Window, feature: Feature, kind: FactorKind, curve: CurveName) {
        if let Some((mean, trust)) = mean_and_trust(window, feature) {
            self.curve(kind, curve, mean, trust);
        }
    }

    fn finish(mut self) -> Option<Verdict> {
        if self.pieces == 0 {
            return None;
        }
        self.factors.sort_by(|a, b| b.size.total_cmp(&a.size));
        let mut kinds = Vec::with_capacity(self.factors.len());
        self.factors.retain(|factor| {
            !kinds.contains(&factor.kind) && {
                kinds.push(factor.kind);
                true
            }
        });
        let trust = self.trust / f64::from(self.pieces);
        Some(Verdict {
            scores: self.scores,
            trust,
            factors: self.factors,
            wear: self.wear,
            windows_needed: None,
        })
    }
}

fn direct(level: Option<f64>, curve: CurveName) -> Indicator {
    level.map_or(Indicator::Silent, |level| Indicator::Direct { level, curve })
}

fn mean_and_trust(window: &Window, feature: Feature) -> Option<(f64, f64)> {
    let gathered = window.get(feature)?;
    Some((gathered.mean()?, gathered.trust()))
}

fn engine(scene: &mut Scene<'_>) -> Option<Verdict> {
    let mut weighing = Weighing::new(scene);
    if let Some((trim, trust)) = mean_and_trust(scene.window, Feature::FuelTrim) {
        scene.memory.trim.observe(trim);
        let trim = scene.memory.trim.median().unwrap_or(trim);
        let kind = if trim >= 0.0 {
            FactorKind::FuelTrimLean
        } else {
            FactorKind::FuelTrimRich
        };
        let expected = scene.rules.expected(CurveName::FuelTrim).copysign(trim);
        weighing.score(
            kind,
            scene.rules.score(CurveName::FuelTrim, trim.abs()),
            trim,
            expected,
            trust,
        );
    }
    weighing.finish()
}

/// A lasting rise while driving is averaged over about so many windows, once a regime's own level is known that well.
const SHIFT_WINDOWS: f64 = 30.0;
const SHIFT_FROM_WINDOWS: f64 = 20.0;
/// So far below its own level a thermostat is still closed.
const SHIFT_COLD_CELSIUS: f64 = 4.0;

fn cooling(scene: &mut Scene<'_>) -> Option<Verdict> {
    let mut weighing = Weighing::new(scene);
    let rules = scene.rules;
    let mut rise = None;
    let regimes = [
        Feature::CoolantStanding,
        Feature::CoolantUrban,
        Feature::CoolantRoad,
        Feature::CoolantAtLoad,
    ];
    for (regime, feature) in regimes.into_iter().enumerate() {
        let Some((mean, trust)) = mean_and_trust(scene.window, feature) else {
            continue;
        };
        let baseline = &mut scene.references.coolant[regime];
        baseline.observe(mean, trust, &rules.coolant);
        let level = baseline.level(&rules.coolant);
        // A window that is still warming up says nothing of how heat is carried away.
        let driven = feature != Feature::CoolantStanding && mean - level > -SHIFT_COLD_CELSIUS;
        if driven && baseline.windows() >= SHIFT_FROM_WINDOWS {
            rise = Some(rise.map_or(mean - level, |rise: f64| 0.5 * (rise + mean - level)));
        }
        if feature == Feature::CoolantAtLoad {
            scene.memory.coolant_at_load.observe(mean);
        } else {
            weighing.score(
                FactorKind::CoolantHigh,
                rules.score(CurveName::CoolantResidual, mean - level),
                mean,
                level,
                trust,
            );
        }
        weighing.curve(FactorKind::CoolantOverheating, CurveName::CoolantAbsolute, mean, trust);
        if scene.must_be_warm {
            weighing.curve(FactorKind::CoolantCold, CurveName::CoolantCold, mean, trust);
        }
    }
    if let Some(rise) = rise {
        scene.memory.coolant_shift.observe(rise, 1.0, SHIFT_WINDOWS);
    }
    // What driving has shown, only driving can clear: a stand says nothing about the air stream's cooling.
    if let Some(shift) = scene.memory.coolant_shift.value().filter(|_| weighing.pieces > 0) {
        let trust = weighing.trust / f64::from(weighing.pieces);
        let driven = &scene.references.coolant[1..];
        let known = driven.iter().max_by(|a, b| a.windows().total_cmp(&b.windows()));
        let level = known.map_or(rules.coolant.level, |baseline| baseline.level(&rules.coolant));
        let score = rules.score(CurveName::CoolantShift, shift);
        weighing.score(FactorKind::CoolantRisen, score, level + shift, level, trust);
    }
    // What load has shown, only load can clear: a quiet minute says nothing about a circuit that boils uphill. How far above its own level
    // a sound engine comes there is the hill's doing as much as the circuit's, so only what lasts or boils alarms.
    if let Some(mean) = scene.memory.coolant_at_load.median().filter(|_| weighing.pieces > 0) {
        let level = scene.references.coolant[3].level(&rules.coolant);
        weighing.score(
            FactorKind::CoolantHigh,
            rules.score(CurveName::CoolantAtLoad, mean - level),
            mean,
            level,
            1.0,
        );
    }
    if let Some((level, trust)) = mean_and_trust(scene.window, Feature::CoolantLevel) {
        scene.memory.coolant_level.observe(level);
        let level = scene.memory.coolant_level.median().unwrap_or(level);
        weighing.curve(FactorKind::CoolantLevelLow, CurveName::CoolantLevel, level, trust);
    }
    weighing.finish()
}

fn lubrication(scene: &mut Scene<'_>) -> Option<Verdict> {
    let mut weighing = Weighing::new(scene);
    if let Some((ratio, trust)) = mean_and_trust(scene.window, Feature::OilPressureRatio) {
        scene.memory.oil_pressure.observe(ratio);
        let ratio = scene.memory.oil_pressure.median().unwrap_or(ratio);
        weighing.curve(FactorKind::OilPressureLow, CurveName::OilPressure, ratio, trust);
    }
    let window = scene.window;
    weighing.feature(
        window,
        Feature::OilTemperature,
        FactorKind::OilTemperatureHigh,
        CurveName::OilTemperature,
    );
    weighing.feature(window, Feature::OilLevel, FactorKind::OilLevelLow, CurveName::OilLevel);
    weighing.finish()
}

fn transmission(scene: &mut Scene<'_>) -> Option<Verdict> {
    let mut weighing = Weighing::new(scene);
    let window = scene.window;
    let hot = CurveName::TransmissionTemperature;
    weighing.feature(
        window,
        Feature::TransmissionTemperature,
        FactorKind::TransmissionHot,
        hot,
    );
    if let Some((percent, trust)) = mean_and_trust(window, Feature::TransmissionSlip) {
        let curve = CurveName::TransmissionSlip;
        weighing.sign_curve(FactorKind::TransmissionSlip, curve, percent, trust);
    }
    weighing.feature(
        window,
        Feature::ClutchWear,
        FactorKind::ClutchWorn,
        CurveName::ClutchWear,
    );
    if let Some(gathered) = window.get(Feature::GearSlip)
        && let (Some(mean), trust) = (gathered.mean(), gathered.trust())
        && let Some((slip, own)) = scene.gears.judge(mean, gathered.samples(), trust)
    {
        let score = scene.rules.score(CurveName::GearSlip, 100.0 * (slip - own));
        weighing.score(FactorKind::ClutchSlips, score, 100.0 * slip, 100.0 * own, trust);
    }
    // Where wear is not measured, the lack of health stands for it.
    weighing.wear = match window.mean(Feature::ClutchWear) {
        Some(percent) => direct(Some(percent / 100.0), CurveName::ClutchWear),
        None => Indicator::Deficit,
    };
    weighing.finish()
}

fn brakes(scene: &mut Scene<'_>) -> Option<Verdict> {
    let mut weighing = Weighing::new(scene);
    let window = scene.window;
    let pads = [
        (Feature::PadWearFrontLeft, FactorKind::PadsWornFrontLeft),
        (Feature::PadWearFrontRight, FactorKind::PadsWornFrontRight),
        (Feature::PadWearRearLeft, FactorKind::PadsWornRearLeft),
        (Feature::PadWearRearRight, FactorKind::PadsWornRearRight),
    ];
    for (feature, kind) in pads {
        match mean_and_trust(window, feature) {
            Some((percent, trust)) if percent < 100.0 * WORN => {
                weighing.wear_curve(kind, CurveName::PadWear, percent, trust);
            }
            _ => weighing.feature(window, feature, kind, CurveName::PadWear),
        }
    }
    weighing.wear = direct(
        pads.iter()
            .filter_map(|(feature, _)| window.mean(*feature))
            .reduce(f64::max)
            .map(|p| p / 100.0),
        CurveName::PadWear,
    );
    weighing.feature(
        window,
        Feature::BrakeFluid,
        FactorKind::BrakeFluidLow,
        CurveName::BrakeFluid,
    );
    weighing.feature(window, Feature::BrakeAir, FactorKind::BrakeAirLow, CurveName::BrakeAir);
    if let Some((error, trust)) = mean_and_trust(window, Feature::AbsError) {
        // The brakes still work without their anti-lock system: it takes half of the score and no more.
        weighing.score(
            FactorKind::AbsFault,
            if error > 0.5 { 0.5 } else { 1.0 },
            error,
            0.0,
            trust,
        );
    }
    weighing.finish()
}

fn battery_12v(scene: &mut Scene<'_>) -> Option<Verdict> {
    let mut weighing = Weighing::new(scene);
    let starter = &mut *scene.starter;
    if starter.fresh {
        starter.fresh = false;
        // One odd start proves nothing: two are the least that is judged.
        // A flat battery starts nothing, however long it would live: its rest voltage is spared by no forecast.
        if let Some(rest) = starter.rest.median().filter(|_| starter.rest.len() >= 2) {
            weighing.curve(FactorKind::RestVoltageLow, CurveName::RestVoltage, rest, 1.0);
        }
        if let Some(dip) = starter.cranking.median().filter(|_| starter.cranking.len() >= 2) {
            weighing.sign_curve(FactorKind::CrankingVoltageLow, CurveName::CrankingVoltage, dip, 1.0);
        }
        if let Some(seconds) = starter.recovery.median().filter(|_| starter.recovery.len() >= 2) {
            weighing.sign_curve(FactorKind::RecoverySlow, CurveName::CrankingRecovery, seconds, 1.0);
        }
    }
    weighing.feature(
        scene.window,
        Feature::BatteryCharge,
        FactorKind::BatteryChargeLow,
        CurveName::BatteryCharge,
    );
    // Medians over starts need fewer windows to agree than single windows do.
    weighing.finish().map(|verdict| Verdict {
        windows_needed: Some(2),
        ..verdict
    })
}

fn charging(scene: &mut Scene<'_>) -> Option<Verdict> {
    let mut weighing = Weighing::new(scene);
    if let Some((volts, trust)) = mean_and_trust(scene.window, Feature::RunningVoltage) {
        scene.memory.charging.observe(volts);
        let volts = scene.memory.charging.median().unwrap_or(volts);
        weighing.curve(FactorKind::ChargingLow, CurveName::ChargingLow, volts, trust);
        weighing.curve(FactorKind::ChargingHigh, CurveName::ChargingHigh, volts, trust);
    }
    weighing.finish()
}

fn tyres(scene: &mut Scene<'_>) -> Option<Verdict> {
    let mut weighing = Weighing::new(scene);
    let rules = scene.rules;
    let wheels = [
        [
            (Feature::TyreFrontLeft, FactorKind::TyreLowFrontLeft),
            (Feature::TyreFrontRight, FactorKind::TyreLowFrontRight),
        ],
        [
            (Feature::TyreRearLeft, FactorKind::TyreLowRearLeft),
            (Feature::TyreRearRight, FactorKind::TyreLowRearRight),
        ],
    ];
    for (axle, wheels) in wheels.into_iter().enumerate() {
        let seen = wheels.map(|(feature, kind)| mean_and_trust(scene.window, feature).map(|seen| (kind, seen)));
        let Some(highest) = seen.iter().flatten().map(|(_, (mean, _))| *mean).reduce(f64::max) else {
            continue;
        };
        let trust = seen.iter().flatten().map(|(_, (_, trust))| *trust).fold(1.0, f64::min);
        let reference = scene.references.axle_pressure(axle, highest, trust, rules).max(highest);
        for (kind, (mean, trust)) in seen.into_iter().flatten() {
            let score = rules.score(CurveName::TyrePressure, mean / reference.max(1.0));
            weighing.score(kind, score, mean, reference, trust);
        }
    }
    weighing.finish()
}

fn suspension(scene: &mut Scene<'_>) -> Option<Verdict> {
    let mut weighing = Weighing::new(scene);
    if let Some((mean, trust)) = mean_and_trust(scene.window, Feature::Bounce)
        && let Some(times) = scene.ride.judge(mean, trust)
    {
        weighing.sign_curve(FactorKind::BodyMoves, CurveName::Bounce, times, trust);
    }
    weighing.finish()
}

fn aftertreatment(scene: &mut Scene<'_>) -> Option<Verdict> {
    let mut weighing = Weighing::new(scene);
    weighing.feature(
        scene.window,
        Feature::SootLoad,
        FactorKind::SootHigh,
        CurveName::SootLoad,
    );
    weighing.feature(
        scene.window,
        Feature::ExhaustFluid,
        FactorKind::ExhaustFluidLow,
        CurveName::ExhaustFluid,
    );
    weighing.finish()
}

fn traction_battery(scene: &mut Scene<'_>) -> Option<Verdict> {
    let mut weighing = Weighing::new(scene);
    let window = scene.window;
    weighing.feature(
        window,
        Feature::TractionHealth,
        FactorKind::TractionHealthLow,
        CurveName::TractionHealth,
    );
    weighing.feature(
        window,
        Feature::CellSpread,
        FactorKind::CellSpreadHigh,
        CurveName::CellSpread,
    );
    // Warranties of traction batteries end at 70 % of the capacity: that is the limit of wear.
    weighing.wear = direct(
        window
            .mean(Feature::TractionHealth)
            .map(|percent| (100.0 - percent) / 30.0),
        CurveName::TractionHealth,
    );
    weighing.finish()
}

//! Wear of every part of one vehicle: onset, growth, frailty, and what stresses it.
//!
//! Growth is a gamma process with a power-law mean (van Noortwijk, Reliability Engineering & System Safety 94, 2009):
//! the expected wear is `(stressed distance / life)^power`, and each increment is multiplied by a random factor of
//! mean 1, so that wear never falls and two parts with the same life still differ. Stress stretches distance, as in
//! accelerated life models (Nelson, Accelerated Testing, 1990): heat by Arrhenius' law, brakes and clutch by work,
//! dampers by the road, starters by starts.

use super::class::{Class, Spec};
use super::modes::{Law, MODES, Mode};
use crate::dice::Dice;

/// Standard deviation of a leg's random factor: many small shocks a kilometre.
const SHOCKS: f64 = 0.5;

/// What a leg of a few minutes did to the vehicle.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Leg {
    pub(crate) seconds: f64,
    pub(crate) km: f64,
    /// Work of the friction brakes, in MJ.
    pub(crate) brake_mj: f64,
    /// Starts from rest, weighted by slope and load.
    pub(crate) clutch: f64,
    /// Engine starts, and those of a cold engine.
    pub(crate) starts: f64,
    pub(crate) cold_starts: f64,
    /// Mean of the engine's load over the leg, 0..1.
    pub(crate) load: f64,
    pub(crate) coolant_degc: f64,
    pub(crate) oil_degc: f64,
    pub(crate) air_degc: f64,
    /// Share of the leg below 30 km/h.
    pub(crate) slow: f64,
    /// Charge moved through the traction battery, in full cycles.
    pub(crate) cycles: f64,
    pub(crate) wet: bool,
    /// Days since the leg before, while which parts age by the calendar.
    pub(crate) days: f64,
}

/// One mode of one vehicle.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) law: Law,
    /// Stressed distance since the part was new, in km.
    driven_km: f64,
    onset_km: f64,
    /// Stressed distance from onset to failure.
    life_km: f64,
    /// 0 sound … 1 failed.
    pub(crate) wear: f64,
    /// Odometer when the part was fitted.
    pub(crate) fitted_km: f64,
    /// Odometer at onset, once it is past.
    pub(crate) began_km: Option<f64>,
}

impl Part {
    /// A new part.
    fn new(law: Law, odometer_km: f64, dice: &mut Dice) -> Self {
        let onset_km = law
            .onset
            .map_or(0.0, |(shape, scale_km)| dice.weibull_beyond(shape, scale_km, 0.0));
        Self {
            law,
            driven_km: 0.0,
            onset_km,
            life_km: dice.lognormal(law.growth_km, law.spread),
            wear: 0.0,
            fitted_km: odometer_km,
            began_km: law.onset.is_none().then_some(odometer_km),
        }
    }

    /// A part of a vehicle that has driven `odometer_km` already and still works.
    fn used(law: Law, odometer_km: f64, dice: &mut Dice) -> Self {
        let mut part = Self::new(law, odometer_km, dice);
        if let Some((shape, scale_km)) = law.onset {
            part.driven_km = odometer_km;
            part.onset_km = dice.weibull_beyond(shape, scale_km, odometer_km);
            part.fitted_km = 0.0;
        } else {
            // It has been renewed some time ago; how long nobody knows.
            let age = dice.uniform().min(odometer_km / part.life_km) * 0.92;
            part.driven_km = age * part.life_km;
            part.wear = age.powf(law.power);
            part.fitted_km = odometer_km - part.driven_km;
            part.began_km = Some(part.fitted_km);
        }
        part
    }

    /// Wears on by a stressed distance; true in the one leg in which the part fails.
    fn grow(&mut self, stressed_km: f64, odometer_km: f64, dice: &mut Dice) -> bool {
        let before = (self.driven_km - self.onset_km).max(0.0) / self.life_km;
        self.driven_km += stressed_km;
        let after = (self.driven_km - self.onset_km).max(0.0) / self.life_km;
        if after <= 0.0 || self.wear >= 1.0 {
            return false;
        }
        self.began_km.get_or_insert(odometer_km);
        let expected = after.powf(self.law.power) - before.powf(self.law.power);
        self.wear = (self.wear + expected * (1.0 + SHOCKS * dice.noise()).max(0.0)).min(1.0);
        self.wear >= 1.0
    }
}

/// All parts of one vehicle.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    parts: Vec<Option<Part>>,
    class: Class,
    /// How much faster than in life everything wears; 1 is life.
    hurry: f64,
    dice: Dice,
}

impl Parts {
    pub(crate) fn new(spec: &Spec, odometer_km: f64, hurry: f64, mut dice: Dice) -> Self {
        // Where nothing wears, nothing is worn: a healthy fleet.
        let fit = if hurry > 0.0 { Part::used } else { Part::new };
        let parts = Mode::ALL
            .iter()
            .map(|mode| mode.law(spec.class).map(|law| fit(law, odometer_km, &mut dice)))
            .collect();
        Self {
            parts,
            class: spec.class,
            hurry,
            dice,
        }
    }

    /// Wear of a mode: 0 where the vehicle has no such part.
    pub(crate) fn wear(&self, mode: Mode) -> f64 {
        self.parts[mode as usize].as_ref().map_or(0.0, |part| part.wear)
    }

    /// The part of a mode.
    pub(crate) fn part(&self, mode: Mode) -> Option<&Part> {
        self.parts[mode as usize].as_ref()
    }

    /// Fits a new part; the old one is given back.
    pub(crate) fn renew(&mut self, mode: Mode, odometer_km: f64) -> Option<Part> {
        let old = self.parts[mode as usize].take()?;
        self.parts[mode as usize] = Some(Part::new(old.law, odometer_km, &mut self.dice));
        Some(old)
    }

    /// Wears everything by one leg; answers the modes that failed in it.
    pub(crate) fn drive(&mut self, leg: &Leg, odometer_km: f64) -> Vec<Mode> {
        let wears = Mode::ALL.map(|mode| self.wear(mode));
        let mut failed = Vec::new();
        for mode in Mode::ALL {
            let stressed_km = self.hurry * stressed_km(mode, self.class, leg, &wears);
            let Some(part) = &mut self.parts[mode as usize] else {
                continue;
            };
            if part.grow(stressed_km, odometer_km, &mut self.dice) {
                failed.push(mode);
            }
        }
        failed
    }
}

/// Reaction speed at a temperature against one at 90 degC, with an activation energy in kJ/mol (Arrhenius).
fn arrhenius(degc: f64, kj_mol: f64, reference_degc: f64) -> f64 {
    (kj_mol / 8.314e-3 * (1.0 / (reference_degc + 273.15) - 1.0 / (degc + 273.15))).exp()
}

/// The distance that a leg counts for in a mode: longer than driven where the leg is hard on the part. Some faults
/// hasten others: bad injectors soot the filter, a low battery wears the starter, a hot engine ages the oil.
fn stressed_km(mode: Mode, class: Class, leg: &Leg, wears: &[f64; MODES]) -> f64 {
    let of = |mode: Mode| wears[mode as usize];
    let calendar_km = leg.days * class.yearly_km() / 365.25;
    let heat_k = (leg.coolant_degc - 90.0).max(0.0);
    match mode {
        Mode::ThermostatStuckOpen => leg.km * (0.6 + 0.4 * leg.starts.min(2.0)),
        Mode::CoolantLeak => leg.km * (0.8 + 0.02 * heat_k + 0.3 * leg.load),
        Mode::Fan => leg.km * (0.5 + 1.2 * leg.slow + 0.02 * (leg.air_degc - 15.0).max(0.0)),
        Mode::OilAgeing => {
            let heat = arrhenius(leg.oil_degc.max(60.0), 35.0, 98.0).clamp(0.6, 4.0);
            leg.km * heat * (0.85 + 0.5 * leg.load) + 22.0 * leg.cold_starts
        }
        Mode::OilPump => leg.km * (0.9 + 0.8 * of(Mode::OilAgeing).powi(3)) + 8.0 * leg.cold_starts,
        Mode::Misfire => leg.km * (0.7 + 0.9 * leg.load) + 4.0 * leg.cold_starts,
        Mode::Injector => leg.km * (0.8 + 0.6 * leg.slow),
        Mode::Compression => leg.km * (0.7 + 0.8 * leg.load + 0.06 * heat_k + 0.5 * of(Mode::OilAgeing).powi(4)),
        Mode::ClutchSlip => 0.35 * leg.km + 0.55 * leg.clutch,
        Mode::GearboxFluid => leg.km * (0.6 + leg.load + 0.3 * leg.slow),
        Mode::PadWear => leg.brake_mj / pad_mj_km(class) * (1.0 + 0.3 * of(Mode::CaliperDrag)),
        Mode::CaliperDrag | Mode::AbsSensor => leg.km * if leg.wet { 1.6 } else { 0.8 },
        Mode::Sulphation => {
            // Heat corrodes the grid, short trips leave it uncharged, a weak alternator starves it.
            let heat = arrhenius(leg.air_degc + 12.0, 45.0, 25.0).clamp(0.35, 4.0);
            calendar_km * heat * (1.0 + 1.5 * of(Mode::AlternatorDiode)) + 3.0 * leg.starts
        }
        Mode::Starter => 0.3 * leg.km + 9.0 * leg.starts * (1.0 + of(Mode::Sulphation)),
        Mode::AlternatorDiode => leg.km * (0.6 + 0.02 * (leg.air_degc + 10.0).max(0.0) + 0.5 * of(Mode::Sulphation)),
        Mode::Belt => 0.7 * leg.km + 0.3 * calendar_km + 2.0 * leg.cold_starts,
        Mode::Damper => leg.km * (0.6 + 0.9 * leg.slow),
        Mode::TyreLeak => leg.km * (0.8 + 0.4 * leg.slow) + 0.2 * calendar_km,
        Mode::Tread => {
            leg.km * (0.75 + 0.012 * (leg.air_degc - 5.0).max(0.0)) + 6.0 * leg.brake_mj / pad_mj_km(class) * 0.05
        }
        Mode::DpfLoading => leg.km * (0.6 + 1.1 * leg.slow + 1.5 * of(Mode::Injector)),
        Mode::ScrEfficiency => leg.km * (0.7 + 0.5 * leg.load + 0.4 * of(Mode::DpfLoading)),
        Mode::DefQuality => leg.km,
        Mode::TractionFade => {
            let heat = arrhenius(leg.air_degc + 5.0, 30.0, 20.0).clamp(0.4, 4.0);
            0.45 * calendar_km * heat + 170.0 * leg.cycles
        }
        Mode::CellImbalance => 0.6 * leg.km + 120.0 * leg.cycles,
    }
}

/// Work of the friction brakes in ordinary mixed driving, in MJ/km.
pub(crate) fn pad_mj_km(class: Class) -> f64 {
    match class {
        Class::PetrolCar => 0.075,
        Class::ElectricCar => 0.040,
        Class::DieselVan => 0.19,
        Class::HeavyTruck => 0.65,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordinary() -> Leg {
        Leg {
            seconds: 300.0,
            km: 4.0,
            brake_mj: 4.0 * pad_mj_km(Class::PetrolCar),
            clutch: 4.0,
            starts: 0.2,
            cold_starts: 0.07,
            load: 0.35,
            coolant_degc: 90.0,
            oil_degc: 95.0,
            air_degc: 12.0,
            slow: 0.3,
            cycles: 0.0,
            wet: false,
            days: 4.0 / 41.0,
        }
    }

    #[test]
    fn ordinary_driving_wears_about_as_the_laws_say() {
        let spec = Spec::draw(Class::PetrolCar, &mut Dice::new(3, 3));
        let mut km_of = vec![Vec::new(); MODES];
        for seed in 0..16 {
            let mut parts = Parts::new(&spec, 0.0, 1.0, Dice::new(seed, 0));
            let mut odometer_km = 0.0;
            while odometer_km < 260_000.0 {
                odometer_km += 4.0;
                for mode in parts.drive(&ordinary(), odometer_km) {
                    let old = parts.renew(mode, odometer_km).unwrap();
                    assert_eq!(old.wear, 1.0);
                    km_of[mode as usize].push(odometer_km - old.fitted_km);
                }
            }
        }
        for mode in [
            Mode::PadWear,
            Mode::Tread,
            Mode::OilAgeing,
            Mode::ClutchSlip,
            Mode::Sulphation,
            Mode::Belt,
        ] {
            let lives = &mut km_of[mode as usize];
            lives.sort_by(f64::total_cmp);
            let median = lives[lives.len() / 2];
            let expected = mode.law(Class::PetrolCar).unwrap().growth_km;
            assert!(
                (0.6..1.5).contains(&(median / expected)),
                "{mode:?} {median} of {expected}"
            );
        }
    }

    #[test]
    fn wear_never_falls_and_frailty_differs() {
        let spec = Spec::draw(Class::DieselVan, &mut Dice::new(3, 3));
        let mut parts = Parts::new(&spec, 150_000.0, 40.0, Dice::new(5, 0));
        let mut last = Mode::ALL.map(|mode| parts.wear(mode));
        let mut failures = 0;
        for leg in 0..4_000 {
            failures += parts.drive(&ordinary(), 150_000.0 + f64::from(leg) * 4.0).len();
            for mode in Mode::ALL {
                assert!(parts.wear(mode) >= last[mode as usize] && parts.wear(mode) <= 1.0);
                last[mode as usize] = parts.wear(mode);
            }
        }
        assert!((8..=22).contains(&failures), "{failures}");
    }

    #[test]
    fn a_part_in_use_has_not_failed_yet_and_old_vehicles_have_more_wear() {
        let spec = Spec::draw(Class::PetrolCar, &mut Dice::new(3, 3));
        for seed in 0..200 {
            let parts = Parts::new(&spec, 90_000.0, 1.0, Dice::new(seed, 0));
            assert!(Mode::ALL.iter().all(|mode| parts.wear(*mode) < 1.0));
            assert!(parts.part(Mode::Fan).unwrap().began_km.is_none());
        }
        assert_eq!(Parts::new(&spec, 0.0, 1.0, Dice::new(1, 0)).wear(Mode::PadWear), 0.0);
        let mut healthy = Parts::new(&spec, 90_000.0, 0.0, Dice::new(1, 0));
        assert!((0..100).all(|leg| healthy.drive(&ordinary(), 90_000.0 + f64::from(leg)).is_empty()));
        assert!(Mode::ALL.iter().all(|mode| healthy.wear(*mode) == 0.0));
    }

    #[test]
    fn heat_hastens() {
        assert!((arrhenius(98.0, 35.0, 98.0) - 1.0).abs() < 1e-12);
        let double = arrhenius(108.0, 80.0, 98.0);
        assert!((1.8..2.2).contains(&double), "{double}");
    }
}

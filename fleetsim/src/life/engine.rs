//! Combustion engine: speed, load, fuel, air, heat, oil and exhaust.
//!
//! - Load and fuel: work at the crank plus friction that grows with speed, over an indicated efficiency of 40 % (petrol)
//!   or 46 % (diesel); overrun cuts the fuel (Heywood, Internal Combustion Engine Fundamentals, ch. 13).
//! - Air: speed-density, `m = V/2 · n · ρ · η · p/p0` (Heywood, ch. 6).
//! - Coolant as one heat capacity `C·dT/dt = heat in − (opening·UA(v, fan) + UA0)·(T − T_air)`; the radiator's `UA` grows
//!   with air speed to the power 0.8 (turbulent forced convection). The thermostat hides a leak until the margin is
//!   used up, first at load and in hot air, then everywhere; one that is stuck open shows in the cold at speed.
//! - Oil follows the coolant with a lag of three minutes; its pressure follows speed, and viscosity falls 2 % a kelvin
//!   near 90 degC (Vogel), with a relief valve on top.
//! - Particulate filter: soot comes with fuel, more of it in slow traffic, and is burnt off at speed; pressure drop is
//!   proportional to flow and grows with soot and ash (Konstandopoulos, SAE 2000-01-1016). SCR converts above 200 degC.

use super::class::{Class, Spec};
use super::faults::Faults;
use super::road::Demand;
use crate::dice::Dice;

/// Energy in a litre of petrol and of diesel, in kWh.
pub(crate) const KWH_L: (f64, f64) = (8.9, 9.96);

/// The engine's state.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    pub(crate) coolant_degc: f64,
    pub(crate) oil_degc: f64,
    pub(crate) intake_degc: f64,
    /// Catalyst or filter inlet.
    pub(crate) exhaust_degc: f64,
    pub(crate) gearbox_degc: f64,
    pub(crate) rpm: f64,
    pub(crate) gear: u32,
    pub(crate) slip_percent: f64,
    pub(crate) load_percent: f64,
    /// Work at the crank in this second, in kW.
    pub(crate) work_kw: f64,
    pub(crate) fuel_l_h: f64,
    pub(crate) run_s: f64,
    pub(crate) fan_on: bool,
    pub(crate) short_trim: f64,
    pub(crate) long_trim: f64,
    pub(crate) soot_percent: f64,
    pub(crate) regenerates_s: f64,
    pub(crate) since_regeneration_km: f64,
    pub(crate) fuel_percent: f64,
    pub(crate) def_percent: f64,
    pub(crate) hours: f64,
    /// Trim that this engine has when it is sound.
    bias_percent: f64,
    /// Transfer of the radiator by whole metres a second.
    air_stream: [f64; 64],
}

impl Engine {
    pub(crate) fn new(air_degc: f64, dice: &mut Dice) -> Self {
        let mut air_stream = [0.0; 64];
        for (speed_ms, transfer) in air_stream.iter_mut().enumerate() {
            *transfer = 0.060 * (speed_ms as f64).powf(0.8);
        }
        Self {
            coolant_degc: air_degc,
            oil_degc: air_degc,
            intake_degc: air_degc,
            exhaust_degc: air_degc,
            gearbox_degc: air_degc,
            rpm: 0.0,
            gear: 0,
            slip_percent: 0.0,
            load_percent: 0.0,
            work_kw: 0.0,
            fuel_l_h: 0.0,
            run_s: 0.0,
            fan_on: false,
            short_trim: 0.0,
            long_trim: 0.0,
            soot_percent: dice.between(10.0, 70.0),
            regenerates_s: 0.0,
            since_regeneration_km: dice.between(0.0, 400.0),
            fuel_percent: dice.between(30.0, 95.0),
            def_percent: dice.between(30.0, 95.0),
            hours: 0.0,
            bias_percent: 1.8 * dice.noise(),
            air_stream,
        }
    }

    /// One second of running; answers the part of the braking that the engine takes, in W.
    pub(crate) fn step(&mut self, spec: &Spec, faults: &Faults, demand: &Demand, force_n: f64, dice: &mut Dice) -> f64 {
        let diesel = spec.class.is_diesel();
        let wheel_kw = force_n * demand.speed_ms / 1_000.0;
        let size = spec.rated_kw / 75.0;
        let fan_kw = if self.fan_on { 0.6 * size } else { 0.0 };
        let misfires = faults.misfire * (0.3 + self.load_percent / 140.0);
        self.work_kw = (wheel_kw / 0.92).max(0.0) + 0.6 * size + fan_kw;
        self.turn(spec, faults, demand, misfires, dice);
        let friction_kw = 0.0375 * spec.rated_kw * self.rpm / 1_000.0;
        // A diesel's torque is full from two thirds of the rated speed on.
        let reach = (if diesel { 1.25 } else { 1.0 } * self.rpm / spec.rated_rpm).clamp(0.08, 1.0);
        let able_kw = spec.rated_kw * reach * faults.power * (1.0 - misfires) + friction_kw;
        let wanted = (100.0 * (self.work_kw + friction_kw) / able_kw).min(100.0);
        self.load_percent += (wanted - self.load_percent) * 0.7;
        let cut = wheel_kw < -0.02 * spec.rated_kw && self.rpm > 1.25 * spec.idle_rpm;
        let (efficiency, kwh_l) = if diesel { (0.46, KWH_L.1) } else { (0.40, KWH_L.0) };
        self.fuel_l_h = if cut {
            0.0
        } else {
            (self.work_kw + friction_kw) / efficiency / kwh_l * (1.0 + 1.5 * misfires)
        };
        self.run_s += 1.0;
        self.hours += 1.0 / 3_600.0;
        self.fuel_percent = (self.fuel_percent - self.fuel_l_h / 36.0 / spec.tank_l).max(1.0);
        self.trims(faults, misfires, dice);
        self.heat(spec, faults, demand);
        self.exhaust(spec, faults, demand, misfires);
        if wheel_kw >= 0.0 {
            return 0.0;
        }
        let retarder_w = if spec.class == Class::HeavyTruck {
            180_000.0
        } else {
            0.0
        };
        (friction_kw * 1_000.0 + retarder_w).min(-wheel_kw * 1_000.0 * 0.8)
    }

    /// Gear, slip and engine speed.
    fn turn(&mut self, spec: &Spec, faults: &Faults, demand: &Demand, misfires: f64, dice: &mut Dice) {
        let kmh = demand.speed_ms * 3.6 / faults.tread;
        let cold_rpm = (400.0 * (60.0 - self.coolant_degc) / 60.0).clamp(0.0, 400.0);
        let idle_rpm = spec.idle_rpm
            + if spec.class.is_diesel() {
                0.3 * cold_rpm
            } else {
                cold_rpm
            };
        let shift_rpm = spec.shift_rpm * (1.0 + 0.28 * demand.acceleration_ms2.max(0.0) + 4.0 * demand.slope.max(0.0));
        let geared = spec.gears.iter().position(|ratio| ratio * kmh <= shift_rpm);
        let gear = geared.unwrap_or(spec.gears.len() - 1);
        let driven_rpm = spec.gears[gear] * kmh;
        let engaged = driven_rpm > 0.75 * idle_rpm;
        self.gear = if demand.speed_ms > 0.5 { gear as u32 + 1 } else { 0 };
        let torque = self.work_kw / (spec.rated_kw * 1.25 * (self.rpm / spec.rated_rpm).max(0.15));
        let slips = if engaged {
            ((torque - faults.clutch_holds) * 0.5).clamp(0.0, 0.6)
        } else {
            0.0
        };
        self.slip_percent += (100.0 * slips - self.slip_percent) * 0.5;
        let target_rpm = if engaged {
            driven_rpm.max(idle_rpm) * (1.0 + slips)
        } else {
            idle_rpm
        };
        let roughness = if engaged { 0.3 } else { 1.0 } * faults.rough_rpm * (0.15 + misfires * 4.0).min(0.6);
        self.rpm += (target_rpm - self.rpm) * 0.6 + (5.0 + roughness) * dice.noise();
        self.rpm = self.rpm.max(0.8 * spec.idle_rpm);
    }

    /// Lambda control: the short trim answers at once, the long one learns in ten minutes.
    fn trims(&mut self, faults: &Faults, misfires: f64, dice: &mut Dice) {
        let needed = self.bias_percent + faults.lean_percent + 90.0 * misfires;
        self.long_trim += (needed - self.long_trim).clamp(-30.0, 30.0) / 600.0;
        self.short_trim = (needed - self.long_trim) + 2.2 * dice.noise();
    }

    fn heat(&mut self, spec: &Spec, faults: &Faults, demand: &Demand) {
        let size = spec.rated_kw / 75.0;
        let share = match spec.class {
            Class::HeavyTruck => 0.60,
            class if class.is_diesel() => 0.75,
            _ => 0.85,
        };
        self.fan_on = self.coolant_degc > 98.0 || (self.fan_on && self.coolant_degc > 94.0);
        let own = ((self.coolant_degc - spec.thermostat_degc) / 10.0).clamp(0.0, 1.0);
        let opening = own.max(faults.thermostat_open);
        let fan_kw_k = if self.fan_on { 0.45 * faults.fan } else { 0.0 };
        let stream = self.air_stream[(demand.speed_ms as usize).min(63)];
        let out_kw_k = size * (opening * (0.05 + fan_kw_k + stream) * faults.radiator + 0.022);
        let in_kw = spec.idle_heat_kw + share * (self.work_kw - 0.6 * size).max(0.0);
        let boiling_kw = 2.0 * size * (self.coolant_degc - 118.0).max(0.0);
        let out_kw = out_kw_k * (self.coolant_degc - demand.air_degc) + boiling_kw;
        self.coolant_degc = (self.coolant_degc + (in_kw - out_kw) / spec.engine_kj_k).clamp(-50.0, 128.0);
        let oil_degc = self.coolant_degc + 0.13 * self.load_percent;
        self.oil_degc += (oil_degc - self.oil_degc) / 180.0;
        let soak_k = if demand.speed_ms < 3.0 {
            0.22 * (self.coolant_degc - demand.air_degc).max(0.0)
        } else {
            5.0
        };
        let charged_k = if spec.class.is_diesel() {
            0.12 * self.load_percent
        } else {
            0.0
        };
        self.intake_degc += (demand.air_degc + soak_k + charged_k - self.intake_degc) / 90.0;
        let gearbox_degc = demand.air_degc
            + 45.0
            + (0.28 + 0.004 * faults.gearbox_heat_k) * self.load_percent
            + 0.6 * faults.gearbox_heat_k;
        self.gearbox_degc += (gearbox_degc - self.gearbox_degc) / 1_200.0;
    }

    fn exhaust(&mut self, spec: &Spec, faults: &Faults, demand: &Demand, misfires: f64) {
        let burning_k = if self.regenerates_s > 0.0 { 260.0 } else { 0.0 };
        let target_degc = if spec.class.is_diesel() {
            demand.air_degc + 130.0 + 3.4 * self.load_percent + burning_k
        } else {
            380.0 + 3.0 * self.load_percent + 900.0 * misfires
        };
        self.exhaust_degc += (target_degc - self.exhaust_degc) / 40.0;
        if !spec.class.is_diesel() {
            return;
        }
        let burnt_l = self.fuel_l_h / 3_600.0;
        // A truck's filter burns most of its soot all the time; its engine is hot.
        let per_l = if spec.class == Class::HeavyTruck { 0.14 } else { 1.7 };
        let slow = if demand.speed_ms < 9.0 { 1.8 } else { 1.0 };
        self.soot_percent += burnt_l * per_l * slow * (1.0 + 0.05 * faults.lean_percent);
        self.def_percent = (self.def_percent - burnt_l * 4.0 / (0.18 * spec.tank_l)).max(1.0);
        self.since_regeneration_km += demand.speed_ms / 1_000.0;
        if self.regenerates_s > 0.0 {
            self.regenerates_s -= 1.0;
            self.soot_percent += (6.0 + faults.soot_floor - self.soot_percent) / 300.0;
        } else if self.soot_percent > 85.0 && demand.speed_ms > 12.0 && self.coolant_degc > 70.0 {
            self.regenerates_s = 780.0;
            self.since_regeneration_km = 0.0;
        }
        self.soot_percent = self.soot_percent.clamp(0.0, 160.0);
    }

    /// Cools for some time with the engine off, and takes fuel when it is low.
    pub(crate) fn park(&mut self, seconds: f64, air_degc: f64, dice: &mut Dice) {
        for (degc, lag_s) in [
            (&mut self.coolant_degc, 8_000.0),
            (&mut self.oil_degc, 9_000.0),
            (&mut self.gearbox_degc, 9_000.0),
            (&mut self.exhaust_degc, 1_500.0),
            (&mut self.intake_degc, 3_000.0),
        ] {
            *degc = air_degc + (*degc - air_degc) * (-seconds / lag_s).exp();
        }
        (self.rpm, self.gear, self.load_percent, self.work_kw) = (0.0, 0, 0.0, 0.0);
        (self.fuel_l_h, self.run_s, self.slip_percent, self.regenerates_s) = (0.0, 0.0, 0.0, 0.0);
        self.fan_on = false;
        if self.fuel_percent < dice.between(8.0, 30.0) {
            self.fuel_percent = dice.between(85.0, 99.0);
        }
        if self.def_percent < 15.0 {
            self.def_percent = dice.between(85.0, 99.0);
        }
    }

    /// Manifold pressure in kPa: below the air's in a throttled petrol engine, above it in a charged diesel.
    pub(crate) fn manifold_kpa(&self, spec: &Spec, faults: &Faults, air_kpa: f64) -> f64 {
        match (self.rpm > 400.0, spec.class.is_diesel()) {
            (false, _) => air_kpa,
            (true, true) => air_kpa + 1.5 * self.load_percent * (self.rpm / spec.rated_rpm).min(1.0) * faults.power,
            (true, false) => air_kpa / 100.0 * (15.0 + 0.80 * self.load_percent) + 9.0 * (1.0 - faults.power) / 0.28,
        }
    }

    /// Air that the engine takes, in g/s.
    pub(crate) fn air_g_s(&self, spec: &Spec, manifold_kpa: f64) -> f64 {
        let litres = match spec.class {
            Class::HeavyTruck => 12.8,
            class if class.is_diesel() => 2.0,
            _ => 1.15,
        };
        litres / 2.0 * self.rpm / 60.0 * 1.2 * 0.88 * manifold_kpa / 101.3 * 293.0 / (self.intake_degc + 273.0)
    }

    /// Oil pressure in kPa.
    pub(crate) fn oil_kpa(&self, spec: &Spec, faults: &Faults) -> f64 {
        if self.rpm < 100.0 {
            return 0.0;
        }
        let viscosity = (1.0 + 0.010 * (95.0 - self.oil_degc)).clamp(0.55, 2.4) * (1.0 - faults.oil_thin);
        let (idle_kpa, full_kpa) = spec.oil_kpa;
        let speed = (self.rpm - spec.idle_rpm) / (0.6 * spec.rated_rpm - spec.idle_rpm).max(1.0);
        let raw_kpa = (idle_kpa + (full_kpa - idle_kpa) * speed.max(0.0)) * viscosity * (1.0 - faults.oil_pump);
        raw_kpa.min(full_kpa * 1.12)
    }

    /// Pressure drop over the particulate filter, in Pa.
    pub(crate) fn filter_pa(&self, spec: &Spec, faults: &Faults, air_g_s: f64) -> f64 {
        let size = spec.rated_kw / 96.0;
        28.0 * air_g_s / size * (1.0 + 1.6 * self.soot_percent / 100.0 + 1.3 * faults.ash_percent / 100.0)
    }

    /// Nitrogen oxides before and after the catalyst, in ppm.
    pub(crate) fn nox_ppm(&self, faults: &Faults) -> (f64, f64) {
        let raw = 140.0 + 9.5 * self.load_percent;
        let light_off = ((self.exhaust_degc - 190.0) / 60.0).clamp(0.0, 1.0);
        (raw, raw * (1.0 - 0.945 * light_off * faults.conversion))
    }
}

#[cfg(test)]
mod tests {
    use super::super::climate::Climate;
    use super::super::modes::Mode;
    use super::super::road::Road;
    use super::super::wear::Parts;
    use super::*;

    fn worn(spec: &Spec, mode: Option<Mode>) -> Faults {
        let mut faults = Faults::of(&Parts::new(spec, 0.0, 1.0, Dice::new(1, 1)));
        match mode {
            Some(Mode::CoolantLeak) => faults.radiator = 0.063,
            Some(Mode::ThermostatStuckOpen) => faults.thermostat_open = 0.45,
            Some(Mode::Fan) => faults.fan = 0.0,
            Some(Mode::OilPump) => faults.oil_pump = 0.62,
            _ => {}
        }
        faults
    }

    /// The engine after 50 minutes at a steady speed, with the fuel used in the last half of it, in l.
    fn settled(class: Class, kmh: f64, air_degc: f64, mode: Option<Mode>) -> (Engine, Spec, f64) {
        let mut dice = Dice::new(2, 2);
        let spec = Spec::draw(class, &mut dice);
        let faults = worn(&spec, mode);
        let mut engine = Engine::new(air_degc, &mut dice);
        let mut fuel_l = 0.0;
        for second in 0..3_000 {
            let demand = Demand {
                speed_ms: kmh / 3.6,
                acceleration_ms2: 0.0,
                slope: 0.0,
                mass_kg: spec.mass_kg + 0.4 * spec.payload_kg,
                air_degc,
            };
            let force_n = Road::force_n(&spec, &faults, &demand);
            engine.step(&spec, &faults, &demand, force_n, &mut dice);
            fuel_l += if second >= 1_500 {
                engine.fuel_l_h / 3_600.0
            } else {
                0.0
            };
        }
        (engine, spec, fuel_l)
    }

    #[test]
    fn consumption_is_that_of_the_class() {
        for (class, kmh, low, high) in [
            (Class::PetrolCar, 100.0, 4.2, 7.5),
            (Class::DieselVan, 90.0, 6.0, 11.0),
            (Class::HeavyTruck, 85.0, 20.0, 36.0),
        ] {
            let (_, _, fuel_l) = settled(class, kmh, 15.0, None);
            let per_100km = fuel_l / (kmh * 1_500.0 / 3_600.0) * 100.0;
            assert!((low..high).contains(&per_100km), "{class:?} {per_100km} l/100 km");
        }
        let (idling, _, _) = settled(Class::PetrolCar, 0.0, 15.0, None);
        assert!((0.4..1.2).contains(&idling.fuel_l_h), "{} l/h at idle", idling.fuel_l_h);
    }

    #[test]
    fn energy_is_conserved() {
        for (class, kmh) in [
            (Class::PetrolCar, 90.0),
            (Class::DieselVan, 100.0),
            (Class::HeavyTruck, 80.0),
        ] {
            let (engine, spec, _) = settled(class, kmh, 15.0, None);
            let kwh_l = if class.is_diesel() { KWH_L.1 } else { KWH_L.0 };
            let fuel_kw = engine.fuel_l_h * kwh_l;
            let efficiency = engine.work_kw / fuel_kw;
            assert!((0.20..0.45).contains(&efficiency), "{class:?} {efficiency}");
            let share = if class == Class::HeavyTruck {
                0.60
            } else if class.is_diesel() {
                0.75
            } else {
                0.85
            };
            let coolant_kw = spec.idle_heat_kw + share * engine.work_kw;
            assert!(
                coolant_kw < fuel_kw - engine.work_kw,
                "{class:?}: the rest goes through the exhaust"
            );
        }
    }

    #[test]
    fn sound_engines_keep_their_temperature_in_every_climate() {
        for class in [Class::PetrolCar, Class::DieselVan, Class::HeavyTruck] {
            for air_degc in [-25.0, 15.0, 44.0] {
                for kmh in [0.0, 50.0, 85.0] {
                    let (engine, _, _) = settled(class, kmh, air_degc, None);
                    let degc = engine.coolant_degc;
                    let low = if air_degc < 0.0 { 55.0 } else { 78.0 };
                    assert!(
                        (low..101.0).contains(&degc),
                        "{class:?} {degc} at {kmh} km/h in {air_degc}"
                    );
                }
            }
        }
        assert_eq!(Climate::ALL.len(), 4);
    }

    #[test]
    fn faults_show_where_they_should() {
        let degc = |mode, kmh, air| settled(Class::PetrolCar, kmh, air, mode).0.coolant_degc;
        assert!(degc(Some(Mode::CoolantLeak), 100.0, 20.0) > 112.0);
        assert!(degc(Some(Mode::ThermostatStuckOpen), 100.0, 5.0) < degc(None, 100.0, 5.0) - 12.0);
        let stuck = |kmh, air| degc(None, kmh, air) - degc(Some(Mode::ThermostatStuckOpen), kmh, air);
        assert!(
            stuck(100.0, 5.0) > stuck(0.0, 35.0) + 10.0,
            "it shows in the cold at speed"
        );
        assert!(
            degc(Some(Mode::Fan), 0.0, 38.0) > degc(None, 0.0, 38.0) + 4.0,
            "{}",
            degc(Some(Mode::Fan), 0.0, 38.0)
        );
        assert!((degc(Some(Mode::Fan), 100.0, 15.0) - degc(None, 100.0, 15.0)).abs() < 1.0);
        let (engine, spec, _) = settled(Class::HeavyTruck, 0.0, 15.0, None);
        let (sound, worn) = (worn(&spec, None), worn(&spec, Some(Mode::OilPump)));
        assert!(
            (80.0..320.0).contains(&engine.oil_kpa(&spec, &sound)),
            "{}",
            engine.oil_kpa(&spec, &sound)
        );
        assert!(engine.oil_kpa(&spec, &worn) < 0.5 * engine.oil_kpa(&spec, &sound));
    }
}

//! Traction battery and motor of an electric car.
//!
//! The pack gives road power through an efficiency of 0.88 and takes back up to 50 kW of the braking (typical of the
//! public Renault Twizy trips, scaled). Open-circuit voltage rises with charge, current over the inner resistance heats
//! the pack, cold raises the resistance. Cells that drift apart show in the spread of their voltages, most when the
//! pack is low or works hard (Plett, Battery Management Systems II, ch. 5).

use super::class::Spec;
use super::faults::Faults;
use crate::dice::Dice;

/// Inner resistance of a new pack at 20 degC, in ohm.
const PACK_OHM: f64 = 0.09;
/// Cells in series.
const CELLS: f64 = 96.0;

/// Traction battery and motor.
#[derive(Debug, Clone)]
pub(crate) struct Pack {
    /// 0..1 of what the pack holds today.
    pub(crate) charge: f64,
    pub(crate) volts: f64,
    pub(crate) current_a: f64,
    pub(crate) pack_degc: f64,
    pub(crate) motor_degc: f64,
    pub(crate) cell_low_v: f64,
    pub(crate) cell_high_v: f64,
    /// Charge taken in over the pack's life, in Ah.
    pub(crate) throughput_ah: f64,
    pub(crate) charging: bool,
    cycles: f64,
}

impl Pack {
    pub(crate) fn new(air_degc: f64, odometer_km: f64, dice: &mut Dice) -> Self {
        Self {
            charge: dice.between(0.5, 0.95),
            volts: 380.0,
            current_a: 0.0,
            pack_degc: air_degc,
            motor_degc: air_degc,
            cell_low_v: 3.8,
            cell_high_v: 3.8,
            throughput_ah: odometer_km * 0.45,
            charging: false,
            cycles: 0.0,
        }
    }

    /// Energy that a full charge holds, in kWh.
    pub(crate) fn holds_kwh(spec: &Spec, faults: &Faults) -> f64 {
        spec.capacity_kwh * faults.capacity
    }

    /// One second of driving; answers the part of the braking that the motor takes, in W.
    pub(crate) fn drive(&mut self, spec: &Spec, faults: &Faults, wheel_kw: f64, air_degc: f64, dice: &mut Dice) -> f64 {
        let comfort_kw =
            0.5 + (0.09 * (12.0 - air_degc).max(0.0)).min(2.5) + (0.12 * (air_degc - 25.0).max(0.0)).min(2.0);
        let room = if self.charge > 0.97 { 0.0 } else { 50.0 };
        let retarded_kw = (-wheel_kw).max(0.0).min(room) * 0.85;
        let power_kw = wheel_kw.max(0.0) / 0.88 - 0.8 * retarded_kw + comfort_kw;
        self.current(spec, faults, power_kw, air_degc, dice);
        let motor_kw = 0.06 * (wheel_kw.max(0.0) + retarded_kw);
        // The pump's flow fails with the coolant.
        let cooling_kw_k = 0.045 * (0.25 + 0.75 * faults.coolant_level);
        self.motor_degc += (motor_kw - cooling_kw_k * (self.motor_degc - air_degc)) / 35.0;
        retarded_kw * 1_000.0
    }

    fn current(&mut self, spec: &Spec, faults: &Faults, power_kw: f64, air_degc: f64, dice: &mut Dice) {
        let open_v = CELLS * (3.45 + 0.70 * self.charge - 0.25 * (0.12 - self.charge).max(0.0) * 8.0);
        let ohm = PACK_OHM * faults.pack_ohm * (1.0 + 0.02 * (20.0 - self.pack_degc).max(0.0));
        self.current_a = power_kw * 1_000.0 / open_v;
        self.volts = open_v - self.current_a * ohm;
        let kwh = power_kw / 3_600.0;
        let holds_kwh = Self::holds_kwh(spec, faults);
        self.charge = (self.charge - kwh / holds_kwh).clamp(0.02, 1.0);
        self.cycles += kwh.abs() / 2.0 / holds_kwh;
        self.throughput_ah += (-self.current_a).max(0.0) / 3_600.0;
        let heat_kw = self.current_a * self.current_a * ohm / 1_000.0;
        let cooling_kw_k = 0.03 * (0.4 + 0.6 * faults.coolant_level);
        self.pack_degc += (heat_kw - cooling_kw_k * (self.pack_degc - air_degc)) / 300.0;
        let spread_v =
            0.006 + faults.cell_spread_v * (0.35 + (0.5 - self.charge).max(0.0) + self.current_a.abs() / 300.0);
        let mean_v = self.volts / CELLS;
        self.cell_high_v = mean_v + 0.3 * spread_v + 0.0012 * dice.noise();
        self.cell_low_v = mean_v - 0.7 * spread_v + 0.0012 * dice.noise();
    }

    /// Stands for some time; a pack below the driver's wish is charged at 11 kW. Answers whether it was.
    pub(crate) fn park(&mut self, spec: &Spec, faults: &Faults, seconds: f64, air_degc: f64, dice: &mut Dice) -> bool {
        let full_s = (0.9 - self.charge).max(0.0) * Self::holds_kwh(spec, faults) / 10.3 * 3_600.0;
        let charged = self.charge < 0.65 && seconds > 3_600.0 || self.charge < 0.35;
        self.motor_degc = air_degc + (self.motor_degc - air_degc) * (-seconds / 4_000.0).exp();
        self.pack_degc = air_degc + (self.pack_degc - air_degc) * (-seconds / 12_000.0).exp();
        if charged {
            let taken = (seconds / full_s.max(1.0)).min(1.0) * (0.9 - self.charge).max(0.0);
            self.current(spec, faults, -11.0, air_degc, dice);
            self.charge += taken;
            self.cycles += taken / 2.0;
            self.throughput_ah += taken * Self::holds_kwh(spec, faults) / 0.38;
        } else {
            self.current(spec, faults, 0.02, air_degc, dice);
        }
        self.charging = false;
        charged
    }

    /// Full cycles since the last call.
    pub(crate) fn take_cycles(&mut self) -> f64 {
        std::mem::take(&mut self.cycles)
    }

    /// What the car believes it can still drive, in m.
    pub(crate) fn range_m(&self, spec: &Spec, faults: &Faults, air_degc: f64) -> f64 {
        let kwh_km = 0.155 + 0.0022 * (15.0 - air_degc).max(0.0);
        self.charge * Self::holds_kwh(spec, faults) / kwh_km * 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::class::Class;
    use super::super::road::{Demand, Road};
    use super::super::wear::Parts;
    use super::*;

    #[test]
    fn driving_takes_charge_and_parking_gives_it_back() {
        let mut dice = Dice::new(4, 4);
        let spec = Spec::draw(Class::ElectricCar, &mut dice);
        let mut faults = Faults::of(&Parts::new(&spec, 0.0, 1.0, Dice::new(1, 1)));
        let mut pack = Pack::new(15.0, 0.0, &mut dice);
        pack.charge = 0.8;
        let demand = Demand {
            speed_ms: 20.0,
            acceleration_ms2: 0.0,
            slope: 0.0,
            mass_kg: spec.mass_kg,
            air_degc: 15.0,
        };
        let wheel_kw = Road::force_n(&spec, &faults, &demand) * 20.0 / 1_000.0;
        for _ in 0..3_600 {
            assert_eq!(pack.drive(&spec, &faults, wheel_kw, 15.0, &mut dice), 0.0);
        }
        let kwh = (0.8 - pack.charge) * Pack::holds_kwh(&spec, &faults);
        assert!((7.5..13.0).contains(&kwh), "{kwh} kWh for 72 km");
        let spent = pack.charge;
        let retarded_w = pack.drive(&spec, &faults, -20.0, 15.0, &mut dice);
        assert!(retarded_w > 10_000.0 && pack.charge > spent && pack.current_a < 0.0);
        pack.charge = 0.3;
        assert!(pack.park(&spec, &faults, 30_000.0, 15.0, &mut dice));
        assert!((0.85..0.92).contains(&pack.charge), "{}", pack.charge);
        faults.cell_spread_v = 0.2;
        pack.drive(&spec, &faults, 30.0, 15.0, &mut dice);
        assert!(pack.cell_high_v - pack.cell_low_v > 0.08);
    }
}

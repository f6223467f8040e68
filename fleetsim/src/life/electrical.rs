//! The 12 V system: battery, starter, alternator (or converter).
//!
//! - Rest voltage of a lead-acid battery is 11.9 V empty to 12.75 V full at 20 degC, with a surface charge that decays
//!   over half an hour (Bosch Automotive Handbook, starter batteries). Sulphation lowers it and raises the resistance,
//!   as cold does by 1 % a kelvin.
//! - Cranking: `V = V_rest − I·R`, with an inrush a quarter above the mean; it lasts longer in the cold and with a worn
//!   starter. The public Etios logs dip to 7.6 V in a car called healthy.
//! - Charging: the regulator holds 14.3 V at 20 degC, 8 mV less a kelvin. Dead diodes take voltage under load and leave
//!   ripple; a worn belt slips after a cold or wet start and when the electrical load is high at idle.

use super::class::Spec;
use super::faults::Faults;
use crate::dice::Dice;

/// The 12 V system's state.
#[derive(Debug, Clone)]
pub(crate) struct Electrical {
    /// 0..1.
    pub(crate) charge: f64,
    surface_v: f64,
    pub(crate) volts: f64,
    /// Into the battery, in A.
    pub(crate) current_a: f64,
    /// Of what the alternator can give, 0..1.
    pub(crate) load: f64,
}

impl Electrical {
    pub(crate) fn new() -> Self {
        Self {
            charge: 0.93,
            surface_v: 0.0,
            volts: 12.6,
            current_a: 0.0,
            load: 0.0,
        }
    }

    fn rest_v(&self, faults: &Faults) -> f64 {
        11.9 + 0.85 * self.charge - faults.battery_v + self.surface_v
    }

    fn ohm(spec: &Spec, faults: &Faults, air_degc: f64) -> f64 {
        spec.battery_ohm * faults.battery_ohm * (1.0 + 0.01 * (20.0 - air_degc).max(0.0))
    }

    /// Stands for some time with the ignition off; a bad battery discharges itself.
    pub(crate) fn park(&mut self, seconds: f64, faults: &Faults, dice: &mut Dice) {
        let drain_a = 0.04 + 0.12 * faults.battery_v;
        self.charge = (self.charge - drain_a * seconds / 3_600.0 / 60.0).max(0.15);
        self.surface_v *= (-seconds / 1_800.0).exp();
        (self.current_a, self.load) = (-drain_a, 0.0);
        self.volts = self.rest_v(faults) + 0.01 * dice.noise();
    }

    /// Ignition on, nothing turns yet.
    pub(crate) fn wake(&mut self, spec: &Spec, faults: &Faults, air_degc: f64, dice: &mut Dice) {
        self.current_a = -9.0;
        self.volts = self.rest_v(faults) - 9.0 * Self::ohm(spec, faults, air_degc) + 0.015 * dice.noise();
    }

    /// Seconds that the starter needs.
    pub(crate) fn crank_s(faults: &Faults, air_degc: f64, dice: &mut Dice) -> u32 {
        let seconds = 0.7 + 0.015 * (15.0 - air_degc).max(0.0) + faults.crank_s + 0.25 * dice.noise();
        seconds.ceil().clamp(1.0, 8.0) as u32
    }

    /// One second of cranking.
    pub(crate) fn crank(&mut self, spec: &Spec, faults: &Faults, air_degc: f64, second: u32, dice: &mut Dice) {
        let stiff = 1.0 + 0.008 * (15.0 - air_degc).max(0.0);
        let inrush = if second == 0 { 1.25 } else { 1.0 };
        let amperes = spec.crank_a * faults.starter_a * stiff * inrush;
        self.current_a = -amperes;
        self.charge = (self.charge - amperes / 3_600.0 / 60.0).max(0.15);
        self.volts = (self.rest_v(faults) - amperes * Self::ohm(spec, faults, air_degc) + 0.12 * dice.noise()).max(3.0);
    }

    /// One second with the alternator (or converter) at work. `electric` has no belt and no diodes to lose.
    pub(crate) fn run(&mut self, spec: &Spec, faults: &Faults, place: &Charging, dice: &mut Dice) {
        let need =
            0.25 + 0.20 * f64::from(u8::from(place.air_degc > 24.0 || place.air_degc < 2.0)) + 0.1 * place.lights;
        self.load += ((need + 0.5 * (1.0 - self.charge)).min(1.0) - self.load) * 0.1;
        let regulated_v = spec.regulator_v - 0.008 * (place.air_degc - 20.0);
        let (lost_v, ripple_v) = if place.electric {
            (0.0, 0.0)
        } else {
            let slips = if place.run_s < 90.0 && place.wet_or_cold || place.rpm < 900.0 {
                1.0
            } else {
                0.25
            };
            // The alternator takes a few seconds to come up after the start.
            let coming_v = if place.run_s < 12.0 {
                1.4 * (-place.run_s / 2.0).exp()
            } else {
                0.0
            };
            let diodes_v = faults.diode_v * (0.35 + self.load);
            (
                coming_v + diodes_v + faults.belt_v * slips * (0.4 + self.load),
                0.16 * faults.diode_v,
            )
        };
        let rest_v = self.rest_v(faults);
        let available_v = (regulated_v - lost_v).max(rest_v - 0.4);
        let charging = available_v > rest_v + 0.3;
        self.current_a = if charging {
            (1.0 - self.charge) * 60.0 + 1.0
        } else {
            -25.0 * self.load
        };
        self.charge = (self.charge + self.current_a / 3_600.0 / 60.0).clamp(0.15, 1.0);
        self.surface_v = if charging {
            (self.surface_v + 0.002).min(0.45 * (1.0 - faults.battery_v))
        } else {
            0.0
        };
        self.volts = available_v + (0.025 + ripple_v) * dice.noise();
    }
}

/// What the alternator meets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charging {
    pub(crate) air_degc: f64,
    pub(crate) rpm: f64,
    pub(crate) run_s: f64,
    pub(crate) lights: f64,
    pub(crate) wet_or_cold: bool,
    pub(crate) electric: bool,
}

#[cfg(test)]
mod tests {
    use super::super::class::Class;
    use super::super::wear::Parts;
    use super::*;

    /// Rest, cranking and charging voltage with given faults in air of a temperature.
    fn voltages(change: impl Fn(&mut Faults), air_degc: f64) -> (f64, f64, f64) {
        let mut dice = Dice::new(6, 6);
        let spec = Spec::draw(Class::PetrolCar, &mut dice);
        let mut faults = Faults::of(&Parts::new(&spec, 0.0, 1.0, Dice::new(1, 1)));
        change(&mut faults);
        let mut system = Electrical::new();
        system.park(7_200.0, &faults, &mut dice);
        let rest_v = system.volts;
        system.crank(&spec, &faults, air_degc, 0, &mut dice);
        let dip_v = system.volts;
        for second in 0..600 {
            let place = Charging {
                air_degc,
                rpm: 1_500.0,
                run_s: f64::from(second),
                lights: 0.0,
                wet_or_cold: false,
                electric: false,
            };
            system.run(&spec, &faults, &place, &mut dice);
        }
        (rest_v, dip_v, system.volts)
    }

    #[test]
    fn each_fault_shows_in_its_own_voltage() {
        let (rest_v, dip_v, charging_v) = voltages(|_| {}, 20.0);
        assert!((12.4..12.9).contains(&rest_v) && (9.4..11.0).contains(&dip_v) && (14.0..14.6).contains(&charging_v));
        let sulphated = |faults: &mut Faults| (faults.battery_ohm, faults.battery_v) = (2.7, 0.75);
        let (old_rest_v, old_dip_v, old_charging_v) = voltages(sulphated, -10.0);
        assert!(old_rest_v < 12.1 && old_dip_v < 6.5, "{old_rest_v} {old_dip_v}");
        assert!((old_charging_v - charging_v).abs() < 0.5);
        let (_, _, dead_v) = voltages(|faults| faults.diode_v = 1.3, 20.0);
        assert!(dead_v < charging_v - 0.5, "{dead_v}");
        let mut dice = Dice::new(1, 1);
        let mut faults = Faults::of(&Parts::new(
            &Spec::draw(Class::PetrolCar, &mut dice),
            0.0,
            1.0,
            Dice::new(1, 1),
        ));
        assert!(Electrical::crank_s(&faults, 20.0, &mut dice) <= 2);
        faults.crank_s = 1.8;
        assert!(Electrical::crank_s(&faults, 20.0, &mut dice) >= 2);
    }
}

//! Starter battery and charging.
//!
//! - Rest voltage of a 12 V lead-acid battery: 11.9 V empty to 12.75 V full at 20 degC, with a surface charge that
//!   decays over half an hour after charging (Bosch Automotive Handbook, starter batteries). Sulphation lowers the
//!   voltage that is reached by up to 1.1 V.
//! - Cranking: `V = V_rest − I·R`, with the inrush of the first second a quarter above the mean current. Resistance
//!   grows with age to 2.6 times its first value and by 1 % for each kelvin below 20 degC.
//! - Charging: the regulator holds 14.3 V at 20 degC, 8 mV less for each kelvin more. An aged battery does not change it.

use rand::rngs::StdRng;

use super::noise::normal;

/// A battery with its starter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ElectricalSpec {
    pub(crate) resistance_ohm: f64,
    pub(crate) cranking_a: f64,
}

/// The state of the 12 V system.
#[derive(Debug, Clone)]
pub(crate) struct Electrical {
    spec: ElectricalSpec,
    charge: f64,
    surface_v: f64,
    running_s: u32,
    cranking_s: u32,
    pub(crate) volts: f64,
    weak_starts: u32,
}

/// What the 12 V system is used for in one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Off,
    IgnitionOn,
    Cranking,
    Charging,
}

impl Electrical {
    pub(crate) fn new(spec: ElectricalSpec) -> Self {
        Self {
            spec,
            charge: 0.95,
            surface_v: 0.0,
            running_s: 0,
            cranking_s: 0,
            volts: 12.6,
            weak_starts: 0,
        }
    }

    /// One second; `wear` is the battery's, 0…1.
    pub(crate) fn step(&mut self, used: Use, air_degc: f64, wear: f64, rng: &mut StdRng) {
        let rest_v = 11.9 + 0.85 * self.charge - 1.1 * wear + self.surface_v * (1.0 - 0.7 * wear);
        let cold = 1.0 + 0.01 * (20.0 - air_degc).max(0.0);
        let resistance = self.spec.resistance_ohm * (1.0 + 1.6 * wear) * cold;
        self.running_s = if used == Use::Charging { self.running_s + 1 } else { 0 };
        self.cranking_s = if used == Use::Cranking { self.cranking_s + 1 } else { 0 };
        let (volts, noise_v) = match used {
            Use::Off => {
                self.drain(0.05 + 0.4 * wear);
                (rest_v, 0.01)
            }
            Use::IgnitionOn => {
                self.drain(8.0);
                (rest_v - 8.0 * resistance, 0.02)
            }
            Use::Cranking => {
                self.drain(self.spec.cranking_a);
                let inrush = if self.cranking_s <= 1 { 1.25 } else { 1.0 };
                (rest_v - self.spec.cranking_a * inrush * resistance, 0.15)
            }
            Use::Charging => {
                self.charge = (self.charge + (1.0 - self.charge) / 5_400.0).min(1.0);
                self.surface_v = (self.surface_v + 0.002).min(0.5);
                let regulated_v = 14.3 - 0.008 * (air_degc - 20.0);
                // The alternator takes a few seconds to come up after the start.
                (regulated_v - 1.4 * (-f64::from(self.running_s) / 2.0).exp(), 0.03)
            }
        };
        if used != Use::Charging {
            self.surface_v *= 1.0 - 1.0 / 1_800.0;
        }
        self.volts = (volts + noise_v * normal(rng)).max(3.0);
        if used == Use::Cranking && self.cranking_s == 1 {
            self.weak_starts = if self.volts < 7.2 { self.weak_starts + 1 } else { 0 };
        }
    }

    /// Draws a current in A from 60 Ah for one second.
    fn drain(&mut self, current_a: f64) {
        self.charge = (self.charge - current_a / (60.0 * 3_600.0)).max(0.2);
    }

    /// Whether the control unit has set its low-voltage code (P0562): three weak starts in a row.
    pub(crate) fn low_voltage(&self) -> bool {
        self.weak_starts >= 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn voltages(wear: f64) -> (f64, f64, f64) {
        let mut rng = StdRng::seed_from_u64(5);
        let mut system = Electrical::new(ElectricalSpec {
            resistance_ohm: 0.0085,
            cranking_a: 220.0,
        });
        for _ in 0..7_200 {
            system.step(Use::Off, 20.0, wear, &mut rng);
        }
        let rest = system.volts;
        system.step(Use::Cranking, 20.0, wear, &mut rng);
        let dip = system.volts;
        for _ in 0..60 {
            system.step(Use::Charging, 20.0, wear, &mut rng);
        }
        (rest, dip, system.volts)
    }

    #[test]
    fn age_shows_at_rest_and_in_cranking_but_not_in_charging() {
        let (rest, dip, charging) = voltages(0.0);
        assert!((12.4..12.9).contains(&rest) && (9.4..11.0).contains(&dip) && (14.0..14.6).contains(&charging));
        let (old_rest, old_dip, old_charging) = voltages(1.0);
        assert!((11.0..11.8).contains(&old_rest), "{old_rest}");
        assert!((4.0..7.2).contains(&old_dip), "{old_dip}");
        assert!((old_charging - charging).abs() < 0.2);
    }
}

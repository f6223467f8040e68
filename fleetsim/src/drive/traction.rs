//! Electric drive in first form: charge, pack voltage and temperature, and charging while parked.
//!
//! The pack gives road power through an efficiency of 0.88 and takes back half of the braking energy (typical of the
//! public Renault Twizy trips). Open-circuit voltage rises with charge; current over the inner resistance heats the pack.

use rand::rngs::StdRng;

use super::engine::road_power_kw;
use super::noise::normal;

/// Inner resistance of the pack in ohm.
const PACK_OHM: f64 = 0.09;
/// Charging power at a wall box in kW.
const CHARGING_KW: f64 = 11.0;

/// State of the traction battery.
#[derive(Debug, Clone)]
pub(crate) struct Traction {
    capacity_kwh: f64,
    mass_kg: f64,
    drag_area_m2: f64,
    /// 0…1.
    pub(crate) charge: f64,
    pub(crate) health: f64,
    pub(crate) pack_degc: f64,
    pub(crate) motor_degc: f64,
    pub(crate) volts: f64,
    pub(crate) current_a: f64,
    pub(crate) charging: bool,
}

impl Traction {
    pub(crate) fn new(capacity_kwh: f64, mass_kg: f64, drag_area_m2: f64, charge: f64, air_degc: f64) -> Self {
        Self {
            capacity_kwh,
            mass_kg,
            drag_area_m2,
            charge,
            health: 0.94,
            pack_degc: air_degc + 3.0,
            motor_degc: air_degc,
            volts: 380.0,
            current_a: 0.0,
            charging: false,
        }
    }

    /// One second. It charges while parked, from 45 % on down, until it is nearly full.
    pub(crate) fn step(&mut self, speed_ms: f64, acceleration_ms2: f64, air_degc: f64, parked: bool, rng: &mut StdRng) {
        self.charging = parked && (self.charge < 0.45 || (self.charging && self.charge < 0.9));
        let drive_kw = road_power_kw(self.mass_kg, self.drag_area_m2, speed_ms, acceleration_ms2) / 0.88;
        let recuperated_kw = 0.5 * self.mass_kg * (-acceleration_ms2 - 0.25).max(0.0) * speed_ms / 1_000.0;
        let power_kw = match (parked, self.charging) {
            (true, true) => -CHARGING_KW,
            (true, false) => 0.01,
            (false, _) => drive_kw + 0.6 - recuperated_kw,
        };
        let open_v = 335.0 + 65.0 * self.charge;
        self.current_a = power_kw * 1_000.0 / open_v;
        self.volts = open_v - self.current_a * PACK_OHM + 0.2 * normal(rng);
        self.charge = (self.charge - power_kw / 3_600.0 / (self.capacity_kwh * self.health)).clamp(0.05, 1.0);
        let heat_kw = self.current_a * self.current_a * PACK_OHM / 1_000.0;
        self.pack_degc += (heat_kw - 0.03 * (self.pack_degc - air_degc)) / 300.0;
        self.motor_degc += (0.06 * drive_kw - (0.02 + 0.002 * speed_ms) * (self.motor_degc - air_degc)) / 35.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn driving_takes_charge_and_parking_gives_it_back() {
        let mut rng = StdRng::seed_from_u64(4);
        let mut pack = Traction::new(50.0, 1_500.0, 0.62, 0.6, 10.0);
        for _ in 0..3_600 {
            pack.step(20.0, 0.0, 10.0, false, &mut rng);
        }
        let kwh = (0.6 - pack.charge) * 50.0 * 0.94;
        assert!((6.0..14.0).contains(&kwh), "{kwh} kWh for 72 km");
        pack.charge = 0.4;
        for _ in 0..7_200 {
            pack.step(0.0, 0.0, 10.0, true, &mut rng);
        }
        assert!(pack.charge > 0.8, "{}", pack.charge);
    }
}

//! Forces on the vehicle, its friction brakes, tyres and body.
//!
//! - Road load `m·(a + g·(c_r + slope)) + ½·ρ·CdA·v²` (Gillespie, Fundamentals of Vehicle Dynamics, ch. 4).
//! - Front brakes take 70 % of the friction work, as heat into one disc, which the air stream cools.
//! - Tyre temperature follows speed and load with a lag of a quarter of an hour, and gauge pressure follows it at
//!   constant volume (ideal gas); a sound tyre loses about 2 % of its pressure in a month.
//! - Body motion above the axle grows with speed, and with a worn damper (Dixon, The Shock Absorber Handbook, ch. 3).

use super::class::{Class, Spec};
use super::faults::Faults;
use crate::dice::Dice;

/// Density of air at 15 degC and 101.3 kPa, halved, in kg/m³.
const HALF_DENSITY: f64 = 0.6;
const GRAVITY_MS2: f64 = 9.81;

/// What moves the vehicle in one second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    pub(crate) speed_ms: f64,
    pub(crate) acceleration_ms2: f64,
    pub(crate) slope: f64,
    pub(crate) mass_kg: f64,
    pub(crate) air_degc: f64,
}

/// Brakes, tyres and body.
#[derive(Debug, Clone)]
pub(crate) struct Road {
    pub(crate) disc_degc: f64,
    pub(crate) pedal_percent: f64,
    pub(crate) tyre_degc: f64,
    /// Gauge pressure that the tyres had at 15 degC when they were last filled, as a part of the nominal one.
    pub(crate) filled: f64,
    /// Vertical acceleration of this second, in m/s².
    pub(crate) bounce_ms2: f64,
    /// Friction work since it was last taken, in J.
    brake_j: f64,
    pub(crate) brake_air_kpa: f64,
}

impl Road {
    pub(crate) fn new(air_degc: f64) -> Self {
        Self {
            disc_degc: air_degc,
            pedal_percent: 0.0,
            tyre_degc: air_degc,
            filled: 1.0,
            bounce_ms2: 0.0,
            brake_j: 0.0,
            brake_air_kpa: 850.0,
        }
    }

    /// Force at the wheels in N: positive pulls, negative must be braked away.
    pub(crate) fn force_n(spec: &Spec, faults: &Faults, demand: &Demand) -> f64 {
        if demand.speed_ms <= 0.0 {
            return 0.0;
        }
        let rolling = spec.rolling * (1.0 + 0.25 * (1.0 - faults.tyre_left));
        demand.mass_kg * (demand.acceleration_ms2 + GRAVITY_MS2 * (rolling + demand.slope))
            + HALF_DENSITY * spec.drag_area_m2 * demand.speed_ms * demand.speed_ms
            + drag_n(spec, faults)
    }

    /// One second; `retarded_w` is what engine, motor or retarder take of the braking.
    pub(crate) fn step(&mut self, spec: &Spec, faults: &Faults, demand: &Demand, retarded_w: f64, dice: &mut Dice) {
        let speed_ms = demand.speed_ms;
        let brake_w = if demand.acceleration_ms2 < -0.05 || retarded_w > 0.0 {
            (-Self::force_n(spec, faults, demand) * speed_ms - retarded_w).max(0.0)
        } else {
            0.0
        };
        self.brake_j += brake_w;
        let decel_ms2 = if speed_ms > 0.3 {
            brake_w / (demand.mass_kg * speed_ms)
        } else {
            0.0
        };
        self.pedal_percent = if decel_ms2 > 0.02 {
            (16.0 * decel_ms2 + 4.0 + dice.noise()).clamp(1.0, 100.0)
        } else {
            0.0
        };
        let discs = disc_j_k(spec.class);
        let heat_w = 0.35 * brake_w + 0.8 * drag_n(spec, faults) * speed_ms;
        let cooling_w = discs * (0.0010 + 0.00025 * speed_ms) * (self.disc_degc - demand.air_degc);
        self.disc_degc = (self.disc_degc + (heat_w - cooling_w) / discs).clamp(-45.0, 850.0);
        let warm_degc = demand.air_degc + 0.9 * speed_ms * (1.0 + 0.8 * (1.0 - faults.tyre_left));
        self.tyre_degc += (warm_degc - self.tyre_degc) / 900.0;
        self.bounce_ms2 = (0.25 + 0.055 * speed_ms) * faults.bounce * dice.noise();
        let target_kpa = if self.pedal_percent > 0.0 { 720.0 } else { 850.0 };
        self.brake_air_kpa += (target_kpa - self.brake_air_kpa) / 25.0;
    }

    /// Friction work since the last call, in MJ.
    pub(crate) fn take_brake_mj(&mut self) -> f64 {
        std::mem::take(&mut self.brake_j) / 1e6
    }

    /// Cools for some time while the vehicle stands.
    pub(crate) fn park(&mut self, seconds: f64, air_degc: f64) {
        self.disc_degc = air_degc + (self.disc_degc - air_degc) * (-seconds / 1_000.0).exp();
        self.tyre_degc = air_degc + (self.tyre_degc - air_degc) * (-seconds / 1_500.0).exp();
        self.filled *= (-0.02 * seconds / 2.6e6).exp();
        self.pedal_percent = 0.0;
        self.bounce_ms2 = 0.0;
    }

    /// Gauge pressure in kPa of a tyre that has `left` of its air.
    pub(crate) fn tyre_kpa(&self, spec: &Spec, left: f64) -> f64 {
        let absolute_kpa = (spec.tyre_kpa * self.filled * left + 101.3) * (self.tyre_degc + 273.15) / 288.15;
        (absolute_kpa - 101.3).max(0.0)
    }
}

fn disc_j_k(class: Class) -> f64 {
    match class {
        Class::PetrolCar | Class::ElectricCar => 3_700.0,
        Class::DieselVan => 6_500.0,
        Class::HeavyTruck => 16_000.0,
    }
}

/// Pull of a caliper that sticks: up to a twentieth of the weight on its wheel.
fn drag_n(spec: &Spec, faults: &Faults) -> f64 {
    let wheels = if spec.class == Class::HeavyTruck { 10.0 } else { 4.0 };
    faults.drag_n * 0.05 * spec.mass_kg * GRAVITY_MS2 / wheels
}

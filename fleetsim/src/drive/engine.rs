//! Combustion engine: road load, calculated load, heat and temperatures.
//!
//! - Road load `(m·a + ½·ρ·CdA·v² + Crr·m·g)·v` (Gillespie, Fundamentals of Vehicle Dynamics, ch. 4).
//! - Coolant as one heat capacity: `C·dT/dt = heat in − (thermostat·UA(v, fan) + UA0)·(T − T_air)`. Heat to the coolant
//!   is about as much as the work at the crank, plus a share that an idling engine rejects too (Heywood, Internal
//!   Combustion Engine Fundamentals, ch. 12). The thermostat opens between 84 and 94 degC; the fan runs from 98 down to
//!   94 degC. `UA` of the radiator grows with air speed to the power 0.8 (turbulent forced convection).
//! - A leak lowers the level, and with it the wetted part of the radiator and the flow: `UA` falls by a factor
//!   `10^(−1.2·wear)`. The thermostat hides this until the margin is used up, first at load, then everywhere: an early
//!   leak cannot be seen, as in life. Boiling at 118 degC and above carries heat off through the cap.
//! - Oil follows the coolant with a lag of three minutes; its pressure follows speed and falls with temperature.

use rand::rngs::StdRng;

use super::noise::normal;

/// An engine with its vehicle.
#[derive(Debug, Clone)]
pub(crate) struct EngineSpec {
    pub(crate) mass_kg: f64,
    pub(crate) drag_area_m2: f64,
    pub(crate) idle_rpm: f64,
    pub(crate) shift_rpm: f64,
    pub(crate) rated_rpm: f64,
    pub(crate) rated_kw: f64,
    pub(crate) diesel: bool,
    /// Engine speed per km/h in each gear.
    pub(crate) gears: [f64; 6],
    pub(crate) heat_capacity_kj_k: f64,
    pub(crate) idle_heat_kw: f64,
}

/// The engine's state.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    spec: EngineSpec,
    pub(crate) coolant_degc: f64,
    pub(crate) oil_degc: f64,
    pub(crate) intake_degc: f64,
    pub(crate) rpm: f64,
    pub(crate) load_percent: f64,
    pub(crate) run_time_s: u32,
    pub(crate) fuel_used_l: f64,
    fan_on: bool,
    hot_s: u32,
}

/// What the engine meets in one second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    pub(crate) speed_ms: f64,
    pub(crate) acceleration_ms2: f64,
    pub(crate) air_degc: f64,
    pub(crate) running: bool,
    pub(crate) cranking: bool,
    /// Wear of the cooling circuit, 0…1.
    pub(crate) leak: f64,
}

/// Mechanical power at the crank in kW; zero when the vehicle pushes the engine.
pub(crate) fn road_power_kw(mass_kg: f64, drag_area_m2: f64, speed_ms: f64, acceleration_ms2: f64) -> f64 {
    let force = mass_kg * acceleration_ms2 + 0.5 * 1.2 * drag_area_m2 * speed_ms * speed_ms + 0.011 * mass_kg * 9.81;
    (force * speed_ms / 1_000.0 / 0.92).max(0.0)
}

impl Engine {
    pub(crate) fn new(spec: EngineSpec, air_degc: f64) -> Self {
        Self {
            spec,
            coolant_degc: air_degc,
            oil_degc: air_degc,
            intake_degc: air_degc,
            rpm: 0.0,
            load_percent: 0.0,
            run_time_s: 0,
            fuel_used_l: 0.0,
            fan_on: false,
            hot_s: 0,
        }
    }

    /// One second.
    pub(crate) fn step(&mut self, demand: Demand, rng: &mut StdRng) {
        let mechanical_kw = if demand.running {
            self.work(demand, rng)
        } else {
            self.rest(demand)
        };
        self.heat(demand, mechanical_kw);
        let oil_target = self.coolant_degc + if demand.running { 0.12 * self.load_percent } else { -2.0 };
        self.oil_degc += (oil_target - self.oil_degc) / 180.0;
        let soak_k = if demand.speed_ms < 3.0 {
            0.25 * (self.coolant_degc - demand.air_degc).max(0.0)
        } else {
            5.0
        };
        self.intake_degc += (demand.air_degc + soak_k - self.intake_degc) / 90.0;
        self.hot_s = if self.coolant_degc > 115.0 { self.hot_s + 1 } else { 0 };
    }

    fn rest(&mut self, demand: Demand) -> f64 {
        self.rpm = if demand.cranking { 220.0 } else { 0.0 };
        self.load_percent = 0.0;
        self.run_time_s = 0;
        self.fan_on = false;
        0.0
    }

    fn work(&mut self, demand: Demand, rng: &mut StdRng) -> f64 {
        let spec = &self.spec;
        let kmh = demand.speed_ms * 3.6;
        let cold_rpm = (400.0 * (60.0 - self.coolant_degc) / 60.0).clamp(0.0, 450.0);
        let idle_rpm = spec.idle_rpm + cold_rpm;
        let shift_rpm = spec.shift_rpm + 700.0 * demand.acceleration_ms2.max(0.0);
        let geared_rpm = spec.gears.iter().map(|ratio| ratio * kmh).find(|rpm| *rpm <= shift_rpm);
        let target_rpm = geared_rpm.unwrap_or(spec.gears[5] * kmh).max(idle_rpm);
        self.rpm += (target_rpm - self.rpm) * 0.6 + 6.0 * normal(rng);
        self.rpm = self.rpm.max(0.85 * spec.idle_rpm);
        let road_kw = road_power_kw(
            spec.mass_kg,
            spec.drag_area_m2,
            demand.speed_ms,
            demand.acceleration_ms2,
        );
        let friction_kw = 3.0 * (self.rpm / 1_000.0) * spec.rated_kw / 80.0;
        let able_kw = spec.rated_kw * (self.rpm / spec.rated_rpm).clamp(0.08, 1.0) + friction_kw;
        let target_load = (100.0 * (road_kw + friction_kw) / able_kw).min(100.0);
        self.load_percent += (target_load - self.load_percent) * 0.7;
        self.run_time_s += 1;
        // 12.8 kWh of heat in a kilogram at 36 % efficiency, 0.75 kg/l: 0.29 l for each kWh of work.
        self.fuel_used_l += (road_kw + friction_kw) * 0.29 / 3_600.0;
        road_kw
    }

    fn heat(&mut self, demand: Demand, mechanical_kw: f64) {
        self.fan_on = demand.running && (self.coolant_degc > 98.0 || (self.fan_on && self.coolant_degc > 94.0));
        let opening = ((self.coolant_degc - 84.0) / 10.0).clamp(0.0, 1.0);
        let fan_kw_k = if self.fan_on { 0.45 } else { 0.0 };
        let size = self.spec.rated_kw / 75.0;
        let radiator_kw_k =
            size * (0.15 + fan_kw_k + 0.060 * demand.speed_ms.powf(0.8)) * 10_f64.powf(-1.2 * demand.leak);
        let surface_kw_k = 0.022 * size;
        let per_load = if self.spec.diesel { 0.75 } else { 0.85 };
        let heat_kw = if demand.running {
            self.spec.idle_heat_kw + per_load * mechanical_kw
        } else {
            0.0
        };
        let over_k = self.coolant_degc - demand.air_degc;
        let boiling_kw = 2.0 * (self.coolant_degc - 118.0).max(0.0);
        let out_kw = (opening * radiator_kw_k + surface_kw_k) * over_k + boiling_kw;
        self.coolant_degc = (self.coolant_degc + (heat_kw - out_kw) / self.spec.heat_capacity_kj_k).clamp(-40.0, 128.0);
    }

    /// Manifold pressure in kPa: below the air's in a throttled petrol engine, above it in a charged diesel.
    pub(crate) fn manifold_kpa(&self) -> f64 {
        match (self.rpm > 400.0, self.spec.diesel) {
            (false, _) => 100.0,
            (true, true) => 100.0 + 1.1 * self.load_percent,
            (true, false) => 14.0 + 0.82 * self.load_percent,
        }
    }

    /// Throttle opening in percent.
    pub(crate) fn throttle_percent(&self) -> f64 {
        if self.rpm > 400.0 {
            (9.0 + 0.55 * self.load_percent).min(100.0)
        } else {
            15.0
        }
    }

    /// Oil pressure in kPa.
    pub(crate) fn oil_pressure_kpa(&self) -> f64 {
        if self.rpm < 100.0 {
            return 0.0;
        }
        let viscosity = (1.0 + 0.006 * (95.0 - self.oil_degc)).clamp(0.7, 1.6);
        ((60.0 + 0.12 * self.rpm) * viscosity).min(520.0)
    }

    /// Whether the control unit has set its overheating code (P0217): 20 s above 115 degC.
    pub(crate) fn overheated(&self) -> bool {
        self.hot_s >= 20
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::petrol_car;
    use super::*;
    use rand::SeedableRng;

    /// Temperature after 40 minutes at a steady speed in air of 20 degC.
    fn settled(kmh: f64, leak: f64) -> f64 {
        let mut rng = StdRng::seed_from_u64(3);
        let mut engine = Engine::new(petrol_car(), 20.0);
        let mut last = engine.coolant_degc;
        for _ in 0..2_400 {
            let demand = Demand {
                speed_ms: kmh / 3.6,
                acceleration_ms2: 0.0,
                air_degc: 20.0,
                running: true,
                cranking: false,
                leak,
            };
            engine.step(demand, &mut rng);
            assert!((engine.coolant_degc - last).abs() < 3.0);
            last = engine.coolant_degc;
        }
        last
    }

    #[test]
    fn a_sound_engine_is_held_by_its_thermostat() {
        for kmh in [0.0, 50.0, 120.0] {
            let degc = settled(kmh, 0.0);
            assert!((80.0..99.0).contains(&degc), "{degc} at {kmh} km/h");
        }
    }

    #[test]
    fn a_leak_shows_late_and_then_everywhere() {
        assert!((settled(100.0, 0.3) - settled(100.0, 0.0)).abs() < 8.0);
        assert!(settled(100.0, 0.7) > settled(100.0, 0.0) + 10.0);
        for kmh in [50.0, 120.0] {
            assert!(settled(kmh, 1.0) > 110.0, "{} at {kmh} km/h", settled(kmh, 1.0));
        }
    }

    #[test]
    fn it_warms_up_in_minutes() {
        let mut rng = StdRng::seed_from_u64(3);
        let mut engine = Engine::new(petrol_car(), 10.0);
        let demand = Demand {
            speed_ms: 12.0,
            acceleration_ms2: 0.0,
            air_degc: 10.0,
            running: true,
            cranking: false,
            leak: 0.0,
        };
        let warm_s = (0..3_000).find(|_| {
            engine.step(demand, &mut rng);
            engine.coolant_degc > 75.0
        });
        assert!((200..1_200).contains(&warm_s.unwrap()), "{warm_s:?}");
        assert!(
            engine.load_percent > 10.0 && engine.load_percent < 60.0,
            "{}",
            engine.load_percent
        );
    }
}

//! One simulated vehicle: its parts, one second at a time, and what it sends.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::brakes::Brakes;
use super::catalogue::{Drivetrain, Model, model_of};
use super::electrical::{Electrical, Use};
use super::engine::{Demand, Engine};
use super::fault::{Fault, FaultKind};
use super::noise::{normal, quantised};
use super::traction::Traction;
use super::trips::{Phase, Trips, Usage};
use super::weather::air_degc;
use crate::client::Registration;
use crate::record::{Reading, Record, Stamp, TroubleCode};
use crate::vin;

/// Seconds between two records of a parked vehicle.
const PARKED_SAMPLE_S: u64 = 300;
/// Seconds between two readings of what changes slowly.
const SLOW_SAMPLE_S: u64 = 10;

/// A vehicle and its truth.
pub struct SimVehicle {
    /// Its number in the fleet, from 0.
    pub number: usize,
    /// The platform's id of it.
    pub id: Arc<str>,
    model: Model,
    vin: String,
    rng: StdRng,
    trips: Trips,
    drive: Drive,
    electrical: Electrical,
    brakes: Brakes,
    pub(crate) fault: Option<Fault>,
    pub(crate) odometer_m: f64,
    climate_k: f64,
    fuel_percent: f64,
    seconds: u64,
    sequence: u64,
    last_phase: Phase,
}

enum Drive {
    Engine(Box<Engine>),
    Electric(Traction),
}

impl SimVehicle {
    /// The vehicle of that number; with a fault it is driven around the clock, so that the fault shows in time.
    #[must_use]
    pub fn new(
        prefix: &str,
        number: usize,
        seed: u64,
        start: DateTime<Utc>,
        fails: Option<(FaultKind, TimeDelta)>,
    ) -> Self {
        let mut rng = StdRng::seed_from_u64(seed ^ (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let model = model_of(number);
        let climate_k = rng.random_range(-2.0..2.0);
        let air = air_degc(start, climate_k);
        let usage = if fails.is_some() || number % 3 == 1 {
            Usage {
                dwell_s: (600, 2_400),
                trip_s: (1_200, 3_300),
                all_day: fails.is_some(),
            }
        } else {
            Usage {
                dwell_s: (1_800, 12_000),
                trip_s: (900, 2_700),
                all_day: false,
            }
        };
        let drive = match &model.drivetrain {
            Drivetrain::Combustion(spec) => Drive::Engine(Box::new(Engine::new(spec.clone(), air))),
            Drivetrain::Electric {
                capacity_kwh,
                mass_kg,
                drag_area_m2,
            } => {
                let charge = rng.random_range(0.5..0.9);
                Drive::Electric(Traction::new(*capacity_kwh, *mass_kg, *drag_area_m2, charge, air))
            }
        };
        let pad_wear = rng.random_range(0.05..0.40);
        Self {
            number,
            id: format!("{prefix}-{:03}", number + 1).into(),
            vin: vin::compose(model.maker, 2021, vin::number_of(&format!("{prefix} {seed} {number}"))),
            trips: Trips::new(usage, &mut rng),
            drive,
            electrical: Electrical::new(model.electrical),
            brakes: Brakes::new(model.mass_kg, model.friction_share, pad_wear),
            fault: fails.map(|(kind, window)| Fault::plan(kind, start, window, &mut rng)),
            odometer_m: rng.random_range(20_000.0_f64..120_000.0).round() * 1_000.0,
            climate_k,
            fuel_percent: rng.random_range(50.0..100.0),
            seconds: 0,
            sequence: 0,
            last_phase: Phase::Parked,
            model,
            rng,
        }
    }

    /// What is registered for it.
    #[must_use]
    pub fn registration(&self, start: DateTime<Utc>) -> Registration {
        let in_service = start.date_naive() - TimeDelta::days((self.odometer_m / 1_000.0 / 55.0) as i64);
        Registration {
            vehicle_id: self.id.to_string(),
            vin: Some(self.vin.clone()),
            make: Some(self.model.make.to_owned()),
            model: Some(self.model.model.to_owned()),
            model_year: Some(2021),
            powertrain: Some(self.model.powertrain),
            vehicle_class: Some(self.model.vehicle_class),
            in_service_date: Some(in_service.to_string()),
            odometer_km: Some((self.odometer_m / 1_000.0).round()),
            ..Registration::default()
        }
    }

    /// Wear of the failing part, if it is of that kind.
    fn wear(&self, kind: FaultKind) -> f64 {
        self.fault
            .as_ref()
            .filter(|fault| fault.kind == kind)
            .map_or(0.0, |fault| fault.wear)
    }

    /// A technician's work: the fault is gone and the part is new. False when the component is not simulated.
    pub(crate) fn repair(&mut self, component: &str) -> bool {
        match component {
            "brakes" => self.brakes.renew(),
            "battery_12v" => self.electrical = Electrical::new(self.model.electrical),
            "cooling" => {}
            _ => return false,
        }
        if self
            .fault
            .as_ref()
            .is_some_and(|fault| fault.kind.component() == component)
        {
            self.fault = None;
        }
        true
    }

    /// One second up to `time`. Answers whether the part failed in it, and the record that is due, if any.
    pub(crate) fn step(&mut self, time: DateTime<Utc>, sample_s: u32) -> (bool, Option<Record>) {
        self.seconds += 1;
        let failed = match &mut self.fault {
            Some(fault) => fault.step(time, &mut self.rng),
            None => false,
        };
        let air = air_degc(time, self.climate_k);
        self.last_phase = self.trips.phase;
        self.trips.step(time.hour(), &mut self.rng);
        self.move_on(air);
        let due = match self.trips.phase {
            Phase::Parked => self.seconds.is_multiple_of(PARKED_SAMPLE_S),
            Phase::Running => self.seconds.is_multiple_of(u64::from(sample_s.max(1))),
            Phase::IgnitionOn | Phase::Cranking | Phase::IgnitionAfter => true,
        };
        (failed, due.then(|| self.record(time, air)))
    }

    fn move_on(&mut self, air: f64) {
        let (speed, acceleration, phase) = (self.trips.speed_ms, self.trips.acceleration_ms2, self.trips.phase);
        self.odometer_m += speed;
        let used = match (phase, &self.drive) {
            (Phase::Parked, Drive::Electric(traction)) if traction.charging => Use::Charging,
            (Phase::Parked, _) => Use::Off,
            (Phase::Cranking, Drive::Engine(_)) => Use::Cranking,
            // An electric car's 12 V battery is charged from the pack as soon as it is switched on.
            (Phase::Running, _) | (_, Drive::Electric(_)) => Use::Charging,
            _ => Use::IgnitionOn,
        };
        let (leak, battery, drag) = (
            self.wear(FaultKind::CoolantLeak),
            self.wear(FaultKind::Battery),
            self.wear(FaultKind::Brakes),
        );
        self.electrical.step(used, air, battery, &mut self.rng);
        self.brakes.step(speed, acceleration, air, drag, &mut self.rng);
        match &mut self.drive {
            Drive::Engine(engine) => {
                let demand = Demand {
                    speed_ms: speed,
                    acceleration_ms2: acceleration,
                    air_degc: air,
                    running: phase == Phase::Running,
                    cranking: phase == Phase::Cranking,
                    leak,
                };
                let before_l = engine.fuel_used_l;
                engine.step(demand, &mut self.rng);
                self.fuel_percent -= (engine.fuel_used_l - before_l) * 2.0;
                if self.fuel_percent < 8.0 && phase == Phase::Parked {
                    self.fuel_percent = 98.0;
                }
            }
            Drive::Electric(traction) => {
                traction.step(speed, acceleration, air, phase == Phase::Parked, &mut self.rng);
            }
        }
    }

    fn record(&mut self, time: DateTime<Utc>, air: f64) -> Record {
        self.sequence += 1;
        let mut data = Vec::with_capacity(24);
        let mut put = |path: &str, value: f64| data.push((Arc::from(path), Reading::Number(value)));
        put("Vehicle.Speed", quantised(self.trips.speed_ms * 3.6, 1.0));
        put(
            "Vehicle.LowVoltageBattery.CurrentVoltage",
            quantised(self.electrical.volts, 0.0195),
        );
        put(
            "Vehicle.Exterior.AirTemperature",
            quantised(air + 0.2 * normal(&mut self.rng), 0.5),
        );
        match &self.drive {
            Drive::Engine(engine) => engine_readings(engine, &mut self.rng, &mut put),
            Drive::Electric(traction) => traction_readings(traction, self.trips.speed_ms, &mut put),
        }
        put(
            "Vehicle.Chassis.Brake.PedalPosition",
            quantised(self.brakes.pedal_percent, 0.4),
        );
        let switched = self.trips.phase != self.last_phase;
        if self.trips.phase != Phase::Parked && (switched || self.sequence.is_multiple_of(SLOW_SAMPLE_S)) {
            let [left, right] = self.brakes.pads;
            put("Vehicle.TraveledDistance", quantised(self.odometer_m, 100.0));
            put(
                "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear",
                quantised(left * 100.0, 1.0),
            );
            put(
                "Vehicle.Chassis.Axle.Row1.Wheel.Right.Brake.PadWear",
                quantised(right * 100.0, 1.0),
            );
            put(
                "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.FluidLevel",
                quantised(self.brakes.fluid_percent(), 1.0),
            );
            let disc = self.brakes.disc_degc + 2.0 * normal(&mut self.rng);
            put("Vehicle.OBD.BrakeDiscTemperatureFront", quantised(disc, 1.0));
            if matches!(self.drive, Drive::Engine(_)) {
                put(
                    "Vehicle.Powertrain.FuelSystem.RelativeLevel",
                    quantised(self.fuel_percent.clamp(0.0, 100.0), 0.4),
                );
            }
        }
        Record {
            vehicle_id: self.id.clone(),
            vin: None,
            stamp: Stamp::At(time),
            sequence: self.sequence,
            data,
            dtcs: self.trouble_codes(),
            synthetic_time: false,
        }
    }

    /// Codes come late: long after the wear that sets them.
    fn trouble_codes(&self) -> Vec<TroubleCode> {
        let mut codes = Vec::new();
        if matches!(&self.drive, Drive::Engine(engine) if engine.overheated()) {
            codes.push(TroubleCode {
                code: "P0217",
                status: "confirmed",
            });
        }
        if self.electrical.low_voltage() {
            codes.push(TroubleCode {
                code: "P0562",
                status: "pending",
            });
        }
        codes
    }
}

fn engine_readings(engine: &Engine, rng: &mut StdRng, put: &mut impl FnMut(&str, f64)) {
    let byte_percent = 100.0 / 255.0;
    put(
        "Vehicle.Powertrain.CombustionEngine.Speed",
        quantised(engine.rpm.max(0.0), 0.25),
    );
    let coolant = engine.coolant_degc + 0.3 * normal(rng);
    put(
        "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature",
        quantised(coolant, 1.0),
    );
    put(
        "Vehicle.OBD.IntakeTemp",
        quantised(engine.intake_degc + 0.3 * normal(rng), 1.0),
    );
    if engine.rpm < 400.0 {
        return;
    }
    let load = (engine.load_percent + 0.8 * normal(rng)).clamp(0.0, 100.0);
    put("Vehicle.OBD.EngineLoad", quantised(load, byte_percent).min(100.0));
    put(
        "Vehicle.Powertrain.CombustionEngine.TPS",
        quantised(engine.throttle_percent(), byte_percent).min(100.0),
    );
    put(
        "Vehicle.Powertrain.CombustionEngine.MAP",
        quantised(engine.manifold_kpa() + 0.7 * normal(rng), 1.0).max(10.0),
    );
    put(
        "Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature",
        quantised(engine.oil_degc, 1.0),
    );
    put(
        "Vehicle.Powertrain.CombustionEngine.EOP",
        quantised(engine.oil_pressure_kpa() + 4.0 * normal(rng), 4.0).max(0.0),
    );
    put("Vehicle.OBD.RunTime", f64::from(engine.run_time_s.min(65_535)));
}

fn traction_readings(traction: &Traction, speed_ms: f64, put: &mut impl FnMut(&str, f64)) {
    put(
        "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current",
        quantised(traction.charge * 100.0, 0.5),
    );
    put(
        "Vehicle.Powertrain.TractionBattery.StateOfHealth",
        quantised(traction.health * 100.0, 1.0),
    );
    put(
        "Vehicle.Powertrain.TractionBattery.CurrentVoltage",
        quantised(traction.volts, 0.5),
    );
    put(
        "Vehicle.Powertrain.TractionBattery.CurrentCurrent",
        quantised(traction.current_a, 0.25),
    );
    put(
        "Vehicle.Powertrain.TractionBattery.Temperature.Average",
        quantised(traction.pack_degc, 1.0),
    );
    put(
        "Vehicle.Powertrain.TractionBattery.Charging.IsCharging",
        f64::from(u8::from(traction.charging)),
    );
    put(
        "Vehicle.Powertrain.ElectricMotor.Front.Speed",
        quantised(speed_ms * 3.6 * 75.0, 1.0),
    );
    put(
        "Vehicle.Powertrain.ElectricMotor.Front.Temperature",
        quantised(traction.motor_degc, 1.0),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: usize, fails: Option<FaultKind>) -> (SimVehicle, Vec<Record>, u32) {
        let start = DateTime::parse_from_rfc3339("2026-05-01T00:00:00Z").unwrap().to_utc();
        let window = TimeDelta::hours(20);
        let mut vehicle = SimVehicle::new("sim", number, 11, start, fails.map(|kind| (kind, window)));
        let mut records = Vec::new();
        let mut failures = 0;
        for second in 1..=window.num_seconds() {
            let (failed, record) = vehicle.step(start + TimeDelta::seconds(second), 1);
            failures += u32::from(failed);
            records.extend(record);
        }
        (vehicle, records, failures)
    }

    fn values<'a>(records: &'a [Record], path: &'a str) -> impl Iterator<Item = f64> + 'a {
        records
            .iter()
            .flat_map(|record| &record.data)
            .filter(move |(name, _)| name.as_ref() == path)
            .map(|(_, reading)| match reading {
                Reading::Number(value) => *value,
                other => panic!("{other:?}"),
            })
    }

    const COOLANT: &str = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature";
    const VOLTAGE: &str = "Vehicle.LowVoltageBattery.CurrentVoltage";
    const PAD: &str = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear";

    #[test]
    fn sound_vehicles_stay_in_their_ranges_and_set_no_code() {
        for number in 0..6 {
            let (_, records, failures) = day(number, None);
            assert!(records.len() > 1_500, "{} records of vehicle {number}", records.len());
            assert_eq!(failures, 0);
            assert!(records.iter().all(|record| record.dtcs.is_empty()), "vehicle {number}");
            assert!(values(&records, COOLANT).all(|degc| (-20.0..=101.0).contains(&degc)));
            let lowest = values(&records, VOLTAGE).fold(20.0, f64::min);
            assert!((9.0..13.0).contains(&lowest), "{lowest} V in vehicle {number}");
            assert!(values(&records, VOLTAGE).all(|volts| volts < 15.0));
            assert!(values(&records, PAD).all(|wear| wear < 45.0));
        }
    }

    #[test]
    fn each_fault_shows_in_its_own_signal() {
        for number in [0, 1] {
            let (_, records, failures) = day(number, Some(FaultKind::CoolantLeak));
            assert_eq!(failures, 1);
            assert!(
                values(&records, COOLANT).fold(0.0, f64::max) > 112.0,
                "vehicle {number}"
            );
            assert!(
                values(&records[..records.len() / 4], COOLANT).all(|degc| degc <= 101.0),
                "vehicle {number}"
            );
            assert!(
                records
                    .iter()
                    .any(|record| record.dtcs.iter().any(|dtc| dtc.code == "P0217"))
            );
        }
        let (_, records, _) = day(1, Some(FaultKind::Battery));
        assert!(values(&records, VOLTAGE).fold(20.0, f64::min) < 7.2);
        let (_, records, _) = day(2, Some(FaultKind::Brakes));
        assert!(values(&records, PAD).fold(0.0, f64::max) > 95.0);
    }

    #[test]
    fn records_of_a_vehicle_are_in_order_and_repeatable() {
        let (_, records, _) = day(0, None);
        assert!(records.windows(2).all(|pair| pair[0].sequence + 1 == pair[1].sequence));
        assert_eq!(records, day(0, None).1);
    }

    #[test]
    fn a_repair_ends_the_fault() {
        let (mut vehicle, _, _) = day(0, Some(FaultKind::Brakes));
        assert!(!vehicle.repair("gearbox"));
        assert!(vehicle.repair("cooling") && vehicle.fault.is_some());
        assert!(vehicle.repair("brakes") && vehicle.fault.is_none());
        assert_eq!(vehicle.brakes.pads, [0.0, 0.0]);
    }
}

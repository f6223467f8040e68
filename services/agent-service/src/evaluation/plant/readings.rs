//! What can be measured on the plant: healthy value and spread, and where a monitor raises its hand.

/// Who sees a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Health judges this signal and sends a risk factor.
    Health(&'static str),
    /// The signal is in the telemetry, and a window of it is looked at.
    Window(&'static str),
    /// The workshop looks.
    Person,
    /// Nobody sees it; others follow from it.
    Inside,
}

/// One reading with its unit in the name's comment.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub name: &'static str,
    /// Powertrains that have it, by their first letters (P, D, H, B).
    pub on: &'static str,
    pub healthy: f64,
    pub spread: f64,
    pub low: f64,
    pub low_code: &'static str,
    pub high: f64,
    pub high_code: &'static str,
    pub seen: Seen,
}

impl Reading {
    /// Whether a vehicle with this powertrain has it.
    pub fn occurs_on(&self, powertrain: &str) -> bool {
        self.on.chars().any(|letter| powertrain.starts_with(letter))
    }

    /// The monitor's threshold on a side.
    pub fn bound(&self, up: bool) -> f64 {
        if up { self.high } else { self.low }
    }

    /// The component that its code names.
    pub fn component(&self) -> &str {
        let code = if self.low_code.is_empty() {
            self.high_code
        } else {
            self.low_code
        };
        code.split('.').next().unwrap_or_default()
    }
}

const NONE: f64 = f64::INFINITY;

/// The place of a reading; a name that is not there is a slip in the fault table, which a test finds.
pub(super) fn position(name: &str) -> usize {
    READINGS
        .iter()
        .position(|reading| reading.name == name)
        .unwrap_or_else(|| panic!("the plant has no reading `{name}`"))
}

macro_rules! readings {
    ($($name:literal $on:literal $healthy:literal +- $spread:literal, low $low:expr => $low_code:literal, high $high:expr => $high_code:literal, $seen:expr;)*) => {
        /// Everything that can be measured.
        pub const READINGS: &[Reading] = &[$(Reading {
            name: $name, on: $on, healthy: $healthy, spread: $spread,
            low: $low, low_code: $low_code, high: $high, high_code: $high_code, seen: $seen,
        }),*];
    };
}

use Seen::{Health, Inside, Person, Window};

readings! {
    // Cooling: °C, % of the tank, °C above the regulated level, ppm, °C of the heater,
    // °C below the radiator, dB.
    "coolant" "PDH" 90.0 +- 2.5, low 76.0 => "cooling.coolant_temperature.low", high 103.0 => "cooling.coolant_temperature.overheating", Health("Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature");
    "coolant level" "PDHB" 75.0 +- 6.0, low 40.0 => "cooling.coolant_level.low", high NONE => "", Health("Vehicle.OBD.EngineCoolantLevel");
    "rise at idle" "PDH" 2.0 +- 1.5, low -NONE => "", high 8.0 => "cooling.coolant_temperature.high_at_idle", Person;
    "rise under load" "PDH" 3.0 +- 1.8, low -NONE => "", high 10.0 => "cooling.coolant_temperature.high_under_load", Person;
    "combustion gas" "PDH" 40.0 +- 15.0, low -NONE => "", high 150.0 => "cooling.combustion_gas.present", Person;
    "heater air" "PDH" 58.0 +- 4.0, low 42.0 => "cooling.heater.weak", high NONE => "", Person;
    "lower hose" "PDH" 76.0 +- 5.0, low 52.0 => "cooling.lower_hose.cold", high NONE => "", Person;
    "pump noise" "PDH" 55.0 +- 2.5, low -NONE => "", high 66.0 => "cooling.pump.noise", Person;
    // 12 V battery: V at rest, mΩ, V while cranking (settled), s, mA asleep, % of the rated capacity after a full charge.
    "rest" "PDHB" 12.65 +- 0.08, low 12.25 => "battery_12v.rest_voltage.low", high NONE => "", Health("Vehicle.LowVoltageBattery.CurrentVoltage");
    "battery resistance" "PDHB" 6.0 +- 0.7, low -NONE => "", high 9.0 => "battery_12v.internal_resistance.high", Person;
    "terminal resistance" "PDHB" 0.4 +- 0.15, low -NONE => "", high 2.0 => "battery_12v.terminals.corroded", Person;
    "cranking" "PDH" 0.0 +- 0.12, low 9.4 => "battery_12v.cranking_voltage.low", high NONE => "", Health("Vehicle.LowVoltageBattery.CrankingVoltage");
    "recovery" "PDH" 1.0 +- 0.4, low -NONE => "", high 2.2 => "battery_12v.recovery.slow", Person;
    "asleep current" "PDHB" 25.0 +- 8.0, low -NONE => "", high 70.0 => "battery_12v.rest_voltage.falling", Person;
    "cell step" "PDHB" 0.0 +- 0.05, low -1.5 => "battery_12v.rest_voltage.cell_missing", high NONE => "", Person;
    "capacity after charge" "PDHB" 85.0 +- 6.0, low 60.0 => "battery_12v.capacity.low", high NONE => "", Person;
    // Charging: V while running, mV of ripple, % belt slip, V of cable drop.
    "charging" "PDHB" 14.2 +- 0.12, low 13.3 => "charging.voltage.low", high 15.0 => "charging.voltage.high", Health("Vehicle.OBD.ChargingSystemVoltage");
    "ripple" "PDH" 70.0 +- 25.0, low -NONE => "", high 250.0 => "charging.voltage.ripple", Person;
    "belt slip" "PDH" 1.0 +- 0.5, low -NONE => "", high 4.0 => "charging.belt.slip", Person;
    "cable drop" "PDHB" 0.12 +- 0.05, low -NONE => "", high 0.45 => "charging.cable_drop.high", Person;
    // Engine: % trim, misfires per 1,000 turns, relative boost, air mass and rail pressure, % consumption, rpm of unrest, bar.
    "fuel trim" "PH" 1.0 +- 2.5, low -12.0 => "engine.fuel_trim.rich", high 12.0 => "engine.fuel_trim.lean", Health("Vehicle.OBD.LongTermFuelTrim1");
    "misfires" "PDH" 0.5 +- 0.4, low -NONE => "", high 4.0 => "engine.misfire.high", Window("Vehicle.OBD.MisfireCount");
    "boost" "PDH" 1.0 +- 0.03, low 0.87 => "engine.boost_pressure.low", high 1.15 => "engine.boost_pressure.high", Window("Vehicle.OBD.TurbochargerBoostPressure");
    "air mass" "PDH" 1.0 +- 0.03, low 0.88 => "engine.air_flow.low", high NONE => "", Window("Vehicle.Powertrain.CombustionEngine.MAF");
    "rail pressure" "PDH" 1.0 +- 0.03, low 0.86 => "engine.fuel_pressure.low", high NONE => "", Window("Vehicle.OBD.FuelRailPressureDirect");
    "consumption" "PDH" 1.0 +- 0.05, low -NONE => "", high 1.12 => "engine.fuel_consumption.high", Window("Vehicle.OBD.FuelRate");
    "idle unrest" "PDH" 12.0 +- 5.0, low -NONE => "", high 40.0 => "engine.idle.unstable", Person;
    "compression" "PDH" 13.0 +- 0.6, low 10.0 => "engine.compression.low", high NONE => "", Person;
    "water in filter" "D" 2.0 +- 2.0, low -NONE => "", high 20.0 => "engine.fuel_water.present", Person;
    // Lubrication: ratio to what the speed asks for, °C, %, % fuel, bar over the filter, % life.
    "oil pressure" "PDH" 1.0 +- 0.06, low 0.72 => "lubrication.oil_pressure.low", high NONE => "", Health("Vehicle.Powertrain.CombustionEngine.EOP");
    "engine oil" "PDH" 98.0 +- 4.0, low -NONE => "", high 125.0 => "lubrication.oil_temperature.high", Health("Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature");
    "oil level" "PDH" 75.0 +- 7.0, low 40.0 => "lubrication.oil_level.low", high 105.0 => "lubrication.oil_level.high", Health("Vehicle.OBD.EngineOilLevel");
    "oil life" "PDH" 55.0 +- 12.0, low 12.0 => "lubrication.oil_life.low", high NONE => "", Window("Vehicle.Powertrain.CombustionEngine.EngineOil.LifeRemaining");
    "fuel in oil" "PDH" 1.0 +- 0.5, low -NONE => "", high 4.0 => "lubrication.oil_dilution.high", Person;
    "filter drop" "PDH" 0.3 +- 0.1, low -NONE => "", high 1.2 => "lubrication.filter_pressure.high", Person;
    // Transmission: °C, % slip, % worn, ms of shifting, mm of fluid.
    "transmission oil" "PDH" 84.0 +- 5.0, low -NONE => "", high 112.0 => "transmission.oil_temperature.high", Health("Vehicle.Powertrain.Transmission.Temperature");
    "slip" "PDH" 0.8 +- 0.5, low -NONE => "", high 4.0 => "transmission.slip.high", Health("Vehicle.OBD.TransmissionSlip");
    "clutch wear" "PDH" 40.0 +- 12.0, low -NONE => "", high 85.0 => "transmission.clutch_wear.high", Health("Vehicle.Powertrain.Transmission.ClutchWear");
    "shift time" "PDHB" 320.0 +- 40.0, low -NONE => "", high 480.0 => "transmission.shift_time.high", Person;
    "gear fluid" "PDH" 50.0 +- 4.0, low 32.0 => "transmission.fluid_level.low", high NONE => "", Person;
    // Brakes: % worn, %, kPa, °C, cm of pedal, N on the pedal, mm side to side, µm, s.
    "pads" "PDHB" 45.0 +- 12.0, low -NONE => "", high 85.0 => "brakes.pad_wear.high", Health("Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear");
    "brake fluid" "PDHB" 88.0 +- 5.0, low 55.0 => "brakes.fluid_level.low", high NONE => "", Health("Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.FluidLevel");
    "brake air" "D" 900.0 +- 35.0, low 680.0 => "brakes.air_pressure.low", high NONE => "", Health("Vehicle.OBD.BrakeAirPressure1");
    "anti-lock lamp" "PDHB" 0.0 +- 0.1, low -NONE => "", high 0.5 => "brakes.abs.fault", Health("Vehicle.ADAS.ABS.IsError");
    "disc temperature" "PDHB" 140.0 +- 35.0, low -NONE => "", high 280.0 => "brakes.temperature.high", Window("Vehicle.OBD.BrakeDiscTemperatureFront");
    "pedal travel" "PDHB" 4.0 +- 0.6, low -NONE => "", high 6.5 => "brakes.pedal.soft", Person;
    "pedal force" "PDHB" 90.0 +- 12.0, low -NONE => "", high 160.0 => "brakes.pedal.hard", Person;
    "pad difference" "PDHB" 0.6 +- 0.4, low -NONE => "", high 2.2 => "brakes.pad_wear.uneven", Person;
    "disc runout" "PDHB" 30.0 +- 12.0, low -NONE => "", high 80.0 => "brakes.vibration.high", Person;
    "air build-up" "D" 28.0 +- 4.0, low -NONE => "", high 45.0 => "brakes.air_build_up.slow", Person;
    // Suspension: shock tester's % grip, mm of height, % duty, mm of play, mm of cupping, mm of link play, bar.
    "damping" "PDHB" 65.0 +- 6.0, low 42.0 => "suspension.damping.low", high NONE => "", Person;
    "ride height" "PDHB" 0.0 +- 4.0, low -16.0 => "suspension.ride_height.low", high NONE => "", Person;
    "compressor duty" "PDHB" 5.0 +- 2.0, low -NONE => "", high 15.0 => "suspension.compressor.busy", Person;
    "knocking" "PDHB" 0.4 +- 0.25, low -NONE => "", high 1.3 => "suspension.knocking.present", Person;
    "cupping" "PDHB" 0.2 +- 0.12, low -NONE => "", high 0.7 => "suspension.tyre_wear.cupped", Person;
    "link play" "PDHB" 0.2 +- 0.15, low -NONE => "", high 0.9 => "suspension.clunk.present", Person;
    "compressor pressure" "PDHB" 15.0 +- 1.0, low 11.0 => "suspension.compressor.weak", high NONE => "", Person;
    // Tyres: kPa, kPa a week, kPa an hour, mm, °C above the others, mm across, mm/s, dB.
    "tyre pressure" "PDHB" 240.0 +- 8.0, low 205.0 => "tyres.pressure.low", high 285.0 => "tyres.pressure.high", Health("Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure");
    "weekly loss" "PDHB" 1.5 +- 1.0, low -NONE => "", high 8.0 => "tyres.pressure.falling", Person;
    "hourly loss" "PDHB" 0.0 +- 0.5, low -NONE => "", high 12.0 => "tyres.pressure.falling_fast", Person;
    "tread" "PDHB" 5.5 +- 0.8, low 2.0 => "tyres.tread_depth.low", high NONE => "", Person;
    "tyre heat" "PDHB" 2.0 +- 2.0, low -NONE => "", high 12.0 => "tyres.temperature.high", Window("Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Temperature");
    "tread across" "PDHB" 0.4 +- 0.25, low -NONE => "", high 1.5 => "tyres.wear.uneven", Person;
    "wheel vibration" "PDHB" 1.2 +- 0.6, low -NONE => "", high 4.0 => "tyres.vibration.high", Person;
    "wheel hum" "PDHB" 58.0 +- 2.5, low -NONE => "", high 68.0 => "tyres.bearing.noise", Person;
    // Aftertreatment: % soot, relative drop, ppm, % fluid, % urea, mm, score, % finished, °C of light-off.
    "soot" "D" 55.0 +- 14.0, low -NONE => "", high 105.0 => "aftertreatment.soot_load.high", Health("Vehicle.OBD.DPF.SootLoad");
    "filter pressure" "D" 1.0 +- 0.15, low -NONE => "", high 1.7 => "aftertreatment.differential_pressure.high", Window("Vehicle.Powertrain.CombustionEngine.DieselParticulateFilter.DeltaPressure");
    "NOx after" "D" 60.0 +- 25.0, low -NONE => "", high 180.0 => "aftertreatment.nox.high", Window("Vehicle.OBD.NOxOutlet");
    "exhaust fluid" "D" 60.0 +- 12.0, low 15.0 => "aftertreatment.exhaust_fluid.low", high NONE => "", Health("Vehicle.Powertrain.CombustionEngine.DieselExhaustFluid.Level");
    "urea" "D" 32.5 +- 0.7, low 29.0 => "aftertreatment.def_quality.low", high NONE => "", Person;
    "deposits" "D" 0.3 +- 0.3, low -NONE => "", high 1.8 => "aftertreatment.deposits.present", Person;
    "exhaust blowing" "PDH" 0.2 +- 0.2, low -NONE => "", high 1.0 => "aftertreatment.exhaust_leak.present", Person;
    "regenerations finished" "D" 92.0 +- 5.0, low 65.0 => "aftertreatment.regeneration.incomplete", high NONE => "", Person;
    "catalyst heat" "D" 260.0 +- 20.0, low 170.0 => "aftertreatment.oxidation.low", high NONE => "", Person;
    // Traction battery: % capacity, V apart, °C, kΩ, % of charges broken off.
    "capacity" "HB" 91.0 +- 4.0, low 76.0 => "traction_battery.state_of_health.low", high NONE => "", Health("Vehicle.Powertrain.TractionBattery.StateOfHealth");
    "cells apart" "HB" 0.02 +- 0.008, low -NONE => "", high 0.06 => "traction_battery.cell_spread.high", Health("Vehicle.Powertrain.TractionBattery.CellVoltage.Max");
    "pack temperature" "HB" 31.0 +- 4.0, low -NONE => "", high 48.0 => "traction_battery.temperature.high", Window("Vehicle.Powertrain.TractionBattery.Temperature.Max");
    "insulation" "HB" 2500.0 +- 500.0, low 500.0 => "traction_battery.insulation.low", high NONE => "", Window("Vehicle.OBD.TractionBatteryInsulationResistance");
    "charges broken off" "HB" 2.0 +- 2.0, low -NONE => "", high 25.0 => "traction_battery.charging.aborted", Person;
    // Nobody sees the engine's load; it is here for the physics.
    "load" "PDHB" 0.5 +- 0.15, low -NONE => "", high NONE => "", Inside;
}

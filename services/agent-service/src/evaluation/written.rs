//! Fault cases written from the names of the faults and public trouble-code lists (SAE J2012, SAE J1939-73) alone, not from
//! the knowledge base's numbers. They hold what health sends and little more; nobody has looked at most of the rest.

use super::cases::{self, Case};
use crate::domain::component::Component;
use crate::domain::symptoms::{Observations, RiskFactor};
use crate::domain::vehicle::Powertrain;

/// A case as it is written down.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    pub name: &'static str,
    pub component: Component,
    pub powertrain: Powertrain,
    /// Signal, observed, expected.
    pub evidence: &'static [(&'static str, f64, f64)],
    pub factors: &'static [&'static str],
    pub codes: &'static [&'static str],
    /// The faults; none: a healthy vehicle.
    pub truth: &'static [&'static str],
}

/// Every written case.
pub fn cases() -> Vec<Case> {
    CASES.iter().map(Written::case).collect()
}

impl Written {
    /// What is observed of it.
    pub fn observations(&self) -> Observations {
        let factor = |code: &&str| RiskFactor {
            code: (*code).to_owned(),
            text: String::new(),
            signal: None,
            direction: None,
        };
        let evidence = |(signal, observed, expected): &(&str, f64, f64)| cases::evidence(signal, *observed, *expected);
        Observations {
            risk_factors: self.factors.iter().map(factor).collect(),
            evidence: self.evidence.iter().map(evidence).collect(),
            trouble_codes: self.codes.iter().map(|code| (*code).to_owned()).collect(),
            ..Observations::default()
        }
    }

    fn case(&self) -> Case {
        let sensor = self.truth.iter().all(|truth| truth.ends_with("sensor_fault"));
        Case {
            name: self.name.to_owned(),
            kind: match self.truth.len() {
                0 => "healthy",
                1 if sensor => "sensor fault",
                1 => "one fault",
                _ => "two faults",
            },
            full: false,
            trigger: cases::trigger(self.component, self.observations(), 0.9),
            powertrain: self.powertrain,
            truth: self.truth.iter().map(|truth| (*truth).to_owned()).collect(),
        }
    }
}

const ECT: &str = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature";
const LEVEL: &str = "Vehicle.OBD.EngineCoolantLevel";
const VOLTAGE: &str = "Vehicle.LowVoltageBattery.CurrentVoltage";
const OIL_PRESSURE: &str = "Vehicle.Powertrain.CombustionEngine.EOP";
const OIL_LEVEL: &str = "Vehicle.OBD.EngineOilLevel";
const TYRE: &str = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure";
const PADS: &str = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear";
const FLUID: &str = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.FluidLevel";
const SOH: &str = "Vehicle.Powertrain.TractionBattery.StateOfHealth";

/// One line a case: name, component, powertrain, evidence, risk factors, trouble codes, faults.
macro_rules! cases {
    ($($name:literal $component:ident $powertrain:ident [$($evidence:expr),*] [$($factor:literal),*] [$($code:literal),*] => [$($truth:literal),*];)*) => {
        &[$(Written {
            name: $name, component: Component::$component, powertrain: Powertrain::$powertrain,
            evidence: &[$($evidence),*], factors: &[$($factor),*], codes: &[$($code),*], truth: &[$($truth),*],
        }),*]
    };
}

/// The cases as they are written.
#[rustfmt::skip]
pub const CASES: &[Written] = cases! {
    "hot and the level is falling" Cooling Petrol [(ECT, 108.0, 91.0), (LEVEL, 22.0, 75.0)] [] [] => ["cooling.leak"];
    "never warms up" Cooling Diesel [(ECT, 61.0, 88.0)] [] ["P0128"] => ["cooling.thermostat_stuck_open"];
    "hot with a fan code" Cooling Petrol [(ECT, 111.0, 92.0)] [] ["P0480"] => ["cooling.fan_failure"];
    "hot, and hotter when idling" Cooling Petrol [(ECT, 109.0, 92.0)] ["cooling.coolant_temperature.high_at_idle"] [] => ["cooling.fan_failure"];
    "sensor circuit high" Cooling Petrol [] [] ["P0118"] => ["cooling.temperature_sensor_fault"];
    "weak while cranking" Battery12v Petrol [(VOLTAGE, 11.7, 12.6)] ["battery_12v.cranking_voltage.low"] [] => ["battery_12v.sulphation"];
    "high internal resistance" Battery12v Diesel [] ["battery_12v.internal_resistance.high"] [] => ["battery_12v.sulphation"];
    "drained over night" Battery12v Petrol [(VOLTAGE, 11.9, 12.6)] ["battery_12v.rest_voltage.falling"] [] => ["battery_12v.parasitic_drain"];
    "rippling charge" Charging Petrol [("Vehicle.OBD.ChargingSystemVoltage", 13.0, 14.2)] ["charging.voltage.ripple"] [] => ["charging.alternator_diode"];
    "overcharging" Charging Diesel [("Vehicle.OBD.ChargingSystemVoltage", 16.2, 14.2)] [] ["P0563"] => ["charging.regulator_overcharge"];
    "no charge, field code" Charging Petrol [(VOLTAGE, 11.9, 14.1)] [] ["P0622"] => ["charging.alternator_worn"];
    "belt squeals" Charging Petrol [(VOLTAGE, 12.4, 14.1)] ["charging.belt.slip"] [] => ["charging.belt_slip"];
    "pads at the end" Brakes Petrol [("Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear", 94.0, 60.0)] [] [] => ["brakes.pad_wear"];
    "fluid gone and soft pedal" Brakes Petrol [("Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.FluidLevel", 20.0, 90.0)] ["brakes.pedal.soft"] [] => ["brakes.hydraulic_leak"];
    "one wheel hot, worn on one side" Brakes Diesel [("Vehicle.OBD.BrakeDiscTemperatureFront", 410.0, 180.0)] ["brakes.pad_wear.uneven"] [] => ["brakes.caliper_drag"];
    "right front wheel speed circuit" Brakes Petrol [] [] ["C0040"] => ["brakes.abs_sensor"];
    "cylinder 3 misfires" Engine Petrol [] [] ["P0303"] => ["engine.ignition_misfire"];
    "lean at idle" Engine Petrol [("Vehicle.OBD.LongTermFuelTrim1", 22.0, 1.0)] ["engine.idle.unstable"] ["P0171"] => ["engine.vacuum_leak"];
    "injector 2 open circuit" Engine Diesel [] ["engine.idle.unstable"] ["P0202"] => ["engine.injector_fault"];
    "underboost" Engine Diesel [("Vehicle.OBD.TurbochargerBoostPressure", 120.0, 190.0)] [] ["P0299"] => ["engine.turbo_underboost"];
    "cam and crank disagree" Engine Petrol [] [] ["P0016"] => ["engine.timing_chain_stretch"];
    "oil pressure gone, level right" Lubrication Petrol [(OIL_PRESSURE, 70.0, 310.0), ("Vehicle.OBD.EngineOilLevel", 92.0, 92.0)] ["lubrication.oil_temperature.high"] [] => ["lubrication.pump_wear"];
    "oil level low" Lubrication Diesel [("Vehicle.OBD.EngineOilLevel", 25.0, 80.0)] [] [] => ["lubrication.oil_leak"];
    "oil pressure sensor range" Lubrication Petrol [] [] ["P0521"] => ["lubrication.pressure_sensor_fault"];
    "oil past its life" Lubrication Petrol [] ["lubrication.oil_life.low"] [] => ["lubrication.oil_degraded"];
    "slipping" Transmission Diesel [("Vehicle.OBD.TransmissionSlip", 12.0, 1.0)] [] ["P0811"] => ["transmission.clutch_slip"];
    "hot and slow to shift" Transmission Diesel [("Vehicle.Powertrain.Transmission.Temperature", 128.0, 88.0)] ["transmission.shift_time.high"] [] => ["transmission.fluid_degraded"];
    "converter stuck off" Transmission Petrol [] [] ["P0741"] => ["transmission.torque_converter"];
    "shift solenoid B" Transmission Petrol [] ["transmission.shift.harsh"] ["P0755"] => ["transmission.solenoid_fault"];
    "tyre sinks over a week" Tyres Petrol [("Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", 175.0, 235.0)] ["tyres.pressure.falling"] [] => ["tyres.slow_leak"];
    "tyre empties in minutes" Tyres Petrol [("Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", 120.0, 235.0)] ["tyres.pressure.falling_fast"] [] => ["tyres.puncture"];
    "bald" Tyres Bev [] ["tyres.tread_depth.low"] [] => ["tyres.tread_worn"];
    "bouncing" Suspension Petrol [] ["suspension.damping.low"] [] => ["suspension.damper_wear"];
    "sinks while the compressor runs" Suspension Diesel [] ["suspension.ride_height.low", "suspension.compressor.busy"] [] => ["suspension.air_leak"];
    "soot and back pressure" Aftertreatment Diesel [("Vehicle.OBD.DPF.SootLoad", 150.0, 60.0)] [] ["P2002"] => ["aftertreatment.dpf_clogged"];
    "watered DEF" Aftertreatment Diesel [("Vehicle.OBD.NOxOutlet", 480.0, 60.0)] [] ["P207F"] => ["aftertreatment.def_quality"];
    "catalyst below threshold" Aftertreatment Petrol [] [] ["P0420"] => ["aftertreatment.catalyst_aged"];
    "air brake loses pressure" Brakes Diesel [("Vehicle.OBD.BrakeAirPressure1", 420.0, 850.0)] [] ["SPN117-1"] => ["brakes.air_leak"];
    "anti-lock pump circuit" Brakes Petrol [] ["brakes.abs.fault"] ["C0110"] => ["brakes.abs_unit"];
    "no rail pressure" Engine Diesel [("Vehicle.OBD.FuelRailPressureDirect", 11_000.0, 32_000.0)] [] ["P0087"] => ["engine.fuel_supply"];
    "crankshaft sensor" Engine Petrol [] [] ["P0335"] => ["engine.speed_sensor_fault"];
    "too little recirculation" Engine Diesel [] [] ["P0401"] => ["engine.egr_stuck"];
    "oil temperature sensor" Lubrication Petrol [] [] ["P0197"] => ["lubrication.temperature_sensor_fault"];
    "truck oil pressure" Lubrication Diesel [("Vehicle.OBD.EngineOilLevel", 90.0, 90.0)] ["lubrication.oil_temperature.high"] ["SPN100-1"] => ["lubrication.pump_wear"];
    "gearbox speed sensor" Transmission Petrol [] [] ["P0715"] => ["transmission.control_fault"];
    "ride height sensor circuit" Suspension Diesel [] [] ["C0611"] => ["suspension.control_fault"];
    "exhaust temperature sensor" Aftertreatment Diesel [] [] ["P2033"] => ["aftertreatment.temperature_sensor_fault"];
    "NOx sensor circuit" Aftertreatment Diesel [] [] ["P2202"] => ["aftertreatment.nox_sensor_fault"];
    "starter relay" Battery12v Petrol [] [] ["P0615"] => ["battery_12v.starter_circuit"];
    "interlock open" TractionBattery Bev [] [] ["P0A0C"] => ["traction_battery.interlock_open"];
    "aged pack" TractionBattery Bev [("Vehicle.Powertrain.TractionBattery.StateOfHealth", 66.0, 90.0)] [] ["P0A80"] => ["traction_battery.capacity_fade"];
    "isolation fault" TractionBattery Hybrid [] [] ["P0AA6"] => ["traction_battery.insulation_fault"];
    "hot pack" TractionBattery Bev [("Vehicle.Powertrain.TractionBattery.Temperature.Max", 58.0, 32.0)] [] [] => ["traction_battery.cooling_fault"];
    "nothing but the warning lamp, all values normal" Cooling Petrol [(ECT, 90.0, 90.0), (LEVEL, 75.0, 75.0)] [] ["U0100"] => [];
    "workshop finds nothing on the battery" Battery12v Petrol [(VOLTAGE, 12.6, 12.6)] [] ["U0121"] => [];
    "tyres all at their pressure" Tyres Bev [(TYRE, 240.0, 240.0)] [] ["U0100"] => [];
    "brakes as new" Brakes Diesel [(PADS, 30.0, 30.0), (FLUID, 90.0, 90.0)] [] ["U0121"] => [];
    "oil where it should be" Lubrication Petrol [(OIL_PRESSURE, 300.0, 300.0), (OIL_LEVEL, 80.0, 80.0)] [] ["U0100"] => [];
    "pack in good order" TractionBattery Bev [(SOH, 92.0, 92.0)] [] ["U0100"] => [];
    "charging as it should" Charging Diesel [("Vehicle.OBD.ChargingSystemVoltage", 14.2, 14.2)] [] ["U0100"] => [];
    "coolant sensor jumps" Cooling Diesel [] ["sensor.fault:Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature"] [] => ["cooling.temperature_sensor_fault"];
    "coolant level sender open circuit on a truck" Cooling Diesel [] [] ["SPN111-4"] => ["cooling.level_sensor_fault"];
    "tyre sensor jumps" Tyres Petrol [] ["sensor.fault:Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"] [] => ["tyres.pressure_sensor_fault"];
    "oil level sender shorted on a truck" Lubrication Diesel [] [] ["SPN98-3"] => ["lubrication.level_sensor_fault"];
    "air mass meter circuit high" Engine Diesel [] [] ["P0103"] => ["engine.air_mass_sensor_fault"];
    "oxygen sensor heater" Engine Petrol [] [] ["P0135"] => ["engine.oxygen_sensor_fault"];
    "transmission temperature sensor low" Transmission Diesel [] [] ["P0712"] => ["transmission.temperature_sensor_fault"];
    "brake air pressure sender shorted" Brakes Diesel [] [] ["SPN117-3"] => ["brakes.air_pressure_sensor_fault"];
    "filter pressure sensor range" Aftertreatment Diesel [] [] ["P2453"] => ["aftertreatment.pressure_sensor_fault"];
    "battery voltage sender on a truck" Battery12v Diesel [] [] ["SPN168-3"] => ["battery_12v.voltage_sensor_fault"];
    "resolver circuit" TractionBattery Bev [] [] ["P0A3F"] => ["traction_battery.rotor_sensor_fault"];
    "pads at the end and a wheel speed sensor" Brakes Petrol [(PADS, 95.0, 80.0)] ["brakes.abs.fault"] ["C0035"] => ["brakes.pad_wear", "brakes.abs_sensor"];
    "coil of cylinder 2 and a leaking purge valve" Engine Petrol [] ["engine.idle.unstable"] ["P0302", "P0441"] => ["engine.ignition_misfire", "engine.vapour_system_leak"];
    "slow leak on a worn tyre" Tyres Petrol [(TYRE, 190.0, 240.0)] ["tyres.pressure.falling", "tyres.tread_depth.low"] [] => ["tyres.slow_leak", "tyres.tread_worn"];
    "glow plug and underboost" Engine Diesel [("Vehicle.OBD.TurbochargerBoostPressure", 120.0, 190.0)] [] ["P0299", "P0671"] => ["engine.turbo_underboost", "engine.glow_plug_fault"];
    "interlock and charger" TractionBattery Bev [] [] ["P0A0C", "P0D58"] => ["traction_battery.interlock_open", "traction_battery.onboard_charger_fault"];
    "thermostat and level sender" Cooling Petrol [(ECT, 62.0, 88.0)] [] ["P0128", "P2556"] => ["cooling.thermostat_stuck_open", "cooling.level_sensor_fault"];
    "weak battery because it is not charged" Battery12v Petrol [("Vehicle.OBD.ChargingSystemVoltage", 12.4, 14.2)] ["battery_12v.rest_voltage.low"] ["P0622"] => ["charging.alternator_worn"];
    "no converter output on an electric van" Battery12v Bev [("Vehicle.OBD.ChargingSystemVoltage", 12.1, 14.0)] ["battery_12v.rest_voltage.low"] ["P0A94"] => ["charging.converter_fault"];
    "one wheel brakes, its tyre gets hot" Tyres Diesel [("Vehicle.OBD.BrakeDiscTemperatureFront", 420.0, 160.0)] ["tyres.temperature.high", "brakes.pad_wear.uneven"] [] => ["brakes.caliper_drag"];
    "boost missing behind a full filter" Engine Diesel [("Vehicle.OBD.DPF.SootLoad", 160.0, 60.0)] ["engine.boost_pressure.low", "aftertreatment.differential_pressure.high"] ["P2463"] => ["aftertreatment.dpf_clogged"];
    "play in the joint eats the tyre" Tyres Petrol [] ["tyres.wear.uneven", "suspension.knocking.present"] [] => ["suspension.joint_play"];
    "fuel pump weak, no codes read" Engine Petrol [("Vehicle.OBD.FuelRailPressureDirect", 3_100.0, 5_000.0)] [] [] => ["engine.fuel_supply"];
    "belt, only the driver was asked" Charging Petrol [] ["charging.belt.slip"] [] => ["charging.belt_slip"];
    "pedal hard, nothing measured" Brakes Petrol [] ["brakes.pedal.hard"] [] => ["brakes.booster_fault"];
    "on-board charger" TractionBattery Bev [] [] ["P0D58"] => ["traction_battery.onboard_charger_fault"];
    "inverter performance" TractionBattery Bev [] [] ["P0A78"] => ["traction_battery.inverter_fault"];
    "water in fuel on a truck" Engine Diesel [] [] ["SPN97-31"] => ["engine.water_in_fuel"];
    "reductant heater" Aftertreatment Diesel [] [] ["P20B9"] => ["aftertreatment.fluid_heater_fault"];
    "turbo actuator" Engine Diesel [] [] ["P2563", "P0234"] => ["engine.boost_control_stuck"];
    "camshaft position actuator" Engine Petrol [] [] ["P0011"] => ["engine.cam_phaser_stuck"];
};

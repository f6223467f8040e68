//! The faults that the plant can have: how far each moves readings at its full extent, and which codes a control unit stores.

/// One fault.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// The failure mode's name, `component.mode`.
    pub name: &'static str,
    pub sensor: bool,
    pub powertrains: &'static [&'static str],
    /// The components that may draw attention by it.
    pub attention: &'static [&'static str],
    /// Reading and shift at full extent, in the reading's unit.
    pub shifts: &'static [(&'static str, f64)],
    /// Codes of which one may be stored, and how often the unit finds the fault at its full extent.
    pub codes: &'static [(&'static [&'static str], f64)],
    /// The signal that becomes implausible.
    pub breaks: Option<&'static str>,
}

impl Fault {
    /// The component that fails.
    pub fn home(&self) -> &'static str {
        self.name.split('.').next().unwrap_or_default()
    }
}

const PETROL: &[&str] = &["PETROL", "HYBRID"];
const DIESEL: &[&str] = &["DIESEL"];
const ENGINE: &[&str] = &["PETROL", "DIESEL", "HYBRID"];
const ELECTRIC: &[&str] = &["BEV", "HYBRID"];
const ALL: &[&str] = &["PETROL", "DIESEL", "HYBRID", "BEV"];

macro_rules! faults {
    ($($kind:ident $name:literal $powertrains:ident [$($attention:literal),*] {$($reading:literal: $shift:expr),*} ($([$($code:literal),*] $share:literal),*) $breaks:expr;)*) => {
        /// Every fault.
        pub const FAULTS: &[Fault] = &[$(Fault {
            name: $name,
            sensor: matches!(stringify!($kind).as_bytes(), b"sensor"),
            powertrains: $powertrains,
            attention: &[$($attention),*],
            shifts: &[$(($reading, $shift)),*],
            codes: &[$((&[$($code),*], $share)),*],
            breaks: $breaks,
        }),*];
    };
}

faults! {
    // Cooling.
    fault "cooling.leak" ENGINE ["cooling", "cooling", "lubrication"] {"coolant level": -65.0, "coolant": 22.0, "rise under load": 6.0, "rise at idle": 4.0} (["P2560", "P0217"] 0.35) None;
    fault "cooling.thermostat_stuck_open" ENGINE ["cooling"] {"coolant": -24.0, "consumption": 0.09, "regenerations finished": -25.0, "heater air": -14.0} (["P0128", "P0125", "P0126"] 0.85) None;
    fault "cooling.thermostat_stuck_closed" ENGINE ["cooling"] {"coolant": 30.0, "rise under load": 14.0, "rise at idle": 7.0, "lower hose": -48.0} (["P0217"] 0.6) None;
    fault "cooling.fan_failure" ENGINE ["cooling"] {"coolant": 18.0, "rise at idle": 15.0} (["P0480", "P0481", "P0691", "P0692"] 0.6) None;
    fault "cooling.water_pump_failure" ENGINE ["cooling"] {"coolant": 26.0, "rise under load": 15.0, "rise at idle": 6.0, "coolant level": -28.0, "pump noise": 20.0, "lower hose": -22.0} (["P0217"] 0.4) None;
    fault "cooling.radiator_clogged" ENGINE ["cooling", "cooling", "transmission"] {"coolant": 19.0, "rise under load": 16.0, "rise at idle": 2.0} (["P0217"] 0.15) None;
    fault "cooling.head_gasket" ENGINE ["cooling"] {"combustion gas": 700.0, "coolant level": -50.0, "coolant": 18.0, "rise under load": 11.0, "compression": -2.8, "misfires": 4.0} (["P0217"] 0.25) None;
    sensor "cooling.temperature_sensor_fault" ENGINE ["cooling"] {} (["P0115", "P0116", "P0117", "P0118", "P0119"] 0.9) Some("Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature");
    sensor "cooling.level_sensor_fault" ALL ["cooling"] {} (["P2556", "P2557", "P2558", "SPN111-3", "SPN111-4"] 0.9) Some("Vehicle.OBD.EngineCoolantLevel");
    // 12 V battery and charging.
    fault "battery_12v.sulphation" ENGINE ["battery_12v"] {"battery resistance": 6.5, "rest": -0.55, "capacity after charge": -52.0, "recovery": 1.0} () None;
    fault "battery_12v.shorted_cell" ENGINE ["battery_12v"] {"cell step": -2.6, "rest": -2.2, "battery resistance": 1.5, "capacity after charge": -60.0, "charging": -0.7} () None;
    fault "battery_12v.parasitic_drain" ENGINE ["battery_12v"] {"asleep current": 260.0, "rest": -0.85} () None;
    fault "battery_12v.terminal_corrosion" ENGINE ["battery_12v"] {"terminal resistance": 7.0, "battery resistance": 2.5, "ripple": 90.0} () None;
    fault "battery_12v.undercharged" ENGINE ["battery_12v"] {"rest": -0.75} () None;
    fault "battery_12v.starter_circuit" ENGINE ["battery_12v"] {"cranking": -0.5} (["P0615", "P0616", "P0617"] 0.92) None;
    sensor "battery_12v.voltage_sensor_fault" ENGINE ["battery_12v"] {} (["SPN168-3", "SPN168-4", "P058A"] 0.85) Some("Vehicle.LowVoltageBattery.CurrentVoltage");
    fault "charging.alternator_worn" ENGINE ["charging", "charging", "battery_12v"] {"charging": -2.0, "rest": -0.7, "ripple": 60.0} (["P0620", "P0621", "P0622", "P0562"] 0.65) None;
    fault "charging.alternator_diode" ENGINE ["charging"] {"ripple": 700.0, "charging": -1.3, "asleep current": 45.0, "rest": -0.3} (["P0561"] 0.3) None;
    fault "charging.belt_slip" ENGINE ["charging"] {"belt slip": 9.0, "charging": -1.5, "rest": -0.35, "rise at idle": 3.0} () None;
    fault "charging.regulator_overcharge" ENGINE ["charging"] {"charging": 2.0} (["P0563"] 0.7) None;
    fault "charging.cable_resistance" ENGINE ["charging"] {"cable drop": 1.2, "charging": -1.2, "rest": -0.4} () None;
    fault "charging.converter_fault" ELECTRIC ["charging", "battery_12v"] {"charging": -1.9, "rest": -0.7} (["P0A94", "P0A09", "P0A10", "P0A08"] 0.9) None;
    // Engine.
    fault "engine.ignition_misfire" PETROL ["engine"] {"misfires": 14.0, "idle unrest": 60.0, "fuel trim": 4.0} (["P0300", "P0301", "P0302", "P0303", "P0304"] 0.85) None;
    fault "engine.injector_fault" ENGINE ["engine"] {"misfires": 9.0, "idle unrest": 45.0} (["P0201", "P0202", "P0203", "P0204", "P0261"] 0.85) None;
    fault "engine.compression_loss" ENGINE ["engine"] {"compression": -6.5, "misfires": 7.0, "idle unrest": 45.0, "consumption": 0.12} (["P0301", "P0302", "P0303"] 0.45) None;
    fault "engine.vacuum_leak" PETROL ["engine"] {"fuel trim": 24.0, "idle unrest": 45.0, "misfires": 1.5} (["P0171", "P0174"] 0.75) None;
    fault "engine.air_filter_clogged" ENGINE ["engine"] {"air mass": -0.24, "consumption": 0.16} (["P0101"] 0.3) None;
    fault "engine.timing_chain_stretch" ENGINE ["engine"] {"idle unrest": 26.0} (["P0016", "P0017", "P0018"] 0.93) None;
    fault "engine.turbo_underboost" ENGINE ["engine"] {"boost": -0.33, "air mass": -0.12, "consumption": 0.09} (["P0299"] 0.8) None;
    fault "engine.fuel_supply" ENGINE ["engine"] {"rail pressure": -0.35, "misfires": 2.5, "fuel trim": 12.0} (["P0087"] 0.75) None;
    fault "engine.egr_stuck" ENGINE ["engine"] {"idle unrest": 25.0, "soot": 22.0, "NOx after": 60.0} (["P0401", "P0402", "P0403", "P0404"] 0.93) None;
    fault "engine.glow_plug_fault" DIESEL ["engine"] {"idle unrest": 22.0} (["P0380", "P0671", "P0672", "P0673"] 0.95) None;
    fault "engine.throttle_fault" ENGINE ["engine"] {"idle unrest": 30.0} (["P2101", "P2119", "P0121", "P2112"] 0.95) None;
    fault "engine.vapour_system_leak" PETROL ["engine"] {"fuel trim": 3.0} (["P0440", "P0442", "P0455", "P0456"] 0.95) None;
    fault "engine.boost_control_stuck" ENGINE ["engine"] {"boost": 0.32} (["P0234", "P0045", "P2562"] 0.8) None;
    fault "engine.cam_phaser_stuck" ENGINE ["engine"] {"idle unrest": 28.0} (["P0010", "P0011", "P0014", "P0021"] 0.94) None;
    fault "engine.water_in_fuel" DIESEL ["engine"] {"water in filter": 60.0, "rail pressure": -0.1, "misfires": 2.0} (["P2269", "SPN97-31"] 0.6) None;
    sensor "engine.speed_sensor_fault" ENGINE ["engine"] {"idle unrest": 12.0} (["P0335", "P0336", "P0340", "P0341"] 0.96) None;
    sensor "engine.air_mass_sensor_fault" ENGINE ["engine"] {"idle unrest": 12.0} (["P0100", "P0103", "P0104"] 0.95) None;
    sensor "engine.oxygen_sensor_fault" PETROL ["engine"] {"consumption": 0.08} (["P0130", "P0131", "P0135", "P0141"] 0.95) None;
    sensor "engine.manifold_pressure_sensor_fault" ENGINE ["engine"] {} (["P0106", "P0107", "P0108"] 0.95) None;
    sensor "engine.pedal_sensor_fault" ALL ["engine"] {} (["P2122", "P2127", "P2138"] 0.97) None;
    // Lubrication.
    fault "lubrication.oil_degraded" ENGINE ["lubrication"] {"oil life": -55.0, "engine oil": 16.0, "oil pressure": -0.16} () None;
    fault "lubrication.pump_wear" ENGINE ["lubrication"] {"oil pressure": -0.62, "engine oil": 22.0} (["P0524", "SPN100-1"] 0.6) None;
    fault "lubrication.oil_leak" ENGINE ["lubrication"] {"oil level": -55.0, "oil pressure": -0.2, "engine oil": 9.0} (["SPN98-1", "P250F"] 0.3) None;
    fault "lubrication.fuel_dilution" ENGINE ["lubrication"] {"fuel in oil": 8.0, "oil level": 40.0, "oil pressure": -0.2} () None;
    fault "lubrication.oil_cooler_clogged" ENGINE ["lubrication"] {"engine oil": 45.0} (["P0298"] 0.3) None;
    fault "lubrication.filter_clogged" ENGINE ["lubrication"] {"filter drop": 2.4, "oil pressure": -0.28} (["SPN99-0"] 0.3) None;
    sensor "lubrication.pressure_sensor_fault" ENGINE ["lubrication"] {} (["P0520", "P0521", "P0522", "P0523"] 0.9) Some("Vehicle.Powertrain.CombustionEngine.EOP");
    sensor "lubrication.temperature_sensor_fault" ENGINE ["lubrication"] {} (["P0195", "P0196", "P0197", "P0198"] 0.9) Some("Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature");
    // Transmission.
    fault "transmission.clutch_slip" ENGINE ["transmission"] {"slip": 13.0, "clutch wear": 65.0, "transmission oil": 10.0, "consumption": 0.06} (["P0811", "P0894"] 0.5) None;
    fault "transmission.fluid_degraded" ENGINE ["transmission"] {"transmission oil": 45.0, "shift time": 330.0, "slip": 1.2} (["P0218"] 0.4) None;
    fault "transmission.torque_converter" ENGINE ["transmission"] {"slip": 6.0, "transmission oil": 33.0} (["P0740", "P0741", "P0742", "P0744"] 0.93) None;
    fault "transmission.solenoid_fault" ENGINE ["transmission"] {"shift time": 260.0} (["P0750", "P0753", "P0755", "P0758"] 0.93, ["P0731", "P0732", "P0733"] 0.35) None;
    fault "transmission.fluid_leak" ENGINE ["transmission"] {"gear fluid": -40.0, "slip": 4.0, "shift time": 150.0, "transmission oil": 18.0} () None;
    fault "transmission.cooler_clogged" ENGINE ["transmission"] {"transmission oil": 48.0} (["P0218"] 0.4) None;
    fault "transmission.clutch_actuator_fault" ENGINE ["transmission"] {"shift time": 200.0} (["P0900", "P0902", "P0810"] 0.95) None;
    sensor "transmission.temperature_sensor_fault" ENGINE ["transmission"] {} (["P0710", "P0711", "P0712", "P0713"] 0.93) Some("Vehicle.Powertrain.Transmission.Temperature");
    // Brakes.
    fault "brakes.pad_wear" ALL ["brakes"] {"pads": 68.0, "brake fluid": -16.0} () None;
    fault "brakes.hydraulic_leak" ALL ["brakes"] {"brake fluid": -65.0, "pedal travel": 5.0} () None;
    fault "brakes.caliper_drag" ALL ["brakes", "brakes", "tyres"] {"disc temperature": 330.0, "pad difference": 4.0, "pads": 22.0, "tyre heat": 13.0} () None;
    fault "brakes.disc_warped" ALL ["brakes"] {"disc runout": 150.0, "wheel vibration": 1.5} () None;
    fault "brakes.abs_unit" ALL ["brakes"] {"anti-lock lamp": 1.2} (["C0110", "C0121", "C0265"] 0.95) None;
    fault "brakes.air_leak" DIESEL ["brakes"] {"brake air": -480.0, "pedal travel": 1.5} (["SPN117-1", "SPN118-1"] 0.7) None;
    fault "brakes.booster_fault" ALL ["brakes"] {"pedal force": 190.0, "pedal travel": 1.0} (["P0556", "P0557"] 0.4) None;
    fault "brakes.air_compressor_worn" DIESEL ["brakes"] {"air build-up": 45.0, "brake air": -180.0} () None;
    sensor "brakes.abs_sensor" ALL ["brakes"] {"anti-lock lamp": 1.1} (["C0035", "C0040", "C0045", "C0050"] 0.95) None;
    // Suspension and tyres.
    fault "suspension.damper_wear" ALL ["suspension"] {"damping": -42.0, "cupping": 0.9, "knocking": 0.6, "tread across": 1.1} () None;
    fault "suspension.air_leak" DIESEL ["suspension"] {"ride height": -45.0, "compressor duty": 32.0} () None;
    fault "suspension.joint_play" ALL ["suspension", "suspension", "tyres"] {"knocking": 3.0, "tread across": 1.8, "cupping": 0.3} () None;
    fault "suspension.spring_broken" ALL ["suspension"] {"ride height": -48.0, "knocking": 1.6} () None;
    fault "suspension.anti_roll_link_worn" ALL ["suspension"] {"link play": 2.6, "knocking": 0.9} () None;
    fault "tyres.slow_leak" ALL ["tyres"] {"tyre pressure": -65.0, "weekly loss": 28.0, "tyre heat": 4.0} () None;
    fault "tyres.puncture" ALL ["tyres"] {"tyre pressure": -150.0, "hourly loss": 90.0, "weekly loss": 12.0, "tyre heat": 13.0} () None;
    fault "tyres.tread_worn" ALL ["tyres"] {"tread": -5.6} () None;
    fault "tyres.misalignment" ALL ["tyres"] {"tread across": 4.0, "tread": -1.8} () None;
    fault "tyres.wheel_imbalance" ALL ["tyres"] {"wheel vibration": 9.0} () None;
    fault "tyres.wheel_bearing" ALL ["tyres"] {"wheel hum": 24.0, "tyre heat": 10.0, "wheel vibration": 1.8} () None;
    fault "tyres.overinflated" ALL ["tyres"] {"tyre pressure": 85.0} () None;
    sensor "tyres.pressure_sensor_fault" ALL ["tyres"] {} (["C0750", "C0755", "C0760"] 0.85) Some("Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure");
    // Aftertreatment.
    fault "aftertreatment.dpf_clogged" DIESEL ["aftertreatment", "aftertreatment", "engine"] {"soot": 95.0, "filter pressure": 1.6, "consumption": 0.12, "boost": -0.06} (["P2002", "P2463", "P246C"] 0.6) None;
    fault "aftertreatment.regeneration_blocked" DIESEL ["aftertreatment"] {"regenerations finished": -65.0, "soot": 85.0, "fuel in oil": 3.5, "oil level": 12.0} (["P2458", "P2459", "P24A4"] 0.5) None;
    fault "aftertreatment.scr_efficiency_low" DIESEL ["aftertreatment"] {"NOx after": 330.0} (["P20EE"] 0.8, ["P204F", "P2047"] 0.5) None;
    fault "aftertreatment.def_quality" DIESEL ["aftertreatment"] {"urea": -12.0, "NOx after": 230.0} (["P207F"] 0.7) None;
    fault "aftertreatment.def_empty" DIESEL ["aftertreatment"] {"exhaust fluid": -75.0} (["P203F", "SPN1761-1"] 0.6) None;
    fault "aftertreatment.dosing_nozzle_crystallised" DIESEL ["aftertreatment"] {"deposits": 5.0, "NOx after": 210.0} (["P2047"] 0.2) None;
    fault "aftertreatment.fluid_pump_fault" DIESEL ["aftertreatment"] {"NOx after": 150.0} (["P208A", "P20E8", "P20E9"] 0.93) None;
    fault "aftertreatment.catalyst_aged" PETROL ["aftertreatment"] {} (["P0420", "P0430"] 0.96) None;
    fault "aftertreatment.exhaust_leak" ENGINE ["aftertreatment"] {"exhaust blowing": 2.6, "fuel trim": 7.0} () None;
    fault "aftertreatment.oxidation_catalyst_aged" DIESEL ["aftertreatment"] {"catalyst heat": -170.0, "soot": 38.0, "regenerations finished": -18.0} () None;
    sensor "aftertreatment.nox_sensor_fault" DIESEL ["aftertreatment"] {"NOx after": 50.0} (["P2200", "P2201", "P2202", "P229F"] 0.95) None;
    sensor "aftertreatment.pressure_sensor_fault" DIESEL ["aftertreatment"] {} (["P2452", "P2453", "P2454", "P2455"] 0.95) None;
    sensor "aftertreatment.temperature_sensor_fault" DIESEL ["aftertreatment"] {} (["P2031", "P2032", "P2033"] 0.95) None;
    // Traction battery.
    fault "traction_battery.capacity_fade" ELECTRIC ["traction_battery"] {"capacity": -30.0} (["P0A7F", "P0A80"] 0.5) None;
    fault "traction_battery.cell_imbalance" ELECTRIC ["traction_battery"] {"cells apart": 0.16, "capacity": -12.0} () None;
    fault "traction_battery.cooling_fault" ELECTRIC ["traction_battery"] {"pack temperature": 32.0} (["P0A93", "P0A81"] 0.65) None;
    fault "traction_battery.insulation_fault" ELECTRIC ["traction_battery"] {"insulation": -2900.0} (["P0AA6"] 0.9) None;
    fault "traction_battery.contactor_fault" ELECTRIC ["traction_battery"] {} (["P0AA1", "P0AA4", "P0AA0"] 0.95) None;
    fault "traction_battery.interlock_open" ELECTRIC ["traction_battery"] {} (["P0A0A", "P0A0C", "P0A0D"] 0.95) None;
    fault "traction_battery.inverter_fault" ELECTRIC ["traction_battery"] {} (["P0A78", "P0A79", "P0BCD"] 0.96) None;
    fault "traction_battery.onboard_charger_fault" ELECTRIC ["traction_battery"] {"charges broken off": 80.0} (["P0D58", "P0D59", "P0CF4"] 0.8) None;
    sensor "traction_battery.temperature_sensor_fault" ELECTRIC ["traction_battery"] {} (["P0A9C", "P0A9D", "P0AC6"] 0.96) None;
    sensor "traction_battery.cell_sensing_fault" ELECTRIC ["traction_battery"] {} (["P0B3B", "P0B3D"] 0.9) Some("Vehicle.Powertrain.TractionBattery.CellVoltage.Max");
}

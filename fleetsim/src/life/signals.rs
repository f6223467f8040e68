//! What vehicles say, in three dialects: canonical VSS paths, OBD-II parameters, and decoded J1939 names.
//!
//! Resolutions are those of SAE J1979 and J1939-71 where they say one; standard deviations of the noise are those of
//! the public logs in steady stretches. Every signal has a plain VSS path, whatever dialect a vehicle speaks.

use super::class::Class;

/// How a vehicle's device names what it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// VSS paths, protocol `GENERIC`.
    Vss,
    /// OBD-II parameters, protocol `OBD2`; what OBD-II does not have is not sent.
    Obd2,
    /// Decoded J1939 parameter names, protocol `GENERIC`.
    J1939,
}

/// A signal's names and how it is measured.
pub(crate) struct Sensor {
    pub(crate) path: &'static str,
    /// OBD-II parameter and what its unit is multiplied by.
    pub(crate) pid: Option<&'static str>,
    /// J1939 parameter name.
    pub(crate) j1939: Option<&'static str>,
    /// Resolution, in the canonical unit.
    pub(crate) step: f64,
    /// Digits behind the point that the resolution needs.
    pub(crate) digits: usize,
    /// Standard deviation of the noise, in the canonical unit.
    pub(crate) noise: f64,
}

macro_rules! signals {
    ($($name:ident: $path:literal, $pid:expr, $j1939:expr, $step:expr, $digits:literal, $noise:expr;)*) => {
        /// A signal.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Signal { $(#[doc = $path] $name,)* }

        impl Signal {
            /// All of them.
            pub const ALL: [Self; [$($path),*].len()] = [$(Self::$name),*];
        }

        const SENSORS: [Sensor; Signal::ALL.len()] = [$(Sensor {
            path: $path, pid: $pid, j1939: $j1939, step: $step, digits: $digits, noise: $noise,
        }),*];
    };
}

/// A byte that spans 100 %.
const PERCENT_BYTE: f64 = 100.0 / 255.0;

signals! {
    Speed: "Vehicle.Speed", Some("PID_0D"), Some("Wheel-Based Vehicle Speed"), 1.0, 0, 0.15;
    Odometer: "Vehicle.TraveledDistance", Some("PID_A6"), Some("Total Vehicle Distance"), 100.0, 0, 0.0;
    Air: "Vehicle.Exterior.AirTemperature", Some("PID_46"), Some("Ambient Air Temperature"), 1.0, 0, 0.3;
    Barometer: "Vehicle.OBD.BarometricPressure", Some("PID_33"), Some("Barometric Pressure"), 1.0, 0, 0.2;
    BatteryVoltage: "Vehicle.LowVoltageBattery.CurrentVoltage", Some("PID_42"), Some("Battery Potential / Power Input 1"), 0.0195, 4, 0.01;
    BatteryCurrent: "Vehicle.LowVoltageBattery.CurrentCurrent", None, Some("Net Battery Current"), 1.0, 0, 0.6;
    ChargingVoltage: "Vehicle.OBD.ChargingSystemVoltage", None, Some("Charging System Potential (Voltage)"), 0.05, 2, 0.03;
    Rpm: "Vehicle.Powertrain.CombustionEngine.Speed", Some("PID_0C"), Some("Engine Speed"), 0.25, 2, 1.5;
    Load: "Vehicle.OBD.EngineLoad", Some("PID_04"), Some("Engine Percent Load At Current Speed"), PERCENT_BYTE, 3, 0.7;
    Throttle: "Vehicle.Powertrain.CombustionEngine.TPS", Some("PID_11"), None, PERCENT_BYTE, 3, 0.25;
    Pedal: "Vehicle.Chassis.Accelerator.PedalPosition", Some("PID_49"), Some("Accelerator Pedal Position 1"), 0.4, 1, 0.3;
    Manifold: "Vehicle.Powertrain.CombustionEngine.MAP", Some("PID_0B"), Some("Engine Intake Manifold #1 Pressure"), 1.0, 0, 0.7;
    AirFlow: "Vehicle.Powertrain.CombustionEngine.MAF", Some("PID_10"), Some("Engine Intake Air Mass Flow Rate"), 0.01, 2, 0.05;
    Coolant: "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature", Some("PID_05"), Some("Engine Coolant Temperature"), 1.0, 0, 0.12;
    CoolantLevel: "Vehicle.OBD.EngineCoolantLevel", None, Some("Engine Coolant Level"), 0.4, 1, 1.5;
    FanSpeed: "Vehicle.OBD.FanSpeed", None, Some("Estimated Percent Fan Speed"), 0.4, 1, 0.5;
    Intake: "Vehicle.OBD.IntakeTemp", Some("PID_0F"), Some("Engine Intake Air Temperature"), 1.0, 0, 0.15;
    OilTemperature: "Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature", Some("PID_5C"), Some("Engine Oil Temperature 1"), 1.0, 0, 0.3;
    OilPressure: "Vehicle.Powertrain.CombustionEngine.EOP", None, Some("Engine Oil Pressure"), 4.0, 0, 4.0;
    Crankcase: "Vehicle.OBD.CrankcasePressure", None, Some("Engine Crankcase Pressure"), 0.05, 2, 0.15;
    ShortTrim: "Vehicle.OBD.ShortTermFuelTrim1", Some("PID_06"), None, 0.78125, 5, 0.0;
    LongTrim: "Vehicle.OBD.LongTermFuelTrim1", Some("PID_07"), None, 0.78125, 5, 0.2;
    Timing: "Vehicle.OBD.TimingAdvance", Some("PID_0E"), None, 0.5, 1, 0.8;
    FuelRate: "Vehicle.OBD.FuelRate", Some("PID_5E"), Some("Engine Fuel Rate"), 0.05, 2, 0.05;
    FuelLevel: "Vehicle.Powertrain.FuelSystem.RelativeLevel", Some("PID_2F"), Some("Fuel Level 1"), 0.4, 1, 0.8;
    RunTime: "Vehicle.OBD.RunTime", Some("PID_1F"), None, 1.0, 0, 0.0;
    RailPressure: "Vehicle.OBD.FuelRailPressureDirect", Some("PID_23"), None, 10.0, 0, 250.0;
    Exhaust: "Vehicle.OBD.ExhaustGasTemperature", None, Some("Engine Exhaust Gas Temperature"), 1.0, 0, 3.0;
    Catalyst: "Vehicle.OBD.Catalyst.Bank1.Temperature1", Some("PID_3C"), None, 0.1, 1, 1.5;
    EngineHours: "Vehicle.Powertrain.CombustionEngine.EngineHours", None, Some("Engine Total Hours of Operation"), 0.05, 2, 0.0;
    Gear: "Vehicle.Powertrain.Transmission.CurrentGear", None, Some("Transmission Current Gear"), 1.0, 0, 0.0;
    GearboxTemperature: "Vehicle.Powertrain.Transmission.Temperature", None, Some("Transmission Oil Temperature"), 1.0, 0, 0.4;
    ClutchSlip: "Vehicle.OBD.TransmissionSlip", None, Some("Percent Clutch Slip"), 0.4, 1, 0.5;
    PadLeft: "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear", None, Some("brake_pad_wear_fl"), 4.0, 0, 2.0;
    PadRight: "Vehicle.Chassis.Axle.Row1.Wheel.Right.Brake.PadWear", None, Some("brake_pad_wear_fr"), 4.0, 0, 2.0;
    BrakeFluid: "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.FluidLevel", None, None, 1.0, 0, 1.0;
    BrakePedal: "Vehicle.Chassis.Brake.PedalPosition", None, Some("Brake Pedal Position"), 0.4, 1, 0.0;
    DiscTemperature: "Vehicle.OBD.BrakeDiscTemperatureFront", None, None, 1.0, 0, 3.0;
    BrakeAir: "Vehicle.OBD.BrakeAirPressure1", None, Some("Service Brake Circuit 1 Air Pressure"), 8.0, 0, 5.0;
    AbsError: "Vehicle.ADAS.ABS.IsError", None, None, 1.0, 0, 0.0;
    Bounce: "Vehicle.Acceleration.Vertical", None, None, 0.01, 2, 0.05;
    TyreFrontLeft: "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", None, Some("tire_pressure_fl"), 2.5, 1, 1.5;
    TyreFrontRight: "Vehicle.Chassis.Axle.Row1.Wheel.Right.Tire.Pressure", None, Some("tire_pressure_fr"), 2.5, 1, 1.5;
    TyreRearLeft: "Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.Pressure", None, Some("tire_pressure_rl"), 2.5, 1, 1.5;
    TyreRearRight: "Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", None, Some("tire_pressure_rr"), 2.5, 1, 1.5;
    TyreTemperature: "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Temperature", None, Some("tire_temp_fl"), 1.0, 0, 0.8;
    FilterPressure: "Vehicle.Powertrain.CombustionEngine.DieselParticulateFilter.DeltaPressure", None, Some("DPF Differential Pressure"), 100.0, 0, 90.0;
    FilterTemperature: "Vehicle.Powertrain.CombustionEngine.DieselParticulateFilter.InletTemperature", None, Some("Aftertreatment 1 Diesel Particulate Filter Intake Temperature"), 1.0, 0, 3.0;
    SootLoad: "Vehicle.OBD.DPF.SootLoad", None, Some("Aftertreatment 1 Diesel Particulate Filter Soot Load Percent"), 1.0, 0, 2.0;
    SinceRegeneration: "Vehicle.OBD.DPF.DistanceSinceRegeneration", None, None, 1.0, 0, 0.0;
    Regenerates: "Vehicle.OBD.DPF.IsRegenerating", None, None, 1.0, 0, 0.0;
    DefLevel: "Vehicle.Powertrain.CombustionEngine.DieselExhaustFluid.Level", None, Some("Aftertreatment 1 Diesel Exhaust Fluid Tank Volume"), 0.4, 1, 1.0;
    NoxIn: "Vehicle.OBD.NOxInlet", None, Some("Aftertreatment 1 Engine Intake NOx 1"), 1.0, 0, 15.0;
    NoxOut: "Vehicle.OBD.NOxOutlet", None, Some("Aftertreatment 1 Outlet NOx 1"), 1.0, 0, 6.0;
    PackCharge: "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current", None, None, 0.5, 1, 0.1;
    PackHealth: "Vehicle.Powertrain.TractionBattery.StateOfHealth", None, None, 1.0, 0, 1.0;
    PackVoltage: "Vehicle.Powertrain.TractionBattery.CurrentVoltage", None, None, 0.5, 1, 0.3;
    PackCurrent: "Vehicle.Powertrain.TractionBattery.CurrentCurrent", None, None, 0.25, 2, 0.3;
    PackTemperature: "Vehicle.Powertrain.TractionBattery.Temperature.Average", None, None, 1.0, 0, 0.2;
    CellLow: "Vehicle.Powertrain.TractionBattery.CellVoltage.Min", None, None, 0.001, 3, 0.001;
    CellHigh: "Vehicle.Powertrain.TractionBattery.CellVoltage.Max", None, None, 0.001, 3, 0.001;
    Throughput: "Vehicle.Powertrain.TractionBattery.AccumulatedChargedThroughput", None, None, 1.0, 0, 0.0;
    IsCharging: "Vehicle.Powertrain.TractionBattery.Charging.IsCharging", None, None, 1.0, 0, 0.0;
    MotorTemperature: "Vehicle.Powertrain.ElectricMotor.Front.Temperature", None, None, 1.0, 0, 0.4;
    MotorSpeed: "Vehicle.Powertrain.ElectricMotor.Front.Speed", None, None, 1.0, 0, 4.0;
    Range: "Vehicle.Powertrain.Range", None, None, 1_000.0, 0, 500.0;
}

/// How many there are.
pub(crate) const SIGNALS: usize = Signal::ALL.len();

impl Signal {
    /// How it is named and measured.
    pub(crate) fn sensor(self) -> &'static Sensor {
        &SENSORS[self as usize]
    }

    /// The VSS path.
    #[must_use]
    pub fn path(self) -> &'static str {
        self.sensor().path
    }

    /// Its name in a dialect, or none where the dialect lacks it.
    #[must_use]
    pub fn name(self, dialect: Dialect) -> Option<&'static str> {
        match dialect {
            Dialect::Vss => Some(self.sensor().path),
            Dialect::Obd2 => self.sensor().pid,
            Dialect::J1939 => self.sensor().j1939,
        }
    }

    /// Whether a vehicle of the class has the sensor; small cars have fewer.
    pub(crate) fn is_in(self, class: Class, dialect: Dialect) -> bool {
        if self.name(dialect).is_none() {
            return false;
        }
        let everywhere = matches!(
            self,
            Self::Speed
                | Self::Odometer
                | Self::Air
                | Self::BatteryVoltage
                | Self::TyreFrontLeft
                | Self::TyreFrontRight
                | Self::TyreRearLeft
                | Self::TyreRearRight
                | Self::GearboxTemperature
        );
        let electric = (Self::PackCharge as u8..=Self::Range as u8).contains(&(self as u8));
        let diesel = (Self::FilterPressure as u8..=Self::NoxOut as u8).contains(&(self as u8));
        let chassis = (Self::PadLeft as u8..=Self::Bounce as u8).contains(&(self as u8)) && self != Self::BrakeAir;
        match class {
            Class::ElectricCar => everywhere || electric || chassis || self == Self::TyreTemperature,
            Class::PetrolCar => {
                let rich = matches!(
                    self,
                    Self::BatteryCurrent
                        | Self::ChargingVoltage
                        | Self::CoolantLevel
                        | Self::FanSpeed
                        | Self::Crankcase
                        | Self::RailPressure
                        | Self::Exhaust
                        | Self::EngineHours
                        | Self::PadLeft
                        | Self::PadRight
                        | Self::BrakeAir
                        | Self::TyreTemperature
                );
                !electric && !diesel && !rich
            }
            Class::DieselVan => {
                let other = matches!(
                    self,
                    Self::ShortTrim
                        | Self::LongTrim
                        | Self::Timing
                        | Self::Catalyst
                        | Self::EngineHours
                        | Self::BrakeAir
                        | Self::ChargingVoltage
                        | Self::Exhaust
                );
                !electric && !other
            }
            Class::HeavyTruck => !electric,
        }
    }

    /// Whether it is sent with every twentieth record only: it changes slowly.
    pub(crate) fn is_slow(self) -> bool {
        matches!(
            self,
            Self::Odometer
                | Self::Barometer
                | Self::FuelLevel
                | Self::EngineHours
                | Self::PadLeft
                | Self::PadRight
                | Self::BrakeFluid
                | Self::DefLevel
                | Self::SinceRegeneration
                | Self::PackHealth
                | Self::Throughput
                | Self::Range
                | Self::AbsError
                | Self::TyreFrontLeft
                | Self::TyreFrontRight
                | Self::TyreRearLeft
                | Self::TyreRearRight
                | Self::TyreTemperature
                | Self::CoolantLevel
        )
    }
}

/// A value as a dialect writes it: in which unit (where the name does not say it), with how many digits. Some OBD-II and
/// J1939 parameters count kilometres and kilopascals where VSS counts metres and pascals.
pub(crate) fn in_dialect(signal: Signal, dialect: Dialect, value: f64) -> (f64, usize, Option<&'static str>) {
    match (signal, dialect) {
        (Signal::Odometer, Dialect::Obd2) => (value / 1_000.0, 1, None),
        (Signal::Odometer, Dialect::J1939) => (value / 1_000.0, 1, Some("km")),
        (Signal::FilterPressure, Dialect::J1939) => (value / 1_000.0, 1, Some("kPa")),
        _ => (value, signal.sensor().digits, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_enough_for_each_resolution() {
        for signal in Signal::ALL {
            let sensor = signal.sensor();
            let scaled = sensor.step * 10_f64.powi(i32::try_from(sensor.digits).unwrap());
            let clean = (scaled - scaled.round()).abs() < 0.25;
            assert!(clean && scaled >= 0.99, "{signal:?} {scaled}");
        }
    }

    #[test]
    fn classes_differ_in_what_they_send() {
        let count = |class, dialect| Signal::ALL.iter().filter(|signal| signal.is_in(class, dialect)).count();
        assert!(count(Class::PetrolCar, Dialect::Obd2) >= 18);
        assert!(count(Class::PetrolCar, Dialect::Vss) > count(Class::PetrolCar, Dialect::Obd2));
        assert!(count(Class::HeavyTruck, Dialect::J1939) >= 35);
        assert!(count(Class::ElectricCar, Dialect::Vss) >= 25);
        assert!(!Signal::ClutchSlip.is_in(Class::PetrolCar, Dialect::Obd2));
        assert!(!Signal::Rpm.is_in(Class::ElectricCar, Dialect::Vss));
        assert_eq!(
            in_dialect(Signal::Odometer, Dialect::J1939, 1_500.0),
            (1.5, 1, Some("km"))
        );
    }
}

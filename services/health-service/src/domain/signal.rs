//! The signals that health reads, as small numbers: a record is an array and a bit mask, never a map of texts.

use prognostics::snapshot::{Fields, Portable};

use super::trained::{Quantity, Sample};

macro_rules! signals {
    ($($name:ident = $path:literal, $unit:literal;)*) => {
        /// A signal of the canonical vocabulary (COVESA VSS paths) that a rule reads.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Signal { $(#[doc = $path] $name,)* }

        impl Signal {
            /// Every signal, in the order of its number.
            pub const ALL: [Self; [$($path),*].len()] = [$(Self::$name),*];

            /// Its VSS path.
            #[must_use]
            pub fn path(self) -> &'static str {
                match self { $(Self::$name => $path,)* }
            }

            /// The canonical unit of its values.
            #[must_use]
            pub fn unit(self) -> &'static str {
                match self { $(Self::$name => $unit,)* }
            }

            /// The signal of a VSS path, if a rule reads it.
            #[must_use]
            pub fn from_path(path: &str) -> Option<Self> {
                match path { $($path => Some(Self::$name),)* _ => None }
            }
        }
    };
}

signals! {
    Speed = "Vehicle.Speed", "km/h";
    TraveledDistance = "Vehicle.TraveledDistance", "m";
    AirTemperature = "Vehicle.Exterior.AirTemperature", "Celsius";
    EngineSpeed = "Vehicle.Powertrain.CombustionEngine.Speed", "rpm";
    EngineRunning = "Vehicle.Powertrain.CombustionEngine.IsRunning", "0/1";
    EngineLoad = "Vehicle.OBD.EngineLoad", "percent";
    IntakeTemperature = "Vehicle.OBD.IntakeTemp", "Celsius";
    ShortTrim1 = "Vehicle.OBD.ShortTermFuelTrim1", "percent";
    LongTrim1 = "Vehicle.OBD.LongTermFuelTrim1", "percent";
    ShortTrim2 = "Vehicle.OBD.ShortTermFuelTrim2", "percent";
    LongTrim2 = "Vehicle.OBD.LongTermFuelTrim2", "percent";
    CoolantTemperature = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature", "Celsius";
    CoolantLevel = "Vehicle.OBD.EngineCoolantLevel", "percent";
    OilPressure = "Vehicle.Powertrain.CombustionEngine.EOP", "kPa";
    OilTemperature = "Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature", "Celsius";
    OilLevel = "Vehicle.OBD.EngineOilLevel", "percent";
    SootLoad = "Vehicle.OBD.DPF.SootLoad", "percent";
    ExhaustFluidLevel = "Vehicle.Powertrain.CombustionEngine.DieselExhaustFluid.Level", "percent";
    TransmissionTemperature = "Vehicle.Powertrain.Transmission.Temperature", "Celsius";
    ClutchWear = "Vehicle.Powertrain.Transmission.ClutchWear", "percent";
    TransmissionSlip = "Vehicle.OBD.TransmissionSlip", "percent";
    PadWearFrontLeft = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear", "percent";
    PadWearFrontRight = "Vehicle.Chassis.Axle.Row1.Wheel.Right.Brake.PadWear", "percent";
    PadWearRearLeft = "Vehicle.Chassis.Axle.Row2.Wheel.Left.Brake.PadWear", "percent";
    PadWearRearRight = "Vehicle.Chassis.Axle.Row2.Wheel.Right.Brake.PadWear", "percent";
    BrakeFluidLevel = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.FluidLevel", "percent";
    BrakeAirPressure1 = "Vehicle.OBD.BrakeAirPressure1", "kPa";
    BrakeAirPressure2 = "Vehicle.OBD.BrakeAirPressure2", "kPa";
    AbsError = "Vehicle.ADAS.ABS.IsError", "0/1";
    TyrePressureFrontLeft = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", "kPa";
    TyrePressureFrontRight = "Vehicle.Chassis.Axle.Row1.Wheel.Right.Tire.Pressure", "kPa";
    TyrePressureRearLeft = "Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.Pressure", "kPa";
    TyrePressureRearRight = "Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", "kPa";
    BatteryVoltage = "Vehicle.LowVoltageBattery.CurrentVoltage", "V";
    BatteryCharge = "Vehicle.OBD.LowVoltageBatteryStateOfCharge", "percent";
    ChargingVoltage = "Vehicle.OBD.ChargingSystemVoltage", "V";
    TractionHealth = "Vehicle.Powertrain.TractionBattery.StateOfHealth", "percent";
    CellVoltageMin = "Vehicle.Powertrain.TractionBattery.CellVoltage.Min", "V";
    CellVoltageMax = "Vehicle.Powertrain.TractionBattery.CellVoltage.Max", "V";
    VerticalAcceleration = "Vehicle.Acceleration.Vertical", "m/s^2";
}

/// How many signals there are.
pub const SIGNALS: usize = Signal::ALL.len();

/// The values of one instant: present signals are marked in a mask, so taking a record apart allocates nothing.
#[derive(Debug, Clone, Copy)]
pub struct Readings {
    values: [f64; SIGNALS],
    present: u64,
    /// Signals with a trust below 1, and the least trust among them, for the few records that have any.
    doubted: u64,
    doubt: [f32; SIGNALS],
    /// Signals flagged as jumping or stuck by the service that took them in.
    flagged: u64,
    /// What trained models read of the record; it knows quantities that no rule reads.
    pub sample: Sample,
}

impl Default for Readings {
    fn default() -> Self {
        Self {
            values: [0.0; SIGNALS],
            present: 0,
            doubted: 0,
            doubt: [1.0; SIGNALS],
            flagged: 0,
            sample: Sample::default(),
        }
    }
}

impl Readings {
    /// Sets a value; one that is not finite is as good as absent.
    pub fn set(&mut self, signal: Signal, value: f64) {
        if value.is_finite() {
            self.values[signal as usize] = value;
            self.present |= 1 << signal as u8;
        }
    }

    /// The value of a signal, if present.
    #[must_use]
    pub fn get(&self, signal: Signal) -> Option<f64> {
        (self.present & (1 << signal as u8) != 0).then(|| self.values[signal as usize])
    }

    /// Takes a signal out, as if it had not come.
    pub fn withdraw(&mut self, signal: Signal) {
        self.present &= !(1 << signal as u8);
        if let Some(quantity) = Quantity::from_path(signal.path()) {
            self.sample.withdraw(quantity);
        }
    }

    /// Says how far a value is to be trusted, 0..=1.
    pub fn doubt(&mut self, signal: Signal, trust: f64) {
        self.doubted |= 1 << signal as u8;
        self.doubt[signal as usize] = if trust.is_finite() {
            trust.clamp(0.0, 1.0) as f32
        } else {
            0.0
        };
    }

    /// How far a value is to be trusted; 1 unless said otherwise.
    #[must_use]
    pub fn trust(&self, signal: Signal) -> f64 {
        if self.doubted & (1 << signal as u8) == 0 {
            1.0
        } else {
            f64::from(self.doubt[signal as usize])
        }
    }

    /// Marks a signal as behaving like a broken sensor.
    pub fn flag(&mut self, signal: Signal) {
        self.flagged |= 1 << signal as u8;
    }

    /// Whether it was marked so.
    #[must_use]
    pub fn is_flagged(&self, signal: Signal) -> bool {
        self.flagged & (1 << signal as u8) != 0
    }

    /// Which signals and which quantities of trained models the record speaks of.
    #[must_use]
    pub fn spoken(&self) -> Spoken {
        Spoken {
            signals: self.present | self.flagged,
            quantities: self.sample.mask(),
        }
    }

    /// Takes out what was spoken of already.
    pub fn without(&mut self, spoken: Spoken) {
        self.present &= !spoken.signals;
        self.flagged &= !spoken.signals;
        self.sample.withdraw_all(spoken.quantities);
    }

    /// Whether no signal is present.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.present == 0
    }

    /// The signals present, by number.
    pub fn iter(&self) -> impl Iterator<Item = Signal> + use<> {
        let mut left = self.present;
        std::iter::from_fn(move || {
            (left != 0).then(|| {
                let number = left.trailing_zeros() as usize;
                left &= left - 1;
                Signal::ALL[number]
            })
        })
    }
}

/// What the records of one instant have spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spoken {
    signals: u64,
    quantities: u64,
}

impl Spoken {
    /// Adds what another record of the instant speaks of. False if it speaks of nothing new.
    pub fn add(&mut self, other: Self) -> bool {
        let before = *self;
        self.signals |= other.signals;
        self.quantities |= other.quantities;
        *self != before
    }
}

impl Portable for Spoken {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.u64(&mut self.signals);
        fields.u64(&mut self.quantities);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_numbers_belong_together() {
        const { assert!(SIGNALS <= 64, "the mask holds 64 signals") }
        for (number, signal) in Signal::ALL.iter().enumerate() {
            assert_eq!(*signal as usize, number);
            assert_eq!(Signal::from_path(signal.path()), Some(*signal));
        }
        assert_eq!(Signal::from_path("Vehicle.Width"), None);
    }

    #[test]
    fn readings_are_walked_by_number() {
        let mut readings = Readings::default();
        readings.set(Signal::BatteryVoltage, 12.4);
        readings.set(Signal::Speed, 0.0);
        readings.set(Signal::OilPressure, f64::NAN);
        assert_eq!(
            readings.iter().collect::<Vec<_>>(),
            [Signal::Speed, Signal::BatteryVoltage]
        );
        readings.withdraw(Signal::Speed);
        assert_eq!(readings.get(Signal::Speed), None);
    }
}

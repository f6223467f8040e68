//! What trained models read of a record: an array and a bit mask, as [`crate::domain::signal`], with more signals.

macro_rules! quantities {
    ($($name:ident = $path:literal;)*) => {
        /// A quantity, by its canonical VSS path and in its canonical unit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Quantity { $(#[doc = $path] $name,)* }

        impl Quantity {
            /// All of them, in the order of their numbers.
            pub const ALL: [Self; [$($path),*].len()] = [$(Self::$name),*];

            /// The quantity of a canonical path, if a model reads it.
            #[must_use]
            pub fn from_path(path: &str) -> Option<Self> {
                match path { $($path => Some(Self::$name),)* _ => None }
            }

            /// Its canonical path.
            #[must_use]
            pub fn path(self) -> &'static str {
                match self { $(Self::$name => $path,)* }
            }
        }
    };
}

quantities! {
    Speed = "Vehicle.Speed";
    Odometer = "Vehicle.TraveledDistance";
    Air = "Vehicle.Exterior.AirTemperature";
    BatteryVoltage = "Vehicle.LowVoltageBattery.CurrentVoltage";
    Rpm = "Vehicle.Powertrain.CombustionEngine.Speed";
    Load = "Vehicle.OBD.EngineLoad";
    FuelRate = "Vehicle.OBD.FuelRate";
    Coolant = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature";
    CoolantLevel = "Vehicle.OBD.EngineCoolantLevel";
    FanSpeed = "Vehicle.OBD.FanSpeed";
    OilTemperature = "Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature";
    OilPressure = "Vehicle.Powertrain.CombustionEngine.EOP";
    Crankcase = "Vehicle.OBD.CrankcasePressure";
    ShortTrim = "Vehicle.OBD.ShortTermFuelTrim1";
    LongTrim = "Vehicle.OBD.LongTermFuelTrim1";
    Manifold = "Vehicle.Powertrain.CombustionEngine.MAP";
    AirFlow = "Vehicle.Powertrain.CombustionEngine.MAF";
    RailPressure = "Vehicle.OBD.FuelRailPressureDirect";
    Gear = "Vehicle.Powertrain.Transmission.CurrentGear";
    GearboxTemperature = "Vehicle.Powertrain.Transmission.Temperature";
    ClutchSlip = "Vehicle.OBD.TransmissionSlip";
    PadLeft = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear";
    PadRight = "Vehicle.Chassis.Axle.Row1.Wheel.Right.Brake.PadWear";
    BrakeFluid = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.FluidLevel";
    BrakePedal = "Vehicle.Chassis.Brake.PedalPosition";
    DiscTemperature = "Vehicle.OBD.BrakeDiscTemperatureFront";
    AbsError = "Vehicle.ADAS.ABS.IsError";
    Bounce = "Vehicle.Acceleration.Vertical";
    TyreFrontLeft = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure";
    TyreFrontRight = "Vehicle.Chassis.Axle.Row1.Wheel.Right.Tire.Pressure";
    TyreRearLeft = "Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.Pressure";
    TyreRearRight = "Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure";
    FilterPressure = "Vehicle.Powertrain.CombustionEngine.DieselParticulateFilter.DeltaPressure";
    FilterTemperature = "Vehicle.Powertrain.CombustionEngine.DieselParticulateFilter.InletTemperature";
    SootLoad = "Vehicle.OBD.DPF.SootLoad";
    NoxIn = "Vehicle.OBD.NOxInlet";
    NoxOut = "Vehicle.OBD.NOxOutlet";
    PackCharge = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current";
    PackHealth = "Vehicle.Powertrain.TractionBattery.StateOfHealth";
    PackVoltage = "Vehicle.Powertrain.TractionBattery.CurrentVoltage";
    PackCurrent = "Vehicle.Powertrain.TractionBattery.CurrentCurrent";
    PackTemperature = "Vehicle.Powertrain.TractionBattery.Temperature.Average";
    CellLow = "Vehicle.Powertrain.TractionBattery.CellVoltage.Min";
    CellHigh = "Vehicle.Powertrain.TractionBattery.CellVoltage.Max";
    MotorTemperature = "Vehicle.Powertrain.ElectricMotor.Front.Temperature";
    MotorSpeed = "Vehicle.Powertrain.ElectricMotor.Front.Speed";
}

/// How many there are.
pub const QUANTITIES: usize = Quantity::ALL.len();

/// The quantities of one record.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    values: [f32; QUANTITIES],
    /// The odometer is a large number: kept in full.
    odometer_m: f64,
    present: u64,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            values: [0.0; QUANTITIES],
            odometer_m: 0.0,
            present: 0,
        }
    }
}

impl Sample {
    /// Sets a value; one that is not finite is as good as absent.
    pub fn set(&mut self, quantity: Quantity, value: f64) {
        if value.is_finite() {
            self.values[quantity as usize] = value as f32;
            self.present |= 1 << quantity as u8;
            if quantity == Quantity::Odometer {
                self.odometer_m = value;
            }
        }
    }

    /// The value, if present.
    #[must_use]
    pub fn get(&self, quantity: Quantity) -> Option<f32> {
        (self.present & (1 << quantity as u8) != 0).then(|| self.values[quantity as usize])
    }

    /// The odometer in km, if present.
    #[must_use]
    pub fn odometer_km(&self) -> Option<f64> {
        self.get(Quantity::Odometer).map(|_| self.odometer_m / 1_000.0)
    }

    /// Takes a value out, as if it had not come.
    pub fn withdraw(&mut self, quantity: Quantity) {
        self.present &= !(1 << quantity as u8);
    }

    /// Which quantities are present, by number.
    #[must_use]
    pub fn mask(&self) -> u64 {
        self.present
    }

    /// Takes all quantities of a mask out.
    pub fn withdraw_all(&mut self, mask: u64) {
        self.present &= !mask;
    }

    /// Forgets all values.
    pub fn clear(&mut self) {
        self.present = 0;
    }
}

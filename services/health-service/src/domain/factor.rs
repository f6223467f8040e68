//! Risk factors: what speaks against a component, in which direction, and how much of the score it takes.

use prognostics::snapshot::{Fields, Portable};

use super::Micros;
use super::component::ComponentKind;
use super::signal::Signal;

/// Whether the observed value lies above or below what is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

macro_rules! factors {
    ($($name:ident = $code:literal, $direction:ident, [$($signal:ident)?], $text:expr;)*) => {
        /// The kinds of risk factor. The text may name `{observed}` and `{expected}`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum FactorKind { $(#[doc = $code] $name,)* }

        impl FactorKind {
            pub(super) const ALL: [Self; [$($code),*].len()] = [$(Self::$name),*];

            /// The stable code, by which others know it.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Where the observed value lies.
            #[must_use]
            pub fn direction(self) -> Direction {
                match self { $(Self::$name => Direction::$direction,)* }
            }

            /// The signal that it rests on; none for a forecast, which rests on how all of the component's signals have changed.
            #[must_use]
            pub fn signal(self) -> Option<Signal> {
                match self { $(Self::$name => None$(.or(Some(Signal::$signal)))?,)* }
            }

            fn template(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

factors! {
    CoolantHigh = "cooling.coolant_temperature.high", Up, [CoolantTemperature],
        "Coolant is at {observed} °C; this engine holds {expected} °C in this use.";
    CoolantRisen = "cooling.coolant_temperature.high", Up, [CoolantTemperature],
        "Coolant has been at {observed} °C over half an hour of driving; this engine holds {expected} °C.";
    CoolantOverheating = "cooling.coolant_temperature.overheating", Up, [CoolantTemperature],
        "Coolant is at {observed} °C, near or in the overheating range that starts at {expected} °C.";
    CoolantCold = "cooling.coolant_temperature.low", Down, [CoolantTemperature],
        "Coolant is only at {observed} °C after a long run; {expected} °C or more is expected.";
    CoolantLevelLow = "cooling.coolant_level.low", Down, [CoolantLevel],
        "Coolant level is {observed} %; {expected} % or more is expected.";
    RestVoltageLow = "battery_12v.rest_voltage.low", Down, [BatteryVoltage],
        "The battery rests at {observed} V before the start; {expected} V or more is expected.";
    CrankingVoltageLow = "battery_12v.cranking_voltage.low", Down, [BatteryVoltage],
        "The battery falls to {observed} V while cranking; {expected} V or more is expected.";
    RecoverySlow = "battery_12v.recovery.slow", Up, [BatteryVoltage],
        "The voltage needs {observed} s to come back after the start; {expected} s is expected at most.";
    BatteryChargeLow = "battery_12v.charge.low", Down, [BatteryCharge],
        "The battery is charged to {observed} %; {expected} % or more is expected.";
    ChargingLow = "charging.voltage.low", Down, [BatteryVoltage],
        "Charging voltage is {observed} V while the engine runs; {expected} V or more is expected.";
    ChargingHigh = "charging.voltage.high", Up, [BatteryVoltage],
        "Charging voltage is {observed} V while the engine runs; {expected} V is expected at most.";
    FuelTrimLean = "engine.fuel_trim.lean", Up, [LongTrim1],
        "The engine adds {observed} % fuel to hold its mixture; {expected} % is expected at most.";
    FuelTrimRich = "engine.fuel_trim.rich", Down, [LongTrim1],
        "The engine takes back fuel ({observed} %) to hold its mixture; {expected} % is expected at least.";
    OilPressureLow = "lubrication.oil_pressure.low", Down, [OilPressure],
        "Oil pressure is {observed} times what this engine speed asks for.";
    OilTemperatureHigh = "lubrication.oil_temperature.high", Up, [OilTemperature],
        "Oil is at {observed} °C; {expected} °C is expected at most.";
    OilLevelLow = "lubrication.oil_level.low", Down, [OilLevel],
        "Oil level is {observed} %; {expected} % or more is expected.";
    TransmissionHot = "transmission.oil_temperature.high", Up, [TransmissionTemperature],
        "The transmission is at {observed} °C; {expected} °C is expected at most.";
    TransmissionSlip = "transmission.slip.high", Up, [TransmissionSlip],
        "The clutch slips by {observed} %; {expected} % is expected at most.";
    ClutchWorn = "transmission.clutch_wear.high", Up, [ClutchWear],
        "The clutch is worn to {observed} %.";
    PadsWornFrontLeft = "brakes.pad_wear.high", Up, [PadWearFrontLeft],
        "The front left brake pads are worn to {observed} %.";
    PadsWornFrontRight = "brakes.pad_wear.high", Up, [PadWearFrontRight],
        "The front right brake pads are worn to {observed} %.";
    PadsWornRearLeft = "brakes.pad_wear.high", Up, [PadWearRearLeft],
        "The rear left brake pads are worn to {observed} %.";
    PadsWornRearRight = "brakes.pad_wear.high", Up, [PadWearRearRight],
        "The rear right brake pads are worn to {observed} %.";
    BrakeFluidLow = "brakes.fluid_level.low", Down, [BrakeFluidLevel],
        "Brake fluid is at {observed} %; {expected} % or more is expected.";
    BrakeAirLow = "brakes.air_pressure.low", Down, [BrakeAirPressure1],
        "Brake air pressure is {observed} kPa; {expected} kPa or more is expected.";
    AbsFault = "brakes.abs.fault", Up, [AbsError], "The anti-lock system reports a fault.";
    TyreLowFrontLeft = "tyres.pressure.low", Down, [TyrePressureFrontLeft],
        "The front left tyre has {observed} kPa; its axle runs at {expected} kPa.";
    TyreLowFrontRight = "tyres.pressure.low", Down, [TyrePressureFrontRight],
        "The front right tyre has {observed} kPa; its axle runs at {expected} kPa.";
    TyreLowRearLeft = "tyres.pressure.low", Down, [TyrePressureRearLeft],
        "The rear left tyre has {observed} kPa; its axle runs at {expected} kPa.";
    TyreLowRearRight = "tyres.pressure.low", Down, [TyrePressureRearRight],
        "The rear right tyre has {observed} kPa; its axle runs at {expected} kPa.";
    SootHigh = "aftertreatment.soot_load.high", Up, [SootLoad],
        "The particulate filter is loaded to {observed} %; {expected} % is expected at most.";
    ExhaustFluidLow = "aftertreatment.exhaust_fluid.low", Down, [ExhaustFluidLevel],
        "Diesel exhaust fluid is at {observed} %; {expected} % or more is expected.";
    TractionHealthLow = "traction_battery.state_of_health.low", Down, [TractionHealth],
        "The traction battery has {observed} % of its capacity left.";
    CellSpreadHigh = "traction_battery.cell_spread.high", Up, [CellVoltageMax],
        "Cell voltages lie {observed} V apart; {expected} V is expected at most.";
    ClutchSlips = "transmission.clutch_slip.high", Up, [EngineSpeed],
        "Under load the engine turns {observed} % faster than its gear asks for; {expected} % is usual in this vehicle.";
    BodyMoves = "suspension.oscillation.high", Up, [VerticalAcceleration],
        "The body moves {observed} times as much as it used to on the road; {expected} times is within what roads differ.";
    ForecastEngine = "engine.forecast.short", Down, [], FORECAST;
    ForecastCooling = "cooling.forecast.short", Down, [], FORECAST;
    ForecastLubrication = "lubrication.forecast.short", Down, [], FORECAST;
    ForecastTransmission = "transmission.forecast.short", Down, [], FORECAST;
    ForecastBrakes = "brakes.forecast.short", Down, [], FORECAST;
    ForecastBattery12v = "battery_12v.forecast.short", Down, [], FORECAST;
    ForecastCharging = "charging.forecast.short", Down, [], FORECAST;
    ForecastSuspension = "suspension.forecast.short", Down, [], FORECAST;
    ForecastTyres = "tyres.forecast.short", Down, [], FORECAST;
    ForecastAftertreatment = "aftertreatment.forecast.short", Down, [], FORECAST;
    ForecastTractionBattery = "traction_battery.forecast.short", Down, [], FORECAST;
}

/// What a trained model's warning says.
const FORECAST: &str = "The forecast, in view of how this component's signals have changed, is about {observed} km; below {expected} km it is a warning.";

impl FactorKind {
    /// What stands for a trained model's warning about a component.
    #[must_use]
    pub fn forecast_of(component: ComponentKind) -> Self {
        match component {
            ComponentKind::Engine => Self::ForecastEngine,
            ComponentKind::Cooling => Self::ForecastCooling,
            ComponentKind::Lubrication => Self::ForecastLubrication,
            ComponentKind::Transmission => Self::ForecastTransmission,
            ComponentKind::Brakes => Self::ForecastBrakes,
            ComponentKind::Battery12v => Self::ForecastBattery12v,
            ComponentKind::Charging => Self::ForecastCharging,
            ComponentKind::Suspension => Self::ForecastSuspension,
            ComponentKind::Tyres => Self::ForecastTyres,
            ComponentKind::Aftertreatment => Self::ForecastAftertreatment,
            ComponentKind::TractionBattery => Self::ForecastTractionBattery,
        }
    }

    /// Whether it stands for a trained model's warning.
    #[must_use]
    pub fn is_forecast(self) -> bool {
        self.signal().is_none()
    }

    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// One risk factor of one component.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factor {
    pub kind: FactorKind,
    /// Observed value, in the unit of the kind's signal (a ratio for oil pressure, seconds for recovery).
    pub observed: f64,
    /// What would not have counted against the component.
    pub expected: f64,
    /// How much of the score it takes, 0..=1.
    pub size: f64,
    /// Event time of the first window of the present run of windows that show it.
    pub since: Micros,
    /// Event time of the last one.
    pub until: Micros,
}

impl Factor {
    /// One English sentence.
    #[must_use]
    pub fn text(&self) -> String {
        let number = |value: f64| {
            if value.abs() < 100.0 {
                format!("{value:.1}")
            } else {
                format!("{value:.0}")
            }
        };
        self.kind
            .template()
            .replace("{observed}", &number(self.observed))
            .replace("{expected}", &number(self.expected))
    }

    /// The unit of `observed` and `expected`.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match self.kind {
            FactorKind::OilPressureLow | FactorKind::BodyMoves => "ratio",
            FactorKind::ClutchSlips => "percent",
            FactorKind::RecoverySlow => "s",
            kind => kind.signal().map_or("km", Signal::unit),
        }
    }
}

impl Default for Factor {
    fn default() -> Self {
        Self {
            kind: FactorKind::CoolantHigh,
            observed: 0.0,
            expected: 0.0,
            size: 0.0,
            since: 0,
            until: 0,
        }
    }
}

impl Portable for Factor {
    fn fields(&mut self, fields: &mut dyn Fields) {
        let mut number = self.kind as u8;
        fields.u8(&mut number);
        self.kind = FactorKind::from_number(number).unwrap_or(self.kind);
        fields.f64(&mut self.observed);
        fields.f64(&mut self.expected);
        fields.f64(&mut self.size);
        fields.i64(&mut self.since);
        fields.i64(&mut self.until);
    }
}

/// A coded action with its English text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    pub code: &'static str,
    pub text: &'static str,
}

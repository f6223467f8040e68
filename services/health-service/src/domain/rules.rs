//! The numbers that rules work with. They come from configuration; IMPLEMENTATION.md says where each was taken from.

use prognostics::degradation::WearPrior;
use prognostics::residuals::BaselinePrior;

use super::Micros;
use super::curve::Curve;
use super::models::Panels;

macro_rules! curves {
    ($($name:ident = $text:literal,)*) => {
        /// A named curve from a reading to a score.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum CurveName { $(#[doc = $text] $name,)* }

        impl CurveName {
            /// All of them, in the order of their numbers.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$name),*];

            /// The name in configuration.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

curves! {
    CoolantResidual = "coolant_residual_celsius",
    CoolantAtLoad = "coolant_at_load_celsius",
    CoolantShift = "coolant_shift_celsius",
    CoolantCold = "coolant_cold_celsius",
    CoolantAbsolute = "coolant_absolute_celsius",
    CoolantLevel = "coolant_level_percent",
    RestVoltage = "rest_voltage",
    CrankingVoltage = "cranking_voltage",
    CrankingRecovery = "cranking_recovery_s",
    Spared = "spared_km",
    Forewarned = "forewarned_km",
    BatteryCharge = "battery_charge_percent",
    ChargingLow = "charging_low_voltage",
    ChargingHigh = "charging_high_voltage",
    FuelTrim = "fuel_trim_percent",
    OilPressure = "oil_pressure_ratio",
    OilTemperature = "oil_temperature_celsius",
    OilLevel = "oil_level_percent",
    TransmissionTemperature = "transmission_temperature_celsius",
    TransmissionSlip = "transmission_slip_percent",
    ClutchWear = "clutch_wear_percent",
    PadWear = "pad_wear_percent",
    BrakeFluid = "brake_fluid_percent",
    BrakeAir = "brake_air_kpa",
    TyrePressure = "tyre_pressure_ratio",
    SootLoad = "soot_load_percent",
    ExhaustFluid = "exhaust_fluid_percent",
    TractionHealth = "traction_health_percent",
    CellSpread = "cell_spread_volt",
    GearSlip = "gear_slip_percent",
    Bounce = "bounce_ratio",
}

impl CurveName {
    /// The reading of the curve's signal at a wear of 0 (new) to 1 (at its limit), for curves that score a direct measure of wear.
    /// Warranties of traction batteries end at 70 % of the capacity: that is the limit of their wear.
    #[must_use]
    pub fn wear_reading(self, wear: f64) -> f64 {
        if self == Self::TractionHealth {
            100.0 - 30.0 * wear
        } else {
            100.0 * wear
        }
    }
}

/// All thresholds and time constants of the rules.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Curves by the number of their name.
    pub curves: Vec<Curve>,
    /// Length of a window of judgement.
    pub window_us: Micros,
    /// A pause of the data longer than this ends a trip.
    pub trip_gap_us: Micros,
    /// How many windows must agree before a score moves (1..=8).
    pub persistence: usize,
    /// How far above a floor a score must come back before its band improves.
    pub band_gap: f64,
    /// A change of the score that is told although the band stays.
    pub told_change: f64,
    /// Below this `component.degraded` is told.
    pub degraded_below: f64,
    /// Below this `component.critical` is told.
    pub critical_below: f64,
    /// At most one event per component in this time, unless worse by a band.
    pub quiet_us: Micros,
    /// What alarms again before it was calm for so long is the same alarm.
    pub calm_after_us: Micros,
    /// So long a component must be well before the end of its alarm is told.
    pub recovered_after_us: Micros,
    /// A trouble code counts until it has not been seen for this long.
    pub code_memory_us: Micros,
    /// Evidence of a condition that may recover unseen counts until it has been silent for this long.
    pub evidence_memory_us: Micros,
    /// Engine run time before temperatures are judged.
    pub settle_us: Micros,
    /// Engine run time after which an engine still cold is odd.
    pub warm_up_us: Micros,
    /// The coolant's healthy level before the vehicle has shown its own.
    pub coolant: BaselinePrior,
    /// The shape of the prior of a tyre's pressure reference (its level is the first reading).
    pub tyre: BaselinePrior,
    /// Engine oil pressure expected per 1000 rpm, warm.
    pub oil_kpa_per_1000_rpm: f64,
    /// Jumps within the memory that make a sensor faulty.
    pub sensor_jumps: f64,
    /// Time constant with which jumps are forgotten.
    pub sensor_memory_us: Micros,
    /// Score after a confirmed repair.
    pub repaired_score: f64,
    /// Score caps by trouble code: pending, confirmed minor, major, critical.
    pub code_caps: [f64; 4],
    /// What is believed of wear before any was seen.
    pub wear: WearPriors,
    /// The longest remaining life that is told, in km.
    pub horizon_km: f64,
    /// Who speaks for which component; empty: each vehicle's own wear process does.
    pub panels: Panels,
}

/// Wear priors per wearing component, per km.
#[derive(Debug, Clone)]
pub struct WearPriors {
    /// Brake pads.
    pub brakes: WearPrior,
    /// The 12 V battery.
    pub battery_12v: WearPrior,
    /// Clutch.
    pub transmission: WearPrior,
    /// Traction battery.
    pub traction_battery: WearPrior,
    /// Any other component, for the growth of its deficit once it shows one.
    pub condition: WearPrior,
}

impl Rules {
    /// The score that a curve gives to a reading.
    #[must_use]
    pub fn score(&self, name: CurveName, reading: f64) -> f64 {
        self.curves.get(name as usize).map_or(1.0, |curve| curve.score(reading))
    }

    /// Slow wear does not pull a score below this where a trained model says that the part likely still goes so far.
    #[must_use]
    pub fn spared(&self, likely_km: f64) -> f64 {
        self.score(CurveName::Spared, likely_km)
    }

    /// The reading at which a curve's best score just holds.
    #[must_use]
    pub fn expected(&self, name: CurveName) -> f64 {
        self.curves.get(name as usize).map_or(0.0, Curve::expected)
    }
}

//! What worn parts do to the physics: wear in, coefficients out. It is computed once a leg, because wear is slow.
//!
//! Each coefficient is 0 (or 1 for a factor) in a sound vehicle. The sizes at full wear are such that the vehicle then
//! really cannot go on: a leak boils the engine, a worn pump lights the oil lamp, a sulphated battery does not crank.

use super::modes::Mode;
use super::wear::Parts;

/// The effects of wear.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Faults {
    /// Least opening of the thermostat, 0..1.
    pub(crate) thermostat_open: f64,
    /// Factor of the radiator's transfer, and the level behind it, 1 full.
    pub(crate) radiator: f64,
    pub(crate) coolant_level: f64,
    /// Factor of the fan's air.
    pub(crate) fan: f64,
    /// Loss of oil's viscosity, and of the pump's pressure, as parts of them.
    pub(crate) oil_thin: f64,
    pub(crate) oil_pump: f64,
    /// Share of combustions that fail at full load.
    pub(crate) misfire: f64,
    /// Fuel that does not come, in per cent.
    pub(crate) lean_percent: f64,
    /// Loss of power, and roughness of idling in rpm.
    pub(crate) power: f64,
    pub(crate) rough_rpm: f64,
    /// Blow-by into the crankcase, in kPa.
    pub(crate) blow_by_kpa: f64,
    /// Torque (1 = all that the engine gives) at which the clutch begins to slip.
    pub(crate) clutch_holds: f64,
    pub(crate) gearbox_heat_k: f64,
    /// Pull of a dragging caliper, in N.
    pub(crate) drag_n: f64,
    pub(crate) abs_dropout: f64,
    /// Factors of the battery's resistance and of its capacity, and voltage lost at rest.
    pub(crate) battery_ohm: f64,
    pub(crate) battery_v: f64,
    /// Factor of the starter's current and seconds more of cranking.
    pub(crate) starter_a: f64,
    pub(crate) crank_s: f64,
    /// Voltage lost by dead diodes at full electrical load, and by a slipping belt.
    pub(crate) diode_v: f64,
    pub(crate) belt_v: f64,
    /// Factor of the body's vertical motion.
    pub(crate) bounce: f64,
    /// Pressure left in the leaking tyre, as a part.
    pub(crate) tyre_left: f64,
    /// Factor of the rolling radius.
    pub(crate) tread: f64,
    /// Soot that regeneration leaves, in per cent, and ash.
    pub(crate) soot_floor: f64,
    pub(crate) ash_percent: f64,
    /// Factor of the catalyst's conversion.
    pub(crate) conversion: f64,
    /// Part of the capacity that is left, factor of the pack's resistance, and spread of cells in V.
    pub(crate) capacity: f64,
    pub(crate) pack_ohm: f64,
    pub(crate) cell_spread_v: f64,
}

impl Faults {
    pub(crate) fn of(parts: &Parts) -> Self {
        let wear = |mode| parts.wear(mode);
        let (leak, compression) = (wear(Mode::CoolantLeak), wear(Mode::Compression));
        let (misfire, injector) = (wear(Mode::Misfire), wear(Mode::Injector));
        let (sulphation, starter) = (wear(Mode::Sulphation), wear(Mode::Starter));
        let (fade, imbalance) = (wear(Mode::TractionFade), wear(Mode::CellImbalance));
        let ash = wear(Mode::DpfLoading);
        Self {
            // Stuck, it stands about half open: the engine still reaches some 60 degC on a cool motorway.
            thermostat_open: 0.45 * wear(Mode::ThermostatStuckOpen),
            radiator: 10_f64.powf(-1.2 * leak),
            coolant_level: 1.0 - 0.85 * leak,
            fan: 1.0 - wear(Mode::Fan),
            oil_thin: 0.22 * wear(Mode::OilAgeing),
            oil_pump: 0.62 * wear(Mode::OilPump),
            misfire: 0.16 * misfire * misfire,
            lean_percent: 22.0 * injector,
            power: 1.0 - 0.28 * compression,
            rough_rpm: 55.0 * misfire + 30.0 * injector + 35.0 * compression,
            blow_by_kpa: 3.2 * compression,
            clutch_holds: 1.75 - 1.15 * wear(Mode::ClutchSlip),
            gearbox_heat_k: 24.0 * wear(Mode::GearboxFluid),
            drag_n: wear(Mode::CaliperDrag),
            abs_dropout: wear(Mode::AbsSensor).powi(2),
            battery_ohm: 1.0 + 1.7 * sulphation,
            battery_v: 0.75 * sulphation,
            starter_a: 1.0 + 0.55 * starter,
            crank_s: 1.8 * starter * starter + 1.2 * sulphation * sulphation,
            diode_v: 1.3 * wear(Mode::AlternatorDiode),
            belt_v: 1.9 * ((wear(Mode::Belt) - 0.5) / 0.5).max(0.0),
            bounce: 1.0 + 1.4 * wear(Mode::Damper),
            tyre_left: 1.0 - 0.55 * wear(Mode::TyreLeak),
            tread: 1.0 - 0.018 * wear(Mode::Tread),
            soot_floor: 58.0 * ash,
            ash_percent: 10.0 + 80.0 * ash,
            conversion: (1.0 - 0.7 * wear(Mode::ScrEfficiency)) * (1.0 - 0.75 * wear(Mode::DefQuality)),
            capacity: 1.0 - 0.30 * fade - 0.06 * imbalance,
            pack_ohm: 1.0 + 0.9 * fade,
            cell_spread_v: 0.22 * imbalance.powf(1.3),
        }
    }
}

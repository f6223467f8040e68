//! What to do about a component, by what speaks against it. The agent service decides; this is health's own advice.

use super::component::{Band, ComponentKind};
use super::factor::{Action, FactorKind};

const fn action(code: &'static str, text: &'static str) -> Action {
    Action { code, text }
}

const INSPECT: Action = action(
    "component.inspect",
    "Have the component inspected and read out the trouble codes.",
);

/// Recommended actions, the most urgent first; none while a component is in good health.
#[must_use]
pub fn recommend(component: ComponentKind, band: Band, factors: impl Iterator<Item = FactorKind>) -> Vec<Action> {
    let mut actions = Vec::new();
    if matches!(band, Band::Excellent | Band::Good) {
        return actions;
    }
    if band == Band::Critical {
        actions.extend(when_critical(component));
    }
    for factor in factors {
        let advice = for_factor(factor);
        if !actions.contains(&advice) {
            actions.push(advice);
        }
    }
    if actions.is_empty() {
        actions.push(INSPECT);
    }
    actions
}

fn when_critical(component: ComponentKind) -> Option<Action> {
    match component {
        ComponentKind::Cooling => Some(action(
            "cooling.stop.overheating",
            "Stop as soon as it is safe and let the engine cool down.",
        )),
        ComponentKind::Lubrication => Some(action(
            "lubrication.stop.engine",
            "Stop the engine: it may run without enough oil.",
        )),
        ComponentKind::Brakes => Some(action(
            "brakes.stop.driving",
            "Do not drive until the brakes have been repaired.",
        )),
        ComponentKind::Tyres => Some(action(
            "tyres.stop.driving",
            "Stop and correct the tyre before driving on.",
        )),
        _ => None,
    }
}

fn for_factor(factor: FactorKind) -> Action {
    use FactorKind as F;
    match factor {
        F::CoolantHigh | F::CoolantRisen | F::CoolantOverheating | F::CoolantLevelLow => action(
            "cooling.inspect.leak",
            "Check coolant level, hoses, radiator, water pump and fan; test the circuit under pressure.",
        ),
        F::CoolantCold => action(
            "cooling.inspect.thermostat",
            "Test the thermostat: it may be stuck open.",
        ),
        F::RestVoltageLow | F::CrankingVoltageLow | F::RecoverySlow | F::BatteryChargeLow => action(
            "battery_12v.test.replace",
            "Test the battery under load and charge or replace it.",
        ),
        F::ChargingLow | F::ChargingHigh => action(
            "charging.inspect.alternator",
            "Test alternator, regulator, belt and cables.",
        ),
        F::FuelTrimLean | F::FuelTrimRich => action(
            "engine.inspect.mixture",
            "Look for leaks at the intake and exhaust; test fuel pressure, injectors and air mass sensor.",
        ),
        F::OilPressureLow | F::OilLevelLow => action(
            "lubrication.check.oil",
            "Check oil level and pressure with a gauge before driving on.",
        ),
        F::OilTemperatureHigh => action("lubrication.inspect.cooler", "Check oil level, oil cooler and load."),
        F::TransmissionHot => action("transmission.inspect.fluid", "Check transmission fluid and its cooler."),
        F::TransmissionSlip | F::ClutchWorn | F::ClutchSlips => {
            action("transmission.inspect.clutch", "Have the clutch inspected.")
        }
        F::PadsWornFrontLeft | F::PadsWornFrontRight | F::PadsWornRearLeft | F::PadsWornRearRight => action(
            "brakes.replace.pads",
            "Replace the brake pads of this axle and measure the discs.",
        ),
        F::BrakeFluidLow => action(
            "brakes.inspect.fluid",
            "Check pads and hydraulics for a leak; top up brake fluid.",
        ),
        F::BrakeAirLow => action(
            "brakes.inspect.air",
            "Check compressor, dryer and lines of the air brake.",
        ),
        F::AbsFault => action("brakes.inspect.abs", "Read out and repair the anti-lock system."),
        F::TyreLowFrontLeft | F::TyreLowFrontRight | F::TyreLowRearLeft | F::TyreLowRearRight => {
            action("tyres.inspect.leak", "Correct the pressure and look for a leak.")
        }
        F::SootHigh => action("aftertreatment.regenerate.filter", "Regenerate the particulate filter."),
        F::ExhaustFluidLow => action("aftertreatment.refill.fluid", "Refill diesel exhaust fluid."),
        F::TractionHealthLow => action(
            "traction_battery.test.capacity",
            "Have the capacity of the battery measured.",
        ),
        F::BodyMoves => action(
            "suspension.inspect.dampers",
            "Test the dampers and look for play and oil leaks.",
        ),
        F::CellSpreadHigh => action(
            "traction_battery.balance.cells",
            "Balance the cells and check for a weak module.",
        ),
        // A forecast says when, not what.
        _ => INSPECT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_seen_has_advice_of_its_own() {
        for factor in FactorKind::ALL {
            assert_eq!(for_factor(factor) == INSPECT, factor.is_forecast(), "{}", factor.code());
        }
    }
}

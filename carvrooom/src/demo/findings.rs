//! What a technician reports of what was found in the simulated vehicle. The launcher alone knows both the simulator's words and the
//! platform's, so the translation stands here.

use serde_json::{Value, json};

/// Causes of the simulator, and the platform's failure modes for them.
const FAILURE_MODES: [(&str, &str); 25] = [
    ("thermostat_stuck_open", "cooling.thermostat_stuck_open"),
    ("coolant_leak", "cooling.leak"),
    ("fan", "cooling.fan_failure"),
    ("oil_ageing", "lubrication.oil_degraded"),
    ("oil_pump_wear", "lubrication.pump_wear"),
    ("misfire", "engine.ignition_misfire"),
    ("injector", "engine.injector_fault"),
    ("compression", "engine.compression_loss"),
    ("clutch_slip", "transmission.clutch_slip"),
    ("fluid_ageing", "transmission.fluid_degraded"),
    ("pad_wear", "brakes.pad_wear"),
    ("caliper_drag", "brakes.caliper_drag"),
    ("abs_sensor", "brakes.abs_sensor"),
    ("sulphation", "battery_12v.sulphation"),
    ("starter", "battery_12v.starter_circuit"),
    ("alternator_diode", "charging.alternator_diode"),
    ("belt", "charging.belt_slip"),
    ("damper_wear", "suspension.damper_wear"),
    ("tyre_leak", "tyres.slow_leak"),
    ("tread_wear", "tyres.tread_worn"),
    ("dpf_loading", "aftertreatment.dpf_clogged"),
    ("scr_efficiency", "aftertreatment.scr_efficiency_low"),
    ("def_quality", "aftertreatment.def_quality"),
    ("fade", "traction_battery.capacity_fade"),
    ("cell_imbalance", "traction_battery.cell_imbalance"),
];
/// What looking at a sound component costs, in minor units: half an hour.
const LOOKED_MINOR: u64 = 4_500;

/// The report on a visit: what was suspected is confirmed only if it was really there.
pub(super) fn report(component: &str, found: &[String], suspected: Option<&str>, job: &Value) -> Value {
    let modes: Vec<&str> = found.iter().filter_map(|cause| failure_mode(cause)).collect();
    let Some(worst) = modes.first() else {
        return json!({
            "findings": [{"component": component, "verdict": "NOT_FOUND", "action": "NONE", "parts": []}],
            "cost": {"amount_minor": LOOKED_MINOR, "currency": "EUR"},
        });
    };
    let (verdict, mode) = match suspected.filter(|suspected| modes.contains(suspected)) {
        Some(suspected) => ("CONFIRMED", suspected),
        None => ("OTHER_CAUSE", *worst),
    };
    json!({
        "findings": [{"component": component, "verdict": verdict, "action": "REPLACED", "failure_mode": mode, "parts": job["parts"]}],
        "cost": job["price"],
    })
}

fn failure_mode(cause: &str) -> Option<&'static str> {
    let known = FAILURE_MODES.iter().find(|(known, _)| *known == cause);
    known.map(|(_, mode)| *mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_there_is_confirmed() {
        let job = json!({"price": {"amount_minor": 41_500, "currency": "EUR"}, "parts": []});
        let found = ["fan".to_owned(), "coolant_leak".to_owned()];
        let confirmed = report("cooling", &found, Some("cooling.leak"), &job);
        assert_eq!(confirmed["findings"][0]["verdict"], "CONFIRMED");
        assert_eq!(confirmed["findings"][0]["failure_mode"], "cooling.leak");
        let other = report("cooling", &found, Some("cooling.thermostat_stuck_open"), &job);
        assert_eq!(other["findings"][0]["verdict"], "OTHER_CAUSE");
        assert_eq!(other["findings"][0]["failure_mode"], "cooling.fan_failure");
        let nothing = report("cooling", &[], Some("cooling.leak"), &job);
        assert_eq!(nothing["findings"][0]["verdict"], "NOT_FOUND");
        assert_eq!(nothing["cost"]["amount_minor"], LOOKED_MINOR);
    }

    #[test]
    fn every_mode_of_the_simulator_has_its_word() {
        for mode in fleetsim::life::Mode::ALL {
            let known = failure_mode(mode.cause()).expect("a word for each mode");
            assert!(known.starts_with(mode.component()), "{known}");
        }
    }
}

//! Fault cases written from the names of the faults and public trouble-code lists, not from the knowledge base's numbers,
//! and the time that the rules take for a decision.

use chrono::DateTime;

use super::component::Component;
use super::decision::{Decision, Rules, Trigger};
use super::diagnosis::ConfidenceRules;
use super::graph::{Context, Stage, Step};
use super::knowledge::KnowledgeBase;
use super::severity::Severity;
use super::symptoms::{Observations, RiskFactor};
use super::values::Evidence;
use super::vehicle::Powertrain;

pub(super) const RULES: Rules = Rules {
    confidence: ConfidenceRules {
        coverage_weight: 0.25,
        source_weight: 0.2,
    },
    review_below: 0.7,
    repeat_after_hours: 24,
    alternatives_max: 3,
    plausible_min: 0.15,
};

pub(super) fn trigger(component: Component) -> Trigger {
    Trigger {
        event_id: "evt_1".to_owned(),
        vehicle_id: "V1".to_owned(),
        component,
        asked: Severity::Warning,
        occurred_at: DateTime::UNIX_EPOCH,
        historical: false,
        manual: false,
        observations: Observations::default(),
        source_confidence: 0.9,
        rul_km: None,
        rul_days: None,
        odometer_km: None,
    }
}

fn decide(base: &KnowledgeBase, trigger: &Trigger, powertrain: Powertrain) -> Decision {
    let knowledge = base.component(trigger.component).unwrap();
    let context = Context {
        trigger,
        knowledge,
        powertrain,
        last_health_score: None,
        rules: &RULES,
        decision_id: "dec_1",
    };
    let mut stage = Stage::Triggered;
    loop {
        match stage {
            Stage::Decided { decision } => return *decision,
            other => stage = other.advance(&context).0,
        }
    }
}

struct Case {
    name: &'static str,
    component: Component,
    powertrain: Powertrain,
    /// Signal, observed, expected.
    evidence: &'static [(&'static str, f64, f64)],
    factors: &'static [&'static str],
    codes: &'static [&'static str],
    expected: &'static str,
}

const ECT: &str = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature";
const LEVEL: &str = "Vehicle.OBD.EngineCoolantLevel";
const VOLTAGE: &str = "Vehicle.LowVoltageBattery.CurrentVoltage";
const OIL_PRESSURE: &str = "Vehicle.Powertrain.CombustionEngine.EOP";

/// One line a case: name, component, powertrain, evidence, risk factors, trouble codes, expected failure mode.
macro_rules! cases {
    ($($name:literal $component:ident $powertrain:ident [$($evidence:expr),*] [$($factor:literal),*] [$($code:literal),*] => $expected:literal;)*) => {
        &[$(Case {
            name: $name, component: Component::$component, powertrain: Powertrain::$powertrain,
            evidence: &[$($evidence),*], factors: &[$($factor),*], codes: &[$($code),*], expected: $expected,
        }),*]
    };
}

#[rustfmt::skip]
const CASES: &[Case] = cases! {
    "hot and the level is falling" Cooling Petrol [(ECT, 108.0, 91.0), (LEVEL, 22.0, 75.0)] [] [] => "cooling.leak";
    "never warms up" Cooling Diesel [(ECT, 61.0, 88.0)] [] ["P0128"] => "cooling.thermostat_stuck_open";
    "hot with a fan code" Cooling Petrol [(ECT, 111.0, 92.0)] [] ["P0480"] => "cooling.fan_failure";
    "hot, and hotter when idling" Cooling Petrol [(ECT, 109.0, 92.0)] ["cooling.coolant_temperature.high_at_idle"] [] => "cooling.fan_failure";
    "sensor circuit high" Cooling Petrol [] [] ["P0118"] => "cooling.temperature_sensor_fault";
    "weak while cranking" Battery12v Petrol [(VOLTAGE, 11.7, 12.6)] ["battery_12v.cranking_voltage.low"] [] => "battery_12v.sulphation";
    "high internal resistance" Battery12v Diesel [] ["battery_12v.internal_resistance.high"] [] => "battery_12v.sulphation";
    "drained over night" Battery12v Petrol [(VOLTAGE, 11.9, 12.6)] ["battery_12v.rest_voltage.falling"] [] => "battery_12v.parasitic_drain";
    "rippling charge" Charging Petrol [("Vehicle.OBD.ChargingSystemVoltage", 13.0, 14.2)] ["charging.voltage.ripple"] [] => "charging.alternator_diode";
    "overcharging" Charging Diesel [("Vehicle.OBD.ChargingSystemVoltage", 16.2, 14.2)] [] ["P0563"] => "charging.regulator_overcharge";
    "no charge, field code" Charging Petrol [(VOLTAGE, 11.9, 14.1)] [] ["P0622"] => "charging.alternator_worn";
    "belt squeals" Charging Petrol [(VOLTAGE, 12.4, 14.1)] ["charging.belt.slip"] [] => "charging.belt_slip";
    "pads at the end" Brakes Petrol [("Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear", 94.0, 60.0)] [] [] => "brakes.pad_wear";
    "fluid gone and soft pedal" Brakes Petrol [("Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.FluidLevel", 20.0, 90.0)] ["brakes.pedal.soft"] [] => "brakes.hydraulic_leak";
    "one wheel hot, worn on one side" Brakes Diesel [("Vehicle.OBD.BrakeDiscTemperatureFront", 410.0, 180.0)] ["brakes.pad_wear.uneven"] [] => "brakes.caliper_drag";
    "right front wheel speed circuit" Brakes Petrol [] [] ["C0040"] => "brakes.abs_sensor";
    "cylinder 3 misfires" Engine Petrol [] [] ["P0303"] => "engine.ignition_misfire";
    "lean at idle" Engine Petrol [("Vehicle.OBD.LongTermFuelTrim1", 22.0, 1.0)] ["engine.idle.unstable"] ["P0171"] => "engine.vacuum_leak";
    "injector 2 open circuit" Engine Diesel [] ["engine.idle.unstable"] ["P0202"] => "engine.injector_fault";
    "underboost" Engine Diesel [("Vehicle.OBD.TurbochargerBoostPressure", 120.0, 190.0)] [] ["P0299"] => "engine.turbo_underboost";
    "cam and crank disagree" Engine Petrol [] [] ["P0016"] => "engine.timing_chain_stretch";
    "oil pressure gone, level right" Lubrication Petrol [(OIL_PRESSURE, 70.0, 310.0), ("Vehicle.OBD.EngineOilLevel", 92.0, 92.0)] ["lubrication.oil_temperature.high"] [] => "lubrication.pump_wear";
    "oil level low" Lubrication Diesel [("Vehicle.OBD.EngineOilLevel", 25.0, 80.0)] [] [] => "lubrication.oil_leak";
    "oil pressure sensor range" Lubrication Petrol [] [] ["P0521"] => "lubrication.pressure_sensor_fault";
    "oil past its life" Lubrication Petrol [] ["lubrication.oil_life.low"] [] => "lubrication.oil_degraded";
    "slipping" Transmission Diesel [("Vehicle.OBD.TransmissionSlip", 12.0, 1.0)] [] ["P0811"] => "transmission.clutch_slip";
    "hot and slow to shift" Transmission Diesel [("Vehicle.Powertrain.Transmission.Temperature", 128.0, 88.0)] ["transmission.shift_time.high"] [] => "transmission.fluid_degraded";
    "converter stuck off" Transmission Petrol [] [] ["P0741"] => "transmission.torque_converter";
    "shift solenoid B" Transmission Petrol [] ["transmission.shift.harsh"] ["P0755"] => "transmission.solenoid_fault";
    "tyre sinks over a week" Tyres Petrol [("Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", 175.0, 235.0)] ["tyres.pressure.falling"] [] => "tyres.slow_leak";
    "tyre empties in minutes" Tyres Petrol [("Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", 120.0, 235.0)] ["tyres.pressure.falling_fast"] [] => "tyres.puncture";
    "bald" Tyres Bev [] ["tyres.tread_depth.low"] [] => "tyres.tread_worn";
    "bouncing" Suspension Petrol [] ["suspension.damping.low"] [] => "suspension.damper_wear";
    "sinks while the compressor runs" Suspension Diesel [] ["suspension.ride_height.low", "suspension.compressor.busy"] [] => "suspension.air_leak";
    "soot and back pressure" Aftertreatment Diesel [("Vehicle.OBD.DPF.SootLoad", 150.0, 60.0)] [] ["P2002"] => "aftertreatment.dpf_clogged";
    "watered DEF" Aftertreatment Diesel [("Vehicle.OBD.NOxOutlet", 480.0, 60.0)] [] ["P207F"] => "aftertreatment.def_quality";
    "catalyst below threshold" Aftertreatment Petrol [] [] ["P0420"] => "aftertreatment.catalyst_aged";
    "air brake loses pressure" Brakes Diesel [("Vehicle.OBD.BrakeAirPressure1", 420.0, 850.0)] [] ["SPN117-1"] => "brakes.air_leak";
    "anti-lock pump circuit" Brakes Petrol [] ["brakes.abs.fault"] ["C0110"] => "brakes.abs_unit";
    "no rail pressure" Engine Diesel [("Vehicle.OBD.FuelRailPressureDirect", 11_000.0, 32_000.0)] [] ["P0087"] => "engine.fuel_supply";
    "crankshaft sensor" Engine Petrol [] [] ["P0335"] => "engine.speed_sensor_fault";
    "too little recirculation" Engine Diesel [] [] ["P0401"] => "engine.egr_stuck";
    "oil temperature sensor" Lubrication Petrol [] [] ["P0197"] => "lubrication.temperature_sensor_fault";
    "truck oil pressure" Lubrication Diesel [("Vehicle.OBD.EngineOilLevel", 90.0, 90.0)] ["lubrication.oil_temperature.high"] ["SPN100-1"] => "lubrication.pump_wear";
    "gearbox speed sensor" Transmission Petrol [] [] ["P0715"] => "transmission.control_fault";
    "ride height sensor circuit" Suspension Diesel [] [] ["C0611"] => "suspension.control_fault";
    "exhaust temperature sensor" Aftertreatment Diesel [] [] ["P2033"] => "aftertreatment.temperature_sensor_fault";
    "NOx sensor circuit" Aftertreatment Diesel [] [] ["P2202"] => "aftertreatment.nox_sensor_fault";
    "starter relay" Battery12v Petrol [] [] ["P0615"] => "battery_12v.starter_circuit";
    "interlock open" TractionBattery Bev [] [] ["P0A0C"] => "traction_battery.interlock_open";
    "aged pack" TractionBattery Bev [("Vehicle.Powertrain.TractionBattery.StateOfHealth", 66.0, 90.0)] [] ["P0A80"] => "traction_battery.capacity_fade";
    "isolation fault" TractionBattery Hybrid [] [] ["P0AA6"] => "traction_battery.insulation_fault";
    "hot pack" TractionBattery Bev [("Vehicle.Powertrain.TractionBattery.Temperature.Max", 58.0, 32.0)] [] [] => "traction_battery.cooling_fault";
};

fn observations(case: &Case) -> Observations {
    let time = DateTime::UNIX_EPOCH;
    let evidence = |(signal, observed, expected): &(&str, f64, f64)| Evidence {
        signal: (*signal).to_owned(),
        unit: None,
        from: time,
        to: time,
        observed: *observed,
        expected: Some(*expected),
        text: String::new(),
    };
    let factor = |code: &&str| RiskFactor {
        code: (*code).to_owned(),
        text: String::new(),
        signal: None,
        direction: None,
    };
    Observations {
        risk_factors: case.factors.iter().map(factor).collect(),
        evidence: case.evidence.iter().map(evidence).collect(),
        trouble_codes: case.codes.iter().map(|code| (*code).to_owned()).collect(),
        ..Observations::default()
    }
}

#[test]
fn the_right_failure_mode_comes_first() {
    let base = crate::knowledge::builtin().unwrap();
    let mut wrong = Vec::new();
    for case in CASES {
        let trigger = Trigger {
            observations: observations(case),
            ..trigger(case.component)
        };
        let decision = decide(&base, &trigger, case.powertrain);
        if decision.failure_mode.code != case.expected {
            wrong.push(format!(
                "{}: {} ({:.2}), not {}; then {:?}",
                case.name,
                decision.failure_mode.code,
                decision.failure_mode.probability,
                case.expected,
                decision.alternatives
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases wrong:\n{}",
        wrong.len(),
        CASES.len(),
        wrong.join("\n")
    );
}

#[test]
fn severity_follows_the_trigger_and_rises_where_driving_on_is_dangerous() {
    let base = crate::knowledge::builtin().unwrap();
    let severity = |name: &str, asked: Severity| {
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        let trigger = Trigger {
            asked,
            observations: observations(case),
            ..trigger(case.component)
        };
        let decision = decide(&base, &trigger, case.powertrain);
        (decision.severity, decision.safety_warning.map(|warning| warning.code))
    };
    let stop = |code: &str| Some(code.to_owned());
    assert_eq!(
        severity("hot and the level is falling", Severity::Critical),
        (Severity::Emergency, stop("safety.stop.overheating"))
    );
    assert_eq!(
        severity("hot and the level is falling", Severity::Warning),
        (Severity::Warning, stop("safety.stop.overheating"))
    );
    assert_eq!(
        severity("fluid gone and soft pedal", Severity::Critical),
        (Severity::Emergency, stop("safety.stop.brake_failure"))
    );
    assert_eq!(
        severity("oil pressure gone, level right", Severity::Critical).0,
        Severity::Emergency
    );
    assert_eq!(
        severity("weak while cranking", Severity::Critical).0,
        Severity::Critical
    );
    assert_eq!(severity("never warms up", Severity::Critical).0, Severity::Critical);
}

#[test]
fn overheating_of_unknown_cause_is_an_emergency_although_no_mode_is_sure() {
    let base = crate::knowledge::builtin().unwrap();
    let case = Case {
        evidence: &[(ECT, 117.0, 91.0)],
        codes: &["P0217"],
        factors: &[],
        ..*named("hot with a fan code")
    };
    let trigger = Trigger {
        asked: Severity::Critical,
        observations: observations(&case),
        ..trigger(Component::Cooling)
    };
    let decision = decide(&base, &trigger, Powertrain::Petrol);
    assert_eq!(decision.severity, Severity::Emergency);
    assert!(decision.review_required, "confidence {}", decision.confidence);
    assert!(decision.safety_warning.is_some());
    assert!(
        decision
            .reasoning
            .iter()
            .any(|reason| reason.reason.code == "reasoning.test_first")
    );
    assert!(
        decision.recommended_actions[0].code.starts_with("test."),
        "the test comes first while it is not sure"
    );
}

fn named(name: &str) -> &'static Case {
    CASES.iter().find(|case| case.name == name).unwrap()
}

#[test]
fn the_past_is_decided_but_asks_nobody_to_look() {
    let base = crate::knowledge::builtin().unwrap();
    let decision = decide(
        &base,
        &Trigger {
            historical: true,
            ..trigger(Component::Cooling)
        },
        Powertrain::Petrol,
    );
    assert!(decision.historical && !decision.review_required);
}

#[test]
fn a_run_takes_every_step_once_and_in_order() {
    let base = crate::knowledge::builtin().unwrap();
    let trigger = trigger(Component::Brakes);
    let knowledge = base.component(Component::Brakes).unwrap();
    let context = Context {
        trigger: &trigger,
        knowledge,
        powertrain: Powertrain::Bev,
        last_health_score: None,
        rules: &RULES,
        decision_id: "dec_1",
    };
    let mut stage = Stage::Triggered;
    let mut taken = vec![stage.next_step()];
    while stage.next_step() != Step::Publish {
        stage = stage.advance(&context).0;
        taken.push(stage.next_step());
    }
    assert_eq!(taken, Step::ALL);
}

/// How long the rules take; a real clock is read here.
#[cfg(test)]
mod speed {
    use super::*;

    #[test]
    fn a_decision_by_rules_takes_less_than_50_ms_at_the_99th_percentile() {
        let base = crate::knowledge::builtin().unwrap();
        let mut taken_ms: Vec<f64> = (0..2_000)
            .map(|round| {
                let case = &CASES[round % CASES.len()];
                let trigger = Trigger {
                    observations: observations(case),
                    ..trigger(case.component)
                };
                let started = std::time::Instant::now();
                let decision = decide(&base, &trigger, case.powertrain);
                assert!(decision.confidence > 0.0);
                started.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        taken_ms.sort_by(f64::total_cmp);
        let (p50, p99) = (taken_ms[1_000], taken_ms[1_980]);
        println!(
            "rules decision over {} runs: p50 {p50:.3} ms, p99 {p99:.3} ms",
            taken_ms.len()
        );
        assert!(p99 < 50.0, "p99 {p99} ms");
    }
}

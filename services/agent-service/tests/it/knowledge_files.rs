//! The loader of the knowledge base: what is right is taken, what is wrong is refused by name.

use agent_service::domain::component::Component;
use agent_service::knowledge::{builtin, load, parse};

const BRAKES: &str = include_str!("../../knowledge/brakes.toml");

fn refused(text: &str) -> String {
    parse("brakes.toml", text).expect_err("refused").to_string()
}

/// Replaces the first occurrence, which must exist.
fn with(from: &str, to: &str) -> String {
    assert!(BRAKES.contains(from), "{from}");
    BRAKES.replacen(from, to, 1)
}

#[test]
fn the_builtin_knowledge_base_is_complete() {
    let base = builtin().unwrap();
    assert!(base.mode_count() >= 120, "{} failure modes", base.mode_count());
    for component in Component::ALL {
        let knowledge = base.component(component).unwrap();
        assert!(
            knowledge.modes.len() >= 4,
            "{component:?} has {} failure modes",
            knowledge.modes.len()
        );
        for mode in &knowledge.modes {
            // Each mode has a symptom that speaks for it, or it could never lead.
            let speaks = |symptom: &&agent_service::domain::knowledge::Symptom| {
                mode.likelihood(symptom) > 3.0 * symptom.background
            };
            assert!(
                knowledge.symptoms.iter().any(|symptom| speaks(&symptom)),
                "{}",
                mode.code
            );
        }
    }
}

#[test]
fn what_endangers_people_asks_to_stop() {
    let base = builtin().unwrap();
    for (component, code) in [
        (Component::Cooling, "cooling.leak"),
        (Component::Cooling, "cooling.water_pump_failure"),
        (Component::Brakes, "brakes.hydraulic_leak"),
        (Component::Lubrication, "lubrication.pump_wear"),
        (Component::Tyres, "tyres.puncture"),
        (Component::TractionBattery, "traction_battery.insulation_fault"),
    ] {
        assert!(
            base.component(component).unwrap().mode(code).unwrap().requires_stop(),
            "{code}"
        );
    }
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    assert!(refused(&with("prior = 0.344", "prior = 0.344\npriority = 3")).contains("priority"));
    assert!(refused(&with("[inspection]", "[inspection]\nminutes = 5")).contains("minutes"));
}

#[test]
fn a_missing_key_or_action_is_refused_by_name() {
    let without = |line: &str| refused(&with(line, ""));
    assert!(without("prior = 0.344\n").contains("prior"));
    assert!(without("required_skill = \"brakes\"\n").contains("required_skill"));
    let actions = "actions = [{ code = \"action.brakes.replace_pads\", text = \"Replace the pads of the axle and check the discs.\" }]";
    assert_eq!(
        refused(&with(actions, "actions = []")),
        "brakes.toml: brakes.pad_wear: it has no action"
    );
    assert!(without(actions).contains("actions"));
}

#[test]
fn a_bad_probability_is_refused_by_name() {
    assert_eq!(
        refused(&with("prior = 0.344", "prior = 1.48")),
        "brakes.toml: brakes.pad_wear: `prior` = 1.48 is not a probability between 0 and 1"
    );
    assert!(refused(&with("background = 0.10", "background = 0.0")).contains("brakes.pad_thin: `background` = 0"));
    assert!(refused(&with("likelihood = 0.95", "likelihood = -0.2")).contains("`brakes.pad_thin` = -0.2"));
    assert!(refused(&with("likelihood = 0.95", "likelihood = nan")).contains("brakes.pad_wear"));
    assert!(refused(&with("prior = 0.344", "prior = 0.99")).contains("the priors sum to"));
}

#[test]
fn other_slips_are_refused_by_name() {
    for (from, to, named) in [
        (
            "component = \"brakes\"",
            "component = \"breaks\"",
            "`breaks` is not a component",
        ),
        (
            "currency = \"EUR\"",
            "currency = \"euro\"",
            "`euro` is not an ISO 4217 code",
        ),
        (
            "urgency = \"WITHIN_WEEK\"",
            "urgency = \"SOON\"",
            "`SOON` is not an urgency",
        ),
        (
            "required_skill = \"brakes\"",
            "required_skill = \"magic\"",
            "`magic` is not a skill",
        ),
        ("labour_hours = 1.5", "labour_hours = 0.0", "labour_hours 0"),
        ("cost_low_minor = 15000", "cost_low_minor = 99000", "is not a range"),
        ("quantity = 1", "quantity = 0", "quantity 0"),
        ("\"C0035\"", "\"C935\"", "`C935` is not a trouble code"),
        ("direction = \"UP\"", "direction = \"LEFT\"", "`LEFT`"),
        (
            "code = \"brakes.hydraulic_leak\"",
            "code = \"brakes.pad_wear\"",
            "the code is there twice",
        ),
        (
            "code = \"brakes.hydraulic_leak\"",
            "code = \"hydraulic_leak\"",
            "does not start with `brakes.`",
        ),
        (
            "{ code = \"brakes.fluid_low\", likelihood = 0.92 }",
            "{ code = \"brakes.colour\", likelihood = 0.92 }",
            "`brakes.colour` is not described",
        ),
        (
            "symptoms = [{ code = \"brakes.pedal_hard\", likelihood = 0.92 }, ",
            "symptoms = [",
            "no failure mode names this symptom",
        ),
        (
            "component = \"tyres\"",
            "component = \"brakes\"",
            "`brakes` is not another component",
        ),
        ("sources = [", "sources = []\nolder_sources = [", "older_sources"),
    ] {
        let message = refused(&with(from, to));
        assert!(message.contains(named), "{message}");
    }
}

#[test]
fn a_component_must_be_described_once() {
    assert_eq!(
        load([("brakes.toml", BRAKES)]).expect_err("refused").to_string(),
        "no data file describes the component engine"
    );
    let twice = load([("brakes.toml", BRAKES), ("more.toml", BRAKES)])
        .expect_err("refused")
        .to_string();
    assert_eq!(twice, "more.toml describes the component brakes again");
}

/// Every built-in file, with one text replaced in one of them.
fn all_with(file: &str, from: &str, to: &str) -> Vec<(&'static str, String)> {
    let files = agent_service::knowledge::files();
    let replaced = files.into_iter().map(|(name, text)| {
        if name == file {
            assert!(text.contains(from), "{from}");
            (name, text.replacen(from, to, 1))
        } else {
            (name, text.to_owned())
        }
    });
    replaced.collect()
}

fn all_refused(file: &str, from: &str, to: &str) -> String {
    let files = all_with(file, from, to);
    load(files.iter().map(|(name, text)| (*name, text.as_str())))
        .expect_err("refused")
        .to_string()
}

#[test]
fn a_causal_link_that_leads_nowhere_is_refused_by_file_and_place() {
    let tyre = "{ code = \"tyres.temperature_high\", likelihood = 0.45 }";
    let nowhere = all_refused("brakes.toml", tyre, "{ code = \"tyres.colour\", likelihood = 0.45 }");
    assert_eq!(
        nowhere,
        "brakes.toml: brakes.caliper_drag: the symptom `tyres.colour` of `tyres` is not described"
    );
    let greedy = all_refused(
        "brakes.toml",
        "component = \"tyres\", prior = 0.030",
        "component = \"tyres\", prior = 0.600",
    );
    assert!(
        greedy.starts_with("tyres.toml: prior: with the modes that show in it"),
        "{greedy}"
    );
}

#[test]
fn a_link_brings_the_cause_into_the_other_components_view() {
    let base = builtin().unwrap();
    let battery = base.component(Component::Battery12v).unwrap();
    let alternator = battery.mode("charging.alternator_worn").expect("in view");
    assert_eq!(alternator.home, Component::Charging);
    assert!(battery.symptom("charging.generator_code").is_some());
    assert!(battery.own_modes().all(|mode| mode.home == Component::Battery12v));
    let links: usize = base
        .components()
        .flat_map(|part| part.own_modes())
        .map(|mode| mode.elsewhere.len())
        .sum();
    assert!(links >= 30, "{links} causal links");
    let sensors = base
        .components()
        .flat_map(|part| part.own_modes())
        .filter(|mode| mode.sensor)
        .count();
    assert!(sensors >= 15, "{sensors} sensor faults");
}

//! Cases as the agent meets them: a trigger, a vehicle, and the truth that only the judge knows.

use chrono::DateTime;

use super::Sample;
use super::plant::{self, Amount, Kind};
use crate::domain::component::Component;
use crate::domain::decision::Trigger;
use crate::domain::knowledge::Direction;
use crate::domain::severity::Severity;
use crate::domain::symptoms::{Observations, RiskFactor};
use crate::domain::trouble_code;
use crate::domain::values::Evidence;
use crate::domain::vehicle::Powertrain;

/// A case with its truth.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    /// One of `one fault`, `sensor fault`, `two faults`, `healthy`.
    pub kind: &'static str,
    /// Whether nothing of the evidence is withheld.
    pub full: bool,
    pub trigger: Trigger,
    pub powertrain: Powertrain,
    /// The failure modes that are there; none: a healthy vehicle.
    pub truth: Vec<String>,
}

impl Case {
    /// Whether a cause is among those that are there.
    pub fn is_true(&self, cause: &str) -> bool {
        if self.truth.is_empty() {
            cause.ends_with(".unidentified")
        } else {
            self.truth.iter().any(|truth| truth == cause)
        }
    }
}

/// The kinds in the share that a generated set has them: of twenty, eleven single faults.
const MIX: [Kind; 20] = {
    use Kind::{Healthy, OneFault, SensorFault, TwoFaults};
    [
        OneFault,
        OneFault,
        SensorFault,
        OneFault,
        TwoFaults,
        OneFault,
        Healthy,
        OneFault,
        SensorFault,
        OneFault,
        OneFault,
        TwoFaults,
        OneFault,
        Healthy,
        OneFault,
        SensorFault,
        OneFault,
        TwoFaults,
        OneFault,
        Healthy,
    ]
};

/// Generated fault cases; every third has evidence missing.
pub fn generated(sample: Sample) -> Vec<Case> {
    let case = |(position, kind): (usize, &Kind)| {
        let amount = if position % 3 == 2 {
            Amount::Partial
        } else {
            Amount::Full
        };
        from_plant(plant::draw(sample.first_seed + position as u64, *kind, amount))
    };
    MIX.iter().cycle().take(sample.cases).enumerate().map(case).collect()
}

/// Faults of which nothing is seen.
pub fn without_evidence(sample: Sample) -> Vec<Case> {
    let seeds = sample.first_seed..sample.first_seed + sample.cases as u64;
    seeds
        .map(|seed| from_plant(plant::draw(seed, Kind::OneFault, Amount::Removed)))
        .collect()
}

/// Faults with which driving on is dangerous, after the defect classes of roadworthiness inspections (directive
/// 2014/45/EU, annex I: dangerous) and manufacturers' stop warnings.
const DANGEROUS: [&str; 13] = [
    "brakes.hydraulic_leak",
    "brakes.air_leak",
    "brakes.booster_fault",
    "brakes.pad_wear",
    "cooling.leak",
    "cooling.thermostat_stuck_closed",
    "cooling.water_pump_failure",
    "cooling.head_gasket",
    "lubrication.pump_wear",
    "tyres.puncture",
    "suspension.spring_broken",
    "traction_battery.insulation_fault",
    "traction_battery.inverter_fault",
];

/// Dangerous faults in critical findings, every third with evidence missing.
pub fn dangerous(sample: Sample) -> Vec<Case> {
    let seeds = sample.first_seed..;
    let case = |seed: u64| {
        let amount = if seed % 3 == 2 { Amount::Partial } else { Amount::Full };
        plant::draw(seed, Kind::OneFault, amount)
    };
    let dangerous = |case: &plant::Case| case.truth.iter().any(|fault| DANGEROUS.contains(fault));
    let mut cases: Vec<_> = seeds
        .map(case)
        .filter(dangerous)
        .take(sample.cases)
        .map(from_plant)
        .collect();
    for case in &mut cases {
        case.trigger.asked = Severity::Critical;
    }
    cases
}

fn from_plant(case: plant::Case) -> Case {
    let component = Component::from_code(&case.component).unwrap_or(Component::Engine);
    let shown = case.shown;
    let factor = |(code, signal, up): (String, String, bool)| RiskFactor {
        direction: (!signal.is_empty()).then_some(if up { Direction::Up } else { Direction::Down }),
        signal: (!signal.is_empty()).then_some(signal),
        code,
        text: String::new(),
    };
    let observations = Observations {
        risk_factors: shown.factors.into_iter().map(factor).collect(),
        evidence: shown
            .evidence
            .iter()
            .map(|(signal, observed, expected)| evidence(signal, *observed, *expected))
            .collect(),
        trouble_codes: shown
            .trouble_codes
            .iter()
            .filter_map(|code| trouble_code::normalised(code))
            .collect(),
        trouble_codes_read: Some(shown.trouble_codes_read),
        reported_present: shown.reported_present,
        reported_absent: shown.reported_absent,
    };
    Case {
        name: case.name,
        kind: match case.kind {
            Kind::OneFault => "one fault",
            Kind::SensorFault => "sensor fault",
            Kind::TwoFaults => "two faults",
            Kind::Healthy => "healthy",
        },
        full: case.amount == Amount::Full,
        trigger: trigger(component, observations, case.source_confidence),
        powertrain: Powertrain::from_code(case.powertrain),
        truth: case.truth.into_iter().map(str::to_owned).collect(),
    }
}

/// One window of a signal against what is expected of it.
pub fn evidence(signal: &str, observed: f64, expected: f64) -> Evidence {
    Evidence {
        signal: signal.to_owned(),
        unit: None,
        from: DateTime::UNIX_EPOCH,
        to: DateTime::UNIX_EPOCH,
        observed,
        expected: Some(expected),
        text: String::new(),
    }
}

/// A warning about a component with these observations.
pub fn trigger(component: Component, observations: Observations, source_confidence: f64) -> Trigger {
    Trigger {
        event_id: "evt_case".to_owned(),
        vehicle_id: "CASE".to_owned(),
        component,
        asked: Severity::Warning,
        occurred_at: DateTime::UNIX_EPOCH,
        historical: false,
        manual: true,
        observations,
        source_confidence,
        rul_km: None,
        rul_days: None,
        odometer_km: None,
    }
}

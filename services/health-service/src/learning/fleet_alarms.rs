//! What the service's own alarms are worth. Fleets are lived through record by record, as the service does it, rules and models together, and
//! the alarms that it would raise are held against what failed.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::fleet_folder::{Failure, Fleet, Heard, Vehicle, read_fleets};
use super::fleet_judging::Warnings;
use super::information_limit::true_wear;
use super::moments::{Moment, moment};
use super::progress;
use crate::artefact;
use crate::domain::component::ComponentKind;
use crate::domain::report::{Finding, What};
use crate::domain::rules::Rules;
use crate::domain::trained::{Bundle, COMPONENTS};
use crate::domain::vehicle::{self, Record};
use crate::parallel::{all_cores, in_parallel};

/// What alarms so near to the failure foretells nothing, right or wrong.
const LATE_KM: f32 = 1.0;

/// An alarm, or its end.
#[derive(Debug, Clone, PartialEq)]
enum Event {
    /// With the code of what weighed most, or a trouble code.
    Alarm(String),
    End,
}

/// What was told of which component, and at which odometer.
type Told = (ComponentKind, f64, Event);

/// From this true wear on a part is worn by half. What alarms of it is early rather than mistaken.
const HALF: f64 = 0.5;

/// Alarms and what they were worth.
#[derive(Debug, Default)]
struct Alarms {
    warnings: Warnings,
    /// Of the wrong ones those about a component of which a part was worn by half or more in truth.
    wrong_half_worn: u32,
}

impl Alarms {
    fn count(&mut self, moment: &Moment, true_wear: f64) {
        let wrong = self.warnings.count(moment);
        self.wrong_half_worn += u32::from(wrong && true_wear >= HALF);
    }

    fn add(&mut self, other: &Self) {
        self.warnings.add(&other.warnings);
        self.wrong_half_worn += other.wrong_half_worn;
    }

    fn measures(&self) -> Map<String, Value> {
        let mut measures = self.warnings.measures();
        measures.insert(EARLY.to_owned(), json!(self.wrong_half_worn));
        measures
    }

    fn counts(&self) -> Value {
        let mut counts = self.warnings.counts();
        counts[EARLY] = json!(self.wrong_half_worn);
        counts
    }
}

/// The name of that count in reports.
const EARLY: &str = "warnings_wrong_of_half_worn_parts";

/// Alarms of one component; and the same by what they rested on.
#[derive(Debug, Default)]
struct Worth {
    alarms: Alarms,
    by_factor: BTreeMap<String, Alarms>,
}

impl Worth {
    fn add(&mut self, other: Self) {
        self.alarms.add(&other.alarms);
        for (factor, alarms) in other.by_factor {
            self.by_factor.entry(factor).or_default().add(&alarms);
        }
    }

    fn measures(&self) -> Map<String, Value> {
        let mut measures = self.alarms.measures();
        let counts = |(factor, alarms): (&String, &Alarms)| (factor.clone(), alarms.counts());
        let by_factor: BTreeMap<_, _> = self.by_factor.iter().map(counts).collect();
        measures.insert("by_first_factor".to_owned(), json!(by_factor));
        measures
    }
}

/// Odometer and true wear, 0 to 1, by each cause of a component at midnight of each day.
#[derive(Default)]
struct TrueWear(Vec<Vec<(f64, f64)>>);

impl TrueWear {
    fn read(vehicle: &Vehicle, component: usize) -> anyhow::Result<Self> {
        let path = vehicle.wear_path();
        let causes = vehicle.causes[component].iter();
        causes
            .map(|cause| true_wear(&path, cause))
            .collect::<anyhow::Result<_>>()
            .map(Self)
    }

    /// The greatest, at the last midnight before this odometer.
    fn at(&self, km: f64) -> f64 {
        let last = |days: &Vec<(f64, f64)>| {
            let next = days.partition_point(|(at, _)| *at <= km);
            next.checked_sub(1).map_or(0.0, |last| days[last].1)
        };
        self.0.iter().map(last).fold(0.0, f64::max)
    }
}

/// Rules as they are configured, with these models speaking.
fn rules_with(bundles: &[Bundle]) -> anyhow::Result<Rules> {
    let config: crate::config::Config = chassis::config::load(&crate::DEFINITION, &Default::default())?;
    let panels = artefact::speaking(bundles)?;
    Ok(Rules {
        panels,
        ..config.rules()?
    })
}

/// Judges alarms on fleets.
pub(crate) fn evaluate(folder: &Path, bundles: &[Bundle]) -> anyhow::Result<Value> {
    let fleets = read_fleets(folder, true)?;
    let rules = rules_with(bundles)?;
    let vehicles: Vec<(&Fleet, &Vehicle)> = fleets
        .iter()
        .flat_map(|fleet| fleet.vehicles.iter().map(move |vehicle| (fleet, vehicle)))
        .collect();
    let bar = progress::bar(vehicles.len() as u64, "vehicles: alarms");
    let numbered = vehicles.iter().copied().enumerate().collect();
    let lived = in_parallel(all_cores(), numbered, |(number, (fleet, vehicle))| {
        let worth = of_vehicle(number as u32, vehicle, &rules);
        bar.inc(1);
        (fleet.class, worth)
    });
    bar.finish_and_clear();
    let mut by_class: BTreeMap<(&str, &str), Worth> = BTreeMap::new();
    for (class, worth) in lived {
        for (component, worth) in worth? {
            by_class.entry((class, component)).or_default().add(worth);
        }
    }
    let (mut all, mut rows) = (Alarms::default(), Vec::new());
    for ((class, component), worth) in &by_class {
        all.add(&worth.alarms);
        let mut row = worth.measures();
        row.insert("vehicle_class".to_owned(), json!(class));
        row.insert("component".to_owned(), json!(component));
        rows.push(Value::Object(row));
    }
    let mut report = all.measures();
    report.insert("vehicles".to_owned(), json!(vehicles.len()));
    report.insert("alarms_by_component_and_class".to_owned(), Value::Array(rows));
    Ok(Value::Object(report))
}

/// Has one vehicle live, and judges its alarms component by component.
fn of_vehicle(number: u32, vehicle: &Vehicle, rules: &Rules) -> anyhow::Result<Vec<(&'static str, Worth)>> {
    let (told, last_km) = live(vehicle, rules)?;
    let of_component = |kind: &ComponentKind| {
        let place = COMPONENTS.iter().position(|component| *component == kind.as_str())?;
        let own = told.iter().filter(|(of, ..)| of == kind);
        let own: Vec<(f64, &Event)> = own.map(|(_, km, event)| (*km, event)).collect();
        let wear = match own.is_empty() {
            true => Ok(TrueWear::default()),
            false => TrueWear::read(vehicle, place),
        };
        Some(wear.map(|wear| {
            (
                kind.as_str(),
                worth(number, &own, &vehicle.failures[place], &wear, last_km),
            )
        }))
    };
    ComponentKind::ALL.iter().filter_map(of_component).collect()
}

/// Holds what was told of a component against its failures.
fn worth(vehicle: u32, told: &[(f64, &Event)], failures: &[Failure], wear: &TrueWear, last_km: f64) -> Worth {
    let mut worth = Worth::default();
    for (km, event) in told {
        let (Event::Alarm(rests_on), Some(mut moment)) = (event, moment(vehicle, *km, failures)) else {
            continue;
        };
        if moment.left_km < LATE_KM {
            continue;
        }
        if moment.left_km.is_nan() {
            moment.survived_km = (last_km - km) as f32;
        }
        let wear = wear.at(*km);
        worth.alarms.count(&moment, wear);
        worth
            .by_factor
            .entry(rests_on.clone())
            .or_default()
            .count(&moment, wear);
    }
    let mut new_km = f64::NEG_INFINITY;
    for failure in failures {
        let in_time = new_km..failure.km - f64::from(LATE_KM);
        let before = told.iter().filter(|(km, _)| in_time.contains(km));
        let standing = before.fold(None, |since: Option<f64>, (km, event)| match event {
            Event::Alarm(_) => since.or(Some(*km)),
            Event::End => None,
        });
        let lead_km = standing.map_or(0.0, |since| failure.km - since);
        worth.alarms.warnings.leads_km.push(lead_km);
        new_km = failure.repaired_km;
    }
    worth
}

/// Alarms and their ends with the odometer at which they came, in order; and the odometer at the end.
fn live(vehicle: &Vehicle, rules: &Rules) -> anyhow::Result<(Vec<Told>, f64)> {
    let mut state = vehicle::Vehicle::default();
    state.describe(vehicle.kind.0, vehicle.kind.1);
    let mut renewals = vehicle.renewals.iter().peekable();
    let (mut findings, mut events, mut last_km) = (Vec::new(), Vec::new(), 0.0);
    vehicle.rows(|at, heard: &Heard| {
        while let Some((time, component)) = renewals.next_if(|(time, _)| *time <= at) {
            if let Some(kind) = ComponentKind::parse(COMPONENTS[*component]) {
                findings.push(state.repair(kind, *time, false, rules));
                findings.extend(state.end_alarm(kind, *time, false, rules));
            }
        }
        let record = Record {
            at,
            readings: heard.readings,
            codes: heard.codes.clone(),
            codes_read: !heard.codes.is_empty(),
        };
        state.observe(&record, false, rules, &mut findings);
        last_km = state.odometer_km().unwrap_or(last_km);
        events.extend(findings.drain(..).filter_map(|finding| event(&finding, last_km)));
    })?;
    Ok((events, last_km))
}

fn event(finding: &Finding, km: f64) -> Option<Told> {
    match &finding.what {
        What::Alarmed { component, .. } => {
            let first = component.factors.first().map(|factor| factor.kind.code().to_owned());
            let rests_on = first.or_else(|| component.codes.first().cloned()).unwrap_or_default();
            Some((component.kind, km, Event::Alarm(rests_on)))
        }
        What::Recovered { component, .. } => Some((component.kind, km, Event::End)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(km: f64) -> Failure {
        Failure {
            km,
            began_km: 0.0,
            cause: "x".to_owned(),
            repaired_km: km + 100.0,
        }
    }

    #[test]
    fn alarms_are_right_wrong_open_and_lead_as_worked_by_hand() {
        let (alarm, end) = (Event::Alarm("brakes.pad_wear.high".to_owned()), Event::End);
        let failures = [failure(10_000.0), failure(30_000.0)];
        let told = [
            (1_000.0, &alarm), // wrong, and it ended
            (2_000.0, &end),
            (6_000.0, &alarm),  // right
            (8_000.0, &alarm),  // right: it became worse
            (9_999.5, &alarm),  // too late to foretell anything
            (10_050.0, &alarm), // it has failed already
            (20_000.0, &alarm), // wrong
            (31_000.0, &alarm), // wrong: it lived on for 5,000 km
            (38_000.0, &alarm), // nobody knows
        ];
        // One part is worn by half from 5,000 km to its repair, another from 30,500 km on: of the wrong alarms, that of 31,000 km was early.
        let wear = TrueWear(vec![
            vec![(0.0, 0.0), (5_000.0, 0.5), (10_100.0, 0.0)],
            vec![(0.0, 0.0), (30_500.0, 0.5)],
        ]);
        let worth = worth(0, &told, &failures, &wear, 39_000.0);
        assert_eq!(worth.alarms.wrong_half_worn, 1);
        let Warnings {
            right,
            wrong,
            open,
            leads_km,
        } = worth.alarms.warnings;
        assert_eq!((right, wrong, open), (2, 3, 1));
        assert_eq!(leads_km, [4_000.0, 10_000.0]);
        assert_eq!(worth.by_factor.len(), 1);
    }

    #[test]
    fn a_fleet_is_lived_through_by_rules_and_models_together() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "vehicles.csv",
            "vehicle_id,powertrain,vehicle_class\na,PETROL,CAR\n".to_owned(),
        );
        write("repairs.csv", "vehicle_id,component,repaired_at\n".to_owned());
        write("truth/repairs.csv", "vehicle_id,cause,odometer_km,failed\n".to_owned());
        write(
            "truth/lives.csv",
            "vehicle_id,component,cause,began_km,ended_km,end\na,brakes,pad_wear,0,1100,failed\n".to_owned(),
        );
        write(
            "truth/wear/a.csv",
            "date,odometer_km,pad_wear\n2025-01-01,1000.0,0.9\n".to_owned(),
        );
        let pads = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear";
        let rows = (0..60).map(|minute| {
            let metres = 1_000_000 + 1_000 * minute;
            format!("2025-01-01T10:{minute:02}:00Z,{minute},60,{metres},100,P0128:confirmed\n")
        });
        let header = format!("timestamp,sequence,Vehicle.Speed,Vehicle.TraveledDistance,{pads},dtcs\n");
        write("telemetry/a.csv", header + &rows.collect::<String>());
        let shipped = crate::domain::trained::shipped().iter();
        let bundles: Vec<Bundle> = shipped.map(|(_, bytes)| Bundle::from_bytes(bytes).unwrap()).collect();
        let report = evaluate(folder.path(), &bundles).unwrap();
        assert_eq!((&report["failures"], &report["warnings_right"]), (&json!(1), &json!(1)));
        let rows = report["alarms_by_component_and_class"].as_array().unwrap();
        let brakes = rows.iter().find(|row| row["component"] == "brakes").unwrap();
        assert_eq!(
            brakes["by_first_factor"]["brakes.pad_wear.high"]["right"], 1,
            "{brakes}"
        );
    }
}

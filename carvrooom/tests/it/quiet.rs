//! What alarms are worth, rules and models together, as a user has them: on fleets on which nothing wears, where whatever alarms is false, and on fleets
//! that wear and are repaired by nobody before they fail.

use std::collections::BTreeMap;
use std::time::Duration;

use fleetsim::client::{Client, Patience};
use fleetsim::life::{Class, Climate, Fleet, Maintenance, Yard};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::platform::{KEY, Place, full_size, report};

const CLASSES: [Class; 4] = [
    Class::PetrolCar,
    Class::ElectricCar,
    Class::DieselVan,
    Class::HeavyTruck,
];
const CLIMATES: [Climate; 4] = [Climate::Temperate, Climate::Hot, Climate::Cold, Climate::Mountain];
/// Midnight at the begin of February 2026: cold starts, and roads that get warmer.
const START_S: i64 = 1_769_904_000;
const DAY_S: i64 = 86_400;
/// What is sent in so many seconds goes in one body.
const STEP_S: i64 = 600;
const DAYS_PER_YEAR: f64 = 365.25;

/// How many km before a failure an alarm may come.
const AHEAD_KM: f64 = 5_000.0;

/// So many vehicles of each class in each of some climates, which wear so fast.
fn yard(climates: &[Climate], each: u64, hurry: f64, sample_s: i64) -> Yard {
    let places = CLASSES
        .iter()
        .flat_map(|class| climates.iter().map(move |climate| (*class, *climate)));
    let fleet = |(class, climate): (Class, Climate)| Fleet {
        class,
        climate,
        seed: 31,
        start_s: START_S,
        sample_s,
        maintenance: Maintenance::RunToFailure,
        hurry,
        tells_starts: true,
        prefix: climate.name().to_owned(),
        ..Fleet::default()
    };
    let fleets: Vec<(Fleet, u64)> = places.map(|place| (fleet(place), each)).collect();
    Yard::new(&fleets)
}

async fn alarms(place: &Place) -> Vec<Value> {
    let mut alarms = place.events("health", "component.degraded").await;
    alarms.extend(place.events("health", "component.critical").await);
    alarms
}

fn component(alarm: &Value) -> &str {
    alarm["data"]["component"].as_str().expect("a component")
}

/// Has the fleet live for so many days, and posts what it sends. Answers how many records that was.
async fn live(place: &Place, yard: &mut Yard, days: i64) -> u64 {
    let client = Client::new(&place.url("ingestion"), KEY).expect("a client");
    let patience = Patience {
        limit: Duration::from_secs(60),
        stop: CancellationToken::new(),
    };
    for vehicle in yard.registrations() {
        client.register(&vehicle).await.expect("a registered vehicle");
    }
    let mut sent = 0;
    for step in 1..=days * DAY_S / STEP_S {
        let (body, records) = yard.advance(START_S + step * STEP_S);
        if records == 0 {
            continue;
        }
        let verdict = client.deliver(body.into(), &patience).await.expect("an answer");
        assert_eq!((verdict.accepted, verdict.rejected), (records, 0), "{verdict:?}");
        sent += records;
    }
    sent
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_vehicles_of_every_class_and_climate_alarm_nobody() {
    let (each, days) = if full_size() { (4, 45) } else { (1, 5) };
    let place = Place::new();
    let running = place.start();
    let mut yard = yard(&CLIMATES, each, 0.0, 10);
    let records = live(&place, &mut yard, days).await;
    place.drained().await;

    let alarms = alarms(&place).await;
    let mut by_component: BTreeMap<&str, u64> = BTreeMap::new();
    for alarm in &alarms {
        *by_component
            .entry(alarm["data"]["component"].as_str().expect("a component"))
            .or_default() += 1;
    }
    let vehicle_years = yard.registrations().len() as f64 * days as f64 / DAYS_PER_YEAR;
    report(
        "nuisance alarms of sound vehicles",
        json!({"vehicles": yard.registrations().len(), "days": days, "records": records, "vehicle_years": vehicle_years,
            "alarms": alarms.len(), "alarms_per_vehicle_year": alarms.len() as f64 / vehicle_years, "by_component": by_component}),
    );
    assert!(records > 50_000, "the fleet drove: {records}");
    if full_size() {
        assert!((alarms.len() as f64) < vehicle_years, "{by_component:?}");
    } else {
        assert!(alarms.is_empty(), "{alarms:#?}");
    }
    running.kill();
}

/// How alarms of one component of one class turned out.
#[derive(Default, serde::Serialize)]
struct Worth {
    failures: u64,
    /// Failures before which an alarm stood, since the part was new or the record began.
    failures_alarmed_of: u64,
    /// Alarms that a failure followed within 5,000 km.
    alarms_right: u64,
    /// Alarms after which the part went on for 5,000 km.
    alarms_wrong: u64,
    /// Alarms at the end of the record, of which nobody knows.
    alarms_open: u64,
}

/// By class and component. `alarms` are of vehicles that nobody repairs before they fail.
fn worth(yard: &Yard, alarms: &[Value]) -> BTreeMap<String, Worth> {
    let mut worth: BTreeMap<String, Worth> = BTreeMap::new();
    let class = |vehicle: &str| {
        vehicle
            .split_once('-')
            .map_or(vehicle, |(_, rest)| {
                rest.rsplit_once('-').map_or(rest, |(class, _)| class)
            })
            .to_owned()
    };
    let of =
        |alarm: &&Value, vehicle: &str, part: &str| alarm["data"]["vehicle_id"] == vehicle && component(alarm) == part;
    let at_km = |alarm: &Value| alarm["data"]["odometer_km"].as_f64().unwrap_or(0.0);
    for (number, failure) in yard.failures().iter().enumerate() {
        let same = |other: &&fleetsim::life::Failure| {
            (&other.vehicle_id, other.component) == (&failure.vehicle_id, failure.component)
        };
        let since_km = yard.failures()[..number]
            .iter()
            .rfind(same)
            .map_or(0.0, |before| before.odometer_km);
        let of_it = alarms
            .iter()
            .filter(|alarm| of(alarm, &failure.vehicle_id, failure.component));
        let stood = of_it.map(at_km).any(|km| km >= since_km && km < failure.odometer_km);
        let entry = worth
            .entry(format!("{} {}", class(&failure.vehicle_id), failure.component))
            .or_default();
        entry.failures += 1;
        entry.failures_alarmed_of += u64::from(stood);
    }
    for alarm in alarms {
        let (vehicle, km) = (alarm["data"]["vehicle_id"].as_str().expect("a vehicle"), at_km(alarm));
        let ahead = km..km + AHEAD_KM;
        let mut failures = yard
            .failures()
            .iter()
            .filter(|failure| &*failure.vehicle_id == vehicle && failure.component == component(alarm));
        let entry = worth
            .entry(format!("{} {}", class(vehicle), component(alarm)))
            .or_default();
        if failures.any(|failure| ahead.contains(&failure.odometer_km)) {
            entry.alarms_right += 1;
        } else if yard.odometer_km(vehicle).expect("a vehicle of the yard") >= ahead.end {
            entry.alarms_wrong += 1;
        } else {
            entry.alarms_open += 1;
        }
    }
    worth
}

#[tokio::test(flavor = "multi_thread")]
async fn alarms_of_fleets_that_wear_are_held_against_what_failed() {
    let (each, days) = if full_size() { (24, 150) } else { (2, 5) };
    let place = Place::new();
    let running = place.start();
    let mut yard = yard(&[Climate::Temperate], each, 1.0, 30);
    let records = live(&place, &mut yard, days).await;
    place.drained().await;
    let worth = worth(&yard, &alarms(&place).await);
    let sum = |of: fn(&Worth) -> u64| worth.values().map(of).sum::<u64>();
    assert_eq!(sum(|worth| worth.failures), yard.failures().len() as u64);
    report(
        "alarms of wearing vehicles against what failed",
        json!({"vehicles": yard.registrations().len(), "days": days, "records": records, "failures": yard.failures().len(),
            "failures_alarmed_of": sum(|worth| worth.failures_alarmed_of), "alarms_right": sum(|worth| worth.alarms_right),
            "alarms_wrong": sum(|worth| worth.alarms_wrong), "alarms_open": sum(|worth| worth.alarms_open), "by_class_and_component": worth}),
    );
    running.kill();
}

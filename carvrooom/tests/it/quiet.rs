//! Fleets on which nothing wears: whatever alarms, alarms falsely. The whole chain is looked at, rules and models together, as a user has it.

use std::collections::BTreeMap;
use std::time::Duration;

use fleetsim::client::{Client, Patience};
use fleetsim::life::{Class, Climate, Fleet, Yard};
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
const DAYS_PER_YEAR: f64 = 365.25;

/// So many sound vehicles of each class in each climate, a record in ten seconds.
fn sound(each: u64) -> Yard {
    let places = CLASSES
        .iter()
        .flat_map(|class| CLIMATES.iter().map(move |climate| (*class, *climate)));
    let fleet = |(class, climate): (Class, Climate)| Fleet {
        class,
        climate,
        seed: 31,
        start_s: START_S,
        hurry: 0.0,
        tells_starts: true,
        prefix: climate.name().to_owned(),
        ..Fleet::default()
    };
    let fleets: Vec<(Fleet, u64)> = places.map(|place| (fleet(place), each)).collect();
    Yard::new(&fleets)
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
    for hour in 1..=days * 24 {
        let (body, records) = yard.advance(START_S + hour * DAY_S / 24);
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
    let (each, days) = if full_size() { (12, 90) } else { (1, 10) };
    let place = Place::new();
    let running = place.start();
    let mut yard = sound(each);
    let records = live(&place, &mut yard, days).await;
    place.drained().await;

    let mut alarms: Vec<Value> = place.events("health", "component.degraded").await;
    alarms.extend(place.events("health", "component.critical").await);
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

//! The demo's vehicles: mixed classes in four climates, simulated on a thread of their own.

use std::path::Path;
use std::sync::mpsc;

use anyhow::Context;
use chrono::{DateTime, Utc};
use fleetsim::client::Registration;
use fleetsim::life::{Class, Climate, Fleet, Found, Maintenance, Yard};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

/// Of a hundred vehicles so many are of this class, in this climate, drive this share of the class's usual trips, and tell of themselves every
/// so many seconds.
const MIX: [(u64, Class, Climate, f64, i64); 7] = [
    (28, Class::PetrolCar, Climate::Temperate, 0.5, 60),
    (12, Class::PetrolCar, Climate::Hot, 0.5, 60),
    (10, Class::PetrolCar, Climate::Cold, 0.5, 60),
    (14, Class::ElectricCar, Climate::Temperate, 0.5, 60),
    (16, Class::DieselVan, Climate::Temperate, 0.17, 60),
    (12, Class::DieselVan, Climate::Mountain, 0.17, 60),
    (8, Class::HeavyTruck, Climate::Temperate, 0.15, 120),
];

/// Where the vehicles of a climate are at home: the sign in their ids, and the name of their fleet and depot.
fn place_of(climate: Climate) -> (&'static str, &'static str) {
    match climate {
        Climate::Temperate => ("HAM", "hamburg"),
        Climate::Hot => ("SEV", "sevilla"),
        Climate::Cold => ("KIR", "kiruna"),
        Climate::Mountain => ("INN", "innsbruck"),
    }
}

/// Where a vehicle of that id is at home; ids of older demos begin with the climate's name.
pub(super) fn home_of(vehicle_id: &str) -> &str {
    let (sign, _) = vehicle_id.split_once('-').unwrap_or_default();
    let mut places = Climate::ALL.into_iter().map(place_of);
    places.find(|(known, _)| *known == sign).map_or(sign, |(_, name)| name)
}

/// So many vehicles, in the mix's proportions.
pub(super) fn fleets(told: &Told, start_s: i64) -> Vec<(Fleet, u64)> {
    let vehicles = told.vehicles;
    let mut given = 0;
    let mut reached = 0;
    let of = |(share, class, climate, trips, sample_s): (u64, Class, Climate, f64, i64)| {
        reached += share;
        // Rounded so that all shares together are all vehicles.
        let count = (reached * vehicles).div_ceil(100).min(vehicles) - given;
        given += count;
        let place = place_of(climate);
        let fleet = Fleet {
            class,
            climate,
            seed: told.seed,
            start_s,
            sample_s,
            maintenance: Maintenance::RunToFailure,
            hurry: told.wear,
            trips,
            tells_starts: true,
            prefix: if told.short_ids { place.0 } else { climate.name() }.to_owned(),
            short_ids: told.short_ids,
        };
        (fleet, count)
    };
    MIX.into_iter().map(of).collect()
}

/// A visit to the workshop as the simulated vehicle had it. One line of a file: a later start lives through the same again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Visit {
    pub(super) appointment_id: String,
    pub(super) vehicle_id: String,
    pub(super) component: String,
    pub(super) from_s: i64,
    pub(super) until_s: i64,
    /// Causes that were found, the worst first.
    pub(super) found: Vec<String>,
}

/// What all vehicles sent in a stretch of time.
pub(super) struct Sent {
    pub(super) ndjson: Vec<u8>,
    pub(super) records: u64,
    /// Visits that fell into it, with what was found.
    pub(super) visits: Vec<Visit>,
}

enum Order {
    Advance {
        to_s: i64,
        visits: Vec<Visit>,
        reply: oneshot::Sender<Sent>,
    },
    SampleEvery(i64),
}

/// The simulation's thread; it ends when this is dropped.
pub(super) struct Garage {
    orders: mpsc::Sender<Order>,
    pub(super) registrations: Vec<Registration>,
}

impl Garage {
    /// Brings the vehicles to life, and lets them live again through what was told before `told_until_s` and the visits in it.
    pub(super) fn open(fleets: Vec<(Fleet, u64)>, lived: Vec<Visit>, told_until_s: i64) -> anyhow::Result<Self> {
        let mut yard = Yard::new(&fleets);
        let registrations = yard.registrations();
        let (orders, received) = mpsc::channel();
        let work = move || {
            for visit in &lived {
                yard.repair(&visit.vehicle_id, &visit.component, (visit.from_s, visit.until_s));
            }
            if told_until_s > yard.time_s() {
                yard.advance_unheard(told_until_s);
            }
            while let Ok(order) = received.recv() {
                match order {
                    Order::Advance { to_s, visits, reply } => {
                        // Whoever asked may have gone.
                        let _ = reply.send(advance(&mut yard, to_s, visits));
                    }
                    Order::SampleEvery(sample_s) => yard.sample_every(sample_s),
                }
            }
        };
        std::thread::Builder::new().name("vehicles".to_owned()).spawn(work)?;
        Ok(Self { orders, registrations })
    }

    /// Lets all live on until a time; these visits are made on the way.
    pub(super) fn advance(&self, to_s: i64, visits: Vec<Visit>) -> oneshot::Receiver<Sent> {
        let (reply, sent) = oneshot::channel();
        // Where the thread has gone, the receiver says so.
        let _ = self.orders.send(Order::Advance { to_s, visits, reply });
        sent
    }

    pub(super) fn sample_every(&self, sample_s: i64) {
        let _ = self.orders.send(Order::SampleEvery(sample_s));
    }
}

fn advance(yard: &mut Yard, to_s: i64, mut visits: Vec<Visit>) -> Sent {
    visits.sort_by_key(|visit| visit.from_s);
    for visit in &mut visits {
        let found = yard.repair(&visit.vehicle_id, &visit.component, (visit.from_s, visit.until_s));
        let name = |found: Found| found.cause.to_owned();
        visit.found = found.unwrap_or_default().into_iter().map(name).collect();
    }
    let (ndjson, records) = yard.advance(to_s);
    Sent {
        ndjson,
        records,
        visits,
    }
}

/// How far the demo has come: kept in the data folder, so that a second start neither simulates again nor forgets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) seed: u64,
    pub(crate) vehicles: u64,
    /// How much faster than in life parts wear.
    pub(crate) wear: f64,
    /// When history begins: a midnight.
    pub(crate) begins: DateTime<Utc>,
    /// Until when the vehicles' records were sent and all that came of them was done.
    pub(crate) until: DateTime<Utc>,
    /// True once business time has reached the present: from then on it is the wall for good.
    pub(crate) complete: bool,
    /// Short ids; the demos of older versions have long ones.
    #[serde(default)]
    pub(crate) short_ids: bool,
}

impl Told {
    const FILE: &str = "demo.told.json";

    /// What a former start has left, if there was one.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Option<Self>> {
        let path = folder.join(Self::FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(
                serde_json::from_str(&text).with_context(|| format!("{} is not readable", path.display()))?,
            )),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let path = folder.join(Self::FILE);
        let fresh = path.with_extension("new");
        std::fs::write(&fresh, serde_json::to_string(self)?)?;
        Ok(std::fs::rename(fresh, path)?)
    }
}

const VISITS: &str = "demo.visits.ndjson";

/// The visits of former starts. A line that a kill has cut short is left out.
pub(super) fn visits_of(folder: &Path) -> anyhow::Result<Vec<Visit>> {
    match std::fs::read_to_string(folder.join(VISITS)) {
        Ok(text) => Ok(text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Adds visits to the file.
pub(super) fn keep_visits(folder: &Path, visits: &[Visit]) -> anyhow::Result<()> {
    use std::io::Write;
    if visits.is_empty() {
        return Ok(());
    }
    let mut lines = String::new();
    for visit in visits {
        lines.push_str(&serde_json::to_string(visit)?);
        lines.push('\n');
    }
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join(VISITS))?;
    Ok(file.write_all(lines.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_gives_every_vehicle_a_place() {
        assert_eq!(MIX.iter().map(|(share, ..)| share).sum::<u64>(), 100);
        let told = |vehicles| Told {
            seed: 1,
            vehicles,
            wear: 1.0,
            begins: DateTime::UNIX_EPOCH,
            until: DateTime::UNIX_EPOCH,
            complete: false,
            short_ids: true,
        };
        for vehicles in [1, 3, 10, 12, 200, 333] {
            let fleets = fleets(&told(vehicles), 0);
            assert_eq!(fleets.iter().map(|(_, count)| count).sum::<u64>(), vehicles);
        }
        let registrations = Yard::new(&fleets(&told(200), 0)).registrations();
        let ids: std::collections::BTreeSet<_> = registrations.iter().map(|one| one.vehicle_id.as_str()).collect();
        assert_eq!(ids.len(), 200, "each has an id of its own");
        assert!(ids.contains("HAM-P001") && ids.contains("INN-V024"), "{ids:?}");
        assert_eq!(
            [home_of("KIR-P003"), home_of("cold-petrol-car-00003")],
            ["kiruna", "cold"]
        );
        assert!(fleets(&told(10), 0).iter().filter(|(_, count)| *count > 0).count() >= 5);
    }
}

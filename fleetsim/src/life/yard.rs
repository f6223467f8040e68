//! Vehicles of several fleets under one roof, moved on by somebody else's clock, with a workshop that is not the simulator's own.

use std::collections::HashMap;
use std::sync::Arc;

use super::fleet::Fleet;
use super::signals::Signal;
use super::truth::{End, Happening};
use super::vehicle::{Sink, Vehicle};
use super::write::{Format, Text};
use crate::client::Registration;

/// Wear from which on a technician who looks for it sees it.
const SEEN_FROM: f64 = 0.15;

/// What a workshop has found: parts of a component that were worn, and have been renewed.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The failure mode's cause, as the simulator names it.
    pub cause: &'static str,
    /// 0 sound … 1 failed.
    pub wear: f64,
}

/// A part that failed; it is renewed at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    pub vehicle_id: Arc<str>,
    pub component: &'static str,
    /// The failure mode's cause, as the simulator names it.
    pub cause: &'static str,
    pub odometer_km: f64,
}

/// The vehicles.
pub struct Yard {
    vehicles: Vec<Vehicle>,
    places: HashMap<Arc<str>, usize>,
    sent: Sent,
    time_s: i64,
}

/// Gathers records as NDJSON, or throws them away while nobody listens.
#[derive(Default)]
struct Sent {
    text: Text,
    is_heard: bool,
    failures: Vec<Failure>,
}

impl Sink for Sent {
    fn record(&mut self, vehicle: &Vehicle, time_s: i64, readings: &[(Signal, f64)]) {
        if self.is_heard {
            self.text.append(Format::Ndjson, vehicle, time_s, readings);
        }
    }

    fn happened(&mut self, vehicle: &Vehicle, happening: Happening) {
        if let Happening::Life(life) = happening
            && life.end == End::Failed
        {
            self.failures.push(Failure {
                vehicle_id: vehicle.id.clone(),
                component: life.mode.component(),
                cause: life.mode.cause(),
                odometer_km: life.ended_km,
            });
        }
    }
}

impl Yard {
    /// So many vehicles of each fleet. All fleets begin at the same time.
    #[must_use]
    pub fn new(fleets: &[(Fleet, u64)]) -> Self {
        let vehicles: Vec<Vehicle> = fleets
            .iter()
            .flat_map(|(fleet, count)| (0..*count).map(|number| fleet.vehicle(number)))
            .collect();
        let places = vehicles.iter().enumerate();
        Self {
            places: places.map(|(place, vehicle)| (vehicle.id.clone(), place)).collect(),
            vehicles,
            sent: Sent::default(),
            time_s: fleets.first().map_or(0, |(fleet, _)| fleet.start_s),
        }
    }

    /// What is registered for each vehicle, in a fixed order.
    #[must_use]
    pub fn registrations(&self) -> Vec<Registration> {
        self.vehicles.iter().map(Vehicle::registration).collect()
    }

    /// What has failed, in the order in which it did for each vehicle; nobody on board tells.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.sent.failures
    }

    /// How far a vehicle has come; none where there is no such vehicle.
    #[must_use]
    pub fn odometer_km(&self, vehicle_id: &str) -> Option<f64> {
        Some(self.vehicles[*self.places.get(vehicle_id)?].odometer_km())
    }

    /// Until when everybody has lived, in seconds since 1970.
    #[must_use]
    pub fn time_s(&self) -> i64 {
        self.time_s
    }

    /// All live on until a time. Answers what they have sent meanwhile, as NDJSON, and how many records that is.
    pub fn advance(&mut self, to_s: i64) -> (Vec<u8>, u64) {
        self.live_until(to_s, true);
        let records = std::mem::take(&mut self.sent.text.records);
        (std::mem::take(&mut self.sent.text.bytes), records)
    }

    /// The same, but nobody hears what they send: a life that was told before is lived again.
    pub fn advance_unheard(&mut self, to_s: i64) {
        self.live_until(to_s, false);
    }

    fn live_until(&mut self, to_s: i64, is_heard: bool) {
        self.sent.is_heard = is_heard;
        for vehicle in &mut self.vehicles {
            vehicle.advance(to_s, &mut self.sent);
        }
        self.time_s = self.time_s.max(to_s);
    }

    /// Seconds between two records of a driving vehicle, from now on.
    pub fn sample_every(&mut self, sample_s: i64) {
        for vehicle in &mut self.vehicles {
            Arc::make_mut(&mut vehicle.fleet).sample_s = sample_s;
        }
    }

    /// A vehicle comes to the workshop at `from_s`, has a component looked at and repaired, and may leave at `until_s`. What it sends before
    /// it comes stands with what [`Yard::advance`] answers next. None where there is no such vehicle.
    pub fn repair(&mut self, vehicle_id: &str, component: &str, (from_s, until_s): (i64, i64)) -> Option<Vec<Found>> {
        let vehicle = self.vehicles.get_mut(*self.places.get(vehicle_id)?)?;
        vehicle.advance(from_s, &mut self.sent);
        let renewed = vehicle.repair(component, SEEN_FROM, until_s);
        let mut found: Vec<Found> = renewed
            .into_iter()
            .map(|(mode, wear)| Found {
                cause: mode.cause(),
                wear,
            })
            .collect();
        found.sort_by(|one, other| other.wear.total_cmp(&one.wear));
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::class::Class;
    use super::*;

    fn yard() -> Yard {
        let fleet = |class| Fleet {
            class,
            hurry: 40.0,
            sample_s: 60,
            ..Fleet::default()
        };
        Yard::new(&[(fleet(Class::PetrolCar), 3), (fleet(Class::DieselVan), 2)])
    }

    const DAY_S: i64 = 86_400;

    #[test]
    fn a_life_can_be_lived_again_in_other_steps() {
        let (mut one, mut other) = (yard(), yard());
        let start_s = one.time_s();
        let mut told = Vec::new();
        for day in 1..=6 {
            told.push(one.advance(start_s + day * DAY_S));
        }
        other.advance_unheard(start_s + 5 * DAY_S);
        assert_eq!(other.advance(start_s + 6 * DAY_S), told[5]);
        let lines = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count() as u64;
        assert!(told.iter().all(|(text, records)| lines(text) == *records));
        assert!(told.iter().map(|(_, records)| records).sum::<u64>() > 300);
    }

    #[test]
    fn a_vehicle_in_the_workshop_is_silent_and_leaves_it_sound() {
        let mut yard = yard();
        let start_s = yard.time_s();
        yard.advance_unheard(start_s + 30 * DAY_S);
        let vehicle_id = yard.registrations()[3].vehicle_id.clone();
        let from_s = start_s + 30 * DAY_S + 8 * 3_600;
        let found = yard
            .repair(&vehicle_id, "brakes", (from_s, from_s + 2 * DAY_S))
            .unwrap();
        assert!(found.iter().all(|found| found.wear >= SEEN_FROM), "{found:?}");
        let (text, _) = yard.advance(from_s + 2 * DAY_S);
        let text = String::from_utf8(text).unwrap();
        let after = text
            .lines()
            .filter(|line| line.contains(&vehicle_id) && line.contains("2025-02-01"));
        assert_eq!(after.count(), 0);
        let again = yard.repair(&vehicle_id, "brakes", (from_s + 2 * DAY_S, from_s + 3 * DAY_S));
        assert_eq!(again, Some(Vec::new()));
        assert_eq!(yard.repair("nobody", "brakes", (from_s, from_s)), None);
    }
}

//! A fleet, and each of its vehicles drawn from the seed.

use std::collections::VecDeque;
use std::sync::Arc;

use super::class::{Class, Spec};
use super::climate::Climate;
use super::codes::Codes;
use super::electrical::Electrical;
use super::engine::Engine;
use super::faults::Faults;
use super::pack::Pack;
use super::road::Road;
use super::sensors::Sensors;
use super::signals::{Dialect, Signal};
use super::trips::Usage;
use super::vehicle::{Drive, Vehicle};
use super::wear::{Leg, Parts};
use super::workshop::{Maintenance, Workshop};
use crate::dice::Dice;
use crate::vin;

/// A fleet of one class in one climate; everything follows from it.
#[derive(Debug, Clone)]
pub struct Fleet {
    pub class: Class,
    pub climate: Climate,
    pub seed: u64,
    /// Midnight UTC of the first day, in seconds since 1970.
    pub start_s: i64,
    /// Seconds between two records of a driving vehicle.
    pub sample_s: i64,
    pub maintenance: Maintenance,
    /// How much faster than in life parts wear; 1 is life, 0 a healthy fleet whose parts are new and stay so.
    pub hurry: f64,
    /// How many of a usual day's trips are driven; 1 is life, less a vehicle that stands more.
    pub trips: f64,
    /// Whether a device that samples slowly also tells of the moments after a start: how fast the voltage comes back is seen there.
    pub tells_starts: bool,
    /// First part of the vehicles' ids.
    pub prefix: String,
    /// Ids as people call vehicles, prefix, letter of the class and three digits; else prefix, class and five digits.
    pub short_ids: bool,
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            class: Class::PetrolCar,
            climate: Climate::Temperate,
            seed: 1,
            start_s: 1_735_689_600,
            sample_s: 10,
            maintenance: Maintenance::Preventive,
            hurry: 1.0,
            trips: 1.0,
            tells_starts: false,
            prefix: "life".to_owned(),
            short_ids: false,
        }
    }
}

impl Fleet {
    /// The vehicle of that number.
    #[must_use]
    pub fn vehicle(&self, number: u64) -> Vehicle {
        let mut dice = Dice::new(
            self.seed ^ ((self.class as u64) << 56) ^ ((self.climate as u64) << 48),
            number,
        );
        let spec = Spec::draw(self.class, &mut dice);
        let id = if self.short_ids {
            format!("{}-{}{:03}", self.prefix, self.class.letter(), number + 1)
        } else {
            format!("{}-{}-{number:05}", self.prefix, self.class.name())
        };
        let odometer_km = (self.class.oldest_km() * dice.uniform()).round();
        let dialect = match self.class {
            Class::HeavyTruck => Dialect::J1939,
            Class::PetrolCar if dice.chance(0.4) => Dialect::Obd2,
            _ => Dialect::Vss,
        };
        let has: Vec<Signal> = Signal::ALL
            .into_iter()
            .filter(|signal| signal.is_in(self.class, dialect))
            .collect();
        let place = dice.uniform();
        let air_degc = self.climate.air_degc(self.start_s as f64, place);
        let parts = Parts::new(&spec, odometer_km, self.hurry, dice.fork());
        let drive = match self.class {
            Class::ElectricCar => Drive::Pack(Box::new(Pack::new(air_degc, odometer_km, &mut dice))),
            _ => Drive::Engine(Box::new(Engine::new(air_degc, &mut dice))),
        };
        let (maker, _, _) = self.class.make();
        Vehicle {
            vin: vin::compose(maker, 2021, vin::number_of(&format!("{id} {}", self.seed))).into(),
            id: id.into(),
            dialect,
            sequence: 0,
            odometer_m: odometer_km * 1_000.0,
            faults: Faults::of(&parts),
            parts,
            sensors: Sensors::new(has, dialect == Dialect::Obd2, odometer_km, dice.fork()),
            codes: Codes::new(odometer_km, dice.fork()),
            drive,
            road: Road::new(air_degc),
            electrical: Electrical::new(),
            air_degc,
            air_kpa: self.climate.pressure_kpa(self.start_s as f64, place),
            usage: Usage::draw(self.class, &mut dice).with_trips(self.trips),
            workshop: Workshop::new(self.class, self.maintenance, odometer_km, dice.fork()),
            place,
            wet: false,
            clock_s: self.start_s,
            parked_s: self.start_s,
            planned_to_s: self.start_s,
            plan: VecDeque::new(),
            motion: None,
            mass_kg: spec.mass_kg,
            leg: Leg::default(),
            leg_end_s: self.start_s,
            started_s: self.start_s,
            readings: Vec::with_capacity(48),
            fleet: Arc::new(self.clone()),
            spec,
            dice,
        }
    }
}

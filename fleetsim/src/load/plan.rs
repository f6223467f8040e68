//! Which records a load run consists of: a pure function of its plan, the number of the post and its base time.
//!
//! Nothing is drawn while the run goes on. So the ledger of acknowledgements needs one short line a post, and the
//! verifier makes the same records again from it and hashes them itself.
//!
//! Every number keeps its width for the whole run (a fraction never ends in 0, a sequence starts at 10⁹): a post is
//! a template of equally long records whose digits are written over. The posted text of a number is also its shortest
//! one, so that any JSON parser reads back the very same value and content hashes can be compared.

use serde::{Deserialize, Serialize};

use crate::dice::mix;

/// Form of a plan; a ledger of another form is refused rather than misread.
pub(crate) const VERSION: u32 = 1;
/// Sequences start here, so that all of them have ten digits.
const FIRST_SEQUENCE: u64 = 1_000_000_000;
/// Seconds in which a reading swings up and down once.
const SWING_S: u64 = 64;

/// A signal that the load sends. Its values are `low` to `low + spread + SWING_S / 2` ticks.
pub(crate) struct Signal {
    pub(crate) path: &'static str,
    /// Digits before the point.
    whole_digits: usize,
    /// Whether two digits follow the point.
    hundredths: bool,
    low: u64,
    spread: u64,
}

const fn whole(path: &'static str, whole_digits: usize, low: u64, spread: u64) -> Signal {
    Signal {
        path,
        whole_digits,
        hundredths: false,
        low,
        spread,
    }
}

const fn hundredths(path: &'static str, whole_digits: usize, low: u64, spread: u64) -> Signal {
    Signal {
        path,
        whole_digits,
        hundredths: true,
        low,
        spread,
    }
}

/// What records can hold, the first ten by default: canonical paths in canonical units, so that the platform converts
/// nothing and the hash can be computed from what was sent. Ranges are those of a warm petrol car on a country road.
pub(crate) const SIGNALS: [Signal; 20] = [
    whole("Vehicle.Speed", 2, 35, 30),
    whole("Vehicle.Powertrain.CombustionEngine.Speed", 4, 1_400, 1_500),
    hundredths("Vehicle.OBD.EngineLoad", 2, 3_000, 2_500),
    hundredths("Vehicle.Powertrain.CombustionEngine.TPS", 2, 1_800, 1_500),
    whole(
        "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature",
        2,
        60,
        5,
    ),
    whole("Vehicle.Powertrain.CombustionEngine.MAP", 2, 30, 30),
    whole("Vehicle.OBD.IntakeTemp", 2, 20, 8),
    hundredths("Vehicle.LowVoltageBattery.CurrentVoltage", 2, 1_380, 40),
    whole("Vehicle.Powertrain.FuelSystem.RelativeLevel", 2, 40, 20),
    whole("Vehicle.Exterior.AirTemperature", 2, 12, 3),
    hundredths("Vehicle.Powertrain.CombustionEngine.MAF", 2, 1_200, 2_000),
    whole("Vehicle.OBD.BarometricPressure", 2, 60, 4),
    hundredths("Vehicle.OBD.FuelRate", 1, 300, 400),
    whole("Vehicle.OBD.CommandedEGR", 2, 12, 40),
    whole("Vehicle.OBD.RelativeThrottlePosition", 2, 12, 30),
    hundredths("Vehicle.OBD.AbsoluteLoad", 2, 3_000, 2_500),
    whole("Vehicle.OBD.CommandedEVAP", 2, 12, 40),
    whole("Vehicle.Powertrain.CombustionEngine.EngineOil.Temperature", 2, 60, 7),
    whole("Vehicle.Chassis.Accelerator.PedalPosition", 2, 12, 40),
    hundredths("Vehicle.OBD.ThrottlePositionB", 2, 2_000, 1_500),
];

impl Signal {
    /// Bytes of every value's text.
    pub(crate) fn width(&self) -> usize {
        self.whole_digits + if self.hundredths { 3 } else { 0 }
    }

    /// Whether the value is in hundredths (else in wholes).
    pub(crate) fn in_hundredths(&self) -> bool {
        self.hundredths
    }

    /// The value as a number.
    pub(crate) fn number(&self, ticks: u64) -> f64 {
        if self.hundredths {
            ticks as f64 / 100.0
        } else {
            ticks as f64
        }
    }
}

/// Everything that decides a run's records but the posts' base times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) version: u32,
    pub(crate) seed: u64,
    pub(crate) prefix: String,
    pub(crate) vehicles: u64,
    /// Records in a post.
    pub(crate) batch: u64,
    /// Vehicles in a post: those of one gateway.
    pub(crate) vehicles_per_batch: u64,
    /// Readings in a record.
    pub(crate) readings: usize,
    /// Event time between two records of a vehicle in one post, in milliseconds.
    pub(crate) gap_ms: u64,
}

/// One record of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) vehicle: u64,
    pub(crate) sequence: u64,
    pub(crate) time_ms: i64,
}

/// Digits of a number in the ids of so many vehicles.
pub(crate) fn id_digits(vehicles: u64) -> usize {
    vehicles.saturating_sub(1).to_string().len().max(5)
}

/// The id of a vehicle whose number has so many digits.
pub(crate) fn vehicle_id(prefix: &str, digits: usize, vehicle: u64) -> String {
    format!("{prefix}-{vehicle:0digits$}")
}

impl Plan {
    /// Brings the vehicles of a post within what the run has.
    pub(crate) fn bounded(mut self) -> Self {
        self.vehicles_per_batch = self.vehicles_per_batch.clamp(1, self.vehicles.min(self.batch).max(1));
        self.readings = self.readings.clamp(1, SIGNALS.len());
        self
    }

    /// Groups of vehicles that share a post; posts take them in turn.
    pub(crate) fn groups(&self) -> u64 {
        self.vehicles.div_ceil(self.vehicles_per_batch)
    }

    /// First vehicle and number of vehicles of the group that a post is about.
    fn group(&self, batch: u64) -> (u64, u64) {
        let first = (batch % self.groups()) * self.vehicles_per_batch;
        (first, self.vehicles_per_batch.min(self.vehicles - first))
    }

    /// The records of a post, in their order; `base_ms` is the event time of its last ones.
    pub(crate) fn places(&self, batch: u64, base_ms: i64) -> impl Iterator<Item = Place> + use<> {
        let (first, size) = self.group(batch);
        let each = self.batch.div_ceil(size);
        let (begin, gap_ms) = (FIRST_SEQUENCE + batch / self.groups() * each, self.gap_ms);
        (0..self.batch).map(move |index| {
            let (turn, vehicle) = (index / size, index % size);
            Place {
                vehicle: first + vehicle,
                sequence: begin + turn,
                time_ms: base_ms - ((each - 1 - turn) * gap_ms) as i64,
            }
        })
    }

    /// Digits of a vehicle's number in its id.
    pub(crate) fn id_digits(&self) -> usize {
        id_digits(self.vehicles)
    }

    /// The vehicle's id.
    pub(crate) fn vehicle_id(&self, vehicle: u64) -> String {
        vehicle_id(&self.prefix, self.id_digits(), vehicle)
    }

    /// A reading in ticks. Wholes swing slowly, as temperatures and speeds do; hundredths also flicker from record to
    /// record, so that a store which compresses does not see a constant.
    pub(crate) fn ticks(&self, signal: usize, place: Place) -> u64 {
        let Signal {
            low,
            spread,
            hundredths,
            ..
        } = SIGNALS[signal];
        let own = mix(self.seed ^ (place.vehicle << 8) ^ signal as u64);
        let second = (place.time_ms / 1_000) as u64 + (own >> 32);
        let phase = second % SWING_S;
        let swing = phase.min(SWING_S - phase);
        let ticks = low + own % spread + swing;
        if hundredths {
            // The last digit is never 0, so that every value has two digits behind the point.
            ticks - ticks % 10 + 1 + mix(own ^ place.sequence) % 9
        } else {
            ticks
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashSet;

    use super::*;

    pub(crate) fn plan(vehicles: u64, batch: u64) -> Plan {
        Plan {
            version: VERSION,
            seed: 7,
            prefix: "load".into(),
            vehicles,
            batch,
            vehicles_per_batch: 50,
            readings: 20,
            gap_ms: 5,
        }
        .bounded()
    }

    #[test]
    fn no_vehicle_gets_a_sequence_twice_and_all_get_some() {
        for (vehicles, batch) in [(7, 50), (120, 500), (3, 1), (200, 1), (51, 20), (1, 10)] {
            let plan = plan(vehicles, batch);
            let mut seen = HashSet::new();
            for number in 0..3 * plan.groups() {
                let places: Vec<Place> = plan.places(number, 1_000_000 + number as i64 * 100).collect();
                assert_eq!(places.len() as u64, batch);
                assert!(places.windows(2).all(|pair| pair[0].time_ms <= pair[1].time_ms));
                for place in places {
                    assert!(
                        seen.insert((place.vehicle, place.sequence)),
                        "{vehicles} {batch} {place:?}"
                    );
                }
            }
            let driven: HashSet<u64> = seen.iter().map(|(vehicle, _)| *vehicle).collect();
            assert_eq!(driven.len() as u64, vehicles);
        }
    }

    #[test]
    fn every_value_keeps_its_width_and_survives_json() {
        let plan = plan(97, 500);
        for number in 0..40 {
            for place in plan.places(number, 1_777_629_600_000 + number as i64 * 1_700) {
                for (index, signal) in SIGNALS.iter().enumerate() {
                    let value = signal.number(plan.ticks(index, place));
                    let text = format!("{value}");
                    assert_eq!(text.len(), signal.width(), "{} {text}", signal.path);
                    assert_eq!(serde_json::from_str::<f64>(&text).unwrap().to_bits(), value.to_bits());
                }
            }
        }
    }

    #[test]
    fn the_seed_decides() {
        let (one, mut other) = (plan(9, 10), plan(9, 10));
        let place = one.places(0, 0).next().unwrap();
        assert_eq!(one.ticks(2, place), other.ticks(2, place));
        other.seed += 1;
        let same = (0..20).filter(|signal| one.ticks(*signal, place) == other.ticks(*signal, place));
        assert!(same.count() < 10);
    }
}

//! Days, trips and the speed within them.
//!
//! A trip is a chain of segments, each with a target speed; speed follows its target within the acceleration that the
//! driver uses (calm to brisk: Bokare & Maurya, Transportation Research Procedia 25, 2017). Urban parts stop at every
//! third segment or so, as in the low phase of the WLTC. Trips of a day are a Poisson number with lognormal lengths.

use super::class::Class;
use super::climate::Climate;
use crate::dice::Dice;

/// What kind of road a trip takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Urban,
    Mixed,
    Motorway,
    Idling,
}

const KINDS: [Kind; 4] = [Kind::Urban, Kind::Mixed, Kind::Motorway, Kind::Idling];

/// How one vehicle is used, and by whom.
#[derive(Debug, Clone)]
pub(crate) struct Usage {
    class: Class,
    /// Trips on a working day.
    trips: f64,
    median_s: f64,
    spread: f64,
    /// Weights of the kinds of trips.
    kinds: [f64; 4],
    /// Trips at the weekend against those of a working day.
    weekend: f64,
    /// Acceleration and braking that the driver uses, in m/s².
    accelerates_ms2: f64,
    brakes_ms2: f64,
    /// Speed against the limit.
    hurry: f64,
    top_kmh: f64,
}

/// One trip to come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trip {
    /// Seconds since midnight.
    pub(crate) begins_s: f64,
    pub(crate) seconds: f64,
    pub(crate) kind: Kind,
    /// Load, 0..1 of what the vehicle can carry.
    pub(crate) payload: f64,
}

impl Usage {
    pub(crate) fn draw(class: Class, dice: &mut Dice) -> Self {
        let (trips, median_min, spread, kinds, weekend, top_kmh) = match class {
            Class::PetrolCar | Class::ElectricCar => (2.6, 19.0, 0.65, [0.45, 0.33, 0.19, 0.03], 0.8, 130.0),
            Class::DieselVan => (9.0, 21.0, 0.45, [0.50, 0.30, 0.12, 0.08], 0.15, 120.0),
            Class::HeavyTruck => (3.0, 140.0, 0.35, [0.05, 0.20, 0.70, 0.05], 0.1, 86.0),
        };
        // Each vehicle has its own mix of roads, and its own driver.
        let own = kinds.map(|weight| weight * dice.lognormal(1.0, 0.5));
        let style = dice.noise();
        Self {
            class,
            trips: trips * dice.lognormal(1.0, 0.2),
            median_s: median_min * 60.0 * dice.lognormal(1.0, 0.2),
            spread,
            kinds: own,
            weekend,
            accelerates_ms2: (1.3 + 0.25 * style) * if class == Class::HeavyTruck { 0.45 } else { 1.0 },
            brakes_ms2: (1.7 + 0.35 * style) * if class == Class::HeavyTruck { 0.6 } else { 1.0 },
            hurry: 1.0 + 0.04 * style,
            top_kmh,
        }
    }

    /// The same usage with only that share of its trips.
    pub(crate) fn with_trips(mut self, share: f64) -> Self {
        self.trips *= share;
        self
    }

    /// The trips of a day in their order; a day that is `weekend` has fewer.
    pub(crate) fn day(&self, weekend: bool, dice: &mut Dice) -> Vec<Trip> {
        let mean = self.trips * if weekend { self.weekend } else { 1.0 };
        // A Poisson number by its waiting times.
        let mut waited = dice.exponential();
        let mut count = 0;
        while waited < mean && count < 40 {
            count += 1;
            waited += dice.exponential();
        }
        let truck = self.class == Class::HeavyTruck;
        let (mut at_s, end_s) = if truck {
            (4.5 * 3_600.0, 23.0 * 3_600.0)
        } else {
            (6.0 * 3_600.0, 22.0 * 3_600.0)
        };
        let room_s = (end_s - at_s) / f64::from(count.max(1));
        let mut trips = Vec::with_capacity(count as usize);
        for _ in 0..count {
            let begins_s = at_s + dice.between(0.05, 0.5) * room_s;
            let seconds = dice.lognormal(self.median_s, self.spread).clamp(180.0, 6.0 * 3_600.0);
            let trip = Trip {
                begins_s,
                seconds,
                kind: KINDS[dice.pick(&self.kinds)],
                payload: dice.uniform().powf(if truck { 0.5 } else { 1.5 }),
            };
            at_s = (begins_s + seconds + 120.0).max(at_s + room_s * 0.6);
            if begins_s + seconds > 86_300.0 {
                break;
            }
            trips.push(trip);
        }
        trips
    }
}

/// Motion within a trip.
#[derive(Debug, Clone)]
pub(crate) struct Motion {
    kind: Kind,
    seconds: f64,
    left_s: f64,
    target_ms: f64,
    segment_s: f64,
    slope_target: f64,
    pub(crate) speed_ms: f64,
    pub(crate) acceleration_ms2: f64,
    pub(crate) slope: f64,
}

impl Motion {
    pub(crate) fn new(trip: &Trip, dice: &mut Dice) -> Self {
        Self {
            kind: trip.kind,
            seconds: trip.seconds,
            left_s: trip.seconds,
            target_ms: 0.0,
            segment_s: dice.between(8.0, 60.0),
            slope_target: 0.0,
            speed_ms: 0.0,
            acceleration_ms2: 0.0,
            slope: 0.0,
        }
    }

    /// One second; false when the trip is over.
    pub(crate) fn step(&mut self, usage: &Usage, climate: Climate, dice: &mut Dice) -> bool {
        self.left_s -= 1.0;
        self.segment_s -= 1.0;
        let ending = self.left_s <= 30.0;
        if ending {
            self.target_ms = 0.0;
        } else if self.segment_s <= 0.0 {
            self.next_segment(usage, climate, dice);
        }
        self.slope += (self.slope_target - self.slope) / 12.0;
        let wanted = (self.target_ms - self.speed_ms).clamp(-usage.brakes_ms2, usage.accelerates_ms2);
        let jitter = if self.speed_ms > 3.0 { 0.12 * dice.noise() } else { 0.0 };
        // A vehicle cannot pull at 120 km/h as it does from rest.
        let pull = if wanted > 0.0 {
            0.9 / (1.0 + self.speed_ms / 35.0)
        } else {
            0.9
        };
        let halted = self.target_ms == 0.0 && self.speed_ms < 1.0;
        let next = if halted {
            0.0
        } else {
            (self.speed_ms + wanted * pull + jitter).max(0.0)
        };
        self.acceleration_ms2 = next - self.speed_ms;
        self.speed_ms = next;
        !(self.left_s <= 0.0 && self.speed_ms == 0.0)
    }

    fn next_segment(&mut self, usage: &Usage, climate: Climate, dice: &mut Dice) {
        let driven = 1.0 - self.left_s / self.seconds;
        let fast = self.kind == Kind::Motorway && (0.12..0.88).contains(&driven);
        let (targets_kmh, seconds, stops): (&[f64], (f64, f64), f64) = match self.kind {
            Kind::Idling => (&[0.0], (60.0, 120.0), 1.0),
            _ if fast => (&[80.0, 100.0, 110.0, 120.0, 130.0], (120.0, 420.0), 0.02),
            Kind::Mixed => (&[50.0, 60.0, 70.0, 80.0, 100.0], (40.0, 180.0), 0.25),
            Kind::Urban | Kind::Motorway => (&[30.0, 40.0, 50.0, 50.0, 60.0], (20.0, 90.0), 0.4),
        };
        let stop = self.target_ms > 0.0 && dice.chance(stops);
        if stop {
            self.target_ms = 0.0;
            self.segment_s = dice.between(8.0, 45.0);
        } else {
            let limit_kmh = targets_kmh[dice.below(targets_kmh.len())] * usage.hurry;
            self.target_ms = limit_kmh.min(usage.top_kmh) / 3.6;
            self.segment_s = dice.between(seconds.0, seconds.1);
        }
        self.slope_target = (climate.hills() * dice.noise()).clamp(-0.09, 0.09);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yearly_distances_and_speeds_are_those_of_the_class() {
        for (class, low_km, high_km) in [
            (Class::PetrolCar, 8_000.0, 26_000.0),
            (Class::DieselVan, 20_000.0, 65_000.0),
            (Class::HeavyTruck, 75_000.0, 165_000.0),
        ] {
            let mut total_km = 0.0;
            for vehicle in 0..12 {
                let mut dice = Dice::new(4, vehicle);
                let usage = Usage::draw(class, &mut dice);
                for day in 0..28 {
                    let mut last_end_s = 0.0;
                    for trip in usage.day(day % 7 >= 5, &mut dice) {
                        assert!(trip.begins_s >= last_end_s, "{class:?}");
                        let mut motion = Motion::new(&trip, &mut dice);
                        let mut seconds = 0.0;
                        while motion.step(&usage, Climate::Temperate, &mut dice) {
                            total_km += motion.speed_ms / 1_000.0;
                            seconds += 1.0;
                            assert!(motion.acceleration_ms2.abs() < 4.5 && motion.speed_ms * 3.6 < 165.0);
                            assert!(motion.slope.abs() < 0.1);
                        }
                        last_end_s = trip.begins_s + seconds;
                        assert_eq!(motion.speed_ms, 0.0);
                    }
                }
            }
            let yearly_km = total_km / 12.0 / 28.0 * 365.25;
            assert!((low_km..high_km).contains(&yearly_km), "{class:?} {yearly_km}");
        }
    }
}

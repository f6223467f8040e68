//! Trips and the speed within them.
//!
//! A trip is a chain of segments, each with a target speed held for a while; speed follows its target within the
//! acceleration a calm driver uses (1.2 m/s² up, 1.8 m/s² down: Bokare and Maurya, Transportation Research Procedia
//! 25, 2017). Urban trips stop at every third segment, as in the low phase of the WLTC; motorway trips begin and end
//! with an urban part. Between two trips the engine is off.

use rand::RngExt;
use rand::rngs::StdRng;

use super::noise::normal;

/// What the vehicle is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Ignition off.
    Parked,
    /// Ignition on, engine not running.
    IgnitionOn,
    /// The starter turns the engine.
    Cranking,
    /// The engine runs.
    Running,
    /// Ignition on, engine stopped, before the key is drawn.
    IgnitionAfter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Urban,
    Mixed,
    Motorway,
    Idling,
}

/// How a vehicle is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Shortest and longest time between two trips, in seconds.
    pub(crate) dwell_s: (i64, i64),
    /// Shortest and longest trip, in seconds.
    pub(crate) trip_s: (i64, i64),
    /// Whether it also drives at night.
    pub(crate) all_day: bool,
}

/// The driver.
#[derive(Debug, Clone)]
pub(crate) struct Trips {
    usage: Usage,
    pub(crate) phase: Phase,
    left_s: i64,
    kind: Kind,
    trip_s: i64,
    target_ms: f64,
    segment_left_s: i64,
    /// Metres a second.
    pub(crate) speed_ms: f64,
    /// Metres a second squared.
    pub(crate) acceleration_ms2: f64,
}

impl Trips {
    pub(crate) fn new(usage: Usage, rng: &mut StdRng) -> Self {
        Self {
            usage,
            phase: Phase::Parked,
            left_s: rng.random_range(30..usage.dwell_s.1.max(31)),
            kind: Kind::Urban,
            trip_s: 0,
            target_ms: 0.0,
            segment_left_s: 0,
            speed_ms: 0.0,
            acceleration_ms2: 0.0,
        }
    }

    /// One second. `hour` is the hour of the day.
    pub(crate) fn step(&mut self, hour: u32, rng: &mut StdRng) {
        self.left_s -= 1;
        match self.phase {
            Phase::Parked if self.left_s <= 0 && (self.usage.all_day || (5..23).contains(&hour)) => {
                self.begin_trip(rng);
            }
            Phase::IgnitionOn if self.left_s <= 0 => self.enter(Phase::Cranking, rng.random_range(1..3)),
            Phase::Cranking if self.left_s <= 0 => self.enter(Phase::Running, self.trip_s),
            Phase::Running => self.drive(rng),
            Phase::IgnitionAfter if self.left_s <= 0 => {
                self.enter(
                    Phase::Parked,
                    rng.random_range(self.usage.dwell_s.0..=self.usage.dwell_s.1),
                );
            }
            _ => {}
        }
    }

    fn enter(&mut self, phase: Phase, for_s: i64) {
        self.phase = phase;
        self.left_s = for_s;
    }

    fn begin_trip(&mut self, rng: &mut StdRng) {
        self.kind = match rng.random_range(0..20) {
            0..8 => Kind::Urban,
            8..14 => Kind::Mixed,
            14..19 => Kind::Motorway,
            _ => Kind::Idling,
        };
        self.trip_s = rng.random_range(self.usage.trip_s.0..=self.usage.trip_s.1);
        self.segment_left_s = rng.random_range(10..40);
        self.target_ms = 0.0;
        self.enter(Phase::IgnitionOn, rng.random_range(2..5));
    }

    fn drive(&mut self, rng: &mut StdRng) {
        self.segment_left_s -= 1;
        let ending = self.left_s <= 25;
        if ending {
            self.target_ms = 0.0;
        } else if self.segment_left_s <= 0 {
            self.next_segment(rng);
        }
        let wanted = (self.target_ms - self.speed_ms).clamp(-1.8, 1.2);
        let jitter = if self.speed_ms > 3.0 { 0.15 * normal(rng) } else { 0.0 };
        let next = if self.target_ms == 0.0 && self.speed_ms < 0.9 {
            0.0
        } else {
            self.speed_ms + wanted * 0.9 + jitter
        };
        let next = next.max(0.0);
        self.acceleration_ms2 = next - self.speed_ms;
        self.speed_ms = next;
        if ending && self.speed_ms == 0.0 {
            self.acceleration_ms2 = 0.0;
            self.enter(Phase::IgnitionAfter, rng.random_range(2..5));
        }
    }

    fn next_segment(&mut self, rng: &mut StdRng) {
        let driven = 1.0 - self.left_s as f64 / self.trip_s.max(1) as f64;
        let on_motorway = self.kind == Kind::Motorway && (0.15..0.85).contains(&driven);
        let (targets_kmh, seconds, stops): (&[f64], _, u32) = match self.kind {
            Kind::Idling => (&[0.0], 60..120, 3),
            _ if on_motorway => (&[100.0, 110.0, 120.0, 130.0], 120..420, 0),
            Kind::Mixed => (&[50.0, 60.0, 70.0, 80.0, 100.0], 40..180, 1),
            Kind::Urban | Kind::Motorway => (&[30.0, 40.0, 50.0, 50.0, 60.0], 20..90, 1),
        };
        let stop = self.target_ms > 0.0 && rng.random_range(0..3) < stops;
        let target_kmh = if stop {
            0.0
        } else {
            targets_kmh[rng.random_range(0..targets_kmh.len())]
        };
        self.target_ms = target_kmh / 3.6;
        self.segment_left_s = if stop {
            rng.random_range(8..45)
        } else {
            rng.random_range(seconds)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn a_day_has_trips_with_stops_and_no_wild_acceleration() {
        let mut rng = StdRng::seed_from_u64(7);
        let usage = Usage {
            dwell_s: (900, 2_400),
            trip_s: (1_200, 3_000),
            all_day: true,
        };
        let mut trips = Trips::new(usage, &mut rng);
        let (mut cranks, mut moving_s, mut idle_s, mut before) = (0, 0, 0, Phase::Parked);
        for second in 0..86_400 {
            trips.step(second / 3_600, &mut rng);
            cranks += u32::from(trips.phase == Phase::Cranking && before != Phase::Cranking);
            before = trips.phase;
            moving_s += u32::from(trips.speed_ms > 0.5);
            idle_s += u32::from(trips.phase == Phase::Running && trips.speed_ms == 0.0);
            assert!(trips.acceleration_ms2.abs() < 3.5, "{}", trips.acceleration_ms2);
            assert!(trips.speed_ms < 42.0);
            assert!(trips.phase == Phase::Running || trips.speed_ms == 0.0);
        }
        assert!((12..=50).contains(&cranks), "{cranks}");
        assert!(moving_s > 20_000 && idle_s > 1_000, "{moving_s} {idle_s}");
    }
}

//! Wear of a part that fails: a monotone process from sound (0) to failed (1).
//!
//! Expected wear follows a power of the time since onset, `x^p`, as crack growth and corrosion do (Wiener and gamma
//! wear processes with a power-law mean: van Noortwijk, Reliability Engineering & System Safety 94, 2009). Each
//! increment is multiplied by an exponential deviate of mean 1, which makes it a gamma process: it never falls, and two
//! vehicles with the same plan wear differently. Time is compressed: a demonstration cannot wait two years, so onset
//! and failure lie within the simulated hours, and only the pace differs from life.

use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;
use rand::rngs::StdRng;

use super::noise::exponential;

/// Seconds between two increments of wear.
const INCREMENT_S: i64 = 60;

/// A way to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// Coolant is lost through a seeping joint; the radiator loses its margin.
    CoolantLeak,
    /// The starter battery sulphates: less voltage at rest, more resistance.
    Battery,
    /// A caliper sticks and grinds the front pads down.
    Brakes,
}

impl FaultKind {
    /// The platform's name of the component that fails.
    #[must_use]
    pub fn component(self) -> &'static str {
        match self {
            Self::CoolantLeak => "cooling",
            Self::Battery => "battery_12v",
            Self::Brakes => "brakes",
        }
    }

    /// The cause, as the truth names it.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self {
            Self::CoolantLeak => "coolant_leak",
            Self::Battery => "battery_sulphation",
            Self::Brakes => "caliper_drag",
        }
    }
}

impl std::str::FromStr for FaultKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "coolant-leak" => Ok(Self::CoolantLeak),
            "battery" => Ok(Self::Battery),
            "brakes" => Ok(Self::Brakes),
            _ => Err(format!("`{text}` is none of coolant-leak, battery, brakes")),
        }
    }
}

/// Reads `coolant-leak:2,battery:1,brakes:1`; without a number one vehicle fails.
///
/// # Errors
/// When a name is unknown or a number is none.
pub fn parse_failures(text: &str) -> Result<Vec<(FaultKind, usize)>, String> {
    let one = |part: &str| {
        let (name, count) = part.split_once(':').unwrap_or((part, "1"));
        let count = count
            .trim()
            .parse()
            .map_err(|_| format!("`{count}` is no number of vehicles"))?;
        Ok((name.trim().parse()?, count))
    };
    text.split(',')
        .filter(|part| !part.trim().is_empty())
        .map(one)
        .collect()
}

/// One part on its way to failure.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    onset: DateTime<Utc>,
    life_s: f64,
    exponent: f64,
    next_increment: DateTime<Utc>,
    /// 0 sound … 1 failed.
    pub(crate) wear: f64,
}

impl Fault {
    /// A fault whose onset lies in the first quarter and whose failure in the last third of a window.
    pub(crate) fn plan(kind: FaultKind, from: DateTime<Utc>, window: TimeDelta, rng: &mut StdRng) -> Self {
        let window_s = window.num_seconds().max(600) as f64;
        let onset_s = window_s * rng.random_range(0.15..0.25);
        let failure_s = window_s * rng.random_range(0.70..0.85);
        let onset = from + TimeDelta::seconds(onset_s as i64);
        Self {
            kind,
            onset,
            life_s: failure_s - onset_s,
            exponent: rng.random_range(1.1..1.6),
            next_increment: onset,
            wear: 0.0,
        }
    }

    /// Wears on until `time`; true in the one step in which the part fails.
    pub(crate) fn step(&mut self, time: DateTime<Utc>, rng: &mut StdRng) -> bool {
        let before = self.wear;
        while self.next_increment <= time && self.wear < 1.0 {
            let at = |moment: DateTime<Utc>| {
                ((moment - self.onset).num_seconds() as f64 / self.life_s)
                    .max(0.0)
                    .powf(self.exponent)
            };
            let next = self.next_increment + TimeDelta::seconds(INCREMENT_S);
            let expected = at(next) - at(self.next_increment);
            self.wear = (self.wear + expected * exponential(rng)).min(1.0);
            self.next_increment = next;
        }
        before < 1.0 && self.wear >= 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;

    #[test]
    fn failures_are_parsed() {
        assert_eq!(
            parse_failures("coolant-leak:2,battery,brakes:0"),
            Ok(vec![
                (FaultKind::CoolantLeak, 2),
                (FaultKind::Battery, 1),
                (FaultKind::Brakes, 0)
            ])
        );
        assert!(parse_failures("gearbox:1").is_err());
        assert!(parse_failures("battery:x").is_err());
        assert_eq!(parse_failures(""), Ok(vec![]));
    }

    proptest! {
        #[test]
        fn wear_never_falls_and_ends_within_the_window(seed in any::<u64>(), hours in 1i64..72) {
            let mut rng = StdRng::seed_from_u64(seed);
            let from = DateTime::from_timestamp(1_777_600_000, 0).unwrap();
            let mut fault = Fault::plan(FaultKind::Battery, from, TimeDelta::hours(hours), &mut rng);
            let mut last = 0.0;
            let mut failures = 0;
            for second in (0..hours * 3_600 * 3 / 2).step_by(30) {
                failures += u32::from(fault.step(from + TimeDelta::seconds(second), &mut rng));
                prop_assert!(fault.wear >= last && fault.wear <= 1.0);
                last = fault.wear;
            }
            prop_assert_eq!(failures, 1);
        }
    }
}

//! One alert per vehicle, component and hour of event time, unless it got worse.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::severity::Severity;

/// What to do with a decision that may say again what was said before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing as bad was said about this component in this hour.
    New,
    /// It was said already.
    Duplicate,
}

/// The hour of event time that a decision belongs to.
pub fn hour_of(event_time: DateTime<Utc>) -> DateTime<Utc> {
    // Truncation fails only for times outside the range of nanoseconds, which then count as their own hour.
    event_time.duration_trunc(TimeDelta::hours(1)).unwrap_or(event_time)
}

/// Judges a severity against the worst one already raised for the same vehicle, component and hour.
pub fn judge(worst_so_far: Option<Severity>, severity: Severity) -> Verdict {
    match worst_so_far {
        Some(worst) if severity <= worst => Verdict::Duplicate,
        _ => Verdict::New,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    #[test]
    fn an_hour_starts_at_its_full_hour() {
        let time: DateTime<Utc> = "2026-05-14T09:59:59.999999Z".parse().unwrap();
        assert_eq!(hour_of(time).to_rfc3339(), "2026-05-14T09:00:00+00:00");
        assert_ne!(hour_of(time), hour_of(time + TimeDelta::microseconds(1)));
    }

    proptest! {
        /// For any sequence of decisions, in any order of event time, what passes for one vehicle, component and hour
        /// is strictly worse each time; so two equal ones never pass, and at most three alerts come from one hour.
        #[test]
        fn what_passes_within_an_hour_gets_strictly_worse(
            decisions in proptest::collection::vec((0..3u8, 0..2u8, 0..4 * 3600i64, 1..4usize), 0..200),
        ) {
            let mut passed: HashMap<(u8, u8, DateTime<Utc>), Vec<Severity>> = HashMap::new();
            for (vehicle, component, second, severity) in decisions {
                let time = DateTime::UNIX_EPOCH + TimeDelta::seconds(second);
                let severity = Severity::ALL[severity];
                let said = passed.entry((vehicle, component, hour_of(time))).or_default();
                if judge(said.iter().max().copied(), severity) == Verdict::New {
                    said.push(severity);
                }
            }
            for said in passed.values() {
                prop_assert!(said.len() <= 3);
                prop_assert!(said.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }

        /// Nothing worse than all before is ever held back.
        #[test]
        fn worse_always_passes(before in proptest::option::of(1..4usize), now in 1..4usize) {
            let worst = before.map(|rank| Severity::ALL[rank]);
            let verdict = judge(worst, Severity::ALL[now]);
            prop_assert_eq!(verdict == Verdict::New, worst.is_none_or(|worst| Severity::ALL[now] > worst));
        }
    }
}

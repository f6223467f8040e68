//! When a trigger needs no decision of its own, because an open one already covers it.

use chrono::{DateTime, Duration, Utc};

use super::severity::Severity;

/// An earlier decision on the same vehicle and component that nobody has closed.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenDecision {
    pub decision_id: String,
    pub severity: Severity,
    /// Event time.
    pub decided_for: DateTime<Utc>,
    pub historical: bool,
}

/// A finding that may be covered by an open decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    pub severity: Severity,
    /// Event time.
    pub occurred_at: DateTime<Utc>,
    pub historical: bool,
}

/// True when the open decision stands for the finding too: the same or a lower severity within the repeat window,
/// before or after it in event time. A decision about the past disturbed nobody, so it covers no live finding.
pub fn covers(open: &OpenDecision, finding: &Finding, repeat_after_hours: i64) -> bool {
    let apart = (finding.occurred_at - open.decided_for).abs();
    finding.severity <= open.severity
        && apart < Duration::hours(repeat_after_hours)
        && (finding.historical || !open.historical)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn case(open: Severity, found: Severity, hours: i64, historical: (bool, bool)) -> bool {
        let start = DateTime::UNIX_EPOCH;
        let open = OpenDecision {
            decision_id: "dec_1".to_owned(),
            severity: open,
            decided_for: start,
            historical: historical.0,
        };
        let occurred_at = start + Duration::hours(hours);
        covers(
            &open,
            &Finding {
                severity: found,
                occurred_at,
                historical: historical.1,
            },
            24,
        )
    }

    #[test]
    fn an_open_decision_covers_repeats_for_a_day() {
        assert!(case(Severity::Warning, Severity::Warning, 23, (false, false)));
        assert!(!case(Severity::Warning, Severity::Warning, 24, (false, false)));
        assert!(case(Severity::Critical, Severity::Warning, -3, (false, false)));
    }

    #[test]
    fn a_decision_about_the_past_does_not_silence_the_present() {
        assert!(!case(Severity::Warning, Severity::Warning, 1, (true, false)));
        assert!(case(Severity::Warning, Severity::Warning, 1, (true, true)));
    }

    proptest! {
        #[test]
        fn a_worse_severity_is_never_covered(open in 0usize..4, worse in 0usize..4, hours in -100i64..100) {
            prop_assume!(worse > open);
            prop_assert!(!case(Severity::ALL[open], Severity::ALL[worse], hours, (false, false)));
        }
    }
}

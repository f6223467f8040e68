//! How grave a decision is and how soon something must be done.

use super::diagnosis::Diagnosis;
use super::values::Quantiles;

/// How grave it is, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Info,
    Warning,
    Critical,
    Emergency,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 4] = [Self::Info, Self::Warning, Self::Critical, Self::Emergency];

    /// Its name in events.
    pub fn code(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Emergency => "EMERGENCY",
        }
    }

    /// The severity with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.code() == code)
    }
}

/// How soon it must be acted on, soonest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    Immediate,
    Within24h,
    WithinWeek,
    NextService,
    Monitor,
}

impl Urgency {
    /// Every urgency, soonest first.
    pub const ALL: [Self; 5] = [
        Self::Immediate,
        Self::Within24h,
        Self::WithinWeek,
        Self::NextService,
        Self::Monitor,
    ];

    /// Its name in events and data files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Immediate => "IMMEDIATE",
            Self::Within24h => "WITHIN_24H",
            Self::WithinWeek => "WITHIN_WEEK",
            Self::NextService => "NEXT_SERVICE",
            Self::Monitor => "MONITOR",
        }
    }

    /// The urgency with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.code() == code)
    }
}

/// From this joint probability on, failure modes that require stopping make a critical finding an emergency.
const STOP_PROBABILITY_MIN: f64 = 0.5;

/// The severity of a decision: what the trigger asked for, raised to EMERGENCY when a critical component probably
/// fails in a way that makes driving on dangerous.
pub fn severity(asked: Severity, diagnosis: &Diagnosis<'_>) -> Severity {
    let leading_stops = diagnosis.leading().mode.is_some_and(|mode| mode.requires_stop());
    let must_stop = leading_stops || diagnosis.stop_probability() >= STOP_PROBABILITY_MIN;
    if asked >= Severity::Critical && must_stop {
        Severity::Emergency
    } else {
        asked
    }
}

/// The urgency of a decision: the failure mode's own, hastened by severity and by a remaining life (days) that may end soon.
pub fn urgency(severity: Severity, mode: Option<Urgency>, rul_days: Option<Quantiles>) -> Urgency {
    let by_life = match rul_days.map(|days| days.p05) {
        Some(days) if days < 1.0 => Urgency::Within24h,
        Some(days) if days < 7.0 => Urgency::WithinWeek,
        _ => Urgency::Monitor,
    };
    let own = mode.unwrap_or(Urgency::WithinWeek).min(by_life);
    match severity {
        Severity::Emergency => Urgency::Immediate,
        Severity::Critical => own.min(Urgency::Within24h),
        // What must be done at once would have been critical; a warning leaves a day.
        Severity::Warning => own.max(Urgency::Within24h),
        Severity::Info => own.max(Urgency::NextService),
    }
}

/// How soon a look is asked for where a forecast alone warns, by the middle of the forecast in days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ForetoldRules {
    /// Below so many days within 24 hours.
    pub day_below_days: f64,
    /// From so many days on at the next service; between the two within a week.
    pub service_from_days: f64,
}

/// The urgency of what a forecast alone (days) warns of. The middle of the forecast asks, not its early end: the interval is wide by
/// nature, nothing was seen to be broken, and a look can be planned.
pub fn foretold_urgency(severity: Severity, rul_days: Option<Quantiles>, rules: &ForetoldRules) -> Urgency {
    let asked = match rul_days.map(|days| days.p50) {
        Some(days) if days < rules.day_below_days => Urgency::Within24h,
        Some(days) if days >= rules.service_from_days => Urgency::NextService,
        _ => Urgency::WithinWeek,
    };
    match severity {
        Severity::Info => asked.max(Urgency::NextService),
        _ => asked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgency_never_falls_behind_severity() {
        for mode in Urgency::ALL {
            assert_eq!(urgency(Severity::Emergency, Some(mode), None), Urgency::Immediate);
            assert!(urgency(Severity::Critical, Some(mode), None) <= Urgency::Within24h);
            assert!(urgency(Severity::Warning, Some(mode), None) >= Urgency::Within24h);
        }
    }

    #[test]
    fn a_life_that_may_end_today_hastens_a_warning() {
        let days = |p05| {
            Some(Quantiles {
                p05,
                p50: p05 + 5.0,
                p95: p05 + 20.0,
            })
        };
        assert_eq!(
            urgency(Severity::Warning, Some(Urgency::NextService), days(0.2)),
            Urgency::Within24h
        );
        assert_eq!(
            urgency(Severity::Warning, Some(Urgency::NextService), days(3.0)),
            Urgency::WithinWeek
        );
        assert_eq!(
            urgency(Severity::Warning, Some(Urgency::NextService), days(90.0)),
            Urgency::NextService
        );
    }

    #[test]
    fn the_middle_of_a_forecast_says_how_soon_to_look() {
        let rules = &ForetoldRules {
            day_below_days: 2.0,
            service_from_days: 14.0,
        };
        let asked = |p05, p50| {
            foretold_urgency(
                Severity::Warning,
                Some(Quantiles {
                    p05,
                    p50,
                    p95: p50 * 3.0,
                }),
                rules,
            )
        };
        assert_eq!(asked(0.1, 40.0), Urgency::NextService);
        assert_eq!(asked(0.1, 9.0), Urgency::WithinWeek);
        assert_eq!(asked(0.1, 1.0), Urgency::Within24h);
        assert_eq!(
            [2.0, 13.9, 14.0].map(|p50| asked(0.1, p50)),
            [Urgency::WithinWeek, Urgency::WithinWeek, Urgency::NextService]
        );
        assert_eq!(foretold_urgency(Severity::Warning, None, rules), Urgency::WithinWeek);
        assert_eq!(foretold_urgency(Severity::Info, None, rules), Urgency::NextService);
    }
}

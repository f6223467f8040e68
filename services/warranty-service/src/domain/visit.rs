//! A finished workshop visit, and the rule that drafts a claim from it.

use chrono::{DateTime, Utc};

use crate::domain::money::Money;
use crate::domain::odometer::Reading;
use crate::domain::reason::Reason;

/// What a visit found and cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    pub appointment_id: String,
    pub vehicle_id: String,
    pub decision_id: Option<String>,
    /// When the work was finished: event time.
    pub completed_at: DateTime<Utc>,
    /// The odometer reading at the visit, in km.
    pub odometer_km: Option<f64>,
    pub findings: Vec<Finding>,
    /// The cost of the whole visit.
    pub cost: Money,
}

/// What the technician found about one component.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub component: String,
    pub failure_mode: Option<String>,
    pub verdict: Verdict,
    /// Whether anything was done about it.
    pub repaired: bool,
}

/// Whether the suspected failure was there. `Unknown` is a word that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Confirmed,
    NotFound,
    OtherCause,
    Unknown,
}

impl Verdict {
    /// Reads the word used on the wire; a word that is not known becomes `Unknown`.
    pub fn parse(word: &str) -> Verdict {
        match word {
            "CONFIRMED" => Verdict::Confirmed,
            "NOT_FOUND" => Verdict::NotFound,
            "OTHER_CAUSE" => Verdict::OtherCause,
            _ => Verdict::Unknown,
        }
    }

    /// The word kept in the database.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Confirmed => "CONFIRMED",
            Verdict::NotFound => "NOT_FOUND",
            Verdict::OtherCause => "OTHER_CAUSE",
            Verdict::Unknown => "UNKNOWN",
        }
    }
}

/// What was suspected before the visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspicion<'a> {
    /// The visit was not booked for a decision.
    Nothing,
    /// It was, and the decision has not been heard of yet.
    NotKnownYet,
    /// It was booked for this failure.
    Of { component: &'a str, failure_mode: &'a str },
}

/// A failure that was there and was repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimable {
    pub component: String,
    pub failure_mode: Option<String>,
    /// How many other findings the same visit repaired: its cost pays for them too.
    pub other_repairs: usize,
}

impl Visit {
    /// What the odometer showed then, as the technician wrote it down.
    pub fn reading(&self) -> Option<Reading> {
        let at = self.completed_at;
        self.odometer_km.map(|km| Reading { km, at })
    }

    /// The failures that may found a claim, what was suspected first. A technician who confirms the suspected component
    /// without naming a failure mode has confirmed the suspected one; while that is not known, such a finding waits.
    pub fn claimable(&self, suspicion: Suspicion<'_>) -> Vec<Claimable> {
        if self.cost.amount_minor == 0 {
            return Vec::new();
        }
        let repairs = self.findings.iter().filter(|finding| finding.repaired).count();
        let mut found: Vec<Claimable> = self
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Confirmed && finding.repaired)
            .map(|finding| Claimable {
                component: finding.component.clone(),
                failure_mode: finding
                    .failure_mode
                    .clone()
                    .or_else(|| suspicion.mode_of(&finding.component)),
                other_repairs: repairs - 1,
            })
            .filter(|claimable| claimable.failure_mode.is_some() || suspicion != Suspicion::NotKnownYet)
            .collect();
        // The sort is stable: findings of equal rank keep the technician's order.
        found.sort_by_key(|claimable| match suspicion {
            Suspicion::Of {
                component,
                failure_mode,
            } if claimable.component == component => u8::from(claimable.failure_mode.as_deref() != Some(failure_mode)),
            _ => 2,
        });
        found
    }

    /// Whether hearing of the decision can bring something to claim.
    pub fn waits_for_decision(&self, suspicion: Suspicion<'_>) -> bool {
        suspicion == Suspicion::NotKnownYet && !self.claimable(Suspicion::Nothing).is_empty()
    }
}

impl Suspicion<'_> {
    fn mode_of(&self, of_component: &str) -> Option<String> {
        match self {
            Suspicion::Of {
                component,
                failure_mode,
            } if *component == of_component => Some((*failure_mode).to_owned()),
            _ => None,
        }
    }
}

impl Claimable {
    /// What a person should look at before submitting: the visit's cost may pay for more than this failure.
    pub fn remark(&self) -> Option<Reason> {
        (self.other_repairs > 0).then(|| {
            Reason::new(
                "claim.amount_includes_other_work",
                "The amount is the cost of the whole visit, which also repaired something else: correct it before submitting.",
            )
            .with_number("other_repairs", self.other_repairs as f64)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(component: &str, mode: &str, verdict: Verdict, repaired: bool) -> Finding {
        Finding {
            component: component.into(),
            failure_mode: Some(mode.into()),
            verdict,
            repaired,
        }
    }

    fn visit(findings: Vec<Finding>, amount_minor: i64) -> Visit {
        Visit {
            appointment_id: "apt_1".into(),
            vehicle_id: "V1".into(),
            decision_id: None,
            completed_at: DateTime::UNIX_EPOCH,
            odometer_km: None,
            findings,
            cost: Money {
                amount_minor,
                currency: "EUR".into(),
            },
        }
    }

    const LEAK: Suspicion = Suspicion::Of {
        component: "cooling",
        failure_mode: "cooling.leak",
    };

    fn modes(found: Vec<Claimable>) -> Vec<Option<String>> {
        found.into_iter().map(|claimable| claimable.failure_mode).collect()
    }

    #[test]
    fn only_what_was_confirmed_and_repaired_founds_a_claim_and_the_suspect_comes_first() {
        let found = vec![
            finding("engine", "engine.misfire", Verdict::Confirmed, true),
            finding("brakes", "brakes.fade", Verdict::Unknown, true),
            finding("cooling", "cooling.thermostat", Verdict::Confirmed, true),
            finding("cooling", "cooling.leak", Verdict::Confirmed, true),
            finding("charging", "charging.belt", Verdict::Confirmed, false),
            finding("tyres", "tyres.wear", Verdict::NotFound, false),
        ];
        let visit = visit(found, 100);
        let named = |modes: [&str; 3]| modes.map(|mode| Some(mode.to_owned())).to_vec();
        let expected = named(["cooling.leak", "cooling.thermostat", "engine.misfire"]);
        assert_eq!(modes(visit.claimable(LEAK)), expected);
        assert_eq!(visit.claimable(LEAK)[0].other_repairs, 3);
        assert!(visit.claimable(LEAK)[0].remark().is_some());
    }

    #[test]
    fn a_finding_without_a_mode_confirms_the_suspected_one_and_waits_until_that_is_known() {
        let unnamed = |component: &str| Finding {
            component: component.into(),
            failure_mode: None,
            verdict: Verdict::Confirmed,
            repaired: true,
        };
        let both = visit(vec![unnamed("engine"), unnamed("cooling")], 100);
        assert_eq!(modes(both.claimable(LEAK)), [Some("cooling.leak".to_owned()), None]);
        assert_eq!(both.claimable(Suspicion::NotKnownYet), []);
        assert!(both.waits_for_decision(Suspicion::NotKnownYet));
        assert!(!both.waits_for_decision(Suspicion::Nothing));
        assert_eq!(modes(both.claimable(Suspicion::Nothing)), [None, None]);
    }

    #[test]
    fn a_visit_that_cost_nothing_founds_no_claim() {
        let visit = visit(vec![finding("cooling", "cooling.leak", Verdict::Confirmed, true)], 0);
        assert!(visit.claimable(Suspicion::Nothing).is_empty());
        assert!(!visit.waits_for_decision(Suspicion::NotKnownYet));
    }
}

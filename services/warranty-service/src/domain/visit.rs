//! A finished workshop visit, and the rule that drafts a claim from it.

use chrono::{DateTime, Utc};

use crate::domain::money::Money;
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

impl Visit {
    /// The findings that may found a claim: the failure was there and was repaired. Those of the component and the
    /// failure mode that led to the visit come first.
    pub fn claimable<'a>(&'a self, suspected: Option<(&str, &str)>) -> Vec<&'a Finding> {
        if self.cost.amount_minor == 0 {
            return Vec::new();
        }
        let mut found: Vec<&Finding> = self
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Confirmed && finding.repaired)
            .collect();
        // The sort is stable: findings of equal rank keep the technician's order.
        found.sort_by_key(|finding| match suspected {
            Some((component, mode)) if finding.component == component => {
                if finding.failure_mode.as_deref() == Some(mode) {
                    0
                } else {
                    1
                }
            }
            _ => 2,
        });
        found
    }

    /// What a person should look at before submitting: the visit's cost may pay for more than the claimed finding.
    pub fn remark(&self, claimed: &Finding) -> Option<Reason> {
        let others = self
            .findings
            .iter()
            .filter(|finding| finding.repaired && *finding != claimed)
            .count();
        (others > 0).then(|| {
            Reason::new(
                "claim.amount_includes_other_work",
                "The amount is the cost of the whole visit, which also repaired something else: correct it before submitting.",
            )
            .with_number("other_findings", others as f64)
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
        let modes: Vec<_> = visit
            .claimable(Some(("cooling", "cooling.leak")))
            .into_iter()
            .map(|finding| finding.failure_mode.as_deref().unwrap())
            .collect();
        assert_eq!(modes, ["cooling.leak", "cooling.thermostat", "engine.misfire"]);
        assert!(visit.remark(&visit.findings[3]).is_some());
    }

    #[test]
    fn a_visit_that_cost_nothing_founds_no_claim() {
        let visit = visit(vec![finding("cooling", "cooling.leak", Verdict::Confirmed, true)], 0);
        assert!(visit.claimable(None).is_empty());
        assert!(visit.remark(&visit.findings[0]).is_none());
    }
}

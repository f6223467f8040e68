//! A claim: what is asked of whoever gave the coverage. Each change is a new version; a version never changes.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::eligibility::Eligibility;
use crate::domain::money::Money;
use crate::domain::reason::Reason;

/// What never changes about a claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub claim_id: String,
    pub vehicle_id: String,
    /// The visit that the claim pays for; at most one claim a visit.
    pub appointment_id: Option<String>,
    pub decision_id: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// One state of a claim, as one person or the service wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// 1 for the first draft, one more for each later state.
    pub number: i64,
    pub status: Status,
    pub content: Content,
    /// Who wrote this version: a user's or key's id, or `system`.
    pub written_by: String,
    pub written_at: DateTime<Utc>,
}

/// What a version says.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    pub component: String,
    pub failure_mode: Option<String>,
    pub amount: Money,
    /// The day on which the failure showed.
    pub occurred_on: NaiveDate,
    pub odometer_km: Option<f64>,
    /// The warranty position when this version was written.
    pub standing: Standing,
    /// What a person should look at before submitting.
    pub remark: Option<Reason>,
    /// The claimant's own words; they stay in this service.
    pub description: Option<String>,
}

/// Whether a failure is covered, why, and by which coverage.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub covered: bool,
    pub reason: Reason,
    pub coverage_id: Option<String>,
}

impl From<&Eligibility> for Standing {
    fn from(eligibility: &Eligibility) -> Standing {
        Standing {
            covered: eligibility.covered(),
            reason: eligibility.ground.reason(),
            coverage_id: eligibility.ground.coverage_id().map(str::to_owned),
        }
    }
}

/// Where a claim has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Draft,
    Submitted,
}

/// What a person may change while submitting.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Amendment {
    pub amount: Option<Money>,
    pub description: Option<String>,
}

/// Why a claim cannot take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimFault {
    /// It was submitted before.
    AlreadySubmitted,
    /// The amount is of another currency than the draft's.
    OtherCurrency,
    /// The service submits nothing by itself.
    NotAPerson,
}

/// The author of drafts that the service writes itself.
pub const SYSTEM: &str = "system";

impl Status {
    /// Reads the word kept in the database and used on the wire.
    pub fn parse(word: &str) -> Option<Status> {
        match word {
            "DRAFT" => Some(Status::Draft),
            "SUBMITTED" => Some(Status::Submitted),
            _ => None,
        }
    }

    /// The word kept in the database and used on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Status::Draft => "DRAFT",
            Status::Submitted => "SUBMITTED",
        }
    }
}

impl Version {
    /// The first version of a claim.
    pub fn draft(content: Content, written_by: &str, written_at: DateTime<Utc>) -> Version {
        Version {
            number: 1,
            status: Status::Draft,
            content,
            written_by: written_by.to_owned(),
            written_at,
        }
    }

    /// The version that submits this draft, with what the person corrected and the warranty position of now.
    pub fn submit(
        &self,
        amendment: Amendment,
        standing: Standing,
        by: &str,
        at: DateTime<Utc>,
    ) -> Result<Version, ClaimFault> {
        if self.status == Status::Submitted {
            return Err(ClaimFault::AlreadySubmitted);
        }
        if by == SYSTEM {
            return Err(ClaimFault::NotAPerson);
        }
        let mut content = Content {
            standing,
            ..self.content.clone()
        };
        if let Some(amount) = amendment.amount {
            if amount.currency != content.amount.currency {
                return Err(ClaimFault::OtherCurrency);
            }
            content.amount = amount;
            content.remark = None;
        }
        content.description = amendment.description.or(content.description);
        Ok(Version {
            number: self.number + 1,
            status: Status::Submitted,
            content,
            written_by: by.to_owned(),
            written_at: at,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn standing(covered: bool) -> Standing {
        Standing {
            covered,
            reason: Reason::new("warranty.covered", "Covered."),
            coverage_id: Some("cov_1".into()),
        }
    }

    fn draft(amount_minor: i64) -> Version {
        let content = Content {
            component: "cooling".into(),
            failure_mode: Some("cooling.leak".into()),
            amount: Money {
                amount_minor,
                currency: "EUR".into(),
            },
            occurred_on: NaiveDate::default(),
            odometer_km: None,
            standing: standing(true),
            remark: Some(Reason::new("claim.amount_includes_other_work", "Look.")),
            description: None,
        };
        Version::draft(content, SYSTEM, DateTime::UNIX_EPOCH)
    }

    proptest! {
        #[test]
        fn submitting_writes_the_next_version_once_and_leaves_the_draft_as_it_was(
            amount in 0..10_000_000i64, corrected in proptest::option::of(0..10_000_000i64)
        ) {
            let draft = draft(amount);
            let before = draft.clone();
            let amendment = Amendment {
                amount: corrected.map(|amount_minor| Money { amount_minor, currency: "EUR".into() }),
                description: None,
            };
            let submitted = draft.submit(amendment, standing(false), "usr_1", DateTime::UNIX_EPOCH).unwrap();
            prop_assert_eq!(&draft, &before);
            prop_assert_eq!(submitted.number, draft.number + 1);
            prop_assert!(!submitted.content.standing.covered, "the position of now counts");
            prop_assert_eq!(submitted.content.amount.amount_minor, corrected.unwrap_or(amount));
            prop_assert_eq!(
                submitted.submit(Amendment::default(), standing(true), "usr_1", DateTime::UNIX_EPOCH),
                Err(ClaimFault::AlreadySubmitted)
            );
        }
    }

    #[test]
    fn the_service_submits_nothing_itself_and_a_currency_is_not_exchanged() {
        let at = DateTime::UNIX_EPOCH;
        assert_eq!(
            draft(1).submit(Amendment::default(), standing(true), SYSTEM, at),
            Err(ClaimFault::NotAPerson)
        );
        let francs = Amendment {
            amount: Some(Money {
                amount_minor: 1,
                currency: "CHF".into(),
            }),
            description: None,
        };
        assert_eq!(
            draft(1).submit(francs, standing(true), "usr_1", at),
            Err(ClaimFault::OtherCurrency)
        );
    }
}

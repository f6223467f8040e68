//! The life of an alert: OPEN, then ACKNOWLEDGED, then RESOLVED, and never back.

use chrono::{DateTime, Utc};

use super::content::Content;
use super::severity::{Severity, Urgency};

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Open,
    Acknowledged,
    Resolved,
}

impl Status {
    /// Every status, in the order of life.
    pub const ALL: [Self; 3] = [Self::Open, Self::Acknowledged, Self::Resolved];

    /// The word used in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Acknowledged => "ACKNOWLEDGED",
            Self::Resolved => "RESOLVED",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// Why an alert is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResolvedReason {
    Repaired,
    /// The workshop looked for the fault and did not find it.
    NotFound,
    /// The component is well again, and nobody told of a repair.
    Recovered,
    Manual,
}

impl ResolvedReason {
    /// The word used in events and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Repaired => "REPAIRED",
            Self::NotFound => "NOT_FOUND",
            Self::Recovered => "RECOVERED",
            Self::Manual => "MANUAL",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Repaired, Self::NotFound, Self::Recovered, Self::Manual]
            .into_iter()
            .find(|reason| reason.as_str() == word)
    }
}

/// Who took notice, and when (business time).
#[derive(Clone, Debug, PartialEq)]
pub struct Acknowledgement {
    pub by: String,
    pub at: DateTime<Utc>,
}

/// How an alert ended (business time).
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    pub reason: ResolvedReason,
    /// Own words of the person, if any.
    pub note: Option<String>,
    /// The person; none when a repair or a recovery resolved it.
    pub by: Option<String>,
    pub appointment_id: Option<String>,
    pub at: DateTime<Utc>,
}

/// A visit that was booked for an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Booking {
    pub appointment_id: String,
    pub starts_at: DateTime<Utc>,
}

/// An alert about one component of one vehicle.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    pub id: String,
    pub decision_id: String,
    pub vehicle_id: String,
    pub component: String,
    pub severity: Severity,
    pub urgency: Urgency,
    pub content: Content,
    /// Late data: kept for the record; nobody is told and nothing is booked.
    pub historical: bool,
    /// When it was true of the vehicle (event time).
    pub event_time: DateTime<Utc>,
    /// When it was raised (business time).
    pub raised_at: DateTime<Utc>,
    pub correlation_id: String,
    pub acknowledgement: Option<Acknowledgement>,
    pub resolution: Option<Resolution>,
    pub booking: Option<Booking>,
    /// Counts changes, so that two writers cannot overwrite each other.
    pub version: i64,
}

/// Whether a step changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Taken,
    AlreadyDone,
}

/// A step that the lifecycle does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LifecycleError {
    #[error("a resolved alert cannot be acknowledged")]
    AlreadyResolved,
}

impl Alert {
    /// Where the alert stands.
    pub fn status(&self) -> Status {
        match (&self.resolution, &self.acknowledgement) {
            (Some(_), _) => Status::Resolved,
            (None, Some(_)) => Status::Acknowledged,
            (None, None) => Status::Open,
        }
    }

    /// A person takes notice. The first one counts; later ones change nothing.
    pub fn acknowledge(&mut self, by: &str, at: DateTime<Utc>) -> Result<Step, LifecycleError> {
        match self.status() {
            Status::Open => {
                self.acknowledgement = Some(Acknowledgement { by: by.to_owned(), at });
                Ok(Step::Taken)
            }
            Status::Acknowledged => Ok(Step::AlreadyDone),
            Status::Resolved => Err(LifecycleError::AlreadyResolved),
        }
    }

    /// The alert is over. The first resolution counts; later ones change nothing.
    pub fn resolve(&mut self, resolution: Resolution) -> Step {
        if self.resolution.is_some() {
            return Step::AlreadyDone;
        }
        self.resolution = Some(resolution);
        Step::Taken
    }

    /// Notes the visit that was booked, or its new time.
    pub fn note_booking(&mut self, booking: Booking) -> Step {
        if self.booking.as_ref() == Some(&booking) {
            return Step::AlreadyDone;
        }
        self.booking = Some(booking);
        Step::Taken
    }

    /// Forgets the visit if it is the one that was cancelled.
    pub fn drop_booking(&mut self, appointment_id: &str) -> Step {
        match &self.booking {
            Some(booking) if booking.appointment_id == appointment_id => {
                self.booking = None;
                Step::Taken
            }
            _ => Step::AlreadyDone,
        }
    }
}

/// What a technician found in a component and did about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It had a fault, whichever one, and something was replaced, repaired or adjusted.
    Repaired,
    /// It was looked for and not found.
    NotFound,
    /// A fault that is still there, or words that we do not know.
    Open,
}

impl Finding {
    /// Why alerts about its component are over, if they are.
    pub fn ends(self) -> Option<ResolvedReason> {
        match self {
            Self::Repaired => Some(ResolvedReason::Repaired),
            Self::NotFound => Some(ResolvedReason::NotFound),
            Self::Open => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::content::{FailureMode, Money, title};
    use proptest::prelude::*;

    /// An open alert for tests of rules.
    pub(crate) fn alert(severity: Severity) -> Alert {
        let failure_mode = FailureMode {
            code: "cooling.leak".into(),
            name: "Coolant leak".into(),
            probability: 0.8,
        };
        let money = |amount_minor| Money {
            amount_minor,
            currency: "EUR".into(),
        };
        let content = Content {
            title: title("cooling", &failure_mode),
            failure_mode,
            reasoning: vec![],
            recommended_actions: vec![],
            safety_warning: None,
            cost_low: money(12_000),
            cost_high: money(65_000),
            labour_hours: 2.5,
            parts: vec![],
            required_skill: "cooling".into(),
            rul_km: None,
            odometer_km: None,
            review: None,
        };
        Alert {
            id: "alert_1".into(),
            decision_id: "dec_1".into(),
            vehicle_id: "V1".into(),
            component: "cooling".into(),
            severity,
            urgency: Urgency::implied_by(severity),
            content,
            historical: false,
            event_time: DateTime::UNIX_EPOCH,
            raised_at: DateTime::UNIX_EPOCH,
            correlation_id: "cor_1".into(),
            acknowledgement: None,
            resolution: None,
            booking: None,
            version: 0,
        }
    }

    fn resolution(by: &str) -> Resolution {
        Resolution {
            reason: ResolvedReason::Manual,
            note: None,
            by: Some(by.into()),
            appointment_id: None,
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn acknowledging_twice_keeps_the_first_person() {
        let mut alert = alert(Severity::Critical);
        assert_eq!(alert.acknowledge("usr_a", DateTime::UNIX_EPOCH), Ok(Step::Taken));
        assert_eq!(alert.acknowledge("usr_b", DateTime::UNIX_EPOCH), Ok(Step::AlreadyDone));
        assert_eq!(alert.acknowledgement.as_ref().map(|ack| ack.by.as_str()), Some("usr_a"));
        assert_eq!(alert.resolve(resolution("usr_c")), Step::Taken);
        assert_eq!(
            alert.acknowledge("usr_b", DateTime::UNIX_EPOCH),
            Err(LifecycleError::AlreadyResolved)
        );
    }

    #[test]
    fn only_the_booked_visit_can_be_cancelled() {
        let mut alert = alert(Severity::Critical);
        let booking = Booking {
            appointment_id: "apt_1".into(),
            starts_at: DateTime::UNIX_EPOCH,
        };
        assert_eq!(alert.note_booking(booking.clone()), Step::Taken);
        assert_eq!(alert.note_booking(booking), Step::AlreadyDone);
        assert_eq!(alert.drop_booking("apt_2"), Step::AlreadyDone);
        assert_eq!(alert.drop_booking("apt_1"), Step::Taken);
        assert!(alert.booking.is_none());
    }

    proptest! {
        /// Whatever is tried in whatever order, the status never goes back and at most one of each step is taken.
        #[test]
        fn life_goes_only_forward(steps in proptest::collection::vec((any::<bool>(), "[a-c]"), 0..12)) {
            let mut alert = alert(Severity::Warning);
            let (mut acknowledged, mut resolved) = (0, 0);
            for (acknowledge, by) in steps {
                let before = alert.status();
                if acknowledge {
                    acknowledged += usize::from(alert.acknowledge(&by, DateTime::UNIX_EPOCH) == Ok(Step::Taken));
                } else {
                    resolved += usize::from(alert.resolve(resolution(&by)) == Step::Taken);
                }
                prop_assert!(alert.status() >= before);
            }
            prop_assert!(acknowledged <= 1 && resolved <= 1);
        }
    }
}

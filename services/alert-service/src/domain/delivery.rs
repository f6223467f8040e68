//! One delivery: an alert or a report to one person through one channel, and how it comes to rest.

use std::time::Duration;

use super::severity::Severity;

/// How a person is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Delivered by being stored: the app shows it.
    InApp,
    Email,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 2] = [Self::InApp, Self::Email];

    /// The word used in events and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InApp => "IN_APP",
            Self::Email => "EMAIL",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == word)
    }
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Alert,
    /// A weekly report.
    Report,
}

impl About {
    /// The word that is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "ALERT",
            Self::Report => "REPORT",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Alert, Self::Report]
            .into_iter()
            .find(|about| about.as_str() == word)
    }
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for its next attempt.
    Pending,
    /// Journaled before the send; found at start, it means that we do not know whether the message left.
    Sending,
    Sent,
    Failed,
    InDoubt,
    Suppressed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Sending,
        Self::Sent,
        Self::Failed,
        Self::InDoubt,
        Self::Suppressed,
    ];

    /// The word used in events and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Sending => "SENDING",
            Self::Sent => "SENT",
            Self::Failed => "FAILED",
            Self::InDoubt => "IN_DOUBT",
            Self::Suppressed => "SUPPRESSED",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Why a message was not sent although it was meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppression {
    /// The vehicle's people were told often enough this hour.
    RateLimited,
    /// Business time is simulated: nothing leaves the house.
    Simulated,
    /// No mail server is configured.
    EmailNotConfigured,
    /// The person erased or never gave an address.
    NoAddress,
    /// The person gave an address and wants no e-mail.
    NotWanted,
    /// The person may no longer sign in.
    PersonDisabled,
    /// It was heard of long after it was made.
    TooOld,
}

impl Suppression {
    /// Stable code for the ledger and the event.
    pub fn code(self) -> &'static str {
        match self {
            Self::RateLimited => "rate_limited",
            Self::Simulated => "simulated",
            Self::EmailNotConfigured => "email_not_configured",
            Self::NoAddress => "no_address",
            Self::NotWanted => "email_not_wanted",
            Self::PersonDisabled => "person_disabled",
            Self::TooOld => "too_old",
        }
    }
}

/// What bears on where a new delivery starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    pub limited: bool,
    pub simulated: bool,
    pub email_configured: bool,
}

/// Where a new delivery starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Storing it was the delivery.
    Stored,
    /// The mail worker takes it from here.
    Queued,
    Suppressed(Suppression),
}

/// Decides where a new delivery starts.
pub fn start(channel: Channel, conditions: Conditions) -> Start {
    match channel {
        _ if conditions.limited => Start::Suppressed(Suppression::RateLimited),
        Channel::InApp => Start::Stored,
        Channel::Email if conditions.simulated => Start::Suppressed(Suppression::Simulated),
        Channel::Email if !conditions.email_configured => Start::Suppressed(Suppression::EmailNotConfigured),
        Channel::Email => Start::Queued,
    }
}

/// How often and how patiently a message is tried again (machine time).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    pub attempts_max: u32,
    /// A grave message that may have gone is sent again until so many attempts are in doubt.
    pub doubts_max: u32,
    pub backoff_first: Duration,
    pub backoff_max: Duration,
}

impl RetryPolicy {
    /// Pause after the given number of attempts: doubles each time, bounded.
    pub fn backoff(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(20);
        self.backoff_first.saturating_mul(1 << doublings).min(self.backoff_max)
    }
}

/// How one attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider took responsibility for the message.
    Accepted,
    /// The message certainly did not go, and a later attempt may succeed.
    Deferred,
    /// The message certainly did not go and never will.
    Refused,
    /// The message may or may not have gone: the answer to its last byte was lost.
    Unknown,
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Sent,
    Retry { after: Duration },
    Failed,
    InDoubt,
}

/// How often a message was tried, the attempt in hand counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    pub attempts: u32,
    /// Of these, how many may have reached their recipient.
    pub in_doubt: u32,
}

/// What follows from an attempt.
pub fn after_attempt(outcome: Outcome, severity: Severity, tries: Tries, policy: &RetryPolicy) -> Next {
    let may_retry = tries.attempts < policy.attempts_max;
    let may_repeat = may_retry && tries.in_doubt < policy.doubts_max;
    let retry = Next::Retry {
        after: policy.backoff(tries.attempts),
    };
    match outcome {
        Outcome::Accepted => Next::Sent,
        Outcome::Refused => Next::Failed,
        Outcome::Deferred if may_retry => retry,
        Outcome::Deferred => Next::Failed,
        // A second copy of a grave message does less harm than none; the same Message-ID lets mailboxes drop it.
        Outcome::Unknown if severity.must_reach_someone() && may_repeat => retry,
        Outcome::Unknown => Next::InDoubt,
    }
}

/// What becomes of a delivery that was found in SENDING at start: the process died between sending and noting it.
pub fn after_crash(severity: Severity, tries: Tries, policy: &RetryPolicy) -> Next {
    match after_attempt(Outcome::Unknown, severity, tries, policy) {
        Next::Retry { .. } => Next::Retry { after: Duration::ZERO },
        next => next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POLICY: RetryPolicy = RetryPolicy {
        attempts_max: 6,
        doubts_max: 2,
        backoff_first: Duration::from_secs(2),
        backoff_max: Duration::from_secs(600),
    };

    #[test]
    fn a_start_is_suppressed_for_the_strongest_reason() {
        let conditions = Conditions {
            limited: false,
            simulated: false,
            email_configured: true,
        };
        assert_eq!(start(Channel::Email, conditions), Start::Queued);
        assert_eq!(start(Channel::InApp, conditions), Start::Stored);
        let simulated = Conditions {
            simulated: true,
            ..conditions
        };
        assert_eq!(
            start(Channel::Email, simulated),
            Start::Suppressed(Suppression::Simulated)
        );
        assert_eq!(
            start(Channel::InApp, simulated),
            Start::Stored,
            "what is stored does not leave the house"
        );
        let limited = Conditions {
            limited: true,
            ..simulated
        };
        assert_eq!(
            start(Channel::InApp, limited),
            Start::Suppressed(Suppression::RateLimited)
        );
        let unconfigured = Conditions {
            email_configured: false,
            ..conditions
        };
        assert_eq!(
            start(Channel::Email, unconfigured),
            Start::Suppressed(Suppression::EmailNotConfigured)
        );
    }

    #[test]
    fn a_crash_in_doubt_repeats_only_what_must_reach_someone() {
        let tries = |attempts, in_doubt| Tries { attempts, in_doubt };
        assert_eq!(after_crash(Severity::Warning, tries(1, 1), &POLICY), Next::InDoubt);
        assert_eq!(
            after_crash(Severity::Critical, tries(5, 1), &POLICY),
            Next::Retry { after: Duration::ZERO }
        );
        assert_eq!(after_crash(Severity::Emergency, tries(6, 1), &POLICY), Next::InDoubt);
        assert_eq!(
            after_crash(Severity::Emergency, tries(2, 2), &POLICY),
            Next::InDoubt,
            "a mailbox is not flooded with what may have arrived"
        );
    }

    proptest! {
        /// Whatever the answers are, a delivery comes to rest within its attempts, and a low one whose fate is
        /// unknown is never sent again.
        #[test]
        fn every_delivery_comes_to_rest(answers in proptest::collection::vec(0..4usize, 20), rank in 1..4usize) {
            let outcomes = [Outcome::Accepted, Outcome::Deferred, Outcome::Refused, Outcome::Unknown];
            let severity = Severity::ALL[rank];
            let (mut attempts, mut in_doubt) = (0, 0);
            for answer in answers {
                attempts += 1;
                in_doubt += u32::from(outcomes[answer] == Outcome::Unknown);
                let next = after_attempt(outcomes[answer], severity, Tries { attempts, in_doubt }, &POLICY);
                let Next::Retry { after } = next else { break };
                prop_assert!(after >= POLICY.backoff_first && after <= POLICY.backoff_max);
                prop_assert!(outcomes[answer] != Outcome::Unknown || severity.must_reach_someone());
            }
            prop_assert!(attempts <= POLICY.attempts_max && in_doubt <= POLICY.doubts_max);
        }

        #[test]
        fn backoff_grows_and_is_bounded(attempts in 1..200u32) {
            prop_assert!(POLICY.backoff(attempts) <= POLICY.backoff(attempts + 1));
            prop_assert!(POLICY.backoff(attempts) <= POLICY.backoff_max);
        }
    }
}

//! The numbers that the rules run on; the configuration sets them.

use chrono::TimeDelta;

use super::delivery::RetryPolicy;
use super::notification_limit::NotificationLimit;

/// The numbers that the rules run on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    pub limit: NotificationLimit,
    /// How long an alert that must reach someone waits for an acknowledgement (business time).
    pub escalate_after: TimeDelta,
    /// How old an open alert may be for people who become known later to be told of it (business time).
    pub late_recipients_within: TimeDelta,
    /// How old a weekly report may be for people to be mailed about it (business time).
    pub reports_within: TimeDelta,
    pub retry: RetryPolicy,
    /// How long a sender is left alone with a message before it counts as stopped (time of the machines).
    pub claim_for: TimeDelta,
    /// A mail server is configured.
    pub email_configured: bool,
}

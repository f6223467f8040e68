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
    pub retry: RetryPolicy,
    /// A mail server is configured.
    pub email_configured: bool,
}

//! Configuration of this service. Every knob and its default is in `config.default.toml`.

use std::time::Duration;

use chassis::config::{Base, Secret};
use chrono::TimeDelta;
use serde::Deserialize;

use crate::domain::delivery::RetryPolicy;
use crate::domain::notification_limit::NotificationLimit;
use crate::domain::rules::Rules;

/// All of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    #[serde(flatten)]
    pub base: Base,
    pub alerts: AlertsConfig,
    pub smtp: SmtpConfig,
}

/// The rules of alerting.
#[derive(Clone, Debug, Deserialize)]
pub struct AlertsConfig {
    pub default_locale: String,
    pub link_base: String,
    pub notifications_per_hour_max: usize,
    pub escalate_after_minutes: u32,
    pub escalation_poll_ms: u64,
    pub late_recipients_within_minutes: u32,
    pub report_link_base: String,
    pub reports_within_hours: u32,
}

/// The mail server.
#[derive(Clone, Debug, Deserialize)]
pub struct SmtpConfig {
    pub host: String,
    pub port: u16,
    pub username: String,
    pub password: Secret,
    pub from: String,
    pub tls: SmtpTls,
    pub timeout_ms: u64,
    pub poll_ms: u64,
    pub attempts_max: u32,
    pub doubts_max: u32,
    pub backoff_ms_first: u64,
    pub backoff_ms_max: u64,
    pub claim_margin_ms: u64,
}

impl SmtpConfig {
    /// How long after claiming a message its sender may begin to send it.
    pub fn claim_margin(&self) -> Duration {
        Duration::from_millis(self.claim_margin_ms.max(100))
    }

    /// How long a sender is left alone with a message: margin and both timeouts, and the margin again to note the outcome.
    fn claim_for(&self) -> TimeDelta {
        let longest = self.claim_margin() * 2 + Duration::from_millis(self.timeout_ms) * 2;
        TimeDelta::from_std(longest).unwrap_or(TimeDelta::days(1))
    }
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    None,
    Starttls,
    Tls,
}

impl Config {
    /// The numbers that the rules run on.
    pub fn rules(&self) -> Rules {
        Rules {
            limit: NotificationLimit {
                notifications_max: self.alerts.notifications_per_hour_max,
                window: TimeDelta::hours(1),
            },
            escalate_after: TimeDelta::minutes(i64::from(self.alerts.escalate_after_minutes)),
            late_recipients_within: TimeDelta::minutes(i64::from(self.alerts.late_recipients_within_minutes)),
            reports_within: TimeDelta::hours(i64::from(self.alerts.reports_within_hours)),
            retry: RetryPolicy {
                attempts_max: self.smtp.attempts_max.max(1),
                doubts_max: self.smtp.doubts_max,
                backoff_first: Duration::from_millis(self.smtp.backoff_ms_first),
                backoff_max: Duration::from_millis(self.smtp.backoff_ms_max.max(self.smtp.backoff_ms_first)),
            },
            email_configured: !self.smtp.host.is_empty(),
            claim_for: self.smtp.claim_for(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chassis::config::{ConfigError, Sources, load};

    fn from_environment(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let environment = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        load(
            &crate::DEFINITION,
            &Sources {
                environment,
                ..Sources::default()
            },
        )
    }

    #[test]
    fn the_defaults_send_no_mail_and_hold_the_promised_limits() {
        let rules = from_environment(&[]).unwrap().rules();
        assert!(!rules.email_configured);
        assert_eq!(
            (rules.limit.notifications_max, rules.limit.window),
            (3, TimeDelta::hours(1))
        );
        // Greylisting takes minutes, a mail server that is being mended hours (RFC 5321 §4.5.4.1 asks for patience).
        let waits = (1..rules.retry.attempts_max).map(|attempts| rules.retry.backoff(attempts));
        let patience: Duration = waits.sum();
        assert!(
            (Duration::from_hours(20)..Duration::from_hours(30)).contains(&patience),
            "{patience:?}"
        );
    }

    #[test]
    fn the_environment_sets_the_mail_server_and_the_password_never_prints() {
        let settings = [
            ("ALERT__SMTP__HOST", "mail.example.org"),
            ("ALERT__SMTP__PORT", "465"),
            ("ALERT__SMTP__TLS", "tls"),
            ("ALERT__SMTP__PASSWORD", "very-secret"),
        ];
        let config = from_environment(&settings).unwrap();
        assert_eq!((config.smtp.port, config.smtp.tls), (465, SmtpTls::Tls));
        assert!(config.rules().email_configured);
        assert_eq!(config.smtp.password.reveal(), "very-secret");
        assert!(!format!("{config:?}").contains("very-secret"));
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let refused = from_environment(&[("ALERT__SMTP__HOSTT", "x")]);
        assert!(matches!(refused, Err(ConfigError::UnknownKey { key, .. }) if key == "smtp.hostt"));
    }
}

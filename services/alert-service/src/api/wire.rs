//! What goes over the wire: requests and responses of this API.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::alert::{Alert, Status};
use crate::shapes::{Content, Reason};
use crate::store::{Comment, Contact, Counts, Delivery, Revision};
use crate::use_cases::AlertDetail;

/// An alert.
#[derive(Serialize, ToSchema)]
pub struct AlertView {
    pub alert_id: String,
    pub decision_id: String,
    pub vehicle_id: String,
    pub component: String,
    /// WARNING, CRITICAL or EMERGENCY.
    pub severity: &'static str,
    /// IMMEDIATE, WITHIN_24H, WITHIN_WEEK, NEXT_SERVICE or MONITOR.
    pub urgency: &'static str,
    /// OPEN, ACKNOWLEDGED or RESOLVED.
    pub status: &'static str,
    /// Raised from late data: kept for the record, told to nobody.
    pub historical: bool,
    /// When it was true of the vehicle.
    pub event_time: DateTime<Utc>,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    #[serde(flatten)]
    pub content: Content,
    pub acknowledged_by: Option<String>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub resolved_by: Option<String>,
    pub resolved_at: Option<DateTime<Utc>>,
    /// REPAIRED, NOT_FOUND, RECOVERED or MANUAL.
    pub resolved_reason: Option<&'static str>,
    pub resolved_note: Option<String>,
    pub resolved_appointment_id: Option<String>,
    pub booked_appointment_id: Option<String>,
    pub booked_starts_at: Option<DateTime<Utc>>,
}

impl From<Alert> for AlertView {
    fn from(alert: Alert) -> Self {
        let status = alert.status().as_str();
        let content = Content::from(&alert.content);
        let (acknowledged_by, acknowledged_at) = alert.acknowledgement.map(|ack| (ack.by, ack.at)).unzip();
        let (booked_appointment_id, booked_starts_at) = alert
            .booking
            .map(|booking| (booking.appointment_id, booking.starts_at))
            .unzip();
        let resolution = alert.resolution.as_ref();
        Self {
            alert_id: alert.id,
            decision_id: alert.decision_id,
            vehicle_id: alert.vehicle_id,
            component: alert.component,
            severity: alert.severity.as_str(),
            urgency: alert.urgency.as_str(),
            status,
            historical: alert.historical,
            event_time: alert.event_time,
            raised_at: alert.raised_at,
            content,
            acknowledged_by,
            acknowledged_at,
            resolved_by: resolution.and_then(|resolution| resolution.by.clone()),
            resolved_at: resolution.map(|resolution| resolution.at),
            resolved_reason: resolution.map(|resolution| resolution.reason.as_str()),
            resolved_note: resolution.and_then(|resolution| resolution.note.clone()),
            resolved_appointment_id: resolution.and_then(|resolution| resolution.appointment_id.clone()),
            booked_appointment_id,
            booked_starts_at,
        }
    }
}

/// What was found out later about the decision behind an alert.
#[derive(Serialize, ToSchema)]
pub struct AmendmentView {
    pub revision: i64,
    pub what: Reason,
    pub warranty: Option<WarrantyView>,
    pub time: DateTime<Utc>,
}

/// What the warranty check found.
#[derive(Clone, Serialize, ToSchema)]
pub struct WarrantyView {
    pub covered: bool,
    pub reason: Reason,
    pub coverage_id: Option<String>,
}

impl From<Revision> for AmendmentView {
    fn from(revision: Revision) -> Self {
        let warranty = revision.warranty.map(|warranty| WarrantyView {
            covered: warranty.covered,
            reason: warranty.reason,
            coverage_id: warranty.coverage_id,
        });
        Self {
            revision: revision.revision,
            what: revision.what,
            warranty,
            time: revision.time,
        }
    }
}

/// A comment.
#[derive(Serialize, ToSchema)]
pub struct CommentView {
    pub comment_id: String,
    pub author_id: String,
    pub text: String,
    pub created_at: DateTime<Utc>,
}

impl From<Comment> for CommentView {
    fn from(comment: Comment) -> Self {
        let Comment {
            comment_id,
            author_id,
            text,
            created_at,
        } = comment;
        Self {
            comment_id,
            author_id,
            text,
            created_at,
        }
    }
}

/// An alert with all that was found out and said about it.
#[derive(Serialize, ToSchema)]
pub struct AlertDetailView {
    #[serde(flatten)]
    pub alert: AlertView,
    /// Number of the latest amendment; 0 when there is none.
    pub revision: i64,
    pub amendments: Vec<AmendmentView>,
    /// The latest finding of the warranty check.
    pub warranty: Option<WarrantyView>,
    pub comments: Vec<CommentView>,
    pub recipient_ids: Vec<String>,
    /// When it goes to the next role unless somebody acknowledges it.
    pub escalates_at: Option<DateTime<Utc>>,
}

impl From<AlertDetail> for AlertDetailView {
    fn from(detail: AlertDetail) -> Self {
        let amendments: Vec<AmendmentView> = detail.revisions.into_iter().map(Into::into).collect();
        Self {
            alert: detail.alert.into(),
            revision: amendments.last().map_or(0, |amendment| amendment.revision),
            warranty: amendments.iter().rev().find_map(|amendment| amendment.warranty.clone()),
            amendments,
            comments: detail.comments.into_iter().map(Into::into).collect(),
            recipient_ids: detail.recipient_ids,
            escalates_at: detail.escalates_at,
        }
    }
}

/// A row of the delivery ledger.
#[derive(Serialize, ToSchema)]
pub struct DeliveryView {
    pub delivery_id: String,
    pub recipient_id: String,
    /// IN_APP or EMAIL.
    pub channel: &'static str,
    /// PENDING, SENDING, SENT, FAILED, IN_DOUBT or SUPPRESSED.
    pub status: &'static str,
    /// Why it failed, waits or was suppressed: a stable code.
    pub reason: Option<String>,
    /// Step of the escalation chain that it belongs to.
    pub level: i64,
    pub attempts: i64,
    /// How often it was unknown whether the message had gone.
    pub in_doubt_count: i64,
    pub provider_id: Option<String>,
    pub created_at: DateTime<Utc>,
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub settled_at: Option<DateTime<Utc>>,
    /// From intent to rest, milliseconds.
    pub latency_ms: Option<i64>,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            delivery_id: delivery.id,
            recipient_id: delivery.recipient_id,
            channel: delivery.channel.as_str(),
            status: delivery.state.as_str(),
            reason: delivery.reason,
            level: delivery.level,
            attempts: delivery.attempts,
            in_doubt_count: delivery.in_doubt_count,
            provider_id: delivery.provider_id,
            created_at: delivery.created_at,
            next_attempt_at: delivery.next_attempt_at,
            settled_at: delivery.settled_at,
            latency_ms: delivery.latency_ms,
        }
    }
}

/// The delivery ledger of one alert.
#[derive(Serialize, ToSchema)]
pub struct LedgerView {
    pub items: Vec<DeliveryView>,
}

/// Numbers about alerts and their deliveries.
#[derive(Serialize, ToSchema)]
pub struct StatsView {
    pub total: i64,
    pub open: i64,
    pub acknowledged: i64,
    pub resolved: i64,
    /// Alerts by severity and status.
    pub by_severity: BTreeMap<&'static str, BTreeMap<&'static str, i64>>,
    /// Deliveries by status.
    pub deliveries: BTreeMap<String, i64>,
    /// Deliveries of which it was unknown at least once whether the message had gone.
    pub deliveries_once_in_doubt: i64,
}

impl From<Counts> for StatsView {
    fn from(counts: Counts) -> Self {
        let of = |wanted: Status| -> i64 {
            counts
                .alerts
                .iter()
                .filter(|(_, status, _)| *status == wanted)
                .map(|(_, _, count)| count)
                .sum()
        };
        let mut by_severity: BTreeMap<&'static str, BTreeMap<&'static str, i64>> = BTreeMap::new();
        for (severity, status, count) in &counts.alerts {
            by_severity
                .entry(severity.as_str())
                .or_default()
                .insert(status.as_str(), *count);
        }
        Self {
            total: counts.alerts.iter().map(|(_, _, count)| count).sum(),
            open: of(Status::Open),
            acknowledged: of(Status::Acknowledged),
            resolved: of(Status::Resolved),
            by_severity,
            deliveries: counts.deliveries.into_iter().collect(),
            deliveries_once_in_doubt: counts.deliveries_once_in_doubt,
        }
    }
}

/// Which alerts to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct AlertQuery {
    /// Severities, separated by commas.
    pub severity: Option<String>,
    /// Statuses, separated by commas.
    pub status: Option<String>,
    /// Only this vehicle.
    #[serde(alias = "vehicle")]
    pub vehicle_id: Option<String>,
    /// Items on a page; 100 by default, 1000 at most.
    pub limit: Option<usize>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Why an alert is over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveRequest {
    /// REPAIRED, MANUAL or own words (at most 500 characters), which count as MANUAL.
    pub reason: String,
}

/// A comment to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentRequest {
    /// At most 2000 characters.
    pub text: String,
}

/// How a person wants to be reached.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreferencesRequest {
    pub email: Option<String>,
    /// Language tag, such as `de`.
    pub locale: Option<String>,
    /// IN_APP and EMAIL; both when left out. The app always shows alerts.
    pub channels: Option<Vec<String>>,
}

/// How a person wants to be reached.
#[derive(Serialize, ToSchema)]
pub struct PreferencesView {
    pub email: Option<String>,
    pub locale: Option<String>,
    pub channels: Vec<&'static str>,
    /// Absent when the person never said or erased it.
    pub changed_at: Option<DateTime<Utc>>,
}

impl From<Option<Contact>> for PreferencesView {
    fn from(contact: Option<Contact>) -> Self {
        match contact {
            Some(contact) => Self {
                email: contact.email,
                locale: contact.locale,
                channels: contact.channels.iter().map(|channel| channel.as_str()).collect(),
                changed_at: Some(contact.changed_at),
            },
            None => Self {
                email: None,
                locale: None,
                channels: vec!["IN_APP"],
                changed_at: None,
            },
        }
    }
}

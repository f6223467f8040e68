//! What analytics says: who may do what, by ids and hashes, and what its numbers came to. Names, addresses and secrets never travel.

use crate::domain::kpi::{KpiId, Period};
use crate::domain::report::Report;
use crate::domain::role::Role;
use crate::domain::scope::ApiKey;
use crate::domain::user::{Tenant, User};
use chassis::{Cause, NewEvent, TenantId, rfc3339};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Every event type that this service publishes.
pub const PUBLISHES: &[&str] = &[
    "identity.tenant.changed",
    "identity.user.changed",
    "identity.key.issued",
    "identity.key.revoked",
    "identity.session.revoked",
    "identity.member.placed",
    chassis::ACCESS_RECORDED,
    "analytics.report.generated",
    "analytics.threshold.exceeded",
];

/// Who does something, why, and when.
#[derive(Debug, Clone)]
pub struct Act {
    /// The person or key, by id; none where nobody is signed in.
    pub actor_id: Option<String>,
    pub cause: Cause,
    /// Business time.
    pub now: DateTime<Utc>,
    /// Machine time: tokens, sessions and keys live by it.
    pub machine_now: DateTime<Utc>,
}

/// Something that other services must know.
#[derive(Debug, Clone, Copy)]
pub enum Announcement<'a> {
    TenantChanged(&'a Tenant),
    UserChanged(&'a User),
    KeyIssued(&'a ApiKey),
    KeyRevoked {
        key_id: &'a str,
    },
    SessionRevoked {
        session_id: &'a str,
        user_id: &'a str,
        expires_at: DateTime<Utc>,
    },
    /// A vehicle belongs to these groups: who may see one of them may see it.
    MemberPlaced {
        member_id: &'a str,
        groups: &'a [String],
    },
    /// Recipients are those who get it without asking.
    ReportGenerated {
        report: &'a Report,
        recipient_ids: &'a [String],
    },
    ThresholdExceeded(&'a Crossing),
}

/// A key figure beyond its threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    pub threshold: String,
    pub kpi: KpiId,
    /// Which of the figure's numbers; none for its value.
    pub number: Option<String>,
    pub value: f64,
    /// `BELOW` or `ABOVE`.
    pub direction: &'static str,
    pub limit: f64,
    pub period: Period,
}

impl Announcement<'_> {
    /// The event's type.
    pub fn kind(&self) -> &'static str {
        match self {
            Announcement::TenantChanged(_) => "identity.tenant.changed",
            Announcement::UserChanged(_) => "identity.user.changed",
            Announcement::KeyIssued(_) => "identity.key.issued",
            Announcement::KeyRevoked { .. } => "identity.key.revoked",
            Announcement::SessionRevoked { .. } => "identity.session.revoked",
            Announcement::MemberPlaced { .. } => "identity.member.placed",
            Announcement::ReportGenerated { .. } => "analytics.report.generated",
            Announcement::ThresholdExceeded(_) => "analytics.threshold.exceeded",
        }
    }

    /// What it is about; events of one subject stay in order.
    pub fn subject(&self) -> &str {
        match self {
            Announcement::TenantChanged(tenant) => &tenant.tenant_id,
            Announcement::UserChanged(user) => &user.user_id,
            Announcement::KeyIssued(key) => &key.key_id,
            Announcement::KeyRevoked { key_id } => key_id,
            Announcement::SessionRevoked { session_id, .. } => session_id,
            Announcement::MemberPlaced { member_id, .. } => member_id,
            Announcement::ReportGenerated { report, .. } => &report.report_id,
            Announcement::ThresholdExceeded(crossing) => &crossing.threshold,
        }
    }

    /// The event's data.
    pub fn data(&self) -> Value {
        match self {
            Announcement::TenantChanged(tenant) => json!({"tenant_id": tenant.tenant_id, "status": tenant.status()}),
            Announcement::UserChanged(user) => json!({
                "user_id": user.user_id,
                "role": user.rights.role.as_str(),
                "status": user.rights.status.as_str(),
                "vehicle_ids": user.rights.vehicle_ids,
                "fleet_ids": user.rights.fleet_ids,
                "depot_ids": user.rights.depot_ids,
                "locale": user.contact.locale,
            }),
            Announcement::KeyIssued(key) => key_issued(key),
            Announcement::MemberPlaced { member_id, groups } => json!({"member_id": member_id, "groups": groups}),
            Announcement::KeyRevoked { key_id } => json!({"key_id": key_id}),
            Announcement::SessionRevoked {
                session_id,
                user_id,
                expires_at,
            } => {
                json!({"session_id": session_id, "user_id": user_id, "expires_at": rfc3339(*expires_at)})
            }
            Announcement::ReportGenerated { report, recipient_ids } => json!({
                "report_id": report.report_id,
                "kind": report.kind.as_str(),
                "format": report.format.as_str(),
                "from": report.period.from,
                "to": report.period.to,
                "byte_count": report.byte_count,
                "schedule_id": report.schedule_id,
                "recipient_ids": recipient_ids,
                "path": format!("/api/v1/reports/{}/download", report.report_id),
            }),
            Announcement::ThresholdExceeded(crossing) => json!({
                "threshold": crossing.threshold,
                "kpi": crossing.kpi.as_str(),
                "number": crossing.number,
                "value": crossing.value,
                "direction": crossing.direction,
                "limit": crossing.limit,
                "from": crossing.period.from,
                "to": crossing.period.to,
            }),
        }
    }

    /// The event as it goes to the outbox.
    pub fn encode(&self, tenant: &TenantId, id: String, time: DateTime<Utc>, cause: Cause) -> NewEvent {
        NewEvent {
            kind: self.kind(),
            schema_version: "1.0",
            tenant: tenant.clone(),
            key: self.subject().to_owned(),
            subject: Some(self.subject().to_owned()),
            time,
            cause,
            id: Some(id),
            data: self.data(),
        }
    }
}

/// Members that do not apply are left out instead of being null.
fn key_issued(key: &ApiKey) -> Value {
    let grant = &key.grant;
    let mut data = json!({"key_id": key.key_id, "kind": grant.kind.as_str(), "hash": key.hash, "scopes": grant.scopes});
    if let Some(role) = grant.kind.role() {
        data["role"] = Role::as_str(role).into();
    }
    if let Some(vehicle_ids) = &grant.vehicle_ids {
        data["vehicle_ids"] = json!(vehicle_ids);
    }
    if let Some(expires_at) = grant.expires_at {
        data["expires_at"] = rfc3339(expires_at).into();
    }
    data
}

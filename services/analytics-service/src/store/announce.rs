//! State, event and audit line leave in one transaction: whatever is announced is also logged.

use super::Store;
use crate::domain::audit::{Access, Entry};
use crate::events::published::{Act, Announcement};
use crate::events::summary::safe_params;
use chassis::{DbError, TenantId, ids, outbox};
use std::collections::BTreeMap;

/// The source of entries that this service writes about itself.
const SOURCE: &str = "analytics-service";

impl Store<'_> {
    /// Appends an event about identity to the outbox, and logs it.
    pub async fn announce(
        &mut self,
        tenant: &TenantId,
        announcement: Announcement<'_>,
        act: &Act,
    ) -> Result<(), DbError> {
        let id = ids::new_id("evt");
        let event = announcement.encode(tenant, id.clone(), act.now, act.cause.clone());
        let entry = Entry {
            params: safe_params(&event.data),
            ..entry(id, announcement.kind(), announcement.subject(), act)
        };
        outbox::append(self.tx, &event).await?;
        self.log(tenant, &entry).await
    }

    /// Appends an event that follows from one of another service, which is logged itself.
    pub async fn announce_only(
        &mut self,
        tenant: &TenantId,
        announcement: Announcement<'_>,
        act: &Act,
    ) -> Result<(), DbError> {
        let event = announcement.encode(tenant, ids::new_id("evt"), act.now, act.cause.clone());
        outbox::append(self.tx, &event).await
    }

    /// Logs something that happened here and is no event, such as a failed sign-in.
    pub async fn log_own(&mut self, tenant: &TenantId, kind: &str, subject: &str, act: &Act) -> Result<(), DbError> {
        self.log(tenant, &entry(ids::new_id("aud"), kind, subject, act)).await
    }
}

/// Whether it went as somebody wished.
fn outcome(kind: &str) -> &'static str {
    match kind {
        "identity.signin.failed" | "identity.signin.throttled" | "identity.refresh.reused" => "DENIED",
        _ => "DONE",
    }
}

fn entry(entry_id: String, kind: &str, subject: &str, act: &Act) -> Entry {
    Entry {
        entry_id,
        kind: kind.to_owned(),
        source: SOURCE.to_owned(),
        subject: Some(subject.to_owned()).filter(|subject| !subject.is_empty()),
        vehicle_id: None,
        actor_id: act.actor_id.clone(),
        correlation_id: act.cause.correlation_id.clone(),
        time: act.now,
        recorded_time: act.machine_now,
        historical: false,
        params: BTreeMap::new(),
        place: None,
        access: Some(Access::outcome(outcome(kind))),
    }
}

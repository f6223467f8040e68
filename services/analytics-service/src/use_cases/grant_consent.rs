//! Lets the SUPPORT people of a tenant read its data for a while.

use super::Act;
use crate::App;
use crate::domain::consent::{Consent, HOURS_MAX};
use crate::domain::user::check_name;
use crate::error::Error;
use crate::store::Store;
use chassis::{Principal, ids};
use chrono::Duration;

/// Grants a consent of so many hours.
pub async fn grant_consent(
    app: &App,
    principal: &Principal,
    hours: i64,
    reason: Option<String>,
    act: &Act,
) -> Result<Consent, Error> {
    if !(1..=HOURS_MAX).contains(&hours) {
        return Err(Error::ConsentLifetime);
    }
    reason.as_deref().map_or(Ok(()), check_name)?;
    let consent = Consent {
        consent_id: ids::new_id("con"),
        reason,
        granted_by: principal.subject.clone(),
        granted_at: act.machine_now,
        expires_at: act.machine_now + Duration::hours(hours),
        revoked_at: None,
    };
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    store.add_consent(&principal.tenant, &consent).await?;
    store
        .log_own(&principal.tenant, "identity.consent.granted", &consent.consent_id, act)
        .await?;
    tx.commit().await?;
    Ok(consent)
}

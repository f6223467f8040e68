//! Replaces an API key by one with the same rights; both are good for a while, so that no device is locked out.

use super::Act;
use super::issue_key::draw_key;
use super::{granter, is_unlimited};
use crate::App;
use crate::domain::scope::{ApiKey, Grant, check};
use crate::error::Error;
use crate::events::published::Announcement;
use crate::store::Store;
use chassis::{Principal, ids};
use chrono::Duration;

/// The longest overlap, in hours.
pub const OVERLAP_HOURS_MAX: i64 = 720;

/// Issues the new key and lets the old one end after the overlap, or when it would have ended anyway.
pub async fn rotate_key(
    app: &App,
    principal: &Principal,
    key_id: &str,
    overlap_hours: i64,
    act: &Act,
) -> Result<(ApiKey, String), Error> {
    if !(0..=OVERLAP_HOURS_MAX).contains(&overlap_hours) {
        return Err(Error::KeyOverlap);
    }
    let tenant = &principal.tenant;
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    let mut old = store.key(tenant, key_id).await?.ok_or(Error::KeyNotFound)?;
    if old.status(act.machine_now) != "ACTIVE" || old.replaced_by.is_some() {
        return Err(Error::KeyOver);
    }
    let (secret, prefix, hash) = draw_key();
    // A key that would end gets as long a life again.
    let lifetime = old.grant.expires_at.map(|end| end - old.created_at);
    let new = ApiKey {
        key_id: ids::new_id("key"),
        name: old.name.clone(),
        prefix,
        hash,
        grant: Grant {
            expires_at: lifetime.map(|lifetime| act.machine_now + lifetime),
            ..old.grant.clone()
        },
        // Whose rights it was made by does not change with who renews it: it ends when that person's end.
        created_by: old.created_by.clone(),
        created_at: act.machine_now,
        revoked_at: None,
        last_used_at: None,
        replaced_by: None,
    };
    let own_end = match is_unlimited(principal) {
        true => None,
        false => store
            .key(tenant, &principal.subject)
            .await?
            .and_then(|own| own.grant.expires_at),
    };
    check(&granter(principal, own_end), &new.grant)?;
    store.add_key(tenant, &new).await?;
    store.announce(tenant, Announcement::KeyIssued(&new), act).await?;
    let overlap_ends = act.machine_now + Duration::hours(overlap_hours);
    let ends = old.grant.expires_at.map_or(overlap_ends, |end| end.min(overlap_ends));
    old.grant.expires_at = Some(ends);
    store.replace_key(tenant, (key_id, &new.key_id), ends).await?;
    store.announce(tenant, Announcement::KeyIssued(&old), act).await?;
    tx.commit().await?;
    Ok((new, secret))
}

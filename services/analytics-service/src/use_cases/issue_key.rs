//! Issues an API key. The secret is shown once; every service learns its hash.

use super::draw_secret::{draw_secret, hash_secret};
use super::{Act, granter, is_unlimited};
use crate::App;
use crate::domain::scope::{ApiKey, Grant, KeyKind, check};
use crate::domain::user::check_name;
use crate::error::Error;
use crate::events::published::Announcement;
use crate::store::Store;
use chassis::{Principal, ids};
use chrono::Duration;
use std::collections::BTreeSet;

/// The longest life that can be asked for, in days.
const DAYS_MAX: i64 = 3650;
/// Characters of the secret that are kept for people to recognise a key by: `cvk_` and eight more of 64.
const PREFIX_LENGTH: usize = 12;

/// The key to be.
pub struct NewKey {
    pub kind: KeyKind,
    pub name: String,
    pub scopes: BTreeSet<String>,
    pub vehicle_ids: Option<BTreeSet<String>>,
    pub expires_in_days: Option<i64>,
}

/// A key's secret, the part of it that is kept for people, and its hash.
pub(super) fn draw_key() -> (String, String, String) {
    let secret = draw_secret("cvk_");
    let (prefix, hash) = (secret[..PREFIX_LENGTH].to_owned(), hash_secret(&secret));
    (secret, prefix, hash)
}

/// Issues a key and returns it with its secret.
pub async fn issue_key(app: &App, principal: &Principal, new: NewKey, act: &Act) -> Result<(ApiKey, String), Error> {
    check_name(&new.name)?;
    if new.expires_in_days.is_some_and(|days| !(1..=DAYS_MAX).contains(&days)) {
        return Err(Error::KeyLifetime);
    }
    let (secret, prefix, hash) = draw_key();
    let key = ApiKey {
        key_id: ids::new_id("key"),
        name: new.name,
        prefix,
        hash,
        grant: Grant {
            kind: new.kind,
            scopes: new.scopes,
            vehicle_ids: new.vehicle_ids,
            expires_at: new.expires_in_days.map(|days| act.machine_now + Duration::days(days)),
        },
        created_by: principal.subject.clone(),
        created_at: act.machine_now,
        revoked_at: None,
        last_used_at: None,
        replaced_by: None,
    };
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    let own_end = match is_unlimited(principal) {
        true => None,
        false => store
            .key(&principal.tenant, &principal.subject)
            .await?
            .and_then(|own| own.grant.expires_at),
    };
    check(&granter(principal, own_end), &key.grant)?;
    store.add_key(&principal.tenant, &key).await?;
    store
        .announce(&principal.tenant, Announcement::KeyIssued(&key), act)
        .await?;
    tx.commit().await?;
    Ok((key, secret))
}

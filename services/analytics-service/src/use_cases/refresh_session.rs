//! Exchanges a refresh token for a new pair. Each is good once; a second use ends the session, unless a page has lost the answer.

use super::Act;
use super::draw_secret::hash_secret;
use super::sign_in::{SignedIn, draw_refresh_token, grant_access, visible_vehicles};
use super::sign_out::end_session;
use crate::App;
use crate::domain::session::{RefreshState, RefreshVerdict, judge_refresh};
use crate::domain::user::Status;
use crate::error::Error;
use crate::store::Store;
use chassis::{Cause, TenantId};
use chrono::Duration;

/// Continues a session. A browser's tabs share one token, so two of them may present it at once.
pub async fn refresh_session(app: &App, refresh_token: &str, shared: bool, cause: Cause) -> Result<SignedIn, Error> {
    let (tenant, session_id) = parts(refresh_token).ok_or(Error::RefreshRefused)?;
    let hash = hash_secret(refresh_token);
    let mut act = Act {
        actor_id: None,
        cause,
        now: app.clock.now(),
        machine_now: app.clock.machine_now(),
    };
    // A token that was never given out must not take the one writer's turn.
    let mut tx = app.database.read().await?;
    Store::on(&mut tx)
        .refresh(&tenant, session_id, &hash)
        .await?
        .ok_or(Error::RefreshRefused)?;
    drop(tx);
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    let found = store
        .refresh(&tenant, session_id, &hash)
        .await?
        .ok_or(Error::RefreshRefused)?;
    let user = store
        .user(&tenant, &found.session.user_id)
        .await?
        .ok_or(Error::RefreshRefused)?;
    let tenant_active = store.tenant(&tenant).await?.is_some_and(|tenant| tenant.active);
    let for_pages = |seconds| Duration::seconds(if shared { seconds } else { 0 });
    let state = RefreshState {
        spent_at: found.spent_at,
        successor_unused: found.successor_unused,
        race: for_pages(app.settings.refresh_race_s),
        lost: for_pages(app.settings.refresh_lost_s),
        session_revoked: found.session.revoked_at.is_some(),
        session_expires_at: found.session.expires_at,
        user_active: tenant_active && user.rights.status == Status::Active,
    };
    act.actor_id = Some(user.user_id.clone());
    match judge_refresh(state, act.machine_now) {
        RefreshVerdict::Rotate | RefreshVerdict::Again => {
            let next = draw_refresh_token(&tenant, session_id);
            let (successor, now) = (hash_secret(&next), act.machine_now);
            store.spend_refresh(&tenant, session_id, &hash, &successor, now).await?;
            store.add_refresh(&tenant, session_id, &successor).await?;
            let vehicle_ids = visible_vehicles(&mut store, &tenant, &user).await?;
            tx.commit().await?;
            grant_access(app, user, vehicle_ids, found.session, next, act.machine_now)
        }
        RefreshVerdict::Reused => {
            store
                .log_own(&tenant, "identity.refresh.reused", session_id, &act)
                .await?;
            end_session(&mut store, &tenant, &found.session, &act).await?;
            tx.commit().await?;
            Err(Error::RefreshReused)
        }
        RefreshVerdict::Raced => Err(Error::RefreshRaced),
        RefreshVerdict::Over => Err(Error::RefreshRefused),
    }
}

/// Tenant and session of a refresh token, `cvr.<tenant>.<session>.<random>`.
fn parts(refresh_token: &str) -> Option<(TenantId, &str)> {
    let mut parts = refresh_token.split('.');
    let (scheme, tenant, session_id, random) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    (scheme == "cvr" && random.len() == 64 && parts.next().is_none()).then(|| (TenantId::new(tenant), session_id))
}

//! Signs a person in: throttled, equally slow and equally worded whatever was wrong.

use super::Act;
use super::draw_secret::{draw_secret, hash_secret};
use super::throttle_sign_in::{Admitted, Subjects, admit, forgive};
use crate::App;
use crate::domain::role::Role;
use crate::domain::session::{Origin, Session, Subject, claims};
use crate::domain::user::{Rights, Status, User, VEHICLES_MAX};
use crate::error::Error;
use crate::store::{Credentials, Store};
use chassis::identity::{Claims, DEFAULT_TENANT};
use chassis::{Cause, DbError, TenantId, ids};
use chrono::{DateTime, Duration, Utc};

/// What a person presents.
pub struct SignIn {
    pub tenant: TenantId,
    pub username: String,
    pub password: String,
    /// Where the request came from, as far as it is known.
    pub origin: Origin,
}

/// What a signed-in person gets.
pub struct SignedIn {
    pub access_token: String,
    pub access_expires_at: DateTime<Utc>,
    pub access_seconds: i64,
    /// None once it was put elsewhere than into a body.
    pub refresh_token: Option<String>,
    pub session: Session,
    pub user: User,
}

/// Signs in. The answer does not tell an unknown user from a wrong password or a disabled account.
pub async fn sign_in(app: &App, request: SignIn, cause: Cause) -> Result<SignedIn, Error> {
    let subjects = Subjects::of(&request.tenant, &request.username, request.origin.address.as_deref());
    let admitted = admit(app, &subjects).await?;
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    let found = store.credentials(&request.tenant, &request.username).await?;
    let tenant = store.tenant(&request.tenant).await?;
    drop(tx);
    let hash = found.as_ref().map(|found| found.password_hash.clone());
    let proved = app.hasher.verify(request.password, hash).await?;
    let tenant_active = tenant.as_ref().is_some_and(|tenant| tenant.active);
    let mut act = Act {
        actor_id: None,
        cause,
        now: app.clock.now(),
        machine_now: app.clock.machine_now(),
    };
    match found {
        Some(Credentials { user, .. }) if proved && tenant_active && user.rights.status == Status::Active => {
            forgive(app, &subjects).await?;
            act.actor_id = Some(user.user_id.clone());
            open_session(app, &request.tenant, user, request.origin, &act).await
        }
        found => {
            let tenant = if tenant.is_some() {
                request.tenant
            } else {
                TenantId::new(DEFAULT_TENANT)
            };
            let subject = found.map(|found| found.user.user_id).unwrap_or_default();
            let mut tx = app.database.begin().await?;
            let mut store = Store::on(&mut tx);
            store.log_own(&tenant, "identity.signin.failed", &subject, &act).await?;
            if admitted == Admitted::LastOfUser {
                store
                    .log_own(&tenant, "identity.signin.throttled", &subject, &act)
                    .await?;
            }
            tx.commit().await?;
            metrics::counter!("sign_ins_total", "outcome" => "refused").increment(1);
            Err(Error::SignInRefused)
        }
    }
}

async fn open_session(app: &App, tenant: &TenantId, user: User, origin: Origin, act: &Act) -> Result<SignedIn, Error> {
    let now = act.machine_now;
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    let Some(expires_at) = session_end(app, &mut store, tenant, &user, now).await? else {
        store
            .log_own(tenant, "identity.signin.failed", &user.user_id, act)
            .await?;
        tx.commit().await?;
        return Err(Error::ConsentNeeded);
    };
    let session = Session {
        session_id: ids::new_id("ses"),
        user_id: user.user_id.clone(),
        created_at: now,
        last_used_at: now,
        expires_at,
        revoked_at: None,
        origin,
    };
    let refresh_token = draw_refresh_token(tenant, &session.session_id);
    store.add_session(tenant, &session).await?;
    store
        .add_refresh(tenant, &session.session_id, &hash_secret(&refresh_token))
        .await?;
    store
        .log_own(tenant, "identity.signin.succeeded", &session.session_id, act)
        .await?;
    let vehicle_ids = visible_vehicles(&mut store, tenant, &user).await?;
    tx.commit().await?;
    metrics::counter!("sign_ins_total", "outcome" => "accepted").increment(1);
    grant_access(app, user, vehicle_ids, session, refresh_token, now)
}

/// When a new session ends: a SUPPORT person's with the tenant's consent; none where there is none.
async fn session_end(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    user: &User,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let end = now + Duration::days(app.settings.session_days);
    if user.rights.role != Role::Support {
        return Ok(Some(end));
    }
    let consent_ends = store.consent_ends(tenant, now).await?;
    Ok(consent_ends.map(|consent_ends| consent_ends.min(end)))
}

/// The token names its tenant and session, so that its row is found by the keys that lead every table.
pub(super) fn draw_refresh_token(tenant: &TenantId, session_id: &str) -> String {
    draw_secret(&format!("cvr.{tenant}.{session_id}."))
}

/// What an OWNER may see: the vehicles of their rights, and those whose registry names them, as far as a token holds them.
pub(super) async fn visible_vehicles(
    store: &mut Store<'_>,
    tenant: &TenantId,
    user: &User,
) -> Result<Vec<String>, DbError> {
    let mut vehicle_ids = user.rights.vehicle_ids.clone();
    if user.rights.role == Role::Owner {
        for owned in store.vehicle_ids_of_owner(tenant, &user.user_id, VEHICLES_MAX).await? {
            if vehicle_ids.len() < VEHICLES_MAX && !vehicle_ids.contains(&owned) {
                vehicle_ids.push(owned);
            }
        }
    }
    Ok(vehicle_ids)
}

/// Signs an access token for a session.
pub(super) fn grant_access(
    app: &App,
    user: User,
    vehicle_ids: Vec<String>,
    session: Session,
    refresh_token: String,
    now: DateTime<Utc>,
) -> Result<SignedIn, Error> {
    let subject = Subject {
        tenant_id: user.tenant_id.clone(),
        user_id: user.user_id.clone(),
        session_id: session.session_id.clone(),
        rights: Rights {
            vehicle_ids,
            ..user.rights.clone()
        },
    };
    let claims = claims(subject, now, app.settings.access_token_s, session.expires_at);
    let access_token = app.tokens.sign(&Claims {
        iss: app.tokens.issuer().to_owned(),
        aud: app.audience.to_string(),
        sub: claims.user_id,
        sid: claims.session_id,
        iat: claims.issued_at.timestamp(),
        exp: claims.expires_at.timestamp(),
        role: claims.role.as_str().to_owned(),
        tenant_id: claims.tenant_id,
        scope: claims.groups,
        vehicle_ids: claims.vehicle_ids,
    })?;
    let access_seconds = (claims.expires_at - now).num_seconds();
    Ok(SignedIn {
        access_token,
        access_expires_at: claims.expires_at,
        access_seconds,
        refresh_token: Some(refresh_token),
        session,
        user,
    })
}

//! Signs a person in: throttled, equally slow and equally worded whatever was wrong.

use super::Act;
use super::draw_secret::{draw_secret, hash_secret};
use crate::App;
use crate::domain::role::Role;
use crate::domain::session::{Session, Subject, claims};
use crate::domain::throttle::{Limits, Throttle};
use crate::domain::user::{Status, User, VEHICLES_MAX, username_key};
use crate::error::Error;
use crate::store::{Credentials, Store};
use chassis::identity::{Claims, DEFAULT_TENANT};
use chassis::{Cause, DbError, TenantId, ids};
use chrono::{DateTime, Duration, Utc};
use parking_lot::Mutex;
use std::time::Instant;

/// What a person presents.
pub struct SignIn {
    pub tenant: TenantId,
    pub username: String,
    pub password: String,
    /// Where the request came from, as far as it is known.
    pub address: Option<String>,
}

/// What a signed-in person gets.
pub struct SignedIn {
    pub access_token: String,
    pub access_expires_at: DateTime<Utc>,
    pub access_seconds: i64,
    pub refresh_token: String,
    pub session: Session,
    pub user: User,
}

/// Remembers failures by user name and by address.
pub struct SignInThrottle {
    started: Instant,
    users: Mutex<Throttle>,
    addresses: Mutex<Throttle>,
}

impl SignInThrottle {
    /// Counts from `started` on (machine time).
    pub fn new(started: Instant, users: Limits, addresses: Limits) -> SignInThrottle {
        let throttle = |limits| Mutex::new(Throttle::new(limits));
        SignInThrottle {
            started,
            users: throttle(users),
            addresses: throttle(addresses),
        }
    }

    /// Counts a try, or says how long to wait.
    fn admit(&self, user: &str, address: Option<&str>, instant: Instant) -> Result<(), Error> {
        let now = instant.duration_since(self.started);
        let (mut users, mut addresses) = (self.users.lock(), self.addresses.lock());
        let waits = [
            users.wait(user, now),
            address.and_then(|address| addresses.wait(address, now)),
        ];
        if let Some(wait) = waits.into_iter().flatten().max() {
            return Err(Error::Throttled { wait });
        }
        users.count(user, now);
        if let Some(address) = address {
            addresses.count(address, now);
        }
        Ok(())
    }

    fn succeeded(&self, user: &str, address: Option<&str>) {
        self.users.lock().succeeded(user);
        if let Some(address) = address {
            self.addresses.lock().take_back(address);
        }
    }
}

/// Signs in. The answer does not tell an unknown user from a wrong password or a disabled account.
pub async fn sign_in(app: &App, request: SignIn, cause: Cause) -> Result<SignedIn, Error> {
    let throttle_key = format!("{}\n{}", request.tenant, username_key(&request.username));
    app.throttle
        .admit(&throttle_key, request.address.as_deref(), app.clock.instant())?;
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
            app.throttle.succeeded(&throttle_key, request.address.as_deref());
            act.actor_id = Some(user.user_id.clone());
            open_session(app, &request.tenant, user, &act).await
        }
        found => {
            let tenant = if tenant.is_some() {
                request.tenant
            } else {
                TenantId::new(DEFAULT_TENANT)
            };
            let subject = found.map(|found| found.user.user_id).unwrap_or_default();
            let mut tx = app.database.begin().await?;
            Store::on(&mut tx)
                .log_own(&tenant, "identity.signin.failed", &subject, &act)
                .await?;
            tx.commit().await?;
            metrics::counter!("sign_ins_total", "outcome" => "refused").increment(1);
            Err(Error::SignInRefused)
        }
    }
}

async fn open_session(app: &App, tenant: &TenantId, user: User, act: &Act) -> Result<SignedIn, Error> {
    let now = act.machine_now;
    let session = Session {
        session_id: ids::new_id("ses"),
        user_id: user.user_id.clone(),
        created_at: now,
        last_used_at: now,
        expires_at: now + Duration::days(app.settings.session_days),
        revoked_at: None,
    };
    let refresh_token = draw_refresh_token(tenant, &session.session_id);
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
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
        role: user.rights.role,
        vehicle_ids,
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
        scope: Vec::new(),
        vehicle_ids: claims.vehicle_ids,
    })?;
    let access_seconds = (claims.expires_at - now).num_seconds();
    Ok(SignedIn {
        access_token,
        access_expires_at: claims.expires_at,
        access_seconds,
        refresh_token,
        session,
        user,
    })
}

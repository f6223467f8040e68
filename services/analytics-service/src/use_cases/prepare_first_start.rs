//! Makes the default tenant and its first ADMIN when the service starts for the first time.

use super::Act;
use super::create_user::PreparedUser;
use super::draw_secret::draw_password;
use crate::App;
use crate::config::Identity;
use crate::domain::password::{self, PasswordRefused};
use crate::domain::role::Role;
use crate::domain::user::{Contact, Rights, Status, Tenant, User, check_contact};
use crate::error::Error;
use crate::events::published::Announcement;
use crate::store::Store;
use chassis::identity::DEFAULT_TENANT;
use chassis::{Cause, TenantId, ids};

/// What a person must be told after the first start, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstStart {
    pub tenant_id: String,
    pub username: String,
    /// None when it came from the configuration.
    pub generated_password: Option<String>,
}

/// Makes tenant and ADMIN if they are not there; reports what it made.
pub async fn prepare_first_start(app: &App, config: &Identity) -> Result<Option<FirstStart>, Error> {
    let tenant_id = TenantId::new(DEFAULT_TENANT);
    let mut tx = app.database.read().await?;
    let present = Store::on(&mut tx).tenant(&tenant_id).await?.is_some();
    drop(tx);
    if present {
        return Ok(None);
    }
    let act = Act {
        actor_id: None,
        cause: Cause::new(),
        now: app.clock.now(),
        machine_now: app.clock.machine_now(),
    };
    let tenant = Tenant {
        tenant_id: DEFAULT_TENANT.to_owned(),
        name: "Default tenant".to_owned(),
        active: true,
        created_at: act.now,
    };
    let admin = first_admin(app, config, &act).await?;
    // Another instance may be starting for the first time too.
    if !chassis::again(|| add(app, &tenant, &admin, &act)).await? {
        return Ok(None);
    }
    Ok(Some(FirstStart {
        tenant_id: tenant.tenant_id,
        username: admin.user.contact.username,
        generated_password: admin.generated_password,
    }))
}

/// Adds tenant and ADMIN; false when another instance was quicker.
async fn add(app: &App, tenant: &Tenant, admin: &PreparedUser, act: &Act) -> Result<bool, Error> {
    let tenant_id = TenantId::new(&tenant.tenant_id);
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    if !store.add_tenant(tenant).await? {
        return Ok(false);
    }
    store
        .announce(&tenant_id, Announcement::TenantChanged(tenant), act)
        .await?;
    super::create_user::add_user(&mut store, &tenant_id, admin, act).await?;
    tx.commit().await?;
    Ok(true)
}

/// A configured password is the operator's choice: a weak one is warned about, only what bcrypt would cut is refused.
async fn first_admin(app: &App, config: &Identity, act: &Act) -> Result<PreparedUser, Error> {
    let username = config.admin_username.clone();
    let configured = Some(config.admin_password.reveal()).filter(|given| !given.is_empty());
    match configured.map(|given| password::check(given, &username)) {
        Some(Err(PasswordRefused::TooLong)) => return Err(PasswordRefused::TooLong.into()),
        Some(Err(weakness)) => tracing::warn!(%weakness, "the configured admin password does not satisfy the policy"),
        Some(Ok(())) | None => {}
    }
    let contact = Contact {
        username,
        display_name: None,
        email: None,
        locale: "en".to_owned(),
    };
    check_contact(&contact)?;
    let generated_password = if configured.is_none() {
        Some(draw_password(&contact.username))
    } else {
        None
    };
    let chosen = configured
        .map(str::to_owned)
        .or_else(|| generated_password.clone())
        .unwrap_or_default();
    let password_hash = app.hasher.hash(chosen).await?;
    let rights = Rights {
        role: Role::Admin,
        status: Status::Active,
        vehicle_ids: Vec::new(),
        fleet_ids: Vec::new(),
        depot_ids: Vec::new(),
    };
    let user = User {
        tenant_id: DEFAULT_TENANT.to_owned(),
        user_id: ids::new_id("usr"),
        contact,
        rights,
        created_at: act.now,
    };
    Ok(PreparedUser {
        user,
        password_hash,
        generated_password,
    })
}

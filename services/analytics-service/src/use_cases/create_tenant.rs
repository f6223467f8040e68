//! Creates a tenant together with its first ADMIN.

use super::Act;
use super::create_user::{CreatedUser, NewUser, add_user, prepare_user};
use crate::App;
use crate::domain::user::{Tenant, check_name, check_tenant_id};
use crate::error::Error;
use crate::events::published::Announcement;
use crate::store::Store;
use chassis::identity::DEFAULT_TENANT;
use chassis::{Principal, TenantId, ids};

/// The tenant to be.
pub struct NewTenant {
    /// None: one is made.
    pub tenant_id: Option<String>,
    pub name: String,
    pub admin: NewUser,
}

/// Creates a tenant. Only the default tenant's administration may.
pub async fn create_tenant(
    app: &App,
    principal: &Principal,
    new: NewTenant,
    act: &Act,
) -> Result<(Tenant, CreatedUser), Error> {
    if principal.tenant.as_str() != DEFAULT_TENANT {
        return Err(Error::NotDefaultTenant);
    }
    let tenant_id = new.tenant_id.unwrap_or_else(|| ids::new_id("ten"));
    check_tenant_id(&tenant_id)?;
    check_name(&new.name)?;
    let tenant = Tenant {
        tenant_id,
        name: new.name,
        active: true,
        created_at: act.now,
    };
    let id = TenantId::new(&tenant.tenant_id);
    let admin = prepare_user(app, &id, new.admin, act).await?;
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    if !store.add_tenant(&tenant).await? {
        return Err(Error::TenantExists);
    }
    store.announce(&id, Announcement::TenantChanged(&tenant), act).await?;
    add_user(&mut store, &id, &admin, act).await?;
    tx.commit().await?;
    Ok((
        tenant,
        CreatedUser {
            user: admin.user,
            generated_password: admin.generated_password,
        },
    ))
}

//! Tenants and users.

use super::{Store, corrupt, ids_from_json, ids_to_json};
use crate::domain::role::Role;
use crate::domain::user::{Contact, Rights, Status, Tenant, User, username_key};
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

/// What a sign-in is compared with.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub user: User,
    pub password_hash: String,
}

#[derive(sqlx::FromRow)]
struct TenantRow {
    tenant_id: String,
    name: String,
    active: bool,
    created_at: DateTime<Utc>,
}

impl From<TenantRow> for Tenant {
    fn from(row: TenantRow) -> Tenant {
        Tenant {
            tenant_id: row.tenant_id,
            name: row.name,
            active: row.active,
            created_at: row.created_at,
        }
    }
}

#[derive(sqlx::FromRow)]
struct UserRow {
    tenant_id: String,
    user_id: String,
    role: String,
    status: String,
    password_hash: String,
    vehicle_ids: String,
    fleet_ids: String,
    depot_ids: String,
    created_at: DateTime<Utc>,
    username: String,
    display_name: Option<String>,
    email: Option<String>,
    locale: String,
}

impl TryFrom<UserRow> for Credentials {
    type Error = DbError;

    fn try_from(row: UserRow) -> Result<Credentials, DbError> {
        let rights = Rights {
            role: Role::parse(&row.role).ok_or_else(|| corrupt("role"))?,
            status: Status::parse(&row.status).ok_or_else(|| corrupt("status"))?,
            vehicle_ids: ids_from_json(&row.vehicle_ids),
            fleet_ids: ids_from_json(&row.fleet_ids),
            depot_ids: ids_from_json(&row.depot_ids),
        };
        let contact = Contact {
            username: row.username,
            display_name: row.display_name,
            email: row.email,
            locale: row.locale,
        };
        let user = User {
            tenant_id: row.tenant_id,
            user_id: row.user_id,
            contact,
            rights,
            created_at: row.created_at,
        };
        Ok(Credentials {
            user,
            password_hash: row.password_hash,
        })
    }
}

/// The columns of a user, joined from account and person.
macro_rules! user_query {
    ($rest:literal) => {
        concat!(
            "SELECT a.tenant_id, a.user_id, a.role, a.status, a.password_hash, a.vehicle_ids, a.fleet_ids, a.depot_ids, a.created_at, ",
            "p.username, p.display_name, p.email, p.locale FROM user_account a ",
            "JOIN person p ON p.tenant_id = a.tenant_id AND p.user_id = a.user_id ",
            $rest
        )
    };
}

impl Store<'_> {
    /// Adds a tenant; false when one with this id exists.
    pub async fn add_tenant(&mut self, tenant: &Tenant) -> Result<bool, DbError> {
        let done = on!(self.tx, c => sqlx::query(
            "INSERT INTO tenant (tenant_id, name, active, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
            .bind(&tenant.tenant_id).bind(&tenant.name).bind(tenant.active).bind(tenant.created_at)
            .run(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// A tenant by id.
    pub async fn tenant(&mut self, tenant: &TenantId) -> Result<Option<Tenant>, DbError> {
        let row = on!(self.tx, c => sqlx::query_as::<_, TenantRow>(
            "SELECT tenant_id, name, active, created_at FROM tenant WHERE tenant_id = $1")
            .bind(tenant.as_str()).fetch_optional(c).await)?;
        Ok(row.map(Tenant::from))
    }

    /// The tenants after an id, in order of ids. Only the default tenant's administration asks for this.
    pub async fn tenants(&mut self, after: &str, limit: usize) -> Result<Vec<Tenant>, DbError> {
        let rows = on!(self.tx, c => sqlx::query_as::<_, TenantRow>(
            "SELECT tenant_id, name, active, created_at FROM tenant WHERE tenant_id > $1 ORDER BY tenant_id LIMIT $2")
            .bind(after).bind(limit as i64).fetch_all(c).await)?;
        Ok(rows.into_iter().map(Tenant::from).collect())
    }

    /// Adds a user; false when the tenant has one of this name.
    pub async fn add_user(&mut self, user: &User, password_hash: &str) -> Result<bool, DbError> {
        let contact = &user.contact;
        let done = on!(self.tx, c => sqlx::query(
            "INSERT INTO person (tenant_id, user_id, username, username_key, display_name, email, locale)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING")
            .bind(&user.tenant_id).bind(&user.user_id).bind(&contact.username).bind(username_key(&contact.username))
            .bind(&contact.display_name).bind(&contact.email).bind(&contact.locale)
            .run(c).await)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let rights = &user.rights;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO user_account (tenant_id, user_id, role, status, password_hash, vehicle_ids, fleet_ids, depot_ids, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind(&user.tenant_id).bind(&user.user_id).bind(rights.role.as_str()).bind(rights.status.as_str())
            .bind(password_hash).bind(ids_to_json(&rights.vehicle_ids)).bind(ids_to_json(&rights.fleet_ids))
            .bind(ids_to_json(&rights.depot_ids)).bind(user.created_at)
            .run(c).await)?;
        Ok(true)
    }

    /// Writes a user's rights and contact; the name stays.
    pub async fn save_user(&mut self, user: &User) -> Result<(), DbError> {
        let rights = &user.rights;
        on!(self.tx, c => sqlx::query(
            "UPDATE user_account SET role = $3, status = $4, vehicle_ids = $5, fleet_ids = $6, depot_ids = $7
             WHERE tenant_id = $1 AND user_id = $2")
            .bind(&user.tenant_id).bind(&user.user_id).bind(rights.role.as_str()).bind(rights.status.as_str())
            .bind(ids_to_json(&rights.vehicle_ids)).bind(ids_to_json(&rights.fleet_ids)).bind(ids_to_json(&rights.depot_ids))
            .run(c).await)?;
        let contact = &user.contact;
        on!(self.tx, c => sqlx::query(
            "UPDATE person SET display_name = $3, email = $4, locale = $5 WHERE tenant_id = $1 AND user_id = $2")
            .bind(&user.tenant_id).bind(&user.user_id).bind(&contact.display_name).bind(&contact.email)
            .bind(&contact.locale)
            .run(c).await)?;
        Ok(())
    }

    /// Replaces a password.
    pub async fn set_password(&mut self, tenant: &TenantId, user_id: &str, hash: &str) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query("UPDATE user_account SET password_hash = $3 WHERE tenant_id = $1 AND user_id = $2")
            .bind(tenant.as_str()).bind(user_id).bind(hash).run(c).await)?;
        Ok(())
    }

    /// A user by id.
    pub async fn user(&mut self, tenant: &TenantId, user_id: &str) -> Result<Option<User>, DbError> {
        let row = on!(self.tx, c => sqlx::query_as::<_, UserRow>(
            user_query!("WHERE a.tenant_id = $1 AND a.user_id = $2"))
            .bind(tenant.as_str()).bind(user_id).fetch_optional(c).await)?;
        Ok(row.map(Credentials::try_from).transpose()?.map(|found| found.user))
    }

    /// A user and password hash by name, in any case of letters.
    pub async fn credentials(&mut self, tenant: &TenantId, username: &str) -> Result<Option<Credentials>, DbError> {
        let row = on!(self.tx, c => sqlx::query_as::<_, UserRow>(
            user_query!("WHERE p.tenant_id = $1 AND p.username_key = $2"))
            .bind(tenant.as_str()).bind(username_key(username)).fetch_optional(c).await)?;
        row.map(Credentials::try_from).transpose()
    }

    /// The users after an id, in order of ids, of one role or of all.
    pub async fn users(
        &mut self,
        tenant: &TenantId,
        role: Option<Role>,
        after: &str,
        limit: usize,
    ) -> Result<Vec<User>, DbError> {
        let rows = on!(self.tx, c => sqlx::query_as::<_, UserRow>(
            user_query!("WHERE a.tenant_id = $1 AND a.user_id > $2 AND ($3 = '' OR a.role = $3) ORDER BY a.user_id LIMIT $4"))
            .bind(tenant.as_str()).bind(after).bind(role.map_or("", Role::as_str)).bind(limit as i64)
            .fetch_all(c).await)?;
        rows.into_iter()
            .map(|row| Credentials::try_from(row).map(|found| found.user))
            .collect()
    }

    /// Names on screen of a tenant's people: of these ids, or of all.
    pub async fn names(
        &mut self,
        tenant: &TenantId,
        ids: &[String],
        limit: usize,
    ) -> Result<Vec<(String, String)>, DbError> {
        on!(self.tx, c => {
            let mut query = sqlx::QueryBuilder::new(
                "SELECT user_id, COALESCE(display_name, username) FROM person WHERE tenant_id = ");
            query.push_bind(tenant.as_str());
            if !ids.is_empty() {
                query.push(" AND user_id IN (");
                let mut list = query.separated(", ");
                for id in ids {
                    list.push_bind(id.as_str());
                }
                query.push(")");
            }
            query.push(" ORDER BY user_id LIMIT ").push_bind(limit as i64);
            query.build_query_as().fetch_all(c).await
        })
    }

    /// The people of a role who may sign in.
    pub async fn active_in_role(&mut self, tenant: &TenantId, role: Role) -> Result<Vec<String>, DbError> {
        on!(self.tx, c => sqlx::query_scalar(
            "SELECT user_id FROM user_account WHERE tenant_id = $1 AND role = $2 AND status = 'ACTIVE' ORDER BY user_id")
            .bind(tenant.as_str()).bind(role.as_str()).fetch_all(c).await)
    }

    /// How many users may administer the tenant, this one left out.
    pub async fn other_active_admins(&mut self, tenant: &TenantId, user_id: &str) -> Result<u64, DbError> {
        let count: i64 = on!(self.tx, c => sqlx::query_scalar(
            "SELECT COUNT(*) FROM user_account
             WHERE tenant_id = $1 AND role = 'ADMIN' AND status = 'ACTIVE' AND user_id <> $2")
            .bind(tenant.as_str()).bind(user_id).fetch_one(c).await)?;
        Ok(count.unsigned_abs())
    }
}

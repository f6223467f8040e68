//! API keys: hash and prefix, never the secret.

use super::{Store, corrupt, ids_from_json, ids_to_json};
use crate::domain::role::Role;
use crate::domain::scope::{ApiKey, Grant, KeyKind};
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

#[derive(sqlx::FromRow)]
struct KeyRow {
    key_id: String,
    name: String,
    prefix: String,
    hash: String,
    kind: String,
    role: Option<String>,
    scopes: String,
    vehicle_ids: Option<String>,
    created_by: String,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    replaced_by: Option<String>,
}

impl TryFrom<KeyRow> for ApiKey {
    type Error = DbError;

    fn try_from(row: KeyRow) -> Result<ApiKey, DbError> {
        let kind = match (row.kind.as_str(), row.role.as_deref().and_then(Role::parse)) {
            ("DEVICE", _) => KeyKind::Device,
            ("SERVICE", _) => KeyKind::Service,
            ("USER", Some(role)) => KeyKind::User(role),
            _ => return Err(corrupt("key kind")),
        };
        let grant = Grant {
            kind,
            scopes: ids_from_json(&row.scopes).into_iter().collect(),
            vehicle_ids: row.vehicle_ids.map(|ids| ids_from_json(&ids).into_iter().collect()),
            expires_at: row.expires_at,
        };
        Ok(ApiKey {
            key_id: row.key_id,
            name: row.name,
            prefix: row.prefix,
            hash: row.hash,
            grant,
            created_by: row.created_by,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            replaced_by: row.replaced_by,
        })
    }
}

impl Store<'_> {
    /// Adds a key.
    pub async fn add_key(&mut self, tenant: &TenantId, key: &ApiKey) -> Result<(), DbError> {
        let list = |ids: &std::collections::BTreeSet<String>| ids_to_json(&ids.iter().cloned().collect::<Vec<_>>());
        on!(self.tx, c => sqlx::query(
            "INSERT INTO api_key (tenant_id, key_id, name, prefix, hash, kind, role, scopes, vehicle_ids,
                 created_by, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
            .bind(tenant.as_str()).bind(&key.key_id).bind(&key.name).bind(&key.prefix).bind(&key.hash)
            .bind(key.grant.kind.as_str()).bind(key.grant.kind.role().map(Role::as_str)).bind(list(&key.grant.scopes))
            .bind(key.grant.vehicle_ids.as_ref().map(list)).bind(&key.created_by).bind(key.created_at)
            .bind(key.grant.expires_at)
            .run(c).await)?;
        Ok(())
    }

    /// A key by id.
    pub async fn key(&mut self, tenant: &TenantId, key_id: &str) -> Result<Option<ApiKey>, DbError> {
        let row = on!(self.tx, c => sqlx::query_as::<_, KeyRow>("SELECT * FROM api_key WHERE tenant_id = $1 AND key_id = $2")
            .bind(tenant.as_str()).bind(key_id).fetch_optional(c).await)?;
        row.map(ApiKey::try_from).transpose()
    }

    /// The keys after an id, in order of ids.
    pub async fn keys(&mut self, tenant: &TenantId, after: &str, limit: usize) -> Result<Vec<ApiKey>, DbError> {
        let rows = on!(self.tx, c => sqlx::query_as::<_, KeyRow>(
            "SELECT * FROM api_key WHERE tenant_id = $1 AND key_id > $2 ORDER BY key_id LIMIT $3")
            .bind(tenant.as_str()).bind(after).bind(limit as i64).fetch_all(c).await)?;
        rows.into_iter().map(ApiKey::try_from).collect()
    }

    /// Revokes a key; false when it was revoked before.
    pub async fn revoke_key(&mut self, tenant: &TenantId, key_id: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
        let done = on!(self.tx, c => sqlx::query(
            "UPDATE api_key SET revoked_at = $3 WHERE tenant_id = $1 AND key_id = $2 AND revoked_at IS NULL")
            .bind(tenant.as_str()).bind(key_id).bind(now).run(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// Lets another key take a key's place, which ends then at the latest.
    pub async fn replace_key(
        &mut self,
        tenant: &TenantId,
        (key_id, by): (&str, &str),
        expires_at: DateTime<Utc>,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query("UPDATE api_key SET replaced_by = $3, expires_at = $4 WHERE tenant_id = $1 AND key_id = $2")
            .bind(tenant.as_str()).bind(key_id).bind(by).bind(expires_at).run(c).await)?;
        Ok(())
    }

    /// Notes that a key was in use.
    pub async fn key_used(&mut self, tenant: &TenantId, key_id: &str, at: DateTime<Utc>) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "UPDATE api_key SET last_used_at = $3
             WHERE tenant_id = $1 AND key_id = $2 AND (last_used_at IS NULL OR last_used_at < $3)")
            .bind(tenant.as_str()).bind(key_id).bind(chassis::clock::micros(at)).run(c).await)?;
        Ok(())
    }

    /// The live USER keys that a person made for themselves.
    pub async fn user_keys_of(&mut self, tenant: &TenantId, user_id: &str) -> Result<Vec<String>, DbError> {
        on!(self.tx, c => sqlx::query_scalar(
            "SELECT key_id FROM api_key WHERE tenant_id = $1 AND created_by = $2 AND kind = 'USER' AND revoked_at IS NULL")
            .bind(tenant.as_str()).bind(user_id).fetch_all(c).await)
    }
}

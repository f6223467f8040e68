//! Invitations; their tokens are kept as hashes.

use super::{Store, corrupt, ids_from_json, ids_to_json};
use crate::domain::invitation::Invitation;
use crate::domain::role::Role;
use crate::domain::user::{Rights, Status};
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

#[derive(sqlx::FromRow)]
struct Row {
    invitation_id: String,
    token_hash: String,
    role: String,
    vehicle_ids: String,
    fleet_ids: String,
    depot_ids: String,
    display_name: Option<String>,
    email: Option<String>,
    locale: String,
    created_by: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    user_id: Option<String>,
}

impl TryFrom<Row> for Invitation {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Invitation, DbError> {
        Ok(Invitation {
            invitation_id: row.invitation_id,
            token_hash: row.token_hash,
            rights: Rights {
                role: Role::parse(&row.role).ok_or_else(|| corrupt("role"))?,
                status: Status::Active,
                vehicle_ids: ids_from_json(&row.vehicle_ids),
                fleet_ids: ids_from_json(&row.fleet_ids),
                depot_ids: ids_from_json(&row.depot_ids),
            },
            display_name: row.display_name,
            email: row.email,
            locale: row.locale,
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            user_id: row.user_id,
        })
    }
}

/// The columns of an invitation.
macro_rules! invitations {
    ($rest:literal) => {
        concat!(
            "SELECT invitation_id, token_hash, role, vehicle_ids, fleet_ids, depot_ids, display_name, email, locale, ",
            "created_by, created_at, expires_at, revoked_at, user_id FROM invitation WHERE tenant_id = $1 ",
            $rest
        )
    };
}

impl Store<'_> {
    /// Adds an invitation.
    pub async fn add_invitation(&mut self, tenant: &TenantId, new: &Invitation) -> Result<(), DbError> {
        let rights = &new.rights;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO invitation (tenant_id, invitation_id, token_hash, role, vehicle_ids, fleet_ids, depot_ids, display_name,
                 email, locale, created_by, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)")
            .bind(tenant.as_str()).bind(&new.invitation_id).bind(&new.token_hash).bind(rights.role.as_str())
            .bind(ids_to_json(&rights.vehicle_ids)).bind(ids_to_json(&rights.fleet_ids)).bind(ids_to_json(&rights.depot_ids))
            .bind(&new.display_name).bind(&new.email).bind(&new.locale).bind(&new.created_by).bind(new.created_at)
            .bind(new.expires_at).run(c).await)?;
        Ok(())
    }

    /// An invitation by id.
    pub async fn invitation(&mut self, tenant: &TenantId, id: &str) -> Result<Option<Invitation>, DbError> {
        let row: Option<Row> = on!(self.tx, c => sqlx::query_as(invitations!("AND invitation_id = $2"))
            .bind(tenant.as_str()).bind(id).fetch_optional(c).await)?;
        row.map(Invitation::try_from).transpose()
    }

    /// The invitations after an id, in order of ids.
    pub async fn invitations(
        &mut self,
        tenant: &TenantId,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Invitation>, DbError> {
        let rows: Vec<Row> = on!(self.tx, c => sqlx::query_as(
            invitations!("AND invitation_id > $2 ORDER BY invitation_id LIMIT $3"))
            .bind(tenant.as_str()).bind(after).bind(limit as i64).fetch_all(c).await)?;
        rows.into_iter().map(Invitation::try_from).collect()
    }

    /// Revokes an invitation that is neither accepted nor revoked; false when there is nothing to revoke.
    pub async fn revoke_invitation(
        &mut self,
        tenant: &TenantId,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DbError> {
        let done = on!(self.tx, c => sqlx::query(
            "UPDATE invitation SET revoked_at = $3
             WHERE tenant_id = $1 AND invitation_id = $2 AND revoked_at IS NULL AND user_id IS NULL")
            .bind(tenant.as_str()).bind(id).bind(now).run(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes who accepted an invitation, and forgets the address that it was meant for; false when somebody was quicker.
    pub async fn accept_invitation(&mut self, tenant: &TenantId, id: &str, user_id: &str) -> Result<bool, DbError> {
        let done = on!(self.tx, c => sqlx::query(
            "UPDATE invitation SET user_id = $3, email = NULL, display_name = NULL
             WHERE tenant_id = $1 AND invitation_id = $2 AND revoked_at IS NULL AND user_id IS NULL")
            .bind(tenant.as_str()).bind(id).bind(user_id).run(c).await)?;
        Ok(done.rows_affected() == 1)
    }
}

//! Sessions and their refresh tokens; tokens are kept as hashes. All times are machine time.

use super::Store;
use crate::domain::session::{Origin, Session};
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

/// A refresh token on record, with its session.
#[derive(Debug, Clone)]
pub struct Refresh {
    pub session: Session,
    pub spent_at: Option<DateTime<Utc>>,
    /// The token that was given for it is on record and was never used.
    pub successor_unused: bool,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    session_id: String,
    user_id: String,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    user_agent: Option<String>,
    address: Option<String>,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Session {
        Session {
            session_id: row.session_id,
            user_id: row.user_id,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            origin: Origin {
                user_agent: row.user_agent,
                address: row.address,
            },
        }
    }
}

impl Store<'_> {
    /// Opens a session.
    pub async fn add_session(&mut self, tenant: &TenantId, session: &Session) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO session (tenant_id, session_id, user_id, created_at, last_used_at, expires_at, user_agent, address)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(tenant.as_str()).bind(&session.session_id).bind(&session.user_id).bind(session.created_at)
            .bind(session.last_used_at).bind(session.expires_at).bind(&session.origin.user_agent).bind(&session.origin.address)
            .run(c).await)?;
        Ok(())
    }

    /// Records a refresh token that was given out.
    pub async fn add_refresh(&mut self, tenant: &TenantId, session_id: &str, hash: &str) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query("INSERT INTO refresh_token (tenant_id, session_id, token_hash) VALUES ($1, $2, $3)")
            .bind(tenant.as_str()).bind(session_id).bind(hash).run(c).await)?;
        Ok(())
    }

    /// What is known of a presented refresh token.
    pub async fn refresh(
        &mut self,
        tenant: &TenantId,
        session_id: &str,
        hash: &str,
    ) -> Result<Option<Refresh>, DbError> {
        let found: Option<(Option<DateTime<Utc>>, Option<String>)> = on!(self.tx, c => sqlx::query_as(
            "SELECT given.spent_at, unused.token_hash FROM refresh_token given
             LEFT JOIN refresh_token unused ON unused.tenant_id = given.tenant_id AND unused.session_id = given.session_id
                AND unused.token_hash = given.successor_hash AND unused.spent_at IS NULL
             WHERE given.tenant_id = $1 AND given.session_id = $2 AND given.token_hash = $3")
            .bind(tenant.as_str()).bind(session_id).bind(hash).fetch_optional(c).await)?;
        let Some((spent_at, unused)) = found else {
            return Ok(None);
        };
        let session = self.session(tenant, session_id).await?;
        Ok(session.map(|session| Refresh {
            session,
            spent_at,
            successor_unused: unused.is_some(),
        }))
    }

    /// Spends a refresh token, and whatever else of its session is not spent, so that the successor is the one that is good. Notes that the
    /// session is in use.
    pub async fn spend_refresh(
        &mut self,
        tenant: &TenantId,
        session_id: &str,
        hash: &str,
        successor: &str,
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "UPDATE refresh_token SET spent_at = $3 WHERE tenant_id = $1 AND session_id = $2 AND spent_at IS NULL")
            .bind(tenant.as_str()).bind(session_id).bind(now).run(c).await)?;
        on!(self.tx, c => sqlx::query(
            "UPDATE refresh_token SET successor_hash = $4 WHERE tenant_id = $1 AND session_id = $2 AND token_hash = $3")
            .bind(tenant.as_str()).bind(session_id).bind(hash).bind(successor).run(c).await)?;
        on!(self.tx, c => sqlx::query("UPDATE session SET last_used_at = $3 WHERE tenant_id = $1 AND session_id = $2")
            .bind(tenant.as_str()).bind(session_id).bind(now).run(c).await)?;
        Ok(())
    }

    /// A session by id.
    pub async fn session(&mut self, tenant: &TenantId, session_id: &str) -> Result<Option<Session>, DbError> {
        let row = on!(self.tx, c => sqlx::query_as::<_, SessionRow>(
            "SELECT session_id, user_id, created_at, last_used_at, expires_at, revoked_at, user_agent, address FROM session
             WHERE tenant_id = $1 AND session_id = $2")
            .bind(tenant.as_str()).bind(session_id).fetch_optional(c).await)?;
        Ok(row.map(Session::from))
    }

    /// A user's sessions that are neither ended nor over.
    pub async fn live_sessions(
        &mut self,
        tenant: &TenantId,
        user_id: &str,
        now: DateTime<Utc>,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Session>, DbError> {
        let rows = on!(self.tx, c => sqlx::query_as::<_, SessionRow>(
            "SELECT session_id, user_id, created_at, last_used_at, expires_at, revoked_at, user_agent, address FROM session
             WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > $3 AND session_id > $4
             ORDER BY session_id LIMIT $5")
            .bind(tenant.as_str()).bind(user_id).bind(now).bind(after).bind(limit as i64)
            .fetch_all(c).await)?;
        Ok(rows.into_iter().map(Session::from).collect())
    }

    /// Ends a session; false when it had ended before.
    pub async fn revoke_session(
        &mut self,
        tenant: &TenantId,
        session_id: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DbError> {
        let done = on!(self.tx, c => sqlx::query(
            "UPDATE session SET revoked_at = $3 WHERE tenant_id = $1 AND session_id = $2 AND revoked_at IS NULL")
            .bind(tenant.as_str()).bind(session_id).bind(now).run(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// Forgets sessions that were over before this instant, with their tokens; at most `limit` at once.
    pub async fn forget_sessions(&mut self, before: DateTime<Utc>, limit: usize) -> Result<u64, DbError> {
        on!(self.tx, c => sqlx::query(
            "DELETE FROM refresh_token WHERE (tenant_id, session_id) IN
             (SELECT tenant_id, session_id FROM session WHERE expires_at < $1 ORDER BY tenant_id, session_id LIMIT $2)")
            .bind(before).bind(limit as i64).run(c).await)?;
        let done = on!(self.tx, c => sqlx::query(
            "DELETE FROM session WHERE (tenant_id, session_id) IN
             (SELECT tenant_id, session_id FROM session WHERE expires_at < $1 ORDER BY tenant_id, session_id LIMIT $2)")
            .bind(before).bind(limit as i64).run(c).await)?;
        Ok(done.rows_affected())
    }
}

//! Who was told when, and which alerts go on to the next role at what time.

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use super::Store;
use crate::error::Error;

/// One time that people were told of an alert, or would have been but for the limit.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Notification {
    /// Level of the chain.
    pub level: i64,
    pub given_at: DateTime<Utc>,
    pub limited: bool,
}

/// An escalation whose time has come.
#[derive(Clone, Debug, PartialEq)]
pub struct DueEscalation {
    pub tenant: TenantId,
    pub alert_id: String,
    /// The level that did not answer; [`NOBODY_YET`](crate::domain::escalation::NOBODY_YET) where none was asked.
    pub level: i64,
    pub due_at: DateTime<Utc>,
}

impl Store<'_> {
    /// Notes that people were told, or would have been but for the limit.
    pub async fn insert_notification(
        &mut self,
        tenant: &TenantId,
        alert_id: &str,
        vehicle_id: &str,
        notification: &Notification,
    ) -> Result<(), Error> {
        chassis::on!(self.tx, c => sqlx::query(
            "INSERT INTO notification (tenant_id, alert_id, level, vehicle_id, given_at, limited)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, alert_id, level) DO NOTHING")
            .bind(tenant.as_str()).bind(alert_id).bind(notification.level).bind(vehicle_id)
            .bind(notification.given_at).bind(notification.limited)
            .run(c).await)?;
        Ok(())
    }

    /// When people were really told about this vehicle after `since`.
    pub async fn notification_times(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        since: DateTime<Utc>,
    ) -> Result<Vec<DateTime<Utc>>, Error> {
        Ok(chassis::on!(self.tx, c => sqlx::query_scalar(
            "SELECT given_at FROM notification WHERE tenant_id = $1 AND vehicle_id = $2 AND given_at > $3 AND limited = $4")
            .bind(tenant.as_str()).bind(vehicle_id).bind(since).bind(false).fetch_all(c).await)?)
    }

    /// The first notification of an alert.
    pub async fn first_notification(
        &mut self,
        tenant: &TenantId,
        alert_id: &str,
    ) -> Result<Option<Notification>, Error> {
        Ok(chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT level, given_at, limited FROM notification WHERE tenant_id = $1 AND alert_id = $2
             ORDER BY level LIMIT 1")
            .bind(tenant.as_str()).bind(alert_id).fetch_optional(c).await)?)
    }

    /// Sets when an alert goes on, and from which level.
    pub async fn schedule_escalation(
        &mut self,
        tenant: &TenantId,
        alert_id: &str,
        level: i64,
        due_at: DateTime<Utc>,
    ) -> Result<(), Error> {
        chassis::on!(self.tx, c => sqlx::query(
            "INSERT INTO escalation (tenant_id, alert_id, level, due_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant_id, alert_id) DO UPDATE SET level = excluded.level, due_at = excluded.due_at")
            .bind(tenant.as_str()).bind(alert_id).bind(level).bind(due_at).run(c).await)?;
        Ok(())
    }

    /// The alert goes no further.
    pub async fn end_escalation(&mut self, tenant: &TenantId, alert_id: &str) -> Result<(), Error> {
        chassis::on!(self.tx, c => sqlx::query("DELETE FROM escalation WHERE tenant_id = $1 AND alert_id = $2")
            .bind(tenant.as_str()).bind(alert_id).run(c).await)?;
        Ok(())
    }

    /// When an alert goes on; none when it does not.
    pub async fn escalation_due_at(
        &mut self,
        tenant: &TenantId,
        alert_id: &str,
    ) -> Result<Option<DateTime<Utc>>, Error> {
        Ok(chassis::on!(self.tx, c => sqlx::query_scalar(
            "SELECT due_at FROM escalation WHERE tenant_id = $1 AND alert_id = $2")
            .bind(tenant.as_str()).bind(alert_id).fetch_optional(c).await)?)
    }

    /// Escalations of all tenants whose time has come, earliest first.
    pub async fn due_escalations(&mut self, now: DateTime<Utc>, limit: i64) -> Result<Vec<DueEscalation>, Error> {
        let rows: Vec<(String, String, i64, DateTime<Utc>)> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT tenant_id, alert_id, level, due_at FROM escalation WHERE due_at <= $1
             ORDER BY due_at, tenant_id, alert_id LIMIT $2")
            .bind(now).bind(limit).fetch_all(c).await)?;
        let due = |(tenant, alert_id, level, due_at): (String, String, i64, DateTime<Utc>)| DueEscalation {
            tenant: TenantId::new(&tenant),
            alert_id,
            level,
            due_at,
        };
        Ok(rows.into_iter().map(due).collect())
    }

    /// The earliest time at which any tenant's alert goes on.
    pub async fn next_escalation_at(&mut self) -> Result<Option<DateTime<Utc>>, Error> {
        Ok(
            chassis::on!(self.tx, c => sqlx::query_scalar("SELECT due_at FROM escalation ORDER BY due_at LIMIT 1")
            .fetch_optional(c).await)?,
        )
    }
}

//! Slots that were offered and are kept for the asker for a while.

use chassis::clock::micros;
use chassis::{TenantId, on};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Store;
use super::codec::{self, StoredJob, StoredSlot};
use crate::domain::network::Job;
use crate::domain::slot_search::Slot;
use crate::error::Result;

/// An offered slot with the job that it was offered for.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    pub slot_id: String,
    pub slot: Slot,
    pub job: Job,
    pub alert_id: Option<String>,
    pub decision_id: Option<String>,
    pub expires_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct StoredHold {
    slot: StoredSlot,
    job: StoredJob,
    alert_id: Option<String>,
    decision_id: Option<String>,
}

impl Store<'_> {
    /// Keeps a slot. False if technician or bay is taken; then the transaction must be dropped.
    pub async fn add_hold(&mut self, tenant: &TenantId, hold: &Hold) -> Result<bool> {
        let body = codec::to_text(
            "hold",
            &StoredHold {
                slot: StoredSlot::from(&hold.slot),
                job: StoredJob::from(&hold.job),
                alert_id: hold.alert_id.clone(),
                decision_id: hold.decision_id.clone(),
            },
        )?;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO holds (tenant_id, slot_id, vehicle_id, expires_at, body) VALUES ($1, $2, $3, $4, $5)")
            .bind(tenant.as_str()).bind(&hold.slot_id).bind(&hold.job.vehicle_id).bind(micros(hold.expires_at))
            .bind(&body).run(c).await)?;
        self.occupy(tenant, &hold.slot_id, &hold.slot.resources(), hold.slot.reserved)
            .await
    }

    /// The slot that was offered under this id, if it has not expired by `now`.
    pub async fn hold(&mut self, tenant: &TenantId, slot_id: &str, now: DateTime<Utc>) -> Result<Option<Hold>> {
        let row: Option<(DateTime<Utc>, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT expires_at, body FROM holds WHERE tenant_id = $1 AND slot_id = $2 AND expires_at > $3")
            .bind(tenant.as_str()).bind(slot_id).bind(micros(now)).fetch_optional(c).await)?;
        let Some((expires_at, body)) = row else { return Ok(None) };
        let stored: StoredHold = codec::from_text("hold", &body)?;
        Ok(Some(Hold {
            slot_id: slot_id.to_owned(),
            slot: stored.slot.slot()?,
            job: stored.job.job()?,
            alert_id: stored.alert_id,
            decision_id: stored.decision_id,
            expires_at,
        }))
    }

    /// Frees all slots that are kept for a vehicle.
    pub async fn drop_holds_of(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<()> {
        let ids: Vec<(String,)> = on!(self.tx, c => sqlx::query_as(
            "DELETE FROM holds WHERE tenant_id = $1 AND vehicle_id = $2 RETURNING slot_id")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_all(c).await)?;
        for (slot_id,) in ids {
            self.vacate(tenant, &slot_id).await?;
        }
        Ok(())
    }

    /// Frees what is kept for a vehicle, but remembers the offers, so that a late taker still gets alternatives.
    pub async fn vacate_holds_of(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<()> {
        let ids: Vec<(String,)> = on!(self.tx, c => sqlx::query_as(
            "SELECT slot_id FROM holds WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_all(c).await)?;
        for (slot_id,) in ids {
            self.vacate(tenant, &slot_id).await?;
        }
        Ok(())
    }

    /// Frees the slots whose time is up, of every tenant, and says how many there were.
    pub async fn drop_expired_holds(&mut self, now: DateTime<Utc>) -> Result<usize> {
        let ids: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
            "DELETE FROM holds WHERE expires_at <= $1 RETURNING tenant_id, slot_id")
            .bind(micros(now)).fetch_all(c).await)?;
        for (tenant, slot_id) in &ids {
            self.vacate(&TenantId::new(tenant), slot_id).await?;
        }
        Ok(ids.len())
    }

    /// When the next slot's time is up, of any tenant.
    pub async fn next_expiry(&mut self) -> Result<Option<DateTime<Utc>>> {
        Ok(
            on!(self.tx, c => sqlx::query_scalar("SELECT expires_at FROM holds ORDER BY expires_at LIMIT 1").fetch_optional(c).await)?,
        )
    }
}

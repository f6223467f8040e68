//! Models as they were registered, which of them speaks for whom, and every change of it.

use chassis::{TenantId, on};
use chrono::{DateTime, Utc};

use super::Store;
use crate::error::Error;

/// A registered model. Artefacts belong to the installation; which one speaks is each tenant's choice.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRow {
    pub model_id: String,
    pub family: String,
    /// A component's name, or `any`.
    pub component: String,
    /// A class's name, or `any`.
    pub vehicle_class: String,
    /// The card as JSON text.
    pub card: String,
    pub data_hash: String,
    pub artefact: Vec<u8>,
    /// It came with a version of the service.
    pub shipped: bool,
    pub registered_at: DateTime<Utc>,
}

/// Which model speaks for a component of a class.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct StandingRow {
    pub tenant_id: String,
    pub component: String,
    pub vehicle_class: String,
    pub model_id: String,
    /// Who spoke before, and speaks again after a roll back.
    pub previous: Option<String>,
    pub since: DateTime<Utc>,
}

/// One change of who speaks.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct ChangeRow {
    pub change_id: String,
    pub component: String,
    pub vehicle_class: String,
    /// PROMOTED or ROLLED_BACK.
    pub action: String,
    pub model_id: String,
    pub previous: String,
    pub forced: bool,
    pub reason: String,
    /// HELD_OUT, LIVE or NONE.
    pub compared_on: String,
    pub units: i64,
    pub loss_km: Option<f64>,
    pub previous_loss_km: Option<f64>,
    pub changed_by: String,
    pub changed_at: DateTime<Utc>,
}

/// Changes that are shown.
const CHANGES_MAX: i64 = 200;

impl Store<'_> {
    /// Keeps a model; one that is known by this id stays as it was. Returns whether it is new.
    pub async fn register_model(&mut self, model: &ModelRow) -> Result<bool, Error> {
        let done = on!(self.tx, c => sqlx::query(
            "INSERT INTO model (model_id, family, component, vehicle_class, card, data_hash, artefact, shipped, registered_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (model_id) DO NOTHING")
            .bind(&model.model_id).bind(&model.family).bind(&model.component).bind(&model.vehicle_class).bind(&model.card)
            .bind(&model.data_hash).bind(&model.artefact[..]).bind(model.shipped).bind(model.registered_at)
            .run(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// The id of every registered model and whether it was shipped, the newest first. Artefacts are large: they are loaded once.
    pub async fn list_models(&mut self) -> Result<Vec<(String, bool)>, Error> {
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT model_id, shipped FROM model ORDER BY registered_at DESC, model_id")
            .fetch_all(c).await)?)
    }

    /// The artefact of a model.
    pub async fn load_artefact(&mut self, model_id: &str) -> Result<Vec<u8>, Error> {
        let row: Option<(Vec<u8>,)> = on!(self.tx, c => sqlx::query_as("SELECT artefact FROM model WHERE model_id = $1")
            .bind(model_id).fetch_optional(c).await)?;
        Ok(row.map_or_else(Vec::new, |row| row.0))
    }

    /// The choices of every tenant: few rows, read when they changed.
    pub async fn all_standings(&mut self) -> Result<Vec<StandingRow>, Error> {
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT tenant_id, component, vehicle_class, model_id, previous, since FROM model_standing
             ORDER BY tenant_id, component, vehicle_class")
            .fetch_all(c).await)?)
    }

    /// The choice of a tenant for a component of a class.
    pub async fn standing(
        &mut self,
        tenant: &TenantId,
        component: &str,
        vehicle_class: &str,
    ) -> Result<Option<StandingRow>, Error> {
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT tenant_id, component, vehicle_class, model_id, previous, since FROM model_standing
             WHERE tenant_id = $1 AND component = $2 AND vehicle_class = $3")
            .bind(tenant.as_str()).bind(component).bind(vehicle_class).fetch_optional(c).await)?)
    }

    /// Chooses a model.
    pub async fn set_standing(&mut self, tenant: &TenantId, standing: &StandingRow) -> Result<(), Error> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO model_standing (tenant_id, component, vehicle_class, model_id, previous, since)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (tenant_id, component, vehicle_class) DO UPDATE
             SET model_id = excluded.model_id, previous = excluded.previous, since = excluded.since")
            .bind(tenant.as_str()).bind(&standing.component).bind(&standing.vehicle_class).bind(&standing.model_id)
            .bind(standing.previous.as_deref()).bind(standing.since)
            .run(c).await)?;
        Ok(())
    }

    /// Writes down who changed what, and why.
    pub async fn add_model_change(&mut self, tenant: &TenantId, change: &ChangeRow) -> Result<(), Error> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO model_change (tenant_id, change_id, component, vehicle_class, action, model_id, previous, forced, reason,
                                       compared_on, units, loss_km, previous_loss_km, changed_by, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
            .bind(tenant.as_str()).bind(&change.change_id).bind(&change.component).bind(&change.vehicle_class)
            .bind(&change.action).bind(&change.model_id).bind(&change.previous).bind(change.forced).bind(&change.reason)
            .bind(&change.compared_on).bind(change.units).bind(change.loss_km).bind(change.previous_loss_km)
            .bind(&change.changed_by).bind(change.changed_at)
            .run(c).await)?;
        Ok(())
    }

    /// The last changes of a tenant, the newest first.
    pub async fn model_changes(&mut self, tenant: &TenantId) -> Result<Vec<ChangeRow>, Error> {
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT change_id, component, vehicle_class, action, model_id, previous, forced, reason, compared_on, units, loss_km,
                    previous_loss_km, changed_by, changed_at
             FROM model_change WHERE tenant_id = $1 ORDER BY changed_at DESC, change_id DESC LIMIT $2")
            .bind(tenant.as_str()).bind(CHANGES_MAX).fetch_all(c).await)?)
    }
}

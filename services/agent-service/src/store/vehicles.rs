//! Vehicles as the registry last described them, and the health last heard of them. Older news never replaces newer.

use chassis::clock::micros;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

use super::Store;
use crate::domain::vehicle::{LastHealth, Powertrain, Vehicle};

#[derive(sqlx::FromRow)]
struct VehicleRow {
    vehicle_id: String,
    powertrain: String,
    vehicle_class: String,
    make: Option<String>,
    model: Option<String>,
    model_year: Option<i64>,
    changed_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct HealthRow {
    vehicle_id: String,
    component: String,
    health_score: Option<f64>,
    status: String,
    observed_at: DateTime<Utc>,
}

impl Store<'_> {
    /// A vehicle, if the registry has told of it.
    pub async fn vehicle(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Option<Vehicle>, DbError> {
        let row: Option<VehicleRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT vehicle_id, powertrain, vehicle_class, make, model, model_year, changed_at
             FROM vehicle WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_optional(c).await)?;
        Ok(row.map(|row| Vehicle {
            vehicle_id: row.vehicle_id,
            powertrain: Powertrain::from_code(&row.powertrain),
            vehicle_class: row.vehicle_class,
            make: row.make,
            model: row.model,
            model_year: row.model_year.and_then(|year| i32::try_from(year).ok()),
            changed_at: row.changed_at,
        }))
    }

    /// Keeps what the registry says, unless something newer is known.
    pub async fn put_vehicle(&mut self, tenant: &TenantId, vehicle: &Vehicle) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO vehicle (tenant_id, vehicle_id, powertrain, vehicle_class, make, model, model_year, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET powertrain = excluded.powertrain,
                 vehicle_class = excluded.vehicle_class, make = excluded.make, model = excluded.model,
                 model_year = excluded.model_year, changed_at = excluded.changed_at
             WHERE vehicle.changed_at <= excluded.changed_at")
            .bind(tenant.as_str()).bind(&vehicle.vehicle_id).bind(vehicle.powertrain.code())
            .bind(&vehicle.vehicle_class).bind(vehicle.make.as_deref()).bind(vehicle.model.as_deref())
            .bind(vehicle.model_year.map(i64::from)).bind(micros(vehicle.changed_at))
            .run(c).await)?;
        Ok(())
    }

    /// Keeps a component's health, unless something newer is known.
    pub async fn put_health(&mut self, tenant: &TenantId, health: &LastHealth) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO last_health (tenant_id, vehicle_id, component, health_score, status, observed_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (tenant_id, vehicle_id, component) DO UPDATE SET health_score = excluded.health_score,
                 status = excluded.status, observed_at = excluded.observed_at
             WHERE last_health.observed_at <= excluded.observed_at")
            .bind(tenant.as_str()).bind(&health.vehicle_id).bind(&health.component).bind(health.health_score)
            .bind(&health.status).bind(micros(health.observed_at))
            .run(c).await)?;
        Ok(())
    }

    /// The health last heard of each of a vehicle's components, by component.
    pub async fn health(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Vec<LastHealth>, DbError> {
        let rows: Vec<HealthRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT vehicle_id, component, health_score, status, observed_at
             FROM last_health WHERE tenant_id = $1 AND vehicle_id = $2 ORDER BY component")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_all(c).await)?;
        let health = |row: HealthRow| LastHealth {
            vehicle_id: row.vehicle_id,
            component: row.component,
            health_score: row.health_score,
            status: row.status,
            observed_at: row.observed_at,
        };
        Ok(rows.into_iter().map(health).collect())
    }
}

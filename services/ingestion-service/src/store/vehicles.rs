//! The registry's rows, and repairs.

use chassis::{DbError, TenantId, on};
use chrono::{DateTime, NaiveDate, Utc};

use super::{ROWS_MAX, Store};
use crate::domain::repair::Repair;
use crate::domain::vehicle::{Powertrain, RegisteredBy, Status, Vehicle, VehicleClass};
use crate::domain::vin::Vin;

#[derive(sqlx::FromRow)]
struct Row {
    vehicle_id: String,
    vin: Option<String>,
    make: Option<String>,
    model: Option<String>,
    model_year: Option<i64>,
    powertrain: String,
    vehicle_class: String,
    owner_id: Option<String>,
    fleet_id: Option<String>,
    depot_id: Option<String>,
    in_service_date: Option<String>,
    odometer_km: Option<f64>,
    status: String,
    registered_by: String,
    version: i64,
}

impl Row {
    fn into_vehicle(self) -> (Vehicle, i64) {
        let vehicle = Vehicle {
            vehicle_id: self.vehicle_id,
            vin: self.vin.and_then(|vin| Vin::parse(&vin, false).ok()),
            make: self.make,
            model: self.model,
            model_year: self.model_year.and_then(|year| i32::try_from(year).ok()),
            powertrain: Powertrain::parse(&self.powertrain).unwrap_or_default(),
            vehicle_class: VehicleClass::parse(&self.vehicle_class).unwrap_or_default(),
            owner_id: self.owner_id,
            fleet_id: self.fleet_id,
            depot_id: self.depot_id,
            in_service_date: self.in_service_date.and_then(|date| date.parse::<NaiveDate>().ok()),
            odometer_km: self.odometer_km,
            status: Status::parse(&self.status).unwrap_or_default(),
            registered_by: RegisteredBy::parse(&self.registered_by).unwrap_or(RegisteredBy::User),
        };
        (vehicle, self.version)
    }
}

/// Which vehicles a list shows.
#[derive(Debug, Clone, Default)]
pub struct VehicleFilter {
    /// `Some`: only these.
    pub vehicle_ids: Option<Vec<String>>,
    pub owner_id: Option<String>,
    pub fleet_id: Option<String>,
    pub status: Option<Status>,
    /// Part of the id, VIN, make or model, in any case.
    pub wanted: Option<String>,
}

/// What became of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    Done,
    /// The id is registered already.
    Present,
    /// Another active vehicle has the VIN.
    VinTaken,
}

impl Store<'_> {
    /// A vehicle and the version of its row.
    pub async fn vehicle(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Option<(Vehicle, i64)>, DbError> {
        let row: Option<Row> = on!(self.tx, c => sqlx::query_as(
            "SELECT vehicle_id, vin, make, model, model_year, powertrain, vehicle_class, owner_id, fleet_id, depot_id, in_service_date, odometer_km,
                    status, registered_by, version
             FROM vehicle WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_optional(c).await)?;
        Ok(row.map(Row::into_vehicle))
    }

    /// Those of several vehicles that are registered, each with the version of its row, in any order.
    pub async fn vehicles_of(&mut self, tenant: &TenantId, ids: &[String]) -> Result<Vec<(Vehicle, i64)>, DbError> {
        let mut found = Vec::new();
        for chunk in ids.chunks(ROWS_MAX) {
            let rows: Vec<Row> = on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "SELECT vehicle_id, vin, make, model, model_year, powertrain, vehicle_class, owner_id, fleet_id, depot_id, in_service_date,
                            odometer_km, status, registered_by, version
                     FROM vehicle WHERE tenant_id = ");
                query.push_bind(tenant.as_str());
                query.push(" AND vehicle_id IN (");
                let mut listed = query.separated(", ");
                for id in chunk {
                    listed.push_bind(id);
                }
                query.push(")");
                query.build_query_as().fetch_all(c).await
            })?;
            found.extend(rows.into_iter().map(Row::into_vehicle));
        }
        Ok(found)
    }

    /// Vehicles by id, after `after`, at most `limit`.
    pub async fn vehicles(
        &mut self,
        tenant: &TenantId,
        filter: &VehicleFilter,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Vehicle>, DbError> {
        // A list of ids goes in as JSON, so that the statement stays one and the same.
        let ids = filter
            .vehicle_ids
            .as_ref()
            .map(|ids| serde_json::json!(ids).to_string());
        let among = self.tx.dialect(
            "(SELECT value FROM json_each($3))",
            "(SELECT json_array_elements_text($3::json))",
        );
        let sql = format!(
            "SELECT vehicle_id, vin, make, model, model_year, powertrain, vehicle_class, owner_id, fleet_id, depot_id, in_service_date, odometer_km,
                    status, registered_by, version
             FROM vehicle
             WHERE tenant_id = $1 AND vehicle_id > $2
               AND ($3 IS NULL OR vehicle_id IN {among})
               AND ($4 IS NULL OR owner_id = $4) AND ($5 IS NULL OR fleet_id = $5) AND ($6 IS NULL OR status = $6)
               AND ($7 IS NULL OR LOWER(vehicle_id || ' ' || COALESCE(vin, '') || ' ' || COALESCE(make, '') || ' ' || COALESCE(model, ''))
                   LIKE $7 ESCAPE '!')
             ORDER BY vehicle_id LIMIT $8"
        );
        let wanted = filter.wanted.as_deref().map(|part| self.tx.containing(part));
        let rows: Vec<Row> = on!(self.tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str()))
            .bind(tenant.as_str()).bind(after).bind(ids).bind(filter.owner_id.as_deref()).bind(filter.fleet_id.as_deref())
            .bind(filter.status.map(Status::as_str)).bind(wanted).bind(i64::try_from(limit).unwrap_or(i64::MAX)).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|row| row.into_vehicle().0).collect())
    }

    /// Registers a vehicle. Of several at once, in whatever instances, the database lets one through.
    pub async fn register(
        &mut self,
        tenant: &TenantId,
        vehicle: &Vehicle,
        now: DateTime<Utc>,
    ) -> Result<Registration, DbError> {
        let done = on!(self.tx, c => sqlx::query(
            "INSERT INTO vehicle (tenant_id, vehicle_id, vin, make, model, model_year, powertrain, vehicle_class, owner_id, fleet_id,
                                  in_service_date, odometer_km, status, registered_by, version, created_at, updated_at, depot_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15, $15, $16) ON CONFLICT DO NOTHING")
            .bind(tenant.as_str()).bind(&vehicle.vehicle_id).bind(vehicle.vin.as_ref().map(Vin::as_str)).bind(vehicle.make.as_deref())
            .bind(vehicle.model.as_deref()).bind(vehicle.model_year.map(i64::from)).bind(vehicle.powertrain.as_str())
            .bind(vehicle.vehicle_class.as_str()).bind(vehicle.owner_id.as_deref()).bind(vehicle.fleet_id.as_deref())
            .bind(vehicle.in_service_date.map(|date| date.to_string())).bind(vehicle.odometer_km).bind(vehicle.status.as_str())
            .bind(vehicle.registered_by.as_str()).bind(chassis::clock::micros(now)).bind(vehicle.depot_id.as_deref()).run(c).await)?;
        if done.rows_affected() == 1 {
            return Ok(Registration::Done);
        }
        Ok(match self.vehicle(tenant, &vehicle.vehicle_id).await? {
            Some(_) => Registration::Present,
            None => Registration::VinTaken,
        })
    }

    /// Replaces a vehicle's registry data and returns the new version. The change is numbered, for other instances.
    pub async fn update_vehicle(
        &mut self,
        tenant: &TenantId,
        vehicle: &Vehicle,
        now: DateTime<Utc>,
    ) -> Result<i64, DbError> {
        let change: i64 = on!(self.tx, c => sqlx::query_scalar("UPDATE registry_change SET number = number + 1 WHERE id = 1 RETURNING number")
            .fetch_one(c).await)?;
        on!(self.tx, c => sqlx::query_scalar(
            "UPDATE vehicle SET vin = $3, make = $4, model = $5, model_year = $6, powertrain = $7, vehicle_class = $8, owner_id = $9,
                    fleet_id = $10, in_service_date = $11, odometer_km = $12, status = $13, version = version + 1, updated_at = $14, change_number = $15, depot_id = $16
             WHERE tenant_id = $1 AND vehicle_id = $2 RETURNING version")
            .bind(tenant.as_str()).bind(&vehicle.vehicle_id).bind(vehicle.vin.as_ref().map(Vin::as_str)).bind(vehicle.make.as_deref())
            .bind(vehicle.model.as_deref()).bind(vehicle.model_year.map(i64::from)).bind(vehicle.powertrain.as_str())
            .bind(vehicle.vehicle_class.as_str()).bind(vehicle.owner_id.as_deref()).bind(vehicle.fleet_id.as_deref())
            .bind(vehicle.in_service_date.map(|date| date.to_string())).bind(vehicle.odometer_km).bind(vehicle.status.as_str())
            .bind(chassis::clock::micros(now)).bind(change).bind(vehicle.depot_id.as_deref()).fetch_one(c).await)
    }

    /// The number of the registry's last change, and the vehicles changed after a number.
    pub async fn changes_after(&mut self, number: i64) -> Result<(i64, Vec<(String, String)>), DbError> {
        let last: i64 = on!(self.tx, c => sqlx::query_scalar("SELECT number FROM registry_change WHERE id = 1").fetch_one(c).await)?;
        if last <= number {
            return Ok((number, Vec::new()));
        }
        let changed = on!(self.tx, c => sqlx::query_as(
            "SELECT tenant_id, vehicle_id FROM vehicle WHERE change_number > $1 AND change_number > 0").bind(number).fetch_all(c).await)?;
        Ok((last, changed))
    }

    /// Whether another active vehicle of the tenant has this one's VIN. The index refuses it too; this gives it a name.
    pub async fn vin_is_taken(&mut self, tenant: &TenantId, vehicle: &Vehicle) -> Result<bool, DbError> {
        let Some(vin) = vehicle.vin.as_ref().filter(|_| vehicle.status == Status::Active) else {
            return Ok(false);
        };
        let other: Option<i64> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT CAST(1 AS BIGINT) FROM vehicle WHERE tenant_id = $1 AND vin = $2 AND status = 'ACTIVE' AND vehicle_id <> $3")
            .bind(tenant.as_str()).bind(vin.as_str()).bind(&vehicle.vehicle_id).fetch_optional(c).await)?;
        Ok(other.is_some())
    }

    /// Keeps a repair that was done elsewhere.
    pub async fn insert_repair(
        &mut self,
        tenant: &TenantId,
        repair: &Repair,
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO repair (tenant_id, repair_id, vehicle_id, component, action, repaired_at, odometer_km, recorded_by, recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind(tenant.as_str()).bind(&repair.repair_id).bind(&repair.vehicle_id).bind(&repair.component).bind(&repair.action)
            .bind(chassis::clock::micros(repair.repaired_at)).bind(repair.odometer_km).bind(&repair.recorded_by)
            .bind(chassis::clock::micros(now)).run(c).await)?;
        Ok(())
    }
}

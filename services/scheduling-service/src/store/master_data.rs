//! Centres, technicians, parts and what is known of vehicles.

use chassis::{TenantId, on};
use chrono::NaiveDate;

use super::Store;
use super::codec::{self, corrupt};
use crate::domain::hours::{Rota, UtcOffset};
use crate::domain::network::{Center, Location, Part, Technician, VehicleClass};
use crate::domain::stock::Stock;
use crate::error::Result;

/// What this service knows of a vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Vehicle {
    pub id: String,
    pub class: VehicleClass,
    pub in_service: Option<NaiveDate>,
    pub odometer_km: Option<f64>,
    pub retired: bool,
}

#[derive(sqlx::FromRow)]
struct CenterRow {
    center_id: String,
    name: String,
    utc_offset_minutes: i64,
    time_zone: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    labour_minor_per_hour: i64,
    currency: String,
    opening_hours: String,
    bays: String,
}

impl CenterRow {
    fn center(self) -> Result<Center> {
        let location = self
            .latitude
            .zip(self.longitude)
            .and_then(|(lat, lon)| Location::new(lat, lon));
        Ok(Center {
            offset: UtcOffset::from_minutes(self.utc_offset_minutes).ok_or_else(|| corrupt("center"))?,
            labour_per_hour: codec::money(self.labour_minor_per_hour, &self.currency)?,
            hours: codec::hours(&self.opening_hours)?,
            bays: codec::bays(&self.bays)?,
            id: self.center_id,
            name: self.name,
            time_zone: self.time_zone,
            location,
        })
    }
}

#[derive(sqlx::FromRow)]
struct TechnicianRow {
    technician_id: String,
    center_id: String,
    skills: String,
    working_hours: String,
    breaks: String,
    absences: String,
}

impl TechnicianRow {
    fn technician(self) -> Result<Technician> {
        Ok(Technician {
            skills: codec::from_text("skills", &self.skills)?,
            rota: Rota {
                hours: codec::hours(&self.working_hours)?,
                breaks: codec::breaks(&self.breaks)?,
                absences: codec::spans(&self.absences)?,
            },
            id: self.technician_id,
            center_id: self.center_id,
        })
    }
}

#[derive(sqlx::FromRow)]
struct PartRow {
    center_id: String,
    part_code: String,
    name: String,
    on_hand: i64,
    reserved: i64,
    lead_time_days: i64,
    price_minor: i64,
    currency: String,
}

impl PartRow {
    fn part(self) -> Result<Part> {
        Ok(Part {
            stock: Stock::new(self.on_hand, self.reserved).ok_or_else(|| corrupt("part"))?,
            price: codec::money(self.price_minor, &self.currency)?,
            center_id: self.center_id,
            code: self.part_code,
            name: self.name,
            lead_time_days: self.lead_time_days,
        })
    }
}

#[derive(sqlx::FromRow)]
struct VehicleRow {
    vehicle_class: String,
    in_service_date: Option<String>,
    odometer_km: Option<f64>,
    retired: bool,
}

impl Store<'_> {
    /// Centres after an id, in order of id.
    pub async fn centers(&mut self, tenant: &TenantId, after: &str, limit: i64) -> Result<Vec<Center>> {
        let rows: Vec<CenterRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT center_id, name, utc_offset_minutes, time_zone, latitude, longitude, labour_minor_per_hour, currency,
                    opening_hours, bays
             FROM centers WHERE tenant_id = $1 AND center_id > $2 ORDER BY center_id LIMIT $3")
            .bind(tenant.as_str()).bind(after).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(CenterRow::center).collect()
    }

    pub async fn center(&mut self, tenant: &TenantId, center_id: &str) -> Result<Option<Center>> {
        let row: Option<CenterRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT center_id, name, utc_offset_minutes, time_zone, latitude, longitude, labour_minor_per_hour, currency,
                    opening_hours, bays
             FROM centers WHERE tenant_id = $1 AND center_id = $2")
            .bind(tenant.as_str()).bind(center_id).fetch_optional(c).await)?;
        row.map(CenterRow::center).transpose()
    }

    pub async fn has_center(&mut self, tenant: &TenantId, center_id: &str) -> Result<bool> {
        let found: Option<i64> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT CAST(1 AS BIGINT) FROM centers WHERE tenant_id = $1 AND center_id = $2")
            .bind(tenant.as_str()).bind(center_id).fetch_optional(c).await)?;
        Ok(found.is_some())
    }

    /// Writes a centre; one with the same id is replaced.
    pub async fn save_center(&mut self, tenant: &TenantId, center: &Center) -> Result<()> {
        let hours = codec::hours_text(&center.hours)?;
        let bays = codec::bays_text(&center.bays)?;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO centers (tenant_id, center_id, name, utc_offset_minutes, time_zone, latitude, longitude,
                                  labour_minor_per_hour, currency, opening_hours, bays)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (tenant_id, center_id) DO UPDATE SET name = excluded.name,
                utc_offset_minutes = excluded.utc_offset_minutes, time_zone = excluded.time_zone,
                latitude = excluded.latitude, longitude = excluded.longitude,
                labour_minor_per_hour = excluded.labour_minor_per_hour, currency = excluded.currency,
                opening_hours = excluded.opening_hours, bays = excluded.bays")
            .bind(tenant.as_str()).bind(&center.id).bind(&center.name).bind(center.offset.minutes())
            .bind(&center.time_zone).bind(center.location.map(|place| place.latitude))
            .bind(center.location.map(|place| place.longitude)).bind(center.labour_per_hour.amount_minor)
            .bind(center.labour_per_hour.currency.to_string()).bind(&hours).bind(&bays).run(c).await)?;
        Ok(())
    }

    /// Technicians after an id, in order of id; of one centre if asked.
    pub async fn technicians(
        &mut self,
        tenant: &TenantId,
        center_id: Option<&str>,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Technician>> {
        let rows: Vec<TechnicianRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT technician_id, center_id, skills, working_hours, breaks, absences FROM technicians
             WHERE tenant_id = $1 AND technician_id > $2 AND (CAST($3 AS TEXT) IS NULL OR center_id = $3)
             ORDER BY technician_id LIMIT $4")
            .bind(tenant.as_str()).bind(after).bind(center_id).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(TechnicianRow::technician).collect()
    }

    pub async fn technician(&mut self, tenant: &TenantId, id: &str) -> Result<Option<Technician>> {
        let row: Option<TechnicianRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT technician_id, center_id, skills, working_hours, breaks, absences FROM technicians
             WHERE tenant_id = $1 AND technician_id = $2")
            .bind(tenant.as_str()).bind(id).fetch_optional(c).await)?;
        row.map(TechnicianRow::technician).transpose()
    }

    /// Writes a technician; one with the same id is replaced.
    pub async fn save_technician(&mut self, tenant: &TenantId, technician: &Technician) -> Result<()> {
        let skills = codec::to_text("skills", &technician.skills)?;
        let hours = codec::hours_text(&technician.rota.hours)?;
        let breaks = codec::breaks_text(&technician.rota.breaks)?;
        let absences = codec::spans_text(&technician.rota.absences)?;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO technicians (tenant_id, technician_id, center_id, skills, working_hours, breaks, absences)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (tenant_id, technician_id) DO UPDATE SET center_id = excluded.center_id,
                skills = excluded.skills, working_hours = excluded.working_hours, breaks = excluded.breaks,
                absences = excluded.absences")
            .bind(tenant.as_str()).bind(&technician.id).bind(&technician.center_id).bind(&skills).bind(&hours)
            .bind(&breaks).bind(&absences).run(c).await)?;
        Ok(())
    }

    /// Parts after (centre, code), in that order; of one centre if asked.
    pub async fn parts(
        &mut self,
        tenant: &TenantId,
        center_id: Option<&str>,
        after: (&str, &str),
        limit: i64,
    ) -> Result<Vec<Part>> {
        let rows: Vec<PartRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT center_id, part_code, name, on_hand, reserved, lead_time_days, price_minor, currency FROM parts
             WHERE tenant_id = $1 AND (CAST($2 AS TEXT) IS NULL OR center_id = $2)
               AND (center_id > $3 OR (center_id = $3 AND part_code > $4))
             ORDER BY center_id, part_code LIMIT $5")
            .bind(tenant.as_str()).bind(center_id).bind(after.0).bind(after.1).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(PartRow::part).collect()
    }

    /// One part at every centre that lists it.
    pub async fn parts_of_code(&mut self, tenant: &TenantId, code: &str) -> Result<Vec<Part>> {
        let rows: Vec<PartRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT center_id, part_code, name, on_hand, reserved, lead_time_days, price_minor, currency FROM parts
             WHERE tenant_id = $1 AND part_code = $2")
            .bind(tenant.as_str()).bind(code).fetch_all(c).await)?;
        rows.into_iter().map(PartRow::part).collect()
    }

    pub async fn part(&mut self, tenant: &TenantId, center_id: &str, code: &str) -> Result<Option<Part>> {
        let row: Option<PartRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT center_id, part_code, name, on_hand, reserved, lead_time_days, price_minor, currency FROM parts
             WHERE tenant_id = $1 AND center_id = $2 AND part_code = $3")
            .bind(tenant.as_str()).bind(center_id).bind(code).fetch_optional(c).await)?;
        row.map(PartRow::part).transpose()
    }

    /// Writes a part; the one at this centre is replaced. The table refuses promises beyond the shelf.
    pub async fn save_part(&mut self, tenant: &TenantId, part: &Part) -> Result<()> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO parts (tenant_id, center_id, part_code, name, on_hand, reserved, lead_time_days, price_minor, currency)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (tenant_id, center_id, part_code) DO UPDATE SET name = excluded.name,
                on_hand = excluded.on_hand, reserved = excluded.reserved, lead_time_days = excluded.lead_time_days,
                price_minor = excluded.price_minor, currency = excluded.currency")
            .bind(tenant.as_str()).bind(&part.center_id).bind(&part.code).bind(&part.name).bind(part.stock.on_hand())
            .bind(part.stock.reserved()).bind(part.lead_time_days).bind(part.price.amount_minor)
            .bind(part.price.currency.to_string()).run(c).await)?;
        Ok(())
    }

    pub async fn vehicle(&mut self, tenant: &TenantId, id: &str) -> Result<Option<Vehicle>> {
        let row: Option<VehicleRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT vehicle_class, in_service_date, odometer_km, retired FROM vehicles
             WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(id).fetch_optional(c).await)?;
        Ok(row.map(|row| Vehicle {
            id: id.to_owned(),
            class: VehicleClass::parse(&row.vehicle_class),
            in_service: row.in_service_date.and_then(|text| text.parse().ok()),
            odometer_km: row.odometer_km,
            retired: row.retired,
        }))
    }

    /// Writes what is known of a vehicle.
    pub async fn save_vehicle(&mut self, tenant: &TenantId, vehicle: &Vehicle) -> Result<()> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO vehicles (tenant_id, vehicle_id, vehicle_class, in_service_date, odometer_km, retired)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET vehicle_class = excluded.vehicle_class,
                in_service_date = excluded.in_service_date, odometer_km = excluded.odometer_km, retired = excluded.retired")
            .bind(tenant.as_str()).bind(&vehicle.id).bind(vehicle.class.name())
            .bind(vehicle.in_service.map(|date| date.to_string())).bind(vehicle.odometer_km).bind(vehicle.retired)
            .run(c).await)?;
        Ok(())
    }
}

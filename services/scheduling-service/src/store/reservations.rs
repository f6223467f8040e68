//! What visits and offered slots hold: vehicles, technicians and bays by the quarter of an hour, and parts.

use chassis::clock::micros;
use chassis::{TenantId, on};
use chrono::{DateTime, Utc};

use super::Store;
use super::codec;
use crate::domain::network::{PartNeed, Resource};
use crate::domain::part_planning::PlannedPart;
use crate::domain::stock::Source;
use crate::domain::time::Span;
use crate::error::Result;

impl Store<'_> {
    /// Takes the resources for the span. False if one of them is taken for a part of it; then the transaction must be
    /// dropped, since some rows may have been written.
    pub async fn occupy(
        &mut self,
        tenant: &TenantId,
        holder_id: &str,
        resources: &[Resource],
        span: Span,
    ) -> Result<bool> {
        for key in resources.iter().map(Resource::key) {
            for quarter in span.quarters() {
                let written = on!(self.tx, c => sqlx::query(
                    "INSERT INTO occupancy (tenant_id, resource, quarter, holder_id) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (tenant_id, resource, quarter) DO NOTHING")
                    .bind(tenant.as_str()).bind(&key).bind(quarter.0).bind(holder_id).run(c).await)?;
                if written.rows_affected() == 0 {
                    return Ok(false);
                }
            }
            on!(self.tx, c => sqlx::query(
                "INSERT INTO reservations (tenant_id, holder_id, resource, from_quarter, to_quarter)
                 VALUES ($1, $2, $3, $4, $5)")
                .bind(tenant.as_str()).bind(holder_id).bind(&key).bind(span.start.0).bind(span.end.0)
                .run(c).await)?;
        }
        Ok(true)
    }

    /// Frees vehicle, technician and bay of a holder.
    pub async fn vacate(&mut self, tenant: &TenantId, holder_id: &str) -> Result<()> {
        on!(self.tx, c => sqlx::query("DELETE FROM occupancy WHERE tenant_id = $1 AND holder_id = $2")
            .bind(tenant.as_str()).bind(holder_id).run(c).await)?;
        on!(self.tx, c => sqlx::query("DELETE FROM reservations WHERE tenant_id = $1 AND holder_id = $2")
            .bind(tenant.as_str()).bind(holder_id).run(c).await)?;
        Ok(())
    }

    /// Promises the parts to a visit. False if the shelf no longer holds what was planned from it.
    pub async fn reserve_parts(
        &mut self,
        tenant: &TenantId,
        appointment_id: &str,
        center_id: &str,
        parts: &[PlannedPart],
        now: DateTime<Utc>,
    ) -> Result<bool> {
        for planned in parts {
            if planned.source == Source::Stock {
                let Some(mut part) = self.part(tenant, center_id, &planned.code).await? else {
                    return Ok(false);
                };
                let Some(stock) = part.stock.reserve(planned.quantity) else {
                    return Ok(false);
                };
                part.stock = stock;
                self.save_part(tenant, &part).await?;
            }
            on!(self.tx, c => sqlx::query(
                "INSERT INTO part_reservations
                    (tenant_id, appointment_id, part_code, center_id, quantity, source, promised_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)")
                .bind(tenant.as_str()).bind(appointment_id).bind(&planned.code).bind(center_id)
                .bind(planned.quantity).bind(codec::source_name(planned.source)).bind(micros(now)).run(c).await)?;
        }
        Ok(true)
    }

    /// Takes a visit's promises back and returns what had been ordered for it, by part code.
    pub async fn release_parts(&mut self, tenant: &TenantId, appointment_id: &str) -> Result<Vec<PartNeed>> {
        let rows: Vec<(String, String, i64, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT center_id, part_code, quantity, source FROM part_reservations
             WHERE tenant_id = $1 AND appointment_id = $2 ORDER BY part_code")
            .bind(tenant.as_str()).bind(appointment_id).fetch_all(c).await)?;
        let mut ordered = Vec::new();
        for (center_id, code, quantity, source) in rows {
            if codec::source(&source) == Source::Order {
                ordered.push(PartNeed { code, quantity });
            } else if let Some(mut part) = self.part(tenant, &center_id, &code).await? {
                part.stock = part.stock.release(quantity);
                self.save_part(tenant, &part).await?;
            }
        }
        on!(self.tx, c => sqlx::query("DELETE FROM part_reservations WHERE tenant_id = $1 AND appointment_id = $2")
            .bind(tenant.as_str()).bind(appointment_id).run(c).await)?;
        Ok(ordered)
    }

    /// Books a finished visit's parts off the shelf. Promises that the shelf can no longer keep become orders; returns the ids of the visits
    /// that they were made to.
    pub async fn consume_part(
        &mut self,
        tenant: &TenantId,
        center_id: &str,
        code: &str,
        used: i64,
        ordered: i64,
    ) -> Result<Vec<String>> {
        let Some(mut part) = self.part(tenant, center_id, code).await? else {
            return Ok(Vec::new());
        };
        let (stock, broken) = part.stock.consume(used, ordered);
        part.stock = stock;
        let mut visits = Vec::new();
        if broken > 0 {
            let (turned, freed) = self.turn_into_orders(tenant, center_id, code, broken).await?;
            // A promise is turned whole, so more may be free than was missing.
            part.stock = part.stock.release(freed - broken);
            visits = turned;
        }
        self.save_part(tenant, &part).await?;
        Ok(visits)
    }

    /// Makes the latest promises from the shelf orders until at least `missing` parts are freed, those of work that has begun last of all.
    /// Returns whose they were, and how many parts are freed.
    async fn turn_into_orders(
        &mut self,
        tenant: &TenantId,
        center_id: &str,
        code: &str,
        missing: i64,
    ) -> Result<(Vec<String>, i64)> {
        let rows: Vec<(String, i64)> = on!(self.tx, c => sqlx::query_as(
            "SELECT r.appointment_id, r.quantity FROM part_reservations r
             LEFT JOIN appointments a ON a.tenant_id = r.tenant_id AND a.appointment_id = r.appointment_id
             WHERE r.tenant_id = $1 AND r.center_id = $2 AND r.part_code = $3 AND r.source = 'STOCK'
             ORDER BY CASE WHEN a.status = 'STARTED' THEN 1 ELSE 0 END, r.promised_at DESC, r.appointment_id DESC")
            .bind(tenant.as_str()).bind(center_id).bind(code).fetch_all(c).await)?;
        let (mut turned, mut freed) = (Vec::new(), 0);
        for (appointment_id, quantity) in rows {
            if freed >= missing {
                break;
            }
            on!(self.tx, c => sqlx::query(
                "UPDATE part_reservations SET source = 'ORDER'
                 WHERE tenant_id = $1 AND appointment_id = $2 AND part_code = $3")
                .bind(tenant.as_str()).bind(&appointment_id).bind(code).run(c).await)?;
            turned.push(appointment_id);
            freed += quantity;
        }
        Ok((turned, freed))
    }
}

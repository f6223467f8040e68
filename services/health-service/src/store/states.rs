//! Vehicles' states as bytes, with the format that they were written in.

use chassis::{TenantId, on};
use sqlx::Row;

use super::{Store, timestamp};
use crate::domain::codec;
use crate::domain::vehicle::Vehicle;
use crate::error::Error;

/// The format that is written. A change of any `fields` function in the domain needs a new number and a way to read the
/// old one.
const FORMAT: i64 = 2;

impl Store<'_> {
    /// A vehicle's state, if it ever had one.
    pub async fn load_state(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Option<Vehicle>, Error> {
        let row = on!(self.tx, c => sqlx::query(
            "SELECT format, state FROM vehicle_state WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id)
            .fetch_optional(c).await?
            .map(|row| Ok::<_, sqlx::Error>((row.try_get::<i64, _>(0)?, row.try_get::<Vec<u8>, _>(1)?))))
        .transpose()?;
        let Some((format, bytes)) = row else { return Ok(None) };
        if format != FORMAT {
            return Err(Error::FormatUnknown {
                vehicle_id: vehicle_id.to_owned(),
                format,
            });
        }
        let unreadable = |source| Error::StateUnreadable {
            vehicle_id: vehicle_id.to_owned(),
            source,
        };
        codec::decode(&bytes).map(Some).map_err(unreadable)
    }

    /// Writes a vehicle's state with what lists need of it.
    pub async fn save_state(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        vehicle: &mut Vehicle,
    ) -> Result<(), Error> {
        let overall = vehicle.overall();
        let status = overall.band.map_or("NOT_ENOUGH_DATA", |band| band.as_str());
        let seen_at = (vehicle.last_at > 0).then(|| timestamp(vehicle.last_at));
        let bytes = codec::encode(vehicle);
        on!(self.tx, c => sqlx::query(
            "INSERT INTO vehicle_state (tenant_id, vehicle_id, format, state, overall_score, overall_status, seen_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET format = excluded.format, state = excluded.state,
                overall_score = excluded.overall_score, overall_status = excluded.overall_status,
                seen_at = excluded.seen_at")
            .bind(tenant.as_str()).bind(vehicle_id).bind(FORMAT).bind(bytes)
            .bind(overall.score).bind(status).bind(seen_at)
            .execute(c).await)?;
        Ok(())
    }
}

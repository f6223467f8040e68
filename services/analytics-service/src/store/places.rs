//! Where vehicles belong, for those who are bound to some groups of them.

use super::Store;
use crate::domain::fleet::Stamp;
use chassis::{DbError, TenantId, on};

impl Store<'_> {
    /// The vehicles of some groups as they are placed now.
    pub async fn vehicles_in(&mut self, tenant: &TenantId, groups: &[String]) -> Result<Vec<String>, DbError> {
        let rows: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT vehicle_id, place FROM vehicle_place WHERE tenant_id = $1 ORDER BY vehicle_id")
            .bind(tenant.as_str()).fetch_all(c).await)?;
        let placed = rows
            .into_iter()
            .filter(|(_, place)| super::ids_from_json(place).iter().any(|group| groups.contains(group)));
        Ok(placed.map(|(vehicle_id, _)| vehicle_id).collect())
    }

    /// Takes over where a vehicle belongs, as JSON of its groups, unless something newer is known. True when that is news.
    pub async fn place_vehicle(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        place: &str,
        stamp: Stamp,
    ) -> Result<bool, DbError> {
        let known: Option<(String,)> = on!(self.tx, c => sqlx::query_as(
            "SELECT place FROM vehicle_place WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_optional(c).await)?;
        let done = on!(self.tx, c => sqlx::query(
            "INSERT INTO vehicle_place (tenant_id, vehicle_id, place, time, sequence) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET place = excluded.place, time = excluded.time, sequence = excluded.sequence
             WHERE vehicle_place.time < excluded.time OR (vehicle_place.time = excluded.time AND vehicle_place.sequence < excluded.sequence)")
            .bind(tenant.as_str()).bind(vehicle_id).bind(place).bind(stamp.time).bind(stamp.sequence)
            .run(c).await)?;
        let before = known.map_or("[]".to_owned(), |(place,)| place);
        Ok(done.rows_affected() == 1 && before != place)
    }
}

//! What health said last of how long the parts of a vehicle will go on.

use std::collections::BTreeMap;

use chassis::clock::micros;
use chassis::{TenantId, on};
use chrono::{DateTime, Utc};

use super::{Store, codec};
use crate::domain::network::Component;
use crate::domain::risk::RemainingLife;
use crate::error::Result;

/// Of one vehicle at one moment: the days until 5, 50 and 95 % have failed, of each component that has a forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct RemainingLives {
    pub vehicle_id: String,
    pub known_at: DateTime<Utc>,
    pub days: Vec<(Component, [f64; 3])>,
}

impl Store<'_> {
    /// Writes them, unless newer ones are known.
    pub async fn save_remaining_lives(&mut self, tenant: &TenantId, lives: &RemainingLives) -> Result<()> {
        let days: BTreeMap<&str, [f64; 3]> = lives.days.iter().map(|(part, days)| (part.name(), *days)).collect();
        let days = codec::to_text("remaining lives", &days)?;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO remaining_lives (tenant_id, vehicle_id, known_at, days) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET known_at = excluded.known_at, days = excluded.days
             WHERE remaining_lives.known_at < excluded.known_at")
            .bind(tenant.as_str()).bind(&lives.vehicle_id).bind(micros(lives.known_at)).bind(&days).run(c).await)?;
        Ok(())
    }

    /// What was said last of one component; none where nothing was, or the last word is that nothing can be said.
    pub async fn remaining_life(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        component: Component,
    ) -> Result<Option<RemainingLife>> {
        let row: Option<(DateTime<Utc>, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT known_at, days FROM remaining_lives WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_optional(c).await)?;
        let Some((known_at, days)) = row else {
            return Ok(None);
        };
        let days: BTreeMap<String, [f64; 3]> = codec::from_text("remaining lives", &days)?;
        let days = days.get(component.name());
        Ok(days.map(|days| RemainingLife::forecast(known_at, *days)))
    }
}

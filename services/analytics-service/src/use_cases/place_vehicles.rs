//! Tells every service which groups a vehicle belongs to: its fleet, its depot and its owner decide who may see it.

use super::Act;
use crate::domain::fleet::Stamp;
use crate::events::published::Announcement;
use crate::store::Store;
use chassis::{Cause, DbError, TenantId, Tx};
use chrono::{DateTime, Utc};

/// What a vehicle's registry said.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub tenant: TenantId,
    pub vehicle_id: String,
    /// `fleet:…`, `depot:…` and `person:…`; none for a vehicle that is no more.
    pub groups: Vec<String>,
    pub stamp: Stamp,
    pub cause: Cause,
    /// Machine time.
    pub learned_at: DateTime<Utc>,
}

/// Takes over where vehicles belong and announces what is new. Heard twice or out of order, it ends the same.
pub async fn place_vehicles(tx: &mut Tx, placed: &[Placed]) -> Result<(), DbError> {
    let mut store = Store::on(tx);
    for one in placed {
        let text = crate::store::ids_to_json(&one.groups);
        if !store
            .place_vehicle(&one.tenant, &one.vehicle_id, &text, one.stamp)
            .await?
        {
            continue;
        }
        let act = Act {
            actor_id: None,
            cause: one.cause.clone(),
            now: one.stamp.time,
            machine_now: one.learned_at,
        };
        let news = Announcement::MemberPlaced {
            member_id: &one.vehicle_id,
            groups: &one.groups,
        };
        store.announce_only(&one.tenant, news, &act).await?;
    }
    Ok(())
}

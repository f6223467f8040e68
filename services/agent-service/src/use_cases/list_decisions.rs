//! Lists decisions, latest first.

use chassis::TenantId;

use super::{App, Paged};
use crate::domain::record::DecisionRecord;
use crate::error::Error;
use crate::store::{DecisionFilter, Position, Store};

/// Which decisions, and which page of them.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    pub filter: DecisionFilter,
    /// `Some`: only these vehicles may be seen.
    pub visible_vehicle_ids: Option<Vec<String>>,
    /// Where the page before ended; empty at the start.
    pub after: String,
    pub limit: usize,
}

/// One page of a tenant's decisions.
pub async fn list_decisions(app: &App, tenant: &TenantId, listing: &Listing) -> Result<Paged<DecisionRecord>, Error> {
    let after = position(&listing.after)?;
    let mut tx = app.database.read().await?;
    let mut store = Store::new(&mut tx);
    let mut items = Vec::new();
    for filter in filters(listing) {
        items.extend(store.decisions(tenant, &filter, &after, listing.limit).await?);
    }
    items.sort_by(|left, right| key(right).cmp(&key(left)));
    items.truncate(listing.limit);
    let full = items.len() == listing.limit;
    let next = items.last().filter(|_| full).map(|last| {
        let (time, id) = key(last);
        Position {
            time,
            id: id.to_owned(),
        }
        .to_text()
    });
    Ok(Paged { items, next })
}

/// Who may see some vehicles only gets one query for each of them: there are few, and each is answered by the index.
fn filters(listing: &Listing) -> Vec<DecisionFilter> {
    let Some(visible) = &listing.visible_vehicle_ids else {
        return vec![listing.filter.clone()];
    };
    let asked = |id: &&String| listing.filter.vehicle_id.as_ref().is_none_or(|asked| asked == *id);
    let filter = |id: &String| DecisionFilter {
        vehicle_id: Some(id.clone()),
        ..listing.filter.clone()
    };
    visible.iter().filter(asked).map(filter).collect()
}

fn key(record: &DecisionRecord) -> (chrono::DateTime<chrono::Utc>, &str) {
    (record.decision.decided_for, &record.decision.decision_id)
}

/// The position that a cursor names; the start when there is none.
pub(super) fn position(after: &str) -> Result<Position, Error> {
    if after.is_empty() {
        Ok(Position::start())
    } else {
        Position::from_text(after).ok_or(Error::CursorInvalid)
    }
}

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
    /// Where the page before ended; empty at the start.
    pub after: String,
    pub limit: usize,
}

/// One page of a tenant's decisions.
pub async fn list_decisions(app: &App, tenant: &TenantId, listing: &Listing) -> Result<Paged<DecisionRecord>, Error> {
    let after = position(&listing.after)?;
    let mut tx = app.database.read().await?;
    // One more than asked for tells whether there is a next page.
    let limit = listing.limit.saturating_add(1);
    let items = Store::new(&mut tx)
        .decisions(tenant, &listing.filter, &after, limit)
        .await?;
    Ok(paged(items, listing.limit, |record| Position {
        time: record.decision.decided_for,
        id: record.decision.decision_id.clone(),
    }))
}

/// The position that a cursor names; the start when there is none.
pub(super) fn position(after: &str) -> Result<Position, Error> {
    if after.is_empty() {
        Ok(Position::start())
    } else {
        Position::from_text(after).ok_or(Error::CursorInvalid)
    }
}

/// A page of so many of the items that were read, and where the next one starts if there are more of them.
pub(super) fn paged<T>(mut items: Vec<T>, limit: usize, position: impl Fn(&T) -> Position) -> Paged<T> {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| position(last).to_text());
    Paged { items, next }
}

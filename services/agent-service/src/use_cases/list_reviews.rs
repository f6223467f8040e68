//! Lists reviews, latest first.

use chassis::TenantId;

use super::list_decisions::{paged, position};
use super::{App, Paged};
use crate::domain::record::Review;
use crate::error::Error;
use crate::store::{Position, ReviewFilter, Store};

/// One page of a tenant's reviews. `after` is where the page before ended; empty at the start.
pub async fn list_reviews(
    app: &App,
    tenant: &TenantId,
    filter: &ReviewFilter,
    after: &str,
    limit: usize,
) -> Result<Paged<Review>, Error> {
    let after = position(after)?;
    let mut tx = app.database.read().await?;
    // One more than asked for tells whether there is a next page.
    let items = Store::new(&mut tx)
        .reviews(tenant, filter, &after, limit.saturating_add(1))
        .await?;
    Ok(paged(items, limit, |review| Position {
        time: review.opened_at,
        id: review.review_id.clone(),
    }))
}

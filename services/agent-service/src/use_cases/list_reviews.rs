//! Lists reviews, latest first.

use chassis::TenantId;

use super::list_decisions::position;
use super::{App, Paged};
use crate::domain::record::Review;
use crate::error::Error;
use crate::store::{Position, Store};

/// One page of a tenant's open or answered reviews. `after` is where the page before ended; empty at the start.
pub async fn list_reviews(
    app: &App,
    tenant: &TenantId,
    answered: bool,
    after: &str,
    limit: usize,
) -> Result<Paged<Review>, Error> {
    let after = position(after)?;
    let mut tx = app.database.read().await?;
    let items = Store::new(&mut tx).reviews(tenant, answered, &after, limit).await?;
    let full = items.len() == limit;
    let next = items.last().filter(|_| full);
    let next = next.map(|last| {
        Position {
            time: last.opened_at,
            id: last.review_id.clone(),
        }
        .to_text()
    });
    Ok(Paged { items, next })
}

//! Shows one review.

use chassis::TenantId;

use super::App;
use crate::domain::record::Review;
use crate::error::Error;
use crate::store::Store;

/// One review with the vehicle that it is about.
pub async fn show_review(app: &App, tenant: &TenantId, review_id: &str) -> Result<Review, Error> {
    let mut tx = app.database.read().await?;
    let review = Store::new(&mut tx).review(tenant, review_id).await?;
    review.ok_or_else(|| Error::ReviewUnknown {
        review_id: review_id.to_owned(),
    })
}

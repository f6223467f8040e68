//! Shows the conservation account and the quarantine.

use chassis::TenantId;
use chrono::{DateTime, TimeDelta, Utc};

use crate::Shared;
use crate::error::Error;
use crate::store::Store;
use crate::store::conservation::AccountHour;
use crate::store::quarantine::{Item, ItemFilter};

/// Hours in one answer: a month.
const HOURS_MAX: usize = 744;

/// The account by hour of receipt (machine time), the newest first; the last day unless asked otherwise.
pub async fn show_conservation(
    shared: &Shared,
    tenant: &TenantId,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> Result<Vec<AccountHour>, Error> {
    let to = to.unwrap_or_else(|| shared.clock.machine_now() + TimeDelta::hours(1));
    let day_before = || to.checked_sub_signed(TimeDelta::days(1)).unwrap_or(to);
    let from = from.unwrap_or_else(day_before);
    if from >= to {
        return Err(Error::RangeEmpty { from, to });
    }
    let mut tx = shared.database.read().await?;
    Ok(Store::new(&mut tx).account(tenant, from, to, HOURS_MAX).await?)
}

/// Items in quarantine, the newest first, before `before`, at most `limit`, and whether there are more.
pub async fn list_quarantine(
    shared: &Shared,
    tenant: &TenantId,
    filter: &ItemFilter,
    before: (i64, &str),
    limit: usize,
) -> Result<(Vec<Item>, bool), Error> {
    let mut tx = shared.database.read().await?;
    let mut items = Store::new(&mut tx)
        .quarantined(tenant, filter, before, limit + 1)
        .await?;
    let more = items.len() > limit;
    items.truncate(limit);
    Ok((items, more))
}

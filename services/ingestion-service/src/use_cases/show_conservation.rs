//! Shows the conservation account and the quarantine.

use chassis::{Principal, TenantId};
use chrono::{DateTime, TimeDelta, Utc};

use crate::Shared;
use crate::error::Error;
use crate::store::Store;
use crate::store::conservation::AccountHour;
use crate::store::quarantine::{Item, ItemFilter, PageMax};

/// Hours in one answer: a month.
const HOURS_MAX: usize = 744;

/// The account by hour of receipt (machine time), the newest first; the last day unless asked otherwise. It knows hours and no vehicles, so
/// that it cannot be shown in part: whoever may see some vehicles only is refused.
pub async fn show_conservation(
    shared: &Shared,
    principal: &Principal,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> Result<Vec<AccountHour>, Error> {
    if principal.vehicle_ids.is_some() {
        return Err(Error::AccountNotVisible);
    }
    let to = to.unwrap_or_else(|| shared.clock.machine_now() + TimeDelta::hours(1));
    let day_before = || to.checked_sub_signed(TimeDelta::days(1)).unwrap_or(to);
    let from = from.unwrap_or_else(day_before);
    if from >= to {
        return Err(Error::RangeEmpty { from, to });
    }
    let mut tx = shared.database.read().await?;
    Ok(Store::new(&mut tx)
        .account(&principal.tenant, from, to, HOURS_MAX)
        .await?)
}

/// Items in quarantine, the newest first, before `before`, at most `limit` and no more than one page may weigh, and whether there are more.
pub async fn list_quarantine(
    shared: &Shared,
    tenant: &TenantId,
    filter: &ItemFilter,
    before: (i64, &str),
    limit: usize,
) -> Result<(Vec<Item>, bool), Error> {
    let mut tx = shared.database.read().await?;
    let most = PageMax {
        items: limit,
        bytes: shared.config.store.quarantine_page_bytes_max,
    };
    Ok(Store::new(&mut tx).quarantined(tenant, filter, before, most).await?)
}

//! Writes what a centre stocks of a part. What is promised to visits stays promised.

use chassis::TenantId;

use super::App;
use crate::domain::money::Money;
use crate::domain::network::Part;
use crate::domain::stock::Stock;
use crate::error::{Error, Result, Violation};
use crate::store::Store;

/// A part as a person enters it.
#[derive(Debug, Clone)]
pub struct PartEntry {
    pub center_id: String,
    pub code: String,
    pub name: String,
    pub on_hand: i64,
    pub lead_time_days: i64,
    pub price: Money,
}

/// The part, and true if it is new at the centre. Visits that wait for a slot are tried again.
pub async fn stock_part(app: &App, tenant: &TenantId, entry: PartEntry) -> Result<(Part, bool)> {
    let invalid = |path: &str, code, text: String| Err(Error::Invalid(vec![Violation::new(path, code, text)]));
    if entry.price.currency != app.settings.currency {
        let text = format!("Prices are in {} here.", app.settings.currency);
        return invalid("/price/currency", "currency.unsupported", text);
    }
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    if !store.has_center(tenant, &entry.center_id).await? {
        return invalid(
            "/center_id",
            "center.unknown",
            format!("There is no centre {}.", entry.center_id),
        );
    }
    let known = store.part(tenant, &entry.center_id, &entry.code).await?;
    let reserved = known.as_ref().map_or(0, |part| part.stock.reserved());
    let Some(stock) = Stock::new(entry.on_hand, reserved) else {
        return invalid(
            "/stock",
            "stock.below_reserved",
            format!("{reserved} of this part are promised to visits."),
        );
    };
    let part = Part {
        center_id: entry.center_id,
        code: entry.code,
        name: entry.name,
        stock,
        lead_time_days: entry.lead_time_days,
        price: entry.price,
    };
    store.save_part(tenant, &part).await?;
    store.retry_unplaced(tenant, app.clock.now()).await?;
    tx.commit().await?;
    Ok((part, known.is_none()))
}

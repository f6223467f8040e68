//! Shows what was told of a vehicle over time.

use chassis::TenantId;
use chrono::{DateTime, Utc};

use super::show_health::known_state;
use crate::domain::component::ComponentKind;
use crate::error::Error;
use crate::store::{HistoryMark, HistoryRow, HistorySpan, Store};

/// What a caller asked for, still in words.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub component: Option<String>,
    /// The position that a cursor held, or nothing.
    pub after: String,
}

/// The page, and where the next one begins.
pub async fn show_history(
    store: &mut Store<'_>,
    tenant: &TenantId,
    vehicle_id: &str,
    wanted: Wanted,
    limit: usize,
) -> Result<(Vec<HistoryRow>, Option<String>), Error> {
    known_state(store, tenant, vehicle_id).await?;
    let component = match wanted.component {
        Some(name) => match ComponentKind::parse(&name) {
            Some(kind) => kind.as_str(),
            None => return Err(Error::ComponentUnknown { component: name }),
        },
        None => "",
    };
    let span = HistorySpan {
        from: wanted.from.unwrap_or(DateTime::UNIX_EPOCH),
        to: wanted.to.unwrap_or_else(far_future),
        component,
        after: if wanted.after.is_empty() {
            None
        } else {
            Some(position(&wanted.after)?)
        },
    };
    let mut rows = store.list_history(tenant, vehicle_id, &span, limit + 1).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let mark = |row: &HistoryRow| format!("{}/{}/{}", row.time.timestamp_micros(), row.component, row.id);
    let next = rows.last().filter(|_| more).map(mark);
    Ok((rows, next))
}

fn position(after: &str) -> Result<HistoryMark, Error> {
    let mut parts = after.splitn(3, '/');
    let mut part = || parts.next().ok_or(Error::CursorInvalid);
    let micros: i64 = part()?.parse().map_err(|_| Error::CursorInvalid)?;
    let time = DateTime::from_timestamp_micros(micros).ok_or(Error::CursorInvalid)?;
    Ok(HistoryMark {
        time,
        component: part()?.to_owned(),
        id: part()?.to_owned(),
    })
}

/// The year 9999: later than any event, and still a time of four digits.
fn far_future() -> DateTime<Utc> {
    DateTime::from_timestamp(253_370_764_800, 0).unwrap_or(DateTime::UNIX_EPOCH)
}

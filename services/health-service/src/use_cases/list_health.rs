//! Lists vehicles, worst first.

use chassis::TenantId;

use crate::domain::component::{Band, ComponentKind};
use crate::error::Error;
use crate::store::{HealthFilter, HealthRow, Store};

/// What a caller asked for, still in words.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub band: Option<String>,
    pub component: Option<String>,
    /// The position that a cursor held, or nothing.
    pub after: String,
    /// Only these vehicles, for callers who may not see others.
    pub only: Option<Vec<String>>,
}

/// The page, and where the next one begins.
pub async fn list_health(
    store: &mut Store<'_>,
    tenant: &TenantId,
    wanted: Wanted,
    limit: usize,
) -> Result<(Vec<HealthRow>, Option<String>), Error> {
    let mut filter = HealthFilter {
        component: component(wanted.component)?,
        status: band(wanted.band)?,
        after: None,
    };
    if !wanted.after.is_empty() {
        filter.after = Some(position(&wanted.after)?);
    }
    // A caller who may see few vehicles still walks the whole list, in larger steps.
    let step = if wanted.only.is_some() { 1_000 } else { limit + 1 };
    let mut page = Vec::new();
    loop {
        let rows = store.list_health(tenant, &filter, step).await?;
        let exhausted = rows.len() < step;
        let last = rows
            .last()
            .map(|row| (row.score.unwrap_or(2.0), row.vehicle_id.clone()));
        let visible = |row: &HealthRow| wanted.only.as_ref().is_none_or(|only| only.contains(&row.vehicle_id));
        page.extend(rows.into_iter().filter(visible));
        if exhausted || page.len() > limit {
            break;
        }
        filter.after = last;
    }
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page
        .last()
        .filter(|_| more)
        .map(|row| format!("{:?}/{}", row.score.unwrap_or(2.0), row.vehicle_id));
    Ok((page, next))
}

fn component(name: Option<String>) -> Result<Option<&'static str>, Error> {
    let parse = |name: String| match ComponentKind::parse(&name) {
        Some(kind) => Ok(kind.as_str()),
        None => Err(Error::ComponentUnknown { component: name }),
    };
    name.map(parse).transpose()
}

fn band(name: Option<String>) -> Result<Option<String>, Error> {
    let known =
        |name: &str| name == "NOT_ENOUGH_DATA" || (0..5).any(|number| Band::from_number(number).as_str() == name);
    match name {
        Some(name) if !known(&name) => Err(Error::BandUnknown { band: name }),
        name => Ok(name),
    }
}

fn position(after: &str) -> Result<(f64, String), Error> {
    let (score, vehicle_id) = after.split_once('/').ok_or(Error::CursorInvalid)?;
    let score: f64 = score.parse().map_err(|_| Error::CursorInvalid)?;
    Ok((score, vehicle_id.to_owned()))
}

//! Writes the caller's visits as a calendar.

use std::collections::HashMap;

use chassis::{Principal, TenantId};
use chrono::{DateTime, Duration, Utc};

use super::{App, access};
use crate::domain::appointment::{Appointment, Status};
use crate::domain::calendar::{self, Entry};
use crate::error::Result;
use crate::store::{Store, VisitFilter};

/// How long a past visit stays in the calendar.
const PAST_DAYS: i64 = 30;

/// iCalendar text of placed visits, from a month ago on. A cancelled visit stays in it, marked, so that calendars drop it.
pub async fn show_calendar(app: &App, principal: &Principal, filter: VisitFilter) -> Result<String> {
    let filter = access::narrow(principal, filter);
    let mut tx = app.database.read().await?;
    let mut store = Store::new(&mut tx);
    let mut left = app.settings.calendar_visits_max;
    let mut entries = Vec::new();
    let mut names = HashMap::new();
    for part in parts(&filter, app.clock.now()) {
        let part = VisitFilter { limit: left, ..part };
        for visit in store.visits(&principal.tenant, &part).await? {
            let Some(placement) = &visit.placement else { continue };
            let location = name_of(&mut store, &principal.tenant, &placement.center_id, &mut names).await?;
            entries.extend(entry(&visit, location));
            left -= 1;
        }
    }
    Ok(calendar::write("Workshop visits", &entries))
}

/// What the calendar is filled with until it is full: what is to come, what is to come no longer, and what was, the latest first.
fn parts(filter: &VisitFilter, now: DateTime<Utc>) -> [VisitFilter; 3] {
    let placed = || VisitFilter {
        placed: true,
        ..filter.clone()
    };
    [
        VisitFilter {
            from: Some(now),
            status_not: Some(Status::Cancelled),
            ..placed()
        },
        VisitFilter {
            from: Some(now),
            status: Some(Status::Cancelled),
            ..placed()
        },
        VisitFilter {
            from: Some(now - Duration::days(PAST_DAYS)),
            to: Some(now),
            latest_first: true,
            ..placed()
        },
    ]
}

/// A centre's name, looked up once; the id of one that is not known.
async fn name_of(
    store: &mut Store<'_>,
    tenant: &TenantId,
    center_id: &str,
    names: &mut HashMap<String, String>,
) -> Result<String> {
    if let Some(name) = names.get(center_id) {
        return Ok(name.clone());
    }
    let center = store.center(tenant, center_id).await?;
    let name = center.map_or_else(|| center_id.to_owned(), |center| center.name);
    names.insert(center_id.to_owned(), name.clone());
    Ok(name)
}

fn entry(visit: &Appointment, location: String) -> Option<Entry> {
    let placement = visit.placement.as_ref()?;
    let work = visit
        .job
        .component
        .map_or(visit.job.required_skill.as_str(), |component| component.name());
    Some(Entry {
        uid: format!("{}@carvrooom", visit.id),
        sequence: visit.version,
        stamp: visit.updated_at,
        starts_at: placement.work.start.start(),
        ends_at: placement.work.end.start(),
        summary: format!("{}: {work}", visit.job.vehicle_id),
        description: visit.why.text.clone(),
        location: format!("{location}, {}", placement.bay_id),
        cancelled: visit.status == Status::Cancelled,
    })
}

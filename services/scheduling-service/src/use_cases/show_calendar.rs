//! Writes the caller's visits as a calendar.

use chassis::Principal;
use chrono::Duration;

use super::{App, access};
use crate::domain::appointment::{Appointment, Status};
use crate::domain::calendar::{self, Entry};
use crate::error::Result;
use crate::store::{Store, VisitFilter};

const VISITS_MAX: i64 = 1_000;
/// How long a past visit stays in the calendar.
const PAST_DAYS: i64 = 30;

/// iCalendar text of placed visits, from a month ago on. A cancelled visit stays in it, marked, so that calendars drop it.
pub async fn show_calendar(app: &App, principal: &Principal, filter: VisitFilter) -> Result<String> {
    let from = app.clock.now() - Duration::days(PAST_DAYS);
    let filter = VisitFilter {
        from: Some(from),
        limit: VISITS_MAX,
        ..access::narrow(principal, filter)
    };
    let mut tx = app.database.read().await?;
    let mut store = Store::new(&mut tx);
    let mut entries = Vec::new();
    for visit in store.visits(&principal.tenant, &filter).await? {
        let Some(placement) = &visit.placement else { continue };
        let center = store.center(&principal.tenant, &placement.center_id).await?;
        let location = center.map_or_else(|| placement.center_id.clone(), |center| center.name);
        entries.extend(entry(&visit, location));
    }
    Ok(calendar::write("Workshop visits", &entries))
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

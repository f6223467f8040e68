//! Shows when a technician works and which visits are planned in that time.

use chassis::{Principal, Role};
use chrono::{DateTime, Duration, Utc};

use super::{App, access};
use crate::domain::appointment::Appointment;
use crate::domain::hours::{open_hours, working_time};
use crate::domain::network::Technician;
use crate::domain::time::{Quarter, Span};
use crate::error::{Error, Result, Violation};
use crate::store::{Store, VisitFilter};

/// The longest time that a schedule shows.
const DAYS_MAX: i64 = 92;
const DAYS_USUAL: i64 = 14;
const VISITS_MAX: i64 = 1_000;

/// A technician's time between two moments.
#[derive(Debug, Clone)]
pub struct Schedule {
    pub technician: Technician,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// Stretches of working time: hours less breaks, absences and the centre's closing.
    pub working: Vec<Span>,
    pub visits: Vec<Appointment>,
}

/// Technicians see their own, others the visits of vehicles that they may see; without `from` and `to`, the next two weeks.
pub async fn show_schedule(
    app: &App,
    principal: &Principal,
    technician_id: &str,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> Result<Schedule> {
    let (from, to) = range(from, to, app.clock.now())?;
    if principal.role == Some(Role::Technician) && principal.subject != technician_id {
        return Err(access::not_found("technician", technician_id));
    }
    let mut tx = app.database.read().await?;
    let mut store = Store::new(&mut tx);
    let technician = store.technician(&principal.tenant, technician_id).await?;
    let technician = technician.ok_or_else(|| access::not_found("technician", technician_id))?;
    let filter = VisitFilter {
        technician_id: Some(technician_id.to_owned()),
        from: Some(from),
        to: Some(to),
        limit: VISITS_MAX,
        ..VisitFilter::default()
    };
    // A technician works on vehicles of all fleets; whoever may see only some of them sees only their visits.
    let visits = store
        .visits(&principal.tenant, &access::narrow(principal, filter))
        .await?;
    let center = store.center(&principal.tenant, &technician.center_id).await?;
    let window = Span::covering(from, to);
    let working = center.map_or_else(Vec::new, |center| {
        let open = open_hours(window, center.offset, &center.hours);
        stretches(&working_time(&open, window, center.offset, &technician.rota).marked())
    });
    Ok(Schedule {
        technician,
        from,
        to,
        working,
        visits,
    })
}

/// What is shown: by default the next two weeks.
fn range(
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(DateTime<Utc>, DateTime<Utc>)> {
    let named = [("from", from), ("to", to)];
    let strange: Vec<_> = named
        .into_iter()
        .filter_map(|(name, at)| Violation::of_time(name, at))
        .collect();
    if !strange.is_empty() {
        return Err(Error::Invalid(strange));
    }
    let from = from.unwrap_or(now);
    let to = to.or_else(|| from.checked_add_signed(Duration::days(DAYS_USUAL)));
    let in_range = |to: &DateTime<Utc>| *to > from && to.signed_duration_since(from) <= Duration::days(DAYS_MAX);
    let text = || format!("The schedule's end comes after its start, by at most {DAYS_MAX} days.");
    let to = to
        .filter(in_range)
        .ok_or_else(|| Error::Invalid(vec![Violation::new("to", "range", text())]))?;
    Ok((from, to))
}

/// Joins quarters that follow each other.
fn stretches(quarters: &[Quarter]) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for quarter in quarters {
        match joined.last_mut() {
            Some(last) if last.end == *quarter => last.end = quarter.plus(1),
            _ => joined.push(Span::new(*quarter, quarter.plus(1))),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_quarters_become_one_stretch() {
        let quarters: Vec<Quarter> = [4, 5, 6, 9, 12, 13].map(Quarter).to_vec();
        let spans: Vec<(i64, i64)> = stretches(&quarters)
            .iter()
            .map(|span| (span.start.0, span.end.0))
            .collect();
        assert_eq!(spans, [(4, 7), (9, 10), (12, 14)]);
    }
}

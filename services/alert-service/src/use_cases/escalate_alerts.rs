//! Alerts that nobody acknowledged in time go to the next role of the chain, and those that found no room under the limit to the first.

use super::tell_people::room_for;
use super::{Moment, tell_people};
use crate::domain::alert::Status;
use crate::domain::escalation::{due_at, first_audience, next_audience};
use crate::domain::notification_limit::Verdict;
use crate::domain::rules::Rules;
use crate::error::Error;
use crate::events::published;
use crate::store::{DueEscalation, Store};

/// Escalations handled in one transaction.
const BATCH_MAX: i64 = 100;

/// Takes the escalations whose time has come, at most a batch; returns how many there were.
pub async fn escalate_alerts(store: &mut Store<'_>, rules: &Rules, moment: Moment) -> Result<usize, Error> {
    let due = store.due_escalations(moment.now, BATCH_MAX).await?;
    for escalation in &due {
        escalate(store, escalation, rules, moment).await?;
    }
    Ok(due.len())
}

async fn escalate(
    store: &mut Store<'_>,
    escalation: &DueEscalation,
    rules: &Rules,
    moment: Moment,
) -> Result<(), Error> {
    let (tenant, alert_id) = (&escalation.tenant, escalation.alert_id.as_str());
    let open = store
        .alert(tenant, alert_id)
        .await?
        .filter(|alert| alert.status() == Status::Open);
    let Some(alert) = open else {
        return store.end_escalation(tenant, alert_id).await;
    };
    let vehicle = store.vehicle(tenant, &alert.vehicle_id).await?;
    let people = store.people_around(tenant, &vehicle).await?;
    let unanswered = usize::try_from(escalation.level).ok();
    let audience = match unanswered {
        Some(level) => next_audience(level, &vehicle, &people),
        None => Some(first_audience(&vehicle, &people)),
    };
    let Some(audience) = audience else {
        return store.end_escalation(tenant, alert_id).await;
    };
    if let Verdict::Limited { until } = room_for(store, tenant, &alert, rules, moment).await? {
        // People are told later rather than never.
        return store
            .schedule_escalation(tenant, alert_id, escalation.level, until)
            .await;
    }
    if let Some(level) = unanswered {
        store
            .publish(&published::escalated(tenant, &alert, level, &audience, moment.now))
            .await?;
        metrics::counter!("alerts_escalated_total", "to" => audience.role().as_str()).increment(1);
    }
    tell_people(store, tenant, &alert, &audience, rules, moment).await?;
    match due_at(alert.severity, moment.now, rules.escalate_after) {
        Some(due_at) => {
            store
                .schedule_escalation(tenant, alert_id, audience.level as i64, due_at)
                .await
        }
        None => store.end_escalation(tenant, alert_id).await,
    }
}

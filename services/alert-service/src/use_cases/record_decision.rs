//! A decision of the agent service becomes an alert, or is only kept.

use chassis::ids::{TenantId, derived_id};

use super::tell_people::room_for;
use super::{Moment, Origin, tell_people};
use crate::domain::alert::Alert;
use crate::domain::content::Content;
use crate::domain::deduplication::{Verdict, judge};
use crate::domain::escalation::{NOBODY_YET, due_at, first_audience};
use crate::domain::notification_limit::Verdict as Room;
use crate::domain::rules::Rules;
use crate::domain::severity::{Severity, Urgency};
use crate::error::Error;
use crate::events::published;
use crate::store::{DecisionOutcome, Store};

/// A decision as alerting needs it.
#[derive(Clone, Debug)]
pub struct Decision {
    pub id: String,
    pub vehicle_id: String,
    pub component: String,
    pub severity: Severity,
    pub urgency: Urgency,
    pub content: Content,
    pub origin: Origin,
}

/// Keeps a decision; raises an alert when it is WARNING or worse and says something new for its vehicle, component and
/// hour. A historical one raises a historical alert: published as such, told to nobody.
pub async fn record_decision(
    store: &mut Store<'_>,
    tenant: &TenantId,
    decision: Decision,
    rules: &Rules,
    moment: Moment,
) -> Result<(), Error> {
    if store.knows_decision(tenant, &decision.id).await? {
        return Ok(());
    }
    let outcome = if decision.severity == Severity::Info {
        DecisionOutcome::Stored
    } else {
        raise_unless_said(store, tenant, &decision, rules, moment).await?
    };
    let origin = &decision.origin;
    store
        .insert_decision(
            tenant,
            &decision.id,
            &decision.vehicle_id,
            &decision.component,
            decision.severity,
            origin.historical,
            origin.event_time,
            &outcome,
        )
        .await?;
    Ok(())
}

async fn raise_unless_said(
    store: &mut Store<'_>,
    tenant: &TenantId,
    decision: &Decision,
    rules: &Rules,
    moment: Moment,
) -> Result<DecisionOutcome, Error> {
    let (vehicle_id, component, origin) = (&decision.vehicle_id, &decision.component, &decision.origin);
    let worst = store
        .worst_alert_of_hour(tenant, vehicle_id, component, origin.event_time, origin.historical)
        .await?;
    let verdict = judge(worst.as_ref().map(|(_, severity)| *severity), decision.severity);
    if let (Verdict::Duplicate, Some((alert_id, _))) = (verdict, worst) {
        metrics::counter!("alerts_deduplicated_total").increment(1);
        return Ok(DecisionOutcome::Duplicate { alert_id });
    }
    let alert = new_alert(tenant, decision, moment);
    raise(store, tenant, &alert, rules, moment).await?;
    Ok(DecisionOutcome::Raised { alert_id: alert.id })
}

fn new_alert(tenant: &TenantId, decision: &Decision, moment: Moment) -> Alert {
    Alert {
        id: derived_id("alert", &[tenant.as_str(), &decision.id]),
        decision_id: decision.id.clone(),
        vehicle_id: decision.vehicle_id.clone(),
        component: decision.component.clone(),
        severity: decision.severity,
        urgency: decision.urgency,
        content: decision.content.clone(),
        historical: decision.origin.historical,
        event_time: decision.origin.event_time,
        raised_at: moment.now,
        correlation_id: decision.origin.correlation_id.clone(),
        acknowledgement: None,
        resolution: None,
        booking: None,
        version: 0,
    }
}

/// Saves the alert, says so, tells its people and sets the time at which it goes on if nobody answers. What must reach someone
/// and finds no room under the limit waits for it.
async fn raise(
    store: &mut Store<'_>,
    tenant: &TenantId,
    alert: &Alert,
    rules: &Rules,
    moment: Moment,
) -> Result<(), Error> {
    if !store.insert_alert(tenant, alert).await? {
        return Err(Error::ChangedMeanwhile {
            alert_id: alert.id.clone(),
        });
    }
    metrics::counter!("alerts_raised_total", "severity" => alert.severity.as_str()).increment(1);
    if alert.historical {
        return store.publish(&published::created(tenant, alert, &[])).await;
    }
    let vehicle = store.vehicle(tenant, &alert.vehicle_id).await?;
    let audience = first_audience(&vehicle, &store.people_around(tenant, &vehicle).await?);
    store
        .publish(&published::created(tenant, alert, &audience.recipient_ids))
        .await?;
    if let Room::Limited { until } = room_for(store, tenant, alert, rules, moment).await?
        && alert.severity.must_reach_someone()
    {
        return store.schedule_escalation(tenant, &alert.id, NOBODY_YET, until).await;
    }
    tell_people(store, tenant, alert, &audience, rules, moment).await?;
    if let Some(due_at) = due_at(alert.severity, moment.now, rules.escalate_after) {
        store
            .schedule_escalation(tenant, &alert.id, audience.level as i64, due_at)
            .await?;
    }
    Ok(())
}

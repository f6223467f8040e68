//! Journals who is told of an alert through which channel. What leaves the house is sent later, by the mail worker.

use chassis::ids::{TenantId, derived_id};

use super::Moment;
use crate::domain::alert::Alert;
use crate::domain::delivery::{About, Channel, Conditions, Start, State, start};
use crate::domain::escalation::{Audience, first_audience};
use crate::domain::notification_limit::Verdict;
use crate::domain::rules::Rules;
use crate::error::Error;
use crate::events::published;
use crate::store::{Delivery, NewDelivery, Notification, Store};

/// Tells an audience, within the limit of the vehicle. Over the limit every intent is journaled as SUPPRESSED.
pub async fn tell_people(
    store: &mut Store<'_>,
    tenant: &TenantId,
    alert: &Alert,
    audience: &Audience,
    rules: &Rules,
    moment: Moment,
) -> Result<(), Error> {
    let limited = matches!(
        room_for(store, tenant, alert, rules, moment).await?,
        Verdict::Limited { .. }
    );
    let notification = Notification {
        level: audience.level as i64,
        given_at: moment.now,
        limited,
    };
    store
        .insert_notification(tenant, &alert.id, &alert.vehicle_id, &notification)
        .await?;
    let address = Address {
        tenant,
        alert,
        notification: &notification,
        rules,
        moment,
    };
    for recipient_id in &audience.recipient_ids {
        address.journal(store, recipient_id).await?;
    }
    Ok(())
}

/// Whether there is room for one more notification about the alert's vehicle.
pub(super) async fn room_for(
    store: &mut Store<'_>,
    tenant: &TenantId,
    alert: &Alert,
    rules: &Rules,
    moment: Moment,
) -> Result<Verdict, Error> {
    let given = store
        .notification_times(tenant, &alert.vehicle_id, moment.now - rules.limit.window)
        .await?;
    Ok(rules.limit.judge(alert.severity, moment.now, &given))
}

/// Events of different services come in no order between each other, so an owner or manager may become known after an
/// alert. They are told then of alerts that are still open and fresh; whoever was told already is not told again.
pub async fn tell_late_recipients(
    store: &mut Store<'_>,
    tenant: &TenantId,
    vehicle_id: Option<&str>,
    rules: &Rules,
    moment: Moment,
) -> Result<(), Error> {
    let since = moment.now - rules.late_recipients_within;
    let alerts = store.unresolved_alerts(tenant, vehicle_id, Some(since)).await?;
    for alert in alerts.iter().filter(|alert| !alert.historical) {
        let Some(notification) = store.first_notification(tenant, &alert.id).await? else {
            continue;
        };
        let vehicle = store.vehicle(tenant, &alert.vehicle_id).await?;
        let people = store.people_around(tenant, &vehicle).await?;
        let told = store.recipient_ids(tenant, &alert.id).await?;
        let address = Address {
            tenant,
            alert,
            notification: &notification,
            rules,
            moment,
        };
        for recipient_id in first_audience(&vehicle, &people).recipient_ids {
            if !told.contains(&recipient_id) {
                address.journal(store, &recipient_id).await?;
            }
        }
    }
    Ok(())
}

/// What is the same for all recipients of one notification.
struct Address<'a> {
    tenant: &'a TenantId,
    alert: &'a Alert,
    notification: &'a Notification,
    rules: &'a Rules,
    moment: Moment,
}

impl Address<'_> {
    /// One intent for each channel that this person wants; the app always shows the alert.
    async fn journal(&self, store: &mut Store<'_>, recipient_id: &str) -> Result<(), Error> {
        let contact = store.contact(self.tenant, recipient_id).await?;
        let wants_email = contact.is_some_and(|contact| contact.email().is_ok());
        self.journal_channel(store, recipient_id, Channel::InApp).await?;
        if wants_email {
            self.journal_channel(store, recipient_id, Channel::Email).await?;
        }
        Ok(())
    }

    async fn journal_channel(&self, store: &mut Store<'_>, recipient_id: &str, channel: Channel) -> Result<(), Error> {
        let conditions = Conditions {
            limited: self.notification.limited,
            simulated: self.moment.simulated,
            email_configured: self.rules.email_configured,
        };
        let (state, reason, attempts) = match start(channel, conditions) {
            Start::Stored => (State::Sent, None, 1),
            Start::Queued => (State::Pending, None, 0),
            Start::Suppressed(suppression) => (State::Suppressed, Some(suppression.code()), 0),
        };
        let level = self.notification.level;
        let parts = [
            self.tenant.as_str(),
            &self.alert.id,
            &level.to_string(),
            recipient_id,
            channel.as_str(),
        ];
        let id = derived_id("dlv", &parts);
        let created_at = self.moment.machine_now;
        let new = NewDelivery {
            id: &id,
            about: About::Alert,
            about_id: &self.alert.id,
            level,
            recipient_id,
            channel,
            state,
            reason,
            attempts,
            created_at,
        };
        if store.insert_delivery(self.tenant, &new).await? && state != State::Pending {
            count_settled(channel, state);
            let settled = settled_at_once(self.tenant, &new);
            store
                .publish(&published::delivered(
                    self.tenant,
                    self.alert,
                    &settled,
                    false,
                    self.moment.now,
                ))
                .await?;
        }
        Ok(())
    }
}

/// Counts a delivery that came to rest.
pub(super) fn count_settled(channel: Channel, state: State) {
    let (channel, status) = (channel.as_str(), state.as_str());
    metrics::counter!("alert_deliveries_total", "channel" => channel, "status" => status).increment(1);
}

/// The ledger's row of an intent that came to rest as it was journaled.
fn settled_at_once(tenant: &TenantId, new: &NewDelivery<'_>) -> Delivery {
    Delivery {
        tenant: tenant.clone(),
        id: new.id.to_owned(),
        about: new.about,
        about_id: new.about_id.to_owned(),
        level: new.level,
        recipient_id: new.recipient_id.to_owned(),
        channel: new.channel,
        state: new.state,
        reason: new.reason.map(str::to_owned),
        attempts: new.attempts,
        in_doubt_count: 0,
        provider_id: None,
        created_at: new.created_at,
        next_attempt_at: None,
        claimed_until: None,
        settled_at: Some(new.created_at),
        latency_ms: Some(0),
    }
}

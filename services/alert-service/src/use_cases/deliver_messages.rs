//! Takes the next message that is due, and writes down how its attempt ended. The sending itself lies between the two:
//! the intent is committed as SENDING first, so that a crash leaves a trace.

use chassis::ids::TenantId;
use chrono::TimeDelta;

use super::Moment;
use super::tell_people::count_settled;
use crate::domain::alert::Alert;
use crate::domain::delivery::{Channel, Next, Outcome, State, Suppression, after_attempt};
use crate::domain::message::{Catalogue, Message, write_message};
use crate::domain::rules::Rules;
use crate::domain::severity::Severity;
use crate::error::Error;
use crate::events::published;
use crate::store::{Delivery, Store};

/// The languages that messages are written in, and where their links lead.
#[derive(Clone, Debug)]
pub struct Stationery {
    /// (language, texts); the first is the default.
    pub catalogues: Vec<(String, Catalogue)>,
    /// Address of the alerts' page in the app, without a slash at the end.
    pub link_base: String,
}

impl Stationery {
    /// The texts of the first wish that can be met: `de-AT` is met by `de`. The default language otherwise.
    fn catalogue<'a>(&'a self, wishes: &[Option<&str>], fallback: &'a Catalogue) -> &'a Catalogue {
        let language = |tag: &str| tag.split('-').next().unwrap_or_default().to_lowercase();
        let find = |tag: &str| self.catalogues.iter().find(|(known, _)| *known == language(tag));
        let found = wishes
            .iter()
            .flatten()
            .find_map(|tag| find(tag))
            .or(self.catalogues.first());
        found.map_or(fallback, |(_, catalogue)| catalogue)
    }
}

/// A message whose intent is journaled as SENDING and that is to be sent once the transaction is committed.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub delivery: Delivery,
    pub severity: Severity,
    pub address: String,
    pub message: Message,
}

/// What was found in the queue.
#[derive(Debug)]
pub enum Taken {
    /// No message is due.
    Nothing,
    /// One was settled without sending; there may be more.
    Settled,
    Send(Box<Outgoing>),
}

/// How an attempt ended, as the mail client saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub outcome: Outcome,
    /// Stable code of what was wrong.
    pub reason: Option<String>,
    /// The provider's words for the message, such as a queue id.
    pub provider_id: Option<String>,
}

/// Takes the gravest message that is due and journals that it is being sent.
pub async fn take_message(
    store: &mut Store<'_>,
    stationery: &Stationery,
    rules: &Rules,
    moment: Moment,
) -> Result<Taken, Error> {
    let Some(mut delivery) = store.due_deliveries(moment.machine_now, 1).await?.pop() else {
        return Ok(Taken::Nothing);
    };
    let tenant = delivery.tenant.clone();
    let Some(alert) = store.alert(&tenant, &delivery.alert_id).await? else {
        return Err(Error::AlertNotFound {
            alert_id: delivery.alert_id,
        });
    };
    let contact = store.contact(&tenant, &delivery.recipient_id).await?;
    let wants_email = contact
        .as_ref()
        .is_some_and(|contact| contact.channels.contains(&Channel::Email));
    let locale = contact.as_ref().and_then(|contact| contact.locale.clone());
    let address = contact.and_then(|contact| contact.email).filter(|_| wants_email);
    let suppression = match (&address, moment.simulated, rules.email_configured) {
        (_, true, _) => Some(Suppression::Simulated),
        (_, _, false) => Some(Suppression::EmailNotConfigured),
        (None, _, _) => Some(Suppression::NoAddress),
        (Some(_), false, true) => None,
    };
    let (Some(address), None) = (address, suppression) else {
        delivery.state = State::Suppressed;
        delivery.reason = suppression.map(|suppression| suppression.code().to_owned());
        settle(store, &alert, delivery, State::Pending, moment).await?;
        return Ok(Taken::Settled);
    };
    let person = store.person(&tenant, &delivery.recipient_id).await?;
    let fallback = Catalogue::default();
    let wishes = [
        locale.as_deref(),
        person.as_ref().and_then(|person| person.locale.as_deref()),
    ];
    let link = format!("{}/{}", stationery.link_base, alert.id);
    let escalated = is_escalation(store, &tenant, &delivery).await?;
    let message = write_message(&alert, stationery.catalogue(&wishes, &fallback), &link, escalated);
    delivery.state = State::Sending;
    delivery.attempts += 1;
    if !store.move_delivery(&delivery, State::Pending).await? {
        return Ok(Taken::Settled);
    }
    Ok(Taken::Send(Box::new(Outgoing {
        severity: alert.severity,
        delivery,
        address,
        message,
    })))
}

/// True when others were told of the alert before.
async fn is_escalation(store: &mut Store<'_>, tenant: &TenantId, delivery: &Delivery) -> Result<bool, Error> {
    let first = store.first_notification(tenant, &delivery.alert_id).await?;
    Ok(first.is_some_and(|first| first.level < delivery.level))
}

/// Writes down how an attempt ended, and when the next one is due.
pub async fn write_down(
    store: &mut Store<'_>,
    outgoing: &Outgoing,
    report: &Report,
    rules: &Rules,
    moment: Moment,
) -> Result<(), Error> {
    let mut delivery = outgoing.delivery.clone();
    delivery.reason.clone_from(&report.reason);
    delivery.provider_id.clone_from(&report.provider_id);
    delivery.in_doubt_count += i64::from(report.outcome == Outcome::Unknown);
    let attempts = u32::try_from(delivery.attempts).unwrap_or(u32::MAX);
    let next = after_attempt(report.outcome, outgoing.severity, attempts, &rules.retry);
    follow(store, delivery, next, moment).await
}

/// Puts a delivery that was being sent where the rule says.
pub(super) async fn follow(
    store: &mut Store<'_>,
    mut delivery: Delivery,
    next: Next,
    moment: Moment,
) -> Result<(), Error> {
    delivery.state = match next {
        Next::Sent => State::Sent,
        Next::Failed => State::Failed,
        Next::InDoubt => State::InDoubt,
        Next::Retry { after } => {
            delivery.state = State::Pending;
            let after = TimeDelta::from_std(after).unwrap_or(TimeDelta::days(1));
            delivery.next_attempt_at = Some(moment.machine_now + after);
            store.move_delivery(&delivery, State::Sending).await?;
            return Ok(());
        }
    };
    let Some(alert) = store.alert(&delivery.tenant, &delivery.alert_id).await? else {
        return Err(Error::AlertNotFound {
            alert_id: delivery.alert_id,
        });
    };
    settle(store, &alert, delivery, State::Sending, moment).await
}

/// Brings a delivery to rest and says so.
async fn settle(
    store: &mut Store<'_>,
    alert: &Alert,
    mut delivery: Delivery,
    from: State,
    moment: Moment,
) -> Result<(), Error> {
    delivery.next_attempt_at = None;
    delivery.settled_at = Some(moment.machine_now);
    delivery.latency_ms = Some((moment.machine_now - delivery.created_at).num_milliseconds().max(0));
    if store.move_delivery(&delivery, from).await? {
        count_settled(delivery.channel, delivery.state);
        if delivery.state == State::Sent {
            let seconds = delivery.latency_ms.unwrap_or_default() as f64 / 1000.0;
            metrics::histogram!("alert_delivery_latency_seconds", "severity" => alert.severity.as_str())
                .record(seconds);
        }
        let tenant = delivery.tenant.clone();
        store
            .publish(&published::delivered(&tenant, alert, &delivery, moment.now))
            .await?;
    }
    Ok(())
}

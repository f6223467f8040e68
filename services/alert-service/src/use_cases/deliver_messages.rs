//! Takes the next message that is due, and writes down how its attempt ended. The sending itself lies between the two:
//! the intent is committed as SENDING first, so that a crash leaves a trace.

use chassis::ids::TenantId;
use chrono::TimeDelta;

use super::Moment;
use super::tell_people::count_settled;
use crate::domain::alert::Alert;
use crate::domain::delivery::{
    About, Channel, Conditions, Next, Outcome, Start, State, Suppression, after_attempt, start,
};
use crate::domain::message::{Catalogue, Message, write_message, write_report_message};
use crate::domain::report::Report as MadeReport;
use crate::domain::rules::Rules;
use crate::domain::severity::Severity;
use crate::error::Error;
use crate::events::published;
use crate::store::{Delivery, Place, Store};

/// The languages that messages are written in, and where their links lead.
#[derive(Clone, Debug)]
pub struct Stationery {
    /// (language, texts); the first is the default.
    pub catalogues: Vec<(String, Catalogue)>,
    /// Address of the alerts' page in the app, without a slash at the end.
    pub link_base: String,
    /// Address of the page that lists reports.
    pub report_link_base: String,
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

impl Report {
    /// Nothing was sent, because the sender stood still for too long after it had claimed the message.
    pub fn late() -> Self {
        Self {
            outcome: Outcome::Deferred,
            reason: Some("sender_stood_still".to_owned()),
            provider_id: None,
        }
    }
}

/// Takes the gravest message that is due and journals that it is being sent.
pub async fn take_message(
    store: &mut Store<'_>,
    stationery: &Stationery,
    rules: &Rules,
    moment: Moment,
) -> Result<Taken, Error> {
    let Some(mut delivery) = store.take_due_delivery(moment.machine_now).await? else {
        return Ok(Taken::Nothing);
    };
    let place = delivery.place();
    let matter = matter_of(store, &delivery).await?;
    let (address, wishes) = match reach(store, &delivery, rules, moment).await? {
        Ok(reached) => reached,
        Err(suppression) => {
            delivery.state = State::Suppressed;
            delivery.reason = Some(suppression.code().to_owned());
            settle(store, &matter, delivery, place, moment).await?;
            return Ok(Taken::Settled);
        }
    };
    let message = write(store, stationery, &matter, &delivery, &wishes).await?;
    delivery.state = State::Sending;
    delivery.attempts += 1;
    delivery.claimed_until = Some(store.claim_clock(moment.machine_now).await? + rules.claim_for);
    if !store.move_delivery(&delivery, place).await? {
        return Ok(Taken::Settled);
    }
    Ok(Taken::Send(Box::new(Outgoing {
        severity: matter.severity(),
        delivery,
        address,
        message,
    })))
}

/// What a message is about.
pub(super) enum Matter {
    Alert(Box<Alert>),
    Report(MadeReport),
}

impl Matter {
    /// How grave it is that the message arrives: a report that comes twice annoys more than one that is missed, since it is in the app.
    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::Alert(alert) => alert.severity,
            Self::Report(_) => Severity::Info,
        }
    }
}

/// What a row of the ledger is about.
pub(super) async fn matter_of(store: &mut Store<'_>, delivery: &Delivery) -> Result<Matter, Error> {
    let (tenant, about_id) = (&delivery.tenant, &delivery.about_id);
    let found = match delivery.about {
        About::Alert => store
            .alert(tenant, about_id)
            .await?
            .map(|alert| Matter::Alert(Box::new(alert))),
        About::Report => store.report(tenant, about_id).await?.map(Matter::Report),
    };
    found.ok_or_else(|| Error::AlertNotFound {
        alert_id: about_id.clone(),
    })
}

/// The address and the languages that a person wishes, the first before the second; or why nothing is sent to them.
type Reach = Result<(String, [Option<String>; 2]), Suppression>;

async fn reach(store: &mut Store<'_>, delivery: &Delivery, rules: &Rules, moment: Moment) -> Result<Reach, Error> {
    let conditions = Conditions {
        limited: false,
        simulated: moment.simulated,
        email_configured: rules.email_configured,
    };
    if let Start::Suppressed(suppression) = start(Channel::Email, conditions) {
        return Ok(Err(suppression));
    }
    reach_person(store, &delivery.tenant, &delivery.recipient_id).await
}

/// The same by the person's own wishes alone.
pub(super) async fn reach_person(store: &mut Store<'_>, tenant: &TenantId, user_id: &str) -> Result<Reach, Error> {
    let person = store.person(tenant, user_id).await?;
    if person.as_ref().is_some_and(|person| !person.active) {
        return Ok(Err(Suppression::PersonDisabled));
    }
    let Some(contact) = store.contact(tenant, user_id).await? else {
        return Ok(Err(Suppression::NoAddress));
    };
    let address = contact.email().map(str::to_owned);
    Ok(address.map(|address| (address, [contact.locale, person.and_then(|person| person.locale)])))
}

async fn write(
    store: &mut Store<'_>,
    stationery: &Stationery,
    matter: &Matter,
    delivery: &Delivery,
    wishes: &[Option<String>; 2],
) -> Result<Message, Error> {
    let fallback = Catalogue::default();
    let catalogue = stationery.catalogue(&wishes.each_ref().map(Option::as_deref), &fallback);
    Ok(match matter {
        Matter::Alert(alert) => {
            let link = format!("{}/{}", stationery.link_base, alert.id);
            let escalated = is_escalation(store, delivery).await?;
            write_message(alert, catalogue, &link, escalated)
        }
        Matter::Report(report) => {
            let link = format!("{}?report={}", stationery.report_link_base, report.id);
            write_report_message(report, catalogue, &link)
        }
    })
}

/// True when others were told of the alert before.
async fn is_escalation(store: &mut Store<'_>, delivery: &Delivery) -> Result<bool, Error> {
    let first = store.first_notification(&delivery.tenant, &delivery.about_id).await?;
    Ok(first.is_some_and(|first| first.level < delivery.level))
}

/// Writes down how an attempt ended, and when the next one is due. False when the sender came too late: its claim had run out, and another
/// instance has judged the message. What is known to have been accepted is noted all the same, as long as nobody has begun to send it again.
pub async fn write_down(
    store: &mut Store<'_>,
    outgoing: &Outgoing,
    report: &Report,
    rules: &Rules,
    moment: Moment,
) -> Result<bool, Error> {
    let mut delivery = outgoing.delivery.clone();
    delivery.reason.clone_from(&report.reason);
    delivery.provider_id.clone_from(&report.provider_id);
    delivery.in_doubt_count += i64::from(report.outcome == Outcome::Unknown);
    let next = after_attempt(report.outcome, outgoing.severity, delivery.tries(), &rules.retry);
    if follow(store, delivery.clone(), next, moment).await? {
        return Ok(true);
    }
    match report.outcome {
        Outcome::Accepted => settle_accepted(store, delivery, moment).await,
        Outcome::Deferred | Outcome::Refused | Outcome::Unknown => Ok(false),
    }
}

/// Another instance took the sender for stopped and has put the message back, or let it rest in doubt. The mail server has it, so it is not
/// sent again. The place names the attempt: a message that is being sent again is left to its new sender.
async fn settle_accepted(store: &mut Store<'_>, mut delivery: Delivery, moment: Moment) -> Result<bool, Error> {
    let matter = matter_of(store, &delivery).await?;
    let attempts = delivery.attempts;
    delivery.state = State::Sent;
    delivery.claimed_until = None;
    // As the other instance counted.
    delivery.in_doubt_count += 1;
    for state in [State::Pending, State::InDoubt] {
        let from = Place { state, attempts };
        if settle(store, &matter, delivery.clone(), from, moment).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Puts a delivery that was being sent where the rule says; false when another instance did so before.
pub(super) async fn follow(
    store: &mut Store<'_>,
    mut delivery: Delivery,
    next: Next,
    moment: Moment,
) -> Result<bool, Error> {
    let place = delivery.place();
    delivery.claimed_until = None;
    delivery.state = match next {
        Next::Sent => State::Sent,
        Next::Failed => State::Failed,
        Next::InDoubt => State::InDoubt,
        Next::Retry { after } => {
            delivery.state = State::Pending;
            let after = TimeDelta::from_std(after).unwrap_or(TimeDelta::days(1));
            delivery.next_attempt_at = Some(moment.machine_now + after);
            return store.move_delivery(&delivery, place).await;
        }
    };
    let matter = matter_of(store, &delivery).await?;
    settle(store, &matter, delivery, place, moment).await
}

/// Brings a delivery to rest and says so where it is about an alert, unless somebody else moved it.
async fn settle(
    store: &mut Store<'_>,
    matter: &Matter,
    mut delivery: Delivery,
    from: Place,
    moment: Moment,
) -> Result<bool, Error> {
    delivery.next_attempt_at = None;
    delivery.settled_at = Some(moment.machine_now);
    delivery.latency_ms = Some((moment.machine_now - delivery.created_at).num_milliseconds().max(0));
    let moved = store.move_delivery(&delivery, from).await?;
    if moved {
        count_settled(delivery.channel, delivery.state);
        if delivery.state == State::Sent {
            let seconds = delivery.latency_ms.unwrap_or_default() as f64 / 1000.0;
            metrics::histogram!("alert_delivery_latency_seconds", "severity" => matter.severity().as_str())
                .record(seconds);
        }
        if let Matter::Alert(alert) = matter {
            let tenant = delivery.tenant.clone();
            store
                .publish(&published::delivered(
                    &tenant,
                    alert,
                    &delivery,
                    from.state == State::InDoubt,
                    moment.now,
                ))
                .await?;
        }
    }
    Ok(moved)
}

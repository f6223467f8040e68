//! Journals who is mailed about a weekly report: those whom its schedule names, each once. The mail worker sends it later.

use chassis::ids::{TenantId, derived_id};

use super::deliver_messages::reach_person;
use super::tell_people::count_settled;
use super::{Moment, Origin};
use crate::domain::delivery::{About, Channel, Conditions, Start, State, Suppression, start};
use crate::domain::report::Report;
use crate::domain::rules::Rules;
use crate::error::Error;
use crate::store::{NewDelivery, Store};

/// A report as analytics told of it.
#[derive(Clone, Debug)]
pub struct ReportMade {
    pub report: Report,
    /// A schedule made it; else somebody asked for it and has it on screen.
    pub scheduled: bool,
    pub recipient_ids: Vec<String>,
}

/// Journals one message for each recipient. What is not sent is in the ledger with its reason.
pub async fn mail_report(
    store: &mut Store<'_>,
    tenant: &TenantId,
    made: &ReportMade,
    origin: &Origin,
    rules: &Rules,
    moment: Moment,
) -> Result<(), Error> {
    if !made.scheduled || origin.historical || made.recipient_ids.is_empty() {
        return Ok(());
    }
    store.keep_report(tenant, &made.report).await?;
    let too_old = moment.now - origin.event_time > rules.reports_within;
    for recipient_id in &made.recipient_ids {
        let suppression = match too_old {
            true => Some(Suppression::TooOld),
            false => why_not(store, tenant, recipient_id, rules, moment).await?,
        };
        let parts = [tenant.as_str(), &made.report.id, recipient_id, Channel::Email.as_str()];
        let id = derived_id("dlv", &parts);
        let new = NewDelivery {
            id: &id,
            about: About::Report,
            about_id: &made.report.id,
            level: 0,
            recipient_id,
            channel: Channel::Email,
            state: suppression.map_or(State::Pending, |_| State::Suppressed),
            reason: suppression.map(Suppression::code),
            attempts: 0,
            created_at: moment.machine_now,
        };
        if store.insert_delivery(tenant, &new).await? && new.state == State::Suppressed {
            count_settled(Channel::Email, State::Suppressed);
        }
    }
    Ok(())
}

/// Why nothing can be sent to this person as things stand.
async fn why_not(
    store: &mut Store<'_>,
    tenant: &TenantId,
    recipient_id: &str,
    rules: &Rules,
    moment: Moment,
) -> Result<Option<Suppression>, Error> {
    let conditions = Conditions {
        limited: false,
        simulated: moment.simulated,
        email_configured: rules.email_configured,
    };
    if let Start::Suppressed(suppression) = start(Channel::Email, conditions) {
        return Ok(Some(suppression));
    }
    Ok(reach_person(store, tenant, recipient_id).await?.err())
}

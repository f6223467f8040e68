//! People say how they want to be reached, change it and erase it.

use chassis::ids::TenantId;

use super::Moment;
use crate::domain::delivery::Channel;
use crate::error::Error;
use crate::store::{Contact, Store};

/// What a person wishes, as they sent it.
#[derive(Clone, Debug)]
pub struct Wishes {
    pub email: Option<String>,
    pub locale: Option<String>,
    /// None: every channel.
    pub channels: Option<Vec<String>>,
}

/// What is kept of a person; one who never said anything is reached in the app only.
pub async fn show_preferences(
    store: &mut Store<'_>,
    tenant: &TenantId,
    user_id: &str,
) -> Result<Option<Contact>, Error> {
    store.contact(tenant, user_id).await
}

/// Replaces what is kept of a person.
pub async fn change_preferences(
    store: &mut Store<'_>,
    tenant: &TenantId,
    user_id: &str,
    wishes: Wishes,
    moment: Moment,
) -> Result<Contact, Error> {
    let contact = Contact {
        email: wishes.email.map(address).transpose()?,
        locale: wishes.locale.map(locale).transpose()?,
        channels: wishes.channels.map_or(Ok(Channel::ALL.to_vec()), channels)?,
        changed_at: moment.now,
    };
    store.save_contact(tenant, user_id, &contact).await?;
    Ok(contact)
}

/// Erases what is kept of a person.
pub async fn erase_preferences(store: &mut Store<'_>, tenant: &TenantId, user_id: &str) -> Result<(), Error> {
    store.erase_contact(tenant, user_id).await
}

/// An address as the mail library accepts it, so that nothing that is kept fails only when it is needed.
fn address(text: String) -> Result<String, Error> {
    let refused = || Error::invalid("/email", "preferences.email.invalid", "this is not an e-mail address");
    let text = text.trim().to_owned();
    if text.len() > 254 || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(refused());
    }
    text.parse::<lettre::Address>().map_err(|_| refused())?;
    Ok(text)
}

/// A language tag such as `de` or `en-GB`.
fn locale(text: String) -> Result<String, Error> {
    let tame = (2..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let refused = || {
        Error::invalid(
            "/locale",
            "preferences.locale.invalid",
            "give a language tag such as en or de",
        )
    };
    if tame { Ok(text) } else { Err(refused()) }
}

fn channels(words: Vec<String>) -> Result<Vec<Channel>, Error> {
    let refused = || {
        Error::invalid(
            "/channels",
            "preferences.channels.unknown",
            "channels are IN_APP and EMAIL",
        )
    };
    // The app always shows an alert, so IN_APP is kept whether it was named or not.
    let mut channels = vec![Channel::InApp];
    for word in words {
        let channel = Channel::parse(&word).ok_or_else(refused)?;
        if !channels.contains(&channel) {
            channels.push(channel);
        }
    }
    Ok(channels)
}

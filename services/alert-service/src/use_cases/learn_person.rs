//! Analytics says what a person is in the tenant and which vehicles and fleets they answer for.

use chassis::ids::TenantId;

use super::{Moment, tell_late_recipients};
use crate::domain::person::Person;
use crate::domain::rules::Rules;
use crate::error::Error;
use crate::store::Store;

/// Keeps it, unless something newer is known, and tells those who became known of alerts that are still fresh.
pub async fn learn_person(
    store: &mut Store<'_>,
    tenant: &TenantId,
    person: &Person,
    role_word: &str,
    sequence: i64,
    rules: &Rules,
    moment: Moment,
) -> Result<(), Error> {
    if !store.save_person(tenant, person, role_word, sequence).await? || !person.active {
        return Ok(());
    }
    tell_late_recipients(store, tenant, None, rules, moment).await
}

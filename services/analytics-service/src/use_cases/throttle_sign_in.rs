//! Lets a try to sign in pass or makes it wait, by what all instances have seen of this user name and this address.

use crate::App;
use crate::domain::throttle::{Limits, Tries};
use crate::domain::user::username_key;
use crate::error::Error;
use crate::store::Store;
use chassis::ids::derived_id;
use chassis::{DbError, TenantId};
use std::time::Duration;

/// The limits of both kinds of subject.
#[derive(Debug, Clone, Copy)]
pub struct SignInLimits {
    pub user: Limits,
    pub address: Limits,
}

/// Whom a try is counted for. Names and addresses are kept as hashes only.
pub struct Subjects {
    user: String,
    address: Option<String>,
}

impl Subjects {
    /// Of a user name, in any case of letters, and of where the request came from.
    pub fn of(tenant: &TenantId, username: &str, address: Option<&str>) -> Subjects {
        Subjects {
            user: derived_id("user", &[tenant.as_str(), &username_key(username)]),
            address: address.map(|address| derived_id("address", &[address])),
        }
    }
}

/// Whether a try was the last one before its user name must wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    Freely,
    LastOfUser,
}

/// Counts a try, or says how long to wait. The rows are locked in one order, so that two tries never wait for each other.
pub async fn admit(app: &App, subjects: &Subjects) -> Result<Admitted, Error> {
    let limits = &app.sign_in;
    let mut tx = app.database.begin_bulk().await?;
    let mut store = Store::on(&mut tx);
    let now = store.claim_clock(app.clock.machine_now()).await?;
    let user = store.lock_tries(&subjects.user, now).await?;
    let address = match &subjects.address {
        Some(subject) => Some((subject, store.lock_tries(subject, now).await?)),
        None => None,
    };
    let waits: [Option<Duration>; 2] = [
        user.wait(&limits.user, now),
        address.as_ref().and_then(|(_, tries)| tries.wait(&limits.address, now)),
    ];
    if let Some(wait) = waits.into_iter().flatten().max() {
        return Err(Error::Throttled { wait });
    }
    let counted = user.counted(&limits.user, now);
    store.save_tries(&subjects.user, counted).await?;
    if let Some((subject, tries)) = address {
        store.save_tries(subject, tries.counted(&limits.address, now)).await?;
    }
    tx.commit().await?;
    let last = counted.failures == limits.user.failures_max;
    Ok(if last { Admitted::LastOfUser } else { Admitted::Freely })
}

/// Forgets the failures of a user name inside a transaction.
pub(super) async fn unlock(store: &mut Store<'_>, tenant: &TenantId, username: &str) -> Result<(), DbError> {
    let subjects = Subjects::of(tenant, username, None);
    store.forget_tries_of(&subjects.user).await
}

/// Forgets the failures of a user who proved themselves; the address keeps its other ones.
pub async fn forgive(app: &App, subjects: &Subjects) -> Result<(), Error> {
    let mut tx = app.database.begin_bulk().await?;
    let mut store = Store::on(&mut tx);
    store.forget_tries_of(&subjects.user).await?;
    if let Some(subject) = &subjects.address {
        let now = store.claim_clock(app.clock.machine_now()).await?;
        let tries: Tries = store.lock_tries(subject, now).await?;
        store.save_tries(subject, tries.taken_back()).await?;
    }
    Ok(tx.commit().await?)
}

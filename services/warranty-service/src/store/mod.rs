//! The service's tables, as methods over one transaction. Every call takes the tenant. Outgoing events are appended
//! here too, so that state and event leave together.

mod checks;
mod claims;
mod coverages;
mod stored;
#[cfg(test)]
mod suite;
mod vehicles;
mod visits;

use chassis::{Cause, TenantId, Tx};

use crate::domain::check::Check;
use crate::domain::claim::{Claim, Version};
use crate::error::Error;
use crate::events::published;

pub use claims::{ClaimFilter, ClaimMark};
pub use vehicles::KnownVehicle;

/// One transaction's view of the service's tables. Whoever began the transaction commits it.
pub struct Store<'t> {
    tx: &'t mut Tx,
}

impl<'t> Store<'t> {
    /// Works in this transaction.
    pub fn new(tx: &'t mut Tx) -> Store<'t> {
        Store { tx }
    }

    /// Announces the present answer to a decision.
    pub async fn announce_check(&mut self, tenant: &TenantId, check: &Check) -> Result<(), Error> {
        let event = published::coverage_checked(tenant, check)?;
        Ok(chassis::outbox::append(self.tx, &event).await?)
    }

    /// Announces that a person submitted a claim.
    pub async fn announce_submission(
        &mut self,
        tenant: &TenantId,
        claim: &Claim,
        submitted: &Version,
        cause: Cause,
    ) -> Result<(), Error> {
        let event = published::claim_submitted(tenant, claim, submitted, cause)?;
        Ok(chassis::outbox::append(self.tx, &event).await?)
    }
}

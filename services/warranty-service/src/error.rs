//! What can go wrong in this service, in the domain's words. `api::problem` maps it once to a Problem, `events` to the
//! fate of an event.

use crate::domain::claim::ClaimFault;
use crate::domain::fault::Fault;

/// Every way in which a use case can fail.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was given cannot be used; `what` is the code of the problem.
    #[error("what was given cannot be used")]
    Invalid { what: &'static str, faults: Vec<Fault> },
    #[error("a coverage of this name exists")]
    CoverageNameTaken { name: String },
    #[error("the tenant has as many coverages as it may have")]
    CoverageLimit { max: usize },
    #[error("the vehicle is not known")]
    VehicleUnknown { vehicle_id: String },
    #[error("the claim is not known")]
    ClaimUnknown { claim_id: String },
    #[error("the visit has a claim already")]
    VisitClaimed { appointment_id: String, claim_id: String },
    #[error("the claim cannot be submitted")]
    NotSubmittable { claim_id: String, fault: ClaimFault },
    #[error("the cursor is not one of ours")]
    CursorInvalid,
    #[error("the store failed")]
    Store(#[from] chassis::database::DbError),
    #[error("a stored value cannot be read")]
    Unreadable(#[from] serde_json::Error),
}

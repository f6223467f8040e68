//! What can go wrong in this service, in the domain's words. `api::problem` maps it once to a Problem, `events` to the
//! fate of an event.

use crate::domain::codec::Malformed;

/// Every way in which a use case can fail.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the vehicle is not known")]
    VehicleUnknown { vehicle_id: String },
    #[error("there is no component of this name")]
    ComponentUnknown { component: String },
    #[error("there is no band of this name")]
    BandUnknown { band: String },
    #[error("the distance cannot be used")]
    DistanceInvalid,
    #[error("the cursor is not one of ours")]
    CursorInvalid,
    #[error("the store failed")]
    Store(#[from] chassis::database::DbError),
    #[error("the state of vehicle {vehicle_id} has format {format}, which this version does not read")]
    FormatUnknown { vehicle_id: String, format: i64 },
    #[error("the state of vehicle {vehicle_id} cannot be read")]
    StateUnreadable { vehicle_id: String, source: Malformed },
}

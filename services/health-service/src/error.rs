//! What can go wrong in this service, in the domain's words. `api::problem` maps it once to a Problem, `events` to the
//! fate of an event.

use crate::domain::codec::Malformed;
use crate::domain::models::Comparison;

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
    #[error("there is no model with this id")]
    ModelUnknown { model_id: String },
    #[error("the model cannot speak for that component and class")]
    ModelKeyInvalid,
    #[error("the model speaks already")]
    ModelSpeaksAlready { model_id: String },
    #[error("nothing shows that the model is better")]
    ModelUnproven { model_id: String },
    #[error("the model is not better")]
    ModelNotBetter { model_id: String, compared: Comparison },
    #[error("the model took nobody's place")]
    ModelNothingBefore { model_id: String },
    #[error("a reason is needed, and may not be too long")]
    ReasonInvalid,
    #[error("the store failed")]
    Store(#[from] chassis::database::DbError),
    #[error("the state of a vehicle was written by somebody else meanwhile")]
    StateOutdated,
    #[error("the state of vehicle {vehicle_id} has format {format}, which this version does not read")]
    FormatUnknown { vehicle_id: String, format: i64 },
    #[error("the state of vehicle {vehicle_id} cannot be read")]
    StateUnreadable { vehicle_id: String, source: Malformed },
}

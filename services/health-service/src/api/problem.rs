//! The one place where this service's errors become Problems.

use chassis::problem::{Kind, Problem};

use crate::domain::component::ComponentKind;
use crate::error::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::VehicleUnknown { vehicle_id } => Self::new(
                Kind::NotFound,
                "health.vehicle_unknown",
                "There is no vehicle with this id.",
            )
            .param("vehicle_id", vehicle_id),
            Error::ComponentUnknown { component } => {
                let known = ComponentKind::ALL.map(ComponentKind::as_str).join(", ");
                Self::new(
                    Kind::NotFound,
                    "health.component_unknown",
                    format!("Components are {known}."),
                )
                .param("component", component)
            }
            Error::BandUnknown { band } => Self::new(
                Kind::Unprocessable,
                "health.band_unknown",
                "Bands are EXCELLENT, GOOD, FAIR, POOR, CRITICAL and NOT_ENOUGH_DATA.",
            )
            .param("band", band),
            Error::DistanceInvalid => Self::new(
                Kind::Unprocessable,
                "health.distance_invalid",
                "km_max must be above 0 and at most 1000000, days_max above 0 and at most 3650.",
            ),
            Error::CursorInvalid => Self::new(
                Kind::BadRequest,
                "request.cursor",
                "The cursor was not given out by this list.",
            ),
            Error::Store(error) => Self::internal(&error),
            other @ (Error::ModelUnknown { .. }
            | Error::ModelKeyInvalid
            | Error::ModelSpeaksAlready { .. }
            | Error::ModelUnproven { .. }
            | Error::ModelNotBetter { .. }
            | Error::ModelNothingBefore { .. }
            | Error::ReasonInvalid) => of_model(other),
            other @ (Error::StateOutdated | Error::FormatUnknown { .. } | Error::StateUnreadable { .. }) => {
                Self::internal(&other)
            }
        }
    }
}

/// What can be wrong about a change of models.
fn of_model(error: Error) -> Problem {
    let about =
        |kind, code: &str, text: &str, model_id: String| Problem::new(kind, code, text).param("model_id", model_id);
    match error {
        Error::ModelUnknown { model_id } => {
            about(Kind::NotFound, "health.model_unknown", "There is no model with this id.", model_id)
        }
        Error::ModelSpeaksAlready { model_id } => {
            about(Kind::Conflict, "health.model_speaks_already", "This model speaks already.", model_id)
        }
        Error::ModelUnproven { model_id } => about(
            Kind::Conflict,
            "health.model_unproven",
            "Nothing shows that this model is better: the two were not judged on the same held-out units, and fewer than 20 lives \
             of this fleet have ended that both forecast. `force` with a reason promotes it all the same.",
            model_id,
        ),
        Error::ModelNotBetter { model_id, compared } => about(
            Kind::Conflict,
            "health.model_not_better",
            "On the same units this model is not better than the one that speaks. `force` with a reason promotes it all the same.",
            model_id,
        )
        .param("compared_on", compared.on)
        .param("units", compared.units)
        .param("loss_km", compared.loss_km)
        .param("previous_loss_km", compared.previous_loss_km),
        Error::ModelNothingBefore { model_id } => about(
            Kind::Conflict,
            "health.model_nothing_before",
            "This model does not speak, or took nobody's place.",
            model_id,
        ),
        Error::ReasonInvalid => Problem::new(
            Kind::Unprocessable,
            "health.reason_invalid",
            "`force` needs a reason of at most 500 characters.",
        ),
        _ => Problem::new(
            Kind::Unprocessable,
            "health.model_key_invalid",
            "Name the component, and the vehicle class where one is meant, that this model can speak for.",
        ),
    }
}

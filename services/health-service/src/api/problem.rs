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
                "km_max must be above 0 and at most 1000000.",
            ),
            Error::CursorInvalid => Self::new(
                Kind::BadRequest,
                "request.cursor",
                "The cursor was not given out by this list.",
            ),
            Error::Store(error) => Self::internal(&error),
            other @ (Error::FormatUnknown { .. } | Error::StateUnreadable { .. }) => Self::internal(&other),
        }
    }
}

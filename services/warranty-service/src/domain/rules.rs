//! The rules that are configuration.

use crate::domain::odometer::OdometerLimits;
use crate::domain::wear_parts::WearParts;

/// What the service is configured to judge by.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    pub wear_parts: WearParts,
    pub odometer: OdometerLimits,
}

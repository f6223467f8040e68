//! Bodies of `/api/v1/coverages`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::coverage::{AppliesTo, Coverage, Covers, Exclusion, Terms};
use crate::domain::vehicle::{Powertrain, VehicleClass};

/// What a coverage covers.
#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::api) struct CoversBody {
    /// Each component, but not wear parts.
    pub everything: bool,
    pub components: Vec<String>,
    pub failure_modes: Vec<String>,
}

/// What a coverage leaves out, and why.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ExclusionBody {
    #[serde(default)]
    pub components: Vec<String>,
    #[serde(default)]
    pub failure_modes: Vec<String>,
    /// A lower-case word such as `maintenance`.
    pub code: String,
}

/// Which vehicles have the coverage: those listed, or those that meet each condition that is given.
#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::api) struct AppliesToBody {
    pub every_vehicle: bool,
    pub vehicle_ids: Vec<String>,
    pub makes: Vec<String>,
    pub models: Vec<String>,
    pub powertrains: Vec<String>,
    pub vehicle_classes: Vec<String>,
}

/// A coverage to write.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct CoverageRequest {
    /// Unique in the tenant.
    pub name: String,
    pub covers: CoversBody,
    #[serde(default)]
    pub exclusions: Vec<ExclusionBody>,
    pub applies_to: AppliesToBody,
    /// Months from the in-service date, the last day included.
    pub duration_months: Option<u32>,
    /// The last odometer reading in km, included.
    pub limit_km: Option<f64>,
    /// Cover starts so many days after the in-service date.
    #[serde(default)]
    pub waiting_days: u32,
}

impl CoverageRequest {
    /// Name and terms in the domain's types.
    pub(in crate::api) fn into_terms(self) -> (String, Terms) {
        let exclusions = self.exclusions.into_iter().map(|exclusion| Exclusion {
            components: exclusion.components,
            failure_modes: exclusion.failure_modes,
            code: exclusion.code,
        });
        let applies_to = self.applies_to;
        let terms = Terms {
            covers: Covers {
                everything: self.covers.everything,
                components: self.covers.components,
                failure_modes: self.covers.failure_modes,
            },
            exclusions: exclusions.collect(),
            applies_to: AppliesTo {
                every_vehicle: applies_to.every_vehicle,
                vehicle_ids: applies_to.vehicle_ids,
                makes: applies_to.makes,
                models: applies_to.models,
                powertrains: applies_to
                    .powertrains
                    .iter()
                    .map(|word| Powertrain::parse(word))
                    .collect(),
                vehicle_classes: applies_to
                    .vehicle_classes
                    .iter()
                    .map(|word| VehicleClass::parse(word))
                    .collect(),
            },
            duration_months: self.duration_months,
            limit_km: self.limit_km,
            waiting_days: self.waiting_days,
        };
        (self.name, terms)
    }
}

/// A coverage as it stands.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct CoverageBody {
    pub coverage_id: String,
    #[serde(flatten)]
    pub terms: CoverageRequest,
}

impl From<&Coverage> for CoverageBody {
    fn from(coverage: &Coverage) -> CoverageBody {
        let terms = &coverage.terms;
        let exclusions = terms.exclusions.iter().map(|exclusion| ExclusionBody {
            components: exclusion.components.clone(),
            failure_modes: exclusion.failure_modes.clone(),
            code: exclusion.code.clone(),
        });
        let applies_to = &terms.applies_to;
        let terms = CoverageRequest {
            name: coverage.name.clone(),
            covers: CoversBody {
                everything: terms.covers.everything,
                components: terms.covers.components.clone(),
                failure_modes: terms.covers.failure_modes.clone(),
            },
            exclusions: exclusions.collect(),
            applies_to: AppliesToBody {
                every_vehicle: applies_to.every_vehicle,
                vehicle_ids: applies_to.vehicle_ids.clone(),
                makes: applies_to.makes.clone(),
                models: applies_to.models.clone(),
                powertrains: applies_to
                    .powertrains
                    .iter()
                    .map(|kind| kind.word().to_owned())
                    .collect(),
                vehicle_classes: applies_to
                    .vehicle_classes
                    .iter()
                    .map(|class| class.word().to_owned())
                    .collect(),
            },
            duration_months: terms.duration_months,
            limit_km: terms.limit_km,
            waiting_days: terms.waiting_days,
        };
        CoverageBody {
            coverage_id: coverage.coverage_id.clone(),
            terms,
        }
    }
}

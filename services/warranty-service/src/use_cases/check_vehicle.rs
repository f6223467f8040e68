//! Check a vehicle: would this failure be covered on that day.

use chassis::ids::TenantId;

use crate::domain::coverage::Coverage;
use crate::domain::eligibility::{Eligibility, Question, judge};
use crate::domain::fault::{Fault, ODOMETER_KM, is_component};
use crate::domain::wear_parts::WearParts;
use crate::error::Error;
use crate::store::Store;

/// The answer, with the name of the coverage that decided it.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub eligibility: Eligibility,
    pub coverage: Option<Coverage>,
}

/// Answers the question, or says that the vehicle is not known to the caller. `None` sees all vehicles.
pub async fn check_vehicle(
    store: &mut Store<'_>,
    tenant: &TenantId,
    wear_parts: &WearParts,
    vehicle_id: &str,
    only_vehicles: Option<&[String]>,
    question: &Question,
) -> Result<Answer, Error> {
    let faults = faults(question);
    if !faults.is_empty() {
        return Err(Error::Invalid {
            what: "warranty.question_invalid",
            faults,
        });
    }
    let vehicle = store.visible_vehicle(tenant, vehicle_id, only_vehicles).await?;
    let coverages = store.coverages(tenant).await?;
    let eligibility = judge(Some(&vehicle), &coverages, wear_parts, question);
    let deciding = eligibility.ground.coverage_id();
    let coverage = coverages
        .iter()
        .find(|coverage| Some(coverage.coverage_id.as_str()) == deciding)
        .cloned();
    Ok(Answer { eligibility, coverage })
}

fn faults(question: &Question) -> Vec<Fault> {
    let mut found = Vec::new();
    if !is_component(&question.component) {
        found.push(Fault::new(
            "component",
            "component.unknown",
            "this is not a component type",
        ));
    }
    if question.odometer_km.is_some_and(|km| !ODOMETER_KM.contains(&km)) {
        found.push(Fault::new(
            "odometer_km",
            "odometer_km.range",
            "an odometer shows 0 to 10000000 km",
        ));
    }
    found
}

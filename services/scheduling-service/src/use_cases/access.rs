//! Who sees which visit: owners their vehicles', technicians their own jobs, everybody else what the route admits.

use chassis::{Principal, Role};

use crate::domain::appointment::Appointment;
use crate::error::{Error, Result};
use crate::store::VisitFilter;

/// Whether the caller may see what is about this vehicle.
pub fn may_see_vehicle(principal: &Principal, vehicle_id: &str) -> bool {
    match owned_vehicles(principal) {
        Some(vehicles) => vehicles.iter().any(|own| own == vehicle_id),
        None => true,
    }
}

/// The vehicles that the caller is limited to. An owner whose token names none owns none.
fn owned_vehicles(principal: &Principal) -> Option<&[String]> {
    match (&principal.vehicle_ids, principal.role) {
        (Some(vehicles), _) => Some(vehicles),
        (None, Some(Role::Owner)) => Some(&[]),
        (None, _) => None,
    }
}

/// Refuses in the words of something that does not exist.
pub fn require_sight(principal: &Principal, vehicle_id: &str) -> Result<()> {
    if may_see_vehicle(principal, vehicle_id) {
        Ok(())
    } else {
        Err(not_found("vehicle", vehicle_id))
    }
}

/// Gives a visit that the caller may see.
pub fn require_visit(principal: &Principal, id: &str, visit: Option<Appointment>) -> Result<Appointment> {
    let visible = |visit: &Appointment| {
        let own_job = visit
            .placement
            .as_ref()
            .is_some_and(|placement| placement.technician_id == principal.subject);
        let as_technician = principal.role != Some(Role::Technician) || own_job;
        as_technician && may_see_vehicle(principal, &visit.job.vehicle_id)
    };
    visit.filter(visible).ok_or_else(|| not_found("appointment", id))
}

/// Only the assigned technician works on a visit; managers and keys may act for them.
pub fn require_worker(principal: &Principal, visit: &Appointment) -> Result<()> {
    let assigned = visit
        .placement
        .as_ref()
        .is_some_and(|placement| placement.technician_id == principal.subject);
    if principal.role == Some(Role::Technician) && !assigned {
        Err(Error::NotAssigned)
    } else {
        Ok(())
    }
}

/// Narrows a list to what the caller may see.
pub fn narrow(principal: &Principal, filter: VisitFilter) -> VisitFilter {
    let technician_id = match principal.role {
        Some(Role::Technician) => Some(principal.subject.clone()),
        _ => filter.technician_id,
    };
    VisitFilter {
        technician_id,
        vehicles: owned_vehicles(principal).map(<[String]>::to_vec),
        ..filter
    }
}

pub fn not_found(what: &'static str, id: &str) -> Error {
    Error::NotFound {
        what,
        id: id.to_owned(),
    }
}

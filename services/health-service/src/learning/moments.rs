//! Moments of a fleet: what the trails of each component say at each closed bin of distance, and what came true.

use indicatif::ProgressBar;
use prognostics::matrix::Matrix;

use super::fleet_folder::{Failure, Fleet, Vehicle};
use crate::domain::SECOND;
use crate::domain::trained::{COMPONENTS, NUMBERS, NUMBERS_BESIDE, Reference, Sample, Trails, channels_of};
use crate::parallel::{all_cores, in_parallel};

const YEAR_S: f64 = 365.25 * 86_400.0;

/// One moment of one component of one vehicle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment {
    /// Place of the vehicle in the fleet.
    pub(crate) vehicle: u32,
    /// Odometer, in km.
    pub(crate) km: f64,
    /// Remaining life in km; `NaN` when the record ends before a failure.
    pub(crate) left_km: f32,
    /// How much further the component is known to have lived, in km.
    pub(crate) survived_km: f32,
    /// Which failure of the vehicle's component this leads to.
    pub(crate) failure: u16,
    /// Whether the part that fails next wears already: before, nothing can be known of it but how often it happens.
    pub(crate) begun: bool,
}

/// Moments of one component: numbers of its trails, raw levels without a reference, and what came true; row by row.
#[derive(Debug, Clone)]
pub(crate) struct Moments {
    pub(crate) numbers: Matrix,
    pub(crate) raw: Matrix,
    pub(crate) moments: Vec<Moment>,
}

/// The moments of all components, in the order of [`COMPONENTS`], and the vehicle-years that were watched.
pub(crate) fn of_fleets(
    fleets: &[&Fleet],
    reference: &Reference,
    raw: &Reference,
    bar: &ProgressBar,
) -> anyhow::Result<(Vec<Moments>, f64)> {
    let vehicles: Vec<&Vehicle> = fleets.iter().flat_map(|fleet| &fleet.vehicles).collect();
    let numbered = vehicles.into_iter().enumerate().collect();
    let of_vehicles = in_parallel(all_cores(), numbered, |(number, vehicle)| {
        let made = of_vehicle(number as u32, vehicle, reference, raw);
        bar.inc(1);
        made
    });
    let (mut all, mut years) = (blank(), 0.0);
    for made in of_vehicles {
        let (moments, watched) = made?;
        years += watched;
        for (all, moments) in all.iter_mut().zip(moments) {
            all.append(&moments);
        }
    }
    Ok((all, years))
}

/// No moments yet, of all components.
fn blank() -> Vec<Moments> {
    let of_component = |component: &&str| Moments {
        numbers: Matrix::new(channels_of(component).len() * NUMBERS + NUMBERS_BESIDE),
        raw: Matrix::new(channels_of(component).len()),
        moments: Vec::new(),
    };
    COMPONENTS.iter().map(of_component).collect()
}

impl Moments {
    fn append(&mut self, more: &Moments) {
        for row in 0..more.moments.len() {
            self.numbers.push_row(more.numbers.row(row));
            self.raw.push_row(more.raw.row(row));
        }
        self.moments.extend_from_slice(&more.moments);
    }
}

/// The moments of one vehicle, and the years that it was watched.
fn of_vehicle(
    number: u32,
    vehicle: &Vehicle,
    reference: &Reference,
    raw: &Reference,
) -> anyhow::Result<(Vec<Moments>, f64)> {
    let mut all = blank();
    let (mut last_km, mut first_at, mut last_at) = (0.0, None, 0);
    let mut row = Vec::new();
    let mut beside = Trails::default();
    follow(vehicle, reference, |trails, at, sample, closed, renewed| {
        for component in renewed {
            beside.renew(COMPONENTS[*component]);
        }
        beside.observe(raw, sample, at);
        first_at.get_or_insert(at);
        last_at = at;
        let Some(km) = trails.odometer_km().filter(|_| closed) else {
            return;
        };
        last_km = km;
        for (component, moments) in all.iter_mut().enumerate() {
            let Some(moment) = moment(number, km, &vehicle.failures[component]) else {
                continue;
            };
            row.clear();
            trails.write(COMPONENTS[component], reference.scale(), &mut row);
            moments.numbers.push_row(&row);
            row.clear();
            beside.write(COMPONENTS[component], raw.scale(), &mut row);
            let levels: Vec<f32> = row.chunks_exact(NUMBERS).map(|numbers| numbers[0]).collect();
            moments.raw.push_row(&levels);
            moments.moments.push(moment);
        }
    })?;
    for moment in all.iter_mut().flat_map(|moments| &mut moments.moments) {
        if moment.left_km.is_nan() {
            moment.survived_km = (last_km - moment.km) as f32;
        }
    }
    Ok((
        all,
        (last_at - first_at.unwrap_or(last_at)) as f64 / SECOND as f64 / YEAR_S,
    ))
}

/// Follows a vehicle through its telemetry and the books; `each` is told the time, the record, whether it closed a bin, and
/// which components were renewed before it.
pub(crate) fn follow(
    vehicle: &Vehicle,
    reference: &Reference,
    mut each: impl FnMut(&Trails, i64, &Sample, bool, &[usize]),
) -> anyhow::Result<()> {
    let mut trails = Trails::default();
    let mut renewals = vehicle.renewals.iter().peekable();
    let mut renewed = Vec::new();
    vehicle.records(|at, sample| {
        renewed.clear();
        while let Some((_, component)) = renewals.next_if(|(time, _)| *time <= at) {
            trails.renew(COMPONENTS[*component]);
            renewed.push(*component);
        }
        let bins = trails.bins();
        trails.observe(reference, sample, at);
        each(&trails, at, sample, trails.bins() > bins, &renewed);
    })
}

/// What came true at an odometer; `None` while the component has failed and waits for its repair.
pub(crate) fn moment(vehicle: u32, km: f64, failures: &[Failure]) -> Option<Moment> {
    if failures
        .iter()
        .any(|failure| failure.km < km && km <= failure.repaired_km)
    {
        return None;
    }
    let next = failures.iter().position(|failure| failure.km >= km);
    let failure = next.map(|next| &failures[next]);
    let left_km = failure.map_or(f32::NAN, |failure| (failure.km - km) as f32);
    Some(Moment {
        vehicle,
        km,
        left_km,
        survived_km: if left_km.is_nan() { 0.0 } else { left_km },
        failure: next.map_or(u16::MAX, |next| next as u16),
        begun: failure.is_some_and(|failure| failure.began_km <= km),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_true_is_the_next_failure_and_nothing_while_it_waits() {
        let failures = [Failure {
            km: 1_000.0,
            began_km: 700.0,
            cause: "x".to_owned(),
            repaired_km: 1_100.0,
        }];
        let at = |km| moment(0, km, &failures);
        assert_eq!(at(600.0).map(|m| (m.left_km, m.begun)), Some((400.0, false)));
        assert_eq!(at(800.0).map(|m| (m.left_km, m.begun)), Some((200.0, true)));
        assert_eq!(at(1_050.0), None);
        assert!(at(1_200.0).is_some_and(|m| m.left_km.is_nan() && m.failure == u16::MAX));
    }
}

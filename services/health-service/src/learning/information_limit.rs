//! How well remaining life could be told by somebody who sees the true wear, which no vehicle sends.
//!
//! At midnight of each day over the last 5,000 km before a failure, a straight line through the true wear of the part that
//! fails next, over the last 2,000 km at scale 1, is drawn on to failure. Before the part begins to wear there is
//! nothing to draw: such days count as missed, because then not even the truth knows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::fleet_folder::{Failure, Fleet};

const LAST_KM: f64 = 5_000.0;
const LINE_KM: f64 = 2_000.0;

/// Days that were asked about, of which wear had begun, and of which the line was within 500 km or 10 %.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Limit {
    asked: u32,
    begun: u32,
    within: u32,
}

impl Limit {
    pub(crate) fn add(&mut self, other: Self) {
        self.asked += other.asked;
        self.begun += other.begun;
        self.within += other.within;
    }

    pub(crate) fn measures(self) -> Value {
        let share = |part: u32, whole: u32| (whole > 0).then(|| f64::from(part) / f64::from(whole));
        json!({
            "days": self.asked, "share_in_which_wear_began": share(self.begun, self.asked),
            "within_500km_or_10pct": share(self.within, self.asked),
            "within_500km_or_10pct_once_wear_began": share(self.within, self.begun),
        })
    }

    /// Of one failure, from the days' odometer and true wear.
    fn of(failure: &Failure, days: &[(f64, f64)], scale: f64) -> Self {
        let mut limit = Self::default();
        for (km, wear) in days
            .iter()
            .filter(|(km, _)| *km <= failure.km && failure.km - km <= LAST_KM)
        {
            limit.asked += 1;
            if *km < failure.began_km {
                continue;
            }
            limit.begun += 1;
            let since = failure.began_km.max(km - LINE_KM * scale);
            let seen = days.iter().filter(|(at, _)| (since..=*km).contains(at));
            let left = straight_on(seen.copied(), *km, *wear);
            let truth = failure.km - km;
            limit.within += u32::from((left - truth).abs() <= (0.1 * truth).max(500.0));
        }
        limit
    }
}

/// Kilometres until wear is 1 along the least-squares line.
fn straight_on(seen: impl Iterator<Item = (f64, f64)> + Clone, km: f64, wear: f64) -> f64 {
    let count = seen.clone().count() as f64;
    let (x, y) = seen
        .clone()
        .fold((0.0, 0.0), |(x, y), (at, wear)| (x + at / count, y + wear / count));
    let (xx, xy) = seen.fold((0.0, 0.0), |(xx, xy), (at, wear)| {
        (xx + (at - x).powi(2), xy + (at - x) * (wear - y))
    });
    let left = (1.0 - (y + xy / xx * (km - x)).max(wear)) / (xy / xx);
    if left.is_finite() { left.max(0.0) } else { f64::INFINITY }
}

/// The limit of one component over a fleet, by the cause of failure.
pub(crate) fn of_fleet(fleet: &Fleet, component: usize, scale: f64) -> anyhow::Result<BTreeMap<String, Limit>> {
    let mut limits: BTreeMap<String, Limit> = BTreeMap::new();
    for vehicle in &fleet.vehicles {
        for failure in &vehicle.failures[component] {
            let path = vehicle.wear_path();
            let days = true_wear(&path, &failure.cause)?;
            let of_cause = limits.entry(failure.cause.clone()).or_default();
            of_cause.add(Limit::of(failure, &days, scale));
        }
    }
    Ok(limits)
}

/// Odometer and true wear by one cause, 0 to 1, at midnight of each day.
pub(super) fn true_wear(path: &Path, cause: &str) -> anyhow::Result<Vec<(f64, f64)>> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let column = header.iter().position(|known| *known == cause);
    let column = column.with_context(|| format!("{} has no column {cause}", path.display()))?;
    let mut days = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        ensure!(
            cells.len() == header.len(),
            "{}: `{line}` has not as many cells as the header",
            path.display()
        );
        days.push((cells[1].parse()?, cells[column].parse()?));
    }
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_wear_is_told_exactly_and_before_it_begins_nothing_is() {
        let failure = Failure {
            km: 4_000.0,
            began_km: 2_000.0,
            cause: "x".to_owned(),
            repaired_km: 4_000.0,
        };
        let day = |number: u32| {
            let km = 100.0 * f64::from(number);
            (km, ((km - 2_000.0) / 2_000.0).max(0.0))
        };
        let days: Vec<(f64, f64)> = (0..=40).map(day).collect();
        let limit = Limit::of(&failure, &days, 1.0);
        assert_eq!((limit.asked, limit.begun), (41, 21));
        // On its first day a line has one point: nothing is told.
        assert_eq!(limit.within, 20);
    }
}

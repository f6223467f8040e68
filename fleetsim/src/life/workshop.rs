//! Maintenance: what fails is repaired, and services renew what looks worn, which ends lives before their failure.
//!
//! A life that ends so is censored: nobody knows how much longer the part would have lasted. Most owners keep their
//! services; one in five is careless, skips some of them and drives on with a failed part for longer.

use super::class::Class;
use super::modes::Mode;
use super::wear::Parts;
use crate::dice::Dice;

/// Seconds of a day.
const DAY_S: f64 = 86_400.0;

/// What a service looks at: from which wear on it sees it, and how often.
const INSPECTED: [(Mode, f64, f64); 12] = [
    (Mode::OilAgeing, 0.0, 1.0),
    (Mode::GearboxFluid, 0.60, 0.8),
    (Mode::PadWear, 0.72, 0.95),
    (Mode::Tread, 0.80, 0.95),
    (Mode::TyreLeak, 0.30, 0.9),
    (Mode::CoolantLeak, 0.35, 0.7),
    (Mode::Belt, 0.75, 0.75),
    (Mode::Misfire, 0.60, 0.5),
    (Mode::Sulphation, 0.75, 0.5),
    (Mode::Damper, 0.80, 0.6),
    (Mode::DpfLoading, 0.70, 0.5),
    (Mode::ClutchSlip, 0.92, 0.2),
];

/// Whether services renew what has not failed yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maintenance {
    /// As in life: lives end by failure or, censored, at a service.
    Preventive,
    /// Only failed parts are renewed (and oil is changed).
    RunToFailure,
}

/// One vehicle's workshop.
#[derive(Debug, Clone)]
pub(crate) struct Workshop {
    maintenance: Maintenance,
    careless: bool,
    service_km: f64,
    next_service_km: f64,
    waiting: Vec<(Mode, f64)>,
    /// The vehicle stands until then.
    pub(crate) stands_until_s: f64,
    dice: Dice,
}

/// A part to be renewed now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Work {
    pub(crate) mode: Mode,
    /// Whether the part had failed; else it was still good for something.
    pub(crate) failed: bool,
    /// Whether the workshop's books show it.
    pub(crate) booked: bool,
}

impl Workshop {
    pub(crate) fn new(class: Class, maintenance: Maintenance, odometer_km: f64, mut dice: Dice) -> Self {
        let service_km = class.service_km() * dice.between(0.85, 1.15);
        Self {
            maintenance,
            careless: dice.chance(0.2),
            service_km,
            next_service_km: odometer_km + service_km * dice.uniform(),
            waiting: Vec::new(),
            stands_until_s: f64::MIN,
            dice,
        }
    }

    /// A part has failed: the repair is booked, and if the vehicle cannot go on it stands until then.
    pub(crate) fn failed(&mut self, mode: Mode, strands: bool, time_s: f64) {
        let slow = if self.careless { 3.0 } else { 1.0 };
        let days = if strands {
            self.dice.between(0.5, 3.0)
        } else {
            slow * self.dice.between(0.5, 8.0)
        };
        let due_s = time_s + days * DAY_S;
        if strands {
            self.stands_until_s = self.stands_until_s.max(due_s);
        }
        self.waiting.push((mode, due_s));
    }

    /// Another workshop has renewed these: nothing of them waits any more.
    pub(crate) fn relieved(&mut self, modes: &[Mode]) {
        self.waiting.retain(|(mode, _)| !modes.contains(mode));
    }

    pub(crate) fn has_no_work(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What is done to a parked vehicle now, and whether it was a service.
    pub(crate) fn visit(&mut self, parts: &Parts, odometer_km: f64, time_s: f64) -> (Vec<Work>, bool) {
        let mut work = Vec::new();
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.retain(|(mode, due_s)| {
            let due = *due_s <= time_s;
            if due {
                work.push(self.work(*mode, true));
            }
            !due
        });
        self.waiting = waiting;
        let serviced = odometer_km >= self.next_service_km;
        if serviced {
            self.next_service_km = odometer_km + self.service_km;
            let skipped = self.careless && self.dice.chance(0.4);
            for (mode, from, seen) in INSPECTED {
                let looks = mode == Mode::OilAgeing || self.maintenance == Maintenance::Preventive;
                let known = work.iter().any(|done| done.mode == mode);
                let worn = parts
                    .part(mode)
                    .is_some_and(|part| part.wear >= from && part.wear < 1.0);
                if looks && worn && !known && !skipped && self.dice.chance(seen) {
                    work.push(self.work(mode, false));
                }
            }
        }
        (work, serviced)
    }

    fn work(&mut self, mode: Mode, failed: bool) -> Work {
        Work {
            mode,
            failed,
            booked: self.dice.chance(0.93),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::class::Spec;
    use super::*;

    #[test]
    fn what_fails_is_repaired_after_a_while_and_services_change_the_oil() {
        let spec = Spec::draw(Class::DieselVan, &mut Dice::new(1, 1));
        let parts = Parts::new(&spec, 60_000.0, 1.0, Dice::new(3, 3));
        let mut workshop = Workshop::new(Class::DieselVan, Maintenance::RunToFailure, 60_000.0, Dice::new(4, 4));
        workshop.failed(Mode::Starter, true, 1_000.0);
        assert!(workshop.stands_until_s > 1_000.0 + 0.4 * DAY_S);
        assert_eq!(workshop.visit(&parts, 60_000.0, 2_000.0).0.len(), 0);
        let (work, serviced) = workshop.visit(&parts, 60_000.0, 1_000.0 + 3.1 * DAY_S);
        assert!(!serviced && work.len() == 1 && work[0].failed && work[0].mode == Mode::Starter);
        workshop.careless = false;
        let (work, serviced) = workshop.visit(&parts, 95_000.0, 5e6);
        assert!(serviced && work.len() == 1 && work[0].mode == Mode::OilAgeing && !work[0].failed);
    }
}

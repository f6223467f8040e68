//! The picture of one vehicle: how changes are joined into it, and the one line that lists show of it.

use super::change::{Change, Outcome, Overall, Reading, Registration, RemainingKm};
use super::lifecycle::{Alert, Decision, Visit, earliest};
use super::travel::Travelled;
use super::{Band, Latest, Severity, Stamp, offer};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeMap, HashSet};

/// What is known about one component.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Component {
    pub reading: Option<Latest<Reading>>,
    /// The latest repair.
    pub repaired_at: Option<DateTime<Utc>>,
    /// The newest decision about it; older ones are superseded.
    pub decided: Option<Stamp>,
}

/// All that is known about one vehicle. A store may leave out what is settled, as long as it loads what a change names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vehicle {
    pub registration: Option<Latest<Registration>>,
    pub overall: Option<Latest<Overall>>,
    pub components: BTreeMap<String, Component>,
    pub decisions: BTreeMap<String, Decision>,
    pub alerts: BTreeMap<String, Alert>,
    pub visits: BTreeMap<String, Visit>,
    pub travelled: Travelled,
    /// The newest overall health of each UTC day.
    pub days: BTreeMap<NaiveDate, Latest<DayHealth>>,
    /// Work that was done, by component and instant, and where the vehicle stood.
    pub repairs: BTreeMap<(String, DateTime<Utc>), Option<f64>>,
}

/// A vehicle's overall health on a day, in whole millionths so that sums are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayHealth {
    pub band: Band,
    pub score_micro: Option<i64>,
}

impl From<&Overall> for DayHealth {
    fn from(overall: &Overall) -> DayHealth {
        DayHealth {
            band: overall.band,
            score_micro: overall.score.map(|score| (score * 1e6).round() as i64),
        }
    }
}

/// The one line of a vehicle in lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    pub retired: bool,
    pub band: Band,
    pub score: Option<f64>,
    pub worst_component: Option<String>,
    pub worst_score: Option<f64>,
    /// Of the worst component.
    pub rul_km: Option<RemainingKm>,
    pub open_alerts: u64,
    pub worst_severity: Option<Severity>,
    /// The next visit that is planned or under way: id and start.
    pub next_visit: Option<(DateTime<Utc>, String)>,
}

impl Vehicle {
    /// Joins a change into the picture. Order and repetition do not matter.
    pub fn apply(&mut self, stamp: Stamp, change: Change) {
        self.join(stamp, change);
        self.settle();
    }

    /// Joins a change without judging what it settles: whoever joins many calls [`Vehicle::settle`] once afterwards.
    pub fn join(&mut self, stamp: Stamp, change: Change) {
        self.travelled.seen(stamp.time);
        match change {
            Change::Registered(registration) => {
                self.travelled.registered(stamp, registration.retired);
                offer(&mut self.registration, stamp, registration);
            }
            Change::Overall(overall) => {
                self.travelled.stood(stamp.time, overall.odometer_km);
                self.health_of_day(stamp, &overall);
                offer(&mut self.overall, stamp, overall);
            }
            Change::Component { component, reading } => offer(&mut self.component(component).reading, stamp, reading),
            Change::Repaired {
                component,
                at,
                odometer_km,
            } => self.repaired(component, at, odometer_km),
            Change::DecisionMade { decision_id, detail } => {
                let decided = &mut self.component(detail.component.clone()).decided;
                *decided = (*decided).max(Some(stamp));
                offer(&mut self.decisions.entry(decision_id).or_default().made, stamp, detail);
            }
            Change::WarrantyJudged { decision_id, covered } => {
                offer(
                    &mut self.decisions.entry(decision_id).or_default().covered,
                    stamp,
                    covered,
                );
            }
            Change::DecisionExplained { decision_id, usage } => {
                offer(
                    &mut self.decisions.entry(decision_id).or_default().explained,
                    stamp,
                    usage,
                );
            }
            Change::DecisionScored { decision_id } => {
                let found_at = &mut self.decisions.entry(decision_id).or_default().found_at;
                *found_at = (*found_at).max(Some(stamp.time));
            }
            Change::AlertRaised { alert_id, detail } => {
                offer(&mut self.alerts.entry(alert_id).or_default().raised, stamp, detail);
            }
            Change::AlertAcknowledged { alert_id, by } => {
                self.alerts.entry(alert_id).or_default().acknowledge(stamp.time, by);
            }
            Change::AlertResolved { alert_id } => {
                earliest(&mut self.alerts.entry(alert_id).or_default().resolved_at, stamp.time);
            }
            Change::VisitPlanned { visit_id, plan } => self.visits.entry(visit_id).or_default().plan(stamp, plan),
            Change::TechnicianAssigned {
                visit_id,
                technician_id,
            } => {
                offer(
                    &mut self.visits.entry(visit_id).or_default().technician,
                    stamp,
                    technician_id,
                );
            }
            Change::VisitStarted { visit_id } => {
                earliest(&mut self.visits.entry(visit_id).or_default().started_at, stamp.time);
            }
            Change::VisitCancelled { visit_id } => {
                earliest(&mut self.visits.entry(visit_id).or_default().cancelled_at, stamp.time);
            }
            Change::VisitCompleted { visit_id, outcome } => self.complete(visit_id, stamp, outcome),
        }
    }

    fn health_of_day(&mut self, stamp: Stamp, overall: &Overall) {
        let mut slot = self.days.remove(&stamp.time.date_naive());
        offer(&mut slot, stamp, DayHealth::from(overall));
        if let Some(health) = slot {
            self.days.insert(stamp.time.date_naive(), health);
        }
    }

    fn component(&mut self, name: String) -> &mut Component {
        self.components.entry(name).or_default()
    }

    fn repaired(&mut self, component: String, at: DateTime<Utc>, odometer_km: Option<f64>) {
        let known = self.repairs.entry((component.clone(), at)).or_default();
        *known = (*known).into_iter().chain(odometer_km).reduce(f64::max);
        let repaired_at = &mut self.component(component).repaired_at;
        *repaired_at = (*repaired_at).max(Some(at));
    }

    fn complete(&mut self, visit_id: String, stamp: Stamp, outcome: Outcome) {
        for finding in outcome.findings.iter().filter(|finding| finding.acted) {
            self.repaired(finding.component.clone(), outcome.completed_at, outcome.odometer_km);
        }
        self.visits.entry(visit_id).or_default().complete(stamp, outcome);
    }

    /// Judges which decisions are settled, and says to visits what they were about. It follows from the joined state alone, so the order of events cannot show in it.
    pub fn settle(&mut self) {
        let visited = self.visits.values().filter_map(Visit::settles);
        let resolved = self.alerts.values().filter(|alert| alert.resolved_at.is_some());
        let resolved = resolved.filter_map(|alert| alert.raised.as_ref()?.value.decision_id.as_deref());
        let settled: HashSet<&str> = visited.chain(resolved).collect();
        for (decision_id, decision) in &mut self.decisions {
            let Some(made) = &decision.made else { continue };
            let component = self.components.get(&made.value.component);
            let superseded = component
                .and_then(|component| component.decided)
                .is_some_and(|newest| newest > made.stamp);
            let repaired = component
                .and_then(|component| component.repaired_at)
                .is_some_and(|at| at >= made.stamp.time);
            let found = decision.found_at.is_some_and(|at| at >= made.stamp.time);
            decision.closed = found || superseded || repaired || settled.contains(decision_id.as_str());
        }
        for visit in self.visits.values_mut() {
            // A decision that is not here was said to the visit before, or never heard.
            let decision = visit.settles().and_then(|decision_id| self.decisions.get(decision_id));
            if let Some(made) = decision.and_then(|decision| decision.made.as_ref()) {
                visit.about = Some(made.value.component.clone());
            }
        }
    }

    /// The one line of this vehicle.
    pub fn overview(&self) -> Overview {
        let scored = |(name, component): (&'_ String, &Component)| {
            let reading = &component.reading.as_ref()?.value;
            Some((reading.score?, name.clone(), reading.rul_km))
        };
        let worst = self
            .components
            .iter()
            .filter_map(scored)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        let open: Vec<_> = self
            .alerts
            .values()
            .filter(|alert| alert.is_open())
            .filter_map(|alert| alert.raised.as_ref())
            .collect();
        let visits = self.visits.iter().filter(|(_, visit)| visit.is_open());
        Overview {
            retired: self
                .registration
                .as_ref()
                .is_some_and(|registration| registration.value.retired),
            band: self
                .overall
                .as_ref()
                .map_or(Band::Unknown, |overall| overall.value.band),
            score: self.overall.as_ref().and_then(|overall| overall.value.score),
            worst_score: worst.as_ref().map(|worst| worst.0),
            rul_km: worst.as_ref().and_then(|worst| worst.2),
            worst_component: worst.map(|worst| worst.1),
            open_alerts: open.len() as u64,
            worst_severity: open.iter().map(|raised| raised.value.severity).max(),
            next_visit: visits
                .filter_map(|(id, visit)| Some((visit.plan.as_ref()?.value.starts_at, id.clone())))
                .min(),
        }
    }
}

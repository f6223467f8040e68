//! What is told of a vehicle's components after a window or a repair.

use super::Micros;
use super::component::ComponentKind;
use super::report::{Finding, Reason, What};
use super::rules::Rules;
use super::vehicle::Vehicle;

impl Vehicle {
    /// The end of a component's alarm by a repair that nobody else tells the end of; none where no alarm stands.
    pub fn end_alarm(&mut self, kind: ComponentKind, at: Micros, historical: bool, rules: &Rules) -> Option<Finding> {
        self.components[kind as usize].end_alarm()?;
        Some(self.recovered(kind, at, at, Reason::Repair, historical, rules))
    }

    /// Tells a change of a component, and the alarm that it raises.
    pub(super) fn tell(
        &mut self,
        kind: ComponentKind,
        at: Micros,
        historical: bool,
        rules: &Rules,
        findings: &mut Vec<Finding>,
    ) {
        let component = &mut self.components[kind as usize];
        let telling = component.tell(at, historical, rules);
        if !telling.changed {
            return;
        }
        let previous = component.note_told(at);
        let component = Box::new(self.report(kind, rules));
        let reason = Reason::Telemetry;
        findings.push(self.finding(
            at,
            historical,
            What::Changed {
                component: component.clone(),
                previous,
                reason,
            },
        ));
        if let Some(alarm) = telling.alarm {
            findings.push(self.finding(
                at,
                historical,
                What::Alarmed {
                    component,
                    previous,
                    alarm,
                },
            ));
        }
    }

    /// Tells the end of an alarm, once the component has been well for long enough.
    pub(super) fn tell_recovery(
        &mut self,
        kind: ComponentKind,
        at: Micros,
        historical: bool,
        rules: &Rules,
        findings: &mut Vec<Finding>,
    ) {
        if let Some(since) = self.components[kind as usize].recover(at, rules) {
            findings.push(self.recovered(kind, since, at, Reason::Telemetry, historical, rules));
        }
    }

    fn recovered(
        &self,
        kind: ComponentKind,
        since: Micros,
        at: Micros,
        reason: Reason,
        historical: bool,
        rules: &Rules,
    ) -> Finding {
        let component = Box::new(self.report(kind, rules));
        let what = What::Recovered {
            component,
            since,
            reason,
        };
        self.finding(at, historical, what)
    }

    /// What is told, with the state of the whole.
    pub(super) fn finding(&self, at: Micros, historical: bool, what: What) -> Finding {
        Finding {
            at,
            historical,
            overall: self.overall(),
            what,
        }
    }
}

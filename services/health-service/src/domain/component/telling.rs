//! What is told of a component: changes, alarms and their ends.

use super::{Alarm, Band, Component, Telling};
use crate::domain::Micros;
use crate::domain::rules::Rules;

impl Component {
    /// What is to be told now. An alarm that is told is noted; call once for each window.
    pub fn tell(&mut self, at: Micros, historical: bool, rules: &Rules) -> Telling {
        let Some(level) = self.score() else {
            return Telling::default();
        };
        let alarm = self.alarm(level, at, historical, rules);
        let changed = match self.told.previous() {
            // The first judgement is told by `vehicle.health.computed`, unless it is a bad one.
            None => self.band >= Band::Fair as u8,
            Some((score, told)) => self.band != told as u8 || (level - score).abs() >= rules.told_change,
        };
        let quiet = self.told.known && at - self.told.at < rules.quiet_us && self.band <= self.told.band;
        let revised = self.wear.revision().is_some_and(|revision| revision.at == at);
        Telling {
            changed: alarm.is_some() || revised || (changed && !quiet),
            alarm,
        }
    }

    fn alarm(&mut self, level: f64, at: Micros, historical: bool, rules: &Rules) -> Option<Alarm> {
        let told = &mut self.told;
        let present = if level < rules.critical_below {
            2
        } else if level < rules.degraded_below {
            1
        } else if level < rules.degraded_below + rules.band_gap {
            // An alarm ends only clearly above its threshold, so that noise cannot raise it again.
            told.alarm.min(1)
        } else {
            0
        };
        // Conditions come and go with load and weather: until it has been calm for long, one that comes back is the same alarm.
        if present > 0 || told.alarm == 0 {
            told.calm_since = 0;
        } else if told.calm_since == 0 {
            told.calm_since = at;
        } else if at - told.calm_since >= rules.calm_after_us {
            (told.alarm, told.calm_since) = (0, 0);
        }
        let was = told.alarm;
        let due = at - told.alarm_at >= rules.quiet_us || self.band > told.alarm_band;
        // What was found in old data disturbed nobody; once the data is live the present state is told once.
        let now_live = present > 0 && told.alarm_historical && !historical;
        let newly = present > was && due;
        if !newly && !now_live {
            return None;
        }
        (told.alarm, told.alarm_at, told.alarm_band, told.alarm_historical) = (present, at, self.band, historical);
        told.unended = true;
        Some(if present == 2 { Alarm::Critical } else { Alarm::Degraded })
    }

    /// Since when a component that was alarmed of is well again, once it has been for `recovered_after`; told once. On-board diagnostics
    /// put out their lamp by the same kind of rule, after three driving cycles without the fault (SAE J1979, 40 CFR 86.1806). Silence is no
    /// proof: the window must have spoken of the component. Call once for each window.
    pub fn recover(&mut self, at: Micros, rules: &Rules) -> Option<Micros> {
        if !self.told.unended {
            return None;
        }
        let well = self.band().is_some_and(|band| band <= Band::Good);
        if !well {
            self.told.well_since = 0;
            return None;
        }
        if self.last_evidence < at {
            return None;
        }
        if self.told.well_since == 0 {
            self.told.well_since = at;
        }
        if at - self.told.well_since < rules.recovered_after_us {
            return None;
        }
        self.end_alarm()
    }

    /// Ends what an alarm began, if one did, and says since when the component is well, as far as that is known.
    pub fn end_alarm(&mut self) -> Option<Micros> {
        (self.told.alarm, self.told.calm_since) = (0, 0);
        let since = std::mem::take(&mut self.told.well_since);
        std::mem::take(&mut self.told.unended).then_some(since)
    }

    /// Notes the present score as told; returns what was told before.
    pub fn note_told(&mut self, at: Micros) -> Option<(f64, Band)> {
        let before = self.told.previous();
        if let Some(score) = self.score() {
            (self.told.score, self.told.band, self.told.at, self.told.known) = (score, self.band, at, true);
        }
        before
    }

    /// Notes a first good score without an event.
    pub fn note_first(&mut self, at: Micros) {
        if !self.told.known && self.settled {
            self.note_told(at);
        }
    }
}

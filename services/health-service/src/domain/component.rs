//! A component's state: its score with persistence, its band with hysteresis, and what was last told of it.

use prognostics::indicators::{Ewma, Persistence, band_with_hysteresis};

use super::Micros;
use super::evidence::{Evidence, Source};
use super::factor::Factor;
use super::foretold::Foretold;
use super::freeze::is_due;
use super::life::Wear;
use super::rules::{CurveName, Rules};
use super::signal::Signal;
use super::trouble_code::Codes;

mod heeding;
mod state;
mod telling;

macro_rules! components {
    ($($name:ident = $text:literal, $weight:literal;)*) => {
        /// The parts of a vehicle that are judged.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum ComponentKind { $(#[doc = $text] $name,)* }

        impl ComponentKind {
            /// All of them.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$name),*];

            /// The name on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// How far the component's state pulls down the vehicle's: 1 for what safety or the engine's life hangs on.
            #[must_use]
            pub fn weight(self) -> f64 {
                match self { $(Self::$name => $weight,)* }
            }

            /// Reads the name on the wire.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

components! {
    Engine = "engine", 1.0;
    Cooling = "cooling", 1.0;
    Lubrication = "lubrication", 1.0;
    Transmission = "transmission", 0.95;
    Brakes = "brakes", 1.0;
    Battery12v = "battery_12v", 0.9;
    Charging = "charging", 0.95;
    Suspension = "suspension", 0.9;
    Tyres = "tyres", 1.0;
    Aftertreatment = "aftertreatment", 0.75;
    TractionBattery = "traction_battery", 1.0;
}

/// How many components there are.
pub const COMPONENTS: usize = ComponentKind::ALL.len();

/// Five bands of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Band {
    Excellent,
    Good,
    Fair,
    Poor,
    Critical,
}

/// The floors of all bands but the last.
pub const FLOORS: [f64; 4] = [0.8, 0.6, 0.4, 0.2];

impl Band {
    const ALL: [Self; 5] = [Self::Excellent, Self::Good, Self::Fair, Self::Poor, Self::Critical];

    /// The band of a score, without history.
    #[must_use]
    pub fn of(score: f64) -> Self {
        Self::from_number(FLOORS.iter().take_while(|floor| score < **floor).count() as u8)
    }

    /// The band of a number, 0 being the best.
    #[must_use]
    pub fn from_number(number: u8) -> Self {
        Self::ALL[usize::from(number.min(4))]
    }

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Excellent => "EXCELLENT",
            Self::Good => "GOOD",
            Self::Fair => "FAIR",
            Self::Poor => "POOR",
            Self::Critical => "CRITICAL",
        }
    }
}

/// What one window says of a component.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// The worst score of each signal that spoke, 0..=1.
    pub scores: Vec<(Signal, f64)>,
    /// Mean trust of the readings, 0..=1.
    pub trust: f64,
    /// What speaks against it, the weightiest first.
    pub factors: Vec<Factor>,
    /// What the window says of the component's wear.
    pub wear: Indicator,
    /// How many windows must agree where the evidence is itself drawn from several; otherwise the rules say.
    pub windows_needed: Option<usize>,
}

/// Where a component's wear is read from.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Indicator {
    /// A measured wear, 0 new and 1 at its limit, with the curve that scores it.
    Direct { level: f64, curve: CurveName },
    /// The lack of health itself stands for it: the limit is reached where the score is 0.
    #[default]
    Deficit,
    /// The component's wear is measured, but not in this window.
    Silent,
}

/// An alarm that is worth an event of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    Degraded,
    Critical,
}

/// What is to be told after a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Telling {
    /// A change of band, or of the score beyond the step that is told; always set with an alarm.
    pub changed: bool,
    /// A threshold was passed.
    pub alarm: Option<Alarm>,
}

/// The last thing told about a component.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Told {
    /// The score told.
    pub score: f64,
    /// The band told, by number.
    pub band: u8,
    at: Micros,
    known: bool,
    alarm: u8,
    alarm_at: Micros,
    alarm_band: u8,
    alarm_historical: bool,
    /// An alarm was told, and its end was not.
    unended: bool,
    /// Event time since which an alarmed component is well again; 0 while it is not.
    well_since: Micros,
    /// Event time since which no alarm would be due; 0 while one is.
    calm_since: Micros,
}

impl Told {
    /// Score and band told before, if any.
    #[must_use]
    pub fn previous(&self) -> Option<(f64, Band)> {
        self.known.then(|| (self.score, Band::from_number(self.band)))
    }
}

/// One component of one vehicle.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Component {
    filter: Persistence,
    band: u8,
    settled: bool,
    codes_only: bool,
    windows: u64,
    trust: Ewma,
    last_evidence: Micros,
    repaired_at: Micros,
    watched_from_day: i64,
    frozen_day: i64,
    evidence: Evidence,
    /// Event time of the present part's first evidence; 0 while unknown.
    evidence_from: Micros,
    pub factors: Vec<Factor>,
    pub codes: Codes,
    pub wear: Wear,
    pub told: Told,
    pub foretold: Foretold,
}

const FACTORS_MAX: usize = 3;
const HOLD_TRUST: f64 = 0.5;
/// A stored code shortens what a forecast gives a part to so much of it.
const CODED: f64 = 2.5;
/// A part that is measured as worn so far (1: at its limit) is spared by no forecast.
pub(super) const WORN: f64 = 0.995;

impl Component {
    /// Takes the verdict of a window. `distance_km` is the vehicle's own count; slow wear does not pull the score below `spared`.
    pub fn observe(&mut self, verdict: Verdict, at: Micros, distance_km: f64, spared: f64, rules: &Rules) {
        let needed = verdict
            .windows_needed
            .map_or(rules.persistence, |needed| needed.min(rules.persistence));
        for (signal, score) in &verdict.scores {
            self.evidence.observe(Source::Signal(*signal), *score, at, needed);
        }
        self.judge_codes(at, rules);
        self.begin(at);
        self.windows = self.windows.saturating_add(1);
        self.trust.observe(verdict.trust, 1.0, 30.0);
        self.last_evidence = at;
        self.keep_factors(verdict.factors, &verdict.scores, at, rules);
        self.codes_only = false;
        match verdict.wear {
            // Readings that are hardly trusted take nothing away, and hold nothing.
            Indicator::Direct { level, curve } if verdict.trust >= HOLD_TRUST => {
                let held = self.wear.hold(level, distance_km, at);
                let spared = if held < WORN { spared } else { 0.0 };
                let score = rules.score(curve, curve.wear_reading(held)).max(spared);
                self.evidence.observe(Source::Wear, score, at, needed);
            }
            Indicator::Direct { level, .. } => self.wear.observe(level, distance_km),
            Indicator::Deficit if self.wear.is_measured() => {}
            Indicator::Deficit => {
                let score = self.evidence.last(at, rules.evidence_memory_us);
                self.wear.observe(1.0 - score.unwrap_or(1.0), distance_km);
            }
            Indicator::Silent => {}
        }
        self.settle(at, rules);
    }

    /// A window without a signal of the component: its trouble codes are judged, beside what its signals said last.
    pub fn observe_codes_only(&mut self, at: Micros, rules: &Rules) {
        if self.codes.is_empty() && !self.codes_only && !self.evidence.has(Source::Codes) {
            return;
        }
        self.codes_only = true;
        self.judge_codes(at, rules);
        self.codes_only = self.evidence.has(Source::Codes);
        self.begin(at);
        self.windows = self.windows.saturating_add(1);
        // Half of what a signal would say: a code may be late, or false.
        self.trust.observe(0.5, 1.0, 30.0);
        self.last_evidence = at;
        self.settle(at, rules);
    }

    /// The cap of trouble codes is a piece of evidence of its own, so that a code neither stands for a measured score nor
    /// hides a worse one.
    fn judge_codes(&mut self, at: Micros, rules: &Rules) {
        self.codes.expire(at, rules.code_memory_us);
        let cap = self.codes.cap(&self.code_caps(rules));
        let alone = !self.evidence.has_signals();
        if cap.is_none() && !self.evidence.has(Source::Codes) && !(alone && self.codes_only) {
            return;
        }
        // Where only codes ever spoke, their end is no proof of health.
        let sound = if alone { rules.repaired_score } else { 1.0 };
        self.evidence
            .observe(Source::Codes, cap.unwrap_or(sound), at, rules.persistence);
        let over = self.evidence.agreed(Source::Codes).is_some_and(|agreed| agreed >= 1.0);
        if cap.is_none() && !alone && over {
            self.evidence.forget(Source::Codes);
        }
    }

    /// A code for a major fault counts at best as one for a minor fault where a trained model gives the part long enough, and that must be
    /// longer than without a code.
    fn code_caps(&self, rules: &Rules) -> [f64; 4] {
        let [pending, minor, major, critical] = rules.code_caps;
        let likely_km = self.foretold.likely_km();
        let spared = likely_km.map_or(0.0, |km| rules.spared(km / CODED).min(minor));
        [pending, minor, major.max(spared), critical]
    }

    fn begin(&mut self, at: Micros) {
        // Of a part that was watched before this was noted, the beginning stays unknown.
        if self.windows <= u64::from(self.repaired_at > 0) {
            self.evidence_from = at;
        }
    }

    fn settle(&mut self, at: Micros, rules: &Rules) {
        // Where nothing is remembered the last score stands, and its confidence fades.
        let Some(level) = self.evidence.level(at, rules.evidence_memory_us) else {
            return;
        };
        self.filter.reset(level);
        let present = self.settled.then_some(usize::from(self.band));
        self.band = band_with_hysteresis(level, present, &FLOORS, rules.band_gap) as u8;
        self.settled = true;
    }

    /// What speaks against the component now, and what signals that were silent in this window said last.
    fn keep_factors(&mut self, mut factors: Vec<Factor>, spoke: &[(Signal, f64)], at: Micros, rules: &Rules) {
        for factor in &mut factors {
            let before = self.factors.iter().find(|before| before.kind == factor.kind);
            factor.since = before.map_or(factor.since, |before| before.since);
            factor.until = at;
        }
        let held = self.factors.iter().filter(|factor| {
            // A warning stands until the model takes it back.
            let Some(signal) = factor.kind.signal() else {
                return true;
            };
            let silent = spoke.iter().all(|(spoke, _)| *spoke != signal);
            silent
                && self
                    .evidence
                    .remembers(Source::Signal(signal), at, rules.evidence_memory_us)
        });
        factors.extend(held.copied());
        self.factors = factors;
        self.order_factors();
    }

    /// The score, if enough windows were seen.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        if self.settled { self.filter.level() } else { None }
    }

    /// The band, if enough windows were seen.
    #[must_use]
    pub fn band(&self) -> Option<Band> {
        self.settled.then(|| Band::from_number(self.band))
    }

    /// Whether any evidence ever came.
    #[must_use]
    pub fn has_evidence(&self) -> bool {
        self.windows > 0
    }

    /// How much the score rests on, 0..=1: windows seen, their trust, and how fresh they are at event time `now`.
    #[must_use]
    pub fn confidence(&self, now: Micros) -> f64 {
        if !self.settled {
            return 0.0;
        }
        let amount = 1.0 - (-(self.windows as f64) / 15.0).exp();
        let age_days = now.saturating_sub(self.last_evidence).max(0) as f64 / 86_400e6;
        (amount * self.trust.value().unwrap_or(0.0) * (-age_days / 30.0).exp()).clamp(0.0, 0.99)
    }

    /// After a confirmed repair: a prior, not perfection, and nothing known of the new part's pace.
    pub fn repaired(&mut self, at: Micros, rules: &Rules) {
        self.repaired_at = self.repaired_at.max(at);
        self.filter.reset(rules.repaired_score);
        self.band = Band::of(rules.repaired_score) as u8;
        self.settled = true;
        self.windows = 1;
        self.evidence.clear();
        self.evidence_from = 0;
        self.factors.clear();
        self.codes.mend(at);
        self.wear = Wear::default();
        self.foretold = Foretold::default();
        self.told.alarm = 0;
        self.told.alarm_historical = false;
        (self.watched_from_day, self.frozen_day) = (0, 0);
    }

    /// Whether the component has been seen for no longer than this.
    pub(super) fn is_new(&self, at: Micros, within: Micros) -> bool {
        self.evidence_from == 0 || at - self.evidence_from <= within
    }

    /// Event time at which the part's life began; 0 when it was there before us.
    #[must_use]
    pub fn life(&self) -> Micros {
        self.repaired_at
    }

    /// Whether the part's life, or all that was seen of it, began after an instant of event time.
    #[must_use]
    pub fn began_after(&self, at: Micros) -> bool {
        at < self.repaired_at || at < self.evidence_from
    }

    /// Whether a prediction is to be written down on this day, and notes that it was. A part that fails counts every day.
    pub(super) fn freeze_on(&mut self, day: i64, fails: bool) -> bool {
        if self.watched_from_day == 0 {
            self.watched_from_day = day;
        }
        if day <= self.frozen_day || !(fails || is_due(day, day - self.watched_from_day)) {
            return false;
        }
        self.frozen_day = day;
        true
    }

    /// Whether something was measured on the part that is no longer there: telemetry may come later than the report of its repair.
    #[must_use]
    pub fn is_before_repair(&self, at: Micros) -> bool {
        at < self.repaired_at
    }

    /// A sensor is broken: what rested on it counts no more, and where nothing else is known nothing is said any more.
    pub fn withdraw(&mut self, signal: Signal, at: Micros, rules: &Rules) {
        self.evidence.forget(Source::Signal(signal));
        if signal == Signal::TractionHealth {
            self.evidence.forget(Source::Wear);
        }
        self.factors.retain(|factor| factor.kind.signal() != Some(signal));
        self.filter = Persistence::default();
        let was = std::mem::take(&mut self.settled);
        self.settle(at, rules);
        if was && !self.settled {
            self.told.alarm = 0;
        }
    }
}

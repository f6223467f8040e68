//! Remaining life of a component: its wear as a process over kilometres, and the first passage through its limit.

use prognostics::degradation::{FirstPassage, WearEvidence, WearPrior};
use prognostics::indicators::Recent;
use prognostics::intervals::{AtPace, Lifetime, Quantiles};
use prognostics::snapshot::{Fields, Portable};

use super::Micros;
use super::quantile_life::QuantileLife;
use super::usage::Usage;

/// The wear of one component: the indicator runs from 0 (new) to 1 (at its limit).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Wear {
    evidence: WearEvidence,
    anchored: bool,
    anchor: f64,
    anchor_km: f64,
    level: f64,
    held: Held,
}

/// Wear as it is believed: what is worn away does not come back, so a lower reading is noise until it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Held {
    level: f64,
    recent: Recent<5>,
    lower_windows: u64,
    revised: Option<Revision>,
    /// The last reading, and the vehicle's distance when it last changed.
    last: f64,
    moved_km: f64,
}

/// A lower wear that was accepted, and why.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Revision {
    /// Event time at which it was accepted.
    pub at: Micros,
    /// Wear believed before and after, 0 new and 1 at its limit.
    pub from: f64,
    pub to: f64,
    why: u8,
}

/// Why wear was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Far lower than noise or a sensor's error explains: the part was replaced and nobody said so.
    Renewed,
    /// Lower for long: the earlier readings were wrong.
    Remeasured,
}

impl Why {
    /// The stable code, and one English sentence.
    #[must_use]
    pub fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Renewed => (
                "wear.renewed.unreported",
                "Wear fell further than a sensor errs: the part was replaced and no repair was reported.",
            ),
            Self::Remeasured => (
                "wear.remeasured.lower",
                "Wear has read lower for an hour of driving: the readings before were wrong.",
            ),
        }
    }
}

impl Revision {
    /// Why.
    #[must_use]
    pub fn why(&self) -> Why {
        if self.why == 0 { Why::Renewed } else { Why::Remeasured }
    }
}

/// Growth of the indicator is taken over at least this distance, so that the steps of a sensor average out.
const STEP_KM: f64 = 20.0;
/// A fall of the indicator by this much is a renewal that nobody reported, not noise.
const RENEWAL: f64 = 0.25;
/// With each increment the older evidence fades a little: about 200 increments are remembered.
const KEEP: f64 = 0.995;
/// A direct reading this much lower, for so many windows, is a revision and not noise.
const REVISION: f64 = 0.05;
const REVISION_WINDOWS: u64 = 60;
/// Share of an expected life in which wear must move.
const FROZEN_SHARE: f64 = 0.25;
/// A renewal shows in so many windows.
const RENEWAL_WINDOWS: u64 = 3;

impl Wear {
    /// Takes the indicator at a distance driven.
    pub fn observe(&mut self, level: f64, km: f64) {
        if !level.is_finite() || !km.is_finite() {
            return;
        }
        if self.anchored && level < self.level - RENEWAL {
            *self = Self::default();
        }
        self.level = level;
        if !self.anchored {
            (self.anchored, self.anchor, self.anchor_km) = (true, level, km);
            return;
        }
        if km - self.anchor_km >= STEP_KM {
            self.evidence.forget(KEEP);
            self.evidence.observe(level - self.anchor, km - self.anchor_km);
            (self.anchor, self.anchor_km) = (level, km);
        }
    }

    /// Takes a direct reading of wear and returns the wear believed, which falls only by a revision that says why.
    pub fn hold(&mut self, reading: f64, km: f64, at: Micros) -> f64 {
        let held = &mut self.held;
        if held.recent.is_empty() || (reading - held.last).abs() > f64::EPSILON {
            (held.last, held.moved_km) = (reading, km);
        }
        held.recent.observe(reading);
        let Some(median) = held.recent.median().filter(|_| held.recent.len() == 5) else {
            // Too few to tell wear from noise: the readings themselves.
            self.observe(reading, km);
            return self.level;
        };
        if let Some(revision) = held.revise(median, at) {
            // What was seen of the pace rests on readings that no longer count.
            (self.evidence, self.anchored) = (WearEvidence::default(), false);
            self.held.revised = Some(revision);
        }
        let level = self.held.level;
        self.observe(level, km);
        level
    }

    /// Whether the measured wear has stood still, to the last digit, for a quarter of a life that is expected to be `life_km` long:
    /// parts wear and sensors are noisy, so it is the sensor that stands still.
    #[must_use]
    pub fn is_frozen(&self, km: f64, life_km: f64) -> bool {
        self.is_measured() && km - self.held.moved_km > FROZEN_SHARE * life_km
    }

    /// The last time a lower wear was accepted.
    #[must_use]
    pub fn revision(&self) -> Option<Revision> {
        self.held.revised
    }

    /// Whether wear itself is measured, and not read from the lack of health.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        !self.held.recent.is_empty()
    }

    /// Whether the indicator has been seen at all.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.anchored
    }

    /// How many increments the pace rests on.
    #[must_use]
    pub fn increments(&self) -> f64 {
        self.evidence.increments
    }

    /// Whether the pace seen so far points towards the limit.
    #[must_use]
    pub fn grows(&self) -> bool {
        self.evidence.growth > 0.0
    }

    /// The distribution of the kilometres until the limit.
    #[must_use]
    pub fn passage(&self, prior: &WearPrior) -> FirstPassage {
        prior.update(&self.evidence).first_passage(1.0 - self.level)
    }
}

impl Held {
    fn revise(&mut self, median: f64, at: Micros) -> Option<Revision> {
        let fall = self.level - median;
        if fall < REVISION {
            self.lower_windows = 0;
            self.level = self.level.max(median);
            return None;
        }
        self.lower_windows += 1;
        let why = if fall >= RENEWAL && self.lower_windows >= RENEWAL_WINDOWS {
            Why::Renewed
        } else if self.lower_windows >= REVISION_WINDOWS {
            Why::Remeasured
        } else {
            return None;
        };
        let from = std::mem::replace(&mut self.level, median);
        self.lower_windows = 0;
        Some(Revision {
            at,
            from,
            to: median,
            why: why as u8,
        })
    }
}

impl Wear {
    /// What format 3 added.
    pub(super) fn late_fields(&mut self, fields: &mut dyn Fields) {
        let mut held = self.held != Held::default();
        fields.bool(&mut held);
        if !held {
            return;
        }
        fields.f64(&mut self.held.level);
        self.held.recent.fields(fields);
        fields.u64(&mut self.held.lower_windows);
        self.held.revised.fields(fields);
        fields.f64(&mut self.held.last);
        fields.f64(&mut self.held.moved_km);
    }
}

impl Portable for Revision {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.i64(&mut self.at);
        fields.f64(&mut self.from);
        fields.f64(&mut self.to);
        fields.u8(&mut self.why);
    }
}

impl Portable for Wear {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.bool(&mut self.anchored);
        if self.anchored {
            self.evidence.fields(fields);
            fields.f64(&mut self.anchor);
            fields.f64(&mut self.anchor_km);
            fields.f64(&mut self.level);
        }
    }
}

/// A remaining life in km: first passage of the vehicle's own wear, or what a trained model says.
#[derive(Debug, Clone, Copy)]
pub enum Life {
    Passage(FirstPassage),
    Trained(QuantileLife),
}

impl Lifetime for Life {
    fn cdf(&self, exposure: f64) -> f64 {
        match self {
            Self::Passage(life) => life.cdf(exposure),
            Self::Trained(life) => life.cdf(exposure),
        }
    }
}

/// A remaining life as a distribution, with its quantiles in both units.
#[derive(Debug, Clone, Copy)]
pub struct Remaining {
    /// In km.
    pub life: Life,
    /// In days, by the vehicle's own use.
    pub by_days: AtPace<Life>,
    pub km: Quantiles,
    pub days: Quantiles,
}

impl Remaining {
    /// The quantiles of a life in km and, by the vehicle's own use, in days.
    #[must_use]
    pub fn of(life: Life, usage: &Usage, horizon_km: f64) -> Self {
        let by_days = AtPace {
            life,
            pace: usage.km_per_day(),
            pace_log_sd: usage.log_sd(),
        };
        Self {
            life,
            by_days,
            km: life.quantiles(horizon_km),
            days: by_days.quantiles(horizon_km / usage.km_per_day()),
        }
    }

    /// Probabilities are told by `life`, which claims nothing beyond what its model can see; the quantiles stay as they were said.
    pub fn knows_until(&mut self, life: Life) {
        (self.life, self.by_days.life) = (life, life);
    }

    /// The probability of failing within `km`.
    #[must_use]
    pub fn failure_probability(&self, km: f64) -> f64 {
        self.life.cdf(km)
    }

    /// The probability of failing within `days`, the vehicle's pace being uncertain too.
    #[must_use]
    pub fn failure_probability_by(&self, days: f64) -> f64 {
        self.by_days.cdf(days)
    }
}

//! Remaining life of a component: its wear as a process over kilometres, and the first passage through its limit.

use prognostics::degradation::{FirstPassage, WearEvidence, WearPrior};
use prognostics::intervals::{AtPace, Lifetime, Quantiles};
use prognostics::snapshot::{Fields, Portable};

use super::usage::Usage;

/// The wear of one component: the indicator runs from 0 (new) to 1 (at its limit).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Wear {
    evidence: WearEvidence,
    anchored: bool,
    anchor: f64,
    anchor_km: f64,
    level: f64,
}

/// Growth of the indicator is taken over at least this distance, so that the steps of a sensor average out.
const STEP_KM: f64 = 20.0;
/// A fall of the indicator by this much is a renewal that nobody reported, not noise.
const RENEWAL: f64 = 0.25;
/// With each increment the older evidence fades a little: about 200 increments are remembered.
const KEEP: f64 = 0.995;

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

/// A remaining life as a distribution, with its quantiles in both units.
#[derive(Debug, Clone, Copy)]
pub struct Remaining {
    pub passage: FirstPassage,
    pub km: Quantiles,
    pub days: Quantiles,
}

impl Remaining {
    /// The quantiles of a first passage, in km and, by the vehicle's own use, in days.
    #[must_use]
    pub fn of(passage: FirstPassage, usage: &Usage, horizon_km: f64) -> Self {
        let km = passage.quantiles(horizon_km);
        let pace = AtPace {
            life: passage,
            pace: usage.km_per_day(),
            pace_log_sd: usage.log_sd(),
        };
        let days = pace.quantiles(horizon_km / usage.km_per_day());
        Self { passage, km, days }
    }

    /// The probability of failing within `km`.
    #[must_use]
    pub fn failure_probability(&self, km: f64) -> f64 {
        self.passage.cdf(km)
    }
}

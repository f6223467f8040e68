//! The state of one unit as records come, in bounded memory: its features and how far its records can be believed.

use crate::channels::Channels;
use crate::features::{Features, KEPT};

/// Records without which nothing is said.
pub const RECORDS_MIN: u64 = 10;
/// For so many records after a gap or a jump of the exposure the windows mix before and after.
const UNSETTLED_RECORDS: u32 = 15;
/// An exposure that moves on by more than this many usual steps at once is a gap, and must be confirmed by the next record.
const GAP_STEPS: f64 = 30.0;
/// A signal is lost when this share of its latest values (weighed over about ten records) is missing.
const LOST_SHARE: f32 = 0.5;
const FADING: f32 = 0.1;

/// What is usual in the records of healthy and failing units; learned in training.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Usual {
    /// The median step of the exposure from record to record.
    pub(super) step: f64,
    /// For each signal used, how many equal values in a row make it frozen.
    pub(super) frozen_after: Vec<u32>,
}

/// One unit as it is followed.
#[derive(Debug, Clone)]
pub struct Tracker {
    features: Features,
    channels: Vec<f32>,
    exposure: Option<f64>,
    offset: f64,
    pending: Option<f64>,
    unsettled: u32,
    refused: u64,
    last: Vec<f32>,
    repeats: Vec<u32>,
    missing: Vec<f32>,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was used.
    Used,
    /// It is kept out: its exposure is not a number, repeats the last one, or is an unconfirmed jump.
    Refused,
}

impl Tracker {
    pub(super) fn new(channels: &Channels) -> Self {
        let scores = channels.scores();
        Self {
            features: Features::new(channels.count(), scores),
            channels: vec![0.0; channels.count()],
            exposure: None,
            offset: 0.0,
            pending: None,
            unsettled: 0,
            refused: 0,
            last: vec![f32::NAN; scores],
            repeats: vec![0; scores],
            missing: vec![0.0; scores],
        }
    }

    pub(super) fn observe(
        &mut self,
        channels: &Channels,
        usual: &Usual,
        exposure: f64,
        settings: &[f32],
        signals: &[f32],
    ) -> Taken {
        let Some(exposure) = self.settle(exposure, usual.step) else {
            self.refused += 1;
            return Taken::Refused;
        };
        self.exposure = Some(exposure);
        self.unsettled = self.unsettled.saturating_sub(1);
        channels.write(settings, signals, &mut self.channels);
        let mut just_frozen = Vec::new();
        for (place, signal) in channels.signals_used().enumerate() {
            let value = signals.get(signal).copied().unwrap_or(f32::NAN);
            let same = value == self.last[place];
            self.repeats[place] = if same { self.repeats[place].saturating_add(1) } else { 0 };
            self.last[place] = value;
            let limit = usual.frozen_after.get(place).copied().unwrap_or(u32::MAX);
            if self.repeats[place] >= limit {
                if self.repeats[place] == limit {
                    just_frozen.push((place, limit as usize + 1));
                }
                self.channels[place] = f32::NAN;
            }
            let gone = f32::from(u8::from(!self.channels[place].is_finite()));
            self.missing[place] += FADING * (gone - self.missing[place]);
        }
        channels.fuse_again(&mut self.channels);
        self.features.observe(exposure, &self.channels);
        for (place, records) in just_frozen {
            self.features
                .take_back(place, records.min(KEPT), |row| channels.fuse_again(row));
            self.missing[place] = 1.0;
        }
        Taken::Used
    }

    /// The exposure to reckon with, or nothing if the record must be kept out. One that goes back goes on from where it
    /// was; one that leaps ahead is believed when the next record says the same.
    fn settle(&mut self, given: f64, step: f64) -> Option<f64> {
        if !given.is_finite() {
            return None;
        }
        let Some(last) = self.exposure else {
            self.offset = 0.0;
            return Some(given);
        };
        let reach = GAP_STEPS * step;
        let ahead = given + self.offset - last;
        if ahead > reach {
            let confirmed = self
                .pending
                .is_some_and(|pending| given > pending && given - pending <= reach);
            self.pending = Some(given);
            if !confirmed {
                return None;
            }
            self.unsettled = UNSETTLED_RECORDS + 1;
        } else if ahead < 0.0 {
            self.offset -= ahead;
            self.unsettled = UNSETTLED_RECORDS + 1;
        } else if ahead == 0.0 {
            return None;
        }
        self.pending = None;
        Some(given + self.offset)
    }

    /// The window features.
    #[must_use]
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// Records that were kept out.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// The share of the signals that are lost: missing, out of all reason, or frozen.
    #[must_use]
    pub fn lost_share(&self) -> f64 {
        let lost = self.missing.iter().filter(|share| **share >= LOST_SHARE).count();
        if self.missing.is_empty() {
            1.0
        } else {
            lost as f64 / self.missing.len() as f64
        }
    }

    /// Whether the exposure has just jumped, so that the windows mix before and after.
    #[must_use]
    pub fn is_unsettled(&self) -> bool {
        self.unsettled > 0
    }

    /// Bytes of state.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let floats = self.channels.len() + self.last.len() + self.repeats.len() + self.missing.len();
        size_of::<Self>() + 4 * floats + self.features.size_bytes()
    }
}

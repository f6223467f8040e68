//! The whole chain in one piece: learn from runs, follow a unit, say its remaining life.
//!
//! Regimes, scores and fused channels ([`crate::channels`]), window features ([`crate::features`]), models of several
//! families trained on folds of units ([`crate::models`]), their blend ([`crate::blend`]) and conformal calibration
//! ([`crate::conformal`]). What is asked about a unit with lost signals is answered from a calibration that was made with
//! signals lost, so that the interval is wider by as much as it really is worse; beyond that, nothing is said.

mod forecast;
mod judging;
mod tracker;
mod training;

pub use forecast::{Contribution, Forecast, Reason};
pub use judging::{Asked, LEAD, NEAR_FAILURE, Report};
pub use tracker::{RECORDS_MIN, Taken, Tracker};
pub use training::{Silent, TrainError, Training, Watch};

use crate::blend::Blend;
use crate::channels::Channels;
use crate::conformal::Calibration;
use crate::intervals::Quantiles;
use crate::models::{AnyModel, Family, Moment, RulModel};
use crate::runs::Run;
use crate::snapshot::{Fields, Portable, Reader, Writer};
use tracker::Usual;

/// Shares of lost signals up to which there is a calibration of its own: none, a few, a third, six in ten.
const LOST_CLASSES: [f64; 4] = [0.0, 0.101, 0.34, 0.6];
/// What an artefact begins with; the last byte is the version of the format.
const MAGIC: u64 = u64::from_le_bytes(*b"PROGNO\0\x01");

/// A trained chain.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prognoser {
    cap: f64,
    channels: Channels,
    usual: Usual,
    /// For each fold of units, the models that did not see it, then sets of models that saw all units; families side by
    /// side.
    folds: Vec<Vec<AnyModel>>,
    families: Vec<Family>,
    blend: Blend,
    calibrations: Vec<Calibration>,
    constant_half_width: f64,
    /// Root mean square error on the units left out: of each family, then of the blend.
    left_out_rmse: Vec<f64>,
    data_hash: u64,
    seed: u64,
}

impl Prognoser {
    /// Begins to follow a unit.
    #[must_use]
    pub fn follow(&self) -> Tracker {
        Tracker::new(&self.channels)
    }

    /// Takes one record of a unit. What is missing is `NaN`.
    pub fn observe(&self, unit: &mut Tracker, exposure: f64, settings: &[f32], signals: &[f32]) -> Taken {
        unit.observe(&self.channels, &self.usual, exposure, settings, signals)
    }

    /// Says what a unit has left.
    #[must_use]
    pub fn forecast(&self, unit: &Tracker) -> Forecast {
        let records = unit.features().records();
        if records < RECORDS_MIN {
            return Forecast::NotEnoughData(Reason::FewRecords);
        }
        let lost = unit.lost_share();
        let settled = LOST_CLASSES.iter().position(|limit| lost <= *limit);
        let class = settled.map(|class| class + usize::from(unit.is_unsettled()));
        let Some(calibration) = class.and_then(|class| self.calibrations.get(class)) else {
            return Forecast::NotEnoughData(Reason::LostSignals);
        };
        let (mut features, mut sequence) = (Vec::new(), Vec::new());
        unit.features().write(&mut features);
        unit.features().write_sequence(&mut sequence);
        let moment = Moment {
            features: &features,
            sequence: &sequence,
        };
        let said: Vec<Quantiles> = (0..self.folds.len())
            .filter_map(|fold| self.of_fold(fold, &moment))
            .collect();
        let Some(mean) = mean_of(&said).filter(|mean| mean.p50.is_finite()) else {
            return Forecast::NotEnoughData(Reason::Untrained);
        };
        match calibration.interval(mean) {
            Some(quantiles) => Forecast::Remaining(quantiles),
            None => Forecast::NotEnoughData(Reason::Untrained),
        }
    }

    /// Says what a run cut where it ends has left: follows it from its beginning.
    #[must_use]
    pub fn forecast_run(&self, run: &Run) -> Forecast {
        let mut unit = self.follow();
        for record in 0..run.len() {
            self.observe(
                &mut unit,
                run.exposure[record],
                run.settings.row(record),
                run.signals.row(record),
            );
        }
        self.forecast(&unit)
    }

    /// What one fold's models say together, before calibration.
    fn of_fold(&self, fold: usize, moment: &Moment<'_>) -> Option<Quantiles> {
        let of_families: Vec<Quantiles> = self
            .families
            .iter()
            .enumerate()
            .map(|(place, family)| {
                if self.blend.ignores(place) {
                    return Quantiles {
                        p05: 0.0,
                        p50: 0.0,
                        p95: 0.0,
                    };
                }
                family_mean(&self.folds[fold], *family, moment)
            })
            .collect();
        self.blend.of(&of_families)
    }

    /// The cap on remaining life: what is above is said as "at least this".
    #[must_use]
    pub fn cap(&self) -> f64 {
        self.cap
    }

    /// Regimes, levels and fused channels.
    #[must_use]
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// Each family and its weight in the centre.
    #[must_use]
    pub fn blend(&self) -> Vec<(Family, f64)> {
        self.families
            .iter()
            .copied()
            .zip(self.blend.centre_weights().iter().copied())
            .collect()
    }

    /// The root mean square error on the calibration cuts of units left out: of each family in the order of
    /// [`Prognoser::blend`], and last of the blend. It is what families are compared by without touching test data.
    #[must_use]
    pub fn left_out_rmse(&self) -> &[f64] {
        &self.left_out_rmse
    }

    /// A hash of the runs it was trained on (FNV-1a over exposures, settings and signals).
    #[must_use]
    pub fn data_hash(&self) -> u64 {
        self.data_hash
    }

    /// The seed it was trained with.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The artefact: little-endian numbers in the order that each type visits its fields, after a magic number whose last
    /// byte is the version and before a checksum. It holds everything that a forecast needs.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        let mut magic = MAGIC;
        writer.u64(&mut magic);
        self.clone().fields(&mut writer);
        let mut sum = fnv(&writer.bytes);
        writer.u64(&mut sum);
        writer.bytes
    }

    /// Reads an artefact; `None` when it is damaged, cut, or of another version.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (bytes, sum) = bytes.split_last_chunk::<8>()?;
        if u64::from_le_bytes(*sum) != fnv(bytes) {
            return None;
        }
        let mut reader = Reader::new(bytes);
        let mut magic = 0;
        reader.u64(&mut magic);
        let mut prognoser = Self::default();
        if magic != MAGIC {
            return None;
        }
        prognoser.fields(&mut reader);
        reader.is_whole().then_some(prognoser)
    }
}

/// FNV-1a, against damage and not against malice.
fn fnv(bytes: &[u8]) -> u64 {
    let add = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, add)
}

fn mean_of(said: &[Quantiles]) -> Option<Quantiles> {
    let mean = |take: fn(&Quantiles) -> f64| said.iter().map(take).sum::<f64>() / said.len() as f64;
    (!said.is_empty()).then(|| Quantiles {
        p05: mean(|q| q.p05),
        p50: mean(|q| q.p50),
        p95: mean(|q| q.p95),
    })
}

/// The mean of what the members of a family say.
fn family_mean(models: &[AnyModel], family: Family, moment: &Moment<'_>) -> Quantiles {
    let said = models
        .iter()
        .filter(|model| model.family() == family)
        .map(|model| model.predict(moment));
    let (sum, count) = said.fold(([0.0; 3], 0.0), |([a, b, c], count), q| {
        ([a + q.p05, b + q.p50, c + q.p95], count + 1.0)
    });
    let [p05, p50, p95] = sum.map(|sum| sum / f64::max(count, 1.0));
    Quantiles { p05, p50, p95 }
}

impl Portable for Prognoser {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.f64(&mut self.cap);
        self.channels.fields(fields);
        fields.f64(&mut self.usual.step);
        self.usual.frozen_after.fields(fields);
        self.folds.fields(fields);
        let mut tags: Vec<u8> = self.families.iter().map(|family| *family as u8).collect();
        tags.fields(fields);
        let family = |tag: &u8| Family::ALL.into_iter().find(|family| *family as u8 == *tag);
        self.families = tags.iter().filter_map(family).collect();
        self.blend.fields(fields);
        self.calibrations.fields(fields);
        fields.f64(&mut self.constant_half_width);
        self.left_out_rmse.fields(fields);
        fields.u64(&mut self.data_hash);
        fields.u64(&mut self.seed);
    }
}

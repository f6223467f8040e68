//! The card of a trained model: what it is, what it was made from, how good it was on units it had not seen.

use prognostics::snapshot::{Fields, Portable};

/// How good a model was on units left out of its training.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evaluation {
    /// Hash of the units and the moments at which they were asked about.
    pub set_hash: u64,
    /// How many units (vehicles).
    pub units: u64,
    /// Mean pinball loss over the three quantiles, in km.
    pub pinball_km: f64,
    /// Mean absolute error of the median, in km.
    pub mae_km: f64,
    /// Share of 90 % intervals that held.
    pub coverage_90: f64,
    /// Mean width of these intervals, in km.
    pub mean_width_km: f64,
}

/// How one feature was distributed in training: the share of values below each edge, in steps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spread {
    /// The feature's name.
    pub feature: String,
    /// Upper edges of all bins but the last.
    pub edges: Vec<f32>,
    /// Share of the training rows in each bin, one more than edges.
    pub shares: Vec<f32>,
}

/// The card.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Card {
    /// `fleet-<class>-<component>`.
    pub model_id: String,
    /// Counts up with each training that is shipped.
    pub version: u64,
    /// `trees`.
    pub family: String,
    /// Which component.
    pub component: String,
    /// Which vehicle class.
    pub vehicle_class: String,
    /// The [`super::Reference`] whose residuals it understands.
    pub reference_hash: u64,
    /// Hash of the rows it was trained on.
    pub data_hash: u64,
    /// Seed of the training.
    pub seed: u64,
    /// What is beyond is said as "at least this", in km.
    pub cap_km: f64,
    /// A warning is given when what is asked of the forecast is below this at several bins running (`crate::domain::foretold::Limit`), in km; 0: never.
    pub warn_below_km: f64,
    /// On units left out.
    pub evaluation: Evaluation,
    /// Distribution of the features in training.
    pub spreads: Vec<Spread>,
    /// In words.
    pub text: String,
}

impl Portable for Evaluation {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.u64(&mut self.set_hash);
        fields.u64(&mut self.units);
        for number in [
            &mut self.pinball_km,
            &mut self.mae_km,
            &mut self.coverage_90,
            &mut self.mean_width_km,
        ] {
            fields.f64(number);
        }
    }
}

impl Portable for Spread {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.feature.fields(fields);
        self.edges.fields(fields);
        self.shares.fields(fields);
    }
}

impl Portable for Card {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.model_id.fields(fields);
        fields.u64(&mut self.version);
        for text in [&mut self.family, &mut self.component, &mut self.vehicle_class] {
            text.fields(fields);
        }
        for number in [&mut self.reference_hash, &mut self.data_hash, &mut self.seed] {
            fields.u64(number);
        }
        fields.f64(&mut self.cap_km);
        fields.f64(&mut self.warn_below_km);
        self.evaluation.fields(fields);
        self.spreads.fields(fields);
        self.text.fields(fields);
    }
}

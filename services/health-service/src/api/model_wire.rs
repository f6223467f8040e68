//! Bodies and parameters of models and calibration.

use chassis::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::rounded;
use crate::artefact::EvaluationFile;
use crate::domain::models::ModelKey;
use crate::store::{CalibrationRow, ChangeRow, DriftRow};
use crate::use_cases::change_model;
use crate::use_cases::show_calibration::{self, Calibrated, Keeping, PROMISED};
use crate::use_cases::show_models::{ShownModel, Standing};

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct CalibrationQuery {
    /// Only this component.
    pub component: Option<String>,
    /// Only this class: petrol_car, diesel_car, electric_car, diesel_van, heavy_truck or other.
    pub vehicle_class: Option<String>,
    /// Only this model.
    pub model_id: Option<String>,
}

impl CalibrationQuery {
    pub(super) fn wanted(self) -> show_calibration::Wanted {
        show_calibration::Wanted {
            component: self.component,
            vehicle_class: self.vehicle_class,
            model_id: self.model_id,
        }
    }
}

/// A change of models. Component and class are needed for a model that can speak for any component only.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeRequest {
    component: Option<String>,
    vehicle_class: Option<String>,
    /// Without proof, by a person's word; needs a reason.
    #[serde(default)]
    force: bool,
    /// At most 500 characters; kept in the registry, never in an event.
    reason: Option<String>,
}

impl ChangeRequest {
    pub(super) fn wanted(self, model_id: String) -> change_model::Wanted {
        change_model::Wanted {
            model_id,
            component: self.component,
            vehicle_class: self.vehicle_class,
            force: self.force,
            reason: self.reason,
        }
    }
}

/// A model in the registry.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ModelBody {
    model_id: String,
    family: String,
    /// The component that it is for, or `any`.
    component: String,
    /// The class that it is for, or `any`.
    vehicle_class: String,
    /// CHAMPION (it speaks), SHADOW (it answers aside, its errors are kept) or CANDIDATE (it rests).
    status: &'static str,
    speaks_for: Vec<PlaceBody>,
    description: String,
    data_hash: String,
    evaluation: Option<EvaluationBody>,
    /// Whether what it sees or says has moved away from what it was put to work on.
    drifting: bool,
}

/// A component of a class.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlaceBody {
    component: &'static str,
    vehicle_class: &'static str,
}

impl From<&ModelKey> for PlaceBody {
    fn from(key: &ModelKey) -> Self {
        Self {
            component: key.component.as_str(),
            vehicle_class: key.group_name(),
        }
    }
}

/// How a model did on units that its training never saw. Losses are mean pinball losses of the 5, 50 and 95 % quantiles, in km.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvaluationBody {
    set_hash: String,
    units: u64,
    pinball_km: f64,
    coverage_90: f64,
    built_in_pinball_km: Option<f64>,
}

impl From<&EvaluationFile> for EvaluationBody {
    fn from(judged: &EvaluationFile) -> Self {
        Self {
            set_hash: judged.set_hash.clone(),
            units: judged.units,
            pinball_km: rounded(judged.pinball_km, 10.0),
            coverage_90: rounded(judged.coverage_90, 1_000.0),
            built_in_pinball_km: judged.built_in_pinball_km.map(|loss| rounded(loss, 10.0)),
        }
    }
}

/// A model with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ModelDetailBody {
    #[serde(flatten)]
    model: ModelBody,
    /// Its predictions in this fleet and what became of them.
    errors: Vec<CalibratedBody>,
    drift: Vec<DriftBody>,
    changes: Vec<ChangeBody>,
}

/// How far one figure has moved.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DriftBody {
    component: String,
    vehicle_class: String,
    feature: String,
    /// Population stability index: above 0.25 it drifts.
    stability_index: f64,
    reference_count: i64,
    recent_count: i64,
    drifting: bool,
    computed_at: String,
}

/// A change of who speaks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangeBody {
    change_id: String,
    component: String,
    vehicle_class: String,
    /// PROMOTED or ROLLED_BACK.
    action: String,
    model_id: String,
    previous_model_id: String,
    forced: bool,
    reason: String,
    /// HELD_OUT, LIVE or NONE.
    compared_on: String,
    units: i64,
    loss_km: Option<f64>,
    previous_loss_km: Option<f64>,
    changed_by: String,
    changed_at: String,
}

/// The calibration page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CalibrationBody {
    /// The share of intervals that is promised to hold.
    promised: f64,
    items: Vec<CalibratedBody>,
}

/// One component of one class, by one model.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CalibratedBody {
    component: String,
    vehicle_class: String,
    model_id: String,
    /// Said aside: another model spoke.
    shadow: bool,
    /// AS_PROMISED, TOO_NARROW, TOO_WIDE or NOT_ENOUGH_DATA (fewer than 20 lives).
    verdict: &'static str,
    /// Lives that ended, each by one prediction drawn evenly over its kilometres, and how many of those held.
    lives: i64,
    lives_held: i64,
    share_held: Option<f64>,
    /// 95 % binomial interval (Wilson) of that share.
    share_low: Option<f64>,
    share_high: Option<f64>,
    /// All predictions by what became of them.
    pending: i64,
    held: i64,
    /// The part failed before the interval began.
    too_long: i64,
    /// It outlived the interval.
    too_short: i64,
    /// Watching ended before the life did, or the part was mended in time.
    censored: i64,
    /// Censored ones that had outlasted their interval already.
    outlasted: i64,
    mean_width_km: Option<f64>,
    mean_error_km: Option<f64>,
    mean_pinball_km: Option<f64>,
    from: Option<String>,
    until: Option<String>,
}

impl From<&ShownModel> for ModelBody {
    fn from(model: &ShownModel) -> Self {
        let card = &model.card;
        Self {
            model_id: card.model_id.clone(),
            family: card.family.clone(),
            component: card.component.clone(),
            vehicle_class: card.vehicle_class.clone(),
            status: match model.standing {
                Standing::Champion => "CHAMPION",
                Standing::Shadow => "SHADOW",
                Standing::Candidate => "CANDIDATE",
            },
            speaks_for: model.speaks_for.iter().map(PlaceBody::from).collect(),
            description: card.about.clone(),
            data_hash: card.data_hash.clone(),
            evaluation: card.evaluation.as_ref().map(EvaluationBody::from),
            drifting: model.drift.iter().any(|drift| drift.drifting),
        }
    }
}

impl From<&ShownModel> for ModelDetailBody {
    fn from(model: &ShownModel) -> Self {
        let errors = model.errors.iter().cloned().map(show_calibration::calibrated);
        Self {
            model: ModelBody::from(model),
            errors: errors.map(|row| CalibratedBody::from(&row)).collect(),
            drift: model.drift.iter().map(DriftBody::from).collect(),
            changes: model.changes.iter().map(ChangeBody::from).collect(),
        }
    }
}

impl From<&DriftRow> for DriftBody {
    fn from(row: &DriftRow) -> Self {
        Self {
            component: row.component.clone(),
            vehicle_class: row.vehicle_class.clone(),
            feature: row.feature.clone(),
            stability_index: rounded(row.stability_index, 1_000.0),
            reference_count: row.reference_count,
            recent_count: row.recent_count,
            drifting: row.drifting,
            computed_at: rfc3339(row.computed_at),
        }
    }
}

impl From<&ChangeRow> for ChangeBody {
    fn from(row: &ChangeRow) -> Self {
        Self {
            change_id: row.change_id.clone(),
            component: row.component.clone(),
            vehicle_class: row.vehicle_class.clone(),
            action: row.action.clone(),
            model_id: row.model_id.clone(),
            previous_model_id: row.previous.clone(),
            forced: row.forced,
            reason: row.reason.clone(),
            compared_on: row.compared_on.clone(),
            units: row.units,
            loss_km: row.loss_km.map(|loss| rounded(loss, 10.0)),
            previous_loss_km: row.previous_loss_km.map(|loss| rounded(loss, 10.0)),
            changed_by: row.changed_by.clone(),
            changed_at: rfc3339(row.changed_at),
        }
    }
}

impl From<&[Calibrated]> for CalibrationBody {
    fn from(rows: &[Calibrated]) -> Self {
        Self {
            promised: PROMISED,
            items: rows.iter().map(CalibratedBody::from).collect(),
        }
    }
}

impl From<&Calibrated> for CalibratedBody {
    fn from(calibrated: &Calibrated) -> Self {
        let row: &CalibrationRow = &calibrated.row;
        let tenth = |km: Option<f64>| km.map(|km| rounded(km, 10.0));
        let share = |share: f64| rounded(share, 1_000.0);
        Self {
            component: row.component.clone(),
            vehicle_class: row.vehicle_class.clone(),
            model_id: row.model_id.clone(),
            shadow: row.shadow,
            verdict: match calibrated.keeping {
                Keeping::NotEnoughData => "NOT_ENOUGH_DATA",
                Keeping::AsPromised => "AS_PROMISED",
                Keeping::TooNarrow => "TOO_NARROW",
                Keeping::TooWide => "TOO_WIDE",
            },
            lives: row.lives,
            lives_held: row.lives_held,
            share_held: calibrated.share.map(share),
            share_low: calibrated.interval_95.map(|(low, _)| share(low)),
            share_high: calibrated.interval_95.map(|(_, high)| share(high)),
            pending: row.pending,
            held: row.held,
            too_long: row.too_long,
            too_short: row.too_short,
            censored: row.censored,
            outlasted: row.outlasted,
            mean_width_km: tenth(row.mean_width_km),
            mean_error_km: tenth(row.mean_error_km),
            mean_pinball_km: tenth(row.mean_pinball_km),
            from: row.from_at.map(rfc3339),
            until: row.until_at.map(rfc3339),
        }
    }
}

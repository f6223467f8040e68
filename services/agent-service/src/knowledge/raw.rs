//! The shape of a data file, before its values are checked.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub(super) component: String,
    pub(super) currency: String,
    /// Where codes and content come from, for the reader.
    pub(super) sources: Vec<String>,
    pub(super) inspection: RawInspection,
    pub(super) symptom: Vec<RawSymptom>,
    pub(super) failure_mode: Vec<RawMode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawInspection {
    pub(super) labour_hours: f64,
    pub(super) cost_low_minor: i64,
    pub(super) cost_high_minor: i64,
    pub(super) required_skill: String,
    pub(super) action: RawText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawText {
    pub(super) code: String,
    pub(super) text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSymptom {
    pub(super) code: String,
    pub(super) text: String,
    pub(super) check: String,
    pub(super) background: f64,
    #[serde(default)]
    pub(super) factors: Vec<String>,
    #[serde(default)]
    pub(super) signals: Vec<RawSignal>,
    #[serde(default)]
    pub(super) dtcs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSignal {
    pub(super) path: String,
    pub(super) direction: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMode {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) prior: f64,
    #[serde(default)]
    pub(super) powertrains: Vec<String>,
    pub(super) urgency: String,
    pub(super) required_skill: String,
    pub(super) labour_hours: f64,
    pub(super) cost_low_minor: i64,
    pub(super) cost_high_minor: i64,
    pub(super) parts: Vec<RawPart>,
    pub(super) symptoms: Vec<RawLikelihood>,
    pub(super) tests: Vec<RawText>,
    pub(super) actions: Vec<RawText>,
    pub(super) safety: Option<RawSafety>,
    #[serde(default)]
    pub(super) sensor: bool,
    #[serde(default)]
    pub(super) elsewhere: Vec<RawElsewhere>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawElsewhere {
    pub(super) component: String,
    pub(super) prior: f64,
    pub(super) symptoms: Vec<RawLikelihood>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPart {
    pub(super) part_code: String,
    pub(super) quantity: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLikelihood {
    pub(super) code: String,
    pub(super) likelihood: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSafety {
    pub(super) code: String,
    pub(super) text: String,
    pub(super) stop: bool,
}

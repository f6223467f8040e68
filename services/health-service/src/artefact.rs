//! Models as files: what training writes and the registry keeps.
//!
//! A *bundle* is what `health-service train` writes: the healthy reference of a class and one model a component. A *wear prior* is
//! JSON: a card, and what is believed of a wear process before a vehicle has shown its own.

use std::collections::HashMap;
use std::sync::Arc;

use prognostics::degradation::WearPrior;
use serde::{Deserialize, Serialize};

use crate::domain::class::Group;
use crate::domain::component::ComponentKind;
use crate::domain::models::{
    BUILT_IN, Card, Evaluation, FleetModel, Healthy, Model, ModelKey, Panel, Panels, PriorModel,
};
use crate::domain::trained::{self, Bundle, TrainedModel};

/// Bytes that are no model of ours.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("not a model file: {0}")]
    Shape(#[from] serde_json::Error),
    #[error(transparent)]
    Bundle(#[from] trained::Unreadable),
    #[error("{field}: {reason}")]
    Value { field: &'static str, reason: &'static str },
}

/// A card on disk and in the registry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CardFile {
    pub model_id: String,
    pub family: String,
    /// A component's name, or `any`.
    pub component: String,
    /// A class's name, or `any`.
    pub vehicle_class: String,
    pub data_hash: String,
    #[serde(default)]
    pub about: String,
    #[serde(default)]
    pub evaluation: Option<EvaluationFile>,
}

/// How a model did on units that its training never saw.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EvaluationFile {
    pub set_hash: String,
    pub units: u64,
    pub pinball_km: f64,
    pub coverage_90: f64,
    #[serde(default)]
    pub built_in_pinball_km: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WearPriorFile {
    format: String,
    card: CardFile,
    /// Kilometres from new to the limit, relative spread of the pace, spread by chance.
    prior: [f64; 3],
}

const WEAR_PRIOR: &str = "wear-prior/1";
/// What a bundle of any version begins with.
const BUNDLE: &[u8] = b"FLEETBN";
/// An id that is a line in a list and a part of a path.
const ID_MAX: usize = 100;

/// Takes a file apart: each model with the artefact that the registry keeps of it.
///
/// # Errors
/// Says what is wrong with the file; it is read whole or not at all.
pub fn open(bytes: &[u8]) -> Result<Vec<(Model, Vec<u8>)>, Unreadable> {
    if !bytes.starts_with(BUNDLE) {
        return Ok(vec![(read(bytes)?, bytes.to_vec())]);
    }
    let bundle = Bundle::from_bytes(bytes)?;
    let alone = |model: &TrainedModel| {
        let alone = Bundle {
            reference: bundle.reference.clone(),
            models: vec![model.clone()],
        };
        let bytes = alone.to_bytes();
        Ok((read(&bytes)?, bytes))
    };
    bundle.models.iter().map(alone).collect()
}

/// Panels in which the models of these bundles speak, each for its component and class.
///
/// # Errors
/// Says what is wrong with a model.
pub fn speaking(bundles: &[Bundle]) -> Result<Panels, Unreadable> {
    let mut panels = HashMap::new();
    for bundle in bundles {
        for (model, _) in open(&bundle.to_bytes())? {
            if let Some(key) = model.card.key {
                let champion = Some(Arc::new(model));
                panels.insert(
                    key,
                    Panel {
                        champion,
                        shadows: Vec::new(),
                    },
                );
            }
        }
    }
    Ok(Panels::new(panels))
}

/// Reads an artefact of one model.
///
/// # Errors
/// Says what is wrong with it; a model is read whole or not at all.
pub fn read(bytes: &[u8]) -> Result<Model, Unreadable> {
    if bytes.starts_with(BUNDLE) {
        return read_trained(Bundle::from_bytes(bytes)?);
    }
    let file: WearPriorFile = serde_json::from_slice(bytes)?;
    if file.format != WEAR_PRIOR {
        return Err(Unreadable::Value {
            field: "format",
            reason: "is not one that this version reads",
        });
    }
    let [life_km, pace_relative_sd, chance_sd] = file.prior;
    let sound = |value: f64| value.is_finite() && value > 0.0;
    if !file.prior.into_iter().all(sound) {
        return Err(Unreadable::Value {
            field: "prior",
            reason: "must be three positive numbers",
        });
    }
    let prior = WearPrior::from_expected_life(life_km, pace_relative_sd, chance_sd);
    Ok(Model {
        card: card(file.card)?,
        forecaster: Some(Arc::new(PriorModel(prior))),
        shipped: false,
    })
}

fn read_trained(bundle: Bundle) -> Result<Model, Unreadable> {
    let hash = bundle.reference.hash();
    let [model] = <[TrainedModel; 1]>::try_from(bundle.models).map_err(|_| Unreadable::Value {
        field: "models",
        reason: "the registry keeps one at a time",
    })?;
    let told = model.card();
    let judged = &told.evaluation;
    let file = CardFile {
        model_id: format!("{}-v{}", told.model_id, told.version),
        family: told.family.clone(),
        component: told.component.clone(),
        vehicle_class: told.vehicle_class.clone(),
        data_hash: format!("{:016x}", told.data_hash),
        about: told.text.clone(),
        evaluation: (judged.units > 0).then(|| EvaluationFile {
            set_hash: format!("{:016x}", judged.set_hash),
            units: judged.units,
            pinball_km: judged.pinball_km,
            coverage_90: judged.coverage_90,
            built_in_pinball_km: None,
        }),
    };
    let healthy = Arc::new(Healthy {
        reference: bundle.reference,
        hash,
    });
    Ok(Model {
        card: card(file)?,
        forecaster: Some(Arc::new(FleetModel { model, healthy })),
        shipped: false,
    })
}

/// The model that needs no training and no file.
#[must_use]
pub fn built_in() -> Model {
    let card = Card {
        model_id: BUILT_IN.to_owned(),
        family: "degradation".to_owned(),
        key: None,
        data_hash: String::new(),
        about: "Wiener process with drift, updated from each vehicle's own increments; remaining life is its first passage through \
                the limit, with the drift's uncertainty integrated out."
            .to_owned(),
        evaluation: None,
    };
    Model {
        card,
        forecaster: None,
        shipped: true,
    }
}

/// The card as it is kept.
#[must_use]
pub fn card_file(card: &Card) -> CardFile {
    CardFile {
        model_id: card.model_id.clone(),
        family: card.family.clone(),
        component: card.key.map_or("any", |key| key.component.as_str()).to_owned(),
        vehicle_class: card.key.map_or("any", |key| key.group_name()).to_owned(),
        data_hash: card.data_hash.clone(),
        about: card.about.clone(),
        evaluation: card.evaluation.as_ref().map(|judged| EvaluationFile {
            set_hash: judged.set_hash.clone(),
            units: judged.units,
            pinball_km: judged.pinball_km,
            coverage_90: judged.coverage_90,
            built_in_pinball_km: judged.built_in_pinball_km,
        }),
    }
}

fn card(file: CardFile) -> Result<Card, Unreadable> {
    let refuse = |field, reason| Err(Unreadable::Value { field, reason });
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    if file.model_id.is_empty() || file.model_id.len() > ID_MAX || !file.model_id.chars().all(plain) {
        return refuse("model_id", "must be 1 to 100 letters, digits, '-', '_' or '.'");
    }
    if file.model_id == BUILT_IN {
        return refuse("model_id", "is that of the built-in model");
    }
    let Some(component) = ComponentKind::parse(&file.component) else {
        return refuse("component", "is not one that is judged");
    };
    let group = match file.vehicle_class.as_str() {
        "any" => None,
        name => match Group::parse(name) {
            Some(group) => Some(group),
            None => return refuse("vehicle_class", "is not one that we know"),
        },
    };
    if let Some(judged) = &file.evaluation
        && (!judged.pinball_km.is_finite() || judged.pinball_km < 0.0 || judged.units == 0)
    {
        return refuse("evaluation", "needs units and a loss");
    }
    Ok(Card {
        model_id: file.model_id,
        family: file.family,
        key: Some(ModelKey { component, group }),
        data_hash: file.data_hash,
        about: file.about,
        evaluation: file.evaluation.map(|judged| Evaluation {
            set_hash: judged.set_hash,
            units: judged.units,
            pinball_km: judged.pinball_km,
            coverage_90: judged.coverage_90,
            built_in_pinball_km: judged.built_in_pinball_km,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn file() -> Value {
        json!({"format": "wear-prior/1", "prior": [60000.0, 0.5, 0.15],
               "card": {"model_id": "pads-car", "family": "degradation", "component": "brakes", "vehicle_class": "petrol_car",
                        "data_hash": "00", "evaluation": {"set_hash": "a", "units": 5, "pinball_km": 900.0, "coverage_90": 0.9}}})
    }

    #[test]
    fn a_sound_file_is_read_and_its_card_comes_back() {
        let model = read(file().to_string().as_bytes()).unwrap();
        assert_eq!(
            serde_json::to_value(card_file(&model.card)).unwrap()["vehicle_class"],
            "petrol_car"
        );
        assert_eq!(model.card.evaluation.unwrap().units, 5);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (pointer, wrong) in [
            ("/format", json!("wear-prior/9")),
            ("/prior/0", json!(-1.0)),
            ("/card/model_id", json!("degradation-wiener")),
            ("/card/model_id", json!("../../etc")),
            ("/card/component", json!("wings")),
            ("/card/vehicle_class", json!("boat")),
            ("/card/evaluation/units", json!(0)),
        ] {
            let mut file = file();
            *file.pointer_mut(pointer).unwrap() = wrong;
            assert!(read(file.to_string().as_bytes()).is_err(), "{pointer}");
        }
        assert!(read(b"").is_err() && read(&[0xff; 64]).is_err());
    }
}

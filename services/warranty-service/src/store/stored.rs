//! How coded texts, terms and findings are kept: as JSON in text columns. These shapes are the database's own; a field
//! that is added later has a default, so that old rows stay readable.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::coverage::{AppliesTo, Covers, Exclusion, Terms};
use crate::domain::reason::{Param, Reason};
use crate::domain::vehicle::{Powertrain, VehicleClass};
use crate::domain::visit::{Finding, Verdict};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredParam {
    Number(f64),
    Text(String),
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredReason {
    code: String,
    #[serde(default)]
    params: BTreeMap<String, StoredParam>,
    text: String,
}

impl From<&Reason> for StoredReason {
    fn from(reason: &Reason) -> StoredReason {
        let params = reason.params.iter().map(|(name, param)| {
            let stored = match param {
                Param::Text(text) => StoredParam::Text(text.clone()),
                Param::Number(number) => StoredParam::Number(*number),
            };
            (name.clone(), stored)
        });
        StoredReason {
            code: reason.code.clone(),
            params: params.collect(),
            text: reason.text.clone(),
        }
    }
}

impl From<StoredReason> for Reason {
    fn from(stored: StoredReason) -> Reason {
        let params = stored.params.into_iter().map(|(name, param)| {
            let param = match param {
                StoredParam::Text(text) => Param::Text(text),
                StoredParam::Number(number) => Param::Number(number),
            };
            (name, param)
        });
        Reason {
            code: stored.code,
            params: params.collect(),
            text: stored.text,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredTerms {
    everything: bool,
    #[serde(default)]
    components: Vec<String>,
    #[serde(default)]
    failure_modes: Vec<String>,
    #[serde(default)]
    exclusions: Vec<StoredExclusion>,
    every_vehicle: bool,
    #[serde(default)]
    vehicle_ids: Vec<String>,
    #[serde(default)]
    makes: Vec<String>,
    #[serde(default)]
    models: Vec<String>,
    #[serde(default)]
    powertrains: Vec<String>,
    #[serde(default)]
    vehicle_classes: Vec<String>,
    duration_months: Option<u32>,
    limit_km: Option<f64>,
    #[serde(default)]
    waiting_days: u32,
}

#[derive(Serialize, Deserialize)]
struct StoredExclusion {
    #[serde(default)]
    components: Vec<String>,
    #[serde(default)]
    failure_modes: Vec<String>,
    code: String,
}

impl From<&Terms> for StoredTerms {
    fn from(terms: &Terms) -> StoredTerms {
        let applies_to = &terms.applies_to;
        let exclusions = terms.exclusions.iter().map(|exclusion| StoredExclusion {
            components: exclusion.components.clone(),
            failure_modes: exclusion.failure_modes.clone(),
            code: exclusion.code.clone(),
        });
        StoredTerms {
            everything: terms.covers.everything,
            components: terms.covers.components.clone(),
            failure_modes: terms.covers.failure_modes.clone(),
            exclusions: exclusions.collect(),
            every_vehicle: applies_to.every_vehicle,
            vehicle_ids: applies_to.vehicle_ids.clone(),
            makes: applies_to.makes.clone(),
            models: applies_to.models.clone(),
            powertrains: applies_to
                .powertrains
                .iter()
                .map(|kind| kind.word().to_owned())
                .collect(),
            vehicle_classes: applies_to
                .vehicle_classes
                .iter()
                .map(|class| class.word().to_owned())
                .collect(),
            duration_months: terms.duration_months,
            limit_km: terms.limit_km,
            waiting_days: terms.waiting_days,
        }
    }
}

impl From<StoredTerms> for Terms {
    fn from(stored: StoredTerms) -> Terms {
        let exclusions = stored.exclusions.into_iter().map(|exclusion| Exclusion {
            components: exclusion.components,
            failure_modes: exclusion.failure_modes,
            code: exclusion.code,
        });
        Terms {
            covers: Covers {
                everything: stored.everything,
                components: stored.components,
                failure_modes: stored.failure_modes,
            },
            exclusions: exclusions.collect(),
            applies_to: AppliesTo {
                every_vehicle: stored.every_vehicle,
                vehicle_ids: stored.vehicle_ids,
                makes: stored.makes,
                models: stored.models,
                powertrains: stored.powertrains.iter().map(|word| Powertrain::parse(word)).collect(),
                vehicle_classes: stored
                    .vehicle_classes
                    .iter()
                    .map(|word| VehicleClass::parse(word))
                    .collect(),
            },
            duration_months: stored.duration_months,
            limit_km: stored.limit_km,
            waiting_days: stored.waiting_days,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredFinding {
    component: String,
    failure_mode: Option<String>,
    verdict: String,
    repaired: bool,
}

impl From<&Finding> for StoredFinding {
    fn from(finding: &Finding) -> StoredFinding {
        StoredFinding {
            component: finding.component.clone(),
            failure_mode: finding.failure_mode.clone(),
            verdict: finding.verdict.word().to_owned(),
            repaired: finding.repaired,
        }
    }
}

impl From<StoredFinding> for Finding {
    fn from(stored: StoredFinding) -> Finding {
        Finding {
            component: stored.component,
            failure_mode: stored.failure_mode,
            verdict: Verdict::parse(&stored.verdict),
            repaired: stored.repaired,
        }
    }
}

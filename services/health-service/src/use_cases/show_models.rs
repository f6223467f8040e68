//! Shows the registry to a tenant: every model, where it speaks or answers aside, how it did, and how far its world has moved.

use std::collections::HashMap;

use chassis::TenantId;

use crate::App;
use crate::artefact::{self, CardFile};
use crate::domain::models::{BUILT_IN, ModelKey};
use crate::error::Error;
use crate::store::{CalibrationRow, ChangeRow, DriftRow, Store};

/// Where a model stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It speaks.
    Champion,
    /// It answers aside, and its errors are kept.
    Shadow,
    /// It rests.
    Candidate,
}

/// A model, as one tenant sees it.
#[derive(Debug, Clone)]
pub struct ShownModel {
    pub card: CardFile,
    pub standing: Standing,
    /// Components and classes for which it speaks.
    pub speaks_for: Vec<ModelKey>,
    pub errors: Vec<CalibrationRow>,
    pub drift: Vec<DriftRow>,
    pub changes: Vec<ChangeRow>,
}

/// All models, the built-in one first.
pub async fn list_models(app: &App, store: &mut Store<'_>, tenant: &TenantId) -> Result<Vec<ShownModel>, Error> {
    let mut cards = vec![artefact::card_file(&artefact::built_in().card)];
    for (model_id, _) in store.list_models().await? {
        if let Some(model) = app.models.get(&model_id) {
            cards.push(artefact::card_file(&model.card));
        }
    }
    let mut errors = by_model(store.calibration(tenant).await?, |row| &row.model_id);
    let mut drift = by_model(store.list_drift(tenant).await?, |row| &row.model_id);
    let mut changes = by_model(store.model_changes(tenant).await?, |row| &row.model_id);
    let rules = app.models.rules_of(tenant);
    let show = |card: CardFile| {
        let (speaks_for, aside) = rules.panels.places_of(&card.model_id);
        let standing = match (speaks_for.is_empty() && card.model_id != BUILT_IN, aside) {
            (false, _) => Standing::Champion,
            (true, true) => Standing::Shadow,
            (true, false) => Standing::Candidate,
        };
        ShownModel {
            standing,
            speaks_for,
            errors: errors.remove(&card.model_id).unwrap_or_default(),
            drift: drift.remove(&card.model_id).unwrap_or_default(),
            changes: changes.remove(&card.model_id).unwrap_or_default(),
            card,
        }
    };
    Ok(cards.into_iter().map(show).collect())
}

/// One model.
pub async fn show_model(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    model_id: &str,
) -> Result<ShownModel, Error> {
    let unknown = || Error::ModelUnknown {
        model_id: model_id.to_owned(),
    };
    let all = list_models(app, store, tenant).await?;
    all.into_iter()
        .find(|model| model.card.model_id == model_id)
        .ok_or_else(unknown)
}

fn by_model<R>(rows: Vec<R>, id: impl Fn(&R) -> &String) -> HashMap<String, Vec<R>> {
    let mut by_model: HashMap<String, Vec<R>> = HashMap::new();
    for row in rows {
        by_model.entry(id(&row).clone()).or_default().push(row);
    }
    by_model
}

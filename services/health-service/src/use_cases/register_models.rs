//! Registers models that were shipped or laid into the folder, and takes over what the database says of who speaks.

use std::path::Path;
use std::sync::Arc;

use chassis::Database;
use chrono::{DateTime, Utc};

use crate::artefact;
use crate::domain::models::Model;
use crate::error::Error;
use crate::models::Models;
use crate::store::{ModelRow, Store};

/// A model file may be this large.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Registers every model file of a folder that is not known yet. A file that cannot be read is told and left out: a fleet must not
/// stand still for it.
pub async fn register_folder(database: &Database, folder: &Path, now: DateTime<Utc>) -> anyhow::Result<()> {
    let mut files: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    files.sort_by_key(std::fs::DirEntry::path);
    for file in files {
        let path = file.path();
        if !path
            .extension()
            .is_some_and(|extension| extension == "model" || extension == "json")
        {
            continue;
        }
        if file.metadata()?.len() > FILE_BYTES_MAX {
            tracing::warn!(file = %path.display(), "a model file is too large and is left out");
            continue;
        }
        let name = path.display().to_string();
        register_file(database, &name, &std::fs::read(&path)?, false, now).await?;
    }
    Ok(())
}

/// Registers every model of a file.
pub async fn register_file(
    database: &Database,
    name: &str,
    bytes: &[u8],
    shipped: bool,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    match artefact::open(bytes) {
        // Instances that start at the same moment register the same models.
        Ok(models) => chassis::again(|| register_all(database, &models, shipped, now)).await?,
        Err(error) => tracing::warn!(file = name, %error, "a model file cannot be read and is left out"),
    }
    Ok(())
}

async fn register_all(
    database: &Database,
    models: &[(Model, Vec<u8>)],
    shipped: bool,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut tx = database.begin().await?;
    for (model, bytes) in models {
        register(&mut Store::new(&mut tx), model, bytes.clone(), shipped, now).await?;
    }
    Ok(tx.commit().await?)
}

async fn register(
    store: &mut Store<'_>,
    model: &Model,
    artefact: Vec<u8>,
    shipped: bool,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let card = crate::artefact::card_file(&model.card);
    let row = ModelRow {
        model_id: card.model_id.clone(),
        family: card.family.clone(),
        component: card.component.clone(),
        vehicle_class: card.vehicle_class.clone(),
        card: serde_json::to_string(&card).map_err(|error| Error::Store(chassis::DbError::Encode(error.into())))?,
        data_hash: card.data_hash,
        artefact,
        shipped,
        registered_at: chassis::clock::micros(now),
    };
    if store.register_model(&row).await? {
        tracing::info!(model_id = row.model_id, "model registered");
    }
    Ok(())
}

/// Reads models and choices from the database: at start, after a change, and now and then, since other instances change them too.
pub async fn refresh(database: &Database, models: &Models) -> Result<(), Error> {
    let mut tx = database.read().await?;
    let store = &mut Store::new(&mut tx);
    let standings = store.all_standings().await?;
    let mut known = Vec::new();
    for (model_id, shipped) in store.list_models().await? {
        if let Some(model) = models.get(&model_id) {
            known.push(model);
            continue;
        }
        match artefact::read(&store.load_artefact(&model_id).await?) {
            Ok(model) => known.push(Arc::new(Model { shipped, ..model })),
            // Written by a newer version, which runs beside this one during an upgrade.
            Err(error) => tracing::debug!(model_id, %error, "a registered model cannot be read here"),
        }
    }
    models.take(known, standings);
    Ok(())
}

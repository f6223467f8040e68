//! Lets another model speak: by proof, by force with a reason, or back to the one before. Every change is written down and told.

use chassis::ids::new_id;
use chassis::{Cause, Principal};

use crate::App;
use crate::domain::models::{BUILT_IN, Comparison, ModelKey};
use crate::error::Error;
use crate::events::published;
use crate::models::key_of;
use crate::store::{ChangeRow, PairedRow, StandingRow, Store};

use super::register_models::refresh;

/// Lives whose end both models were asked about, without which the fleet's own experience proves nothing.
const LIVES_MIN: i64 = 20;
const REASON_MAX: usize = 500;

/// What a caller wants.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub model_id: String,
    /// Needed for a model that can speak for any component; otherwise that of its card.
    pub component: Option<String>,
    pub vehicle_class: Option<String>,
    /// Without proof, by a person's word.
    pub force: bool,
    pub reason: Option<String>,
}

/// Lets a model speak for a component of a class.
///
/// # Errors
/// [`Error::ModelNotBetter`] or [`Error::ModelUnproven`] without force.
pub async fn promote_model(app: &App, principal: &Principal, wanted: Wanted, cause: Cause) -> Result<ChangeRow, Error> {
    let reason = reason_of(&wanted)?;
    let (key, model) = known(app, &wanted)?;
    let (component, class) = (key.component.as_str(), key.group_name());
    let mut tx = app.database.begin().await?;
    let store = &mut Store::new(&mut tx);
    let present = present(app, principal, key);
    if present == model {
        return Err(Error::ModelSpeaksAlready { model_id: model });
    }
    let compared = compare(app, store, principal, key, &model, &present).await?;
    if !wanted.force {
        if compared == Comparison::NONE {
            return Err(Error::ModelUnproven { model_id: model });
        }
        if !compared.is_better() {
            return Err(Error::ModelNotBetter {
                model_id: model,
                compared,
            });
        }
    }
    let change = change(
        app,
        principal,
        key,
        "PROMOTED",
        (&model, &present),
        compared,
        wanted.force,
        reason,
    );
    let standing = StandingRow {
        tenant_id: principal.tenant.as_str().to_owned(),
        component: component.to_owned(),
        vehicle_class: class.to_owned(),
        model_id: model,
        previous: Some(present),
        since: change.changed_at,
    };
    write(store, principal, &standing, &change, cause).await?;
    tx.commit().await?;
    refresh(&app.database, &app.models).await?;
    Ok(change)
}

/// Lets the model speak again that spoke before this one. One step; the way back is a promotion.
pub async fn roll_back_model(
    app: &App,
    principal: &Principal,
    wanted: Wanted,
    cause: Cause,
) -> Result<ChangeRow, Error> {
    let reason = reason_of(&wanted)?;
    let (key, model) = known(app, &wanted)?;
    let (component, class) = (key.component.as_str(), key.group_name());
    let mut tx = app.database.begin().await?;
    let store = &mut Store::new(&mut tx);
    let standing = store.standing(&principal.tenant, component, class).await?;
    let speaks = standing.filter(|standing| standing.model_id == model);
    let Some(previous) = speaks.and_then(|standing| standing.previous) else {
        return Err(Error::ModelNothingBefore { model_id: model });
    };
    let compared = compare(app, store, principal, key, &previous, &model).await?;
    let change = change(
        app,
        principal,
        key,
        "ROLLED_BACK",
        (&previous, &model),
        compared,
        true,
        reason,
    );
    let standing = StandingRow {
        tenant_id: principal.tenant.as_str().to_owned(),
        component: component.to_owned(),
        vehicle_class: class.to_owned(),
        model_id: previous,
        previous: None,
        since: change.changed_at,
    };
    write(store, principal, &standing, &change, cause).await?;
    tx.commit().await?;
    refresh(&app.database, &app.models).await?;
    Ok(change)
}

async fn write(
    store: &mut Store<'_>,
    principal: &Principal,
    standing: &StandingRow,
    change: &ChangeRow,
    cause: Cause,
) -> Result<(), Error> {
    store.set_standing(&principal.tenant, standing).await?;
    store.add_model_change(&principal.tenant, change).await?;
    store
        .publish(&published::model_promoted(&principal.tenant, change, cause))
        .await
}

/// The key, and the id of a model that we know.
fn known(app: &App, wanted: &Wanted) -> Result<(ModelKey, String), Error> {
    let unknown = || Error::ModelUnknown {
        model_id: wanted.model_id.clone(),
    };
    let model = app.models.get(&wanted.model_id).ok_or_else(unknown)?;
    let named = match (&wanted.component, &wanted.vehicle_class) {
        (Some(component), class) => {
            let class = class.as_deref().unwrap_or("any");
            Some(key_of(component, class).ok_or(Error::ModelKeyInvalid)?)
        }
        (None, Some(_)) => return Err(Error::ModelKeyInvalid),
        (None, None) => None,
    };
    let key = match (model.card.key, named) {
        (Some(key), None) => key,
        (Some(key), Some(named)) if key == named => key,
        (None, Some(named)) => named,
        _ => return Err(Error::ModelKeyInvalid),
    };
    Ok((key, wanted.model_id.clone()))
}

/// Who speaks for exactly this key.
fn present(app: &App, principal: &Principal, key: ModelKey) -> String {
    let rules = app.models.rules_of(&principal.tenant);
    let panel = rules.panels.exactly(key);
    panel.map_or(BUILT_IN, |panel| panel.champion_id()).to_owned()
}

/// By the cards if both models were judged on the same held-out units, else by the lives of this fleet that both forecast.
async fn compare(
    app: &App,
    store: &mut Store<'_>,
    principal: &Principal,
    key: ModelKey,
    model: &str,
    present: &str,
) -> Result<Comparison, Error> {
    let (ours, theirs) = (app.models.get(model), app.models.get(present));
    if let (Some(ours), Some(theirs)) = (ours, theirs)
        && let Some(compared) = Comparison::of_cards(&ours.card, &theirs.card)
    {
        return Ok(compared);
    }
    let PairedRow {
        lives,
        loss_km,
        previous_loss_km,
    } = store
        .paired_losses(
            &principal.tenant,
            key.component.as_str(),
            key.group_name(),
            model,
            present,
        )
        .await?;
    if lives < LIVES_MIN {
        return Ok(Comparison::NONE);
    }
    Ok(Comparison {
        on: "LIVE",
        units: lives.unsigned_abs(),
        loss_km,
        previous_loss_km,
    })
}

fn reason_of(wanted: &Wanted) -> Result<String, Error> {
    let reason = wanted.reason.as_deref().unwrap_or_default().trim().to_owned();
    if (wanted.force && reason.is_empty()) || reason.chars().count() > REASON_MAX {
        return Err(Error::ReasonInvalid);
    }
    Ok(reason)
}

#[expect(clippy::too_many_arguments, reason = "a row of a table, built in one place")]
fn change(
    app: &App,
    principal: &Principal,
    key: ModelKey,
    action: &str,
    (model, previous): (&str, &str),
    compared: Comparison,
    forced: bool,
    reason: String,
) -> ChangeRow {
    ChangeRow {
        change_id: new_id("mch"),
        component: key.component.as_str().to_owned(),
        vehicle_class: key.group_name().to_owned(),
        action: action.to_owned(),
        model_id: model.to_owned(),
        previous: previous.to_owned(),
        forced,
        reason,
        compared_on: compared.on.to_owned(),
        units: i64::try_from(compared.units).unwrap_or(i64::MAX),
        loss_km: compared.loss_km,
        previous_loss_km: compared.previous_loss_km,
        changed_by: principal.subject.clone(),
        changed_at: chassis::clock::micros(app.clock.now()),
    }
}

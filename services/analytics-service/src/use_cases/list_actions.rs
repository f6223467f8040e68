//! What the fleet has to do, by what waiting a week is expected to cost.

use super::sight;
use crate::App;
use crate::domain::fleet::Severity;
use crate::domain::kpi::Stakes;
use crate::domain::waiting::{Pending, Waiting, waiting};
use crate::error::Error;
use crate::store::{ActionRow, OpenDecision, Sight, Store};
use chassis::{DbError, Principal};
use std::collections::BTreeMap;

/// The wait that is shown and sorted by, days.
pub const WAIT_DAYS: f64 = 7.0;
/// Actions shown.
const ACTIONS: usize = 100;

/// Something to do, with what it costs to put it off.
#[derive(Debug, Clone)]
pub struct Action {
    pub row: ActionRow,
    pub waiting: Waiting,
}

impl Action {
    /// Judges a row.
    pub fn of(row: ActionRow, stakes: &Stakes) -> Action {
        let waiting = waiting(&row.pending, stakes, WAIT_DAYS);
        Action { row, waiting }
    }
}

/// What is asked for; each that is named must be so.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub component: Option<String>,
    pub severity: Option<Severity>,
    pub depot_id: Option<String>,
    /// A part of the vehicle's id, in any case.
    pub vehicle: Option<String>,
}

impl Filter {
    fn admits(&self, decision: &OpenDecision) -> bool {
        let is = |wanted: &Option<String>, value: &Option<String>| wanted.is_none() || wanted == value;
        let holds = |part: &String| decision.vehicle_id.to_lowercase().contains(&part.to_lowercase());
        is(&self.component, &decision.component)
            && is(&self.depot_id, &decision.depot_id)
            && self
                .severity
                .is_none_or(|severity| severity == decision.pending.severity)
            && self.vehicle.as_ref().is_none_or(holds)
    }
}

/// How many there are of each component, severity and depot, whatever is asked for.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    pub components: BTreeMap<String, u64>,
    pub severities: BTreeMap<Severity, u64>,
    pub depots: BTreeMap<String, u64>,
}

impl Choices {
    fn count(&mut self, decision: &OpenDecision) {
        if let Some(component) = &decision.component {
            *self.components.entry(component.clone()).or_default() += 1;
        }
        if let Some(depot_id) = &decision.depot_id {
            *self.depots.entry(depot_id.clone()).or_default() += 1;
        }
        *self.severities.entry(decision.pending.severity).or_default() += 1;
    }
}

/// What was asked for of all that there is to do.
#[derive(Debug, Clone)]
pub struct ActionList {
    /// The dearest to wait with.
    pub actions: Vec<Action>,
    /// How many were asked for, also beyond the end of the list.
    pub total: u64,
    pub choices: Choices,
}

/// Lists what the caller may see and asks for.
pub async fn list_fleet_actions(app: &App, principal: &Principal, filter: &Filter) -> Result<ActionList, Error> {
    let sight = sight(principal)?;
    let mut tx = app.database.read().await?;
    Ok(list_actions(&mut Store::on(&mut tx), &sight, &app.stakes, filter).await?)
}

/// The dearest to wait with, first; of equals the more serious, then by id.
pub async fn list_actions(
    store: &mut Store<'_>,
    sight: &Sight,
    stakes: &Stakes,
    filter: &Filter,
) -> Result<ActionList, DbError> {
    let open = store.open_decisions(sight).await?;
    let mut choices = Choices::default();
    open.iter().for_each(|decision| choices.count(decision));
    let asked = open.into_iter().filter(|decision| filter.admits(decision));
    let mut ranked: Vec<_> = asked
        .map(|open| rank(&open.pending, open.decision_id, stakes))
        .collect();
    ranked.sort_unstable();
    let total = ranked.len() as u64;
    let ids: Vec<String> = ranked.into_iter().take(ACTIONS).map(|(_, _, id)| id).collect();
    let rows = store.actions(&sight.tenant, &ids).await?;
    let mut actions: Vec<Action> = rows.into_iter().map(|row| Action::of(row, stakes)).collect();
    actions.sort_by_cached_key(|action| rank(&action.row.pending, action.row.decision_id.clone(), stakes));
    Ok(ActionList {
        actions,
        total,
        choices,
    })
}

fn rank(pending: &Pending, id: String, stakes: &Stakes) -> (i64, i64, String) {
    let cost = waiting(pending, stakes, WAIT_DAYS).cost.amount_minor;
    (-cost, -pending.severity.rank(), id)
}

//! What the fleet has to do, by what waiting a week is expected to cost.

use crate::domain::kpi::Stakes;
use crate::domain::waiting::{Pending, Waiting, waiting};
use crate::store::{ActionRow, Sight, Store};
use chassis::DbError;

/// The wait that is shown and sorted by, days.
pub const WAIT_DAYS: f64 = 7.0;

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

/// The dearest to wait with, first; of equals the more serious, then by id.
pub async fn list_actions(
    store: &mut Store<'_>,
    sight: &Sight,
    stakes: &Stakes,
    limit: usize,
) -> Result<Vec<Action>, DbError> {
    let pending = store.pending(sight).await?;
    let mut ranked: Vec<_> = pending
        .into_iter()
        .map(|(id, pending)| rank(pending, id, stakes))
        .collect();
    ranked.sort_unstable();
    let ids: Vec<String> = ranked.into_iter().take(limit).map(|(_, _, id)| id).collect();
    let mut actions: Vec<Action> = store
        .actions(&sight.tenant, &ids)
        .await?
        .into_iter()
        .map(|row| Action::of(row, stakes))
        .collect();
    actions.sort_by_cached_key(|action| rank(action.row.pending, action.row.decision_id.clone(), stakes));
    Ok(actions)
}

fn rank(pending: Pending, id: String, stakes: &Stakes) -> (i64, i64, String) {
    let cost = waiting(&pending, stakes, WAIT_DAYS).cost.amount_minor;
    (-cost, -pending.severity.rank(), id)
}

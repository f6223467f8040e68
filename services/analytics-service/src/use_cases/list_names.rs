//! Names people by id, for those who may not list users: a name on screen and nothing else.

use crate::App;
use crate::error::Error;
use crate::store::Store;
use chassis::{Principal, Role};

/// Ids in one question.
pub const IDS_MAX: usize = 100;
/// Names in one answer.
pub const NAMES_MAX: usize = 500;

/// Ids and names of the tenant's people; ids that are none of theirs are left out. Without ids: everyone for those who run the whole
/// tenant, the caller's own name for others, since the list of a tenant's customers is nobody else's business. Whoever is bound to some
/// vehicles runs a part of it: their own work names the ids that they may ask for.
pub async fn list_names(app: &App, principal: &Principal, ids: &[String]) -> Result<Vec<(String, String)>, Error> {
    if ids.len() > IDS_MAX {
        return Err(Error::TooManyIds);
    }
    let runs_tenant = matches!(
        principal.role,
        Some(Role::Admin | Role::FleetManager | Role::Support) | None
    );
    let may_list = runs_tenant && principal.vehicle_ids.is_none();
    let own = [principal.subject.clone()];
    let asked = if ids.is_empty() && !may_list { &own } else { ids };
    let mut tx = app.database.read().await?;
    Ok(Store::on(&mut tx).names(&principal.tenant, asked, NAMES_MAX).await?)
}

//! Rebuilding the read models, for operators.

use crate::App;
use crate::error::Error;
use crate::use_cases::rebuild_read_models::{Rebuilt, rebuild_read_models};
use axum::extract::State;
use axum::http::StatusCode;
use chassis::Principal;
use chassis::http::Json;
use chassis::identity::DEFAULT_TENANT;
use chassis::problem::Problem;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Whether a rebuild runs, and what the last one of this process did.
#[derive(Serialize, ToSchema)]
pub(super) struct RebuildBody {
    pub running: bool,
    pub last: Option<RebuiltBody>,
}

/// What a rebuild did.
#[derive(Serialize, ToSchema)]
pub(super) struct RebuiltBody {
    pub events: u64,
    pub events_not_understood: u64,
    pub seconds: f64,
    /// Of these, how long consumers had to wait.
    pub held_seconds: f64,
    pub events_per_second: f64,
    /// Rows of each read model, all tenants together.
    #[schema(value_type = Object)]
    pub rows: BTreeMap<&'static str, i64>,
    /// Why it failed; the read models are as before.
    pub error: Option<String>,
}

impl From<&Result<Rebuilt, String>> for RebuiltBody {
    fn from(done: &Result<Rebuilt, String>) -> RebuiltBody {
        let (rebuilt, error) = match done {
            Ok(rebuilt) => (Some(rebuilt), None),
            Err(error) => (None, Some(error.clone())),
        };
        let (events, seconds) = rebuilt.map_or((0, 0.0), |rebuilt| (rebuilt.events, rebuilt.seconds));
        RebuiltBody {
            held_seconds: rebuilt.map_or(0.0, |rebuilt| rebuilt.held_seconds),
            events,
            events_not_understood: rebuilt.map_or(0, |rebuilt| rebuilt.not_understood),
            seconds,
            events_per_second: if seconds > 0.0 { events as f64 / seconds } else { 0.0 },
            rows: rebuilt
                .map(|rebuilt| rebuilt.rows.iter().copied().collect())
                .unwrap_or_default(),
            error,
        }
    }
}

/// Builds the read models of all tenants anew from the producers' archives, while they go on being read. Only the default tenant's
/// administration may.
#[utoipa::path(post, path = "/api/v1/read-models/rebuild",
    responses((status = 202, body = RebuildBody), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn rebuild(
    State(app): State<App>,
    principal: Principal,
) -> Result<(StatusCode, Json<RebuildBody>), Problem> {
    require_default_tenant(&principal)?;
    if app.rebuilding.try_lock().is_err() {
        return Err(Error::RebuildRunning.into());
    }
    let working = app.clone();
    tokio::spawn(async move {
        let done = rebuild_read_models(&working).await;
        match &done {
            Ok(rebuilt) => tracing::info!(
                events = rebuilt.events,
                seconds = rebuilt.seconds,
                "the read models were rebuilt"
            ),
            Err(error) => tracing::error!(
                error = format!("{error:#}"),
                "the read models could not be rebuilt, they are as before"
            ),
        }
        *working.rebuilt.lock() = Some(done.map_err(|error| error.to_string()));
    });
    let body = RebuildBody {
        running: true,
        last: None,
    };
    Ok((StatusCode::ACCEPTED, Json(body)))
}

/// How the last rebuild went.
#[utoipa::path(get, path = "/api/v1/read-models/rebuild", responses((status = 200, body = RebuildBody), (status = 403, body = Problem)))]
pub(super) async fn show_rebuild(State(app): State<App>, principal: Principal) -> Result<Json<RebuildBody>, Problem> {
    require_default_tenant(&principal)?;
    let last = app.rebuilt.lock().as_ref().map(RebuiltBody::from);
    Ok(Json(RebuildBody {
        running: app.rebuilding.try_lock().is_err(),
        last,
    }))
}

fn require_default_tenant(principal: &Principal) -> Result<(), Error> {
    if principal.tenant.as_str() == DEFAULT_TENANT {
        Ok(())
    } else {
        Err(Error::NotDefaultTenant)
    }
}

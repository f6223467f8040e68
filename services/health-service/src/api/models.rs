//! `/api/v1/models`.

use axum::extract::State;
use chassis::Principal;
use chassis::http::{Json, Page};

use super::wire::ModelBody;
use crate::App;

/// The models that predict remaining life. The built-in one needs no training: it learns from each vehicle itself.
#[utoipa::path(get, path = "/api/v1/models", operation_id = "list_models", tag = "models",
    responses((status = 200, body = Page<ModelBody>)))]
pub(super) async fn list_models(State(_app): State<App>, _principal: Principal) -> Json<Page<ModelBody>> {
    Json(Page {
        items: vec![ModelBody::built_in()],
        next_cursor: None,
    })
}

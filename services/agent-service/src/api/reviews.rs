//! Reviews of decisions that were not sure enough.

use axum::extract::State;
use chassis::http::{Json, Page, PageQuery, Path, Query};
use chassis::problem::Problem;
use chassis::{Cause, Principal};

use super::{page, requests, wire};
use crate::domain::record::Review;
use crate::error::Error;
use crate::store::ReviewFilter;
use crate::use_cases::{self, App};

/// Open or answered reviews, latest first.
#[utoipa::path(get, path = "/api/v1/agents/reviews", operation_id = "list_reviews", tag = "reviews",
    params(requests::ReviewQuery), responses((status = 200, body = Page<wire::Review>), (status = 422, body = Problem)))]
pub(super) async fn list_reviews(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<requests::ReviewQuery>,
) -> Result<Json<Page<wire::Review>>, Problem> {
    let filter = ReviewFilter {
        answered: query.answered()?,
        visible_vehicle_ids: principal.vehicle_ids,
    };
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let paged = use_cases::list_reviews(&app, &principal.tenant, &filter, &paging.after()?, paging.limit()).await?;
    Ok(Json(page(paged, wire::Review::from)))
}

/// Answers a review. The decision's warning went out before; the answer amends it.
#[utoipa::path(post, path = "/api/v1/agents/reviews/{id}", operation_id = "answer_review", tag = "reviews",
    params(("id" = String, Path)), request_body = requests::AnswerRequest,
    responses((status = 200, body = wire::Review), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn answer_review(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(id): Path<String>,
    Json(request): Json<requests::AnswerRequest>,
) -> Result<Json<wire::Review>, Problem> {
    let seen = use_cases::show_review(&app, &principal.tenant, &id).await?;
    require_sight_of_review(&principal, &seen)?;
    let answer = request.into_answer(principal.subject.clone())?;
    let review = use_cases::answer_review(&app, &principal.tenant, &id, answer, &cause).await?;
    Ok(Json(review.into()))
}

/// Refuses a review of a vehicle that the caller may not see in the words of one that never was.
fn require_sight_of_review(principal: &Principal, review: &Review) -> Result<(), Problem> {
    if principal.may_see(&review.vehicle_id) {
        return Ok(());
    }
    let review_id = review.review_id.clone();
    Err(Problem::from(Error::ReviewUnknown { review_id }).hiding())
}

//! The tenant's changes as server-sent events.

use crate::App;
use crate::domain::session::ACCESS_SECONDS_MAX;
use crate::use_cases::follow_changes::Note;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use chassis::problem::Problem;
use chassis::{Principal, rfc3339};
use futures::Stream;
use std::convert::Infallible;
use std::time::Duration;

/// A stream does not outlive the token that opened it by more than a token's life.
const LONGEST: Duration = Duration::from_secs(ACCESS_SECONDS_MAX.unsigned_abs());

/// Streams changes: `{type, vehicle_id, time, summary}` each. A client that falls behind is let go, and so is everyone
/// after the longest life of an access token or when barred: a client comes back with a fresh token.
#[utoipa::path(get, path = "/api/v1/stream",
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 503, body = Problem)))]
pub(super) async fn follow_changes(
    State(app): State<App>,
    principal: Principal,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let follower = app.feed.follow(principal.clone())?;
    let end = Box::pin(tokio::time::sleep(LONGEST));
    let notes = futures::stream::unfold((follower, end), move |(mut follower, mut end)| {
        let (app, principal) = (app.clone(), principal.clone());
        async move {
            let next = tokio::select! {
                note = follower.next() => note,
                () = app.shutdown.cancelled() => None,
                () = &mut end => None,
            };
            let note = next.filter(|_| !app.identity.is_barred(&principal))?;
            Some((Ok(frame(&note)), (follower, end)))
        }
    });
    Ok(Sse::new(notes).keep_alive(KeepAlive::default()))
}

fn frame(note: &Note) -> Event {
    let body = serde_json::json!({
        "type": note.kind, "vehicle_id": note.vehicle_id, "time": rfc3339(note.time), "summary": note.summary,
    });
    Event::default().event("change").data(body.to_string())
}

//! The tenant's changes as server-sent events.

use crate::App;
use crate::domain::session::ACCESS_SECONDS_MAX;
use crate::use_cases::follow_changes::Note;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use chassis::problem::Problem;
use chassis::{Principal, rfc3339};
use futures::{Stream, StreamExt};
use std::convert::Infallible;
use std::time::Duration;

/// A stream does not outlive the token that opened it by more than a token's life.
const LONGEST: Duration = Duration::from_secs(ACCESS_SECONDS_MAX.unsigned_abs());

/// Streams changes: events `change` with an id and `{type, vehicle_id, time, summary}`. `Last-Event-ID` resumes: what came since is told
/// first, and the last seconds before may be told again under the same ids. An event `reset` says that more was missed than is told
/// again, so everything on the screen is to be looked at anew. A client that falls behind is let go, and so is everyone
/// after the longest life of an access token or when barred: a client comes back with a fresh token.
#[utoipa::path(get, path = "/api/v1/stream",
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was heard")),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 503, body = Problem)))]
pub(super) async fn follow_changes(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let after = headers.get("last-event-id").map(|id| id.to_str().unwrap_or_default());
    let follower = app.feed.follow(&app.database, principal.clone(), after).await?;
    let reset = follower.lost.then(|| Ok(Event::default().event("reset").data("{}")));
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
    let notes = futures::stream::iter(reset).chain(notes);
    Ok(Sse::new(notes).keep_alive(KeepAlive::default()))
}

fn frame(note: &Note) -> Event {
    let body = serde_json::json!({
        "type": note.kind, "vehicle_id": note.vehicle_id, "time": rfc3339(note.time), "summary": note.summary,
    });
    Event::default()
        .event("change")
        .id(note.id.clone())
        .data(body.to_string())
}

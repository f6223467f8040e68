//! The tenant's changes as server-sent events.

use crate::App;
use crate::use_cases::follow_changes::{Follower, Note};
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use chassis::problem::Problem;
use chassis::{Principal, rfc3339};
use futures::Stream;
use std::convert::Infallible;

/// Streams changes: `{type, vehicle_id, time, summary}` each. A client that falls behind is let go and comes back.
#[utoipa::path(get, path = "/api/v1/stream",
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 503, body = Problem)))]
pub(super) async fn follow_changes(
    State(app): State<App>,
    principal: Principal,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let follower = app.feed.follow(principal)?;
    let closed = app.shutdown.clone();
    let notes = futures::stream::unfold((follower, closed), |(mut follower, closed): (Follower, _)| async move {
        let next = tokio::select! {
            note = follower.next() => note,
            () = closed.cancelled() => None,
        };
        next.map(|note| (Ok(frame(&note)), (follower, closed)))
    });
    Ok(Sse::new(notes).keep_alive(KeepAlive::default()))
}

fn frame(note: &Note) -> Event {
    let body = serde_json::json!({
        "type": note.kind, "vehicle_id": note.vehicle_id, "time": rfc3339(note.time), "summary": note.summary,
    });
    Event::default().event("change").data(body.to_string())
}

//! The steps of a run as server-sent events, while they are taken.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use chassis::http::Path;
use chassis::problem::Problem;
use chassis::{Principal, TenantId};
use futures::Stream;

use super::wire;
use crate::domain::run::RunStage;
use crate::use_cases::{self, App};

/// How often the journal is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// No run takes longer; a stream that outlives it has lost its run.
const LONGEST: Duration = Duration::from_secs(120);

struct Follower {
    app: App,
    tenant: TenantId,
    decision_id: String,
    seen: i64,
    waiting: VecDeque<Event>,
    ended: bool,
    end: Instant,
}

/// Streams a run's steps: those taken already, then each when it is done; `end` closes the stream.
#[utoipa::path(get, path = "/api/v1/agents/decision/{id}/stream", operation_id = "follow_decision", tag = "decisions",
    params(("id" = String, Path)),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 404, body = Problem)))]
pub(super) async fn follow_decision(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let record = use_cases::show_decision(&app, &principal.tenant, &id).await?;
    super::require_sight_of(&principal, &id, &record.decision.vehicle_id)?;
    let follower = Follower {
        end: app.clock.instant() + LONGEST,
        app,
        tenant: principal.tenant.clone(),
        decision_id: id,
        seen: 0,
        waiting: VecDeque::new(),
        ended: false,
    };
    let events = futures::stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok(event), follower))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

impl Follower {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.ended || self.app.clock.instant() > self.end {
                return None;
            }
            if self.seen > 0 {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            self.look().await?;
        }
    }

    /// Queues what is new. A database that fails ends the stream: the client comes back.
    async fn look(&mut self) -> Option<()> {
        let progress = use_cases::follow_steps(&self.app, &self.tenant, &self.decision_id, self.seen)
            .await
            .ok()?;
        for step in progress.steps {
            self.seen = step.position;
            let id = step.position.to_string();
            let body = serde_json::to_string(&wire::Step::from(step)).ok()?;
            self.waiting.push_back(Event::default().event("step").id(id).data(body));
        }
        // A run whose steps are no longer kept ends at once too.
        self.seen = self.seen.max(1);
        if progress.stage == RunStage::Done {
            self.ended = true;
            self.waiting.push_back(Event::default().event("end").data("{}"));
        }
        Some(())
    }
}

//! Who wrote and who was refused, told by events (`access.recorded`) for whoever keeps the log of it.
//!
//! A write is told by the transaction that makes it: the line leaves with the effect or not at all. A refusal has no transaction; it is
//! counted in memory under who, what and why, and told each second. So a flood becomes one line with a count, a caller without a name
//! adds at most a line for each route, and what exceeds [`LINES_MAX`] different lines a second is told as one number.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::database::{Database, DbError, Tx};
use crate::event::{Cause, NewEvent, rfc3339};
use crate::identity::{DEFAULT_TENANT, Principal, PrincipalKind};
use crate::ids::TenantId;
use crate::outbox;

/// The type of the events; every service publishes it.
pub const RECORDED: &str = "access.recorded";

/// Different lines that may wait at once.
const LINES_MAX: usize = 1_000;
/// Lines in one event.
const LINES_PER_EVENT: usize = 200;
/// How often waiting lines are told.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// How often the use of one key is told (machine time).
const KEY_TOLD_EVERY: TimeDelta = TimeDelta::minutes(5);
/// A path from outside enters the log up to this length.
const PATH_BYTES_MAX: usize = 200;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    Done,
    Denied,
}

/// Who asked for what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    tenant: String,
    actor_id: Option<String>,
    actor_kind: &'static str,
    role: Option<&'static str>,
    method: &'static str,
    /// Template of the path.
    route: String,
}

impl Asked {
    /// By a caller, or by nobody who is known; that is kept with the tenant that the house itself belongs to.
    pub(crate) fn new(principal: Option<&Principal>, method: &'static str, route: &str) -> Self {
        let kind = |principal: &Principal| match principal.kind {
            PrincipalKind::User => "USER",
            PrincipalKind::Device => "DEVICE",
            PrincipalKind::Service => "SERVICE",
        };
        Self {
            tenant: principal.map_or(DEFAULT_TENANT, |who| who.tenant.as_str()).to_owned(),
            actor_id: principal.map(|who| who.subject.clone()),
            actor_kind: principal.map_or("NOBODY", kind),
            role: principal.and_then(|who| who.role).map(crate::Role::as_str),
            method,
            route: route.to_owned(),
        }
    }
}

/// One way in which a request ended; alike ones are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Alike {
    asked: Asked,
    outcome: Outcome,
    status: Option<u16>,
    code: Option<String>,
}

/// The first and last of alike ones, in business time.
#[derive(Clone, Debug)]
struct Seen {
    path: String,
    correlation_id: String,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    count: u64,
}

fn line(alike: &Alike, seen: &Seen) -> Value {
    let asked = &alike.asked;
    let mut line = json!({
        "at": rfc3339(seen.first), "until": rfc3339(seen.last), "count": seen.count,
        "actor_kind": asked.actor_kind, "method": asked.method, "route": asked.route, "path": seen.path,
        "outcome": match alike.outcome { Outcome::Done => "DONE", Outcome::Denied => "DENIED" },
        "correlation_id": seen.correlation_id,
    });
    let optional = [
        ("actor_id", asked.actor_id.clone().map(Value::from)),
        ("role", asked.role.map(Value::from)),
        ("status", alike.status.map(Value::from)),
        ("code", alike.code.clone().map(Value::from)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            line[name] = value;
        }
    }
    line
}

fn event(tenant: &str, time: DateTime<Utc>, cause: Cause, data: Value) -> NewEvent {
    NewEvent {
        kind: RECORDED,
        schema_version: "1.0",
        tenant: TenantId::new(tenant),
        // One place in the log for each tenant, so that its lines stay in order.
        key: "access".to_owned(),
        subject: None,
        time,
        cause,
        id: None,
        data,
    }
}

tokio::task_local! {
    static WRITING: Write;
}

/// A request that may write: its line is put into the first transaction that it commits.
#[derive(Clone)]
pub(crate) struct Write(Arc<Writing>);

struct Writing {
    alike: Alike,
    seen: Seen,
    told: AtomicBool,
}

impl Write {
    /// The request that this task works for, unless its line was committed already.
    pub(crate) fn current() -> Option<Self> {
        let write = WRITING.try_with(Clone::clone).ok()?;
        (!write.is_told()).then_some(write)
    }

    /// Puts the line into a transaction that has just begun.
    pub(crate) async fn tell(&self, tx: &mut Tx) -> Result<(), DbError> {
        let Writing { alike, seen, .. } = &*self.0;
        let cause = Cause {
            correlation_id: seen.correlation_id.clone(),
            historical: false,
        };
        let data = json!({"lines": [line(alike, seen)]});
        outbox::append(tx, &event(&alike.asked.tenant, seen.first, cause, data)).await
    }

    pub(crate) fn committed(&self) {
        self.0.told.store(true, Ordering::Release);
    }

    fn is_told(&self) -> bool {
        self.0.told.load(Ordering::Acquire)
    }

    /// Runs the request; every transaction that it begins is told of it.
    pub(crate) async fn run<T>(&self, request: impl Future<Output = T>) -> T {
        WRITING.scope(self.clone(), request).await
    }
}

/// What waits to be told. Cheap to clone.
#[derive(Clone)]
pub(crate) struct AccessLog {
    clock: Clock,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    lines: HashMap<Alike, Seen>,
    /// Requests whose line found no room.
    overflow: u64,
    /// Uses of keys that are to be told: tenant, key, machine time.
    keys_used: Vec<(String, String, DateTime<Utc>)>,
    /// When the use of each key was told last.
    key_told: HashMap<(String, String), DateTime<Utc>>,
}

impl AccessLog {
    pub(crate) fn new(clock: Clock) -> Self {
        let waiting = Arc::default();
        Self { clock, waiting }
    }

    /// A request that may write.
    pub(crate) fn write(&self, asked: Asked, path: &str, cause: &Cause) -> Write {
        Write(Arc::new(Writing {
            alike: Alike {
                asked,
                outcome: Outcome::Done,
                status: None,
                code: None,
            },
            seen: self.seen(path, cause),
            told: AtomicBool::new(false),
        }))
    }

    /// A write that succeeded without a transaction of its own request (a group commit): told from memory.
    pub(crate) fn done(&self, write: &Write) {
        if !write.is_told() {
            let Writing { alike, seen, .. } = &*write.0;
            self.count(alike.clone(), seen.clone());
        }
    }

    /// A request that was refused.
    pub(crate) fn denied(&self, asked: Asked, path: &str, cause: &Cause, status: u16, code: Option<String>) {
        let alike = Alike {
            asked,
            outcome: Outcome::Denied,
            status: Some(status),
            code,
        };
        self.count(alike, self.seen(path, cause));
    }

    /// Somebody came with a key.
    pub(crate) fn key_used(&self, principal: &Principal) {
        let now = self.clock.machine_now();
        let key = (principal.tenant.as_str().to_owned(), principal.subject.clone());
        let mut waiting = self.waiting.lock();
        if waiting
            .key_told
            .get(&key)
            .is_some_and(|told| now < *told + KEY_TOLD_EVERY)
        {
            return;
        }
        if waiting.keys_used.len() < LINES_MAX {
            waiting.keys_used.push((key.0.clone(), key.1.clone(), now));
            waiting.key_told.insert(key, now);
        }
    }

    fn seen(&self, path: &str, cause: &Cause) -> Seen {
        let now = self.clock.now();
        let end = path.floor_char_boundary(PATH_BYTES_MAX);
        Seen {
            path: path[..end].to_owned(),
            correlation_id: cause.correlation_id.clone(),
            first: now,
            last: now,
            count: 1,
        }
    }

    fn count(&self, alike: Alike, seen: Seen) {
        let mut waiting = self.waiting.lock();
        if let Some(known) = waiting.lines.get_mut(&alike) {
            known.last = known.last.max(seen.last);
            known.count += seen.count;
        } else if waiting.lines.len() < LINES_MAX {
            waiting.lines.insert(alike, seen);
        } else {
            waiting.overflow += seen.count;
        }
    }

    /// Tells what waits, each second, and once more at the end.
    pub(crate) async fn run(self, database: Database, shutdown: CancellationToken) -> anyhow::Result<()> {
        loop {
            let ends = tokio::time::timeout(TELL_EVERY, shutdown.cancelled()).await.is_ok();
            if let Err(error) = self.tell(&database).await {
                tracing::warn!(%error, "lines of the access log wait for the next second");
            }
            if ends {
                return Ok(());
            }
        }
    }

    /// Moves what waits into the outbox; what could not be moved waits on.
    async fn tell(&self, database: &Database) -> Result<(), DbError> {
        let (lines, keys_used, overflow) = {
            let mut waiting = self.waiting.lock();
            let taken = (
                std::mem::take(&mut waiting.lines),
                std::mem::take(&mut waiting.keys_used),
                std::mem::take(&mut waiting.overflow),
            );
            let (now, told) = (self.clock.machine_now(), &mut waiting.key_told);
            told.retain(|_, at| now < *at + KEY_TOLD_EVERY);
            taken
        };
        if lines.is_empty() && keys_used.is_empty() && overflow == 0 {
            return Ok(());
        }
        let events = self.events(&lines, &keys_used, overflow);
        let appended = async {
            let mut tx = database.begin_bulk().await?;
            for event in &events {
                outbox::append(&mut tx, event).await?;
            }
            tx.commit().await
        };
        let appended = appended.await;
        if appended.is_err() {
            for (alike, seen) in lines {
                self.count(alike, seen);
            }
            let mut waiting = self.waiting.lock();
            waiting.overflow += overflow;
            let room = LINES_MAX.saturating_sub(waiting.keys_used.len());
            waiting.keys_used.extend(keys_used.into_iter().take(room));
        }
        appended
    }

    fn events(
        &self,
        lines: &HashMap<Alike, Seen>,
        keys_used: &[(String, String, DateTime<Utc>)],
        overflow: u64,
    ) -> Vec<NewEvent> {
        let now = self.clock.now();
        /// A tenant's lines, and the keys that were used in it.
        type OfTenant<'a> = (Vec<(&'a Alike, &'a Seen)>, Vec<Value>);
        let mut by_tenant: HashMap<&str, OfTenant<'_>> = HashMap::new();
        for (alike, seen) in lines {
            by_tenant.entry(&alike.asked.tenant).or_default().0.push((alike, seen));
        }
        for (tenant, key_id, at) in keys_used {
            let used = json!({"key_id": key_id, "at": rfc3339(*at)});
            by_tenant.entry(tenant).or_default().1.push(used);
        }
        let mut events = Vec::new();
        for (tenant, (mut lines, keys_used)) in by_tenant {
            lines.sort_by_key(|(_, seen)| seen.first);
            let lines: Vec<Value> = lines.into_iter().map(|(alike, seen)| line(alike, seen)).collect();
            events.extend(
                lines
                    .chunks(LINES_PER_EVENT)
                    .map(|some| event(tenant, now, Cause::new(), json!({"lines": some}))),
            );
            for some in keys_used.chunks(LINES_PER_EVENT) {
                let data = json!({"lines": [], "keys_used": some});
                events.push(event(tenant, now, Cause::new(), data));
            }
        }
        if overflow > 0 {
            let data = json!({"lines": [], "overflow": overflow});
            events.push(event(DEFAULT_TENANT, now, Cause::new(), data));
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> AccessLog {
        AccessLog::new(Clock::manual(DateTime::UNIX_EPOCH))
    }

    fn told(log: &AccessLog) -> Vec<NewEvent> {
        let waiting = log.waiting.lock();
        log.events(&waiting.lines, &waiting.keys_used, waiting.overflow)
    }

    #[test]
    fn a_flood_of_refusals_is_one_line_with_a_count() {
        let log = log();
        for number in 0..100_000 {
            let asked = Asked::new(None, "GET", "/api/v1/notes/{id}");
            let path = format!("/api/v1/notes/{number}");
            log.denied(asked, &path, &Cause::new(), 401, Some("auth.required".to_owned()));
        }
        let told = told(&log);
        assert_eq!(told.len(), 1);
        let lines = told[0].data["lines"].as_array().unwrap();
        assert_eq!((lines.len(), &lines[0]["count"]), (1, &json!(100_000)));
        assert_eq!(lines[0]["path"], "/api/v1/notes/0", "the first of them stands for all");
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let log = log();
        for number in 0..LINES_MAX + 7 {
            let asked = Asked::new(None, "GET", &format!("/{number}"));
            log.denied(asked, "/", &Cause::new(), 403, None);
        }
        let told = told(&log);
        let lines: usize = told
            .iter()
            .map(|event| event.data["lines"].as_array().unwrap().len())
            .sum();
        assert_eq!(lines, LINES_MAX);
        assert!(
            told.iter()
                .all(|event| event.data["lines"].as_array().unwrap().len() <= LINES_PER_EVENT)
        );
        assert_eq!(told.iter().find_map(|event| event.data["overflow"].as_u64()), Some(7));
    }

    #[test]
    fn a_path_from_outside_is_cut() {
        let log = log();
        let path = "é".repeat(5_000);
        log.denied(Asked::new(None, "GET", "/{id}"), &path, &Cause::new(), 403, None);
        let told = told(&log);
        assert!(told[0].data["lines"][0]["path"].as_str().unwrap().len() <= PATH_BYTES_MAX);
    }
}

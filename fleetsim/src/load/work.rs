//! One connection's work: take the next due post, fill it, send it, note what was acknowledged.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::Utc;
use hdrhistogram::Histogram;
use tokio::time::Instant;

use super::http::{Connection, Endpoint};
use super::plan::Plan;
use super::template::{Body, Compression, pack};
use super::{LoadDetails, LoadOptions, report, sleep, sleep_until};
use crate::client::Verdict;
use crate::ledger::Ledger;

/// Wait before a post that nobody answered is posted again.
const RECONNECT_WAIT: Duration = Duration::from_millis(200);
/// Wait after a 429 that names none.
const BUSY_WAIT: Duration = Duration::from_secs(1);
/// Longest wait after a 429, whatever the server asks for.
const BUSY_WAIT_MAX: Duration = Duration::from_secs(10);
/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) options: LoadOptions,
    pub(crate) details: LoadDetails,
    pub(crate) endpoint: Endpoint,
    pub(crate) plan: Plan,
    pub(crate) ledger: Option<Ledger>,
    pub(crate) next: AtomicU64,
    pub(crate) batches: u64,
    pub(crate) began: Instant,
    /// Event time of the first post, in milliseconds since 1970.
    pub(crate) began_ms: i64,
    pub(crate) bar: indicatif::ProgressBar,
}

/// What one connection counted.
pub(crate) struct Tally {
    pub(crate) sent: u64,
    pub(crate) verdict: Verdict,
    pub(crate) in_doubt: u64,
    pub(crate) throttled: u64,
    pub(crate) repeated: u64,
    pub(crate) latencies_us: Histogram<u64>,
    pub(crate) last_answer: Option<Instant>,
}

/// A post on its way.
#[derive(Clone, Copy)]
struct Post {
    batch: u64,
    base_ms: i64,
    due: Instant,
}

/// The next post of the run, once it is due; none at the run's end.
async fn next(shared: &Shared) -> Option<Post> {
    let stop = &shared.details.stop;
    let batch = shared.next.fetch_add(1, Ordering::Relaxed);
    if batch >= shared.batches || stop.is_cancelled() {
        return None;
    }
    if shared.options.rate <= 0.0 {
        let elapsed_s = shared.began.elapsed().as_secs_f64();
        shared.bar.set_position((elapsed_s * 10.0) as u64);
        return (elapsed_s < shared.options.seconds).then(|| Post {
            batch,
            base_ms: Utc::now().timestamp_millis(),
            due: Instant::now(),
        });
    }
    let due_s = (batch * shared.options.batch) as f64 / shared.options.rate;
    let due = shared.began + Duration::from_secs_f64(due_s);
    sleep_until(due, stop).await;
    (!stop.is_cancelled()).then(|| Post {
        batch,
        base_ms: shared.began_ms + (due_s * 1_000.0) as i64,
        due,
    })
}

pub(crate) async fn work(shared: std::sync::Arc<Shared>) -> anyhow::Result<Tally> {
    let mut tally = Tally {
        sent: 0,
        verdict: Verdict::default(),
        in_doubt: 0,
        throttled: 0,
        repeated: 0,
        latencies_us: report::histogram()?,
        last_answer: None,
    };
    let mut connection = Connection::new(&shared.endpoint.authority);
    let mut body = Body::new(&shared.plan);
    let (mut packed, mut request) = (Vec::new(), Vec::new());
    while let Some(post) = next(&shared).await {
        let filled = body.fill(post.batch, post.base_ms);
        let content = match shared.details.compression {
            Compression::None => filled,
            compression => {
                pack(compression, filled, &mut packed)?;
                &packed
            }
        };
        write_request(&shared, content, &mut request);
        tally.sent += shared.options.batch;
        send(&shared, &mut tally, &mut connection, &request, post).await?;
        if shared.options.rate > 0.0 {
            shared.bar.inc(shared.options.batch);
        }
    }
    Ok(tally)
}

/// Head and body in one piece, so that one write sends both.
fn write_request(shared: &Shared, body: &[u8], request: &mut Vec<u8>) {
    let (path, media_type) = match shared.options.batch {
        1 => ("/api/v1/ingest", "application/json"),
        _ => ("/api/v1/ingest/batch", "application/x-ndjson"),
    };
    let encoding = match shared.details.compression {
        Compression::None => "",
        Compression::Gzip => "content-encoding: gzip\r\n",
        Compression::Zstd => "content-encoding: zstd\r\n",
    };
    let Endpoint { authority, prefix } = &shared.endpoint;
    request.clear();
    for part in [
        "POST ",
        prefix,
        path,
        " HTTP/1.1\r\nhost: ",
        authority,
        "\r\nx-api-key: ",
        &shared.options.key,
        "\r\ncontent-type: ",
        media_type,
        "\r\n",
        encoding,
        "content-length: ",
        &body.len().to_string(),
        "\r\n\r\n",
    ] {
        request.extend_from_slice(part.as_bytes());
    }
    request.extend_from_slice(body);
}

/// What one answer means.
enum Outcome {
    Acknowledged(Verdict),
    Busy(Duration),
    /// The post is not taken and will not be; a quarantined single record is kept aside.
    Refused {
        quarantined: bool,
    },
    /// A 5xx is like no answer: the server may have failed before or after its commit.
    Unanswered,
}

async fn ask(connection: &mut Connection, request: &[u8]) -> Outcome {
    let Ok(reply) = connection.exchange(request, ANSWER_WITHIN).await else {
        return Outcome::Unanswered;
    };
    match reply.status {
        200 | 202 => match serde_json::from_slice(reply.body) {
            Ok(verdict) => Outcome::Acknowledged(verdict),
            Err(_) => Outcome::Unanswered,
        },
        429 => Outcome::Busy(reply.retry_after.unwrap_or(BUSY_WAIT).min(BUSY_WAIT_MAX)),
        status if status >= 500 => Outcome::Unanswered,
        _ => Outcome::Refused {
            quarantined: serde_json::from_slice::<serde_json::Value>(reply.body)
                .is_ok_and(|problem| problem.get("quarantine_id").is_some()),
        },
    }
}

/// Posts until it is answered or its patience ends.
async fn send(
    shared: &Shared,
    tally: &mut Tally,
    connection: &mut Connection,
    request: &[u8],
    post: Post,
) -> anyhow::Result<()> {
    let records = shared.options.batch;
    let deadline = post.due + Duration::from_secs_f64(shared.options.patience_s);
    let mut unanswered = false;
    loop {
        let wait = match ask(connection, request).await {
            Outcome::Acknowledged(verdict) => {
                if let (Some(ledger), Some(refused)) = (&shared.ledger, refused(&verdict)) {
                    ledger.note(post.batch, post.base_ms, &refused)?;
                }
                let now = Instant::now();
                let latency_us = u64::try_from((now - post.due).as_micros()).unwrap_or(u64::MAX);
                tally.latencies_us.saturating_record(latency_us);
                tally.last_answer = Some(now);
                tally.verdict.add(&verdict);
                return Ok(());
            }
            Outcome::Busy(retry_after) => {
                tally.throttled += 1;
                if !shared.details.retry {
                    tally.verdict.rejected += records;
                    if shared.options.rate <= 0.0 {
                        sleep(retry_after, &shared.details.stop).await;
                    }
                    return Ok(());
                }
                retry_after
            }
            Outcome::Refused { quarantined } => {
                let count = if quarantined {
                    &mut tally.verdict.quarantined
                } else {
                    &mut tally.verdict.rejected
                };
                *count += records;
                return Ok(());
            }
            Outcome::Unanswered => {
                unanswered = true;
                tally.repeated += 1;
                RECONNECT_WAIT
            }
        };
        if Instant::now() + wait > deadline || shared.details.stop.is_cancelled() {
            let count = if unanswered {
                &mut tally.in_doubt
            } else {
                &mut tally.verdict.rejected
            };
            *count += records;
            return Ok(());
        }
        sleep(wait, &shared.details.stop).await;
    }
}

/// The places that a verdict complains about; all others are acknowledged. Complaints beyond the first hundred are not
/// named, so a post with more of them acknowledges nothing that could be held against anyone.
fn refused(verdict: &Verdict) -> Option<Vec<usize>> {
    let complaints = verdict.rejected + verdict.quarantined;
    let named = complaints <= verdict.errors.len() as u64;
    named.then(|| verdict.errors.iter().map(|error| error.index).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::RecordError;

    #[test]
    fn only_what_is_not_complained_about_is_acknowledged() {
        let complaint = |index| RecordError {
            index,
            ..RecordError::default()
        };
        let mut verdict = Verdict {
            accepted: 2,
            rejected: 1,
            errors: vec![complaint(1)],
            ..Verdict::default()
        };
        assert_eq!(refused(&verdict), Some(vec![1]));
        verdict.rejected = 2;
        assert_eq!(refused(&verdict), None);
        assert_eq!(refused(&Verdict::default()), Some(vec![]));
    }
}

//! Takes records from a request: judges them, hands them to the writer, and waits for the commit.

use std::sync::Arc;

use bytes::Bytes;
use chassis::{Cause, TenantId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::judge_records::{self, Judged};
use crate::App;
use crate::config;
use crate::domain::fault::{RecordFault, Rejection};
use crate::domain::record::RawRecord;
use crate::domain::verdict::Counts;
use crate::error::Error;

/// One element of a body: its text, and the record in it, if it is one.
pub struct Element<'a> {
    pub raw: &'a str,
    pub record: Result<RawRecord<'a>, Rejection>,
}

/// Reads the elements of a body, at most so many.
pub type Parse = for<'a> fn(&'a [u8], usize) -> Result<Vec<Element<'a>>, Error>;

/// Who posts.
#[derive(Debug, Clone)]
pub struct Caller {
    pub tenant: TenantId,
    /// User or key id.
    pub subject: String,
    /// `Some`: may post for these vehicles only.
    pub vehicle_ids: Option<Vec<String>>,
}

/// A body to be taken.
pub struct Submission {
    pub caller: Caller,
    pub cause: Cause,
    pub body: Bytes,
    /// Name of the body's form, for the receipt.
    pub format: &'static str,
    pub parse: Parse,
    /// A body of a single record is refused as a whole where a batch would report the record.
    pub single: bool,
}

/// Something to be said about one record or reading of the request.
#[derive(Debug, Clone, PartialEq)]
pub struct Remark {
    /// Place in the batch, from 0.
    pub index: usize,
    pub code: &'static str,
    pub text: String,
    /// JSON pointer into the record.
    pub path: String,
}

/// What became of a request.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    pub receipt_id: String,
    pub counts: Counts,
    /// Records that were not accepted, the first ones.
    pub errors: Vec<Remark>,
    /// Readings that were set apart and other doubts, the first ones.
    pub warnings: Vec<Remark>,
    /// Of the first record that is in quarantine: its id there, and why.
    pub quarantine_id: Option<String>,
    pub fault: Option<RecordFault>,
}

/// A judged request on its way to the writer.
pub struct Request {
    pub caller: Caller,
    pub cause: Cause,
    pub format: &'static str,
    pub body_bytes: usize,
    pub judged: Judged,
    /// Of a replay: the quarantined item that this request settles.
    pub settles: Option<String>,
    pub reply: oneshot::Sender<Result<Verdict, Error>>,
    pub(crate) _room: Room,
}

/// The bounded way to the writer: by requests and by bytes, from before a body is judged until it is committed.
#[derive(Clone)]
pub struct Queue {
    sender: mpsc::Sender<Request>,
    requests: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    bytes_max: u32,
    /// Bodies that are judged at the same time.
    judging: Arc<Semaphore>,
    retry_after_s: u64,
}

/// A place in the queue; given back when dropped.
pub struct Room {
    _request: OwnedSemaphorePermit,
    _bytes: OwnedSemaphorePermit,
}

impl Queue {
    /// A queue and its end for the writer.
    #[must_use]
    pub fn new(limits: &config::Receipt) -> (Self, mpsc::Receiver<Request>) {
        let requests_max = limits.queue_requests_max.max(1);
        let bytes_max = u32::try_from(limits.queue_bytes_max).unwrap_or(u32::MAX).max(1);
        let (sender, receiver) = mpsc::channel(requests_max);
        let queue = Self {
            sender,
            requests: Arc::new(Semaphore::new(requests_max)),
            bytes: Arc::new(Semaphore::new(bytes_max as usize)),
            bytes_max,
            judging: Arc::new(Semaphore::new(limits.judging_max.max(1))),
            retry_after_s: limits.retry_after_s,
        };
        (queue, receiver)
    }

    /// Reserves a place before any work is done for the body; full means [`Error::Overloaded`]. A lone body always finds room.
    pub fn reserve(&self, bytes: usize) -> Result<Room, Error> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX).clamp(1, self.bytes_max);
        let request = self.requests.clone().try_acquire_owned();
        let bytes = self.bytes.clone().try_acquire_many_owned(bytes);
        let (Ok(request), Ok(bytes)) = (request, bytes) else {
            metrics::counter!("telemetry_requests_refused_total").increment(1);
            return Err(Error::Overloaded {
                retry_after_s: self.retry_after_s,
            });
        };
        Ok(Room {
            _request: request,
            _bytes: bytes,
        })
    }

    /// Hands a request to the writer without waiting: whoever has a place finds the channel with room.
    fn push(&self, request: Request) -> Result<(), Error> {
        self.sender.try_send(request).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Error::Overloaded {
                retry_after_s: self.retry_after_s,
            },
            mpsc::error::TrySendError::Closed(_) => Error::ShuttingDown,
        })
    }
}

/// Takes a body. When this returns a verdict, it is committed and survives a crash.
pub async fn ingest(app: &App, submission: Submission) -> Result<Verdict, Error> {
    ingest_settling(app, submission, None).await
}

/// The same for a replay, which settles a quarantined item in the same transaction.
pub async fn ingest_settling(app: &App, submission: Submission, settles: Option<String>) -> Result<Verdict, Error> {
    let room = app.queue.reserve(submission.body.len())?;
    let (judged, room) = judge(app, &submission, room).await?;
    let (reply, answer) = oneshot::channel();
    app.queue.push(Request {
        caller: submission.caller,
        cause: submission.cause,
        format: submission.format,
        body_bytes: submission.body.len(),
        judged,
        settles,
        reply,
        _room: room,
    })?;
    let verdict = answer.await.map_err(|_| Error::ShuttingDown)??;
    app.failpoints.hit("ingestion.acknowledge.before");
    Ok(verdict)
}

/// A small body is judged here and now: a change of threads costs more than its judgement does. Another one takes its room and its turn
/// along, so that a client that goes away meanwhile makes no room for work that still runs.
async fn judge(app: &App, submission: &Submission, room: Room) -> Result<(Judged, Room), Error> {
    let (parse, single) = (submission.parse, submission.single);
    if submission.body.len() <= app.config.receipt.judged_at_once_bytes_max
        && let Some(judged) = judge_records::judge_at_once(app, &submission.caller, &submission.body, parse, single)?
    {
        return Ok((judged, room));
    }
    let (app, caller, body) = (app.clone(), submission.caller.clone(), submission.body.clone());
    let turn = app.queue.judging.clone().acquire_owned();
    let turn = turn.await.map_err(|_| Error::ShuttingDown)?;
    let judged = tokio::task::spawn_blocking(move || {
        let judged = judge_records::judge(&app, &caller, &body, parse, single);
        drop(turn);
        judged.map(|judged| (judged, room))
    });
    judged.await.map_err(|_| Error::ShuttingDown)?
}

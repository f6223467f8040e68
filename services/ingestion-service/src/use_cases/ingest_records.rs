//! Takes records from a request: judges them, hands them to the writer, and waits for the commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Bytes;
use chassis::{Cause, TenantId};
use tokio::sync::{mpsc, oneshot};

use super::judge_records::{self, Judged};
use crate::App;
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

/// The bounded way to the writer: by requests and by bytes.
#[derive(Clone)]
pub struct Queue {
    sender: mpsc::Sender<Request>,
    waiting_bytes: Arc<AtomicU64>,
    bytes_max: u64,
    retry_after_s: u64,
}

/// A share of the queue's bytes; given back when dropped.
pub struct Room {
    bytes: u64,
    waiting_bytes: Arc<AtomicU64>,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.waiting_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Queue {
    /// A queue and its end for the writer.
    #[must_use]
    pub fn new(requests_max: usize, bytes_max: usize, retry_after_s: u64) -> (Self, mpsc::Receiver<Request>) {
        let (sender, receiver) = mpsc::channel(requests_max.max(1));
        (
            Self {
                sender,
                waiting_bytes: Arc::default(),
                bytes_max: bytes_max as u64,
                retry_after_s,
            },
            receiver,
        )
    }

    /// Reserves room before any work is done for the body; full means [`Error::Overloaded`]. A lone body always finds room.
    pub fn reserve(&self, bytes: usize) -> Result<Room, Error> {
        let bytes = bytes as u64;
        let before = self.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        let room = Room {
            bytes,
            waiting_bytes: self.waiting_bytes.clone(),
        };
        if self.sender.capacity() == 0 || (before > 0 && before + bytes > self.bytes_max) {
            metrics::counter!("telemetry_requests_refused_total").increment(1);
            return Err(Error::Overloaded {
                retry_after_s: self.retry_after_s,
            });
        }
        Ok(room)
    }

    /// Hands a request to the writer without waiting.
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
    let (judging, caller) = (app.clone(), submission.caller.clone());
    let (body, parse, single) = (submission.body.clone(), submission.parse, submission.single);
    let judged = tokio::task::spawn_blocking(move || judge_records::judge(&judging, &caller, &body, parse, single))
        .await
        .map_err(|_| Error::ShuttingDown)??;
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

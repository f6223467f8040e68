//! Reading on where the transport's window has passed: from the producer's archive, in this process or over HTTP.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use anyhow::Context;
use parking_lot::RwLock;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::config::Secret;
use crate::event::Event;
use crate::outbox::Archive;

/// The archives that can be reached from here.
pub(super) struct Archives {
    here: RwLock<HashMap<String, Archive>>,
    elsewhere: BTreeMap<String, String>,
    key: Secret,
    http: reqwest::Client,
}

/// A producer's archive cannot be read at the moment; marks the error.
#[derive(Debug, thiserror::Error)]
#[error("the archive of {0} cannot be read")]
pub(super) struct ArchiveAway(String);

/// The longest wait for an archive's connection.
const CONNECT: Duration = Duration::from_secs(2);
/// The longest wait for its whole answer.
const ANSWER: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
struct Answer {
    events: Vec<Box<RawValue>>,
}

impl Archives {
    /// `elsewhere` maps a producer's name to the base URL of its service; `key` is sent as X-API-Key.
    pub(super) fn new(elsewhere: BTreeMap<String, String>, key: Secret) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .build()?;
        Ok(Self {
            here: RwLock::default(),
            elsewhere,
            key,
            http,
        })
    }

    pub(super) fn attach(&self, producer: &str, archive: Archive) {
        self.here.write().insert(producer.to_owned(), archive);
    }

    /// Events after a position. A gap at the start means that the producer keeps them no longer (retention).
    ///
    /// # Errors
    /// Marked by [`ArchiveAway`].
    pub(super) async fn read(
        &self,
        producer: &str,
        partition: u8,
        after: i64,
        limit: usize,
    ) -> anyhow::Result<Vec<Event>> {
        metrics::counter!("archive_reads_total", "producer" => producer.to_owned()).increment(1);
        let read = self.read_anywhere(producer, partition, after, limit).await;
        read.with_context(|| ArchiveAway(producer.to_owned()))
    }

    async fn read_anywhere(
        &self,
        producer: &str,
        partition: u8,
        after: i64,
        limit: usize,
    ) -> anyhow::Result<Vec<Event>> {
        let here = self.here.read().get(producer).cloned();
        if let Some(archive) = here {
            return Ok(archive.read(partition, after, limit, None).await?);
        }
        let base = self
            .elsewhere
            .get(producer)
            .with_context(|| format!("the window of {producer} has passed and broker.archives does not name it"))?;
        let url = format!(
            "{}/internal/events?partition={partition}&after={after}&limit={limit}",
            base.trim_end_matches('/')
        );
        let answer = self
            .http
            .get(&url)
            .header("x-api-key", self.key.reveal())
            .send()
            .await?
            .error_for_status()?;
        let answer: Answer = serde_json::from_slice(&answer.bytes().await?)?;
        let events = answer.events.iter().map(|event| Event::from_cloud_event(event.get()));
        Ok(events.collect::<Result<_, _>>()?)
    }
}

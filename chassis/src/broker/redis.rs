//! Redis Streams as transport, on one server or on a Redis Cluster.
//!
//! One stream per producer and partition; its key carries a hash tag, so that a Cluster spreads partitions over its masters. The entry id
//! *is* the sequence (`<sequence>-0`): a repeated publish is refused by Redis, and a consumer reads on from any position. Heads stand in
//! one hash per producer, and a published batch rings one pub/sub channel, so that readers sleep without a blocking connection per
//! partition. Nothing here is the truth: a stream that was trimmed, emptied or lost in a failover is read on from the producer's archive.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};
use parking_lot::Mutex;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::cluster::ClusterClientBuilder;
use redis::cluster_async::ClusterConnection;
use redis::{Client, Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisResult, ServerErrorKind};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::archives::Archives;
use super::heads::Heads;
use super::window::{Limits, Window};
use super::{Broker, Placed};
use crate::config::BrokerConfig;
use crate::event::Event;
use crate::outbox::{Archive, Packed};
use crate::partition;

/// How often heads are compared with Redis where no message told of them, and the transport is looked at for losses.
const REFRESH: Duration = Duration::from_secs(1);
/// Events of a lost stream that are published again; consumers further behind read the archive.
const REFILL: i64 = 256;
/// Pause before the bell is connected again.
const RECONNECT: Duration = Duration::from_millis(300);
/// A Cluster's connection that is older than this is made anew when a command got no answer: its own recovery was seen to be stuck for good
/// after masters had died in turn, with every command timing out.
const RENEWED: Duration = Duration::from_secs(10);
/// Streams that are written to at the same time.
const CONCURRENT: usize = 16;

/// The broker of many processes.
pub struct RedisBroker {
    nodes: Vec<String>,
    timeout: Duration,
    connection: tokio::sync::Mutex<Option<(Connection, Instant)>>,
    prefix: String,
    limits: Limits,
    heads: Heads,
    archives: Archives,
    windows: Mutex<HashMap<(String, u8), Window>>,
    looked: Mutex<HashMap<String, Instant>>,
}

#[derive(Clone)]
enum Connection {
    Single(ConnectionManager),
    Cluster(ClusterConnection),
}

impl RedisBroker {
    /// Connects when it is first used: a service starts, and acknowledges, while Redis is away. Several URLs, separated by commas, are
    /// nodes of a Redis Cluster.
    ///
    /// # Errors
    /// When a URL is not one of Redis.
    pub fn new(config: &BrokerConfig, shutdown: CancellationToken) -> anyhow::Result<Arc<Self>> {
        let nodes: Vec<String> = config.redis_url.split(',').map(|url| url.trim().to_owned()).collect();
        for node in &nodes {
            Client::open(node.as_str())
                .map_err(|error| anyhow::anyhow!("broker.redis_url {}: {error}", place_of(node)))?;
        }
        let broker = Arc::new(Self {
            nodes,
            timeout: Duration::from_millis(config.response_timeout_ms),
            connection: tokio::sync::Mutex::default(),
            prefix: config.prefix.clone(),
            limits: Limits {
                bytes: config.window_bytes / usize::from(partition::COUNT),
                age: Duration::from_secs(config.window_s),
            },
            heads: Heads::new(),
            archives: Archives::new(config.archives.clone(), config.archive_key.clone())?,
            windows: Mutex::default(),
            looked: Mutex::default(),
        });
        tokio::spawn(listen(broker.clone(), shutdown.clone()));
        tokio::spawn(keep_fresh(broker.clone(), shutdown));
        Ok(broker)
    }

    async fn connection(&self) -> RedisResult<(Connection, Instant)> {
        let mut kept = self.connection.lock().await;
        if let Some(known) = &*kept {
            return Ok(known.clone());
        }
        let made = (connect(&self.nodes, self.timeout).await?, Instant::now());
        Ok(kept.insert(made).clone())
    }

    /// Lets go of a Cluster's connection over which a command got no answer.
    async fn let_go_if_unanswered<T>(
        &self,
        answer: RedisResult<T>,
        connection: &Connection,
        made: Instant,
    ) -> RedisResult<T> {
        let unanswered = answer
            .as_ref()
            .is_err_and(|error| error.is_timeout() || error.is_io_error());
        if unanswered && matches!(connection, Connection::Cluster(_)) && made.elapsed() > RENEWED {
            let mut kept = self.connection.lock().await;
            if kept.as_ref().is_some_and(|(_, at)| *at == made) {
                *kept = None;
                tracing::info!("a command to the Redis Cluster got no answer, connecting anew");
            }
        }
        answer
    }

    async fn query<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        let (connection, made) = self.connection().await?;
        let answer = match connection.clone() {
            Connection::Single(mut connection) => command.query_async(&mut connection).await,
            Connection::Cluster(mut connection) => command.query_async(&mut connection).await,
        };
        self.let_go_if_unanswered(answer, &connection, made).await
    }

    async fn pipe<T: FromRedisValue>(&self, pipeline: &Pipeline) -> RedisResult<T> {
        let (connection, made) = self.connection().await?;
        let answer = match connection.clone() {
            Connection::Single(mut connection) => pipeline.query_async(&mut connection).await,
            Connection::Cluster(mut connection) => pipeline.query_async(&mut connection).await,
        };
        self.let_go_if_unanswered(answer, &connection, made).await
    }

    fn stream_key(&self, producer: &str, partition: u8) -> String {
        format!("{}:{{{producer}:{partition}}}:log", self.prefix)
    }

    fn heads_key(&self, producer: &str) -> String {
        format!("{}:{{{producer}}}:heads", self.prefix)
    }

    /// There as long as Redis has kept what it was given.
    fn filled_key(&self, producer: &str) -> String {
        format!("{}:{{{producer}}}:filled", self.prefix)
    }

    fn channel(&self) -> String {
        format!("{}:bell", self.prefix)
    }

    /// What Redis says the heads of a producer are.
    async fn stored_heads(&self, producer: &str) -> RedisResult<BTreeMap<u8, i64>> {
        self.query(redis::cmd("HGETALL").arg(self.heads_key(producer))).await
    }

    async fn refresh(&self) -> RedisResult<()> {
        for producer in self.heads.producers() {
            self.heads.advance(&producer, self.stored_heads(&producer).await?);
        }
        Ok(())
    }

    /// Adds one partition's events; those that Redis has already are refused by it, which is what we want.
    async fn add(&self, producer: &str, partition: u8, events: Vec<&Packed>) -> anyhow::Result<(u8, i64)> {
        let key = self.stream_key(producer, partition);
        let mut last = 0;
        let mut pipeline = Pipeline::with_capacity(events.len());
        for event in events {
            let id = format!("{}-0", event.sequence);
            let meta = serde_json::to_vec(event)?;
            let bytes = meta.len() + event.data.len();
            let command = pipeline.cmd("XADD").arg(&key);
            if let Some(first) = self.trim_before(producer, partition, event.sequence, bytes) {
                command.arg("MINID").arg("~").arg(format!("{first}-0"));
            }
            command.arg(id).arg("m").arg(meta).arg("d").arg(&event.data);
            last = event.sequence;
        }
        let answers: Vec<RedisResult<String>> = self.pipe(pipeline.ignore_errors()).await?;
        for answer in answers {
            match answer {
                Err(error) if !is_repetition(&error) => return Err(error.into()),
                _ => {}
            }
        }
        Ok((partition, last))
    }

    fn trim_before(&self, producer: &str, partition: u8, sequence: i64, bytes: usize) -> Option<i64> {
        let mut windows = self.windows.lock();
        let window = windows.entry((producer.to_owned(), partition)).or_default();
        window.push(sequence, bytes, Instant::now(), self.limits)
    }
}

/// "ERR The ID specified in XADD is equal or smaller than the target stream top item".
fn is_repetition(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::ResponseError) && error.to_string().contains("equal or smaller")
}

async fn connect(nodes: &[String], timeout: Duration) -> RedisResult<Connection> {
    if let [only] = nodes {
        // The library's own response timeout is 500 ms, too short for a server that is saving or swapping.
        let settings = ConnectionManagerConfig::new()
            .set_response_timeout(Some(timeout))
            .set_connection_timeout(Some(timeout))
            .set_number_of_retries(2)
            .set_max_delay(Duration::from_secs(1));
        let client = Client::open(only.as_str())?;
        let manager = client.get_connection_manager_with_config(settings).await?;
        return Ok(Connection::Single(manager));
    }
    let client = ClusterClientBuilder::new(nodes.iter().map(String::as_str))
        .connection_timeout(timeout)
        .response_timeout(timeout)
        .retries(4)
        .build()?;
    Ok(Connection::Cluster(client.get_async_connection().await?))
}

/// Where a URL leads, without the user and password that may stand in it.
fn place_of(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, place)| place)
}

/// Hears the bell. A connection that broke is made anew, on the next node where there are several (a Cluster carries messages to all).
async fn listen(broker: Arc<RedisBroker>, shutdown: CancellationToken) {
    for node in broker.nodes.iter().cycle() {
        tokio::select! {
            () = shutdown.cancelled() => return,
            ended = hear(&broker, node) => {
                let error = ended.err().map(|error| error.to_string()).unwrap_or_default();
                tracing::info!(node = place_of(node), error, "the bell's connection ended, connecting again");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(RECONNECT) => {}
        }
    }
}

async fn hear(broker: &RedisBroker, node: &str) -> RedisResult<()> {
    let mut bell = Client::open(node)?.get_async_pubsub().await?;
    bell.subscribe(broker.channel()).await?;
    broker.refresh().await?;
    let mut messages = bell.on_message();
    while let Some(message) = messages.next().await {
        let text: String = message.get_payload()?;
        if let Some((producer, moved)) = parse_ring(&text) {
            broker.heads.advance(producer, moved);
        }
    }
    Ok(())
}

/// A message may be lost (pub/sub keeps none): heads are also asked for.
async fn keep_fresh(broker: Arc<RedisBroker>, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(REFRESH) => {}
        }
        if let Err(error) = broker.refresh().await {
            tracing::debug!(%error, "heads could not be read");
        }
    }
}

/// `producer partition:sequence partition:sequence …`
fn format_ring(producer: &str, moved: &[(u8, i64)]) -> String {
    use std::fmt::Write;
    moved
        .iter()
        .fold(producer.to_owned(), |mut text, (partition, sequence)| {
            let _ = write!(text, " {partition}:{sequence}");
            text
        })
}

fn parse_ring(text: &str) -> Option<(&str, Vec<(u8, i64)>)> {
    let mut words = text.split(' ');
    let producer = words.next()?;
    let moved = words.filter_map(|word| {
        let (partition, sequence) = word.split_once(':')?;
        Some((partition.parse().ok()?, sequence.parse().ok()?))
    });
    Some((producer, moved.collect()))
}

type Entry = (String, Vec<(String, Vec<u8>)>);

/// An entry as it was published; none for one that somebody else has put there.
fn parse_entry(entry: Entry) -> Option<Packed> {
    let (mut meta, mut data) = (None, None);
    for (field, value) in entry.1 {
        match field.as_str() {
            "m" => meta = Some(value),
            "d" => data = Some(value),
            _ => {}
        }
    }
    let mut packed: Packed = serde_json::from_slice(&meta?).ok()?;
    packed.data = data?;
    Some(packed)
}

#[async_trait]
impl Broker for RedisBroker {
    async fn attach(&self, producer: &'static str, archive: Archive) -> anyhow::Result<()> {
        self.archives.attach(producer, archive);
        // What Redis knows comes by the bell or the next look.
        self.heads.advance(producer, []);
        Ok(())
    }

    async fn publish(&self, producer: &str, placed: &[Placed]) -> anyhow::Result<()> {
        let mut partitions: BTreeMap<u8, Vec<&Packed>> = BTreeMap::new();
        for one in placed {
            partitions.entry(one.partition).or_default().extend(&one.event);
        }
        let mut added = Vec::with_capacity(partitions.len());
        for (partition, events) in partitions {
            added.push(self.add(producer, partition, events));
        }
        let moved: Vec<(u8, i64)> = futures::stream::iter(added)
            .buffer_unordered(CONCURRENT)
            .try_collect()
            .await?;
        let mut heads = redis::cmd("HSET");
        heads.arg(self.heads_key(producer));
        for (partition, sequence) in &moved {
            heads.arg(*partition).arg(*sequence);
        }
        let mut ring = redis::cmd("PUBLISH");
        ring.arg(self.channel()).arg(format_ring(producer, &moved));
        let _: i64 = self.query(&heads).await?;
        let _: i64 = self.query(&ring).await?;
        self.heads.advance(producer, moved);
        Ok(())
    }

    async fn lost(
        &self,
        producer: &str,
        archive: &Archive,
        unwritten: &BTreeMap<i64, i64>,
    ) -> anyhow::Result<Vec<(u8, i64)>> {
        let looked = self.looked.lock().get(producer).copied();
        if looked.is_some_and(|at| at.elapsed() < REFRESH) {
            return Ok(Vec::new());
        }
        // What was published, not what was placed: on SQLite that is there with the commit, and comes here a moment later.
        let mut published: BTreeMap<u8, i64> = archive.published().await?.into_iter().collect();
        for (partition, sequence) in unwritten {
            let known = published.entry(*partition as u8).or_default();
            *known = (*known).max(*sequence);
        }
        // Heads alone do not tell: a partition that was published to after the loss has its head again.
        let kept: bool = self.query(redis::cmd("EXISTS").arg(self.filled_key(producer))).await?;
        let stored = match kept {
            true => self.stored_heads(producer).await?,
            false => BTreeMap::new(),
        };
        let lost = published.into_iter().filter_map(|(partition, head)| {
            let known = stored.get(&partition).copied().unwrap_or(0);
            (known < head).then_some((partition, (head - REFILL).max(0)))
        });
        let lost: Vec<_> = lost.collect();
        self.looked.lock().insert(producer.to_owned(), Instant::now());
        Ok(lost)
    }

    async fn clear(&self, producer: &str, partition: u8) -> anyhow::Result<()> {
        Ok(self
            .query(redis::cmd("UNLINK").arg(self.stream_key(producer, partition)))
            .await?)
    }

    async fn refilled(&self, producer: &str) -> anyhow::Result<()> {
        Ok(self
            .query(redis::cmd("SET").arg(self.filled_key(producer)).arg(1))
            .await?)
    }

    async fn read(&self, producer: &str, partition: u8, after: i64, limit: usize) -> anyhow::Result<Vec<Event>> {
        let entries: Vec<Entry> = self
            .query(
                redis::cmd("XRANGE")
                    .arg(self.stream_key(producer, partition))
                    .arg(format!("{}-0", after + 1))
                    .arg("+")
                    .arg("COUNT")
                    .arg(limit),
            )
            .await?;
        let mut events = Vec::with_capacity(entries.len());
        for (expected, packed) in (after + 1..).zip(entries.into_iter().filter_map(parse_entry)) {
            if packed.sequence != expected {
                break;
            }
            events.push(packed.unpack(producer)?);
        }
        if events.is_empty() && self.heads.get(producer, partition) > after {
            return self.archives.read(producer, partition, after, limit).await;
        }
        Ok(events)
    }

    fn heads(&self, producer: &str) -> partition::Each {
        self.heads.all(producer)
    }

    fn bell(&self) -> watch::Receiver<u64> {
        self.heads.bell()
    }

    fn reads_outboxes(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_told_with_a_place() {
        for url in [
            "redis://:s3cret@cache:6379/0",
            "rediss://user:s3c@ret@cache:6379/0",
            "redis:/s3cret@cache:6379/0",
        ] {
            assert_eq!(place_of(url), "cache:6379/0");
        }
        assert_eq!(place_of("redis://cache:6379"), "redis://cache:6379");
    }

    #[test]
    fn a_ring_is_read_as_it_was_written() {
        let moved = vec![(0, 1), (63, i64::MAX)];
        let text = format_ring("notes-service", &moved);
        assert_eq!(parse_ring(&text), Some(("notes-service", moved)));
        assert_eq!(
            parse_ring("notes-service nonsense 1:x"),
            Some(("notes-service", vec![]))
        );
    }
}

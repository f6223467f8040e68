//! Test helpers: a runtime in a temporary folder, a served service, stand-in producers, signed tokens, contract checks.

pub mod contracts;
pub mod ports;
pub mod servers;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::broker::{Broker, EmbeddedBroker, RedisBroker};
use crate::clock::Clock;
use crate::config::{AuthConfig, BrokerConfig, DatabaseConfig, Secret, Sources};
use crate::database::{Database, own_url};
use crate::event::{Cause, Event, NewEvent};
use crate::failpoint::Failpoints;
use crate::identity::{Claims, Role, Tokens};
use crate::ids::TenantId;
use crate::on;
use crate::outbox::{Archive, Published, Relay};
use crate::service::{Definition, Runtime, Service};

/// The secret that test tokens are signed with.
pub const TOKEN_SECRET: &str = "a-secret-for-tests-that-is-long-enough";
/// The bootstrap key of test runtimes: tenant `default`, every scope.
pub const BOOTSTRAP_KEY: &str = "cvk_bootstrap_for_tests";
/// How long helpers poll before they give up.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Configuration sources for a test: test secrets and a free port.
pub fn sources() -> Sources {
    let text = |value: &str| toml::Value::String(value.to_owned());
    Sources {
        overrides: vec![
            ("auth.token_secret".to_owned(), text(TOKEN_SECRET)),
            ("auth.bootstrap_key".to_owned(), text(BOOTSTRAP_KEY)),
            ("http.port".to_owned(), toml::Value::Integer(0)),
        ],
        ..Sources::default()
    }
}

/// What a test stands on: stores and transport. Tests ask for [`Ground::of_this_run`], so that all of them run on each.
#[derive(Clone, Debug)]
pub enum Ground {
    /// SQLite files and the embedded broker, in one process.
    Embedded,
    /// PostgreSQL and Redis; the template of database URLs, and the configuration of the broker.
    Servers {
        database_url: String,
        broker: Box<BrokerConfig>,
    },
}

impl Ground {
    /// Embedded, or what `CARVROOOM_TEST_GROUND` names: `postgres-redis`. The servers are those of `CARVROOOM_TEST_POSTGRES` and
    /// `CARVROOOM_TEST_REDIS`, or this process's own.
    pub fn of_this_run() -> Self {
        match std::env::var("CARVROOOM_TEST_GROUND").as_deref() {
            Err(_) | Ok("" | "embedded") => Self::Embedded,
            Ok("postgres-redis") => Self::servers(),
            Ok(other) => panic!("CARVROOOM_TEST_GROUND={other} is not known"),
        }
    }

    /// PostgreSQL and Redis, with schemas and keys that no other test has.
    pub fn servers() -> Self {
        let redis = std::env::var("CARVROOOM_TEST_REDIS").unwrap_or_else(|_| servers::redis().url());
        Self::servers_at(&postgres_url(), &redis)
    }

    /// The same on given servers: a PostgreSQL URL with its database, and Redis URLs.
    pub fn servers_at(postgres: &str, redis: &str) -> Self {
        let unique = crate::ids::new_id("t");
        let broker = BrokerConfig {
            redis_url: redis.to_owned(),
            prefix: unique.clone(),
            ..crate::config::shared(&Sources::default())
                .expect("complete defaults")
                .broker
        };
        Self::Servers {
            database_url: format!("{postgres}?options[search_path]={unique}_{{database}}"),
            broker: Box::new(broker),
        }
    }
}

/// A PostgreSQL database that tests share; each works in a schema of its own.
fn postgres_url() -> String {
    std::env::var("CARVROOOM_TEST_POSTGRES")
        .unwrap_or_else(|_| format!("{}/postgres", servers::postgres().url_prefix()))
}

/// An empty database for a store's suite, on the ground of this run; `folder` holds the file, if it is one.
pub async fn empty_database(folder: &Path, migrations: &[(&str, &str)]) -> Database {
    let url = match Ground::of_this_run() {
        Ground::Embedded => String::new(),
        Ground::Servers { database_url, .. } => own_url(&database_url, "suite"),
    };
    let file = folder.join("suite.db");
    Database::open(
        "suite",
        &DatabaseConfig::at(&url),
        &file,
        migrations,
        Failpoints::default(),
    )
    .await
    .expect("an empty database")
}

/// A runtime in a temporary folder, with a clock that moves by hand, on the ground of this run.
pub struct TestRuntime {
    runtime: Runtime,
    ground: Ground,
    folder: Arc<tempfile::TempDir>,
}

impl TestRuntime {
    /// Starts at a fixed business time.
    pub fn start(now: DateTime<Utc>) -> Self {
        Self::start_on(&Ground::of_this_run(), now)
    }

    /// The same on a given ground. Two runtimes on one ground are two processes of one installation, if it has servers.
    pub fn start_on(ground: &Ground, now: DateTime<Utc>) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        Self {
            runtime: new_runtime(ground, folder.path(), Clock::manual(now)),
            ground: ground.clone(),
            folder,
        }
    }

    /// A new runtime on the same folder, as after a restart. Shut the services of the old one down first.
    pub fn restart(&self) -> Self {
        Self {
            runtime: new_runtime(&self.ground, self.folder.path(), self.runtime.clock.clone()),
            ground: self.ground.clone(),
            folder: self.folder.clone(),
        }
    }

    /// What `build` takes.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// The clock, to move business time.
    pub fn clock(&self) -> &Clock {
        &self.runtime.clock
    }

    /// The temporary folder that holds the databases.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// Environment for a service's own binary, so that it works on the same ground.
    pub fn environment(&self, definition: &Definition) -> Vec<(String, String)> {
        let set = |section: &str, key: &str, value: &str| {
            let name = format!("{}__{section}__{key}", definition.env_prefix);
            (name, value.to_owned())
        };
        match &self.ground {
            Ground::Embedded => Vec::new(),
            Ground::Servers { database_url, broker } => vec![
                set("DATABASE", "URL", &own_url(database_url, definition.name)),
                set("BROKER", "REDIS_URL", &broker.redis_url),
                set("BROKER", "PREFIX", &broker.prefix),
            ],
        }
    }

    /// A second door to a service's database, beside the service itself.
    pub async fn database_of(&self, definition: &Definition) -> Database {
        let file = self.folder.path().join(format!("{}.db", definition.name));
        self.open(definition.name, definition.name, &file, definition.migrations)
            .await
    }

    /// Polls until so many instances share the service's partitions; give them short leases (`events.lease_ms`), or it takes long.
    pub async fn shared_by(&self, definition: &Definition, instances: i64) {
        let database = self.database_of(definition).await;
        eventually(&format!("{instances} instances of {}", definition.name), || async {
            let mut tx = database.read().await.expect("a transaction");
            let owners: i64 = on!(tx, c => sqlx::query_scalar(
                "SELECT COUNT(DISTINCT owner) FROM partition_lease WHERE owner <> ''").fetch_one(c).await)
            .expect("leases");
            (owners == instances).then_some(())
        })
        .await;
        database.close().await;
    }

    async fn open(&self, service: &'static str, database: &str, file: &Path, migrations: &[(&str, &str)]) -> Database {
        let template = self.runtime.database_url.as_deref();
        let url = template.map_or(String::new(), |template| own_url(template, database));
        Database::open(
            service,
            &DatabaseConfig::at(&url),
            file,
            migrations,
            Failpoints::default(),
        )
        .await
        .expect("a database")
    }

    /// A stand-in for another service: whatever it delivers arrives as that service's events.
    pub async fn producer(&self, name: &'static str) -> Producer {
        let file = self.folder.path().join(format!("stand-in-{name}.db"));
        let database = self.open(name, &format!("stand-in-{name}"), &file, &[]).await;
        let archive = Archive::new(name, database.clone());
        self.runtime.broker.attach(name, archive).await.expect("attached");
        Producer {
            name,
            database,
            runtime: self.runtime.clone(),
        }
    }

    /// Polls until the service has published `count` events of a kind (or more), and returns them; panics after [`DEADLINE`].
    pub async fn published(&self, producer: &str, kind: &str, count: usize) -> Vec<Event> {
        eventually(&format!("{count} {kind} of {producer}"), || async {
            let events = self.all_published(producer).await;
            let found: Vec<Event> = events.into_iter().filter(|event| event.kind == kind).collect();
            (found.len() >= count).then_some(found)
        })
        .await
    }

    /// Everything that a service has published so far, by partition and sequence, but for what it tells of requests.
    pub async fn all_published(&self, producer: &str) -> Vec<Event> {
        let told = self.told(producer).await.into_iter();
        told.filter(|event| event.kind != crate::ACCESS_RECORDED).collect()
    }

    /// What a service has told of requests: writes, refusals, keys in use.
    pub async fn access_recorded(&self, producer: &str) -> Vec<Event> {
        let told = self.told(producer).await.into_iter();
        told.filter(|event| event.kind == crate::ACCESS_RECORDED).collect()
    }

    async fn told(&self, producer: &str) -> Vec<Event> {
        let mut events = Vec::new();
        for partition in 0..crate::partition::COUNT {
            events.extend(
                self.runtime
                    .broker
                    .read(producer, partition, 0, 10_000)
                    .await
                    .expect("readable"),
            );
        }
        events
    }
}

fn new_runtime(ground: &Ground, folder: &Path, clock: Clock) -> Runtime {
    let shutdown = CancellationToken::new();
    let (broker, database_url): (Arc<dyn Broker>, _) = match ground {
        Ground::Embedded => (EmbeddedBroker::new(), None),
        Ground::Servers { database_url, broker } => {
            let broker = RedisBroker::new(broker, shutdown.clone()).expect("a URL of Redis");
            (broker, Some(database_url.clone()))
        }
    };
    Runtime {
        clock,
        broker,
        shutdown,
        failpoints: Failpoints::default(),
        data_dir: folder.to_owned(),
        database_url,
        metrics: None,
    }
}

/// Polls a condition until it gives something; panics after [`DEADLINE`], naming what was waited for.
pub async fn eventually<T, F, Fut>(what: &str, mut condition: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let waited = async {
        loop {
            if let Some(found) = condition().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, waited)
        .await
        .unwrap_or_else(|_| panic!("not seen within {DEADLINE:?}: {what}"))
}

/// A stand-in for another service's event stream.
pub struct Producer {
    name: &'static str,
    database: Database,
    runtime: Runtime,
}

impl Producer {
    /// Its outbox's database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Publishes an event and returns its id.
    pub async fn deliver(
        &self,
        kind: &'static str,
        tenant: &str,
        key: &str,
        time: DateTime<Utc>,
        data: serde_json::Value,
    ) -> String {
        self.deliver_event(NewEvent {
            kind,
            schema_version: "1.0",
            tenant: TenantId::new(tenant),
            key: key.to_owned(),
            subject: Some(key.to_owned()),
            time,
            cause: Cause::new(),
            id: Some(crate::ids::new_id("evt")),
            data,
        })
        .await
    }

    /// The same with every field in the caller's hand.
    pub async fn deliver_event(&self, event: NewEvent) -> String {
        let id = event.id.clone().unwrap_or_default();
        self.deliver_all(std::slice::from_ref(&event)).await;
        id
    }

    /// Many events in one transaction.
    pub async fn deliver_all(&self, events: &[NewEvent]) {
        let mut tx = self.database.begin().await.expect("a transaction");
        for event in events {
            crate::outbox::append(&mut tx, event).await.expect("appended");
        }
        tx.commit().await.expect("committed");
        let mut relay = Relay {
            producer: self.name,
            owner: "stand-in".to_owned(),
            database: self.database.clone(),
            broker: self.runtime.broker.clone(),
            clock: self.runtime.clock.clone(),
            failpoints: Failpoints::default(),
            lease: Duration::from_secs(10),
            linger: Duration::ZERO,
            published: Published::default(),
        };
        // A round takes a bounded number of rows.
        for _ in 0..=events.len() / 1024 {
            relay.round().await.expect("relayed");
        }
    }
}

/// A service that listens on a free port until it is stopped.
pub struct TestService {
    url: String,
    shutdown: CancellationToken,
    served: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl TestService {
    /// Serves it.
    pub async fn start(runtime: &TestRuntime, service: Service) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let lent = runtime.runtime().clone();
        let shutdown = lent.shutdown.clone();
        let served = tokio::spawn(async move { crate::service::serve(&lent, vec![(listener, service)]).await });
        Self { url, shutdown, served }
    }

    /// Address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Stops it and waits until its databases are closed.
    pub async fn stop(self) {
        self.shutdown.cancel();
        self.served.await.expect("no panic").expect("a clean end");
    }
}

fn test_tokens() -> Tokens {
    Tokens::new(&AuthConfig {
        issuer: "carvrooom".to_owned(),
        audience: "carvrooom".to_owned(),
        token_kid: "k1".to_owned(),
        token_secret: Secret::new(TOKEN_SECRET),
        previous_token_kid: String::new(),
        previous_token_secret: Secret::default(),
        bootstrap_key: Secret::default(),
    })
    .expect("test secret is long enough")
}

/// An access token of a person, valid for ten minutes; `vehicle_ids` restricts what they may see.
pub fn token(tenant: &str, role: Role, user_id: &str, vehicle_ids: Option<&[&str]>) -> String {
    let now = Utc::now().timestamp();
    let claims = Claims {
        iss: "carvrooom".to_owned(),
        aud: "carvrooom".to_owned(),
        sub: user_id.to_owned(),
        sid: format!("ses_{user_id}"),
        iat: now,
        exp: now + 600,
        role: role.as_str().to_owned(),
        tenant_id: tenant.to_owned(),
        scope: Vec::new(),
        vehicle_ids: vehicle_ids.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()),
    };
    test_tokens().sign(&claims).expect("signed")
}

/// Data of an `identity.key.issued` event for this key, to be delivered as the identity owner.
pub fn key_issued(key_id: &str, key: &str, kind: &str, scopes: &[&str]) -> serde_json::Value {
    serde_json::json!({"key_id": key_id, "kind": kind, "hash": crate::identity::key_hash(key), "scopes": scopes})
}

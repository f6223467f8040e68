//! Test helpers: a runtime in a temporary folder, a served service, stand-in producers, signed tokens, contract checks.

pub mod contracts;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::broker::EmbeddedBroker;
use crate::clock::Clock;
use crate::config::{AuthConfig, DatabaseConfig, Secret, Sources};
use crate::database::Database;
use crate::event::{Cause, Event, NewEvent};
use crate::failpoint::Failpoints;
use crate::identity::{Claims, Role, Tokens};
use crate::ids::TenantId;
use crate::outbox::{Archive, Relay};
use crate::service::{Runtime, Service};

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

/// A runtime in a temporary folder, with a clock that moves by hand and the embedded broker.
pub struct TestRuntime {
    runtime: Runtime,
    folder: Arc<tempfile::TempDir>,
}

impl TestRuntime {
    /// Starts at a fixed business time.
    pub fn start(now: DateTime<Utc>) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        Self {
            runtime: new_runtime(folder.path(), Clock::manual(now)),
            folder,
        }
    }

    /// A new runtime on the same folder, as after a restart. Shut the services of the old one down first.
    pub fn restart(&self) -> Self {
        Self {
            runtime: new_runtime(self.folder.path(), self.runtime.clock.clone()),
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

    /// A stand-in for another service: whatever it delivers arrives as that service's events.
    pub async fn producer(&self, name: &'static str) -> Producer {
        let config = DatabaseConfig {
            url: String::new(),
            readers_max: 2,
            busy_timeout_ms: 5000,
            cache_kib: 1024,
        };
        let file = self.folder.path().join(format!("stand-in-{name}.db"));
        let database = Database::open(name, &config, &file, &[], Failpoints::default())
            .await
            .expect("the stand-in's database");
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

    /// Everything that a service has published so far, by partition and sequence.
    pub async fn all_published(&self, producer: &str) -> Vec<Event> {
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

fn new_runtime(folder: &Path, clock: Clock) -> Runtime {
    Runtime {
        clock,
        broker: EmbeddedBroker::new(),
        shutdown: CancellationToken::new(),
        failpoints: Failpoints::default(),
        data_dir: folder.to_owned(),
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
        let mut tx = self.database.begin().await.expect("a transaction");
        crate::outbox::append(&mut tx, &event).await.expect("appended");
        tx.commit().await.expect("committed");
        let relay = Relay {
            producer: self.name,
            owner: "stand-in".to_owned(),
            database: self.database.clone(),
            broker: self.runtime.broker.clone(),
            clock: self.runtime.clock.clone(),
            failpoints: Failpoints::default(),
            lease: Duration::from_secs(10),
        };
        relay.round().await.expect("relayed");
        id
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

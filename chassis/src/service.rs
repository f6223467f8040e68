//! How a service is put together and run: [`Definition`], [`Runtime`], [`Kit`], [`Service`], [`serve`].

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chrono::{DateTime, Utc};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;

use crate::access::AccessLog;
use crate::bell::Bell;
use crate::broker::{Broker, Consumer, DeadLetters, Handler, Subscription};
use crate::clock::Clock;
use crate::config::Base;
use crate::database::{ATTEMPTS, Database, is_postgres, is_retryable, own_url, pause};
use crate::failpoint::Failpoints;
use crate::http::{self, Patience, Shell, again};
use crate::identity::{Guard, IdentityCopy, Policy, Tokens};
use crate::outbox::{Archive, Published, Relay};

/// The constants of a service.
pub struct Definition {
    /// Its name, such as `notes-service`; also the source of its events.
    pub name: &'static str,
    /// Prefix of its environment names, such as `NOTES`.
    pub env_prefix: &'static str,
    /// Its commented defaults (TOML).
    pub default_config: &'static str,
    /// Who may call which route (TOML).
    pub policy: &'static str,
    /// Name and SQL of each migration, in order.
    pub migrations: &'static [(&'static str, &'static str)],
    /// Event types that it publishes.
    pub publishes: &'static [&'static str],
    /// What it reads of others.
    pub subscribes: &'static [Subscription],
    /// Its API as OpenAPI.
    pub openapi: fn() -> utoipa::openapi::OpenApi,
}

/// What a process lends to each of its services.
#[derive(Clone)]
pub struct Runtime {
    pub clock: Clock,
    pub broker: Arc<dyn Broker>,
    pub shutdown: CancellationToken,
    pub failpoints: Failpoints,
    /// Where file-based databases live.
    pub data_dir: PathBuf,
    /// Where a service's database is when its configuration names none: a PostgreSQL URL with `{database}` for its name, and `{role}`
    /// where each service has its own role. Without it, a file in `data_dir`.
    pub database_url: Option<String>,
    /// Renders /metrics; absent in tests.
    pub metrics: Option<PrometheusHandle>,
}

/// How often an instance looks whether another has changed identity.
const IDENTITY_EVERY: Duration = Duration::from_secs(1);
/// How long the answer under an Idempotency-Key is kept.
const ANSWERS_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// Work that answers when its next row is due.
type DueFuture = Pin<Box<dyn Future<Output = anyhow::Result<Option<DateTime<Utc>>>> + Send>>;
type WorkerFuture = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

/// Background work of a service.
struct Worker {
    name: &'static str,
    future: WorkerFuture,
}

/// A service that is ready to be served.
pub struct Service {
    pub name: &'static str,
    /// Where it wants to listen.
    pub address: SocketAddr,
    /// All its routes inside the common layers.
    pub router: Router,
    workers: Vec<Worker>,
    patience: Patience,
    drained: CancellationToken,
    database: Database,
    _lock: Option<Arc<std::fs::File>>,
}

/// Wires a service: opens its database, and gathers routes, consumer and workers.
pub struct Kit {
    definition: &'static Definition,
    config: Base,
    runtime: Runtime,
    database: Database,
    identity: IdentityCopy,
    tokens: Tokens,
    owner: String,
    routes: OpenApiRouter,
    handler: Option<Arc<dyn Handler>>,
    workers: Vec<Worker>,
    drained: CancellationToken,
    lock: Option<Arc<std::fs::File>>,
}

impl Kit {
    /// Opens the database, runs migrations and makes the service's log known to the broker.
    pub async fn open(definition: &'static Definition, config: &Base, runtime: &Runtime) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&runtime.data_dir)?;
        let mut config = config.clone();
        if let (Some(template), true) = (&runtime.database_url, config.database.url.is_empty()) {
            config.database.url = own_url(template, definition.name);
        }
        let is_file = !is_postgres(&config.database.url);
        let lock = is_file.then(|| lock_data(definition.name, runtime)).transpose()?;
        let file = runtime.data_dir.join(format!("{}.db", definition.name));
        let database = Database::open(
            definition.name,
            &config.database,
            &file,
            definition.migrations,
            runtime.failpoints.clone(),
        )
        .await?;
        if lock.is_some() {
            release_all(&database).await?;
        }
        let tokens = Tokens::new(&config.auth)?;
        let identity = IdentityCopy::load(&database, &config.auth.bootstrap_key).await?;
        runtime
            .broker
            .attach(definition.name, Archive::new(definition.name, database.clone()))
            .await?;
        Ok(Self {
            definition,
            config,
            runtime: runtime.clone(),
            database,
            identity,
            tokens,
            owner: crate::ids::new_id("ins"),
            routes: OpenApiRouter::new(),
            handler: None,
            workers: Vec::new(),
            drained: CancellationToken::new(),
            lock,
        })
    }

    /// The service's own database.
    pub fn database(&self) -> Database {
        self.database.clone()
    }

    /// Signs and verifies tokens; only the service that owns sign-in needs it.
    pub fn tokens(&self) -> Tokens {
        self.tokens.clone()
    }

    /// The local copy of identity.
    pub fn identity(&self) -> IdentityCopy {
        self.identity.clone()
    }

    /// Fires once no request is waited for any more at the end: those that were open have been answered, or their time is over. A connection
    /// that is stuck holds its handlers beyond that, so nobody may wait for them to go.
    pub fn drained(&self) -> CancellationToken {
        self.drained.clone()
    }

    /// Adds routes, their state already applied.
    #[must_use]
    pub fn routes(mut self, routes: OpenApiRouter) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// Handles the events of the definition's subscriptions.
    #[must_use]
    pub fn consume(mut self, handler: impl Handler) -> Self {
        self.handler = Some(Arc::new(handler));
        self
    }

    /// Adds background work that runs until shutdown.
    #[must_use]
    pub fn worker(
        mut self,
        name: &'static str,
        future: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) -> Self {
        self.workers.push(Worker {
            name,
            future: Box::pin(future),
        });
        self
    }

    /// Adds work that is done every `interval` of machine time: what protects process and money, not people's waits.
    #[must_use]
    pub fn every<F, Fut>(self, name: &'static str, interval: Duration, work: F) -> Self
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.repeat(name, interval, Bell::new(), without_due_time(work))
    }

    /// The same, and whenever business time was moved: rows with `due_at` are looked at here.
    #[must_use]
    pub fn periodic<F, Fut>(self, name: &'static str, interval: Duration, work: F) -> Self
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.timer(name, interval, without_due_time(work))
    }

    /// The same for work that says when the next row is due, so that simulated time stops there and does not run past it.
    #[must_use]
    pub fn timer<F, Fut>(self, name: &'static str, interval: Duration, work: F) -> Self
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = anyhow::Result<Option<DateTime<Utc>>>> + Send,
    {
        let (bell, clock) = (Bell::new(), &self.runtime.clock);
        clock.rings(&bell);
        if clock.is_simulated() {
            clock.waits_for(&bell);
            self.database.rings(&bell);
        }
        self.repeat(name, interval, bell, work)
    }

    fn repeat<F, Fut>(self, name: &'static str, interval: Duration, bell: Bell, mut work: F) -> Self
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = anyhow::Result<Option<DateTime<Utc>>>> + Send,
    {
        let shutdown = self.runtime.shutdown.clone();
        let service = self.definition.name;
        self.worker(name, async move {
            let mut attempt = 0;
            loop {
                let calls = bell.calls();
                match work().await {
                    Ok(due) => {
                        bell.due_at(due);
                        bell.answer(calls);
                    }
                    Err(error) if attempt < ATTEMPTS && is_retryable(error.as_ref()) => {
                        // Another instance wrote at the same time.
                        attempt += 1;
                        tokio::time::sleep(pause(attempt)).await;
                        continue;
                    }
                    Err(error) => tracing::warn!(
                        service,
                        task = name,
                        error = format!("{error:#}"),
                        "periodic task failed, it will run again"
                    ),
                }
                attempt = 0;
                tokio::select! {
                    () = shutdown.cancelled() => return Ok(()),
                    () = tokio::time::sleep(interval) => {}
                    () = bell.rung() => {}
                }
            }
        })
    }

    /// Puts everything together.
    pub fn finish(mut self) -> anyhow::Result<Service> {
        let policy = Arc::new(Policy::parse(self.definition.policy)?);
        let archive = Archive::new(self.definition.name, self.database.clone());
        if self.database.is_shared() {
            self = self.follow_identity();
        }
        self = self.forget_answers();
        let consumer = self.consumer().run(self.runtime.shutdown.clone());
        self.runtime.clock.waits_for(&self.database.appended());
        let relay = self.relay().run(self.runtime.shutdown.clone());
        self.workers.push(Worker {
            name: "consumer",
            future: Box::pin(consumer),
        });
        self.workers.push(Worker {
            name: "relay",
            future: Box::pin(relay),
        });
        let access = AccessLog::new(self.runtime.clock.clone());
        self.workers.push(Worker {
            name: "access log",
            future: Box::pin(access.clone().run(self.database.clone(), self.runtime.shutdown.clone())),
        });
        let (routes, _) = self.routes.split_for_parts();
        let shell = Shell {
            service: self.definition.name,
            config: self.config.http.clone(),
            database: self.database.clone(),
            archive,
            dead_letters: DeadLetters {
                database: self.database.clone(),
                identity: self.identity.clone(),
                handler: self.handler.clone(),
                subscriptions: self.definition.subscribes,
            },
            guard: Guard {
                policy,
                tokens: self.tokens,
                identity: self.identity,
                access,
                clock: self.runtime.clock.clone(),
            },
            secret: self.config.auth.token_secret.clone(),
            clock: self.runtime.clock.clone(),
            metrics: self.runtime.metrics.clone(),
            openapi: (self.definition.openapi)(),
        };
        Ok(Service {
            name: self.definition.name,
            address: format!("{}:{}", self.config.http.host, self.config.http.port).parse()?,
            router: shell.wrap(routes),
            workers: self.workers,
            patience: self.config.http.patience(),
            drained: self.drained,
            database: self.database,
            _lock: self.lock,
        })
    }

    /// Other instances change identity's rows too: what they changed holds here within [`IDENTITY_EVERY`].
    fn follow_identity(self) -> Self {
        let (identity, database) = (self.identity.clone(), self.database.clone());
        self.every("identity", IDENTITY_EVERY, move || {
            let (identity, database) = (identity.clone(), database.clone());
            async move { Ok(identity.refresh(&database).await?) }
        })
    }

    fn forget_answers(self) -> Self {
        let (clock, database) = (self.runtime.clock.clone(), self.database.clone());
        self.every("idempotency", Duration::from_secs(3600), move || {
            let (clock, database) = (clock.clone(), database.clone());
            async move { Ok(again::forget(&database, clock.machine_now() - ANSWERS_KEPT).await?) }
        })
    }

    fn consumer(&self) -> Consumer {
        Consumer {
            service: self.definition.name,
            owner: self.owner.clone(),
            subscriptions: with_identity(self.definition.subscribes, &self.config.events.identity_from),
            handler: self.handler.clone(),
            identity: self.identity.clone(),
            database: self.database.clone(),
            broker: self.runtime.broker.clone(),
            clock: self.runtime.clock.clone(),
            batch_max: self.config.events.batch_events_max,
            lease: Duration::from_millis(self.config.events.lease_ms),
            linger: Duration::from_millis(self.config.events.linger_ms),
            backoff_max: Duration::from_millis(self.config.events.retry_backoff_ms_max),
        }
    }

    fn relay(&self) -> Relay {
        Relay {
            producer: self.definition.name,
            owner: self.owner.clone(),
            database: self.database.clone(),
            broker: self.runtime.broker.clone(),
            clock: self.runtime.clock.clone(),
            failpoints: self.runtime.failpoints.clone(),
            lease: Duration::from_millis(self.config.events.lease_ms),
            linger: Duration::from_millis(self.config.broker.linger_ms),
            published: Published::default(),
        }
    }
}

fn without_due_time<F, Fut>(mut work: F) -> impl FnMut() -> DueFuture + Send + 'static
where
    F: FnMut() -> Fut + Send + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    move || {
        let done = work();
        Box::pin(async move { done.await.map(|()| None) })
    }
}

/// A file-based database belongs to one process: the lock makes sure of it, and says that a former owner is really dead.
fn lock_data(service: &str, runtime: &Runtime) -> anyhow::Result<Arc<std::fs::File>> {
    let path = runtime.data_dir.join(format!("{service}.lock"));
    let file = std::fs::File::create(&path)?;
    file.try_lock()
        .map_err(|error| anyhow::anyhow!("{} is in use by another process: {error}", path.display()))?;
    Ok(Arc::new(file))
}

/// With the lock in hand, leases of a killed process need not be waited for; epochs still grow at the next take-over.
async fn release_all(database: &Database) -> anyhow::Result<()> {
    let mut tx = database.begin().await?;
    crate::lease::release_everyone(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Every service also reads identity; its own subscriptions stay as they are.
fn with_identity(own: &[Subscription], identity_from: &str) -> Vec<Subscription> {
    let mut all = own.to_vec();
    if !all.iter().any(|subscription| subscription.producer == identity_from) {
        // Configuration is read once per process start, so this leaks a few bytes once.
        all.push(Subscription {
            producer: String::leak(identity_from.to_owned()),
            kinds: &[],
        });
    }
    all
}

/// Listens where each service wants to. Separate from [`serve`], so that a taken port is known before anything starts.
pub async fn bind(services: Vec<Service>) -> anyhow::Result<Vec<(TcpListener, Service)>> {
    let mut bound = Vec::with_capacity(services.len());
    for service in services {
        let listener = TcpListener::bind(service.address)
            .await
            .map_err(|error| anyhow::anyhow!("{} cannot listen on {}: {error}", service.name, service.address))?;
        bound.push((listener, service));
    }
    Ok(bound)
}

/// Serves all until shutdown, then lets open work finish and closes the databases.
pub async fn serve(runtime: &Runtime, services: Vec<(TcpListener, Service)>) -> anyhow::Result<()> {
    let mut tasks = tokio::task::JoinSet::new();
    let mut databases = Vec::new();
    for (listener, service) in services {
        databases.push((service.database.clone(), service._lock.clone()));
        for worker in service.workers {
            let name = service.name;
            tasks.spawn(async move { (name, worker.name, worker.future.await) });
        }
        let server = http::serve(listener, service.router, service.patience, runtime.shutdown.clone());
        tasks.spawn(async move {
            server.await;
            service.drained.cancel();
            (service.name, "http", Ok(()))
        });
    }
    let mut failure = None;
    while let Some(done) = tasks.join_next().await {
        let fault = match done {
            Ok((_, _, Ok(()))) => None,
            Ok((service, task, Err(error))) => Some(error.context(format!("{task} of {service} ended"))),
            Err(error) => Some(anyhow::anyhow!("a task panicked: {error}")),
        };
        if let Some(fault) = fault {
            // Half a service is worse than none: everything stops, and whoever supervises the process starts it anew.
            tracing::error!(error = format!("{fault:#}"), "shutting down");
            runtime.shutdown.cancel();
            failure.get_or_insert(fault);
        }
    }
    for (database, _) in databases {
        database.close().await;
    }
    failure.map_or(Ok(()), Err)
}

/// Ends the process politely on Ctrl-C or SIGTERM. Called by main only.
pub fn shutdown_on_signal(shutdown: CancellationToken) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        shutdown.cancel();
    });
    Ok(())
}

//! How a service is put together and run: [`Definition`], [`Runtime`], [`Kit`], [`Service`], [`serve`].

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;

use crate::broker::{Broker, Consumer, DeadLetters, Handler, Subscription};
use crate::clock::Clock;
use crate::config::Base;
use crate::database::Database;
use crate::failpoint::Failpoints;
use crate::http::{Shell, serve_until};
use crate::identity::{Guard, IdentityCopy, Policy, Tokens};
use crate::outbox::{Archive, Relay};

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
    /// Renders /metrics; absent in tests.
    pub metrics: Option<PrometheusHandle>,
}

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
    drain: Duration,
    database: Database,
    _lock: Arc<std::fs::File>,
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
    lock: Arc<std::fs::File>,
}

impl Kit {
    /// Opens the database, runs migrations and makes the service's log known to the broker.
    pub async fn open(definition: &'static Definition, config: &Base, runtime: &Runtime) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&runtime.data_dir)?;
        let lock = lock_data(definition.name, runtime)?;
        let file = runtime.data_dir.join(format!("{}.db", definition.name));
        let database = Database::open(
            definition.name,
            &config.database,
            &file,
            definition.migrations,
            runtime.failpoints.clone(),
        )
        .await?;
        release_all(&database).await?;
        let identity = IdentityCopy::load(&database, &config.auth.bootstrap_key).await?;
        runtime
            .broker
            .attach(definition.name, Archive::new(definition.name, database.clone()))
            .await?;
        Ok(Self {
            definition,
            config: config.clone(),
            runtime: runtime.clone(),
            database,
            identity,
            tokens: Tokens::new(&config.auth)?,
            owner: crate::ids::new_id("ins"),
            routes: OpenApiRouter::new(),
            handler: None,
            workers: Vec::new(),
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

    /// Adds work that is done every `interval` of machine time, and whenever business time was moved: rows with `due_at` are looked at here.
    #[must_use]
    pub fn periodic<F, Fut>(self, name: &'static str, interval: Duration, mut work: F) -> Self
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = anyhow::Result<()>> + Send,
    {
        let shutdown = self.runtime.shutdown.clone();
        let mut moved = self.runtime.clock.moved();
        let service = self.definition.name;
        self.worker(name, async move {
            loop {
                if let Err(error) = work().await {
                    tracing::warn!(
                        service,
                        task = name,
                        error = format!("{error:#}"),
                        "periodic task failed, it will run again"
                    );
                }
                tokio::select! {
                    () = shutdown.cancelled() => return Ok(()),
                    () = tokio::time::sleep(interval) => {}
                    _ = moved.changed() => {}
                }
            }
        })
    }

    /// Puts everything together.
    pub fn finish(mut self) -> anyhow::Result<Service> {
        let policy = Arc::new(Policy::parse(self.definition.policy)?);
        let archive = Archive::new(self.definition.name, self.database.clone());
        let consumer = self.consumer().run(self.runtime.shutdown.clone());
        let relay = self.relay().run(self.runtime.shutdown.clone());
        self.workers.push(Worker {
            name: "consumer",
            future: Box::pin(consumer),
        });
        self.workers.push(Worker {
            name: "relay",
            future: Box::pin(relay),
        });
        let (routes, _) = self.routes.split_for_parts();
        let shell = Shell {
            service: self.definition.name,
            config: self.config.http.clone(),
            database: self.database.clone(),
            archive,
            dead_letters: DeadLetters {
                database: self.database.clone(),
                handler: self.handler.clone(),
            },
            guard: Guard {
                policy,
                tokens: self.tokens,
                identity: self.identity,
                clock: self.runtime.clock.clone(),
            },
            clock: self.runtime.clock.clone(),
            metrics: self.runtime.metrics.clone(),
            openapi: (self.definition.openapi)(),
        };
        Ok(Service {
            name: self.definition.name,
            address: format!("{}:{}", self.config.http.host, self.config.http.port).parse()?,
            router: shell.wrap(routes),
            workers: self.workers,
            drain: Duration::from_millis(self.config.http.drain_timeout_ms),
            database: self.database,
            _lock: self.lock,
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
        }
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
        let server = serve_until(listener, service.router, runtime.shutdown.clone(), service.drain);
        tasks.spawn(async move { (service.name, "http", server.await) });
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

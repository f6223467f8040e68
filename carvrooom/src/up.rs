//! Starts everything: configuration, runtime, the seven services, the gateway, and the demo when asked for.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use chassis::config::Sources;
use chassis::{Clock, Failpoints, Runtime};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::web_app::WebApp;
use crate::{demo, gateway, roster, secrets};

/// Options of `carvrooom up`.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Makes a demo tenant with a simulated fleet and prints the chain live.
    #[arg(long)]
    demo: bool,
    /// Vehicles of a demo that is started for the first time.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=2_000))]
    demo_vehicles: u64,
    /// Days of history that a demo is started with; 0 begins with the present.
    #[arg(long, default_value_t = 180, value_parser = clap::value_parser!(u32).range(0..=730))]
    demo_days: u32,
    /// How much faster than in life the parts of such a demo's vehicles wear. Models have learned from life: what wears faster ends before they say.
    #[arg(long, default_value_t = 1.0)]
    demo_wear: f64,
    /// Where databases and secrets live.
    #[arg(long, default_value = "data")]
    data_dir: PathBuf,
    /// Port of the gateway; 0 takes a free one.
    #[arg(long, default_value_t = 3000)]
    ui_port: u16,
    /// Serves no web app, only the status page.
    #[arg(long)]
    no_ui: bool,
    /// Folder of the built web app; frontend/dist beside the launcher's source unless named.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../frontend/dist"), hide_default_value = true)]
    ui_dir: PathBuf,
    /// Lets every service take a free port (they are written to addresses.json in the data folder).
    #[arg(long)]
    free_ports: bool,
    /// PostgreSQL instead of files: `postgres://USER:PASSWORD@HOST:PORT`, to which each service's database is appended (`ingestion_db`),
    /// or a URL with `{database}` and `{role}` in their places.
    #[arg(long, env = "DATABASE_URL")]
    database_url: Option<String>,
    /// Redis instead of the embedded broker: `redis://HOST:PORT`, or several nodes of a Redis Cluster separated by commas.
    #[arg(long)]
    redis_url: Option<String>,
    /// A TOML file per service: DIR/alert-service.toml is laid over that service's defaults.
    #[arg(long)]
    config_dir: Option<PathBuf>,
    /// Where the gateway reaches a service that runs elsewhere, or through a proxy: `alert-service=HOST:PORT`. Repeatable.
    #[arg(long, value_name = "SERVICE=HOST:PORT", value_parser = upstream)]
    upstream: Vec<(String, SocketAddr)>,
}

/// Reads `SERVICE=HOST:PORT`; a service that nobody knows is an error.
fn upstream(text: &str) -> anyhow::Result<(String, SocketAddr)> {
    let (service, address) = text.split_once('=').context("expected SERVICE=HOST:PORT")?;
    let is_known = roster::members().iter().any(|member| member.definition.name == service);
    anyhow::ensure!(is_known, "there is no service `{service}`");
    let address = std::net::ToSocketAddrs::to_socket_addrs(address)?.next();
    Ok((service.to_owned(), address.context("the address has no host")?))
}

/// What is read of the process' environment, once.
pub(crate) struct Environment {
    variables: Vec<(String, String)>,
}

impl Environment {
    /// Reads the environment.
    pub(crate) fn read() -> Self {
        Self {
            variables: std::env::vars().collect(),
        }
    }

    /// What services see: DATABASE_URL is one service's own where it runs alone, and a prefix for all of them here.
    fn of_services(&self) -> Vec<(String, String)> {
        let variables = self.variables.iter().filter(|(name, _)| name != "DATABASE_URL");
        variables.cloned().collect()
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Runs until a signal or a failure ends it.
pub(crate) fn up(options: Options, environment: &Environment) -> anyhow::Result<()> {
    // In the demo the chain itself is printed; the log keeps to what is wrong.
    let log_filter = environment
        .get("RUST_LOG")
        .unwrap_or(if options.demo { "warn" } else { "info" });
    let metrics = chassis::telemetry::install(log_filter)?;
    std::fs::create_dir_all(&options.data_dir)
        .with_context(|| format!("cannot create {}", options.data_dir.display()))?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(run(options, environment, metrics))
}

async fn run(options: Options, environment: &Environment, metrics: chassis::telemetry::Metrics) -> anyhow::Result<()> {
    let bootstrap_key = match environment.get("CARVROOOM_BOOTSTRAP_KEY") {
        Some(key) => key.to_owned(),
        None => secrets::random(),
    };
    let sources = Sources {
        file: None,
        environment: environment.of_services(),
        offers: offers(&options, &bootstrap_key)?,
        overrides: overrides(&options),
    };
    let shutdown = CancellationToken::new();
    let told = told(&options)?;
    let runtime = Runtime {
        clock: match &told {
            Some(told) if !told.complete => Clock::simulated(told.until),
            _ => Clock::system(),
        },
        broker: roster::broker(&sources, shutdown.clone())?,
        shutdown,
        failpoints: Failpoints::armed(environment.get("CARVROOOM_FAILPOINT").unwrap_or_default()),
        data_dir: options.data_dir.clone(),
        database_url: options.database_url.clone(),
        metrics: Some(metrics),
    };
    let built = futures::future::try_join_all(roster::members().into_iter().map(|member| {
        let (sources, runtime) = (sources_of(&sources, &options, member.definition.name), runtime.clone());
        async move { member.build(&sources, &runtime).await }
    }));
    let bound = chassis::bind(built.await?).await?;
    let addresses: BTreeMap<String, SocketAddr> = bound
        .iter()
        .map(|(listener, service)| Ok((service.name.to_owned(), listener.local_addr()?)))
        .collect::<std::io::Result<_>>()?;
    let ui = TcpListener::bind(("127.0.0.1", options.ui_port))
        .await
        .with_context(|| format!("the gateway cannot listen on port {}", options.ui_port))?;
    let ui_address = ui.local_addr()?;
    write_addresses(&options, &addresses, ui_address)?;
    chassis::shutdown_on_signal(runtime.shutdown.clone())?;
    let served = tokio::spawn({
        let runtime = runtime.clone();
        async move { chassis::serve(&runtime, bound).await }
    });
    let web_app = web_app(&options)?;
    let mut upstreams = addresses.clone();
    upstreams.extend(options.upstream.iter().cloned());
    let progress = demo::Progress::new(told.is_some());
    let stop = runtime.shutdown.clone();
    let gateway = tokio::spawn(gateway::serve(ui, upstreams, web_app, progress.clone(), stop));
    gateway::wait_until_ready(&addresses, Duration::from_secs(30)).await?;
    println!("ready http://{ui_address}");
    if let Some(told) = told {
        let place = demo::Place {
            addresses,
            bootstrap_key,
            data_dir: options.data_dir.clone(),
            told,
            progress,
        };
        tokio::spawn(demo::run(place, runtime.clone()));
    }
    served.await??;
    gateway.await?
}

/// Where the demo's history begins or goes on, if a demo is wanted. Databases on a server may be others' too: their time is left alone.
fn told(options: &Options) -> anyhow::Result<Option<demo::Told>> {
    if !options.demo {
        return Ok(None);
    }
    let days = match &options.database_url {
        None => options.demo_days,
        Some(_) => {
            println!("demo: on a database server it begins with the present; files have a history");
            0
        }
    };
    anyhow::ensure!(
        (0.0..=1_000.0).contains(&options.demo_wear),
        "--demo-wear lies between 0 and 1000"
    );
    let fleet = (options.demo_vehicles, options.demo_wear);
    demo::told(&options.data_dir, fleet, days).map(Some)
}

/// The web app, unless it is not wanted or not built.
fn web_app(options: &Options) -> anyhow::Result<Option<WebApp>> {
    if options.no_ui {
        return Ok(None);
    }
    let app = WebApp::load(&options.ui_dir)?;
    if app.is_none() {
        println!("the web app is not built (`cargo xtask up` builds it): the status page is served in its place");
    }
    Ok(app)
}

/// Secrets that the launcher makes, where the operator has not named any.
fn offers(options: &Options, bootstrap_key: &str) -> anyhow::Result<Vec<(String, toml::Value)>> {
    let secret = secrets::read_or_create(&options.data_dir.join("token.secret"))?;
    let offers = [
        ("auth.bootstrap_key", bootstrap_key.to_owned()),
        ("auth.token_secret", secret),
    ];
    Ok(offers
        .map(|(key, value)| (key.to_owned(), toml::Value::String(value)))
        .into())
}

/// Values that the launcher itself sets.
fn overrides(options: &Options) -> Vec<(String, toml::Value)> {
    let mut overrides = Vec::new();
    if let Some(url) = &options.redis_url {
        overrides.push(("broker.redis_url".to_owned(), toml::Value::String(url.clone())));
    }
    if options.free_ports {
        overrides.push(("http.port".to_owned(), toml::Value::Integer(0)));
    }
    overrides
}

fn sources_of(common: &Sources, options: &Options, service: &str) -> Sources {
    let file = options
        .config_dir
        .as_ref()
        .map(|folder| folder.join(format!("{service}.toml")));
    Sources {
        file: file.filter(|file| file.exists()),
        ..common.clone()
    }
}

fn write_addresses(options: &Options, addresses: &BTreeMap<String, SocketAddr>, ui: SocketAddr) -> anyhow::Result<()> {
    let mut urls: BTreeMap<String, String> = addresses
        .iter()
        .map(|(name, address)| (name.clone(), format!("http://{address}")))
        .collect();
    urls.insert("gateway".to_owned(), format!("http://{ui}"));
    secrets::write_private(
        &options.data_dir.join("addresses.json"),
        &serde_json::to_string_pretty(&urls)?,
    )
}

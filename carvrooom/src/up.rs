//! Starts everything: configuration, runtime, the seven services, the gateway, and the demo when asked for.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use chassis::config::Sources;
use chassis::{Clock, EmbeddedBroker, Failpoints, Runtime};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{demo, gateway, live, roster, secrets};

/// Options of `carvrooom up`.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    /// Makes a demo tenant with a simulated fleet and prints the chain live.
    #[arg(long)]
    demo: bool,
    /// Where databases and secrets live.
    #[arg(long, default_value = "data")]
    data_dir: PathBuf,
    /// Port of the gateway; 0 takes a free one.
    #[arg(long, default_value_t = 3000)]
    ui_port: u16,
    /// Lets every service take a free port (they are written to addresses.json in the data folder).
    #[arg(long)]
    free_ports: bool,
    /// A TOML file per service: DIR/alert-service.toml is laid over that service's defaults.
    #[arg(long)]
    config_dir: Option<PathBuf>,
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
    let runtime = Runtime {
        clock: Clock::system(),
        broker: EmbeddedBroker::new(),
        shutdown: CancellationToken::new(),
        failpoints: Failpoints::armed(environment.get("CARVROOOM_FAILPOINT").unwrap_or_default()),
        data_dir: options.data_dir.clone(),
        metrics: Some(metrics),
    };
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(run(options, environment, runtime))
}

async fn run(options: Options, environment: &Environment, runtime: Runtime) -> anyhow::Result<()> {
    let bootstrap_key = match environment.get("CARVROOOM_BOOTSTRAP_KEY") {
        Some(key) => key.to_owned(),
        None => secrets::random(),
    };
    let sources = Sources {
        file: None,
        environment: environment.variables.clone(),
        overrides: overrides(&options, environment, &bootstrap_key)?,
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
    let tap = live::Tap::new(&runtime);
    let served = tokio::spawn({
        let runtime = runtime.clone();
        async move { chassis::serve(&runtime, bound).await }
    });
    let gateway = tokio::spawn(gateway::serve(ui, addresses.clone(), runtime.shutdown.clone()));
    gateway::wait_until_ready(&addresses, Duration::from_secs(30)).await?;
    println!("ready http://{ui_address}");
    if options.demo {
        let place = demo::Place {
            addresses,
            bootstrap_key,
            data_dir: options.data_dir.clone(),
        };
        tokio::spawn(live::print(tap, runtime.clone()));
        tokio::spawn(demo::run(place, runtime.shutdown.clone()));
    }
    served.await??;
    gateway.await?
}

/// Values that the launcher itself sets, where the environment has not.
fn overrides(
    options: &Options,
    environment: &Environment,
    bootstrap_key: &str,
) -> anyhow::Result<Vec<(String, toml::Value)>> {
    let mut overrides = vec![(
        "auth.bootstrap_key".to_owned(),
        toml::Value::String(bootstrap_key.to_owned()),
    )];
    if environment.get("CARVROOOM_TOKEN_SECRET").is_none() {
        let secret = secrets::read_or_create(&options.data_dir.join("token.secret"))?;
        overrides.push(("auth.token_secret".to_owned(), toml::Value::String(secret)));
    }
    if options.free_ports {
        overrides.push(("http.port".to_owned(), toml::Value::Integer(0)));
    }
    Ok(overrides)
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

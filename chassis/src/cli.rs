//! The command line that every service has: `serve | migrate | openapi | describe`. Variables may also stand in a `.env` file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::broker::connect_broker;
use crate::clock::Clock;
use crate::config::{Base, Sources};
use crate::failpoint::Failpoints;
use crate::service::{Definition, Runtime, Service};

#[derive(Parser)]
struct Arguments {
    /// A TOML file laid over the defaults.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Where file-based databases live.
    #[arg(long, global = true, default_value = "data")]
    data_dir: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the service (the default).
    Serve,
    /// Brings the database up to date and ends.
    Migrate,
    /// Prints the API as OpenAPI.
    Openapi,
    /// Prints name, published events and subscriptions as JSON.
    Describe,
}

/// The whole `main` of a service: owns the process, and leaves everything else to the service's `build`.
pub fn run<C, F, Fut>(definition: &'static Definition, build: F) -> ExitCode
where
    C: DeserializeOwned,
    F: FnOnce(C, Runtime) -> Fut,
    Fut: Future<Output = anyhow::Result<Service>>,
{
    match try_run(definition, build) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error:#}", definition.name);
            ExitCode::FAILURE
        }
    }
}

fn try_run<C, F, Fut>(definition: &'static Definition, build: F) -> anyhow::Result<()>
where
    C: DeserializeOwned,
    F: FnOnce(C, Runtime) -> Fut,
    Fut: Future<Output = anyhow::Result<Service>>,
{
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::Openapi) => {
            println!("{}", (definition.openapi)().to_pretty_json()?);
            return Ok(());
        }
        Some(Command::Describe) => {
            println!("{}", serde_json::to_string_pretty(&describe(definition))?);
            return Ok(());
        }
        Some(Command::Serve | Command::Migrate) | None => {}
    }
    let environment = crate::dotenv::environment(Path::new(".env"), std::env::vars().collect())?;
    let variable = |name: &str| {
        environment
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    };
    let log_filter = variable("RUST_LOG").unwrap_or_else(|| "info".to_owned());
    let failpoint = variable("CARVROOOM_FAILPOINT").unwrap_or_default();
    let sources = Sources {
        file: arguments.config,
        environment,
        ..Sources::default()
    };
    let config: C = crate::config::load(definition, &sources)?;
    let base: Base = crate::config::load(definition, &sources)?;
    let metrics = crate::telemetry::install(&log_filter)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async move {
            let shutdown = CancellationToken::new();
            let runtime = Runtime {
                clock: Clock::system(),
                broker: connect_broker(&base, shutdown.clone())?,
                shutdown,
                failpoints: Failpoints::armed(&failpoint),
                data_dir: arguments.data_dir,
                database_url: None,
                metrics: Some(metrics),
            };
            let service = build(config, runtime.clone()).await?;
            if matches!(arguments.command, Some(Command::Migrate)) {
                return Ok(());
            }
            crate::service::shutdown_on_signal(runtime.shutdown.clone())?;
            let bound = crate::service::bind(vec![service]).await?;
            tracing::info!(service = definition.name, address = %bound[0].1.address, "ready");
            crate::service::serve(&runtime, bound).await
        })
}

fn describe(definition: &Definition) -> serde_json::Value {
    let subscribes: Vec<_> = definition
        .subscribes
        .iter()
        .map(|subscription| serde_json::json!({"producer": subscription.producer, "kinds": subscription.kinds}))
        .collect();
    serde_json::json!({"name": definition.name, "publishes": definition.publishes, "subscribes": subscribes})
}

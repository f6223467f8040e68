//! The `fleetsim` command: replay, drive, load, verify.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use fleetsim::drive::{AtPresent, DriveEvent, DriveOptions, FaultKind};
use fleetsim::load::LoadOptions;
use fleetsim::replay::{Begin, Fault, ReplayOptions, Speed};
use fleetsim::verify::VerifyOptions;
use fleetsim::{drive, load, replay, verify};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

#[derive(Parser)]
#[command(version, about = "Simulated vehicles, replay of real logs, load and its verifier")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Where records go.
#[derive(Args)]
struct Target {
    /// Scheme, host and port of the ingestion service
    #[arg(long, default_value = "http://127.0.0.1:8001")]
    url: String,
    /// API key
    #[arg(long, env = "CARVROOOM_BOOTSTRAP_KEY", hide_env_values = true)]
    key: String,
    /// Print the result as one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// Delimited text of an OBD-II logger
    ObdCsv,
}

#[derive(Subcommand)]
enum Command {
    /// Post real logs as one vehicle's life
    Replay(ReplayArgs),
    /// Drive simulated vehicles
    Drive(DriveArgs),
    /// Post at a fixed rate and log what is acknowledged
    Load(LoadArgs),
    /// Compare the acknowledgement log with what is stored; exit 1 on any loss, doubling or alteration
    Verify(VerifyArgs),
}

#[derive(Args)]
struct ReplayArgs {
    #[command(flatten)]
    target: Target,
    /// Form of the logs
    #[arg(long, value_enum, default_value = "obd-csv")]
    format: Format,
    /// A log, or a folder of logs; may be repeated
    #[arg(long, required = true)]
    file: Vec<PathBuf>,
    /// Whose life the logs are
    #[arg(long)]
    vehicle: String,
    /// The vehicle's VIN
    #[arg(long)]
    vin: Option<String>,
    /// Time of the first record (RFC 3339)
    #[arg(long, conflicts_with = "end_now", required_unless_present = "end_now")]
    start: Option<DateTime<Utc>>,
    /// Let the last record be at the present moment
    #[arg(long)]
    end_now: bool,
    /// `max`, or seconds of the log in a second
    #[arg(long, default_value = "max")]
    speed: Speed,
    /// Records in a post
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    batch: u32,
    /// Pause between two files, in seconds
    #[arg(long, default_value_t = 600)]
    gap_seconds: u32,
    /// A fault laid over the rows
    #[arg(long, value_enum)]
    inject: Option<Fault>,
    /// Do not register the vehicle first
    #[arg(long)]
    no_register: bool,
    /// How long one batch may wait for the platform, in seconds
    #[arg(long, default_value_t = 60)]
    patience_seconds: u64,
}

#[derive(Args)]
struct DriveArgs {
    #[command(flatten)]
    target: Target,
    /// How many vehicles
    #[arg(long, default_value_t = 3)]
    vehicles: usize,
    /// Which fail, for example `coolant-leak:2,battery:1,brakes:1`
    #[arg(long, default_value = "", value_parser = parse_failures)]
    fail: Failures,
    /// Same seed and start, same fleet
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// `max`, or simulated seconds in a second, until the present is reached
    #[arg(long, default_value = "max")]
    speed: Speed,
    /// Time of the first step (RFC 3339)
    #[arg(long, conflicts_with = "hours_back")]
    start: Option<DateTime<Utc>>,
    /// First step this many hours before the present
    #[arg(long, default_value_t = 20.0)]
    hours_back: f64,
    /// End at the present instead of going on live
    #[arg(long)]
    until_now: bool,
    /// Seconds between two records of a driving vehicle while catching up
    #[arg(long, default_value_t = 1)]
    sample_seconds: u32,
    /// Records in a post while catching up
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    batch: u32,
    /// Folder for the truth, which the platform never reads
    #[arg(long)]
    truth: Option<PathBuf>,
    /// First part of the vehicles' ids
    #[arg(long, default_value = "sim")]
    prefix: String,
    /// Owner of every vehicle (a user id)
    #[arg(long)]
    owner_id: Option<String>,
}

#[derive(Args)]
struct LoadArgs {
    #[command(flatten)]
    target: Target,
    /// Records a second
    #[arg(long)]
    rate: f64,
    /// How long posts fall due, in seconds
    #[arg(long)]
    seconds: f64,
    /// Records in a post
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    batch: u64,
    /// Vehicles that the records are spread over
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    vehicles: u64,
    /// Posts under way at once
    #[arg(long, default_value_t = 8)]
    workers: usize,
    /// Append each acknowledged record's content hash to this file
    #[arg(long)]
    ack_log: Option<PathBuf>,
    /// First part of the vehicles' ids
    #[arg(long, default_value = "load")]
    prefix: String,
    /// How long after its due time a batch is still tried, in seconds
    #[arg(long, default_value_t = 30.0)]
    patience_seconds: f64,
}

#[derive(Args)]
struct VerifyArgs {
    #[command(flatten)]
    target: Target,
    /// What `load` wrote
    #[arg(long)]
    ack_log: PathBuf,
    /// How long the store may lag behind the acknowledgements, in seconds
    #[arg(long, default_value_t = 60)]
    wait_seconds: u64,
}

#[derive(Clone)]
struct Failures(Vec<(FaultKind, usize)>);

fn parse_failures(text: &str) -> Result<Failures, String> {
    drive::parse_failures(text).map(Failures)
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("fleetsim: the runtime could not be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("fleetsim: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let stop = CancellationToken::new();
    let interrupted = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    match command {
        Command::Replay(args) => run_replay(args, stop).await,
        Command::Drive(args) => run_drive(args, stop).await,
        Command::Load(args) => run_load(args).await,
        Command::Verify(args) => run_verify(args).await,
    }
}

/// Prints a report as one line of JSON, or as `name: value` lines for people.
fn print(report: &impl Serialize, json: bool) -> anyhow::Result<()> {
    let value = serde_json::to_value(report)?;
    match value.as_object() {
        Some(fields) if !json => fields.iter().for_each(|(name, value)| println!("{name}: {value}")),
        _ => println!("{value}"),
    }
    Ok(())
}

async fn run_replay(args: ReplayArgs, stop: CancellationToken) -> anyhow::Result<ExitCode> {
    let Format::ObdCsv = args.format;
    let options = ReplayOptions {
        url: args.target.url,
        key: args.target.key,
        files: args.file,
        vehicle_id: args.vehicle,
        vin: args.vin,
        register: !args.no_register,
        begin: args.start.map_or(Begin::EndNow, Begin::At),
        gap_s: args.gap_seconds,
        speed: args.speed,
        batch: args.batch as usize,
        inject: args.inject,
        patience_s: args.patience_seconds,
        progress: true,
    };
    print(&replay::replay(&options, stop).await?, args.target.json)?;
    Ok(ExitCode::SUCCESS)
}

async fn run_drive(args: DriveArgs, stop: CancellationToken) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        args.hours_back.is_finite() && args.hours_back >= 0.0,
        "--hours-back must not be negative"
    );
    let back = TimeDelta::seconds((args.hours_back * 3_600.0) as i64);
    let start = args.start.unwrap_or_else(|| Utc::now() - back);
    let owner_id = args.owner_id;
    let options = DriveOptions {
        vehicles: args.vehicles,
        failures: args.fail.0,
        seed: args.seed,
        speed: args.speed,
        at_present: if args.until_now {
            AtPresent::Stop
        } else {
            AtPresent::GoLive
        },
        sample_s: args.sample_seconds,
        batch: args.batch as usize,
        truth: args.truth,
        prefix: args.prefix,
        dress: Some(std::sync::Arc::new(move |_, vehicle| {
            vehicle.owner_id.clone_from(&owner_id)
        })),
        listener: Some(std::sync::Arc::new(announce)),
        progress: true,
        ..DriveOptions::new(&args.target.url, &args.target.key, start)
    };
    let (_handle, control) = drive::control(stop);
    print(&drive::drive(options, control).await?, args.target.json)?;
    Ok(ExitCode::SUCCESS)
}

fn announce(event: &DriveEvent) {
    match event {
        DriveEvent::Registered {
            vehicle_id,
            fails: Some(kind),
        } => {
            eprintln!("{vehicle_id} is registered; its {} will fail", kind.component());
        }
        DriveEvent::Registered {
            vehicle_id,
            fails: None,
        } => eprintln!("{vehicle_id} is registered"),
        DriveEvent::Failed {
            vehicle_id,
            component,
            time,
        } => eprintln!("{time} {vehicle_id}: {component} has failed"),
        DriveEvent::Repaired {
            vehicle_id,
            component,
            time,
        } => eprintln!("{time} {vehicle_id}: {component} is repaired"),
        DriveEvent::CaughtUp { time, records } => {
            eprintln!("{time} caught up with the present after {records} records")
        }
    }
}

async fn run_load(args: LoadArgs) -> anyhow::Result<ExitCode> {
    let options = LoadOptions {
        url: args.target.url,
        key: args.target.key,
        rate: args.rate,
        seconds: args.seconds,
        batch: args.batch,
        vehicles: args.vehicles,
        workers: args.workers,
        ack_log: args.ack_log,
        prefix: args.prefix,
        patience_s: args.patience_seconds,
        progress: true,
    };
    print(&load::load(options).await?, args.target.json)?;
    Ok(ExitCode::SUCCESS)
}

async fn run_verify(args: VerifyArgs) -> anyhow::Result<ExitCode> {
    let options = VerifyOptions {
        url: args.target.url,
        key: args.target.key,
        ack_log: args.ack_log,
        wait_s: args.wait_seconds,
        progress: true,
    };
    let report = verify::verify(&options).await?;
    print(&report, args.target.json)?;
    Ok(if report.holds() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

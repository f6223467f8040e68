//! The `fleetsim` command: generate, drive, replay, load, read, alarm, verify.

mod args;

use std::process::ExitCode;

use args::{AlarmArgs, DriveArgs, Format, GenerateArgs, LoadArgs, Pack, ReadArgs, ReplayArgs, Telemetry, VerifyArgs};
use clap::{Parser, Subcommand};
use fleetsim::alarm::AlarmOptions;
use fleetsim::drive::{AtPresent, DriveEvent, DriveOptions};
use fleetsim::life::{Class, Fleet, Format as TelemetryFormat, GenerateOptions, LiveOptions};
use fleetsim::load::read::ReadOptions;
use fleetsim::load::{Compression, LoadDetails, LoadOptions};
use fleetsim::replay::{Begin, ReplayOptions};
use fleetsim::verify::VerifyOptions;
use fleetsim::{alarm, drive, life, load, replay, verify};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

#[derive(Parser)]
#[command(version, about = "Simulated vehicles, replay of real logs, load and its verifier")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Post real logs as one vehicle's life
    Replay(ReplayArgs),
    /// Write a fleet that lives for some days to a folder, with the truth about it aside
    Generate(GenerateArgs),
    /// Drive simulated vehicles; with --class, one class with a life, else a mixed fleet whose parts fail within hours
    Drive(DriveArgs),
    /// Post at a fixed rate, or as fast as the platform answers, and note what is acknowledged
    Load(LoadArgs),
    /// Read at a fixed rate: latency of answers, by path
    Read(ReadArgs),
    /// Let vehicles fail one after another, and measure the time until each one's alert is raised
    Alarm(AlarmArgs),
    /// Compare what was acknowledged with what is stored; exit 1 on any loss, doubling or alteration
    Verify(VerifyArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Load runs beside the server that it measures: one thread, and nothing handed from one to another.
    let runtime = match &cli.command {
        Command::Load(_) | Command::Read(_) => tokio::runtime::Builder::new_current_thread().enable_all().build(),
        _ => tokio::runtime::Runtime::new(),
    };
    let runtime = match runtime {
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
        Command::Generate(args) => run_generate(args),
        Command::Drive(args) if args.class.is_some() => run_live(args, stop).await,
        Command::Drive(args) => run_drive(args, stop).await,
        Command::Load(args) => run_load(args, stop).await,
        Command::Read(args) => run_read(args, stop).await,
        Command::Alarm(args) => run_alarm(args, stop).await,
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

fn run_generate(args: GenerateArgs) -> anyhow::Result<ExitCode> {
    let options = GenerateOptions {
        fleet: Fleet {
            seed: args.seed,
            start_s: args.start.and_time(chrono::NaiveTime::MIN).and_utc().timestamp(),
            sample_s: args.sample_seconds,
            prefix: args.prefix,
            ..args.life.fleet(args.class)?
        },
        vehicles: args.vehicles,
        days: args.days,
        out: args.out,
        format: match args.format {
            Telemetry::Ndjson => TelemetryFormat::Ndjson,
            Telemetry::Csv => TelemetryFormat::Csv,
        },
        gzip: args.gzip,
        threads: args.threads,
        progress: true,
    };
    print(&life::generate(&options)?, args.json)?;
    Ok(ExitCode::SUCCESS)
}

async fn run_live(args: DriveArgs, stop: CancellationToken) -> anyhow::Result<ExitCode> {
    let start_s = args.first_midnight_s()?;
    let class = args.class.unwrap_or(Class::PetrolCar);
    let options = LiveOptions {
        fleet: Fleet {
            seed: args.seed,
            start_s,
            sample_s: i64::from(args.sample_seconds.max(1)),
            prefix: args.prefix,
            ..args.life.fleet(class)?
        },
        url: args.target.url,
        key: args.target.key,
        vehicles: args.vehicles as u64,
        speed: args.speed,
        until_now: args.until_now,
        batch: u64::from(args.batch),
        truth: args.truth,
        patience_s: 120,
        progress: true,
    };
    print(&life::live(options, stop).await?, args.target.json)?;
    Ok(ExitCode::SUCCESS)
}

async fn run_drive(args: DriveArgs, stop: CancellationToken) -> anyhow::Result<ExitCode> {
    let start = args.start()?;
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

async fn run_load(args: LoadArgs, stop: CancellationToken) -> anyhow::Result<ExitCode> {
    let options = LoadOptions {
        url: args.target.url,
        key: args.target.key,
        rate: args.rate,
        seconds: args.seconds,
        batch: args.batch,
        vehicles: args.vehicles,
        workers: args.connections,
        ack_log: args.ledger,
        prefix: args.prefix,
        patience_s: args.patience_seconds,
        progress: true,
    };
    let details = LoadDetails {
        vehicles_per_batch: args.vehicles_per_batch,
        readings: args.readings as usize,
        seed: args.seed,
        compression: match args.compress {
            Pack::None => Compression::None,
            Pack::Gzip => Compression::Gzip,
            Pack::Zstd => Compression::Zstd,
        },
        retry: args.retry,
        stop,
    };
    print(&load::load_with(options, details).await?, args.target.json)?;
    Ok(ExitCode::SUCCESS)
}

async fn run_read(args: ReadArgs, stop: CancellationToken) -> anyhow::Result<ExitCode> {
    let options = ReadOptions {
        url: args.url,
        key: args.key,
        rate: args.rate,
        seconds: args.seconds,
        paths: args.path,
        vehicles: args.vehicles,
        prefix: args.prefix,
        connections: args.connections,
        progress: true,
        stop,
    };
    print(&load::read::read(options).await?, args.json)?;
    Ok(ExitCode::SUCCESS)
}

async fn run_alarm(args: AlarmArgs, stop: CancellationToken) -> anyhow::Result<ExitCode> {
    let options = AlarmOptions {
        url: args.target.url,
        alerts_url: args.alerts_url,
        key: args.target.key,
        samples: args.samples,
        rate: args.rate,
        prefix: args.prefix,
        progress: true,
        stop,
    };
    print(&alarm::alarm(&options).await?, args.target.json)?;
    Ok(ExitCode::SUCCESS)
}

async fn run_verify(args: VerifyArgs) -> anyhow::Result<ExitCode> {
    let options = VerifyOptions {
        url: args.target.url,
        key: args.target.key,
        ack_log: args.ledger,
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

//! What can be said to each command.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, ValueEnum};
use fleetsim::drive::{self, FaultKind};
use fleetsim::life::{Class, Climate, Fleet, Maintenance};
use fleetsim::replay::{Fault, Speed};

/// Where records go.
#[derive(Args)]
pub(crate) struct Target {
    /// Scheme, host and port of the ingestion service
    #[arg(long, default_value = "http://127.0.0.1:8001")]
    pub(crate) url: String,
    /// API key
    #[arg(long, env = "CARVROOOM_BOOTSTRAP_KEY", hide_env_values = true)]
    pub(crate) key: String,
    /// Print the result as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// Delimited text of an OBD-II logger
    ObdCsv,
}

#[derive(Args)]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Form of the logs
    #[arg(long, value_enum, default_value = "obd-csv")]
    pub(crate) format: Format,
    /// A log, or a folder of logs; may be repeated
    #[arg(long, required = true)]
    pub(crate) file: Vec<PathBuf>,
    /// Whose life the logs are
    #[arg(long)]
    pub(crate) vehicle: String,
    /// The vehicle's VIN
    #[arg(long)]
    pub(crate) vin: Option<String>,
    /// Time of the first record (RFC 3339)
    #[arg(long, conflicts_with = "end_now", required_unless_present = "end_now")]
    pub(crate) start: Option<DateTime<Utc>>,
    /// Let the last record be at the present moment
    #[arg(long)]
    pub(crate) end_now: bool,
    /// `max`, or seconds of the log in a second
    #[arg(long, default_value = "max")]
    pub(crate) speed: Speed,
    /// Records in a post
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) batch: u32,
    /// Pause between two files, in seconds
    #[arg(long, default_value_t = 600)]
    pub(crate) gap_seconds: u32,
    /// A fault laid over the rows
    #[arg(long, value_enum)]
    pub(crate) inject: Option<Fault>,
    /// Do not register the vehicle first
    #[arg(long)]
    pub(crate) no_register: bool,
    /// How long one batch may wait for the platform, in seconds
    #[arg(long, default_value_t = 60)]
    pub(crate) patience_seconds: u64,
}

/// Which fleet lives.
#[derive(Args)]
pub(crate) struct LifeArgs {
    /// temperate, hot, cold or mountain
    #[arg(long, default_value = "temperate")]
    pub(crate) climate: Climate,
    /// Renew only what has failed, so that no life is censored by a service
    #[arg(long)]
    pub(crate) run_to_failure: bool,
    /// How much faster than in life parts wear; 0 makes a healthy fleet, whose parts are new and stay so
    #[arg(long, default_value_t = 1.0)]
    pub(crate) wear_factor: f64,
    /// Devices that sample slowly also tell of the moments after a start
    #[arg(long)]
    pub(crate) tells_starts: bool,
}

#[derive(Args)]
pub(crate) struct GenerateArgs {
    #[command(flatten)]
    pub(crate) life: LifeArgs,
    /// petrol-car, electric-car, diesel-van or heavy-truck
    #[arg(long)]
    pub(crate) class: Class,
    /// How many vehicles
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=99_999))]
    pub(crate) vehicles: u64,
    /// How many days
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) days: u32,
    /// Same seed, same fleet
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// An empty folder
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// First day
    #[arg(long, default_value = "2025-01-01")]
    pub(crate) start: chrono::NaiveDate,
    /// Seconds between two records of a driving vehicle
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(i64).range(1..=3_600))]
    pub(crate) sample_seconds: i64,
    /// Form of the telemetry files
    #[arg(long, value_enum, default_value = "ndjson")]
    pub(crate) format: Telemetry,
    /// Pack the telemetry files
    #[arg(long)]
    pub(crate) gzip: bool,
    /// Vehicles simulated at once; 0 takes as many as there are processors
    #[arg(long, default_value_t = 0)]
    pub(crate) threads: usize,
    /// First part of the vehicles' ids
    #[arg(long, default_value = "life", value_parser = parse_prefix)]
    pub(crate) prefix: String,
    /// Print the result as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Telemetry {
    Ndjson,
    Csv,
}

#[derive(Args)]
pub(crate) struct DriveArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) life: LifeArgs,
    /// petrol-car, electric-car, diesel-van or heavy-truck, each with a life
    #[arg(long, conflicts_with_all = ["fail", "owner_id"])]
    pub(crate) class: Option<Class>,
    /// How many vehicles
    #[arg(long, default_value_t = 3)]
    pub(crate) vehicles: usize,
    /// Which fail, for example `coolant-leak:2,battery:1,brakes:1`
    #[arg(long, default_value = "", value_parser = parse_failures)]
    pub(crate) fail: Failures,
    /// Same seed and start, same fleet
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// `max`, or simulated seconds in a second, until the present is reached
    #[arg(long, default_value = "max")]
    pub(crate) speed: Speed,
    /// Time of the first step (RFC 3339)
    #[arg(long, conflicts_with = "hours_back")]
    pub(crate) start: Option<DateTime<Utc>>,
    /// First step this many hours before the present
    #[arg(long, default_value_t = 20.0)]
    pub(crate) hours_back: f64,
    /// End at the present instead of going on live
    #[arg(long)]
    pub(crate) until_now: bool,
    /// Seconds between two records of a driving vehicle while catching up
    #[arg(long, default_value_t = 1)]
    pub(crate) sample_seconds: u32,
    /// Records in a post while catching up
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) batch: u32,
    /// Folder for the truth, which the platform never reads
    #[arg(long)]
    pub(crate) truth: Option<PathBuf>,
    /// First part of the vehicles' ids
    #[arg(long, default_value = "sim")]
    pub(crate) prefix: String,
    /// Owner of every vehicle (a user id)
    #[arg(long)]
    pub(crate) owner_id: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Pack {
    None,
    Gzip,
    Zstd,
}

#[derive(Args)]
pub(crate) struct LoadArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Records a second; 0 posts as fast as the platform answers (closed loop)
    #[arg(long)]
    pub(crate) rate: f64,
    /// How long posts fall due, in seconds
    #[arg(long)]
    pub(crate) seconds: f64,
    /// Records in a post; 1 posts single records
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) batch: u64,
    /// Vehicles that the records are spread over
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) vehicles: u64,
    /// Vehicles in a post
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) vehicles_per_batch: u64,
    /// Readings in a record
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=20))]
    pub(crate) readings: u64,
    /// Connections, and so posts under way at once
    #[arg(long, alias = "workers", default_value_t = 8)]
    pub(crate) connections: usize,
    /// Same seed, same readings
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How bodies are packed
    #[arg(long, value_enum, default_value = "none")]
    pub(crate) compress: Pack,
    /// Post again what is answered 429, after the time the platform asks for; else it counts as rejected
    #[arg(long)]
    pub(crate) retry: bool,
    /// Append each acknowledged post to this file, for `verify`
    #[arg(long, alias = "ack-log")]
    pub(crate) ledger: Option<PathBuf>,
    /// First part of the vehicles' ids
    #[arg(long, default_value = "load", value_parser = parse_prefix)]
    pub(crate) prefix: String,
    /// How long after its due time a post that nobody answers is still tried, in seconds
    #[arg(long, default_value_t = 30.0)]
    pub(crate) patience_seconds: f64,
}

#[derive(Args)]
pub(crate) struct ReadArgs {
    /// Scheme, host and port of a service or of the gateway
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    pub(crate) url: String,
    /// API key
    #[arg(long, env = "CARVROOOM_BOOTSTRAP_KEY", hide_env_values = true)]
    pub(crate) key: String,
    /// Print the result as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Requests a second
    #[arg(long)]
    pub(crate) rate: f64,
    /// How long requests fall due, in seconds
    #[arg(long)]
    pub(crate) seconds: f64,
    /// A path with its query, taken in turn with the others; `{vehicle}` stands for a vehicle by chance
    #[arg(long, required = true)]
    pub(crate) path: Vec<String>,
    /// Vehicles that are asked about, as `load` has registered them
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) vehicles: u64,
    /// First part of the vehicles' ids
    #[arg(long, default_value = "load", value_parser = parse_prefix)]
    pub(crate) prefix: String,
    /// Connections, and so requests under way at once
    #[arg(long, default_value_t = 16)]
    pub(crate) connections: usize,
}

#[derive(Args)]
pub(crate) struct AlarmArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Scheme, host and port of the alert service
    #[arg(long, default_value = "http://127.0.0.1:8004")]
    pub(crate) alerts_url: String,
    /// Vehicles that fail
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) samples: u64,
    /// Failures a second
    #[arg(long, default_value_t = 20.0)]
    pub(crate) rate: f64,
    /// First part of the vehicles' ids; each run needs one of its own
    #[arg(long, default_value = "alarm", value_parser = parse_prefix)]
    pub(crate) prefix: String,
}

#[derive(Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// What `load` wrote
    #[arg(long, alias = "ack-log")]
    pub(crate) ledger: PathBuf,
    /// How long the store may lag behind the acknowledgements, in seconds
    #[arg(long, default_value_t = 60)]
    pub(crate) wait_seconds: u64,
}

#[derive(Clone)]
pub(crate) struct Failures(pub(crate) Vec<(FaultKind, usize)>);

fn parse_failures(text: &str) -> Result<Failures, String> {
    drive::parse_failures(text).map(Failures)
}

/// A prefix goes into bodies that are written without an escape.
fn parse_prefix(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("letters, digits, `-`, `_` and `.` only".to_owned())
    }
}

impl LifeArgs {
    pub(crate) fn fleet(&self, class: Class) -> anyhow::Result<Fleet> {
        anyhow::ensure!(
            self.wear_factor.is_finite() && self.wear_factor >= 0.0,
            "--wear-factor must not be negative"
        );
        Ok(Fleet {
            class,
            climate: self.climate,
            maintenance: if self.run_to_failure {
                Maintenance::RunToFailure
            } else {
                Maintenance::Preventive
            },
            hurry: self.wear_factor,
            tells_starts: self.tells_starts,
            ..Fleet::default()
        })
    }
}

impl DriveArgs {
    /// Time of the first step.
    pub(crate) fn start(&self) -> anyhow::Result<DateTime<Utc>> {
        anyhow::ensure!(
            self.hours_back.is_finite() && self.hours_back >= 0.0,
            "--hours-back must not be negative"
        );
        let back = TimeDelta::seconds((self.hours_back * 3_600.0) as i64);
        Ok(self.start.unwrap_or_else(|| Utc::now() - back))
    }

    /// Midnight of the day in which the simulation starts: days have their trips from their beginning.
    pub(crate) fn first_midnight_s(&self) -> anyhow::Result<i64> {
        let start_s = self.start()?.timestamp();
        Ok(start_s - start_s.rem_euclid(86_400))
    }
}

//! Configuration: `config.default.toml` → file → environment (`INGESTION__…`).

mod vocabulary;

use serde::Deserialize;

pub use vocabulary::{VocabularyError, signals};

/// Everything that can be set.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    #[serde(flatten)]
    pub base: chassis::config::Base,
    pub validation: Validation,
    pub registry: Registry,
    pub receipt: Receipt,
    pub store: TelemetryStore,
}

/// What is taken and what is not.
#[derive(Debug, Clone, Deserialize)]
pub struct Validation {
    /// Seconds that a record may lie in the future of business time.
    pub future_skew_s_max: i64,
    /// Days that a record may lie in the past of business time.
    pub age_days_max: i64,
    /// Records older than this many hours are published as historical.
    pub live_horizon_h: i64,
    /// Readings in one record.
    pub readings_max: usize,
    /// Bytes of one record as it is sent.
    pub record_bytes_max: usize,
    /// Records in one batch.
    pub batch_records_max: usize,
    /// Metres that an odometer may show less than before, or more than was driven since, without doubt.
    pub odometer_tolerance_m: f64,
    /// After so many readings in a row that contradict the old one an odometer was replaced.
    pub odometer_replaced_after: u32,
    /// Whether a North American VIN with a wrong check digit is refused.
    pub strict_check_digit: bool,
}

/// The vehicle registry.
#[derive(Debug, Clone, Deserialize)]
pub struct Registry {
    /// Whether the first record with a VIN registers its vehicle.
    pub register_by_first_record: bool,
    /// Vehicles remembered in memory, with their last readings.
    pub cached_vehicles_max: usize,
}

/// The group commit.
#[derive(Debug, Clone, Deserialize)]
pub struct Receipt {
    /// Requests that may be judged, wait for the writer or be committed; more are answered 429.
    pub queue_requests_max: usize,
    /// Bytes of waiting requests; more are answered 429.
    pub queue_bytes_max: usize,
    /// Bodies that are judged at the same time.
    pub judging_max: usize,
    /// Bodies up to so many bytes are judged on the thread of their request.
    pub judged_at_once_bytes_max: usize,
    /// Records of a group that are packed on the writer's own thread, up to so many bytes.
    pub packed_at_once_bytes_max: usize,
    /// Requests that share one commit.
    pub group_requests_max: usize,
    /// Records that share one commit.
    pub group_records_max: usize,
    /// Seconds after which a refused client should try again.
    pub retry_after_s: u64,
    /// Record keys remembered to answer repetitions at the door.
    pub recent_keys_max: usize,
    /// Errors and warnings named in one answer.
    pub errors_named_max: usize,
    /// Vehicles of one request whose failures are told by an event each; those of all others share one.
    pub failed_vehicles_named_max: usize,
    /// Faulty readings of one request that are kept one by one in the quarantine; the rest is only counted.
    pub faulty_readings_kept_max: usize,
    /// Bytes of their records in all: each is kept with its whole record.
    pub faulty_readings_kept_bytes_max: usize,
}

/// The telemetry store.
#[derive(Debug, Clone, Deserialize)]
pub struct TelemetryStore {
    /// Committed batches that are stored in one transaction.
    pub batches_max: usize,
    /// Records that are stored in one transaction; a batch with more is stored alone.
    pub records_max: usize,
    /// How long records are gathered after a transaction before the next one begins, in milliseconds. A vehicle's newest block is rewritten
    /// each time, so under single records this is what bounds the work; what comes after a pause is stored at once.
    pub linger_ms: u64,
    /// Bytes of committed batches that are kept in memory for the embedded store; one that is further behind reads rows.
    pub at_hand_bytes_max: usize,
    /// Of the 64 partitions, how many one instance claims for a transaction.
    pub claimed_partitions_max: usize,
    /// Days that raw telemetry is kept, by its own time; receipts, quarantine and events of it as long, by the time of receipt. 0 keeps all.
    pub retention_days: i64,
    /// Longest pause between two looks for committed batches, in milliseconds.
    pub poll_interval_ms: u64,
    /// Buckets in one history answer.
    pub history_points_max: usize,
    /// Bytes of records in one page of the quarantine.
    pub quarantine_page_bytes_max: usize,
}

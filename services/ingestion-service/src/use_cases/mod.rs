//! What this service does, one verb a file.

pub mod commit_receipts;
pub mod ingest_records;
pub mod judge_records;
pub mod keep_house;
pub mod plan_blocks;
pub mod publish_failures;
pub mod publish_records;
pub mod record_repair;
pub mod register_newcomer;
pub mod register_vehicle;
pub mod replay_quarantined;
pub mod show_conservation;
pub mod show_telemetry;
pub mod show_vehicles;
pub mod store_telemetry;
pub mod update_vehicle;
pub mod watch_conservation;

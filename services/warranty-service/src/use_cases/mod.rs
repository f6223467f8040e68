//! One verb per file: what this service does, whoever asks.

pub mod check_decision;
pub mod check_vehicle;
pub mod draft_claim;
pub mod keep_vehicle;
pub mod list_claims;
pub mod list_coverages;
pub mod record_visit;
pub mod show_claim;
pub mod submit_claim;
pub mod write_claim;
pub mod write_coverage;

//! fleetsim: simulated vehicles, replay of real logs, load with an acknowledgement log, and its verifier.
//!
//! It talks REST only and shares no code with the platform: what it knows of the platform is the public wire format,
//! so that a mistake in the platform cannot hide behind the same mistake here. The binary is a thin shell over these
//! modules; the launcher calls [`drive::drive`] directly.

/// Acknowledged records, one line each, that outlive a killed server.
pub mod ack_log;
/// REST client: batches, registration, stored records.
pub mod client;
/// The content hash of a stored record.
pub mod content_hash;
/// Simulated vehicles.
pub mod drive;
/// Open-loop load.
pub mod load;
/// Progress bars on long work.
pub mod progress;
/// One record as it is posted.
pub mod record;
/// Real logs as records.
pub mod replay;
/// Acknowledged against stored.
pub mod verify;
/// Vehicle identification numbers.
pub mod vin;

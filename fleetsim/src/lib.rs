//! fleetsim: simulated vehicles, replay of real logs, load with an acknowledgement log, and its verifier.
//!
//! It talks REST only and shares no code with the platform: what it knows of the platform is the public wire format,
//! so that a mistake in the platform cannot hide behind the same mistake here. The binary is a thin shell over these
//! modules; the launcher calls [`drive::drive`] directly.

/// From telemetry to an alert, measured from outside.
pub mod alarm;
/// REST client: batches, registration, stored records.
pub mod client;
/// The content hash of a stored record.
pub mod content_hash;
/// Chance that stays the same.
mod dice;
/// Vehicles of which parts fail within hours: for demonstrations.
pub mod drive;
/// Acknowledged posts, one line each, that outlive a killed server.
mod ledger;
/// Vehicles with a life: trips, climates, wear, workshops.
pub mod life;
/// Open-loop and closed-loop load.
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

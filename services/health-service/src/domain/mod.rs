//! The rules of vehicle health: pure functions of the log. No input or output, no clock but event time, no wire format.
//!
//! The blocks of ISO 13374-1 in order: [`sensor`], `gather` and [`window`] (data manipulation), [`starter`], [`gears`] and [`reference`]
//! (state detection: regimes and residuals), [`judge`], [`evidence`] and [`component`] (health assessment), [`life`] (prognosis),
//! [`report`] (what is told). [`vehicle`] holds them together, one record after the other.

pub mod actions;
pub mod class;
pub mod codec;
pub mod component;
pub mod curve;
pub mod drift;
pub mod evidence;
pub mod factor;
pub mod foretold;
pub mod freeze;
mod gather;
pub mod gears;
pub mod judge;
pub mod life;
pub mod memory;
pub mod models;
pub mod odometry;
pub mod quantile_life;
pub mod read_out;
pub mod reference;
pub mod report;
pub mod ride;
pub mod rules;
pub mod sensor;
pub mod signal;
pub mod starter;
pub mod trained;
pub mod trouble_code;
pub mod usage;
pub mod vehicle;
mod vehicle_state;
mod vehicle_telling;
pub mod window;

/// Event time in microseconds since 1970, UTC.
pub type Micros = i64;

/// One second of event time.
pub const SECOND: Micros = 1_000_000;

#[cfg(test)]
mod broken_input_properties;
#[cfg(test)]
mod evidence_properties;
#[cfg(test)]
mod heeding_properties;
#[cfg(test)]
mod properties;

//! Pure rules of ingestion: no IO, no async, no serialisation.
//!
//! A [`record::RawRecord`] (what a device sent) becomes a [`record::Record`] (canonical paths and units) by [`normalise::Normaliser`];
//! [`quality`] then compares it with what the vehicle sent before.

pub mod content_hash;
pub mod fault;
pub mod normalise;
pub mod pids;
pub mod quality;
pub mod record;
pub mod repair;
pub mod room;
pub mod signals;
pub mod trouble_code;
pub mod units;
pub mod vehicle;
pub mod verdict;
pub mod vin;

//! The kit as a whole, through a service that counts what it hears.

mod source;
mod toy;

mod again;
mod config;
mod doors;
mod identity;
mod log;
mod places;
mod scale;
mod transport;

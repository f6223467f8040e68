//! The kit as a whole, through a service that counts what it hears.

mod toy;

mod config;
mod doors;
mod log;

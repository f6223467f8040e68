//! The whole platform as a user meets it: the built binary, its ports, its files.
//!
//! Each test runs a small case; with `CARVROOOM_BARS=full` the bars run at full size (`cargo xtask bars chain`) and print one
//! line `bar {…json…}` each.

mod harm;
mod oracles;
mod platform;
mod proxy;
mod servers;
mod seven;
mod smtp;
mod storm;
mod walk;

mod attacks;
mod chain;
mod chaos;
mod demo;
mod kill;
mod latency;
mod quiet;
mod real_logs;
mod startup;

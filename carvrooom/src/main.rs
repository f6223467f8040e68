//! `carvrooom up`: all seven services and the gateway in one process, with nothing installed.

use std::process::ExitCode;

use clap::Parser;

mod demo;
mod gateway;
mod live;
mod roster;
mod secrets;
mod up;
mod web_app;

/// Readings become many small texts and maps, for which the system's allocator is slow (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(
    name = "carvrooom",
    version,
    about = "Predictive maintenance for vehicle fleets, in one process"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Starts all seven services and the gateway.
    Up(up::Options),
}

fn main() -> ExitCode {
    let Arguments {
        command: Command::Up(options),
    } = Arguments::parse();
    match up::up(options, &up::Environment::read()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("carvrooom: {error:#}");
            ExitCode::FAILURE
        }
    }
}

//! The project's own commands. `cargo xtask up` starts the platform, `cargo xtask test` judges it.

mod bars;
mod bench;
mod contracts;
mod independence;
mod linting;
mod new_service;
mod platform;
mod repository;
mod rust_text;
mod shell;
mod test_run;
mod tidy;
mod up;
mod web_app;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::repository::Repository;

#[derive(Parser)]
#[command(about = "The project's own commands")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the web app and the launcher and start the whole platform; what follows is handed to `carvrooom up`
    ///
    /// Needs Node 20 or later for the web app; `--no-ui` does without it.
    #[command(disable_help_flag = true)]
    Up {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Everything that must hold: format, lints, tidy, tests, contracts, launcher, independence
    Test {
        /// Begin with the step whose name begins so, where an earlier run broke off
        #[arg(long, default_value = "")]
        from: String,
    },
    /// Build and test each service with the other six deleted
    Independence {
        /// Which services; all seven without a name
        services: Vec<String>,
    },
    /// Check the rules of the house
    Tidy,
    /// Check the contracts, and what is generated from the services
    Contracts {
        /// Write what is generated
        #[arg(long)]
        write: bool,
    },
    /// Measure ingestion on each ground beside the limits of the machine, in one run
    Bench {
        #[command(flatten)]
        options: bench::Options,
    },
    /// Run an area's measurements at full size and write docs/measurements/<area>.json
    Bars {
        /// Which area, for example `chain`
        area: String,
    },
    /// The web app's budgets in a browser, against the launcher and the simulator that were built before
    ///
    /// The fleet has as many vehicles as VEHICLES in the environment says; 1,000 without it.
    Budgets,
    /// Lay out a new service of the house's shape
    NewService {
        /// Its name without `-service`, in lower case
        name: String,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    let root = repository::root();
    match command {
        Command::Up { arguments } => return up::up(&root, &arguments),
        Command::Test { .. } if !linting::is_on() => return linting::again_with_lints(),
        Command::Test { from } => test_run::test(&root, &from)?,
        Command::Independence { services } => independence::independence(&root, &services)?,
        Command::Tidy => tidy::tidy(&Repository::load(&root)?)?,
        Command::Contracts { write } => contracts::contracts(&root, write)?,
        Command::Bench { options } => return bench::bench(&root, &options),
        Command::Bars { area } => bars::bars(&root, &area)?,
        Command::Budgets => web_app::budgets(&root)?,
        Command::NewService { name } => new_service::new_service(&root, &name)?,
    }
    Ok(ExitCode::SUCCESS)
}

//! Runs a command with a PostgreSQL and a Redis of its own, for test runs on that ground:
//! `cargo run -p chassis --features testing --example with_servers -- cargo nextest run`. With `--durable` first, PostgreSQL waits for
//! the disk as it would in production: for measurements.

use std::process::{Command, ExitCode};

use chassis::testing::servers;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let durable = arguments.next_if(|argument| argument == "--durable").is_some();
    let Some(program) = arguments.next() else {
        eprintln!("with_servers [--durable] PROGRAM [ARGUMENT]…");
        return ExitCode::FAILURE;
    };
    let postgres = match durable {
        true => servers::Postgres::start_durable(),
        false => servers::Postgres::start(),
    };
    let redis = servers::Redis::start();
    let status = Command::new(&program)
        .args(arguments)
        .env("CARVROOOM_TEST_GROUND", "postgres-redis")
        .env("CARVROOOM_TEST_POSTGRES", format!("{}/postgres", postgres.url_prefix()))
        .env("CARVROOOM_TEST_REDIS", redis.url())
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{program}: {error}");
            ExitCode::FAILURE
        }
    }
}

//! Lints and builds in one pass: our own packages are compiled by clippy's driver, which is the compiler with lints on top, so that what
//! the tests run is what was linted and dependencies are built once. `cargo clippy` would check every dependency a second time.

use std::process::{Command, ExitCode};

use anyhow::Context;

use crate::shell;

/// Cargo compiles workspace members by this program.
const WRAPPER: &str = "RUSTC_WORKSPACE_WRAPPER";
/// What `cargo clippy -- -D warnings` hands to its driver.
const ARGUMENTS: (&str, &str) = ("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");

/// Whether builds that are started from here are linted.
pub(crate) fn is_on() -> bool {
    std::env::var_os(ARGUMENTS.0).is_some() && std::env::var_os(WRAPPER).is_some()
}

/// Runs this very command again with linting on, and ends as it ends.
pub(crate) fn again_with_lints() -> anyhow::Result<ExitCode> {
    let sysroot = shell::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let driver = std::path::Path::new(sysroot.trim()).join("bin/clippy-driver");
    if !driver.exists() {
        anyhow::bail!("clippy is missing: rustup component add clippy");
    }
    let status = Command::new(shell::this_program()?)
        .args(std::env::args_os().skip(1))
        .env(WRAPPER, driver)
        .env(ARGUMENTS.0, ARGUMENTS.1)
        .status()
        .context("xtask cannot start itself")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

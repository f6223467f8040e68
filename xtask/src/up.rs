//! `cargo xtask up`: builds the launcher and becomes it.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Context;

use crate::shell;

/// Builds the launcher in its own workspace, with the shared target folder, and hands the arguments over.
pub(crate) fn up(root: &Path, arguments: &[String]) -> anyhow::Result<ExitCode> {
    let mut launcher = build(root)?;
    launcher.arg("up").args(arguments);
    become_it(launcher)
}

/// The built launcher, ready to take arguments.
pub(crate) fn build(root: &Path) -> anyhow::Result<Command> {
    shell::run(
        shell::cargo()
            .args(["build", "--manifest-path", "carvrooom/Cargo.toml"])
            .current_dir(root),
    )?;
    Ok(Command::new(shell::target(root).join("debug/carvrooom")))
}

/// Replaces this process, so that signals go straight to the platform.
#[cfg(unix)]
fn become_it(mut command: Command) -> anyhow::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("the launcher cannot be started")
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> anyhow::Result<ExitCode> {
    let status = command.status().context("the launcher cannot be started")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

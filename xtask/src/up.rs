//! `cargo xtask up`: builds the web app and the launcher and becomes the launcher.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Context;

use crate::{bench, shell, web_app};

/// Builds the launcher in its own workspace, with the shared target folder, and hands the arguments over.
pub(crate) fn up(root: &Path, arguments: &[String]) -> anyhow::Result<ExitCode> {
    if !arguments.iter().any(|argument| argument == "--no-ui") {
        web_app::build(root)?;
    }
    let mut launcher = build(root, "dev")?;
    launcher.arg("up").args(arguments);
    become_it(launcher)
}

/// The built launcher, ready to take arguments.
pub(crate) fn build(root: &Path, profile: &str) -> anyhow::Result<Command> {
    shell::run(
        shell::cargo()
            .args(["build", "--manifest-path", "carvrooom/Cargo.toml", "--profile", profile])
            .current_dir(root),
    )?;
    let folder = shell::target(root).join(bench::folder_of(profile));
    Ok(Command::new(folder.join("carvrooom")))
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

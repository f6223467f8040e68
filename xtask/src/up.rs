//! `cargo xtask up`: builds the web app and the launcher and becomes the launcher.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Context;

use crate::{bench, shell, web_app};

/// Builds the launcher in its own workspace, with the shared target folder, and hands the arguments over.
pub(crate) fn up(root: &Path, arguments: &[String]) -> anyhow::Result<ExitCode> {
    let web_app = || match arguments.iter().any(|argument| argument == "--no-ui") {
        true => Ok(()),
        false => web_app::build(root),
    };
    // npm waits for the network for a good part of its time.
    let (web_app, launcher) = std::thread::scope(|scope| {
        let web_app = scope.spawn(web_app);
        let launcher = build(root, "dev", &[]);
        (web_app.join(), launcher)
    });
    web_app.map_err(|_| anyhow::anyhow!("the build of the web app broke down"))??;
    let mut launcher = Command::new(launcher?);
    launcher.arg("up").args(arguments);
    become_it(launcher)
}

/// Builds the launcher, with further arguments for cargo, and says where it is.
pub(crate) fn build(root: &Path, profile: &str, arguments: &[&str]) -> anyhow::Result<PathBuf> {
    let mut build = shell::cargo();
    build.args(["build", "--manifest-path", "carvrooom/Cargo.toml", "--profile", profile]);
    shell::run(build.args(arguments).current_dir(root))?;
    Ok(shell::target(root).join(bench::folder_of(profile)).join("carvrooom"))
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

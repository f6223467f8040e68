//! Starts other programs and says what went wrong with them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// The cargo that runs this.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a command with its output shown.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("{} cannot be started", name(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", line(command));
    }
    Ok(())
}

/// Runs a command and answers what it printed.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let done = command.stdin(Stdio::null()).stderr(Stdio::piped()).output();
    let done = done.with_context(|| format!("{} cannot be started", name(command)))?;
    if !done.status.success() {
        bail!(
            "{} ended with {}: {}",
            line(command),
            done.status,
            String::from_utf8_lossy(&done.stderr).trim()
        );
    }
    String::from_utf8(done.stdout).with_context(|| format!("{} printed no text", line(command)))
}

/// Whether a command can be started and ends well.
pub(crate) fn works(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Where builds go: one folder for the root's workspace and the launcher's.
pub(crate) fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// The command as a person would type it.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program())
        .to_string_lossy();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// Where this program lies. A build of the workspace that it has started may have replaced the file that it runs from, and then the system
/// names the one that is gone; what was called lies where it lay.
pub(crate) fn this_program() -> anyhow::Result<PathBuf> {
    let running = std::env::current_exe().context("this program does not know where it lies")?;
    Ok(lasting(running, std::env::args_os().next().map(PathBuf::from)))
}

fn lasting(running: PathBuf, called: Option<PathBuf>) -> PathBuf {
    match called {
        Some(called) if !running.exists() && called.exists() => called,
        _ => running,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_program_is_found_where_it_was_called() {
        let (here, gone) = (
            PathBuf::from(env!("CARGO_MANIFEST_DIR")),
            PathBuf::from("/nowhere/xtask (deleted)"),
        );
        assert_eq!(lasting(gone.clone(), Some(here.clone())), here);
        assert_eq!(lasting(here.clone(), Some(gone.clone())), here);
        assert_eq!(lasting(gone.clone(), None), gone);
    }
}

//! Builds the web app with npm, when it is older than its source.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::shell;

/// The oldest Node that the web app's tools run on.
const NODE_MIN: u32 = 20;
/// What the build reads.
const SOURCES: [&str; 7] = [
    "src",
    "public",
    "scripts",
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
];

/// Makes `frontend/dist` current. Without Node the platform starts all the same, and it is said what is missing.
pub(crate) fn build(root: &Path) -> anyhow::Result<()> {
    let frontend = root.join("frontend");
    let built = modified(&frontend.join("dist/index.html"));
    let newest = SOURCES.iter().filter_map(|name| newest(&frontend.join(name))).max();
    if built.is_some() && built >= newest {
        return Ok(());
    }
    match node_version() {
        Some(version) if version >= NODE_MIN => {}
        found => {
            let found = found.map_or("is missing".to_owned(), |version| format!("is version {version}"));
            println!(
                "node {found}: the web app needs Node.js {NODE_MIN} or later and is not built (--no-ui does without it)"
            );
            return Ok(());
        }
    }
    let npm = |arguments: &[&str]| npm(&frontend, arguments);
    let installed = modified(&frontend.join("node_modules/.package-lock.json"));
    if installed.is_none() || installed < modified(&frontend.join("package-lock.json")) {
        npm(&["ci", "--no-audit", "--no-fund"])?;
    }
    npm(&["run", "--silent", "build"])
}

/// Types, unit tests, the build within its size, and each role's path in a browser against the launcher that was built before.
pub(crate) fn test(root: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        node_version().is_some_and(|version| version >= NODE_MIN),
        "Node.js {NODE_MIN} or later is missing: install it from nodejs.org (Debian 12 has an older one)"
    );
    build(root)?;
    let frontend = root.join("frontend");
    npm(&frontend, &["run", "--silent", "test"])?;
    npm(&frontend, &["run", "--silent", "e2e"])
}

/// How fast the app paints and answers with a large fleet.
pub(crate) fn budgets(root: &Path) -> anyhow::Result<()> {
    build(root)?;
    npm(&root.join("frontend"), &["run", "--silent", "budgets"])
}

fn npm(frontend: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    shell::run(Command::new("npm").args(arguments).current_dir(frontend))
}

/// The major version of the Node that is installed.
fn node_version() -> Option<u32> {
    let printed = shell::output(Command::new("node").arg("--version")).ok()?;
    major(&printed)
}

fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

/// When the newest file of a tree was written.
fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return modified(path);
    }
    let entries = std::fs::read_dir(path).ok()?;
    entries.flatten().filter_map(|entry| newest(&entry.path())).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("20"), None);
    }
}

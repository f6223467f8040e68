//! The repository's files, as git knows them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

/// The seven services. A new one is added here and in the launcher's roster.
pub(crate) const SERVICES: [&str; 7] = [
    "ingestion-service",
    "health-service",
    "agent-service",
    "alert-service",
    "scheduling-service",
    "warranty-service",
    "analytics-service",
];

/// The other packages of the workspace: what services stand on, the simulator, and these commands.
pub(crate) const FOUNDATION: [&str; 4] = ["chassis", "prognostics", "fleetsim", "xtask"];

/// Files whose text the rules read.
const TEXT_ENDINGS: [&str; 8] = [".rs", ".toml", ".md", ".json", ".lock", ".sql", ".yaml", ".yml"];

/// The repository's root folder: the parent of this package's, which cargo names when it runs it.
pub(crate) fn root() -> PathBuf {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    manifest.parent().map_or_else(|| manifest.clone(), Path::to_owned)
}

/// One file: its path from the root with `/`, and its text if it is of a kind that the rules read.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All files that are tracked, or would be if they were added.
#[derive(Debug, Clone, Default)]
pub(crate) struct Repository {
    pub(crate) files: Vec<File>,
}

/// Paths from the root of the files that git tracks or does not ignore, and that exist.
pub(crate) fn paths(root: &Path) -> anyhow::Result<Vec<String>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("git cannot be started")?;
    anyhow::ensure!(
        listed.status.success(),
        "git ls-files: {}",
        String::from_utf8_lossy(&listed.stderr)
    );
    let text = String::from_utf8(listed.stdout).context("a path is not UTF-8")?;
    let mut paths: Vec<String> = text
        .split('\0')
        .filter(|path| !path.is_empty() && root.join(path).is_file())
        .map(str::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

impl Repository {
    /// Reads the repository.
    pub(crate) fn load(root: &Path) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        for path in paths(root)? {
            let text = if TEXT_ENDINGS.iter().any(|ending| path.ends_with(ending)) {
                std::fs::read_to_string(root.join(&path)).with_context(|| format!("{path} cannot be read"))?
            } else {
                String::new()
            };
            files.push(File { path, text });
        }
        Ok(Self { files })
    }

    /// A repository of made-up files, for the rules' own tests.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        Self {
            files: files.iter().map(file).collect(),
        }
    }

    /// The text of a file, if it is there.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files
            .iter()
            .find(|file| file.path == path)
            .map(|file| file.text.as_str())
    }

    /// Whether a file or folder of that path is there.
    pub(crate) fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files
            .iter()
            .any(|file| file.path == path || file.path.starts_with(&folder))
    }

    /// The files under a folder that end so.
    pub(crate) fn under<'a>(&'a self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = &'a File> {
        self.files
            .iter()
            .filter(move |file| file.path.starts_with(folder) && file.path.ends_with(ending))
    }

    /// All Rust sources.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.under("", ".rs")
    }
}

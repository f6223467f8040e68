//! The acknowledgement log: one line `content_hash vehicle_id` for each record that the platform answered 202 to.
//!
//! A line is handed to the operating system before the next post of that worker, so that the log outlives a killed
//! server, and a killed load generator but for its last line.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context;

/// An open log, shared by the workers.
pub struct AckLog {
    file: Mutex<File>,
}

impl AckLog {
    /// Opens a log for appending: several runs may share one.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn append_to(path: &Path) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .append(true)
            .open(path)
            .with_context(|| format!("{} cannot be opened", path.display()))?;
        Ok(Self { file: Mutex::new(file) })
    }

    /// Writes the lines of one acknowledgement.
    ///
    /// # Errors
    /// When the disk refuses them.
    pub fn note(&self, lines: &str) -> anyhow::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.write_all(lines.as_bytes())
            .and_then(|()| file.flush())
            .context("the acknowledgement log cannot be written")
    }
}

/// What a log says, by vehicle: each hash and how often it was acknowledged (a repeated post is acknowledged again).
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Acknowledged {
    /// Hashes by vehicle.
    pub by_vehicle: HashMap<String, HashMap<String, u32>>,
    /// Lines that broke off or make no sense.
    pub unreadable_lines: u64,
}

/// Reads a log. A last line that broke off is counted, not believed.
///
/// # Errors
/// When the file cannot be read.
pub fn read(path: &Path) -> anyhow::Result<Acknowledged> {
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let mut reader = BufReader::new(file);
    let mut found = Acknowledged::default();
    let mut line = String::new();
    while reader
        .read_line(&mut line)
        .context("the acknowledgement log cannot be read")?
        > 0
    {
        let whole = line.ends_with('\n');
        match line.trim_end().split_once(' ') {
            Some((hash, vehicle)) if whole && hash.len() == 64 && !vehicle.is_empty() => {
                let hashes = found.by_vehicle.entry(vehicle.to_owned()).or_default();
                *hashes.entry(hash.to_owned()).or_default() += 1;
            }
            _ => found.unreadable_lines += 1,
        }
        line.clear();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_back_and_a_broken_one_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acks");
        let hash = "a".repeat(64);
        AckLog::append_to(&path)
            .unwrap()
            .note(&format!("{hash} V 1\n"))
            .unwrap();
        AckLog::append_to(&path)
            .unwrap()
            .note(&format!("{hash} V 1\n{hash} V"))
            .unwrap();
        let found = read(&path).unwrap();
        assert_eq!(found.by_vehicle["V 1"][&hash], 2);
        assert_eq!((found.by_vehicle.len(), found.unreadable_lines), (1, 1));
    }
}

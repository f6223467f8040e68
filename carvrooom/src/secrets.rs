//! Secrets that the launcher makes at the first start and keeps in the data folder, readable by its owner only.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rand::RngExt;

/// Reads a secret, or makes one of 32 random bytes. A file that was cut short is refused rather than replaced.
pub(crate) fn read_or_create(path: &Path) -> anyhow::Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().len() >= 64 => Ok(text.trim().to_owned()),
        Ok(_) => anyhow::bail!(
            "{} does not hold a whole secret; restore it, or delete it to have a new one",
            path.display()
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(path),
        Err(error) => Err(error.into()),
    }
}

/// 32 random bytes as text.
pub(crate) fn random() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    chassis::ids::hex(&bytes)
}

fn create(path: &Path) -> anyhow::Result<String> {
    let secret = random();
    write_private(path, &secret)?;
    Ok(secret)
}

/// Writes a file that only its owner may read; it appears whole or not at all.
pub(crate) fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)?;
    Ok(())
}

//! Identifiers: a type prefix and a UUID version 7 (RFC 9562). They identify; they are never used for order.

use sha2::{Digest, Sha256};

/// A fresh identifier, such as `note_0190a5…`.
pub fn new_id(prefix: &str) -> String {
    format!("{prefix}_{}", uuid::Uuid::now_v7().simple())
}

/// An identifier that the same parts always give, so that work done twice is stored once.
pub fn derived_id(prefix: &str, parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    format!("{prefix}_{}", &hex(&digest.finalize())[..32])
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A tenant: the first part of every key, row, event and token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantId(std::sync::Arc<str>);

impl TenantId {
    /// Takes any text; identity decides which tenants exist.
    pub fn new(id: &str) -> Self {
        Self(id.into())
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for TenantId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_repeat_and_do_not_depend_on_where_parts_are_cut() {
        assert_eq!(derived_id("dec", &["a", "b"]), derived_id("dec", &["a", "b"]));
        assert_ne!(derived_id("dec", &["ab", ""]), derived_id("dec", &["a", "b"]));
        assert!(new_id("note").starts_with("note_"));
        assert_eq!(new_id("note").len(), "note_".len() + 32);
    }
}

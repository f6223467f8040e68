//! Draws secrets from the operating system's randomness, and hashes them for keeping.

use crate::domain::password;
use chassis::identity::key_hash;
use chassis::ids::hex;

/// A secret of 32 random bytes after a prefix, such as `cvk_…`.
pub fn draw_secret(prefix: &str) -> String {
    format!("{prefix}{}", hex(&rand::random::<[u8; 32]>()))
}

/// A password that satisfies the policy.
pub fn draw_password(username: &str) -> String {
    loop {
        let drawn = password::generate(rand::random());
        if password::check(&drawn, username).is_ok() {
            return drawn;
        }
    }
}

/// How a random secret is kept: SHA-256 is enough, since nobody can guess 256 bits.
pub fn hash_secret(secret: &str) -> String {
    key_hash(secret)
}

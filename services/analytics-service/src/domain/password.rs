//! What makes a password acceptable, and how one is made from random bytes.
//!
//! bcrypt reads at most 72 bytes and would silently ignore the rest, so a longer password is refused here.

use thiserror::Error;

/// Fewer characters than this are refused.
pub const LENGTH_MIN: usize = 12;
/// bcrypt's limit, in bytes of UTF-8.
pub const BYTES_MAX: usize = 72;
/// Random bytes that [`generate`] turns into one password (20 characters of a 32-letter alphabet, 100 bits).
pub const GENERATED_LENGTH: usize = 20;

/// Why a password was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PasswordRefused {
    #[error("a password has at least {LENGTH_MIN} characters")]
    TooShort,
    #[error("a password has at most {BYTES_MAX} bytes (letters outside ASCII count more than one)")]
    TooLong,
    #[error("a password is not the user name")]
    IsUsername,
    #[error("a password uses at least four different characters")]
    TooUniform,
    #[error("a password holds no control characters")]
    ControlCharacter,
}

impl PasswordRefused {
    /// The stable code for clients.
    pub fn code(&self) -> &'static str {
        match self {
            PasswordRefused::TooShort => "password.too_short",
            PasswordRefused::TooLong => "password.too_long",
            PasswordRefused::IsUsername => "password.is_username",
            PasswordRefused::TooUniform => "password.too_uniform",
            PasswordRefused::ControlCharacter => "password.control_character",
        }
    }
}

/// Judges a new password for this user name.
pub fn check(password: &str, username: &str) -> Result<(), PasswordRefused> {
    if password.len() > BYTES_MAX {
        return Err(PasswordRefused::TooLong);
    }
    if password.chars().any(char::is_control) {
        return Err(PasswordRefused::ControlCharacter);
    }
    if password.chars().count() < LENGTH_MIN {
        return Err(PasswordRefused::TooShort);
    }
    if password.to_lowercase() == username.to_lowercase() {
        return Err(PasswordRefused::IsUsername);
    }
    let mut seen: Vec<char> = password.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    if seen.len() < 4 {
        return Err(PasswordRefused::TooUniform);
    }
    Ok(())
}

/// Letters and digits without those that are easily mistaken for each other (0/o, 1/l/i); 32, so that a byte maps evenly.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789Z";

/// Makes a password from random bytes, one character a byte.
pub fn generate(random: [u8; GENERATED_LENGTH]) -> String {
    random
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_limit_is_in_bytes_and_the_minimum_in_characters() {
        assert_eq!(check(&"ab3".repeat(24), "x"), Err(PasswordRefused::TooUniform));
        assert_eq!(check(&"abc4".repeat(18), "x"), Ok(()), "72 bytes are the most");
        assert_eq!(
            check(&format!("{}z", "abc4".repeat(18)), "x"),
            Err(PasswordRefused::TooLong)
        );
        assert_eq!(
            check(&"äöüß".repeat(10), "x"),
            Err(PasswordRefused::TooLong),
            "40 characters, 80 bytes"
        );
        assert_eq!(check("short-7", "x"), Err(PasswordRefused::TooShort));
        assert_eq!(
            check("The-Fleet-Manager", "the-fleet-manager"),
            Err(PasswordRefused::IsUsername)
        );
        assert_eq!(check("good\u{0}password1", "x"), Err(PasswordRefused::ControlCharacter));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_never_cut_by_bcrypt(password in "\\PC{0,90}", username in "[a-z]{1,8}") {
            if check(&password, &username).is_ok() {
                prop_assert!(password.len() <= BYTES_MAX);
                prop_assert!(password.chars().count() >= LENGTH_MIN);
            }
        }

        #[test]
        fn a_generated_password_has_the_promised_length(random in prop::array::uniform20(any::<u8>())) {
            let password = generate(random);
            prop_assert_eq!(password.len(), GENERATED_LENGTH);
            prop_assert!(!matches!(check(&password, "admin"), Err(PasswordRefused::TooShort | PasswordRefused::TooLong)));
        }
    }
}

//! Diagnostic trouble codes: SAE J2012 (`P0301`) and J1939 (`SPN110/FMI0`).

/// State of a trouble code in its control unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CodeStatus {
    /// Seen once, not yet confirmed.
    Pending,
    /// Confirmed: the lamp may be on.
    Confirmed,
    /// Stays until the vehicle itself has proved the repair.
    Permanent,
}

/// One trouble code as a record reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TroubleCode {
    /// In capitals.
    pub code: String,
    pub status: CodeStatus,
    /// Control unit that reports it, such as `7E8`.
    pub ecu: Option<String>,
}

impl CodeStatus {
    /// Reads a status; `None` for an unknown word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "pending" => Some(Self::Pending),
            "confirmed" | "stored" | "active" => Some(Self::Confirmed),
            "permanent" => Some(Self::Permanent),
            _ => None,
        }
    }

    /// The word used in events and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Permanent => "permanent",
        }
    }
}

/// Reads a code into its canonical spelling; `None` if it has neither form.
#[must_use]
pub fn parse_code(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    (is_j2012(&code) || is_j1939(&code)).then_some(code)
}

/// `P0301`, also with a failure type byte behind it: `P0301-17`.
fn is_j2012(code: &str) -> bool {
    let bytes = code.as_bytes();
    let hexadecimal = |byte: &u8| byte.is_ascii_hexdigit();
    bytes.len() >= 5
        && matches!(bytes[0], b'P' | b'C' | b'B' | b'U')
        && (b'0'..=b'3').contains(&bytes[1])
        && bytes[2..5].iter().all(hexadecimal)
        && (bytes.len() == 5 || (bytes.len() == 8 && bytes[5] == b'-' && bytes[6..].iter().all(hexadecimal)))
}

/// `SPN110/FMI0`: SPN of 19 bits, FMI of 5 bits.
fn is_j1939(code: &str) -> bool {
    let Some((spn, fmi)) = code.strip_prefix("SPN").and_then(|rest| rest.split_once("/FMI")) else {
        return false;
    };
    let number = |digits: &str, below: u32| {
        !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits.parse::<u32>().is_ok_and(|value| value < below)
    };
    number(spn, 1 << 19) && number(fmi, 1 << 5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes() {
        assert_eq!(parse_code(" p0301 ").as_deref(), Some("P0301"));
        assert_eq!(parse_code("U3FFF-17").as_deref(), Some("U3FFF-17"));
        assert_eq!(parse_code("spn110/fmi0").as_deref(), Some("SPN110/FMI0"));
        for wrong in [
            "",
            "P030",
            "X0301",
            "P4301",
            "4300",
            "P0301x",
            "SPN/FMI",
            "SPN524288/FMI1",
            "SPN1/FMI32",
        ] {
            assert_eq!(parse_code(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_canonical_code_stays_as_it_is(text in "[PCBU][0-3][0-9A-F]{3}") {
            prop_assert_eq!(parse_code(&text), Some(text));
        }

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC*") {
            let _ = parse_code(&text);
        }
    }
}

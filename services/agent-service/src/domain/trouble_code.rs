//! Trouble codes of SAE J2012 (`P0217`) and of SAE J1939 (`SPN110-0`: suspect parameter and failure mode indicator).

/// The one form in which a trouble code is compared: `P0217`, `SPN110-0`, or `SPN110` without a failure mode indicator.
/// The failure type of SAE J2012-DA (`P0480-13`, `P048013`) tells variants of one code apart and is cut off: knowledge is of the code.
/// None for a text that is no trouble code.
pub fn normalised(code: &str) -> Option<String> {
    let code = code.trim().to_ascii_uppercase();
    if let Some(rest) = code.strip_prefix("SPN") {
        let mut numbers = rest
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|part| part.parse::<u32>().ok());
        let spn = numbers.next()?;
        return Some(
            numbers
                .next()
                .map_or_else(|| format!("SPN{spn}"), |fmi| format!("SPN{spn}-{fmi}")),
        );
    }
    let code = without_failure_type(&code);
    let bytes = code.as_bytes();
    let well_formed = bytes.len() == 5
        && b"PCBU".contains(&bytes[0])
        && (b'0'..=b'3').contains(&bytes[1])
        && bytes[2..].iter().all(u8::is_ascii_hexdigit);
    well_formed.then(|| code.to_owned())
}

/// The code before a failure type: two hexadecimal digits, after a dash, a colon or nothing.
fn without_failure_type(code: &str) -> &str {
    let Some((base, rest)) = code.split_at_checked(5) else {
        return code;
    };
    let digits = rest.strip_prefix(['-', ':']).unwrap_or(rest);
    let is_type = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_type { base } else { code }
}

/// Whether a pattern of the knowledge base covers a code in its normalised form. `P030*` covers any ending; `SPN1322`
/// covers every failure mode indicator; anything else covers itself.
pub fn covers(pattern: &str, code: &str) -> bool {
    if let Some(start) = pattern.strip_suffix('*') {
        return code.starts_with(start);
    }
    let any_indicator = pattern.starts_with("SPN") && !pattern.contains('-');
    code == pattern || (any_indicator && code.split('-').next() == Some(pattern))
}

/// Whether a pattern is well formed.
pub fn is_pattern(pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        // At least the system's letter and two digits; the rest is filled up to see whether it could be a code.
        Some(start) => (3..5).contains(&start.len()) && normalised(&format!("{start:0<5}")).is_some(),
        None => normalised(pattern).as_deref() == Some(pattern),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_compared_in_one_form() {
        for (written, form) in [
            (" p0217 ", Some("P0217")),
            ("SPN 110 FMI 0", Some("SPN110-0")),
            ("spn110-0", Some("SPN110-0")),
            ("SPN1322", Some("SPN1322")),
            ("P0480-13", Some("P0480")),
            ("u0100:87", Some("U0100")),
            ("C003504", Some("C0035")),
            ("P0480-1", None),
            ("P0480-1G", None),
            ("P0480é", None),
            ("P9217", None),
            ("P021", None),
            ("SPN", None),
            ("cooling", None),
            ("", None),
        ] {
            assert_eq!(normalised(written).as_deref(), form, "{written}");
        }
    }

    #[test]
    fn patterns_cover_what_they_say() {
        assert!(covers("P030*", "P0304") && !covers("P030*", "P0314"));
        assert!(covers("SPN1322", "SPN1322-11") && !covers("SPN132", "SPN1322-11"));
        assert!(covers("SPN110-0", "SPN110-0") && !covers("SPN110-0", "SPN110-3"));
        assert!(
            !is_pattern("P0480-13")
                && is_pattern("C06*")
                && is_pattern("SPN110-0")
                && !is_pattern("C*")
                && !is_pattern("C935")
        );
    }
}

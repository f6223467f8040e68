//! Vehicle identification numbers (ISO 3779) with the check digit of 49 CFR 565.15.

/// Which letters may stand in a VIN: all but I, O and Q.
const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
/// Weight of each of the 17 positions; the check digit itself (position 9) weighs nothing.
const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/// The number a character stands for in the check sum; `None` for a character that no VIN may hold.
fn transliterate(character: u8) -> Option<u32> {
    let value = match character {
        b'0'..=b'9' => character - b'0',
        b'A'..=b'H' => character - b'A' + 1,
        b'J'..=b'N' => character - b'J' + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => character - b'S' + 2,
        _ => return None,
    };
    Some(u32::from(value))
}

/// The check digit (`0`–`9` or `X`) of a 17-character text; its own ninth character does not matter.
#[must_use]
pub fn check_digit(vin: &str) -> Option<char> {
    let bytes = vin.as_bytes();
    if bytes.len() != WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (index, (byte, weight)) in bytes.iter().zip(WEIGHTS).enumerate() {
        if index != 8 {
            sum += transliterate(*byte)? * weight;
        }
    }
    match sum % 11 {
        10 => Some('X'),
        digit => char::from_digit(digit, 10),
    }
}

/// Whether the text is a VIN of 17 permitted characters whose check digit is right.
#[must_use]
pub fn is_valid(vin: &str) -> bool {
    vin.chars().nth(8).is_some_and(|ninth| check_digit(vin) == Some(ninth))
}

/// Model-year letters of 2010–2039, which repeat every thirty years.
fn year_letter(model_year: i32) -> char {
    const YEARS: &[u8] = b"ABCDEFGHJKLMNPRSTVWXY123456789";
    let index = (model_year - 2010).rem_euclid(30);
    char::from(YEARS[usize::try_from(index).unwrap_or(0)])
}

/// A number from a name, the same in every run (FNV-1a), below what [`compose`] can hold.
#[must_use]
pub fn number_of(name: &str) -> u64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash % 30_000_000_000_000
}

/// A valid VIN from a manufacturer's three letters, a model year and a number that makes it unique.
///
/// # Panics
/// Never with a `maker` of three permitted letters, which the callers' constants are.
#[must_use]
pub fn compose(maker: &str, model_year: i32, unique: u64) -> String {
    let base = ALPHABET.len() as u64;
    let high = unique / 1_000_000;
    let descriptor: String = (0..5)
        .rev()
        .map(|power| char::from(ALPHABET[((high / base.pow(power)) % base) as usize]))
        .collect();
    let draft = format!(
        "{maker}{descriptor}0{}F{:06}",
        year_letter(model_year),
        unique % 1_000_000
    );
    let digit = check_digit(&draft).unwrap_or('0');
    format!("{}{digit}{}", &draft[..8], &draft[9..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_examples_are_valid() {
        for vin in [
            "1M8GDM9AXKP042788",
            "11111111111111111",
            "5GZCZ43D13S812715",
            "1HGCM82633A004352",
        ] {
            assert!(is_valid(vin), "{vin}");
        }
    }

    #[test]
    fn wrong_ones_are_not() {
        for vin in [
            "1M8GDM9A1KP042788",
            "1M8GDM9AXKP04278",
            "",
            "IM8GDM9AXKP042788",
            "1M8GDM9AXKP0427880",
        ] {
            assert!(!is_valid(vin), "{vin}");
        }
    }

    proptest! {
        #[test]
        fn composed_numbers_are_valid_and_unique(a in 0u64..30_000_000_000_000, b in 0u64..30_000_000_000_000, year in 2010i32..2040) {
            let vin = compose("WF0", year, a);
            prop_assert!(is_valid(&vin), "{}", vin);
            prop_assert_eq!(a == b, vin == compose("WF0", year, b));
        }

        #[test]
        fn any_text_is_judged_without_panic(text in ".{0,20}") {
            let _ = is_valid(&text);
            let _ = check_digit(&text);
        }
    }
}

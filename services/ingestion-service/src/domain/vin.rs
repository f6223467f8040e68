//! Vehicle identification numbers (ISO 3779).

/// A well-formed VIN: 17 characters of A–Z and 0–9 without I, O and Q, in capitals.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Vin(String);

/// Why a text is no VIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VinFault {
    /// It has this many characters instead of 17.
    Length(usize),
    /// This character is not allowed at this position, counted from 1.
    Character { character: char, position: usize },
    /// A North American VIN whose ninth character is not its check digit.
    CheckDigit { expected: char, found: char },
}

impl Vin {
    /// Reads a VIN; small letters and blanks around are accepted. The check digit is required only where the law requires it, in
    /// North America (first character 1 to 5), and only if `strict_check_digit` is set.
    pub fn parse(text: &str, strict_check_digit: bool) -> Result<Self, VinFault> {
        let text = text.trim().to_ascii_uppercase();
        let length = text.chars().count();
        if length != 17 {
            return Err(VinFault::Length(length));
        }
        for (index, character) in text.chars().enumerate() {
            if transliterate(character).is_none() {
                return Err(VinFault::Character {
                    character,
                    position: index + 1,
                });
            }
        }
        let vin = Self(text);
        let (expected, found) = vin.check_digits();
        if strict_check_digit && vin.is_north_american() && expected != found {
            return Err(VinFault::CheckDigit { expected, found });
        }
        Ok(vin)
    }

    /// The 17 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the ninth character is the check digit of the others. Outside North America many makers use it otherwise.
    #[must_use]
    pub fn check_digit_holds(&self) -> bool {
        let (expected, found) = self.check_digits();
        expected == found
    }

    fn is_north_american(&self) -> bool {
        matches!(self.0.as_bytes()[0], b'1'..=b'5')
    }

    /// The check digit that the characters ask for, and the one that stands there.
    fn check_digits(&self) -> (char, char) {
        const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
        let sum: u32 = self
            .0
            .chars()
            .zip(WEIGHTS)
            .map(|(c, weight)| transliterate(c).unwrap_or(0) * weight)
            .sum();
        let expected = match sum % 11 {
            10 => 'X',
            digit => char::from_digit(digit, 10).unwrap_or('0'),
        };
        (expected, char::from(self.0.as_bytes()[8]))
    }
}

/// The value of a character in the check sum; `None` where the character is not allowed in a VIN.
fn transliterate(character: char) -> Option<u32> {
    match character {
        '0'..='9' => character.to_digit(10),
        'A'..='H' => Some(u32::from(character) - u32::from('A') + 1),
        'J'..='N' => Some(u32::from(character) - u32::from('J') + 1),
        'P' => Some(7),
        'R' => Some(9),
        'S'..='Z' => Some(u32::from(character) - u32::from('S') + 2),
        _ => None,
    }
}

impl VinFault {
    /// What is wrong, in one clause.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Length(length) => format!("a VIN has 17 characters, this one has {length}"),
            Self::Character { character, position } => {
                format!("the character {character:?} at position {position} is not allowed in a VIN")
            }
            Self::CheckDigit { expected, found } => {
                format!("the check digit (ninth character) should be {expected:?} and is {found:?}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_vins() {
        assert!(Vin::parse("1M8GDM9AXKP042788", true).unwrap().check_digit_holds());
        assert!(Vin::parse("11111111111111111", true).is_ok());
        assert_eq!(
            Vin::parse(" wvwzzz1jzxw000010 ", true).unwrap().as_str(),
            "WVWZZZ1JZXW000010"
        );
        assert!(!Vin::parse("WVWZZZ1JZXW000010", true).unwrap().check_digit_holds());
    }

    #[test]
    fn what_is_no_vin_is_named() {
        assert_eq!(Vin::parse("1M8GDM9AXKP04278", true), Err(VinFault::Length(16)));
        let fault = Vin::parse("1M8GDM9AXKPO42788", true);
        assert_eq!(
            fault,
            Err(VinFault::Character {
                character: 'O',
                position: 12
            })
        );
        let fault = Vin::parse("1M8GDM9A1KP042788", true);
        assert_eq!(
            fault,
            Err(VinFault::CheckDigit {
                expected: 'X',
                found: '1'
            })
        );
        assert!(Vin::parse("1M8GDM9A1KP042788", false).is_ok());
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics_and_i_o_q_never_pass(text in "\\PC{0,20}") {
            if let Ok(vin) = Vin::parse(&text, true) {
                prop_assert_eq!(vin.as_str().len(), 17);
                prop_assert!(!vin.as_str().contains(['I', 'O', 'Q']));
            }
        }

        #[test]
        fn one_wrong_digit_breaks_the_check_digit(position in 10usize..17, shift in 1u8..10) {
            let mut bytes = *b"1M8GDM9AXKP042788";
            prop_assume!(bytes[position].is_ascii_digit());
            bytes[position] = b'0' + (bytes[position] - b'0' + shift) % 10;
            let vin = String::from_utf8(bytes.to_vec()).unwrap();
            prop_assert!(Vin::parse(&vin, true).is_err());
        }
    }
}

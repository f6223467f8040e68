//! The figures of a sentence: numbers, trouble codes and moments, however they are written.
//!
//! A claim is bound to its evidence by them, so nothing that holds a digit may be passed over: what cannot be read is a
//! figure all the same, and one that no source tells.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::trouble_code;

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    Number(f64),
    /// A trouble code in its normalised form.
    Code(String),
    Day(NaiveDate),
    /// A time of day without its day.
    Clock(NaiveTime),
    Moment(DateTime<Utc>),
    /// It holds a digit and is none of these.
    Unreadable,
}

/// What ends a word beside white space. A hyphen does not: it also stands before a number and within a code or a day.
const BREAKS: &str = "/–—(),;%°=";
/// With one of these between digits the number is another than its parts say.
const PRODUCT: [char; 4] = ['^', '*', '×', '·'];

/// Every figure of a sentence, without the voltage in a battery's name.
pub fn figures(text: &str) -> Vec<Figure> {
    let tokens: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || BREAKS.contains(c))
        .map(trimmed)
        .filter(|token| !token.is_empty())
        .collect();
    let names_a_battery = |place: usize| {
        let unit = tokens.get(place + 1).is_some_and(|next| next.starts_with('V'));
        unit && ["12", "24"].contains(&tokens[place])
    };
    let told = (0..tokens.len()).filter(|place| !names_a_battery(*place));
    told.flat_map(|place| of_token(tokens[place])).collect()
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric() && !is_minus(c))
}

fn is_minus(c: char) -> bool {
    c == '-' || c == '\u{2212}'
}

fn of_token(token: &str) -> Vec<Figure> {
    // A range of times of day is one token: 07:30-08:00.
    let clocks = || token.split('-').map(clock).collect::<Option<Vec<Figure>>>();
    match moment(token).map(|moment| vec![moment]).or_else(clocks) {
        Some(moments) => moments,
        None => token.split(':').flat_map(|word| of_word(trimmed(word))).collect(),
    }
}

fn moment(token: &str) -> Option<Figure> {
    if let Ok(time) = DateTime::parse_from_rfc3339(token) {
        return Some(Figure::Moment(time.with_timezone(&Utc)));
    }
    if let Ok(time) = NaiveDateTime::parse_from_str(token, "%Y-%m-%dT%H:%MZ") {
        return Some(Figure::Moment(time.and_utc()));
    }
    NaiveDate::parse_from_str(token, "%Y-%m-%d").ok().map(Figure::Day)
}

fn clock(text: &str) -> Option<Figure> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let read = |form| NaiveTime::parse_from_str(text, form).ok();
    read("%H:%M").or_else(|| read("%H:%M:%S")).map(Figure::Clock)
}

fn of_word(word: &str) -> Vec<Figure> {
    if !word.contains(char::is_numeric) {
        return Vec::new();
    }
    if let Some(code) = code(word) {
        return vec![Figure::Code(code)];
    }
    if word.contains(PRODUCT) {
        return vec![Figure::Unreadable];
    }
    let negative = word.starts_with(is_minus);
    word.split(|c: char| !c.is_alphanumeric() && c != '.')
        .filter(|piece| !piece.is_empty())
        .enumerate()
        .filter(|(_, piece)| piece.contains(char::is_numeric))
        .map(|(place, piece)| number(piece, negative && place == 0))
        .collect()
}

/// The code that a word is. A suspect parameter's code is read leniently, so one with further digits counts as none: no
/// number may hide behind it.
fn code(word: &str) -> Option<String> {
    let code = trouble_code::normalised(word)?;
    (!code.starts_with("SPN") || digits(word).eq(digits(&code))).then_some(code)
}

/// The digits of a text in their order.
pub fn digits(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| c.is_numeric())
}

/// The number in a piece; a unit may stick to it. Two numbers with letters between (`21e30`) are another number.
fn number(piece: &str, negative: bool) -> Figure {
    let mut runs = piece
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter(|run| run.contains(|c: char| c.is_ascii_digit()));
    let foreign = piece.contains(|c: char| c.is_numeric() && !c.is_ascii_digit());
    match (runs.next().map(str::parse::<f64>), runs.next()) {
        (Some(Ok(number)), None) if !foreign => Figure::Number(if negative { -number } else { number }),
        _ => Figure::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<f64> {
        let number = |figure| match figure {
            Figure::Number(number) => number,
            other => panic!("{other:?} in {text}"),
        };
        figures(text).into_iter().map(number).collect()
    }

    #[test]
    fn every_number_of_a_word_is_read() {
        for (text, read) in [
            ("It ran at 140-150 °C.", vec![140.0, 150.0]),
            ("140–150", vec![140.0, 150.0]),
            ("-20 °C, \u{2212}5.5", vec![-20.0, -5.5]),
            ("1/2 and 112,5", vec![1.0, 2.0, 112.0, 5.0]),
            ("about ~112C (91%)", vec![112.0, 91.0]),
            ("x.140", vec![0.140]),
            ("the 12 V battery and the 24 V one", vec![]),
            ("112 V", vec![112.0]),
            ("nothing at all - really", vec![]),
        ] {
            assert_eq!(numbers(text), read, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_figure_all_the_same() {
        for text in ["21e30", "1.2.3", "3×10", "2^8", "１４０", "½", "m²", "112...140"] {
            assert_eq!(figures(text), [Figure::Unreadable], "{text}");
        }
    }

    #[test]
    fn codes_and_moments_are_no_numbers() {
        let code = |code: &str| Figure::Code(code.to_owned());
        assert_eq!(
            figures("P0217/p0300, P0480-13"),
            [code("P0217"), code("P0300"), code("P0480")]
        );
        assert_eq!(figures("SPN110-0"), [code("SPN110-0")]);
        assert!(!figures("SPN110-0-140").contains(&code("SPN110-0")));
        let time: DateTime<Utc> = "2026-05-04T07:30:00Z".parse().unwrap();
        assert_eq!(
            figures("2026-05-04T07:30:00Z/2026-05-04T07:30Z"),
            [Figure::Moment(time), Figure::Moment(time)]
        );
        assert_eq!(figures("On 2026-05-04."), [Figure::Day(time.date_naive())]);
        assert_eq!(
            figures("(07:30-07:30:00)"),
            [Figure::Clock(time.time()), Figure::Clock(time.time())]
        );
    }
}

//! Helvetica, which every PDF reader has: its widths (Adobe's font metrics) and its encoding (WinAnsi, as Windows-1252).

/// The two faces in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    Bold,
}

/// Widths of the signs from space to tilde, thousandths of the size.
const REGULAR: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
    556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
    280, 389, 584,
];
/// Signs of Windows-1252 between 0x80 and 0x9F.
const HIGH: [(char, u8); 18] = [
    ('€', 0x80),
    ('‚', 0x82),
    ('„', 0x84),
    ('…', 0x85),
    ('Š', 0x8A),
    ('Œ', 0x8C),
    ('Ž', 0x8E),
    ('‘', 0x91),
    ('’', 0x92),
    ('“', 0x93),
    ('”', 0x94),
    ('•', 0x95),
    ('–', 0x96),
    ('—', 0x97),
    ('š', 0x9A),
    ('œ', 0x9C),
    ('ž', 0x9E),
    ('Ÿ', 0x9F),
];

/// A text in the font's encoding; what the font does not have becomes a question mark.
pub(super) fn encode(text: &str) -> Vec<u8> {
    text.chars().map(sign).collect()
}

fn sign(letter: char) -> u8 {
    match letter {
        ' '..='~' => letter as u8,
        '\u{a0}'..='\u{ff}' => letter as u8,
        '\t' | '\n' | '\r' => b' ',
        '−' => b'-',
        '≥' => b'>',
        '≤' => b'<',
        _ => HIGH
            .iter()
            .find(|(known, _)| *known == letter)
            .map_or(b'?', |(_, code)| *code),
    }
}

/// How wide a text is at a size, in points. Accented letters are as wide as their base.
pub(super) fn width(text: &str, face: Face, size: f32) -> f32 {
    let table = match face {
        Face::Regular => &REGULAR,
        Face::Bold => &BOLD,
    };
    let units: u32 = text
        .chars()
        .map(|letter| u32::from(table[usize::from(base(letter)) - 32]))
        .sum();
    units as f32 * size / 1000.0
}

/// The letter below the accents, for its width.
fn base(letter: char) -> u8 {
    match letter {
        ' '..='~' => letter as u8,
        'À'..='Å' => b'A',
        'È'..='Ë' => b'E',
        'Ì'..='Ï' => b'I',
        'Ò'..='Ö' | 'Ø' => b'O',
        'Ù'..='Ü' => b'U',
        'Ç' => b'C',
        'Ñ' => b'N',
        'ì'..='ï' | '·' => b'i',
        'ç' => b'c',
        'ß' => b'T',
        '\u{a0}' => b' ',
        '°' => b'r',
        '…' | '—' => b'M',
        _ => b'n',
    }
}

/// The smallest that a text is written before it is cut, points: what can still be read on paper.
const SMALLEST: f32 = 6.0;

/// The size at which a width is kept: the wanted one, or as small as is needed and can be read.
fn squeezed(wide: f32, size: f32, room: f32) -> f32 {
    if wide <= room {
        size
    } else {
        (size * room / wide).max(size.min(SMALLEST))
    }
}

/// A text in one line and the size to write it in: smaller where it is long, and cut where that is not enough.
pub(super) fn squeeze(text: &str, face: Face, size: f32, room: f32) -> (String, f32) {
    let size = squeezed(width(text, face, size), size, room);
    (fit(text, face, size, room), size)
}

/// A text in lines and the size to write it in: smaller where a word is longer than a line, so that words stay whole.
pub(super) fn wrap_words(text: &str, face: Face, size: f32, room: f32) -> (Vec<String>, f32) {
    let longest = text
        .split_whitespace()
        .map(|word| width(word, face, size))
        .fold(0.0, f32::max);
    let size = squeezed(longest, size, room);
    (wrap(text, face, size, room), size)
}

/// A text cut to a width, with an ellipsis where something is missing.
fn fit(text: &str, face: Face, size: f32, room: f32) -> String {
    if width(text, face, size) <= room {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while !kept.is_empty() && width(&kept, face, size) + width("…", face, size) > room {
        kept.pop();
    }
    format!("{}…", kept.trim_end())
}

/// A text in lines of a width. A word that is longer than a line is cut into pieces.
pub(super) fn wrap(text: &str, face: Face, size: f32, room: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if width(&longer, face, size) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            line.push(letter);
            if width(&line, face, size) > room && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::replace(&mut line, letter.to_string()));
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_texts_are_small_before_they_are_cut() {
        let squeezed = |text: &str, room| squeeze(text, Face::Bold, 15.0, room);
        assert_eq!(squeezed("12.346 EUR", 100.0), ("12.346 EUR".to_owned(), 15.0));
        let (text, size) = squeezed("1.234.567 EUR + 0,50 USD", 102.0);
        assert_eq!(
            (text.as_str(), size > 6.0 && size < 15.0),
            ("1.234.567 EUR + 0,50 USD", true)
        );
        assert!(width(&text, Face::Bold, size) <= 102.01);
        let (text, size) = squeezed(&"W".repeat(40), 102.0);
        assert!(text.ends_with('…') && size == 6.0);
        let (lines, size) = wrap_words("Restlebensdauer, km", Face::Bold, 7.5, 55.0);
        assert_eq!((lines.len(), size > 6.0 && size < 7.5), (2, true), "{lines:?}");
    }

    proptest! {
        #[test]
        fn whatever_is_written_fits(text in ".{0,200}", room in 20.0..500.0_f32) {
            prop_assert_eq!(encode(&text).len(), text.chars().count());
            for line in wrap(&text, Face::Regular, 9.0, room) {
                prop_assert!(width(&line, Face::Regular, 9.0) <= room || line.chars().count() == 1);
            }
            let cut = fit(&text, Face::Bold, 9.0, room);
            prop_assert!(width(&cut, Face::Bold, 9.0) <= room + 0.01);
        }
    }
}

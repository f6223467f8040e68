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
        '°' => b'r',
        '…' | '—' => b'M',
        _ => b'n',
    }
}

/// A text cut to a width, with an ellipsis where something is missing.
pub(super) fn fit(text: &str, face: Face, size: f32, room: f32) -> String {
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

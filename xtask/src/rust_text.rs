//! Just enough of Rust's lexical rules to read sources without a parser: what is code, what is a comment or a literal,
//! which lines belong to tests, where functions begin and end, and which modules are declared.

/// A source with its comments and literals blanked out, and apart from it the literals alone. Both have the same lines
/// as the source.
#[derive(Debug, Clone)]
pub(crate) struct Masked {
    /// Code: comments and the insides of literals are blanks.
    pub(crate) code: String,
    /// Insides of string literals only.
    pub(crate) literals: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

/// Splits a source into code, comments and literals.
pub(crate) fn mask(source: &str) -> Masked {
    let chars: Vec<char> = source.chars().collect();
    let mut kinds = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let (kind, length) = token(&chars, at);
        kinds.extend(std::iter::repeat_n(kind, length));
        at += length;
    }
    let only = |wanted: Kind| {
        let keep = |(character, kind): (&char, &Kind)| {
            if *kind == wanted || character.is_whitespace() {
                *character
            } else {
                ' '
            }
        };
        chars.iter().zip(&kinds).map(keep).collect()
    };
    Masked {
        code: only(Kind::Code),
        literals: only(Kind::Literal),
    }
}

/// The kind and length of what begins at `at`.
fn token(chars: &[char], at: usize) -> (Kind, usize) {
    let rest = &chars[at..];
    match (rest[0], rest.get(1)) {
        ('/', Some('/')) => (
            Kind::Comment,
            rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
        ),
        ('/', Some('*')) => (Kind::Comment, block_comment(rest)),
        ('"', _) => (Kind::Literal, string(rest, 0)),
        ('\'', _) => (Kind::Literal, character(rest)).max_one(Kind::Code),
        ('r', _) | ('b', _) | ('c', _) if !previous_is_word(chars, at) => prefixed(rest),
        _ => (Kind::Code, 1),
    }
}

trait MaxOne {
    fn max_one(self, otherwise: Kind) -> (Kind, usize);
}

impl MaxOne for (Kind, usize) {
    /// A quote that opens no literal is a lifetime's: one character of code.
    fn max_one(self, otherwise: Kind) -> (Kind, usize) {
        if self.1 <= 1 { (otherwise, 1) } else { self }
    }
}

fn previous_is_word(chars: &[char], at: usize) -> bool {
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_')
}

fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        match (rest[at], rest.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length of a string literal whose opening quote stands at `open`.
fn string(rest: &[char], open: usize) -> usize {
    let mut at = open + 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Length of a character literal, or 1 for a lifetime's quote.
fn character(rest: &[char]) -> usize {
    match (rest.get(1), rest.get(2)) {
        (Some('\\'), _) => rest.iter().skip(3).position(|c| *c == '\'').map_or(1, |end| end + 4),
        (Some(_), Some('\'')) => 3,
        _ => 1,
    }
}

/// `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`, `c"…"`, or a plain word that begins with one of these letters.
fn prefixed(rest: &[char]) -> (Kind, usize) {
    let letters = rest.iter().take(2).take_while(|c| "rbc".contains(**c)).count();
    let raw = rest[..letters].contains(&'r');
    let hashes = rest[letters..].iter().take_while(|c| **c == '#').count();
    let open = letters + hashes;
    if rest.get(open) != Some(&'"') || (hashes > 0 && !raw) {
        return (Kind::Code, 1);
    }
    if !raw {
        return (Kind::Literal, string(rest, open));
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let end = (open + 1..rest.len()).find(|at| rest[*at..].starts_with(&closing));
    (Kind::Literal, end.map_or(rest.len(), |end| end + closing.len()))
}

/// Words of a text with their line numbers from 1. A word is letters, digits and underscores.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(line, text)| {
        let parts = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        parts.filter(|word| !word.is_empty()).map(move |word| (line + 1, word))
    })
}

/// The parts of an identifier: `FleetManager`, `fleet_manager` and `FLEET_MANAGER` are `fleet` and `manager`.
pub(crate) fn parts(identifier: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for piece in identifier.split('_') {
        let shouting = piece.chars().all(|c| !c.is_lowercase());
        let mut new = true;
        for character in piece.chars() {
            if new || (character.is_uppercase() && !shouting) {
                found.push(String::new());
            }
            new = false;
            if let Some(last) = found.last_mut() {
                last.extend(character.to_lowercase());
            }
        }
    }
    found
}

/// Lines (from 1) that belong to an item marked `#[cfg(test)]`.
pub(crate) fn test_lines(code: &str) -> Vec<std::ops::RangeInclusive<usize>> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("#[cfg(test)]") {
        let line_of = |place: usize| code[..place].matches('\n').count() + 1;
        let after = at + "#[cfg(test)]".len();
        let end = match code[after..].find(['{', ';']) {
            Some(open) if code[after + open..].starts_with('{') => closing(code, after + open),
            Some(end) => after + end,
            None => code.len() - 1,
        };
        found.push(line_of(at)..=line_of(end));
    }
    found
}

/// Place of the brace that closes the one at `open`; the text's end if there is none.
fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, character) in code[open..].char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + at;
        }
    }
    code.len().saturating_sub(1)
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Line of the word `fn`, from 1.
    pub(crate) line: usize,
    /// Lines from the word `fn` to the closing brace.
    pub(crate) lines: usize,
}

/// The functions of a masked source.
pub(crate) fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let after = &code[at + 3..];
        let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let Some(open) = body(after) else { continue };
        if name.is_empty() {
            continue;
        }
        let end = closing(code, at + 3 + open);
        let line = code[..at].matches('\n').count() + 1;
        found.push(Function {
            name,
            line,
            lines: code[at..end].matches('\n').count() + 1,
        });
    }
    found
}

/// Where a function's body opens; none for a declaration without one.
fn body(after: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, character) in after.char_indices() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(at),
            ';' if depth == 0 => return None,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    None
}

/// Names of the modules that a masked source declares in files of their own (`mod name;`).
pub(crate) fn declared_modules(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("mod ") {
        let alone = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let name: String = code[at + 4..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if alone && !name.is_empty() && code[at + 4 + name.len()..].trim_start().starts_with(';') {
            found.push(name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_told_from_code() {
        let masked = mask("let a = \"x // y\"; // z\nlet b = 'q'; /* n /* m */ o */ fn c<'a>() {}\n");
        assert_eq!(
            masked.code.split_whitespace().collect::<String>(),
            "leta=;letb=;fnc<'a>(){}"
        );
        assert!(masked.literals.contains("x // y"));
        assert_eq!(masked.code.lines().count(), 2);
    }

    #[test]
    fn raw_and_escaped_literals_end_where_they_end() {
        let code = |source: &str| mask(source).code.split_whitespace().collect::<String>();
        assert_eq!(code(r##"f(r#"a " b"#, b"\"", '\'', '"', br"\");g"##), "f(,,,,);g");
        assert_eq!(code("let number = bar(r, b);"), "letnumber=bar(r,b);");
        assert_eq!(code("let unfinished = \"abc"), "letunfinished=");
    }

    #[test]
    fn identifiers_fall_into_parts() {
        assert_eq!(parts("FleetManager"), ["fleet", "manager"]);
        assert_eq!(parts("FLEET_MANAGER"), ["fleet", "manager"]);
        assert_eq!(parts("vehicle_ids"), ["vehicle", "ids"]);
        assert_eq!(parts("_x"), ["x"]);
    }

    #[test]
    fn functions_are_measured() {
        let code = "fn a() -> [u8; 2] {\n  if x {\n  }\n}\ntrait T { fn b(&self); fn c() {} }\n";
        let found = functions(code);
        assert_eq!(
            found[0],
            Function {
                name: "a".into(),
                line: 1,
                lines: 4
            }
        );
        assert_eq!((found.len(), found[1].name.as_str(), found[1].lines), (2, "c", 1));
    }

    #[test]
    fn tests_and_modules_are_found() {
        let code =
            "pub mod a;\nmod b { }\n#[cfg(test)]\nmod tests {\n  fn x() {}\n}\nfn y() {}\n#[cfg(test)]\nmod c;\n";
        assert_eq!(test_lines(code), [3..=6, 8..=9]);
        assert_eq!(declared_modules(code), ["a", "c"]);
    }
}

//! The words of reports in the languages that there are.

use crate::domain::kpi::{KpiId, method_of};
use crate::domain::numerals::Numerals;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

/// The longest tag of a locale (RFC 5646 recommends room for this).
const TAG_MAX: usize = 35;

/// Whether a text has the form of a BCP 47 tag, such as `en` or `de-AT`.
pub fn is_locale(tag: &str) -> bool {
    (2..=TAG_MAX).contains(&tag.len()) && tag.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-')
}

/// The words of one language: texts by `group.name`, numbers and dates.
#[derive(Debug, Clone)]
pub struct Words {
    language: String,
    texts: BTreeMap<String, String>,
    /// How numbers are written.
    pub numerals: Numerals,
}

impl Words {
    /// The words of a language. English brings the sentences of the key figures' methods, which are written beside their code.
    pub fn new(language: &str, mut texts: BTreeMap<String, String>) -> Words {
        if language == "en" {
            texts.extend(methods().map(|(key, text)| (key, text.to_owned())));
        }
        let sign = |key: &str| texts.get(key).cloned().unwrap_or_default();
        let (decimal, group) = (sign("format.decimal"), sign("format.group"));
        Words {
            language: language.to_owned(),
            texts,
            numerals: Numerals { decimal, group },
        }
    }

    /// The language as an ISO 639 code.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Every key.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// A text that may be missing.
    pub fn known(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// A text. A test says that none is missing; if one is, its key is better than nothing.
    pub fn text(&self, key: &str) -> String {
        self.known(key).unwrap_or(key).to_owned()
    }

    /// A text with its gaps filled, each once: what stands in a value is never read as a gap.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let whole = self.text(key);
        let (mut text, mut rest) = (String::new(), whole.as_str());
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let gap = after.split_once('}');
            let value = gap.and_then(|(name, _)| values.iter().find(|(known, _)| *known == name));
            match (gap, value) {
                (Some((_, behind)), Some((_, value))) => {
                    text.push_str(value);
                    rest = behind;
                }
                _ => {
                    text.push('{');
                    rest = after;
                }
            }
        }
        text.push_str(rest);
        text
    }

    /// The name of a code of a group; one that is not known, as words.
    pub fn name(&self, group: &str, code: &str) -> String {
        match self.known(&format!("{group}.{code}")) {
            Some(name) => name.to_owned(),
            None => {
                let words = code.replace(['_', '.'], " ").to_lowercase();
                let mut signs = words.chars();
                let first = signs.next().map(|first| first.to_uppercase().to_string());
                first.unwrap_or_default() + signs.as_str()
            }
        }
    }

    /// A day.
    pub fn day(&self, day: NaiveDate) -> String {
        day.format(&self.text("format.day")).to_string()
    }

    /// A day without its year, for the axis of a chart.
    pub fn day_short(&self, day: NaiveDate) -> String {
        day.format(&self.text("format.day_short")).to_string()
    }

    /// A minute, UTC.
    pub fn moment(&self, time: DateTime<Utc>) -> String {
        time.format(&self.text("format.moment")).to_string()
    }
}

/// The sentences of every method in English, under the keys that a translation has them.
fn methods() -> impl Iterator<Item = (String, &'static str)> {
    KpiId::ALL.into_iter().flat_map(|id| {
        let method = method_of(id);
        let keyed = |group: &'static str, parts: &'static [(&'static str, &'static str)]| {
            let key = move |name: &str| format!("{group}.{}.{name}", method.code);
            parts.iter().map(move |(name, text)| (key(name), *text))
        };
        std::iter::once((format!("method.{}", method.code), method.text))
            .chain(keyed("number", method.numbers))
            .chain(keyed("amount", method.amounts))
    })
}

/// Every language, the one that stands in for others first.
#[derive(Debug, Clone)]
pub struct Wording {
    languages: Vec<Words>,
}

impl Wording {
    /// The first stands in for languages that there are no words of.
    pub fn new(first: Words, others: Vec<Words>) -> Wording {
        let mut languages = vec![first];
        languages.extend(others);
        Wording { languages }
    }

    /// The words for a locale, by its language alone.
    pub fn of(&self, locale: &str) -> &Words {
        let language = locale.split(['-', '_']).next().unwrap_or(locale);
        let found = self
            .languages
            .iter()
            .find(|words| words.language.eq_ignore_ascii_case(language));
        found.unwrap_or(&self.languages[0])
    }

    /// All of them.
    pub fn languages(&self) -> &[Words] {
        &self.languages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(language: &str, texts: &[(&str, &str)]) -> Words {
        let texts = texts.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
        Words::new(language, texts.collect())
    }

    #[test]
    fn a_gap_is_filled_once_and_values_are_no_templates() {
        let words = words("de", &[("a.b", "{x} und {y}, {z} {")]);
        assert_eq!(words.fill("a.b", &[("x", "{y}"), ("y", "2")]), "{y} und 2, {z} {");
        assert_eq!(words.fill("a.c", &[]), "a.c");
    }

    #[test]
    fn a_code_without_a_name_is_written_as_words() {
        let words = words("de", &[("component.brakes", "Bremsen")]);
        assert_eq!(words.name("component", "brakes"), "Bremsen");
        assert_eq!(words.name("component", "FUEL_CELL"), "Fuel cell");
        assert_eq!(words.name("component", ""), "");
    }

    #[test]
    fn a_locale_is_heard_by_its_language_and_english_stands_in() {
        let wording = Wording::new(words("en", &[]), vec![words("de", &[])]);
        for (locale, language) in [
            ("de", "de"),
            ("de-AT", "de"),
            ("DE_de", "de"),
            ("en-GB", "en"),
            ("fr", "en"),
            ("", "en"),
        ] {
            assert_eq!(wording.of(locale).language(), language, "{locale}");
        }
        assert!(is_locale("de-AT") && !is_locale("d") && !is_locale("de AT") && !is_locale(&"a".repeat(36)));
    }
}

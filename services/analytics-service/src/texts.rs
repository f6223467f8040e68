//! Reads the words of reports: one data file per language, compiled in, keys flattened to `group.name`.

use crate::domain::wording::{Wording, Words};
use std::collections::BTreeMap;

/// (language, file).
const ENGLISH: (&str, &str) = ("en", include_str!("../texts/en.toml"));
const OTHERS: [(&str, &str); 1] = [("de", include_str!("../texts/de.toml"))];

/// All languages, English first.
///
/// # Errors
/// When a file is no TOML of texts.
pub fn load() -> anyhow::Result<Wording> {
    let others: anyhow::Result<Vec<Words>> = OTHERS.into_iter().map(parse).collect();
    Ok(Wording::new(parse(ENGLISH)?, others?))
}

fn parse((language, file): (&str, &str)) -> anyhow::Result<Words> {
    let groups: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(file)?;
    let texts = groups.into_iter().flat_map(|(group, texts)| {
        texts
            .into_iter()
            .map(move |(name, text)| (format!("{group}.{name}"), text))
    });
    Ok(Words::new(language, texts.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fleet::{Band, Severity};
    use crate::domain::kpi::KpiId;
    use std::collections::BTreeSet;

    /// Codes of other services, which come in English with their events.
    const TOLD: [&str; 2] = ["failure.", "action."];
    /// Groups whose keys are made from codes: those of this service's domain, of methods, and of other services.
    const MADE: [&str; 11] = [
        "band.",
        "severity.",
        "kpi.",
        "breakdown.",
        "standstill.",
        "model.",
        "method.",
        "number.",
        "amount.",
        "component.",
        "state.",
    ];
    /// Where words are used.
    const SOURCES: [&str; 5] = [
        include_str!("use_cases/compose_report/mod.rs"),
        include_str!("use_cases/compose_report/executive.rs"),
        include_str!("use_cases/compose_report/fleet.rs"),
        include_str!("domain/wording.rs"),
        include_str!("domain/report.rs"),
    ];

    fn own(words: &Words) -> BTreeSet<&str> {
        let is_told = |key: &&str| TOLD.iter().any(|group| key.starts_with(group));
        words.keys().filter(|key| !is_told(key)).collect()
    }

    #[test]
    fn every_language_has_the_same_keys_with_the_same_gaps() {
        let wording = load().unwrap();
        let english = wording.of("en");
        assert_eq!(
            english.keys().count(),
            own(english).len(),
            "English of other services comes with events"
        );
        let gaps = |text: &str| {
            let gaps = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
            gaps.map(|(name, _)| name.to_owned()).collect::<BTreeSet<_>>()
        };
        for words in wording.languages() {
            assert_eq!(own(words), own(english), "{}", words.language());
            for key in own(words) {
                let (text, english) = (words.text(key), english.text(key));
                assert_eq!(gaps(&text), gaps(&english), "{} {key}", words.language());
                assert!(!text.trim().is_empty() && text.trim() == text, "{key}");
            }
        }
    }

    #[test]
    fn every_word_of_the_domain_has_a_name_and_no_name_is_of_nothing() {
        let wording = load().unwrap();
        let bands = Band::ALL.map(|band| format!("band.{}", band.as_str()));
        let severities = Severity::ALL.map(|severity| format!("severity.{}", severity.as_str()));
        let kpis = KpiId::ALL.map(|id| format!("kpi.{}", id.as_str()));
        let breakdowns = KpiId::ALL.map(|id| format!("breakdown.{}", id.as_str()));
        for words in wording.languages() {
            for (group, codes) in [
                ("band.", &bands[..]),
                ("severity.", &severities),
                ("kpi.", &kpis),
                ("breakdown.", &breakdowns),
            ] {
                let named: BTreeSet<&str> = words.keys().filter(|key| key.starts_with(group)).collect();
                let there: BTreeSet<&str> = codes.iter().map(String::as_str).collect();
                assert_eq!(named, there, "{}", words.language());
            }
        }
    }

    #[test]
    fn no_key_is_unused_and_none_that_is_used_is_missing() {
        let wording = load().unwrap();
        let english = wording.of("en");
        let sources = SOURCES.concat();
        let is_made = |key: &str| MADE.iter().any(|group| key.starts_with(group));
        for key in own(english).into_iter().filter(|key| !is_made(key)) {
            assert!(sources.contains(&format!("\"{key}\"")), "{key} is unused");
        }
        let groups: BTreeSet<&str> = english
            .keys()
            .filter_map(|key| key.split_once('.'))
            .map(|(group, _)| group)
            .collect();
        let literals = sources.split('"').skip(1).step_by(2);
        let is_key = |text: &&str| {
            let parts = text.split_once('.');
            parts.is_some_and(|(group, name)| {
                groups.contains(group) && !name.is_empty() && !name.contains(['{', ' ', '.'])
            })
        };
        for key in literals.filter(is_key) {
            assert!(english.known(key).is_some(), "{key} is missing");
        }
    }

    #[test]
    fn other_languages_write_days_in_figures() {
        // chrono writes the names of months in English alone.
        let wording = load().unwrap();
        for words in &wording.languages()[1..] {
            for key in ["format.day", "format.day_short", "format.moment"] {
                assert!(
                    !words.text(key).contains(['b', 'B', 'a', 'A', 'h', 'p']),
                    "{}",
                    words.text(key)
                );
            }
        }
    }
}

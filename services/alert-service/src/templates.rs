//! Reads the message templates: one data file per language, compiled in, keys flattened to `group.name`.

use std::collections::BTreeMap;

use crate::domain::message::Catalogue;

/// (language, file).
const FILES: [(&str, &str); 2] = [
    ("en", include_str!("../templates/en.toml")),
    ("de", include_str!("../templates/de.toml")),
];

/// All languages, the default first; an error when the default is not among them.
pub fn load(default_locale: &str) -> anyhow::Result<Vec<(String, Catalogue)>> {
    let mut catalogues = Vec::new();
    for (language, file) in FILES {
        catalogues.push((language.to_owned(), parse(file)?));
    }
    let default = catalogues.iter().position(|(language, _)| language == default_locale);
    let default = default.ok_or_else(|| anyhow::anyhow!("alerts.default_locale: there are no templates for it"))?;
    catalogues.swap(0, default);
    Ok(catalogues)
}

fn parse(file: &str) -> anyhow::Result<Catalogue> {
    let groups: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(file)?;
    let texts = groups.into_iter().flat_map(|(group, texts)| {
        texts
            .into_iter()
            .map(move |(name, text)| (format!("{group}.{name}"), text))
            .collect::<Vec<_>>()
    });
    Ok(Catalogue { texts: texts.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_text_of_the_frame_with_the_same_places() {
        let catalogues = load("en").unwrap();
        assert_eq!(catalogues[0].0, "en");
        assert_eq!(load("de").unwrap()[0].0, "de");
        assert!(load("xx").is_err());
        let places = |text: &str| {
            let mut places: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next())
                .map(str::to_owned)
                .collect();
            places.sort();
            places
        };
        for (language, catalogue) in &catalogues {
            for (key, english) in &catalogues[0].1.texts {
                // English texts of codes come with the event, so only the other languages need them.
                let text = catalogue
                    .texts
                    .get(key)
                    .unwrap_or_else(|| panic!("{language} lacks {key}"));
                assert_eq!(places(text), places(english), "{language} {key}");
            }
        }
    }

    #[test]
    fn every_word_of_the_domain_has_a_text() {
        use crate::domain::severity::{Severity, Urgency};
        let catalogues = load("en").unwrap();
        for severity in Severity::ALL {
            let urgency = Urgency::implied_by(severity).as_str();
            for key in [format!("severity.{}", severity.as_str()), format!("urgency.{urgency}")] {
                assert!(catalogues[0].1.texts.contains_key(&key), "{key}");
            }
        }
    }
}

//! Loads the signal vocabulary that is compiled in from `data/signals.toml`.

use serde::Deserialize;

use crate::domain::signals::{Catalog, CatalogFault, Kind, Signal};
use crate::domain::units::Unit;

const SIGNALS: &str = include_str!("../../data/signals.toml");

/// Why the vocabulary cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VocabularyError {
    #[error("the signal vocabulary is not valid TOML")]
    Syntax(#[source] toml::de::Error),
    #[error("the unit {unit:?} of {path} is not known")]
    Unit { path: String, unit: String },
    #[error("the kind {kind:?} of {path} is not known")]
    Kind { path: String, kind: String },
    #[error("the signal vocabulary contradicts itself")]
    Catalog(#[source] CatalogFault),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "version")]
    _version: String,
    signal: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    #[serde(default, rename = "overlay")]
    _overlay: bool,
    unit: String,
    kind: Option<String>,
    min: f64,
    max: f64,
    #[serde(default)]
    accepts: Vec<String>,
    max_rate_per_s: Option<f64>,
    stuck_after_s: Option<f64>,
    #[serde(default)]
    missing: Vec<f64>,
    #[serde(rename = "pid")]
    _pid: Option<String>,
    #[serde(rename = "spn")]
    _spn: Option<u32>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(rename = "about")]
    _about: String,
}

/// The vocabulary of this build.
pub fn signals() -> Result<Catalog, VocabularyError> {
    let document: Document = toml::from_str(SIGNALS).map_err(VocabularyError::Syntax)?;
    let signals = document.signal.into_iter().map(signal).collect::<Result<Vec<_>, _>>()?;
    Catalog::new(signals).map_err(VocabularyError::Catalog)
}

fn signal(entry: Entry) -> Result<Signal, VocabularyError> {
    let unit = |name: &str| {
        Unit::parse(name).ok_or_else(|| VocabularyError::Unit {
            path: entry.path.clone(),
            unit: name.to_owned(),
        })
    };
    let canonical = if entry.unit.is_empty() {
        None
    } else {
        Some(unit(&entry.unit)?)
    };
    let accepts = entry
        .accepts
        .iter()
        .map(|name| unit(name))
        .collect::<Result<Vec<_>, _>>()?;
    let kind = match entry.kind.as_deref() {
        None => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("odometer") => Kind::Odometer,
        Some(other) => {
            return Err(VocabularyError::Kind {
                path: entry.path,
                kind: other.to_owned(),
            });
        }
    };
    Ok(Signal {
        path: entry.path,
        unit: canonical,
        kind,
        min: entry.min,
        max: entry.max,
        accepts,
        aliases: entry.aliases,
        max_rate_per_s: entry.max_rate_per_s,
        stuck_after_s: entry.stuck_after_s,
        missing: entry.missing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pids;

    #[test]
    fn the_vocabulary_is_sound_and_large_enough() {
        let catalog = signals().unwrap();
        assert!(catalog.all().len() >= 80);
    }

    #[test]
    fn every_pid_leads_to_a_signal_in_a_unit_that_it_accepts() {
        let catalog = signals().unwrap();
        let document: Document = toml::from_str(SIGNALS).unwrap();
        for output in pids::all().iter().flat_map(|pid| pid.outputs) {
            let signal = catalog.get(catalog.by_path(output.path).unwrap());
            match Unit::parse(output.unit) {
                Some(unit) => assert!(unit.convert(1.0, signal.unit.unwrap()).is_some(), "{}", signal.path),
                None => assert!(signal.unit.is_none(), "{}", signal.path),
            }
        }
        for entry in document.signal {
            if let Some(pid) = entry._pid {
                let pid = pids::find(u8::from_str_radix(&pid, 16).unwrap()).unwrap();
                assert_eq!(
                    pid.outputs.iter().filter(|output| output.path == entry.path).count(),
                    1,
                    "{}",
                    entry.path
                );
            }
        }
    }
}

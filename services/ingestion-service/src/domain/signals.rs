//! The signal vocabulary: which readings exist, in which unit, within which range, and under which names they arrive.

use std::collections::HashMap;

use super::units::Unit;

type Quick = foldhash::fast::FixedState;

/// A signal of the [`Catalog`]; ids are in the order of the paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignalId(u16);

/// How a signal behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A plain number.
    Number,
    /// 0 or 1.
    Boolean,
    /// A distance that never runs backwards.
    Odometer,
}

/// One signal.
#[derive(Debug, Clone)]
pub struct Signal {
    /// COVESA VSS path, or a path in the manner of its OBD overlay.
    pub path: String,
    /// Canonical unit; `None` for counts, gears and booleans.
    pub unit: Option<Unit>,
    pub kind: Kind,
    /// Plausible range in the canonical unit, both ends included.
    pub min: f64,
    pub max: f64,
    /// Units that are converted at the door.
    pub accepts: Vec<Unit>,
    /// Names of real loggers.
    pub aliases: Vec<String>,
    /// A faster change is flagged.
    pub max_rate_per_s: Option<f64>,
    /// The same value, not zero, for longer than this is flagged.
    pub stuck_after_s: Option<f64>,
    /// Values that mean "no reading".
    pub missing: Vec<f64>,
}

/// All signals, found by path or alias.
#[derive(Debug)]
pub struct Catalog {
    signals: Vec<Signal>,
    /// Its keys are the vocabulary's own: a quick hash that strangers could make collide does no harm.
    by_path: HashMap<String, SignalId, Quick>,
    by_alias: HashMap<String, SignalId>,
}

/// A name that was understood: the signal, and the unit in brackets behind the name, if any.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Named<'a> {
    pub id: SignalId,
    /// Text of the unit as it stands in the name.
    pub unit: Option<&'a str>,
}

/// Why a list of signals is no catalog.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogFault {
    #[error("the path {0} stands twice")]
    PathTwice(String),
    #[error("the alias {alias:?} of {path} names another signal too")]
    AliasTwice { alias: String, path: String },
    #[error("{path} accepts {unit}, which does not convert to its own unit")]
    Unit { path: String, unit: String },
    #[error("the path {0} has characters that JSON would escape")]
    Path(String),
    #[error("the range of {0} is empty")]
    Range(String),
    #[error("there are more than 65,535 signals")]
    TooMany,
}

impl Catalog {
    /// Builds the catalog and proves that no name is ambiguous and every accepted unit converts.
    pub fn new(mut signals: Vec<Signal>) -> Result<Self, CatalogFault> {
        signals.sort_by(|a, b| a.path.cmp(&b.path));
        let mut catalog = Self {
            signals: Vec::new(),
            by_path: HashMap::default(),
            by_alias: HashMap::new(),
        };
        for signal in signals {
            let id = SignalId(u16::try_from(catalog.signals.len()).map_err(|_| CatalogFault::TooMany)?);
            if signal.path.contains(|c: char| c.is_control() || c == '"' || c == '\\') {
                return Err(CatalogFault::Path(signal.path));
            }
            if signal.min >= signal.max {
                return Err(CatalogFault::Range(signal.path));
            }
            for accepted in &signal.accepts {
                if signal.unit.and_then(|unit| accepted.convert(1.0, unit)).is_none() {
                    return Err(CatalogFault::Unit {
                        path: signal.path,
                        unit: accepted.name().to_owned(),
                    });
                }
            }
            for alias in &signal.aliases {
                let other = catalog.by_alias.insert(plain(alias), id);
                if other.is_some_and(|other| other != id) {
                    return Err(CatalogFault::AliasTwice {
                        alias: alias.clone(),
                        path: signal.path,
                    });
                }
            }
            if catalog.by_path.insert(signal.path.clone(), id).is_some() {
                return Err(CatalogFault::PathTwice(signal.path));
            }
            catalog.signals.push(signal);
        }
        Ok(catalog)
    }

    /// The signal of an id of this catalog.
    #[must_use]
    pub fn get(&self, id: SignalId) -> &Signal {
        &self.signals[usize::from(id.0)]
    }

    /// Every signal, ordered by path.
    #[must_use]
    pub fn all(&self) -> &[Signal] {
        &self.signals
    }

    /// Finds a signal by its exact path.
    #[must_use]
    pub fn by_path(&self, path: &str) -> Option<SignalId> {
        self.by_path.get(path).copied()
    }

    /// Finds a signal by path or by the name a logger uses, with or without a unit in brackets behind it.
    #[must_use]
    pub fn named<'a>(&self, name: &'a str) -> Option<Named<'a>> {
        if let Some(id) = self.by_path(name) {
            return Some(Named { id, unit: None });
        }
        let bracket = split_bracket(name);
        // A unit in brackets comes first: a sign such as ℉ is no letter and would vanish from the plain name.
        if let Some((bare, unit)) = bracket
            && Unit::parse(unit).is_some()
            && let Some(id) = self.bare(bare)
        {
            return Some(Named { id, unit: Some(unit) });
        }
        if let Some(id) = self.by_alias.get(&plain(name)) {
            return Some(Named { id: *id, unit: None });
        }
        let (bare, unit) = bracket?;
        Some(Named {
            id: self.bare(bare)?,
            unit: Some(unit),
        })
    }

    fn bare(&self, name: &str) -> Option<SignalId> {
        self.by_path(name).or_else(|| self.by_alias.get(&plain(name)).copied())
    }
}

/// Small letters and digits only, so that `ENGINE_RPM`, `Engine RPM` and `engine rpm` are one name.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// `"Engine Coolant Temperature [°C]"` → name and unit; `None` without a bracket at the end.
fn split_bracket(name: &str) -> Option<(&str, &str)> {
    let name = name.trim();
    let (open, close) = match name.chars().last()? {
        ']' => ('[', ']'),
        ')' => ('(', ')'),
        _ => return None,
    };
    let start = name.rfind(open)?;
    let unit = name[start..].trim_start_matches(open).trim_end_matches(close).trim();
    Some((name[..start].trim_end(), unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn signal(path: &str, unit: &str, aliases: &[&str]) -> Signal {
        let unit = Unit::parse(unit);
        Signal {
            path: path.to_owned(),
            unit,
            kind: Kind::Number,
            min: 0.0,
            max: 100.0,
            accepts: unit.into_iter().collect(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            max_rate_per_s: None,
            stuck_after_s: None,
            missing: Vec::new(),
        }
    }

    fn catalog() -> Catalog {
        let coolant = signal(
            "Vehicle.Coolant",
            "Celsius",
            &["Engine Coolant Temperature", "COOLANT_TEMPERATURE"],
        );
        let voltage = signal("Vehicle.Voltage", "V", &["Voltage (Control Module)"]);
        Catalog::new(vec![voltage, coolant]).unwrap()
    }

    #[track_caller]
    fn check(name: &str, path: &str, unit: Option<&str>) {
        let catalog = catalog();
        let named = catalog.named(name).unwrap();
        assert_eq!((catalog.get(named.id).path.as_str(), named.unit), (path, unit));
    }

    #[test]
    fn headers_of_real_logs_are_understood() {
        check("Vehicle.Coolant", "Vehicle.Coolant", None);
        check("COOLANT_TEMPERATURE ()", "Vehicle.Coolant", None);
        check("Engine Coolant Temperature [°C]", "Vehicle.Coolant", Some("°C"));
        check("Engine Coolant Temperature [Â°C]", "Vehicle.Coolant", Some("Â°C"));
        check(" Engine coolant temperature(℉)", "Vehicle.Coolant", Some("℉"));
        check("Voltage (Control Module)", "Vehicle.Voltage", None);
        check("Voltage (Control Module)(V)", "Vehicle.Voltage", Some("V"));
        assert!(catalog().named("Boiler pressure [bar]").is_none());
    }

    #[test]
    fn ambiguous_or_unconvertible_vocabularies_are_refused() {
        let twice = vec![signal("Vehicle.A", "V", &["x"]), signal("Vehicle.B", "V", &["X"])];
        assert!(matches!(Catalog::new(twice), Err(CatalogFault::AliasTwice { .. })));
        let twice = vec![signal("Vehicle.A", "V", &[]), signal("Vehicle.A", "V", &[])];
        assert!(matches!(Catalog::new(twice), Err(CatalogFault::PathTwice(_))));
        let mut wrong = signal("Vehicle.A", "V", &[]);
        wrong.accepts = vec![Unit::parse("kPa").unwrap()];
        assert!(matches!(Catalog::new(vec![wrong]), Err(CatalogFault::Unit { .. })));
    }

    proptest! {
        #[test]
        fn no_name_panics(name in "\\PC*") {
            let _ = catalog().named(&name);
        }
    }
}

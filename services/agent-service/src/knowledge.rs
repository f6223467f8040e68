//! Reads the fault knowledge base: strict, so that a slip in a data file stops the start and is named.
//!
//! The files are compiled in; [`links`] joins them along the causal links between components. What their keys mean is documented in IMPLEMENTATION.md.

mod links;
mod raw;

use std::collections::{BTreeMap, BTreeSet};

use raw::{
    RawElsewhere, RawFile, RawInspection, RawLikelihood, RawMode, RawPart, RawSafety, RawSignal, RawSymptom, RawText,
};

use crate::domain::component::Component;
use crate::domain::knowledge::{
    ComponentKnowledge, Direction, Elsewhere, FailureMode, Inspection, KnowledgeBase, SafetyWarning, SignalPattern,
    Symptom,
};
use crate::domain::severity::Urgency;
use crate::domain::trouble_code;
use crate::domain::values::{Money, PartQuantity, Reason};
use crate::domain::vehicle::Powertrain;

/// The data files by name, one a component.
const FILES: [(&str, &str); 11] = [
    ("aftertreatment.toml", include_str!("../knowledge/aftertreatment.toml")),
    ("battery_12v.toml", include_str!("../knowledge/battery_12v.toml")),
    ("brakes.toml", include_str!("../knowledge/brakes.toml")),
    ("charging.toml", include_str!("../knowledge/charging.toml")),
    ("cooling.toml", include_str!("../knowledge/cooling.toml")),
    ("engine.toml", include_str!("../knowledge/engine.toml")),
    ("lubrication.toml", include_str!("../knowledge/lubrication.toml")),
    ("suspension.toml", include_str!("../knowledge/suspension.toml")),
    (
        "traction_battery.toml",
        include_str!("../knowledge/traction_battery.toml"),
    ),
    ("transmission.toml", include_str!("../knowledge/transmission.toml")),
    ("tyres.toml", include_str!("../knowledge/tyres.toml")),
];

/// Skills that a workshop can have.
const SKILLS: [&str; 9] = [
    "cooling",
    "electrical",
    "brakes",
    "engine",
    "transmission",
    "tyres",
    "diesel",
    "high_voltage",
    "general",
];

/// Why a data file was refused; each names file and place.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    #[error("{file} cannot be read: {source}")]
    Syntax { file: String, source: toml::de::Error },
    #[error("{file}: {place}: {problem}")]
    Invalid {
        file: String,
        place: String,
        problem: String,
    },
    #[error("no data file describes the component {0}")]
    ComponentMissing(&'static str),
    #[error("{file} describes the component {component} again")]
    ComponentTwice { file: String, component: String },
}

/// The data files of this build: name and text.
pub fn files() -> [(&'static str, &'static str); 11] {
    FILES
}

/// The knowledge base that this build was made with. It describes every component.
pub fn builtin() -> Result<KnowledgeBase, KnowledgeError> {
    load(FILES)
}

/// Reads a knowledge base from (file name, text) pairs that together describe every component once.
pub fn load<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<KnowledgeBase, KnowledgeError> {
    let mut seen = BTreeSet::new();
    let mut parts = Vec::new();
    for (file, text) in files {
        let part = parse(file, text)?;
        if !seen.insert(part.component) {
            let component = part.component.code().to_owned();
            return Err(KnowledgeError::ComponentTwice {
                file: file.to_owned(),
                component,
            });
        }
        parts.push((file, part));
    }
    match Component::ALL.into_iter().find(|component| !seen.contains(component)) {
        Some(missing) => Err(KnowledgeError::ComponentMissing(missing.code())),
        None => links::join(&parts),
    }
}

/// Reads one component's file, without what other files say of it.
pub fn parse(file: &str, text: &str) -> Result<ComponentKnowledge, KnowledgeError> {
    let raw: RawFile = toml::from_str(text).map_err(|source| KnowledgeError::Syntax {
        file: file.to_owned(),
        source,
    })?;
    let check = Check { file };
    let component = Component::from_code(&raw.component)
        .ok_or_else(|| check.refuse("component", format!("`{}` is not a component", raw.component)))?;
    if raw.sources.is_empty() {
        return Err(check.refuse("sources", "it names no source"));
    }
    if raw.currency.len() != 3 || !raw.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(check.refuse("currency", format!("`{}` is not an ISO 4217 code", raw.currency)));
    }
    let symptoms = check.symptoms(component, raw.symptom)?;
    let modes = check.modes(component, &raw.currency, raw.failure_mode, &symptoms)?;
    check.unused(&symptoms, &modes)?;
    let inspection = check.inspection(&raw.currency, raw.inspection)?;
    Ok(ComponentKnowledge {
        component,
        symptoms,
        modes,
        inspection,
    })
}

/// Checks the values of one file.
struct Check<'f> {
    file: &'f str,
}

impl Check<'_> {
    fn refuse(&self, place: &str, problem: impl Into<String>) -> KnowledgeError {
        KnowledgeError::Invalid {
            file: self.file.to_owned(),
            place: place.to_owned(),
            problem: problem.into(),
        }
    }

    fn symptoms(&self, component: Component, raw: Vec<RawSymptom>) -> Result<Vec<Symptom>, KnowledgeError> {
        let mut codes = BTreeSet::new();
        raw.into_iter()
            .map(|symptom| {
                self.code(component, &symptom.code, &mut codes)?;
                self.symptom(component, symptom)
            })
            .collect()
    }

    fn symptom(&self, home: Component, raw: RawSymptom) -> Result<Symptom, KnowledgeError> {
        let place = raw.code.clone();
        self.probability(&place, "background", raw.background)?;
        self.not_empty(&place, "text", &raw.text)?;
        self.not_empty(&place, "check", &raw.check)?;
        for code in &raw.dtcs {
            self.trouble_code(&place, code)?;
        }
        let signal = |signal: RawSignal| {
            let direction = match signal.direction.as_str() {
                "UP" => Direction::Up,
                "DOWN" => Direction::Down,
                other => return Err(self.refuse(&place, format!("direction `{other}` is neither UP nor DOWN"))),
            };
            Ok(SignalPattern {
                path: signal.path,
                direction,
            })
        };
        Ok(Symptom {
            signals: raw.signals.into_iter().map(signal).collect::<Result<_, _>>()?,
            code: raw.code,
            home,
            text: raw.text,
            check: raw.check,
            background: raw.background,
            factors: raw.factors,
            trouble_codes: raw.dtcs,
        })
    }

    fn modes(
        &self,
        component: Component,
        currency: &str,
        raw: Vec<RawMode>,
        symptoms: &[Symptom],
    ) -> Result<Vec<FailureMode>, KnowledgeError> {
        let mut codes = BTreeSet::new();
        let mut modes = Vec::with_capacity(raw.len());
        for mode in raw {
            self.code(component, &mode.code, &mut codes)?;
            modes.push(self.mode(component, currency, mode, symptoms)?);
        }
        let total: f64 = modes.iter().map(|mode| mode.prior).sum();
        if !(0.0..1.0).contains(&total) {
            let problem = format!("the priors sum to {total:.2}; something below 1 must be left for other causes");
            return Err(self.refuse("prior", problem));
        }
        Ok(modes)
    }

    fn mode(
        &self,
        home: Component,
        currency: &str,
        raw: RawMode,
        symptoms: &[Symptom],
    ) -> Result<FailureMode, KnowledgeError> {
        let place = raw.code.clone();
        self.probability(&place, "prior", raw.prior)?;
        self.not_empty(&place, "name", &raw.name)?;
        if raw.actions.is_empty() {
            return Err(self.refuse(&place, "it has no action"));
        }
        if raw.tests.is_empty() {
            return Err(self.refuse(&place, "it has no test to confirm it"));
        }
        let urgency = Urgency::from_code(&raw.urgency)
            .ok_or_else(|| self.refuse(&place, format!("`{}` is not an urgency", raw.urgency)))?;
        let powertrain = |code: &String| match Powertrain::from_code(code) {
            Powertrain::Unknown => Err(self.refuse(&place, format!("`{code}` is not a powertrain"))),
            known => Ok(known),
        };
        let (cost_low, cost_high) = self.cost(&place, currency, raw.cost_low_minor, raw.cost_high_minor)?;
        self.effort(&place, raw.labour_hours, &raw.required_skill)?;
        Ok(FailureMode {
            powertrains: raw.powertrains.iter().map(powertrain).collect::<Result<_, _>>()?,
            likelihoods: self.likelihoods(&place, raw.symptoms, symptoms)?,
            tests: self.texts(&place, "tests", raw.tests)?,
            actions: self.texts(&place, "actions", raw.actions)?,
            parts: self.parts(&place, raw.parts)?,
            safety: raw.safety.map(|safety| self.safety(&place, safety)).transpose()?,
            elsewhere: raw
                .elsewhere
                .into_iter()
                .map(|link| self.elsewhere(&place, home, link))
                .collect::<Result<_, _>>()?,
            sensor: raw.sensor,
            home,
            code: raw.code,
            name: raw.name,
            prior: raw.prior,
            labour_hours: raw.labour_hours,
            cost_low,
            cost_high,
            required_skill: raw.required_skill,
            urgency,
        })
    }

    /// A causal link. Whether the other component has these symptoms is checked once every file is read.
    fn elsewhere(&self, place: &str, home: Component, raw: RawElsewhere) -> Result<Elsewhere, KnowledgeError> {
        let component = Component::from_code(&raw.component).filter(|component| *component != home);
        let component =
            component.ok_or_else(|| self.refuse(place, format!("`{}` is not another component", raw.component)))?;
        self.probability(place, "elsewhere.prior", raw.prior)?;
        if raw.symptoms.is_empty() {
            return Err(self.refuse(place, format!("the link to `{}` has no symptom", raw.component)));
        }
        let mut likelihoods = BTreeMap::new();
        for RawLikelihood { code, likelihood } in raw.symptoms {
            self.probability(place, &code, likelihood)?;
            if likelihoods.insert(code.clone(), likelihood).is_some() {
                return Err(self.refuse(place, format!("the symptom `{code}` is named twice")));
            }
        }
        Ok(Elsewhere {
            component,
            prior: raw.prior,
            likelihoods,
        })
    }

    fn likelihoods(
        &self,
        place: &str,
        raw: Vec<RawLikelihood>,
        symptoms: &[Symptom],
    ) -> Result<BTreeMap<String, f64>, KnowledgeError> {
        if raw.is_empty() {
            return Err(self.refuse(place, "it has no symptom"));
        }
        let mut likelihoods = BTreeMap::new();
        for RawLikelihood { code, likelihood } in raw {
            self.probability(place, &code, likelihood)?;
            if !symptoms.iter().any(|symptom| symptom.code == code) {
                return Err(self.refuse(place, format!("the symptom `{code}` is not described")));
            }
            if likelihoods.insert(code.clone(), likelihood).is_some() {
                return Err(self.refuse(place, format!("the symptom `{code}` is named twice")));
            }
        }
        Ok(likelihoods)
    }

    /// A symptom that no mode names could never change a ranking: a slip of the pen.
    fn unused(&self, symptoms: &[Symptom], modes: &[FailureMode]) -> Result<(), KnowledgeError> {
        let used = |symptom: &&Symptom| modes.iter().any(|mode| mode.likelihoods.contains_key(&symptom.code));
        match symptoms.iter().find(|symptom| !used(symptom)) {
            Some(symptom) => Err(self.refuse(&symptom.code, "no failure mode names this symptom")),
            None => Ok(()),
        }
    }

    fn inspection(&self, currency: &str, raw: RawInspection) -> Result<Inspection, KnowledgeError> {
        let (cost_low, cost_high) = self.cost("inspection", currency, raw.cost_low_minor, raw.cost_high_minor)?;
        self.effort("inspection", raw.labour_hours, &raw.required_skill)?;
        Ok(Inspection {
            action: self.text("inspection", "action", raw.action)?,
            labour_hours: raw.labour_hours,
            cost_low,
            cost_high,
            required_skill: raw.required_skill,
        })
    }

    fn cost(&self, place: &str, currency: &str, low: i64, high: i64) -> Result<(Money, Money), KnowledgeError> {
        if low < 0 || high < low {
            return Err(self.refuse(place, format!("the cost range {low}..{high} is not a range")));
        }
        let money = |amount_minor| Money {
            amount_minor,
            currency: currency.to_owned(),
        };
        Ok((money(low), money(high)))
    }

    fn effort(&self, place: &str, labour_hours: f64, skill: &str) -> Result<(), KnowledgeError> {
        if !(labour_hours > 0.0 && labour_hours <= 100.0) {
            return Err(self.refuse(place, format!("labour_hours {labour_hours} is not within 0..100")));
        }
        if !SKILLS.contains(&skill) {
            return Err(self.refuse(place, format!("`{skill}` is not a skill")));
        }
        Ok(())
    }

    fn parts(&self, place: &str, raw: Vec<RawPart>) -> Result<Vec<PartQuantity>, KnowledgeError> {
        raw.into_iter()
            .map(|RawPart { part_code, quantity }| {
                self.not_empty(place, "part_code", &part_code)?;
                if quantity == 0 {
                    return Err(self.refuse(place, format!("the part `{part_code}` has quantity 0")));
                }
                Ok(PartQuantity { part_code, quantity })
            })
            .collect()
    }

    fn safety(&self, place: &str, raw: RawSafety) -> Result<SafetyWarning, KnowledgeError> {
        let reason = self.text(
            place,
            "safety",
            RawText {
                code: raw.code,
                text: raw.text,
            },
        )?;
        Ok(SafetyWarning { reason, stop: raw.stop })
    }

    fn texts(&self, place: &str, key: &str, raw: Vec<RawText>) -> Result<Vec<Reason>, KnowledgeError> {
        raw.into_iter().map(|text| self.text(place, key, text)).collect()
    }

    fn text(&self, place: &str, key: &str, raw: RawText) -> Result<Reason, KnowledgeError> {
        self.not_empty(place, key, &raw.code)?;
        self.not_empty(place, key, &raw.text)?;
        Ok(Reason::new(&raw.code, [], raw.text))
    }

    fn code(&self, component: Component, code: &str, seen: &mut BTreeSet<String>) -> Result<(), KnowledgeError> {
        let own = code
            .strip_prefix(component.code())
            .is_some_and(|rest| rest.len() > 1 && rest.starts_with('.'));
        if !own {
            return Err(self.refuse(code, format!("the code does not start with `{}.`", component.code())));
        }
        if !seen.insert(code.to_owned()) {
            return Err(self.refuse(code, "the code is there twice"));
        }
        Ok(())
    }

    /// Certainties are refused: no symptom proves or excludes a cause, and their logarithm is infinite.
    fn probability(&self, place: &str, key: &str, value: f64) -> Result<(), KnowledgeError> {
        if value > 0.0 && value < 1.0 {
            Ok(())
        } else {
            Err(self.refuse(place, format!("`{key}` = {value} is not a probability between 0 and 1")))
        }
    }

    fn trouble_code(&self, place: &str, code: &str) -> Result<(), KnowledgeError> {
        if trouble_code::is_pattern(code) {
            Ok(())
        } else {
            Err(self.refuse(place, format!("`{code}` is not a trouble code of SAE J2012 or J1939")))
        }
    }

    fn not_empty(&self, place: &str, key: &str, text: &str) -> Result<(), KnowledgeError> {
        if text.trim().is_empty() {
            Err(self.refuse(place, format!("`{key}` is empty")))
        } else {
            Ok(())
        }
    }
}

//! How a decision is scored by what the workshop found.

use super::component::Component;

/// How right a decision turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The failure mode that was decided on is what was found.
    Confirmed,
    /// There was a fault, but another one.
    OtherCause,
    /// There was no fault.
    NotFound,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::OtherCause, Self::NotFound];

    /// Its name in events and requests.
    pub fn code(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::OtherCause => "OTHER_CAUSE",
            Self::NotFound => "NOT_FOUND",
        }
    }

    /// The verdict with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.code() == code)
    }
}

/// What a technician found about one component.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// None when the component is not known here.
    pub component: Option<Component>,
    pub failure_mode: Option<String>,
    /// None when the verdict is not known here.
    pub verdict: Option<Verdict>,
}

/// What the findings say about a decision on `component` that named `failure_mode`; none when they say nothing of it.
/// A fault that was confirmed under another failure mode's code is another cause.
pub fn score(component: Component, failure_mode: &str, findings: &[Finding]) -> Option<Verdict> {
    let scored = findings
        .iter()
        .filter(|finding| finding.component == Some(component))
        .filter_map(|finding| {
            let verdict = finding.verdict?;
            let other_mode = finding
                .failure_mode
                .as_deref()
                .is_some_and(|found| found != failure_mode);
            Some(match verdict {
                Verdict::Confirmed if other_mode => Verdict::OtherCause,
                // "Another cause" with the decided code is a contradiction; the code is the more precise word.
                Verdict::OtherCause if finding.failure_mode.as_deref() == Some(failure_mode) => Verdict::Confirmed,
                verdict => verdict,
            })
        });
    // One confirmed finding is enough; a fault found counts before none found.
    scored.min_by_key(|verdict| match verdict {
        Verdict::Confirmed => 0,
        Verdict::OtherCause => 1,
        Verdict::NotFound => 2,
    })
}

/// How many decisions turned out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    pub confirmed: u64,
    pub other_cause: u64,
    pub not_found: u64,
}

impl Score {
    /// Share of the scored decisions that were confirmed, 0..1; none while none is scored.
    pub fn accuracy(&self) -> Option<f64> {
        let total = self.confirmed + self.other_cause + self.not_found;
        (total > 0).then(|| self.confirmed as f64 / total as f64)
    }
}

/// Who acted on what a decision recommends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActedBy {
    /// A visit looked at the component.
    Visit,
    /// A person said what they found.
    Feedback,
    /// A reviewer approved it.
    Review,
}

impl ActedBy {
    /// Its name in metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Visit => "VISIT",
            Self::Feedback => "FEEDBACK",
            Self::Review => "REVIEW",
        }
    }
}

/// On how many decisions somebody acted, each counted once: a visit before feedback before an approval. What a later decision took the
/// place of is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adoption {
    pub decisions: u64,
    pub by_visit: u64,
    pub by_feedback: u64,
    pub by_review: u64,
}

impl Adoption {
    /// Share of the decisions on which somebody acted, 0..1; none while there is none.
    pub fn share(&self) -> Option<f64> {
        let acted_on = self.by_visit + self.by_feedback + self.by_review;
        (self.decisions > 0).then(|| acted_on as f64 / self.decisions as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(component: Component, mode: Option<&str>, verdict: Verdict) -> Finding {
        Finding {
            component: Some(component),
            failure_mode: mode.map(str::to_owned),
            verdict: Some(verdict),
        }
    }

    #[test]
    fn findings_score_only_their_own_component() {
        let brakes = finding(Component::Brakes, None, Verdict::Confirmed);
        assert_eq!(score(Component::Cooling, "cooling.leak", &[brakes]), None);
        assert_eq!(score(Component::Cooling, "cooling.leak", &[]), None);
    }

    #[test]
    fn a_confirmed_fault_of_another_mode_is_another_cause() {
        let other = finding(Component::Cooling, Some("cooling.fan_failure"), Verdict::Confirmed);
        let same = finding(Component::Cooling, Some("cooling.leak"), Verdict::OtherCause);
        let unnamed = finding(Component::Cooling, None, Verdict::Confirmed);
        assert_eq!(
            score(Component::Cooling, "cooling.leak", std::slice::from_ref(&other)),
            Some(Verdict::OtherCause)
        );
        assert_eq!(
            score(Component::Cooling, "cooling.leak", &[unnamed]),
            Some(Verdict::Confirmed)
        );
        assert_eq!(
            score(Component::Cooling, "cooling.leak", &[other, same]),
            Some(Verdict::Confirmed)
        );
    }

    #[test]
    fn accuracy_is_unknown_without_outcomes() {
        assert_eq!(Score::default().accuracy(), None);
        assert_eq!(
            Score {
                confirmed: 3,
                other_cause: 1,
                not_found: 0
            }
            .accuracy(),
            Some(0.75)
        );
    }
}

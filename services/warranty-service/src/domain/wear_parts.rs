//! Wear parts: what use consumes by design. A coverage answers for them only where it names them.

/// The list of wear parts that applies to every coverage of this installation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WearParts {
    /// Components that are wear parts as a whole, such as tyres.
    pub components: Vec<String>,
    /// Failure modes that are wear, such as worn brake pads; the component around them is not.
    pub failure_modes: Vec<String>,
}

/// Which entry of the list a failure meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WearPart {
    /// The whole component wears.
    Component,
    /// This way of failing is wear.
    FailureMode,
}

impl WearParts {
    /// Says whether this failure is wear. A failure mode is the narrower statement, so it is looked up first.
    pub fn find(&self, component: &str, failure_mode: Option<&str>) -> Option<WearPart> {
        if failure_mode.is_some_and(|code| self.failure_modes.iter().any(|listed| listed == code)) {
            return Some(WearPart::FailureMode);
        }
        self.components
            .iter()
            .any(|listed| listed == component)
            .then_some(WearPart::Component)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worn_pad_is_wear_and_a_leaking_caliper_is_not() {
        let wear = WearParts {
            components: vec!["tyres".into()],
            failure_modes: vec!["brakes.pad_wear".into()],
        };
        assert_eq!(
            wear.find("brakes", Some("brakes.pad_wear")),
            Some(WearPart::FailureMode)
        );
        assert_eq!(wear.find("brakes", Some("brakes.caliper_leak")), None);
        assert_eq!(wear.find("tyres", Some("tyres.slow_leak")), Some(WearPart::Component));
        assert_eq!(wear.find("brakes", None), None);
    }
}

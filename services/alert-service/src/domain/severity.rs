//! How bad something is, and how soon something should be done about it.

/// Severity in rising order. Only WARNING and above become alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Info,
    Warning,
    Critical,
    Emergency,
}

impl Severity {
    /// Every severity, in rising order.
    pub const ALL: [Self; 4] = [Self::Info, Self::Warning, Self::Critical, Self::Emergency];

    /// The word used in events and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Emergency => "EMERGENCY",
        }
    }

    /// Reads the word; `None` for one that this version does not know.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == word)
    }

    /// Rank for storage and comparison in SQL: 0 is INFO, 3 is EMERGENCY.
    pub fn rank(self) -> i64 {
        match self {
            Self::Info => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Emergency => 3,
        }
    }

    /// True where people must react: such alerts are escalated, and sent again when a send is in doubt.
    pub fn must_reach_someone(self) -> bool {
        self >= Self::Critical
    }
}

/// How soon something should be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    Immediate,
    Within24h,
    WithinWeek,
    NextService,
    Monitor,
}

impl Urgency {
    const ALL: [Self; 5] = [
        Self::Immediate,
        Self::Within24h,
        Self::WithinWeek,
        Self::NextService,
        Self::Monitor,
    ];

    /// The word used in events and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Immediate => "IMMEDIATE",
            Self::Within24h => "WITHIN_24H",
            Self::WithinWeek => "WITHIN_WEEK",
            Self::NextService => "NEXT_SERVICE",
            Self::Monitor => "MONITOR",
        }
    }

    /// Reads the word; `None` for one that this version does not know.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.as_str() == word)
    }

    /// What a severity implies when its event names no urgency that we know.
    pub fn implied_by(severity: Severity) -> Self {
        match severity {
            Severity::Emergency => Self::Immediate,
            Severity::Critical => Self::Within24h,
            Severity::Warning => Self::WithinWeek,
            Severity::Info => Self::Monitor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_ranks_follow_the_order() {
        for pair in Severity::ALL.windows(2) {
            assert!(pair[0] < pair[1] && pair[0].rank() < pair[1].rank());
        }
        for severity in Severity::ALL {
            assert_eq!(Severity::parse(severity.as_str()), Some(severity));
            let urgency = Urgency::implied_by(severity);
            assert_eq!(Urgency::parse(urgency.as_str()), Some(urgency));
        }
        assert_eq!(Severity::parse("APOCALYPTIC"), None);
        assert_eq!(Urgency::parse("whenever"), None);
    }
}

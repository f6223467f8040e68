//! What a person said of the decision behind an alert. A visit costs money once work begins, so where the decision asks for a second
//! look its booking is provisional: it keeps a slot that the verdict confirms or frees.

/// A reviewer's word, as far as a booking is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Approved, or changed to another failure mode of the component: the visit may be booked.
    Released,
    /// The decision does not stand, and neither does its visit.
    Rejected,
}

impl Verdict {
    pub const ALL: [Verdict; 2] = [Verdict::Released, Verdict::Rejected];

    pub fn name(self) -> &'static str {
        match self {
            Verdict::Released => "RELEASED",
            Verdict::Rejected => "REJECTED",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Verdict::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// How an alert is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booking {
    Firm,
    /// Until the reviewer has spoken.
    Provisional,
    Never,
}

/// The verdict may be heard before the alert that it is about: two producers' logs keep no common order.
pub fn booking(held: bool, verdict: Option<Verdict>) -> Booking {
    match (verdict, held) {
        (Some(Verdict::Rejected), _) => Booking::Never,
        (Some(Verdict::Released), _) | (None, false) => Booking::Firm,
        (None, true) => Booking::Provisional,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_decides_and_without_one_the_hold_does() {
        assert_eq!(booking(false, None), Booking::Firm);
        assert_eq!(booking(true, None), Booking::Provisional);
        for held in [false, true] {
            assert_eq!(booking(held, Some(Verdict::Released)), Booking::Firm);
            assert_eq!(booking(held, Some(Verdict::Rejected)), Booking::Never);
        }
    }
}

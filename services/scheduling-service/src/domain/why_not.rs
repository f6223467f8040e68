//! Why no slot was found: of all centres, the one that came nearest to having one says what stood in the way.

use super::reason::Reason;
use super::time::Quarter;

/// RFC 3339 in UTC; its first ten characters are the date.
const TIMESTAMP: &str = "%Y-%m-%dT%H:%M:%SZ";

/// How far a centre came. The further down, the nearer to a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    NoCenter,
    NoTechnician,
    NoBay,
    PartsTooLate,
    BeyondHorizon,
    /// Only for a start that was asked for.
    TooSoon,
    Closed,
    NobodyWorking,
    TooLong,
    Taken,
}

/// The closest reason why there is no slot.
#[derive(Debug, Clone, PartialEq)]
pub struct WhyNot {
    pub stage: Stage,
    pub reason: Reason,
}

impl WhyNot {
    /// Keeps the one that came nearer; on a tie the first.
    pub fn nearer(self, other: WhyNot) -> WhyNot {
        if other.stage > self.stage { other } else { self }
    }

    pub fn no_center() -> Self {
        Self::at(
            Stage::NoCenter,
            Reason::new("why_not.no_center", "There is no service centre."),
        )
    }

    pub fn no_technician(center_id: &str, skill: &str) -> Self {
        let text = format!("No technician of {center_id} has the skill {skill}.");
        let reason = Reason::new("why_not.no_technician", text)
            .with("center_id", center_id)
            .with("skill", skill);
        Self::at(Stage::NoTechnician, reason)
    }

    pub fn no_bay(center_id: &str, lift: bool) -> Self {
        let what = if lift {
            "bay of the needed kind with a lift"
        } else {
            "bay of the needed kind"
        };
        let reason = Reason::new("why_not.no_bay", format!("{center_id} has no {what}."));
        Self::at(Stage::NoBay, reason.with("center_id", center_id).with("lift", lift))
    }

    pub fn parts_too_late(center_id: &str, part_code: &str, ready: Quarter, until: Quarter) -> Self {
        let ready = ready.start().format(TIMESTAMP).to_string();
        let text = format!(
            "Part {part_code} reaches {center_id} only on {}, after the planning horizon.",
            &ready[..10]
        );
        let reason = Reason::new("why_not.parts_lead_time", text)
            .with("center_id", center_id)
            .with("part_code", part_code)
            .with("ready_at", ready)
            .with("until", until.start().format(TIMESTAMP).to_string());
        Self::at(Stage::PartsTooLate, reason)
    }

    pub fn closed(center_id: &str) -> Self {
        let text = format!("{center_id} is closed over the whole planning horizon.");
        Self::at(
            Stage::Closed,
            Reason::new("why_not.closed", text).with("center_id", center_id),
        )
    }

    pub fn nobody_working(center_id: &str, skill: &str) -> Self {
        let text = format!("No technician of {center_id} with the skill {skill} works within the planning horizon.");
        let reason = Reason::new("why_not.nobody_working", text)
            .with("center_id", center_id)
            .with("skill", skill);
        Self::at(Stage::NobodyWorking, reason)
    }

    pub fn too_long(center_id: &str, labour_quarters: i64) -> Self {
        let hours = labour_quarters as f64 / 4.0;
        let text = format!("The work of {hours} h fits into no stretch of working time at {center_id}.");
        let reason = Reason::new("why_not.too_long", text)
            .with("center_id", center_id)
            .with("labour_hours", hours);
        Self::at(Stage::TooLong, reason)
    }

    pub fn taken(center_id: &str, until: Quarter) -> Self {
        let until = until.start().format(TIMESTAMP).to_string();
        let text = format!(
            "Technicians or bays of {center_id} are fully booked until {}.",
            &until[..10]
        );
        let reason = Reason::new("why_not.fully_booked", text)
            .with("center_id", center_id)
            .with("until", until);
        Self::at(Stage::Taken, reason)
    }

    pub fn beyond_horizon(center_id: &str, until: Quarter) -> Self {
        let until = until.start().format(TIMESTAMP).to_string();
        let text = format!("Visits are planned only until {}.", &until[..10]);
        let reason = Reason::new("why_not.beyond_horizon", text)
            .with("center_id", center_id)
            .with("until", until);
        Self::at(Stage::BeyondHorizon, reason)
    }

    pub fn too_soon(center_id: &str, earliest: Quarter) -> Self {
        let earliest_at = earliest.start().format(TIMESTAMP).to_string();
        let text = format!("Notice and parts allow a start at {center_id} only from {earliest_at} on.");
        let reason = Reason::new("why_not.too_soon", text)
            .with("center_id", center_id)
            .with("earliest_at", earliest_at);
        Self::at(Stage::TooSoon, reason)
    }

    pub fn that_time(center_id: &str, start: Quarter) -> Self {
        let starts_at = start.start().format(TIMESTAMP).to_string();
        let text = format!("{center_id} has no technician and bay free for this work at {starts_at}.");
        let reason = Reason::new("why_not.time_not_free", text)
            .with("center_id", center_id)
            .with("starts_at", starts_at);
        Self::at(Stage::Taken, reason)
    }

    fn at(stage: Stage, reason: Reason) -> Self {
        WhyNot { stage, reason }
    }
}

//! The life of a visit: which steps are allowed from where, and who booked it.

use std::fmt;

use chrono::{DateTime, Duration, Utc};

use super::money::Money;
use super::network::{Component, Job, PartNeed, Resource};
use super::part_planning::{OnOrder, PlannedPart};
use super::reason::Reason;
use super::slot_search::Slot;
use super::stock::Source;
use super::time::{Quarter, Span};

/// Where a visit stands. There is no way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Wanted, but no slot has been found yet.
    Unplaced,
    Scheduled,
    Started,
    Completed,
    Cancelled,
}

/// What can happen to a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// An unplaced visit gets a slot.
    Place,
    /// A scheduled visit gets another slot.
    Move,
    Start,
    Complete,
    Cancel,
}

impl Status {
    pub const ALL: [Status; 5] = [
        Status::Unplaced,
        Status::Scheduled,
        Status::Started,
        Status::Completed,
        Status::Cancelled,
    ];

    /// The status after `step`, or none where the step is not allowed.
    pub fn after(self, step: Step) -> Option<Status> {
        match (self, step) {
            (Status::Unplaced, Step::Place) | (Status::Scheduled, Step::Move) => Some(Status::Scheduled),
            (Status::Scheduled, Step::Start) => Some(Status::Started),
            (Status::Started, Step::Complete) => Some(Status::Completed),
            (Status::Unplaced | Status::Scheduled, Step::Cancel) => Some(Status::Cancelled),
            _ => None,
        }
    }

    /// Neither completed nor cancelled.
    pub fn is_open(self) -> bool {
        matches!(self, Status::Unplaced | Status::Scheduled | Status::Started)
    }

    pub fn name(self) -> &'static str {
        match self {
            Status::Unplaced => "UNPLACED",
            Status::Scheduled => "SCHEDULED",
            Status::Started => "STARTED",
            Status::Completed => "COMPLETED",
            Status::Cancelled => "CANCELLED",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Step {
    /// The step as a word, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Step::Place => "place",
            Step::Move => "move",
            Step::Start => "start",
            Step::Complete => "complete",
            Step::Cancel => "cancel",
        }
    }
}

/// Who made a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookedBy {
    Auto,
    User,
}

impl BookedBy {
    pub fn name(self) -> &'static str {
        match self {
            BookedBy::Auto => "AUTO",
            BookedBy::User => "USER",
        }
    }
}

/// Whether what was suspected was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Confirmed,
    NotFound,
    OtherCause,
}

impl Verdict {
    pub const ALL: [Verdict; 3] = [Verdict::Confirmed, Verdict::NotFound, Verdict::OtherCause];

    pub fn name(self) -> &'static str {
        match self {
            Verdict::Confirmed => "CONFIRMED",
            Verdict::NotFound => "NOT_FOUND",
            Verdict::OtherCause => "OTHER_CAUSE",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Verdict::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// What was done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Replaced,
    Repaired,
    Adjusted,
    None,
}

impl Action {
    pub const ALL: [Action; 4] = [Action::Replaced, Action::Repaired, Action::Adjusted, Action::None];

    pub fn name(self) -> &'static str {
        match self {
            Action::Replaced => "REPLACED",
            Action::Repaired => "REPAIRED",
            Action::Adjusted => "ADJUSTED",
            Action::None => "NONE",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Action::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// What the technician found on one component. `notes` are free text and stay in this service.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub component: Component,
    pub failure_mode: Option<String>,
    pub verdict: Verdict,
    pub action: Action,
    pub parts: Vec<PartNeed>,
    pub notes: Option<String>,
}

/// Where and when a visit takes place.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    pub center_id: String,
    pub bay_id: String,
    pub technician_id: String,
    pub work: Span,
    pub reserved: Span,
    pub price: Money,
    pub starts_before_p05: Option<bool>,
    pub parts: Vec<PlannedPart>,
}

impl Placement {
    /// What a visit of this vehicle takes while it is here: no other visit has any of it at the same time.
    pub fn resources(&self, vehicle_id: &str) -> [Resource; 3] {
        [
            Resource::Vehicle(vehicle_id.to_owned()),
            Resource::Technician(self.technician_id.clone()),
            Resource::Bay {
                center_id: self.center_id.clone(),
                bay_id: self.bay_id.clone(),
            },
        ]
    }

    /// A part comes no longer from the shelf, but was ordered.
    pub fn order(&mut self, code: &str, arrives: Quarter) {
        for part in self.parts.iter_mut().filter(|part| part.code == code) {
            part.source = Source::Order;
            part.arrives = Some(arrives);
        }
    }

    /// What was ordered for the visit. Orders of earlier versions have no date: they were to be there when the work starts.
    pub fn on_order(&self) -> Vec<OnOrder> {
        let ordered = self.parts.iter().filter(|part| part.source == Source::Order);
        let on_its_way = |part: &PlannedPart| OnOrder {
            center_id: self.center_id.clone(),
            code: part.code.clone(),
            quantity: part.quantity,
            arrives: part.arrives.unwrap_or(self.work.start),
        };
        ordered.map(on_its_way).collect()
    }
}

impl From<&Slot> for Placement {
    fn from(slot: &Slot) -> Self {
        Placement {
            center_id: slot.center_id.clone(),
            bay_id: slot.bay_id.clone(),
            technician_id: slot.technician_id.clone(),
            work: slot.work,
            reserved: slot.reserved,
            price: slot.price,
            starts_before_p05: slot.starts_before_p05,
            parts: slot.parts.clone(),
        }
    }
}

/// What the technician reports at the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub findings: Vec<Finding>,
    pub odometer_km: Option<f64>,
    pub cost: Money,
}

/// A visit to a workshop, wanted, planned or done.
#[derive(Debug, Clone, PartialEq)]
pub struct Appointment {
    pub id: String,
    pub alert_id: Option<String>,
    pub decision_id: Option<String>,
    pub status: Status,
    /// Grows by one with every change.
    pub version: i64,
    pub booked_by: BookedBy,
    /// It keeps its slot and waits for a person's word on its decision; until then no work begins.
    pub provisional: bool,
    pub job: Job,
    /// None while unplaced, and for one that was cancelled before it was placed.
    pub placement: Option<Placement>,
    /// Why this slot; while unplaced, why none.
    pub why: Reason,
    pub cancel_reason: Option<Reason>,
    /// When an unplaced visit is tried again.
    pub retry_at: Option<DateTime<Utc>>,
    /// Of the request or event that asked for it.
    pub correlation_id: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub completed_at: Option<DateTime<Utc>>,
    pub report: Option<Report>,
}

/// A step that is not allowed from where the visit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a visit that is {status} cannot {}", .step.name())]
pub struct NotAllowed {
    pub status: Status,
    pub step: Step,
}

impl Appointment {
    /// A person said yes to its decision, or another decision needs nobody's word.
    pub fn confirm(&mut self, at: DateTime<Utc>) {
        self.provisional = false;
        self.version += 1;
        self.updated_at = at;
    }

    /// It is now for another alert that rests on it, and waits for a person's word if that one does.
    pub fn hand_to(&mut self, alert_id: String, decision_id: Option<String>, provisional: bool, at: DateTime<Utc>) {
        self.alert_id = Some(alert_id);
        self.decision_id = decision_id;
        self.provisional = provisional;
        self.version += 1;
        self.updated_at = at;
    }

    /// It stays in its slot, and something else of its placement has changed.
    pub fn plan(&mut self, placement: Placement, at: DateTime<Utc>) {
        self.placement = Some(placement);
        self.version += 1;
        self.updated_at = at;
    }

    /// Takes a step and counts the change, or says that the step is not allowed.
    pub fn step(&mut self, step: Step, at: DateTime<Utc>) -> Result<(), NotAllowed> {
        self.status = self.status.after(step).ok_or(NotAllowed {
            status: self.status,
            step,
        })?;
        self.version += 1;
        self.updated_at = at;
        Ok(())
    }

    /// The same work wanted anew, without a slot, in place of this visit that was cancelled undone.
    pub fn anew(&self, id: String, at: DateTime<Utc>) -> Self {
        Appointment {
            id,
            status: Status::Unplaced,
            version: 0,
            placement: None,
            why: Reason::not_tried(),
            cancel_reason: None,
            retry_at: None,
            created_at: at,
            updated_at: at,
            started_at: None,
            completed_at: None,
            report: None,
            ..self.clone()
        }
    }

    /// Nobody began it, and it was to end at least `grace` ago.
    pub fn is_missed(&self, now: DateTime<Utc>, grace: Duration) -> bool {
        let ends_at = self.placement.as_ref().map(|placement| placement.work.end.start());
        self.status == Status::Scheduled && ends_at.is_some_and(|ends_at| now.signed_duration_since(ends_at) >= grace)
    }

    /// What lists are ordered by: the start, or while there is none the time of asking.
    pub fn listed_at(&self) -> DateTime<Utc> {
        self.placement
            .as_ref()
            .map_or(self.created_at, |placement| placement.work.start.start())
    }
}

/// Whether an alert of this severity is booked without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Info,
    Warning,
    Critical,
    Emergency,
}

impl Severity {
    /// None for a name that this service does not know: such an alert is not booked by itself.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "INFO" => Some(Severity::Info),
            "WARNING" => Some(Severity::Warning),
            "CRITICAL" => Some(Severity::Critical),
            "EMERGENCY" => Some(Severity::Emergency),
            _ => None,
        }
    }

    pub fn books_itself(self) -> bool {
        self >= Severity::Critical
    }
}

#[cfg(test)]
mod tests {
    use super::super::slot_search_fixtures::{eur, now, small_job};
    use super::*;
    use proptest::prelude::*;

    const STEPS: [Step; 5] = [Step::Place, Step::Move, Step::Start, Step::Complete, Step::Cancel];

    fn progress(status: Status) -> u8 {
        match status {
            Status::Unplaced => 0,
            Status::Scheduled => 1,
            Status::Started => 2,
            Status::Completed | Status::Cancelled => 3,
        }
    }

    proptest! {
        #[test]
        fn a_visit_never_goes_back_and_ends_for_good(steps in proptest::collection::vec(0usize..5, 0..30)) {
            let mut status = Status::Unplaced;
            for step in steps {
                if let Some(next) = status.after(STEPS[step]) {
                    prop_assert!(progress(next) >= progress(status));
                    prop_assert!(status.is_open(), "{status} was left by {}", STEPS[step].name());
                    status = next;
                }
            }
        }
    }

    #[test]
    fn work_that_began_is_not_cancelled_and_only_begun_work_completes() {
        assert_eq!(Status::Started.after(Step::Cancel), None);
        assert_eq!(Status::Scheduled.after(Step::Complete), None);
        assert_eq!(Status::Started.after(Step::Complete), Some(Status::Completed));
        assert_eq!(Status::parse("SCHEDULED"), Some(Status::Scheduled));
    }

    #[test]
    fn only_critical_and_worse_books_itself() {
        assert!(Severity::Emergency.books_itself() && Severity::Critical.books_itself());
        assert!(!Severity::Warning.books_itself() && !Severity::Info.books_itself());
    }

    #[test]
    fn a_visit_is_missed_when_its_grace_is_over_and_not_before() {
        let end = Quarter(200);
        let grace = Duration::hours(12);
        let at = |status: Status, now: DateTime<Utc>| {
            let visit = Appointment {
                status,
                ..scheduled(Span::new(Quarter(190), end))
            };
            visit.is_missed(now, grace)
        };
        let over = end.start() + grace;
        assert!(at(Status::Scheduled, over) && !at(Status::Scheduled, over - Duration::seconds(1)));
        assert!(!at(Status::Started, over) && !at(Status::Cancelled, over));
        assert!(
            !scheduled(Span::new(Quarter(190), end))
                .anew("apt_2".into(), over)
                .is_missed(over, grace)
        );
    }

    #[test]
    fn a_part_that_is_gone_from_the_shelf_is_on_order_from_then_on() {
        let part = |code: &str, quantity| PlannedPart {
            code: code.into(),
            quantity,
            source: Source::Stock,
            arrives: None,
        };
        let mut placement = scheduled(Span::new(Quarter(190), Quarter(200))).placement.unwrap();
        placement.parts = vec![part("PAD", 2), part("DISC", 1)];
        assert!(placement.on_order().is_empty());
        placement.order("PAD", Quarter(300));
        let ordered = OnOrder {
            center_id: "ctr_0".into(),
            code: "PAD".into(),
            quantity: 2,
            arrives: Quarter(300),
        };
        assert_eq!(placement.on_order(), [ordered]);
        assert_eq!(placement.parts[1], part("DISC", 1));
    }

    fn scheduled(work: Span) -> Appointment {
        let job = small_job();
        let placement = Placement {
            center_id: "ctr_0".into(),
            bay_id: "bay_0".into(),
            technician_id: "usr_0_0".into(),
            work,
            reserved: work,
            price: eur(1),
            starts_before_p05: None,
            parts: Vec::new(),
        };
        Appointment {
            id: "apt_1".into(),
            alert_id: None,
            decision_id: None,
            status: Status::Scheduled,
            version: 1,
            booked_by: BookedBy::Auto,
            provisional: false,
            job,
            placement: Some(placement),
            why: Reason::not_tried(),
            cancel_reason: None,
            retry_at: None,
            correlation_id: "cor_1".into(),
            created_at: now(),
            updated_at: now(),
            started_at: None,
            completed_at: None,
            report: None,
        }
    }
}

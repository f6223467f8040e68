//! Time as the planner counts it: quarters of an hour since 1970-01-01T00:00Z, and half-open spans of them.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, Utc};

/// The years in which somebody may ask for something: sums with times in them stay far from the end of the calendar.
pub const YEARS: RangeInclusive<i32> = 1970..=2200;

/// Whether a time that somebody names can be planned with.
pub fn is_plannable(at: DateTime<Utc>) -> bool {
    YEARS.contains(&at.year())
}

/// How many quarters a day has.
pub const QUARTERS_PER_DAY: i64 = 96;
const SECONDS_PER_QUARTER: i64 = 900;

/// A quarter of an hour, counted from 1970-01-01T00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter(pub i64);

impl Quarter {
    /// The quarter in which `at` lies.
    pub fn containing(at: DateTime<Utc>) -> Self {
        Quarter(at.timestamp().div_euclid(SECONDS_PER_QUARTER))
    }

    /// The first quarter that starts at `at` or later.
    pub fn at_or_after(at: DateTime<Utc>) -> Self {
        let floor = Quarter::containing(at);
        if floor.start() == at {
            floor
        } else {
            Quarter(floor.0 + 1)
        }
    }

    /// The quarter that starts exactly at `at`, if one does.
    pub fn starting(at: DateTime<Utc>) -> Option<Self> {
        let floor = Quarter::containing(at);
        (floor.start() == at).then_some(floor)
    }

    /// When it starts.
    pub fn start(self) -> DateTime<Utc> {
        // Seconds of any quarter made from a DateTime are in range; one beyond it is clamped to the end of time.
        DateTime::from_timestamp(self.0.saturating_mul(SECONDS_PER_QUARTER), 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The quarter `count` later (earlier if negative).
    pub fn plus(self, count: i64) -> Self {
        Quarter(self.0.saturating_add(count))
    }
}

/// Quarters from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: Quarter,
    pub end: Quarter,
}

impl Span {
    pub fn new(start: Quarter, end: Quarter) -> Self {
        Span { start, end }
    }

    /// Every quarter that the time from `from` to `to` touches.
    pub fn covering(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        Span::new(Quarter::containing(from), Quarter::at_or_after(to))
    }

    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Each quarter in it.
    pub fn quarters(self) -> impl Iterator<Item = Quarter> {
        (self.start.0..self.end.0).map(Quarter)
    }
}

/// Marks on the quarters of a horizon, from which "is anything marked in this span" is answered in constant time.
#[derive(Debug, Clone)]
pub struct Timeline {
    horizon: Span,
    marked: Vec<bool>,
}

impl Timeline {
    pub fn new(horizon: Span) -> Self {
        let length = usize::try_from((horizon.end.0 - horizon.start.0).max(0)).unwrap_or(0);
        Timeline {
            horizon,
            marked: vec![false; length],
        }
    }

    /// Marks what of `span` lies in the horizon.
    pub fn mark(&mut self, span: Span) {
        self.set(span, true);
    }

    /// Removes the marks of `span`.
    pub fn clear(&mut self, span: Span) {
        self.set(span, false);
    }

    fn set(&mut self, span: Span, value: bool) {
        let from = self.index(span.start);
        let to = self.index(span.end);
        for mark in self.marked.iter_mut().take(to).skip(from) {
            *mark = value;
        }
    }

    pub fn is_marked(&self, quarter: Quarter) -> bool {
        let inside = quarter >= self.horizon.start && quarter < self.horizon.end;
        inside && self.marked[self.index(quarter)]
    }

    /// The marked quarters in order.
    pub fn marked(&self) -> Vec<Quarter> {
        self.horizon
            .quarters()
            .zip(&self.marked)
            .filter_map(|(quarter, marked)| marked.then_some(quarter))
            .collect()
    }

    pub fn counts(&self) -> Counts {
        let mut before = Vec::with_capacity(self.marked.len() + 1);
        let mut sum = 0u32;
        before.push(0);
        for marked in &self.marked {
            sum += u32::from(*marked);
            before.push(sum);
        }
        Counts {
            horizon: self.horizon,
            before,
        }
    }

    fn index(&self, quarter: Quarter) -> usize {
        index_in(self.horizon, quarter)
    }
}

/// How many marks lie before each quarter of a horizon.
#[derive(Debug, Clone)]
pub struct Counts {
    horizon: Span,
    before: Vec<u32>,
}

impl Counts {
    /// How many quarters of `span` are marked; what lies outside the horizon counts as unmarked.
    pub fn within(&self, span: Span) -> u32 {
        let from = self.before[index_in(self.horizon, span.start)];
        let to = self.before[index_in(self.horizon, span.end)];
        to.saturating_sub(from)
    }
}

fn index_in(horizon: Span, quarter: Quarter) -> usize {
    let clamped = quarter.0.clamp(horizon.start.0, horizon.end.0.max(horizon.start.0));
    usize::try_from(clamped - horizon.start.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn quarters_round_down_and_up() {
        let exact = at("2026-05-04T07:15:00Z");
        let inside = at("2026-05-04T07:15:01Z");
        assert_eq!(Quarter::containing(inside).start(), exact);
        assert_eq!(Quarter::at_or_after(inside).start(), at("2026-05-04T07:30:00Z"));
        assert_eq!(Quarter::at_or_after(exact).start(), exact);
        assert_eq!(Quarter::starting(exact), Some(Quarter::containing(exact)));
        assert_eq!(Quarter::starting(inside), None);
    }

    #[test]
    fn only_times_of_this_age_can_be_planned_with() {
        for (text, plannable) in [
            ("1969-12-31T23:59:59Z", false),
            ("1970-01-01T00:00:00Z", true),
            ("2200-12-31T23:59:59Z", true),
            ("2201-01-01T00:00:00Z", false),
            ("+262142-12-25T00:00:00Z", false),
            ("-262143-01-01T00:00:00Z", false),
        ] {
            assert_eq!(is_plannable(at(text)), plannable, "{text}");
        }
    }

    #[test]
    fn counts_answer_for_spans_that_leave_the_horizon() {
        let horizon = Span::new(Quarter(100), Quarter(110));
        let mut timeline = Timeline::new(horizon);
        timeline.mark(Span::new(Quarter(90), Quarter(103)));
        timeline.mark(Span::new(Quarter(108), Quarter(200)));
        let counts = timeline.counts();
        assert_eq!(counts.within(Span::new(Quarter(0), Quarter(1000))), 5);
        assert_eq!(counts.within(Span::new(Quarter(103), Quarter(108))), 0);
        assert_eq!(counts.within(Span::new(Quarter(102), Quarter(109))), 2);
        assert!(timeline.is_marked(Quarter(100)) && !timeline.is_marked(Quarter(99)));
    }
}

//! Finding the best slots for one job: every feasible (technician, bay, start), ranked by what it is expected to cost.
//!
//! A visit's labour runs through the technician's working time and pauses over breaks. Only work that is longer than
//! the technician's whole day goes on the next day. Vehicle, technician and bay stay taken from the start to the end of
//! the work and for a buffer after it.

use chrono::{DateTime, Duration, Utc};

use super::appointment::Placement;
use super::hours::{open_hours, working_time};
use super::money::Money;
use super::network::{Bay, Center, Job, Location, Network, Resource, Technician};
use super::part_planning::{OnOrder, PlannedPart, arrival, plan_parts};
use super::reason::Reason;
use super::risk::RemainingLife;
use super::stock::Source;
use super::time::{Counts, QUARTERS_PER_DAY, Quarter, Span, Timeline};
use super::why_not::WhyNot;

/// How the house plans.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    pub horizon_days: i64,
    /// No visit starts sooner than this after now.
    pub notice_minutes: i64,
    pub buffer_quarters: i64,
    /// Within how many days a part comes that the centre has never listed.
    pub unlisted_part_lead_time_days: i64,
    pub travel_minor_per_km: f64,
    /// How many slots a search returns.
    pub alternatives: usize,
    /// How many days work may stretch over.
    pub longest_stay_days: i64,
}

/// What the asker wants beside the job.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wish {
    pub center_id: Option<String>,
    pub technician_id: Option<String>,
    pub bay_id: Option<String>,
    /// Only this start will do.
    pub start: Option<Quarter>,
    /// Where the vehicle comes from.
    pub from: Option<Location>,
    /// What was ordered for the visit already, where one is to be moved.
    pub on_order: Vec<OnOrder>,
    /// The visit that the slot would move: its own time does not keep the vehicle from another.
    pub moves: Option<String>,
}

/// A feasible slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    pub center_id: String,
    pub bay_id: String,
    pub technician_id: String,
    /// From the start to the end of the work.
    pub work: Span,
    /// The work and the buffer after it: what vehicle, technician and bay are taken for.
    pub reserved: Span,
    pub parts: Vec<PlannedPart>,
    pub price: Money,
    pub waiting_minor: i64,
    pub travel_minor: i64,
    pub failure_probability: f64,
    /// None where no remaining life was predicted.
    pub starts_before_p05: Option<bool>,
}

impl Slot {
    /// What the ranking compares, in minor units: waiting, price and travel together.
    pub fn expected_cost_minor(&self) -> i64 {
        expected_cost(self.waiting_minor, self.price, self.travel_minor)
    }

    /// What an offer keeps. Not the vehicle: of several offers it takes one, and they may be for the same time.
    pub fn resources(&self) -> [Resource; 2] {
        [
            Resource::Technician(self.technician_id.clone()),
            Resource::Bay {
                center_id: self.center_id.clone(),
                bay_id: self.bay_id.clone(),
            },
        ]
    }

    /// Parts that were ordered for the visit where it stood come when they were to come.
    pub fn with_orders_of(mut self, before: &Placement) -> Self {
        let on_order = before.on_order();
        for part in self.parts.iter_mut().filter(|part| part.source == Source::Order) {
            part.arrives = arrival(&on_order, &self.center_id, &part.code, part.quantity).or(part.arrives);
        }
        self
    }

    /// Why this slot.
    pub fn why(&self) -> Reason {
        let percent = (self.failure_probability * 1000.0).round() / 10.0;
        let reason = match self.starts_before_p05 {
            Some(true) => Reason::new(
                "slot.before_risk",
                format!("Starts before the part is likely to fail: the risk of a breakdown until then is {percent} %."),
            ),
            Some(false) => Reason::new(
                "slot.after_p05",
                format!("The best that is free, though the risk of a breakdown until then is {percent} %."),
            ),
            None => Reason::new("slot.by_urgency", "The best that is free for this urgency."),
        };
        let waits = self.parts.iter().any(|part| part.source == Source::Order);
        reason
            .with("risk_percent", percent)
            .with("expected_cost_minor", self.expected_cost_minor())
            .with("waits_for_parts", waits)
    }
}

fn expected_cost(waiting_minor: i64, price: Money, travel_minor: i64) -> i64 {
    waiting_minor
        .saturating_add(price.amount_minor)
        .saturating_add(travel_minor)
}

/// The best slots, no two of which take the same technician or bay at the same time; or why there is none.
pub fn search(
    network: &Network,
    job: &Job,
    policy: &Policy,
    wish: &Wish,
    now: DateTime<Utc>,
) -> Result<Vec<Slot>, WhyNot> {
    let mut found = Vec::new();
    let mut why_not = WhyNot::no_center();
    let wanted = |center: &&Center| wish.center_id.as_ref().is_none_or(|id| *id == center.id);
    for center in network.centers.iter().filter(wanted) {
        match Desk::open(network, center, job, policy, wish, now).and_then(|desk| desk.options()) {
            Ok(options) => found.extend(options),
            Err(reason) => why_not = why_not.nearer(reason),
        }
    }
    if found.is_empty() {
        return Err(why_not);
    }
    found.sort_by(|one, other| one.rank().cmp(&other.rank()));
    Ok(pick(&found, policy.alternatives.max(1)))
}

/// How far ahead anything is planned at all, which also bounds the work of one search.
const PLANNING_DAYS_MAX: i64 = 366;

/// Until when a search looks: the horizon from now (or from when the job may begin), or far enough for a wished start.
pub fn horizon_end(policy: &Policy, job: &Job, wish: &Wish, now: DateTime<Utc>) -> Quarter {
    let today = Quarter::containing(now);
    let begin = today.max(job.not_before.unwrap_or(today));
    let usual = begin.plus(policy.horizon_days.max(1) * QUARTERS_PER_DAY);
    let stay = policy.longest_stay_days.max(1) * QUARTERS_PER_DAY;
    let wanted = wish.start.map_or(usual, |start| usual.max(start.plus(stay)));
    wanted.min(today.plus(PLANNING_DAYS_MAX * QUARTERS_PER_DAY))
}

/// A feasible (technician, start) with a free bay, before strings are copied.
struct Choice<'a> {
    desk_center: &'a Center,
    technician: &'a Technician,
    bays: std::rc::Rc<Vec<(&'a Bay, Counts)>>,
    parts: std::rc::Rc<Vec<PlannedPart>>,
    work: Span,
    reserved: Span,
    price: Money,
    waiting_minor: i64,
    travel_minor: i64,
    load: u32,
    job: &'a Job,
    /// The job's remaining life, given that the part works now.
    life: RemainingLife,
}

impl<'a> Choice<'a> {
    /// Cheapest first, then earliest, then the technician with the least to do; names make it repeatable.
    fn rank(&self) -> (i64, Quarter, u32, &'a str, &'a str) {
        let cost = expected_cost(self.waiting_minor, self.price, self.travel_minor);
        (
            cost,
            self.work.start,
            self.load,
            &self.desk_center.id,
            &self.technician.id,
        )
    }

    /// The slot in the first bay that is free and not taken by `picked`.
    fn settle(&self, picked: &[Slot]) -> Option<Slot> {
        let clashes = |slot: &&Slot| slot.reserved.overlaps(self.reserved);
        if picked
            .iter()
            .filter(clashes)
            .any(|slot| slot.technician_id == self.technician.id)
        {
            return None;
        }
        let taken = |bay: &Bay| {
            picked
                .iter()
                .filter(clashes)
                .any(|slot| slot.center_id == self.desk_center.id && slot.bay_id == bay.id)
        };
        let free = |(bay, busy): &&(&Bay, Counts)| busy.within(self.reserved) == 0 && !taken(bay);
        let (bay, _) = self.bays.iter().find(free)?;
        let starts_at = self.work.start.start();
        let foretold = &self.job.life;
        Some(Slot {
            center_id: self.desk_center.id.clone(),
            bay_id: bay.id.clone(),
            technician_id: self.technician.id.clone(),
            work: self.work,
            reserved: self.reserved,
            parts: self.parts.to_vec(),
            price: self.price,
            waiting_minor: self.waiting_minor,
            travel_minor: self.travel_minor,
            failure_probability: self.life.failure_probability(starts_at),
            starts_before_p05: foretold.predicted.then_some(starts_at < foretold.p05_at),
        })
    }
}

fn pick(ranked: &[Choice<'_>], count: usize) -> Vec<Slot> {
    let mut picked: Vec<Slot> = Vec::with_capacity(count);
    for choice in ranked {
        if picked.len() == count {
            break;
        }
        picked.extend(choice.settle(&picked));
    }
    picked
}

/// One centre, made ready for one job.
struct Desk<'a> {
    network: &'a Network,
    center: &'a Center,
    job: &'a Job,
    /// Given that the part works now.
    life: RemainingLife,
    policy: &'a Policy,
    wish: &'a Wish,
    technicians: Vec<&'a Technician>,
    bays: std::rc::Rc<Vec<(&'a Bay, Counts)>>,
    parts: std::rc::Rc<Vec<PlannedPart>>,
    price: Money,
    travel_minor: i64,
    /// When the vehicle is in a workshop already.
    vehicle: Counts,
    /// What timelines cover; it begins a day before now, so that a day's whole working time is seen.
    window: Span,
    earliest: Quarter,
}

impl<'a> Desk<'a> {
    fn open(
        network: &'a Network,
        center: &'a Center,
        job: &'a Job,
        policy: &'a Policy,
        wish: &'a Wish,
        now: DateTime<Utc>,
    ) -> Result<Self, WhyNot> {
        let window = Span::new(
            Quarter::containing(now).plus(-QUARTERS_PER_DAY),
            horizon_end(policy, job, wish, now),
        );
        let able = |technician: &&Technician| {
            technician.center_id == center.id
                && technician.skills.contains(&job.required_skill)
                && wish.technician_id.as_ref().is_none_or(|id| *id == technician.id)
        };
        let technicians: Vec<_> = network.technicians.iter().filter(able).collect();
        if technicians.is_empty() {
            return Err(WhyNot::no_technician(&center.id, &job.required_skill));
        }
        let reach = reach(window, policy);
        let bays = suitable_bays(network, center, job, wish, reach);
        if bays.is_empty() {
            return Err(WhyNot::no_bay(&center.id, job.bay.lift));
        }
        let (parts, price, ready) = plan_parts(network, center, job, policy, wish, now, window.end)?;
        let notice = Quarter::at_or_after(now + Duration::minutes(policy.notice_minutes.max(0)));
        let earliest = notice.max(ready).max(job.not_before.unwrap_or(notice));
        if earliest.max(wish.start.unwrap_or(earliest)) >= window.end {
            return Err(WhyNot::beyond_horizon(&center.id, window.end));
        }
        if wish.start.is_some_and(|start| start < earliest) {
            return Err(WhyNot::too_soon(&center.id, earliest));
        }
        let travel_minor = travel_minor(center, policy, wish);
        let vehicle = marks(reach, network.busy(&Resource::Vehicle(job.vehicle_id.clone())));
        let (bays, parts) = (std::rc::Rc::new(bays), std::rc::Rc::new(parts));
        Ok(Desk {
            network,
            center,
            job,
            life: job.life.outlived(now),
            policy,
            wish,
            technicians,
            bays,
            parts,
            price,
            travel_minor,
            vehicle,
            window,
            earliest,
        })
    }

    /// Every start of every technician for which some bay is free.
    fn options(&self) -> Result<Vec<Choice<'a>>, WhyNot> {
        let open = open_hours(self.window, self.center.offset, &self.center.hours);
        let rest = Span::new(self.earliest, self.window.end);
        if open.counts().within(rest) == 0 {
            return Err(WhyNot::closed(&self.center.id));
        }
        let mut choices = Vec::new();
        let mut why_not = WhyNot::nobody_working(&self.center.id, &self.job.required_skill);
        for technician in &self.technicians {
            let day = WorkingDay::of(self, technician, &open);
            let stretches = day.stretches(self);
            if day.working.iter().any(|quarter| *quarter >= self.earliest) {
                why_not = why_not.nearer(WhyNot::too_long(&self.center.id, self.job.labour_quarters));
            }
            if !stretches.is_empty() {
                why_not = why_not.nearer(match self.wish.start {
                    Some(start) => WhyNot::that_time(&self.center.id, start),
                    None => WhyNot::taken(&self.center.id, self.window.end),
                });
            }
            let free = |work: &Span| {
                let reserved = self.reserved(*work);
                day.busy.within(reserved) == 0 && self.vehicle.within(reserved) == 0 && self.has_bay(reserved)
            };
            let wanted = |work: &Span| self.wish.start.is_none_or(|start| start == work.start);
            let feasible = stretches.into_iter().filter(wanted).filter(free);
            choices.extend(feasible.map(|work| self.choice(technician, work, day.load)));
        }
        if choices.is_empty() { Err(why_not) } else { Ok(choices) }
    }

    fn reserved(&self, work: Span) -> Span {
        Span::new(work.start, work.end.plus(self.policy.buffer_quarters.max(0)))
    }

    fn has_bay(&self, reserved: Span) -> bool {
        self.bays.iter().any(|(_, busy)| busy.within(reserved) == 0)
    }

    fn choice(&self, technician: &'a Technician, work: Span, load: u32) -> Choice<'a> {
        let job = self.job;
        Choice {
            desk_center: self.center,
            technician,
            bays: self.bays.clone(),
            parts: self.parts.clone(),
            work,
            reserved: self.reserved(work),
            price: self.price,
            waiting_minor: self
                .life
                .waiting_cost_minor(work.start.start(), work.end.start(), job.stakes),
            travel_minor: self.travel_minor,
            load,
            job,
            life: self.life,
        }
    }
}

/// A technician's working quarters in order, and what is taken of them.
struct WorkingDay {
    working: Vec<Quarter>,
    counts: Counts,
    absent: Counts,
    busy: Counts,
    load: u32,
}

impl WorkingDay {
    fn of(desk: &Desk<'_>, technician: &Technician, open: &Timeline) -> Self {
        let timeline = working_time(open, desk.window, desk.center.offset, &technician.rota);
        let busy = marks(
            reach(desk.window, desk.policy),
            desk.network.busy(&Resource::Technician(technician.id.clone())),
        );
        let load = busy.within(desk.window);
        let absent = marks(desk.window, &technician.rota.absences);
        WorkingDay {
            working: timeline.marked(),
            counts: timeline.counts(),
            absent,
            busy,
            load,
        }
    }

    /// Every stretch of working time that takes the labour, whether or not it is free.
    fn stretches(&self, desk: &Desk<'_>) -> Vec<Span> {
        let labour = usize::try_from(desk.job.labour_quarters.max(1)).unwrap_or(1);
        let longest = desk.policy.longest_stay_days.max(1) * QUARTERS_PER_DAY;
        let offset = desk.center.offset;
        let mut found = Vec::new();
        for pair in self.working.windows(labour) {
            let (first, last) = (pair[0], pair[labour - 1]);
            if first < desk.earliest {
                continue;
            }
            let work = Span::new(first, last.plus(1));
            let day = offset.local_day(first);
            let fits_in_a_day =
                i64::from(self.counts.within(local_day_span(first, offset))) >= desk.job.labour_quarters;
            let same_day = offset.local_day(last) == day;
            let stays_too_long = work.end.0 - work.start.0 > longest;
            if (fits_in_a_day && !same_day) || stays_too_long || self.absent.within(work) > 0 {
                continue;
            }
            found.push(work);
        }
        found
    }
}

fn local_day_span(quarter: Quarter, offset: super::hours::UtcOffset) -> Span {
    let start = Quarter(offset.local_day(quarter) * QUARTERS_PER_DAY - offset.minutes() / 15);
    Span::new(start, start.plus(QUARTERS_PER_DAY))
}

/// What is looked at of the time that is taken: work ends within the window, but its buffer may reach beyond it.
fn reach(window: Span, policy: &Policy) -> Span {
    Span::new(window.start, window.end.plus(policy.buffer_quarters.max(0)))
}

fn marks(window: Span, spans: &[Span]) -> Counts {
    let mut timeline = Timeline::new(window);
    spans.iter().for_each(|span| timeline.mark(*span));
    timeline.counts()
}

/// Bays that meet the need, the plainest first, so that rare ones stay free for the work that needs them.
fn suitable_bays<'a>(
    network: &'a Network,
    center: &'a Center,
    job: &Job,
    wish: &Wish,
    reach: Span,
) -> Vec<(&'a Bay, Counts)> {
    let wanted = |bay: &&Bay| job.bay.met_by(bay) && wish.bay_id.as_ref().is_none_or(|id| *id == bay.id);
    let mut bays: Vec<_> = center.bays.iter().filter(wanted).collect();
    bays.sort_by(|one, other| {
        (one.kinds.len(), one.has_lift, &one.id).cmp(&(other.kinds.len(), other.has_lift, &other.id))
    });
    let busy = |bay: &Bay| {
        let resource = Resource::Bay {
            center_id: center.id.clone(),
            bay_id: bay.id.clone(),
        };
        marks(reach, network.busy(&resource))
    };
    bays.into_iter().map(|bay| (bay, busy(bay))).collect()
}

fn travel_minor(center: &Center, policy: &Policy, wish: &Wish) -> i64 {
    let (Some(from), Some(to)) = (wish.from, center.location) else {
        return 0;
    };
    // There and back by road, which is about 1.3 times the straight line.
    (from.distance_km(to) * 2.0 * 1.3 * policy.travel_minor_per_km).round() as i64
}

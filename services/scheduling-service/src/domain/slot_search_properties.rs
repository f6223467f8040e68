//! Properties of the slot search on random networks: nothing is double-booked, hours and skills hold, the best is best.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc, Weekday};
use proptest::prelude::*;

use super::hours::{Break, DailyHours, Rota, UtcOffset};
use super::money::{Currency, Money};
use super::network::{Bay, BayKind, BayNeed, Center, Job, Network, Part, PartNeed, Resource, Technician};
use super::risk::{LifeKm, RemainingLife, Stakes};
use super::slot_search::{Policy, Slot, Wish, search};
use super::stock::{Source, Stock};
use super::time::{Quarter, Span};
use super::why_not::Stage;

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
const SKILLS: [&str; 2] = ["brakes", "engine"];

/// Monday 2026-05-04, five past ten UTC: not on a quarter, in the middle of a working day.
fn now() -> DateTime<Utc> {
    "2026-05-04T10:05:00Z".parse().unwrap()
}

fn eur(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::parse("EUR").unwrap())
}

fn policy() -> Policy {
    Policy {
        horizon_days: 3,
        notice_minutes: 60,
        buffer_quarters: 1,
        unlisted_part_lead_time_days: 1,
        travel_minor_per_km: 30.0,
        alternatives: 3,
        longest_stay_days: 3,
    }
}

fn every_day(from_hour: i64, to_hour: i64) -> Vec<DailyHours> {
    WEEK.iter().map(|day| DailyHours::new(*day, from_hour * 60, to_hour * 60).unwrap()).collect()
}

/// A centre as drawn at random: how it opens, its bays (kind, lift), its technicians (skills, shift, absence), stock.
type Drawn = (i64, i64, Vec<(bool, bool)>, Vec<(u8, i64, i64, i64)>, i64, i64);

fn center() -> impl Strategy<Value = Drawn> {
    let often = || prop_oneof![1 => Just(false), 3 => Just(true)];
    let bays = proptest::collection::vec((often(), often()), 0..4);
    let skills = prop_oneof![1 => 0u8..4, 2 => Just(3u8)];
    let technicians = proptest::collection::vec((skills, 6i64..14, 2i64..10, 0i64..6), 0..4);
    (-8i64..8, 0i64..3, bays, technicians, 0i64..3, 5_000i64..12_000)
}

fn job() -> impl Strategy<Value = Job> {
    let parts = proptest::collection::vec(1i64..3, 0..2);
    let labour = prop_oneof![3 => 1i64..16, 1 => 16i64..60];
    (0usize..2, labour, parts, any::<bool>(), any::<bool>(), 1.0f64..400.0, 0i64..2_000).prop_map(
        |(skill, labour_quarters, parts, heavy, lift, p05, standing)| Job {
            vehicle_id: "V1".into(),
            component: None,
            required_skill: SKILLS[skill].into(),
            labour_quarters,
            parts: parts.into_iter().map(|quantity| PartNeed { code: "PAD".into(), quantity }).collect(),
            bay: BayNeed { kind: if heavy { BayKind::Heavy } else { BayKind::General }, lift },
            life: RemainingLife::from_km(now(), LifeKm { p05, p50: p05 * 2.0, p95: p05 * 4.0 }, 60.0),
            stakes: Stakes { breakdown_minor: 300_000, standing_minor_per_day: standing },
            not_before: None,
        },
    )
}

fn network(drawn: Vec<Drawn>, busy: Vec<(usize, i64, i64)>) -> Network {
    let mut network = Network::default();
    for (number, (offset, lead_time_days, bays, technicians, stock, labour)) in drawn.into_iter().enumerate() {
        let id = format!("ctr_{number}");
        for (index, (skills, from, length, absent)) in technicians.into_iter().enumerate() {
            let rota = Rota {
                hours: every_day(from, (from + length).min(24)),
                breaks: vec![Break::new(None, 12 * 60, 12 * 60 + 30).unwrap()],
                absences: vec![Span::covering(now() + Duration::hours(absent * 7), now() + Duration::hours(absent * 9))],
            };
            let has = |bit: usize| skills & (1 << bit) != 0;
            let skills = (0..2).filter(|bit| has(*bit)).map(|bit| SKILLS[bit].to_owned()).collect();
            network.technicians.push(Technician { id: format!("usr_{number}_{index}"), center_id: id.clone(), skills, rota });
        }
        let bay = |(index, (heavy, has_lift)): (usize, (bool, bool))| Bay {
            id: format!("bay_{index}"),
            name: String::new(),
            kinds: if heavy { vec![BayKind::General, BayKind::Heavy] } else { vec![BayKind::General] },
            has_lift,
        };
        network.parts.push(Part {
            center_id: id.clone(),
            code: "PAD".into(),
            name: String::new(),
            stock: Stock::new(stock, 0).unwrap(),
            lead_time_days,
            price: eur(4_000),
        });
        network.centers.push(Center {
            id,
            name: String::new(),
            offset: UtcOffset::from_minutes(offset * 60).unwrap(),
            time_zone: None,
            location: None,
            labour_per_hour: eur(labour),
            hours: every_day(7, 19),
            bays: bays.into_iter().enumerate().map(bay).collect(),
        });
    }
    for (which, hour, hours) in busy {
        let resources = resources(&network);
        if let Some(resource) = resources.get(which % resources.len().max(1)) {
            let from = now() + Duration::hours(hour);
            let span = Span::covering(from, from + Duration::hours(hours));
            network.busy.entry(resource.key()).or_default().push(span);
        }
    }
    network
}

fn resources(network: &Network) -> Vec<Resource> {
    let technicians = network.technicians.iter().map(|technician| Resource::Technician(technician.id.clone()));
    let bays = network.centers.iter().flat_map(|center| {
        center.bays.iter().map(|bay| Resource::Bay { center_id: center.id.clone(), bay_id: bay.id.clone() })
    });
    technicians.chain(bays).collect()
}

/// Whether a technician works in a quarter, straight from the definition.
fn works(network: &Network, technician: &Technician, quarter: Quarter) -> bool {
    let center = network.center(&technician.center_id).unwrap();
    let local = quarter.start() + Duration::minutes(center.offset.minutes());
    let weekday = chrono::Datelike::weekday(&local);
    let minute = i64::from(chrono::Timelike::hour(&local) * 60 + chrono::Timelike::minute(&local));
    let within = |(from, to): (i64, i64)| from <= minute && minute < to;
    let on = |hours: &[DailyHours]| hours.iter().any(|stretch| stretch.weekday() == weekday && within(stretch.minutes()));
    let pause = technician.rota.breaks.iter().any(|pause| within(pause.minutes()));
    let one = Span::new(quarter, quarter.plus(1));
    let away = technician.rota.absences.iter().any(|absence| absence.overlaps(one));
    on(&center.hours) && on(&technician.rota.hours) && !pause && !away
}

/// Walks quarter by quarter from `start`; none if the technician does not work there or the work does not fit.
fn walk(network: &Network, technician: &Technician, job: &Job, start: Quarter, until: Quarter) -> Option<Span> {
    let offset = network.center(&technician.center_id).unwrap().offset;
    let day = |quarter: Quarter| offset.local_day(quarter);
    let (mut left, mut quarter) = (job.labour_quarters, start);
    if !works(network, technician, start) {
        return None;
    }
    while left > 0 {
        if quarter >= until || technician.rota.absences.iter().any(|absence| absence.overlaps(Span::new(quarter, quarter.plus(1)))) {
            return None;
        }
        left -= i64::from(works(network, technician, quarter));
        quarter = quarter.plus(1);
    }
    let work = Span::new(start, quarter);
    let today = (-96..96).map(|step| start.plus(step)).filter(|other| day(*other) == day(start));
    let whole_day = today.filter(|other| works(network, technician, *other)).count() as i64;
    let over_night = day(quarter.plus(-1)) != day(start);
    let too_long = work.end.0 - work.start.0 > policy().longest_stay_days * 96;
    (!(over_night && whole_day >= job.labour_quarters) && !too_long).then_some(work)
}

/// The cheapest slot by trying everything: each technician, bay and quarter.
fn brute_force(network: &Network, job: &Job) -> Option<(i64, Quarter)> {
    let until = Quarter::containing(now()).plus(policy().horizon_days * 96);
    let mut best: Option<(i64, Quarter)> = None;
    for technician in &network.technicians {
        let center = network.center(&technician.center_id).unwrap();
        if !technician.skills.contains(&job.required_skill) {
            continue;
        }
        let (extra, ready) = parts_of(network, &center.id, job);
        let earliest = Quarter::at_or_after(now() + Duration::minutes(60)).max(ready);
        for start in Span::new(earliest, until).quarters() {
            let Some(work) = walk(network, technician, job, start, until) else { continue };
            let reserved = Span::new(work.start, work.end.plus(policy().buffer_quarters));
            let free = |resource: Resource| !network.busy(&resource).iter().any(|span| span.overlaps(reserved));
            let bay = center.bays.iter().any(|bay| {
                job.bay.met_by(bay) && free(Resource::Bay { center_id: center.id.clone(), bay_id: bay.id.clone() })
            });
            if !bay || !free(Resource::Technician(technician.id.clone())) {
                continue;
            }
            let labour = (job.labour_quarters * center.labour_per_hour.amount_minor + 2).div_euclid(4);
            let waiting = job.life.waiting_cost_minor(work.start.start(), work.end.start(), job.stakes);
            let option = (labour + extra + waiting, start);
            best = Some(best.map_or(option, |known| known.min(option)));
        }
    }
    best
}

fn parts_of(network: &Network, center_id: &str, job: &Job) -> (i64, Quarter) {
    let mut ready = Quarter(0);
    let mut price = 0;
    for need in &job.parts {
        let part = network.part(center_id, &need.code).unwrap();
        price += part.price.amount_minor * need.quantity;
        if part.stock.free() < need.quantity {
            ready = ready.max(Quarter::at_or_after(now() + Duration::days(part.lead_time_days)));
        }
    }
    (price, ready)
}

fn check_slot(network: &Network, job: &Job, slot: &Slot) -> Result<(), TestCaseError> {
    let technician = network.technicians.iter().find(|technician| technician.id == slot.technician_id).unwrap();
    let center = network.center(&slot.center_id).unwrap();
    prop_assert_eq!(&technician.center_id, &center.id);
    prop_assert!(technician.skills.contains(&job.required_skill), "the skill is there");
    let bay = center.bays.iter().find(|bay| bay.id == slot.bay_id).unwrap();
    prop_assert!(job.bay.met_by(bay), "the bay fits");
    let worked = slot.work.quarters().filter(|quarter| works(network, technician, *quarter)).count() as i64;
    prop_assert_eq!(worked, job.labour_quarters, "the labour is done in working time");
    prop_assert!(works(network, technician, slot.work.start) && works(network, technician, slot.work.end.plus(-1)));
    prop_assert!(!technician.rota.absences.iter().any(|absence| absence.overlaps(slot.work)));
    for resource in slot.resources() {
        prop_assert!(!network.busy(&resource).iter().any(|span| span.overlaps(slot.reserved)), "{resource:?} is free");
    }
    prop_assert!(slot.work.start.start() >= now() + Duration::minutes(60), "the notice is kept");
    Ok(())
}

fn apply(network: &mut Network, slot: &Slot) {
    for resource in slot.resources() {
        network.busy.entry(resource.key()).or_default().push(slot.reserved);
    }
    for planned in slot.parts.iter().filter(|planned| planned.source == Source::Stock) {
        let own = |part: &&mut Part| part.center_id == slot.center_id && part.code == planned.code;
        let part = network.parts.iter_mut().find(own).unwrap();
        part.stock = part.stock.reserve(planned.quantity).expect("a planned part is free on the shelf");
    }
}

fn busy() -> impl Strategy<Value = Vec<(usize, i64, i64)>> {
    proptest::collection::vec((0usize..20, 0i64..70, 1i64..8), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_best_slot_is_what_trying_everything_finds(
        drawn in proptest::collection::vec(center(), 1..3), busy in busy(), job in job(),
    ) {
        let network = network(drawn, busy);
        let best = brute_force(&network, &job);
        match search(&network, &job, &policy(), &Wish::default(), now()) {
            Ok(slots) => prop_assert_eq!(Some((slots[0].expected_cost_minor(), slots[0].work.start)), best),
            Err(why_not) => prop_assert_eq!(best, None, "{:?}", why_not),
        }
    }

    #[test]
    fn booking_one_after_another_never_books_twice(
        drawn in proptest::collection::vec(center(), 1..3), busy in busy(), jobs in proptest::collection::vec(job(), 1..12),
    ) {
        let mut network = network(drawn, busy);
        let mut booked: Vec<Slot> = Vec::new();
        for job in &jobs {
            let Ok(slots) = search(&network, job, &policy(), &Wish::default(), now()) else { continue };
            for slot in &slots {
                check_slot(&network, job, slot)?;
            }
            let before = booked.len();
            // Alternatives are offered together, so all of them must be able to stand side by side.
            for (index, slot) in slots.iter().enumerate() {
                let clash = |other: &Slot| {
                    other.reserved.overlaps(slot.reserved) && other.resources().iter().any(|one| slot.resources().contains(one))
                };
                prop_assert!(!slots[..index].iter().any(clash), "alternatives overlap");
                prop_assert!(!booked[..before].iter().any(clash), "double booking");
            }
            apply(&mut network, &slots[0]);
            booked.push(slots[0].clone());
        }
        for part in &network.parts {
            prop_assert!(part.stock.reserved() <= part.stock.on_hand());
        }
    }

    #[test]
    fn a_wished_start_is_kept_or_refused(
        drawn in proptest::collection::vec(center(), 1..3), busy in busy(), job in job(), hour in 0i64..70,
    ) {
        let network = network(drawn, busy);
        let start = Quarter::at_or_after(now() + Duration::hours(hour));
        let wish = Wish { start: Some(start), ..Wish::default() };
        if let Ok(slots) = search(&network, &job, &policy(), &wish, now()) {
            for slot in slots {
                prop_assert_eq!(slot.work.start, start);
                check_slot(&network, &job, &slot)?;
            }
        }
    }
}

/// One centre open every day, one bay, one technician with the first skill from 8 to 16.
fn small() -> Network {
    network(vec![(0, 1, vec![(false, false)], vec![(1, 8, 8, 0)], 1, 8_000)], Vec::new())
}

fn small_job() -> Job {
    Job {
        vehicle_id: "V1".into(),
        component: None,
        required_skill: "brakes".into(),
        labour_quarters: 4,
        parts: Vec::new(),
        bay: BayNeed { kind: BayKind::General, lift: false },
        life: RemainingLife::from_km(now(), LifeKm { p05: 100.0, p50: 200.0, p95: 300.0 }, 50.0),
        stakes: Stakes { breakdown_minor: 300_000, standing_minor_per_day: 0 },
        not_before: None,
    }
}

#[test]
fn when_there_is_no_slot_the_closest_reason_is_given() {
    let check = |change: &dyn Fn(&mut Network, &mut Job), stage: Stage, code: &str| {
        let (mut network, mut job) = (small(), small_job());
        network.technicians[0].rota.absences.clear();
        change(&mut network, &mut job);
        let why_not = search(&network, &job, &policy(), &Wish::default(), now()).expect_err(code);
        assert_eq!((why_not.stage, why_not.reason.code.as_ref()), (stage, code));
    };
    check(&|network, _| network.centers.clear(), Stage::NoCenter, "why_not.no_center");
    check(&|_, job| job.required_skill = "hybrid".into(), Stage::NoTechnician, "why_not.no_technician");
    check(&|_, job| job.bay.lift = true, Stage::NoBay, "why_not.no_bay");
    let many = vec![PartNeed { code: "PAD".into(), quantity: 9 }];
    check(
        &|network, job| {
            job.parts = many.clone();
            network.parts[0].lead_time_days = 30;
        },
        Stage::PartsTooLate,
        "why_not.parts_lead_time",
    );
    check(&|network, _| network.centers[0].hours.clear(), Stage::Closed, "why_not.closed");
    check(&|network, _| network.technicians[0].rota.hours.clear(), Stage::NobodyWorking, "why_not.nobody_working");
    check(&|_, job| job.labour_quarters = 300, Stage::TooLong, "why_not.too_long");
    let later = |days: i64| Some(Quarter::containing(now() + Duration::days(days)));
    check(&|_, job| job.not_before = later(400), Stage::BeyondHorizon, "why_not.beyond_horizon");
    check(&|_, job| job.not_before = later(1_000_000), Stage::BeyondHorizon, "why_not.beyond_horizon");
    let whole = Span::covering(now() - Duration::days(2), now() + Duration::days(9));
    check(
        &|network, _| network.busy = HashMap::from([(Resource::Technician("usr_0_0".into()).key(), vec![whole])]),
        Stage::Taken,
        "why_not.fully_booked",
    );
}

#[test]
fn a_job_that_may_begin_later_is_planned_from_then_on() {
    let mut network = small();
    network.technicians[0].rota.absences.clear();
    let job = Job { not_before: Some(Quarter::containing(now() + Duration::days(60))), ..small_job() };
    let slots = search(&network, &job, &policy(), &Wish::default(), now()).unwrap();
    assert_eq!(slots[0].work.start.start().to_rfc3339(), "2026-07-03T10:00:00+00:00");
}

#[test]
fn labour_pauses_over_the_break_and_long_work_goes_on_the_next_day() {
    let mut network = small();
    network.technicians[0].rota.absences.clear();
    // Notice ends at 11:05, so 11:15 is the first start; the break is from 12:00 to 12:30.
    let first = |job: &Job| search(&network, job, &policy(), &Wish::default(), now()).unwrap()[0].work;
    let work = first(&small_job());
    assert_eq!((work.end.0 - work.start.0, work.start.start().to_rfc3339()), (6, "2026-05-04T11:15:00+00:00".into()));
    let long = first(&Job { labour_quarters: 40, ..small_job() });
    assert_eq!(long.start.start().to_rfc3339(), "2026-05-04T11:15:00+00:00");
    assert_eq!(long.end.start().to_rfc3339(), "2026-05-05T14:15:00+00:00");
}

#[test]
fn a_missing_part_delays_the_visit_by_its_lead_time() {
    let mut network = small();
    network.technicians[0].rota.absences.clear();
    let job = Job { parts: vec![PartNeed { code: "PAD".into(), quantity: 2 }], ..small_job() };
    let slots = search(&network, &job, &policy(), &Wish::default(), now()).unwrap();
    assert_eq!(slots[0].parts[0].source, Source::Order);
    assert_eq!(slots[0].work.start.start().to_rfc3339(), "2026-05-05T10:15:00+00:00");
    assert_eq!(slots[0].price, eur(8_000 + 2 * 4_000));
}

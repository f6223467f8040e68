//! Properties of the slot search on random networks: nothing is double-booked, hours and skills hold, the best is best.

use chrono::Duration;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::appointment::Placement;
use super::hours::DailyHours;
use super::network::{Job, Network, Part, Resource, Technician};
use super::slot_search::{Slot, Wish, search};
use super::slot_search_fixtures::{center, job, network, now, policy};
use super::stock::Source;
use super::time::{Quarter, Span};

/// Whether a technician works in a quarter, straight from the definition.
fn works(network: &Network, technician: &Technician, quarter: Quarter) -> bool {
    let center = network.center(&technician.center_id).unwrap();
    let local = quarter.start() + Duration::minutes(center.offset.minutes());
    let weekday = chrono::Datelike::weekday(&local);
    let minute = i64::from(chrono::Timelike::hour(&local) * 60 + chrono::Timelike::minute(&local));
    let within = |(from, to): (i64, i64)| from <= minute && minute < to;
    let on = |hours: &[DailyHours]| {
        hours
            .iter()
            .any(|stretch| stretch.weekday() == weekday && within(stretch.minutes()))
    };
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
        if quarter >= until
            || technician
                .rota
                .absences
                .iter()
                .any(|absence| absence.overlaps(Span::new(quarter, quarter.plus(1))))
        {
            return None;
        }
        left -= i64::from(works(network, technician, quarter));
        quarter = quarter.plus(1);
    }
    let work = Span::new(start, quarter);
    let today = (-96..96)
        .map(|step| start.plus(step))
        .filter(|other| day(*other) == day(start));
    let whole_day = today.filter(|other| works(network, technician, *other)).count() as i64;
    let over_night = day(quarter.plus(-1)) != day(start);
    let too_long = work.end.0 - work.start.0 > policy().longest_stay_days * 96;
    let waits_over_night = over_night && whole_day >= job.labour_quarters;
    if waits_over_night || too_long { None } else { Some(work) }
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
            let Some(work) = walk(network, technician, job, start, until) else {
                continue;
            };
            let reserved = Span::new(work.start, work.end.plus(policy().buffer_quarters));
            let free = |resource: Resource| !network.busy(&resource).iter().any(|span| span.overlaps(reserved));
            let bay = center.bays.iter().any(|bay| {
                job.bay.met_by(bay)
                    && free(Resource::Bay {
                        center_id: center.id.clone(),
                        bay_id: bay.id.clone(),
                    })
            });
            let comes = free(Resource::Vehicle(job.vehicle_id.clone()));
            if !bay || !comes || !free(Resource::Technician(technician.id.clone())) {
                continue;
            }
            let labour = (job.labour_quarters * center.labour_per_hour.amount_minor + 2).div_euclid(4);
            let waiting = job
                .life
                .waiting_cost_minor(work.start.start(), work.end.start(), job.stakes);
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
    let technician = network
        .technicians
        .iter()
        .find(|technician| technician.id == slot.technician_id)
        .unwrap();
    let center = network.center(&slot.center_id).unwrap();
    prop_assert_eq!(&technician.center_id, &center.id);
    prop_assert!(technician.skills.contains(&job.required_skill), "the skill is there");
    let bay = center.bays.iter().find(|bay| bay.id == slot.bay_id).unwrap();
    prop_assert!(job.bay.met_by(bay), "the bay fits");
    let worked = slot
        .work
        .quarters()
        .filter(|quarter| works(network, technician, *quarter))
        .count() as i64;
    prop_assert_eq!(worked, job.labour_quarters, "the labour is done in working time");
    prop_assert!(works(network, technician, slot.work.start) && works(network, technician, slot.work.end.plus(-1)));
    prop_assert!(
        !technician
            .rota
            .absences
            .iter()
            .any(|absence| absence.overlaps(slot.work))
    );
    for resource in Placement::from(slot).resources(&job.vehicle_id) {
        prop_assert!(
            !network.busy(&resource).iter().any(|span| span.overlaps(slot.reserved)),
            "{resource:?} is free"
        );
    }
    prop_assert!(
        slot.work.start.start() >= now() + Duration::minutes(60),
        "the notice is kept"
    );
    Ok(())
}

fn apply(network: &mut Network, job: &Job, slot: &Slot) {
    for resource in Placement::from(slot).resources(&job.vehicle_id) {
        network.busy.entry(resource.key()).or_default().push(slot.reserved);
    }
    for planned in slot.parts.iter().filter(|planned| planned.source == Source::Stock) {
        let own = |part: &&mut Part| part.center_id == slot.center_id && part.code == planned.code;
        let part = network.parts.iter_mut().find(own).unwrap();
        part.stock = part
            .stock
            .reserve(planned.quantity)
            .expect("a planned part is free on the shelf");
    }
}

fn busy() -> impl Strategy<Value = Vec<(usize, i64, i64)>> {
    // The horizon is 72 hours away: some begin where it ends.
    proptest::collection::vec((0usize..20, 0i64..74, 1i64..8), 0..8)
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
        let mut booked: Vec<(Span, Vec<Resource>)> = Vec::new();
        for job in &jobs {
            let Ok(slots) = search(&network, job, &policy(), &Wish::default(), now()) else { continue };
            for slot in &slots {
                check_slot(&network, job, slot)?;
            }
            // Alternatives are offered together, so all of them must be able to stand side by side, but for the vehicle, which takes one.
            for (index, slot) in slots.iter().enumerate() {
                let clash = |other: &Slot| {
                    other.reserved.overlaps(slot.reserved) && other.resources().iter().any(|one| slot.resources().contains(one))
                };
                prop_assert!(!slots[..index].iter().any(clash), "alternatives overlap");
                let resources = Placement::from(slot).resources(&job.vehicle_id);
                let taken = |(span, held): &(Span, Vec<Resource>)| {
                    span.overlaps(slot.reserved) && held.iter().any(|one| resources.contains(one))
                };
                prop_assert!(!booked.iter().any(taken), "double booking");
            }
            apply(&mut network, job, &slots[0]);
            let resources = Placement::from(&slots[0]).resources(&job.vehicle_id);
            booked.push((slots[0].reserved, resources.to_vec()));
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

#[test]
fn random_networks_are_worth_searching() {
    let mut runner = TestRunner::deterministic();
    let strategy = (proptest::collection::vec(center(), 1..3), busy(), job());
    let mut feasible = 0;
    for _ in 0..200 {
        let (drawn, busy, job) = strategy.new_tree(&mut runner).unwrap().current();
        let found = search(&network(drawn, busy), &job, &policy(), &Wish::default(), now());
        feasible += usize::from(found.is_ok());
    }
    assert!(
        (60..190).contains(&feasible),
        "of 200 random jobs {feasible} have a slot; the properties need both kinds"
    );
}

//! The slot search on a small network: why-not reasons, pauses, work over night, parts that must come first.

use std::collections::HashMap;

use chrono::Duration;

use super::appointment::Placement;
use super::network::{Job, Network, PartNeed, Resource};
use super::part_planning::OnOrder;
use super::slot_search::{Wish, search};
use super::slot_search_fixtures::{eur, network, now, policy, resources, small, small_job};
use super::stock::Source;
use super::time::{Quarter, Span};
use super::why_not::Stage;

#[test]
fn when_there_is_no_slot_the_closest_reason_is_given() {
    let check = |change: &dyn Fn(&mut Network, &mut Job), stage: Stage, code: &str| {
        let (mut network, mut job) = (small(), small_job());
        network.technicians[0].rota.absences.clear();
        change(&mut network, &mut job);
        let why_not = search(&network, &job, &policy(), &Wish::default(), now()).expect_err(code);
        assert_eq!((why_not.stage, why_not.reason.code.as_ref()), (stage, code));
    };
    check(
        &|network, _| network.centers.clear(),
        Stage::NoCenter,
        "why_not.no_center",
    );
    check(
        &|_, job| job.required_skill = "hybrid".into(),
        Stage::NoTechnician,
        "why_not.no_technician",
    );
    check(&|_, job| job.bay.lift = true, Stage::NoBay, "why_not.no_bay");
    let many = vec![PartNeed {
        code: "PAD".into(),
        quantity: 9,
    }];
    check(
        &|network, job| {
            job.parts = many.clone();
            network.parts[0].lead_time_days = 30;
        },
        Stage::PartsTooLate,
        "why_not.parts_lead_time",
    );
    check(
        &|network, _| network.centers[0].hours.clear(),
        Stage::Closed,
        "why_not.closed",
    );
    check(
        &|network, _| network.technicians[0].rota.hours.clear(),
        Stage::NobodyWorking,
        "why_not.nobody_working",
    );
    check(&|_, job| job.labour_quarters = 300, Stage::TooLong, "why_not.too_long");
    let later = |days: i64| Some(Quarter::containing(now() + Duration::days(days)));
    check(
        &|_, job| job.not_before = later(400),
        Stage::BeyondHorizon,
        "why_not.beyond_horizon",
    );
    check(
        &|_, job| job.not_before = later(1_000_000),
        Stage::BeyondHorizon,
        "why_not.beyond_horizon",
    );
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
    let job = Job {
        not_before: Some(Quarter::containing(now() + Duration::days(60))),
        ..small_job()
    };
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
    assert_eq!(
        (work.end.0 - work.start.0, work.start.start().to_rfc3339()),
        (6, "2026-05-04T11:15:00+00:00".into())
    );
    let long = first(&Job {
        labour_quarters: 40,
        ..small_job()
    });
    assert_eq!(long.start.start().to_rfc3339(), "2026-05-04T11:15:00+00:00");
    assert_eq!(long.end.start().to_rfc3339(), "2026-05-05T14:15:00+00:00");
}

#[test]
fn a_missing_part_delays_the_visit_by_its_lead_time() {
    let mut network = small();
    network.technicians[0].rota.absences.clear();
    let job = Job {
        parts: vec![PartNeed {
            code: "PAD".into(),
            quantity: 2,
        }],
        ..small_job()
    };
    let slots = search(&network, &job, &policy(), &Wish::default(), now()).unwrap();
    assert_eq!(slots[0].parts[0].source, Source::Order);
    assert_eq!(slots[0].work.start.start().to_rfc3339(), "2026-05-05T10:15:00+00:00");
    assert_eq!(slots[0].price, eur(8_000 + 2 * 4_000));
}

#[test]
fn what_was_ordered_for_a_visit_comes_when_it_was_to_come_wherever_in_its_centre_the_visit_is_moved() {
    let mut network = small();
    network.technicians[0].rota.absences.clear();
    let parts = vec![PartNeed {
        code: "PAD".into(),
        quantity: 2,
    }];
    let job = Job { parts, ..small_job() };
    let booked = search(&network, &job, &policy(), &Wish::default(), now()).unwrap();
    let before = Placement::from(&booked[0]);
    assert_eq!(
        before.parts[0].arrives,
        Some(Quarter::at_or_after(now() + Duration::days(1)))
    );
    let later = now() + Duration::hours(20);
    let first = |on_order: Vec<OnOrder>| {
        let wish = Wish {
            on_order,
            ..Wish::default()
        };
        search(&network, &job, &policy(), &wish, later).unwrap().remove(0)
    };
    let kept = first(before.on_order());
    assert_eq!((kept.work, &kept.parts), (before.work, &before.parts));
    // Elsewhere, or where more is needed, the parts are ordered anew.
    let anew = first(Vec::new());
    assert!(anew.work.start > kept.work.start);
    for (center_id, quantity) in [("ctr_other", 2), (before.center_id.as_str(), 1)] {
        let other = OnOrder {
            center_id: center_id.into(),
            quantity,
            ..before.on_order().remove(0)
        };
        assert_eq!(first(vec![other]), anew);
    }
    assert_eq!(anew.clone().with_orders_of(&before).parts, before.parts);
}

#[test]
fn a_vehicle_that_is_in_one_workshop_is_not_expected_in_another() {
    // Two centres alike; the vehicle is at the first until half past two.
    let alike = || (0, 1, vec![(false, false)], vec![(1, 8, 8, 0)], 1, 8_000);
    let mut network = network(vec![alike(), alike()], Vec::new());
    for technician in &mut network.technicians {
        technician.rota.absences.clear();
    }
    let first = |network: &Network| search(network, &small_job(), &policy(), &Wish::default(), now()).unwrap()[0].work;
    assert_eq!(first(&network).start.start().to_rfc3339(), "2026-05-04T11:15:00+00:00");
    let visit = Span::covering(now(), now() + Duration::minutes(265));
    let vehicle = Resource::Vehicle(small_job().vehicle_id);
    network.busy.insert(vehicle.key(), vec![visit]);
    assert_eq!(first(&network).start.start().to_rfc3339(), "2026-05-04T14:30:00+00:00");
    let wish = Wish {
        start: Some(Quarter::at_or_after(now() + Duration::hours(3))),
        ..Wish::default()
    };
    let why_not = search(&network, &small_job(), &policy(), &wish, now()).unwrap_err();
    assert_eq!(why_not.reason.code, "why_not.time_not_free");
}

#[test]
fn the_time_after_a_visit_at_the_end_of_the_horizon_is_looked_at_too() {
    // The horizon ends on Thursday at ten. Until nine the technician is busy; the hour that is left must be free and so must the buffer after it.
    let end = Quarter::containing(now()).plus(policy().horizon_days * 96);
    let before = Span::new(Quarter::containing(now()), end.plus(-4));
    let found = |after: Span, resource: Resource| {
        let mut network = small();
        network.technicians[0].rota.absences.clear();
        let technician = Resource::Technician("usr_0_0".into());
        network.busy.insert(technician.key(), vec![before]);
        network.busy.entry(resource.key()).or_default().push(after);
        search(&network, &small_job(), &policy(), &Wish::default(), now()).map(|slots| slots[0].work)
    };
    let others = ["V2", "V3"].map(|id| Resource::Vehicle(id.into()));
    for resource in resources(&small()).into_iter().filter(|one| !others.contains(one)) {
        let after_the_buffer = found(Span::new(end.plus(1), end.plus(4)), resource.clone());
        assert_eq!(after_the_buffer.unwrap(), Span::new(end.plus(-4), end), "{resource:?}");
        let within_the_buffer = found(Span::new(end, end.plus(4)), resource.clone());
        let why_not = within_the_buffer.expect_err("the buffer is taken");
        assert_eq!(why_not.reason.code, "why_not.fully_booked", "{resource:?}");
    }
}

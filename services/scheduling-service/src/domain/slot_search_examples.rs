//! The slot search on a small network: why-not reasons, pauses, work over night, parts that must come first.

use std::collections::HashMap;

use chrono::Duration;

use super::appointment::Placement;
use super::network::{Job, Network, PartNeed, Resource};
use super::part_planning::OnOrder;
use super::slot_search::{Wish, search};
use super::slot_search_fixtures::{eur, now, policy, small, small_job};
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

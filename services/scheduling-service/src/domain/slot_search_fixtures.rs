//! Networks, jobs and a policy for the tests of the slot search: random ones and a small fixed one.

use chrono::{DateTime, Duration, Utc, Weekday};
use proptest::prelude::*;

use super::hours::{Break, DailyHours, Rota, UtcOffset};
use super::money::{Currency, Money};
use super::network::{Bay, BayKind, BayNeed, Center, Job, Network, Part, PartNeed, Resource, Technician};
use super::risk::{LifeKm, RemainingLife, Stakes};
use super::slot_search::Policy;
use super::stock::Stock;
use super::time::Span;

const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];
const VEHICLES: [&str; 3] = ["V1", "V2", "V3"];
const SKILLS: [&str; 2] = ["brakes", "engine"];

/// Monday 2026-05-04, five past ten UTC: not on a quarter, in the middle of a working day.
pub(super) fn now() -> DateTime<Utc> {
    "2026-05-04T10:05:00Z".parse().unwrap()
}

pub(super) fn eur(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::parse("EUR").unwrap())
}

pub(super) fn policy() -> Policy {
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

pub(super) fn every_day(from_hour: i64, to_hour: i64) -> Vec<DailyHours> {
    WEEK.iter()
        .map(|day| DailyHours::new(*day, from_hour * 60, to_hour * 60).unwrap())
        .collect()
}

/// A centre as drawn at random: how it opens, its bays (kind, lift), its technicians (skills, shift, absence), stock.
pub(super) type Drawn = (i64, i64, Vec<(bool, bool)>, Vec<(u8, i64, i64, i64)>, i64, i64);

pub(super) fn center() -> impl Strategy<Value = Drawn> {
    let often = || prop_oneof![1 => Just(false), 3 => Just(true)];
    let bays = proptest::collection::vec((often(), often()), 0..4);
    let skills = prop_oneof![1 => 0u8..4, 2 => Just(3u8)];
    let technicians = proptest::collection::vec((skills, 6i64..14, 2i64..10, 0i64..6), 0..4);
    (-8i64..8, 0i64..3, bays, technicians, 0i64..3, 5_000i64..12_000)
}

pub(super) fn job() -> impl Strategy<Value = Job> {
    let parts = proptest::collection::vec(1i64..3, 0..2);
    let labour = prop_oneof![3 => 1i64..16, 1 => 16i64..60];
    (
        0usize..2,
        labour,
        parts,
        any::<bool>(),
        any::<bool>(),
        1.0f64..400.0,
        0i64..2_000,
        0..VEHICLES.len(),
    )
        .prop_map(
            |(skill, labour_quarters, parts, heavy, lift, p05, standing, vehicle)| Job {
                vehicle_id: VEHICLES[vehicle].into(),
                component: None,
                required_skill: SKILLS[skill].into(),
                labour_quarters,
                parts: parts
                    .into_iter()
                    .map(|quantity| PartNeed {
                        code: "PAD".into(),
                        quantity,
                    })
                    .collect(),
                bay: BayNeed {
                    kind: if heavy { BayKind::Heavy } else { BayKind::General },
                    lift,
                },
                life: RemainingLife::from_km(
                    now(),
                    LifeKm {
                        p05,
                        p50: p05 * 2.0,
                        p95: p05 * 4.0,
                    },
                    60.0,
                ),
                stakes: Stakes {
                    breakdown_minor: 300_000,
                    standing_minor_per_day: standing,
                },
                not_before: None,
            },
        )
}

pub(super) fn network(drawn: Vec<Drawn>, busy: Vec<(usize, i64, i64)>) -> Network {
    let mut network = Network::default();
    for (number, (offset, lead_time_days, bays, technicians, stock, labour)) in drawn.into_iter().enumerate() {
        let id = format!("ctr_{number}");
        for (index, (skills, from, length, absent)) in technicians.into_iter().enumerate() {
            let rota = Rota {
                hours: every_day(from, (from + length).min(24)),
                breaks: vec![Break::new(None, 12 * 60, 12 * 60 + 30).unwrap()],
                absences: vec![Span::covering(
                    now() + Duration::hours(absent * 7),
                    now() + Duration::hours(absent * 9),
                )],
            };
            let has = |bit: usize| skills & (1 << bit) != 0;
            let skills = (0..2)
                .filter(|bit| has(*bit))
                .map(|bit| SKILLS[bit].to_owned())
                .collect();
            network.technicians.push(Technician {
                id: format!("usr_{number}_{index}"),
                center_id: id.clone(),
                skills,
                rota,
            });
        }
        let bay = |(index, (heavy, has_lift)): (usize, (bool, bool))| Bay {
            id: format!("bay_{index}"),
            name: String::new(),
            kinds: if heavy {
                vec![BayKind::General, BayKind::Heavy]
            } else {
                vec![BayKind::General]
            },
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

pub(super) fn resources(network: &Network) -> Vec<Resource> {
    let technicians = network
        .technicians
        .iter()
        .map(|technician| Resource::Technician(technician.id.clone()));
    let bays = network.centers.iter().flat_map(|center| {
        center.bays.iter().map(|bay| Resource::Bay {
            center_id: center.id.clone(),
            bay_id: bay.id.clone(),
        })
    });
    let vehicles = VEHICLES.iter().map(|id| Resource::Vehicle((*id).to_owned()));
    technicians.chain(bays).chain(vehicles).collect()
}

/// One centre open every day, one bay, one technician with the first skill from 8 to 16.
pub(super) fn small() -> Network {
    network(
        vec![(0, 1, vec![(false, false)], vec![(1, 8, 8, 0)], 1, 8_000)],
        Vec::new(),
    )
}

pub(super) fn small_job() -> Job {
    Job {
        vehicle_id: "V1".into(),
        component: None,
        required_skill: "brakes".into(),
        labour_quarters: 4,
        parts: Vec::new(),
        bay: BayNeed {
            kind: BayKind::General,
            lift: false,
        },
        life: RemainingLife::from_km(
            now(),
            LifeKm {
                p05: 100.0,
                p50: 200.0,
                p95: 300.0,
            },
            50.0,
        ),
        stakes: Stakes {
            breakdown_minor: 300_000,
            standing_minor_per_day: 0,
        },
        not_before: None,
    }
}

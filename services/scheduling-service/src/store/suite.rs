//! What the store must do, on each database that it can stand on.

use chassis::{Database, TenantId};
use chrono::{DateTime, Duration, Utc};

use super::{AlertJob, Hold, RemainingLives, Store, Vehicle, VisitFilter};
use crate::domain::appointment::{Action, Appointment, BookedBy, Finding, Placement, Report, Status, Step, Verdict};
use crate::domain::hours::{Break, DailyHours, Rota, UtcOffset};
use crate::domain::money::{Currency, Money};
use crate::domain::network::{
    Bay, BayKind, BayNeed, Center, Component, Job, Location, Part, PartNeed, Resource, Technician, VehicleClass,
};
use crate::domain::part_planning::PlannedPart;
use crate::domain::reason::Reason;
use crate::domain::risk::{LifeKm, RemainingLife, Stakes};
use crate::domain::slot_search::Slot;
use crate::domain::stock::{Source, Stock};
use crate::domain::time::{Quarter, Span};

pub(super) fn now() -> DateTime<Utc> {
    "2026-05-04T06:00:00Z".parse().unwrap()
}

fn eur(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::parse("EUR").unwrap())
}

pub(super) async fn database(folder: &tempfile::TempDir) -> Database {
    chassis::testing::empty_database(folder.path(), crate::DEFINITION.migrations).await
}

pub(super) fn center() -> Center {
    Center {
        id: "ctr".into(),
        name: "Centre".into(),
        offset: UtcOffset::from_minutes(120).unwrap(),
        time_zone: Some("Europe/Berlin".into()),
        location: Location::new(48.0, 11.5),
        labour_per_hour: eur(9_000),
        hours: vec![DailyHours::new(chrono::Weekday::Mon, 480, 1_020).unwrap()],
        bays: vec![Bay {
            id: "b".into(),
            name: "B".into(),
            kinds: BayKind::ALL.to_vec(),
            has_lift: true,
        }],
    }
}

fn technician() -> Technician {
    Technician {
        id: "usr".into(),
        center_id: "ctr".into(),
        skills: vec!["cooling".into()],
        rota: Rota {
            hours: center().hours,
            breaks: vec![
                Break::new(None, 720, 750).unwrap(),
                Break::new(Some(chrono::Weekday::Fri), 900, 915).unwrap(),
            ],
            absences: vec![Span::new(Quarter(10), Quarter(20))],
        },
    }
}

pub(super) fn part(stock: Stock) -> Part {
    let price = eur(4_500);
    Part {
        center_id: "ctr".into(),
        code: "HOSE".into(),
        name: "Hose".into(),
        stock,
        lead_time_days: 2,
        price,
    }
}

fn job(vehicle_id: &str) -> Job {
    Job {
        vehicle_id: vehicle_id.into(),
        component: Some(Component::Cooling),
        required_skill: "cooling".into(),
        labour_quarters: 4,
        parts: vec![PartNeed {
            code: "HOSE".into(),
            quantity: 2,
        }],
        bay: BayNeed {
            kind: BayKind::Heavy,
            lift: true,
        },
        life: RemainingLife::from_km(
            now(),
            LifeKm {
                p05: 10.0,
                p50: 20.0,
                p95: 30.0,
            },
            10.0,
        ),
        stakes: Stakes {
            breakdown_minor: 1,
            standing_minor_per_day: 2,
        },
        not_before: Some(Quarter(7)),
    }
}

pub(super) fn slot() -> Slot {
    Slot {
        center_id: "ctr".into(),
        bay_id: "b".into(),
        technician_id: "usr".into(),
        work: Span::new(Quarter(100), Quarter(104)),
        reserved: Span::new(Quarter(100), Quarter(105)),
        parts: vec![PlannedPart {
            code: "HOSE".into(),
            quantity: 2,
            source: Source::Stock,
            arrives: Some(Quarter(90)),
        }],
        price: eur(18_000),
        waiting_minor: 3,
        travel_minor: 4,
        failure_probability: 0.25,
        starts_before_p05: Some(true),
    }
}

pub(super) fn visit(id: &str, vehicle_id: &str) -> Appointment {
    Appointment {
        id: id.into(),
        alert_id: Some(format!("alert_{id}")),
        decision_id: Some("dec_1".into()),
        status: Status::Scheduled,
        version: 1,
        booked_by: BookedBy::Auto,
        job: job(vehicle_id),
        placement: Some(Placement::from(&slot())),
        why: Reason::new("slot.before_risk", "Text.")
            .with("risk_percent", 1.5)
            .with("waits_for_parts", false),
        cancel_reason: None,
        retry_at: None,
        provisional: true,
        correlation_id: "cor_1".into(),
        created_at: now(),
        updated_at: now(),
        started_at: Some(now()),
        completed_at: None,
        report: Some(Report {
            findings: vec![Finding {
                component: Component::Cooling,
                failure_mode: Some("cooling.leak".into()),
                verdict: Verdict::OtherCause,
                action: Action::Adjusted,
                parts: vec![PartNeed {
                    code: "HOSE".into(),
                    quantity: 1,
                }],
                notes: Some("Text".into()),
            }],
            odometer_km: Some(12.5),
            cost: eur(1),
        }),
    }
}

fn vehicle() -> Vehicle {
    let in_service = "2024-02-29".parse().ok();
    Vehicle {
        id: "V1".into(),
        class: VehicleClass::Truck,
        in_service,
        odometer_km: Some(1.5),
        retired: false,
    }
}

fn alert() -> AlertJob {
    AlertJob {
        alert_id: "alert_1".into(),
        decision_id: None,
        job: job("V1"),
    }
}

fn hold() -> Hold {
    let (slot_id, alert_id) = ("slot_1".to_owned(), Some("alert_1".to_owned()));
    let expires_at = now() + Duration::minutes(15);
    Hold {
        slot_id,
        slot: slot(),
        job: job("V1"),
        alert_id,
        decision_id: None,
        expires_at,
    }
}

/// A database in which one tenant has one of everything.
async fn filled(folder: &tempfile::TempDir, tenant: &TenantId) -> Database {
    let database = database(folder).await;
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    store.save_center(tenant, &center()).await.unwrap();
    store.save_technician(tenant, &technician()).await.unwrap();
    store.save_part(tenant, &part(Stock::new(5, 1).unwrap())).await.unwrap();
    store.save_vehicle(tenant, &vehicle()).await.unwrap();
    store.save_remaining_lives(tenant, &lives(5.0)).await.unwrap();
    store.save_remaining_lives(tenant, &lives(9.0)).await.unwrap();
    assert!(store.add_alert_job(tenant, &alert()).await.unwrap());
    assert!(!store.add_alert_job(tenant, &alert()).await.unwrap(), "known already");
    store.add_visit(tenant, &visit("apt_1", "V1")).await.unwrap();
    assert!(store.add_hold(tenant, &hold()).await.unwrap());
    tx.commit().await.unwrap();
    database
}

fn lives(days: f64) -> RemainingLives {
    RemainingLives {
        vehicle_id: "V1".into(),
        known_at: now(),
        days: vec![(Component::Cooling, [days, 2.0 * days, 3.0 * days])],
    }
}

#[tokio::test]
async fn what_is_written_is_read() {
    let (folder, tenant) = (tempfile::tempdir().unwrap(), TenantId::new("ten_1"));
    let mut tx = filled(&folder, &tenant).await.read().await.unwrap();
    let mut store = Store::new(&mut tx);
    assert_eq!(store.center(&tenant, "ctr").await.unwrap(), Some(center()));
    assert_eq!(store.technician(&tenant, "usr").await.unwrap(), Some(technician()));
    assert_eq!(
        store.part(&tenant, "ctr", "HOSE").await.unwrap(),
        Some(part(Stock::new(5, 1).unwrap()))
    );
    assert_eq!(store.vehicle(&tenant, "V1").await.unwrap(), Some(vehicle()));
    assert_eq!(store.alert_job(&tenant, "alert_1").await.unwrap(), Some(alert()));
    let life = RemainingLife::forecast(now(), [5.0, 10.0, 15.0]);
    let told = store.remaining_life(&tenant, "V1", Component::Cooling).await.unwrap();
    assert_eq!(told, Some(life), "the first of a moment");
    let told = store.remaining_life(&tenant, "V1", Component::Brakes).await.unwrap();
    assert_eq!(told, None);
    assert_eq!(store.visit(&tenant, "apt_1").await.unwrap(), Some(visit("apt_1", "V1")));
    assert_eq!(store.hold(&tenant, "slot_1", now()).await.unwrap(), Some(hold()));
    assert_eq!(
        store.hold(&tenant, "slot_1", hold().expires_at).await.unwrap(),
        None,
        "its time is up"
    );
    let network = store
        .network(&tenant, &job("V1"), Span::new(Quarter(0), Quarter(200)), None)
        .await
        .unwrap();
    assert_eq!(network.busy(&Resource::Technician("usr".into())), [slot().reserved]);
}

#[tokio::test]
async fn what_is_written_belongs_to_its_tenant() {
    let (folder, tenant, other) = (
        tempfile::tempdir().unwrap(),
        TenantId::new("ten_1"),
        TenantId::new("ten_2"),
    );
    let mut tx = filled(&folder, &tenant).await.read().await.unwrap();
    let mut store = Store::new(&mut tx);
    let everything = VisitFilter {
        limit: 10,
        ..VisitFilter::default()
    };
    assert_eq!(store.visits(&tenant, &everything).await.unwrap().len(), 1);
    assert_eq!(store.center(&other, "ctr").await.unwrap(), None);
    assert_eq!(store.technician(&other, "usr").await.unwrap(), None);
    assert_eq!(store.part(&other, "ctr", "HOSE").await.unwrap(), None);
    assert_eq!(store.vehicle(&other, "V1").await.unwrap(), None);
    assert_eq!(store.alert_job(&other, "alert_1").await.unwrap(), None);
    let told = store.remaining_life(&other, "V1", Component::Cooling).await.unwrap();
    assert_eq!(told, None);
    assert_eq!(store.visit(&other, "apt_1").await.unwrap(), None);
    assert_eq!(store.hold(&other, "slot_1", now()).await.unwrap(), None);
    assert!(store.visits(&other, &everything).await.unwrap().is_empty());
    let network = store
        .network(&other, &job("V1"), Span::new(Quarter(0), Quarter(200)), None)
        .await
        .unwrap();
    assert!(network.centers.is_empty() && network.busy.is_empty());
}

/// One writer's try: to read the visit, to take a technician, and to write the visit back. False when the technician is taken.
async fn take_technician(database: &Database, tenant: &TenantId, number: i64) -> crate::error::Result<bool> {
    let mut tx = database.begin().await?;
    let mut store = Store::new(&mut tx);
    let mut seen = store.visit(tenant, "apt_1").await?.expect("the visit");
    // Spans that overlap in one quarter or more, in different bays.
    let bay = Resource::Bay {
        center_id: "ctr".into(),
        bay_id: number.to_string(),
    };
    let resources = [Resource::Technician("usr".into()), bay];
    let span = Span::new(Quarter(100 - number), Quarter(101 + number));
    if !store
        .occupy(tenant, &format!("holder_{number}"), &resources, span)
        .await?
    {
        return Ok(false);
    }
    let version = seen.version;
    seen.step(Step::Move, now()).expect("a scheduled visit may be moved");
    store.change_visit(tenant, &seen, version).await?;
    tx.commit().await?;
    Ok(true)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_writers_one_gets_the_technician() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(&folder).await;
    let tenant = TenantId::new("ten_1");
    let mut tx = database.begin().await.unwrap();
    Store::new(&mut tx)
        .add_visit(&tenant, &visit("apt_1", "V1"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8i64 {
        let (database, tenant) = (database.clone(), tenant.clone());
        tasks.spawn(async move {
            chassis::again(|| take_technician(&database, &tenant, number))
                .await
                .unwrap()
        });
    }
    let winners = tasks.join_all().await.into_iter().filter(|took| *took).count();
    assert_eq!(winners, 1);
    let mut tx = database.read().await.unwrap();
    let seen = Store::new(&mut tx).visit(&tenant, "apt_1").await.unwrap().unwrap();
    assert_eq!(seen.version, 2, "written once");
}

/// One writer's try to have two parts promised; false when there are not enough.
async fn promise_parts(database: &Database, tenant: &TenantId, number: i64) -> crate::error::Result<bool> {
    let mut tx = database.begin().await?;
    let (id, planned) = (format!("apt_{number}"), slot().parts);
    if !Store::new(&mut tx)
        .reserve_parts(tenant, &id, "ctr", &planned, now())
        .await?
    {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_promise_no_more_parts_than_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(&folder).await;
    let tenant = TenantId::new("ten_1");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    store.save_center(&tenant, &center()).await.unwrap();
    store
        .save_part(&tenant, &part(Stock::new(7, 0).unwrap()))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (database, tenant) = (database.clone(), tenant.clone());
        writers.spawn(async move {
            chassis::again(|| promise_parts(&database, &tenant, number))
                .await
                .unwrap()
        });
    }
    let promised = writers.join_all().await.into_iter().filter(|done| *done).count();
    assert_eq!(promised, 3, "two for each, of seven");
    let mut tx = database.read().await.unwrap();
    let stock = Store::new(&mut tx)
        .part(&tenant, "ctr", "HOSE")
        .await
        .unwrap()
        .unwrap()
        .stock;
    assert_eq!((stock.on_hand(), stock.reserved()), (7, 6));
}

#[tokio::test]
async fn an_alert_books_itself_once_and_a_component_has_one_open_visit() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(&folder).await;
    let (tenant, other) = (TenantId::new("ten_1"), TenantId::new("ten_2"));
    // Each in its own transaction: one that was refused ends its transaction on some databases.
    let add = async |tenant: &TenantId, visit: Appointment| {
        let mut tx = database.begin().await.unwrap();
        let added = Store::new(&mut tx).add_visit(tenant, &visit).await;
        if added.is_ok() {
            tx.commit().await.unwrap();
        }
        added
    };
    add(&tenant, visit("apt_1", "V1")).await.unwrap();
    let again = Appointment {
        alert_id: Some("alert_apt_1".into()),
        ..visit("apt_2", "V2")
    };
    assert!(add(&tenant, again).await.is_err(), "the same alert");
    let open = Appointment {
        alert_id: None,
        ..visit("apt_3", "V1")
    };
    assert!(add(&tenant, open).await.is_err(), "the same vehicle and component");
    let closed = Appointment {
        status: Status::Cancelled,
        alert_id: None,
        ..visit("apt_4", "V1")
    };
    add(&tenant, closed).await.unwrap();
    add(&other, visit("apt_1", "V1")).await.unwrap();
}

#[tokio::test]
async fn open_visits_of_an_earlier_version_rest_on_their_alert_and_on_the_one_that_took_them_over() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(&folder).await;
    let tenant = TenantId::new("ten_1");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    store.add_visit(&tenant, &visit("apt_1", "V1")).await.unwrap();
    for (alert_id, decision_id) in [("alert_apt_1", "dec_0"), ("alert_2", "dec_1"), ("alert_3", "dec_3")] {
        let known = AlertJob {
            alert_id: alert_id.into(),
            decision_id: Some(decision_id.into()),
            job: job("V1"),
        };
        assert!(store.add_alert_job(&tenant, &known).await.unwrap());
    }
    let (_, migration) = crate::DEFINITION.migrations[2];
    let (_, backfill) = migration.split_at(migration.find("INSERT INTO").unwrap());
    chassis::on!(store.tx, c => sqlx::query(backfill).run(c).await).unwrap();
    let resting = store.alerts_of_visit(&tenant, "apt_1").await.unwrap();
    let seen: Vec<_> = resting
        .iter()
        .map(|alert| (alert.alert_id.as_str(), alert.held))
        .collect();
    assert_eq!(seen, [("alert_2", true), ("alert_apt_1", true)], "the newest first");
}

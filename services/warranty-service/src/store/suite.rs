//! What the store promises on every database that a transaction can stand on: one suite, run on each of them.

use chassis::Database;
use chassis::ids::TenantId;
use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::{ClaimFilter, ClaimMark, KnownVehicle, Store};
use crate::domain::check::{Check, Decision};
use crate::domain::claim::{Amendment, Claim, Content, Standing, Version};
use crate::domain::coverage::{AppliesTo, Coverage, Covers, Exclusion, Terms};
use crate::domain::money::Money;
use crate::domain::odometer::{OdometerLimits, Reading};
use crate::domain::reason::Reason;
use crate::domain::vehicle::{Powertrain, Vehicle, VehicleClass};
use crate::domain::visit::{Finding, Verdict, Visit};
use crate::error::Error;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;
const LIMITS: OdometerLimits = OdometerLimits {
    km_per_day_max: 2_000.0,
    slack_km: 1_000.0,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_holds() {
    let folder = tempfile::tempdir().unwrap();
    let database = chassis::testing::empty_database(folder.path(), crate::DEFINITION.migrations).await;
    coverages_are_unique_by_name_and_kept_whole(&database).await;
    the_latest_word_about_a_vehicle_stays(&database).await;
    the_highest_reading_that_is_believed_stays_until_the_registry_says_another(&database).await;
    a_check_is_written_once_and_revised_in_steps(&database).await;
    visits_come_back_whole_and_only_those_that_wait(&database).await;
    claims_are_paged_newest_first_within_tenant_and_vehicles(&database).await;
    eight_writers_submit_a_claim_once(&database).await;
    eight_writers_draft_a_visits_claim_once(&database).await;
}

fn tenant(name: &str) -> TenantId {
    TenantId::new(name)
}

fn standing(covered: bool) -> Standing {
    let reason = Reason::new("warranty.covered", "Covered.")
        .with("coverage_id", "cov_1")
        .with_number("km", 7.5);
    Standing {
        covered,
        reason,
        coverage_id: Some("cov_1".into()),
    }
}

async fn coverages_are_unique_by_name_and_kept_whole(database: &Database) {
    let terms = Terms {
        covers: Covers {
            everything: true,
            components: vec!["engine".into()],
            failure_modes: vec!["a.b".into()],
        },
        exclusions: vec![Exclusion {
            components: vec!["tyres".into()],
            failure_modes: vec![],
            code: "misuse".into(),
        }],
        applies_to: AppliesTo {
            powertrains: vec![Powertrain::Bev],
            vehicle_classes: vec![VehicleClass::Bus],
            ..AppliesTo::default()
        },
        duration_months: Some(12),
        limit_km: Some(1_000.5),
        waiting_days: 3,
    };
    let coverage = Coverage {
        coverage_id: "cov_1".into(),
        name: "A".into(),
        terms,
    };
    let again = Coverage {
        coverage_id: "cov_2".into(),
        ..coverage.clone()
    };
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    assert!(
        store
            .insert_coverage(&tenant("ten_a"), &coverage, NOW, "usr_1")
            .await
            .unwrap()
    );
    assert!(
        !store
            .insert_coverage(&tenant("ten_a"), &again, NOW, "usr_1")
            .await
            .unwrap()
    );
    assert!(
        store
            .insert_coverage(&tenant("ten_b"), &again, NOW, "usr_1")
            .await
            .unwrap()
    );
    assert_eq!(
        store.coverages(&tenant("ten_a")).await.unwrap(),
        std::slice::from_ref(&coverage)
    );
    assert_eq!(store.coverage_page(&tenant("ten_a"), "", 10).await.unwrap(), [coverage]);
    assert_eq!(store.coverage_page(&tenant("ten_a"), "A", 10).await.unwrap(), []);
    assert_eq!(store.count_coverages(&tenant("ten_c")).await.unwrap(), 0);
    tx.commit().await.unwrap();
}

/// What the registry says on the day of its number.
fn known(vehicle_id: &str, sequence: i64, make: &str, odometer_km: Option<f64>) -> KnownVehicle {
    KnownVehicle {
        vehicle: Vehicle {
            vehicle_id: vehicle_id.into(),
            make: Some(make.into()),
            model: None,
            powertrain: Powertrain::Diesel,
            vehicle_class: VehicleClass::Truck,
            in_service_date: NaiveDate::from_ymd_opt(2024, 2, 29),
            odometer_km,
        },
        status: "ACTIVE".into(),
        sequence,
        said_at: NOW + Duration::days(sequence),
    }
}

async fn the_latest_word_about_a_vehicle_stays(database: &Database) {
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    let own = tenant("ten_a");
    for (sequence, make, km, taken) in [
        (2, "First", Some(100.0), true),
        (1, "Older", Some(900.0), false),
        (2, "Same", None, false),
    ] {
        let word = known("V1", sequence, make, km);
        assert_eq!(store.put_vehicle(&own, &word, &LIMITS).await.unwrap(), taken, "{make}");
    }
    let first = known("V1", 2, "First", Some(100.0)).vehicle;
    assert_eq!(store.vehicle(&own, "V1").await.unwrap(), Some(first));
    assert_eq!(store.vehicle(&tenant("ten_b"), "V1").await.unwrap(), None);
    for (visible, seen) in [("V1", true), ("V2", false)] {
        let found = store.visible_vehicle(&own, "V1", Some(&[visible.to_owned()])).await;
        assert_eq!(found.is_ok(), seen);
    }
    tx.commit().await.unwrap();
}

async fn the_highest_reading_that_is_believed_stays_until_the_registry_says_another(database: &Database) {
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    let own = tenant("ten_o");
    let read = |km, days| Reading {
        km,
        at: NOW + Duration::days(days),
    };
    let first = known("V1", 2, "First", Some(100.0));
    assert!(store.put_vehicle(&own, &first, &LIMITS).await.unwrap());
    for reading in [read(1_500_000.0, 3), read(500.0, 3), read(400.0, 3), read(600.0, 1)] {
        store.read_odometer(&own, "V1", reading, &LIMITS).await.unwrap();
    }
    let unknown = store.read_odometer(&own, "V_none", read(1.0, 3), &LIMITS).await;
    assert!(unknown.is_ok());
    // The registry repeats itself, says nothing, and then says a figure of its own.
    for (sequence, said, km) in [(4, Some(100.0), 500.0), (5, None, 500.0), (6, Some(300.0), 300.0)] {
        let word = known("V1", sequence, "Later", said);
        assert!(store.put_vehicle(&own, &word, &LIMITS).await.unwrap());
        let shown = store.vehicle(&own, "V1").await.unwrap().unwrap().odometer_km;
        assert_eq!(shown, Some(km), "after {said:?}");
    }
    let kept = store.odometer(&own, "V1").await.unwrap();
    let said = read(300.0, 6);
    assert_eq!((kept.registry, kept.read_at), (Some(said), Some(said.at)));
    tx.commit().await.unwrap();
}

async fn a_check_is_written_once_and_revised_in_steps(database: &Database) {
    let check = Check {
        check_id: "chk_1".into(),
        decision: Decision {
            decision_id: "dec_1".into(),
            vehicle_id: "V1".into(),
            component: "cooling".into(),
            failure_mode: "cooling.leak".into(),
            decided_at: NOW,
            odometer_km: None,
            historical: true,
            correlation_id: "cor_1".into(),
        },
        standing: standing(false),
        expires_on: NaiveDate::from_ymd_opt(2025, 1, 31),
        expires_km: Some(5.0),
        checked_at_km: Some(4.0),
        waits_for_vehicle: true,
        revision: 1,
    };
    let next = Check {
        standing: standing(true),
        waits_for_vehicle: false,
        revision: 2,
        ..check.clone()
    };
    let skipping = Check {
        revision: 9,
        ..check.clone()
    };
    let own = tenant("ten_a");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    assert!(store.insert_check(&own, &check).await.unwrap());
    assert!(!store.insert_check(&own, &check).await.unwrap());
    assert_eq!(
        store.waiting_checks(&own, "V1").await.unwrap(),
        std::slice::from_ref(&check)
    );
    let settled = Check {
        decision: Decision {
            decision_id: "dec_2".into(),
            ..check.decision.clone()
        },
        ..check.clone()
    };
    assert!(store.insert_check(&own, &settled).await.unwrap());
    store.end_waiting(&own, "dec_2").await.unwrap();
    assert_eq!(
        store.waiting_checks(&own, "V1").await.unwrap(),
        std::slice::from_ref(&check)
    );
    assert_eq!(store.waiting_checks(&tenant("ten_b"), "V1").await.unwrap(), []);
    store.revise_check(&own, &skipping).await.unwrap();
    store.revise_check(&own, &next).await.unwrap();
    assert_eq!(store.check(&own, "dec_1").await.unwrap(), Some(next));
    assert_eq!(store.check(&tenant("ten_b"), "dec_1").await.unwrap(), None);
    assert_eq!(store.waiting_checks(&own, "V1").await.unwrap(), []);
    tx.commit().await.unwrap();
}

async fn visits_come_back_whole_and_only_those_that_wait(database: &Database) {
    let visit = Visit {
        appointment_id: "apt_1".into(),
        vehicle_id: "V1".into(),
        decision_id: Some("dec_1".into()),
        completed_at: NOW,
        odometer_km: Some(10.0),
        findings: vec![Finding {
            component: "brakes".into(),
            failure_mode: None,
            verdict: Verdict::OtherCause,
            repaired: true,
        }],
        cost: Money {
            amount_minor: 100,
            currency: "EUR".into(),
        },
    };
    let own = tenant("ten_a");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    assert!(store.insert_visit(&own, &visit).await.unwrap());
    assert!(!store.insert_visit(&own, &visit).await.unwrap());
    assert_eq!(store.waiting_visits(&own, "V1").await.unwrap(), []);
    store.set_visit_waiting(&own, "apt_1", true).await.unwrap();
    assert_eq!(
        store.waiting_visits(&own, "V1").await.unwrap(),
        std::slice::from_ref(&visit)
    );
    assert_eq!(store.waiting_visits(&tenant("ten_b"), "V1").await.unwrap(), []);
    assert_eq!(store.visit(&own, "apt_1").await.unwrap(), Some(visit.clone()));
    assert_eq!(store.visit(&tenant("ten_b"), "apt_1").await.unwrap(), None);
    // A visit that was heard before its vehicle has shown the odometer all the same.
    let early = Visit {
        appointment_id: "apt_early".into(),
        vehicle_id: "V_late".into(),
        odometer_km: Some(120_000.0),
        ..visit
    };
    assert!(store.insert_visit(&own, &early).await.unwrap());
    let late = KnownVehicle {
        said_at: NOW - Duration::days(30),
        ..known("V_late", 1, "Late", Some(80_000.0))
    };
    assert!(store.put_vehicle(&own, &late, &LIMITS).await.unwrap());
    let late = store.vehicle(&own, "V_late").await.unwrap().unwrap();
    assert_eq!(late.odometer_km, Some(120_000.0));
    tx.commit().await.unwrap();
}

fn claim(id: &str, vehicle_id: &str, created_at: DateTime<Utc>) -> Claim {
    Claim {
        claim_id: id.into(),
        vehicle_id: vehicle_id.into(),
        appointment_id: Some(format!("apt_of_{id}")),
        decision_id: None,
        created_at,
    }
}

fn draft() -> Version {
    let content = Content {
        component: "cooling".into(),
        failure_mode: None,
        amount: Money {
            amount_minor: 500,
            currency: "EUR".into(),
        },
        occurred_on: NaiveDate::default(),
        odometer_km: Some(1.0),
        standing: standing(true),
        remark: Some(Reason::new("claim.amount_includes_other_work", "Look.")),
        description: Some("words".into()),
    };
    Version::draft(content, "usr_1", NOW)
}

async fn claims_are_paged_newest_first_within_tenant_and_vehicles(database: &Database) {
    let own = tenant("ten_p");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    // Two of the same moment, one of a fraction of a second later: order has to hold for both.
    for (id, vehicle_id, micros) in [
        ("c1", "V1", 0),
        ("c2", "V2", 0),
        ("c3", "V1", 1),
        ("c4", "V1", 2_000_000),
    ] {
        let created_at = NOW + Duration::microseconds(micros);
        assert!(
            store
                .insert_claim(&own, &claim(id, vehicle_id, created_at), &draft())
                .await
                .unwrap()
        );
    }
    let same_visit = Claim {
        claim_id: "c5".into(),
        ..claim("c1", "V1", NOW)
    };
    assert!(!store.insert_claim(&own, &same_visit, &draft()).await.unwrap());
    assert!(
        store
            .insert_claim(&tenant("ten_q"), &claim("c1", "V1", NOW), &draft())
            .await
            .unwrap()
    );
    let mut seen = Vec::new();
    let mut filter = ClaimFilter {
        limit: 1,
        ..ClaimFilter::default()
    };
    while let Some((head, version)) = store.claims(&own, &filter).await.unwrap().pop() {
        assert_eq!(version, draft());
        filter.after = Some(ClaimMark {
            created_at: head.created_at,
            claim_id: head.claim_id.clone(),
        });
        seen.push(head.claim_id);
    }
    assert_eq!(seen, ["c4", "c3", "c2", "c1"]);
    let of_v2 = ClaimFilter {
        vehicle_ids: Some(vec!["V2".into()]),
        limit: 9,
        ..ClaimFilter::default()
    };
    assert_eq!(store.claims(&own, &of_v2).await.unwrap().len(), 1);
    let of_none = ClaimFilter {
        vehicle_ids: Some(vec![]),
        limit: 9,
        ..ClaimFilter::default()
    };
    assert_eq!(store.claims(&own, &of_none).await.unwrap(), []);
    assert_eq!(
        store.claim_id_of_visit(&own, "apt_of_c1").await.unwrap().as_deref(),
        Some("c1")
    );
    tx.commit().await.unwrap();
}

/// Reads the claim and submits it; false when it was submitted before.
async fn submit(database: &Database, own: &TenantId, by: &str) -> Result<bool, Error> {
    let mut tx = database.begin().await?;
    let mut store = Store::new(&mut tx);
    let (_, present) = store.claim(own, "c1").await?.expect("the claim");
    let Ok(next) = present.submit(Amendment::default(), standing(true), by, NOW) else {
        return Ok(false);
    };
    let written = store.add_version(own, "c1", &next).await?;
    tx.commit().await?;
    Ok(written)
}

/// Drafts the claim of one visit, if it has none.
async fn draft_for_visit(database: &Database, own: &TenantId, number: u32) -> Result<bool, Error> {
    let mut tx = database.begin().await?;
    let mut store = Store::new(&mut tx);
    if store.claim_id_of_visit(own, "apt_of_c1").await?.is_some() {
        return Ok(false);
    }
    let head = Claim {
        claim_id: format!("c{number}"),
        ..claim("c1", "V1", NOW)
    };
    let written = store.insert_claim(own, &head, &draft()).await?;
    tx.commit().await?;
    Ok(written)
}

async fn eight_writers_draft_a_visits_claim_once(database: &Database) {
    let writers = (0..8).map(|number| {
        let database = database.clone();
        tokio::spawn(async move {
            let own = tenant("ten_d");
            chassis::again(|| draft_for_visit(&database, &own, number))
                .await
                .unwrap()
        })
    });
    let mut written = 0;
    for writer in writers.collect::<Vec<_>>() {
        written += u32::from(writer.await.unwrap());
    }
    assert_eq!(written, 1);
}

async fn eight_writers_submit_a_claim_once(database: &Database) {
    let own = tenant("ten_w");
    let mut tx = database.begin().await.unwrap();
    assert!(
        Store::new(&mut tx)
            .insert_claim(&own, &claim("c1", "V1", NOW), &draft())
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let writers = (0..8).map(|writer| {
        let (database, own) = (database.clone(), own.clone());
        tokio::spawn(async move {
            let by = format!("usr_{writer}");
            chassis::again(|| submit(&database, &own, &by)).await.unwrap()
        })
    });
    let mut written = 0;
    for writer in writers.collect::<Vec<_>>() {
        written += u32::from(writer.await.unwrap());
    }
    assert_eq!(written, 1);
    let mut tx = database.read().await.unwrap();
    assert_eq!(Store::new(&mut tx).versions(&own, "c1").await.unwrap().len(), 2);
}

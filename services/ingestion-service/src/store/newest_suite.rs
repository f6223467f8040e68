//! What the store promises of the newest of each vehicle: readings, trouble codes, odometer.

use std::collections::BTreeMap;

use chassis::TenantId;

use super::Store;
use super::suite::{VIN, database, start, vehicle};
use super::telemetry::{CodeReports, Newest};

#[tokio::test]
async fn the_newest_reading_wins_whatever_the_order_of_arrival() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    for (value, time_us) in [(1.0, 10), (0.1 + 0.2, 30), (3.0, 20)] {
        let mut newest = Newest::default();
        newest.note("Vehicle.Speed", value, time_us);
        let newer = BTreeMap::from([((tenant.clone(), "V1".to_owned()), newest)]);
        store.merge_newest(&newer).await.unwrap();
    }
    let latest = store.latest(&tenant, "V1").await.unwrap().unwrap();
    assert_eq!((latest.time.timestamp_micros(), latest.signals[0].1), (30, 0.1 + 0.2));
    assert_eq!(store.latest(&TenantId::new("ten_b"), "V1").await.unwrap(), None);
}

#[tokio::test]
async fn trouble_codes_and_odometers_are_laid_over_what_is_known() {
    let (database, _folder) = database().await;
    let tenant = TenantId::new("ten_a");
    let mut tx = database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    store.register(&tenant, &vehicle("V1", VIN), start()).await.unwrap();
    let key = (tenant.clone(), "V1".to_owned(), "P0301".to_owned(), String::new());
    for (status, first_seen_us, last_seen_us) in [("pending", 20, 30), ("confirmed", 10, 15)] {
        let seen = CodeReports {
            status: status.to_owned(),
            first_seen_us,
            last_seen_us,
            reports: 2,
        };
        store
            .report_codes(&BTreeMap::from([(key.clone(), seen)]))
            .await
            .unwrap();
    }
    let code = store.trouble_codes(&tenant, "V1").await.unwrap().remove(0);
    assert_eq!(
        (
            code.status.as_str(),
            code.first_seen_us,
            code.last_seen_us,
            code.reports
        ),
        ("pending", 10, 30, 4)
    );
    for km in [5.0, 7.0, 6.0] {
        let shown = BTreeMap::from([((tenant.clone(), "V1".to_owned()), km)]);
        store.raise_odometers(&shown).await.unwrap();
    }
    let (vehicle, _) = store.vehicle(&tenant, "V1").await.unwrap().unwrap();
    assert_eq!(vehicle.odometer_km, Some(7.0));
}

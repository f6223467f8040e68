//! Load against platforms that lose, double, alter, hesitate and fail, and what the verifier says to each.

use std::path::{Path, PathBuf};

use fleetsim::load::{Compression, LoadDetails, LoadOptions, LoadReport, load, load_with};
use fleetsim::verify::{VerifyOptions, VerifyReport, verify};

use crate::platform::{Mistake, Platform};

fn options(platform: &Platform, ack_log: &Path) -> LoadOptions {
    LoadOptions {
        url: platform.url.clone(),
        key: "secret".into(),
        rate: 2_000.0,
        seconds: 0.5,
        batch: 50,
        vehicles: 7,
        workers: 4,
        ack_log: Some(ack_log.to_owned()),
        prefix: "load".into(),
        patience_s: 5.0,
        progress: false,
    }
}

fn verification(platform: &Platform, ack_log: PathBuf) -> VerifyOptions {
    VerifyOptions {
        url: platform.url.clone(),
        key: "secret".into(),
        ack_log,
        wait_s: 1,
        progress: false,
    }
}

async fn run(mistake: Mistake) -> (LoadReport, VerifyReport) {
    let platform = Platform::start(mistake).await;
    let folder = tempfile::tempdir().unwrap();
    let ack_log = folder.path().join("acks");
    let report = load(options(&platform, &ack_log)).await.unwrap();
    (report, verify(&verification(&platform, ack_log)).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_keeps_everything_passes() {
    let (loaded, verified) = run(Mistake::None).await;
    assert_eq!(
        (loaded.sent, loaded.accepted, loaded.rejected, loaded.in_doubt),
        (1_000, 1_000, 0, 0)
    );
    assert!(
        loaded.latency_ms.p50 > 0.0 && loaded.latency_ms.max >= loaded.latency_ms.p99,
        "{loaded:?}"
    );
    assert!(
        loaded.records_per_second > 500.0 && loaded.records_per_second <= 2_000.0,
        "{loaded:?}"
    );
    assert!(verified.holds(), "{verified:?}");
    assert_eq!(
        (
            verified.vehicles,
            verified.acknowledged,
            verified.stored,
            verified.unacknowledged
        ),
        (7, 1_000, 1_000, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_is_seen() {
    let (_, verified) = run(Mistake::Loses).await;
    assert_eq!((verified.lost, verified.doubled, verified.altered), (10, 0, 0));
    assert!(!verified.holds());
    assert_eq!(verified.differences.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubling_is_seen() {
    let (_, verified) = run(Mistake::Doubles).await;
    assert_eq!(
        (verified.lost, verified.doubled, verified.altered, verified.stored),
        (0, 10, 0, 1_010)
    );
    assert!(!verified.holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_value_under_its_old_hash_is_seen() {
    let (_, verified) = run(Mistake::Alters).await;
    assert_eq!((verified.lost, verified.doubled, verified.altered), (0, 0, 10));
    assert!(!verified.holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_platform_is_asked_again() {
    let (loaded, verified) = run(Mistake::Busy).await;
    assert_eq!((loaded.accepted, loaded.throttled, loaded.rejected), (1_000, 2, 0));
    assert!(loaded.latency_ms.max >= 100.0, "the wait counts: {loaded:?}");
    assert!(verified.holds());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_stored_but_not_answered_is_posted_again_and_stored_once() {
    let (loaded, verified) = run(Mistake::FailsAfterStoring).await;
    assert_eq!((loaded.accepted, loaded.duplicate, loaded.repeated), (900, 100, 2));
    assert!(verified.holds(), "{verified:?}");
    assert_eq!(verified.stored, 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_batch_is_rejected_and_not_acknowledged() {
    let (loaded, verified) = run(Mistake::Refuses).await;
    assert_eq!((loaded.accepted, loaded.rejected), (0, 1_000));
    assert_eq!((verified.acknowledged, verified.stored), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_does_not_answer_proves_nothing() {
    let platform = Platform::start(Mistake::None).await;
    let folder = tempfile::tempdir().unwrap();
    let ack_log = folder.path().join("acks");
    load(options(&platform, &ack_log)).await.unwrap();
    let options = VerifyOptions {
        url: "http://127.0.0.1:9".into(),
        key: "secret".into(),
        ack_log,
        wait_s: 0,
        progress: false,
    };
    assert!(
        verify(&options).await.is_err(),
        "a platform that does not answer proves nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_retry_a_busy_platform_rejects() {
    let platform = Platform::start(Mistake::Busy).await;
    let folder = tempfile::tempdir().unwrap();
    let details = LoadDetails {
        retry: false,
        ..LoadDetails::default()
    };
    let report = load_with(options(&platform, &folder.path().join("acks")), details)
        .await
        .unwrap();
    assert_eq!(
        (report.sent, report.accepted, report.rejected, report.throttled),
        (1_000, 900, 100, 2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_loop_posts_single_records_until_the_time_is_up() {
    let platform = Platform::start(Mistake::None).await;
    let folder = tempfile::tempdir().unwrap();
    let ack_log = folder.path().join("acks");
    let options = LoadOptions {
        rate: 0.0,
        batch: 1,
        seconds: 0.3,
        ..options(&platform, &ack_log)
    };
    let report = load(options).await.unwrap();
    assert!(
        !report.open_loop && report.accepted == report.sent && report.sent > 20,
        "{report:?}"
    );
    assert!((0.3..2.0).contains(&report.seconds), "{report:?}");
    let verified = verify(&verification(&platform, ack_log)).await.unwrap();
    assert!(verified.holds() && verified.stored == report.sent, "{verified:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn packed_bodies_arrive_the_same() {
    for compression in [Compression::Gzip, Compression::Zstd] {
        let platform = Platform::start(Mistake::None).await;
        let folder = tempfile::tempdir().unwrap();
        let ack_log = folder.path().join("acks");
        let details = LoadDetails {
            compression,
            readings: 20,
            seed: 5,
            ..LoadDetails::default()
        };
        let report = load_with(options(&platform, &ack_log), details).await.unwrap();
        assert_eq!(report.accepted, 1_000);
        let verified = verify(&verification(&platform, ack_log)).await.unwrap();
        assert!(verified.holds() && verified.unacknowledged == 0, "{verified:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_load_tells_what_it_did() {
    let platform = Platform::start(Mistake::None).await;
    let folder = tempfile::tempdir().unwrap();
    let details = LoadDetails::default();
    details.stop.cancel();
    let report = load_with(options(&platform, &folder.path().join("acks")), details)
        .await
        .unwrap();
    assert_eq!((report.sent, report.accepted), (0, 0));
}

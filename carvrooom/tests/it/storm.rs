//! What harm is done under: open-loop load, a fleet in which something fails, people who are to be told.

use std::path::PathBuf;

use chrono::Utc;
use fleetsim::drive::{AtPresent, DriveOptions, FaultKind, Handle, control, drive};
use fleetsim::load::{LoadOptions, load};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::platform::{KEY, Place, eventually, seed_workshops};

pub(crate) const SEED: u64 = 20_261_122;

/// Load and a failing fleet that go on across restarts.
pub(crate) struct Storm {
    ack_log: PathBuf,
    load: JoinHandle<anyhow::Result<fleetsim::load::LoadReport>>,
    fleet: JoinHandle<anyhow::Result<fleetsim::drive::DriveReport>>,
    handle: Handle,
}

impl Storm {
    /// Starts both, for `seconds` and at `rate` records a second, on a running platform and waits until their vehicles are registered.
    pub(crate) async fn start(place: &Place, name: &str, rate: f64, seconds: f64) -> Self {
        let before = place.list("ingestion", "/api/v1/vehicles").await.len();
        let storm = Self::spawn(place, name, rate, seconds);
        eventually("the vehicles", async || {
            (place.list("ingestion", "/api/v1/vehicles").await.len() >= before + 56).then_some(())
        })
        .await;
        storm
    }

    fn spawn(place: &Place, name: &str, rate: f64, seconds: f64) -> Self {
        let ack_log = place.folder().join(format!("acknowledged-{name}"));
        let load = tokio::spawn(load(LoadOptions {
            url: place.url("ingestion"),
            key: KEY.to_owned(),
            rate,
            seconds,
            batch: 100,
            vehicles: 50,
            workers: 4,
            ack_log: Some(ack_log.clone()),
            prefix: format!("load{name}"),
            patience_s: 120.0,
            progress: false,
        }));
        let options = DriveOptions {
            vehicles: 6,
            failures: vec![
                (FaultKind::CoolantLeak, 2),
                (FaultKind::Battery, 2),
                (FaultKind::Brakes, 2),
            ],
            seed: SEED + name.bytes().map(u64::from).sum::<u64>(),
            at_present: AtPresent::Stop,
            speed: fleetsim::replay::Speed::Times(20.0 * 3600.0 / seconds),
            sample_s: 20,
            prefix: format!("fail{name}"),
            patience_s: 120,
            ..DriveOptions::new(&place.url("ingestion"), KEY, Utc::now() - chrono::Duration::hours(20))
        };
        let (handle, simulation) = control(CancellationToken::new());
        Self {
            ack_log,
            load,
            fleet: tokio::spawn(drive(options, simulation)),
            handle,
        }
    }

    /// Whether there is still load.
    pub(crate) fn rages(&self) -> bool {
        !self.load.is_finished()
    }

    /// Waits until all was posted; the log says what was acknowledged.
    pub(crate) async fn end(self) -> PathBuf {
        self.load.await.expect("no panic").expect("the load ran through");
        self.fleet.await.expect("no panic").expect("the fleet drove through");
        self.handle.stop();
        self.ack_log
    }
}

/// Workshops, and a person with an address, so that mails go out.
pub(crate) async fn add_people(place: &Place) {
    seed_workshops(place).await;
    let user = json!({"username": "marco", "role": "FLEET_MANAGER", "password": "a password for marco"});
    place.make("analytics", "/api/v1/users", &user).await;
    let login = json!({"username": "marco", "password": "a password for marco"});
    let token = place.make("analytics", "/api/v1/auth/login", &login).await["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let preferences = json!({"email": "marco@example.org", "locale": "en", "channels": ["IN_APP", "EMAIL"]});
    let answered = reqwest::Client::new()
        .put(format!("{}/api/v1/preferences", place.url("alert")))
        .bearer_auth(token)
        .json(&preferences)
        .send()
        .await;
    assert!(answered.expect("answered").status().is_success());
}

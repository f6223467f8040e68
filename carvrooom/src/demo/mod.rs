//! The demo: a tenant, its people, workshops and vehicles made through the public API, a simulated fleet of which some
//! vehicles fail, and a technician who does the booked jobs. It writes into no table: whatever is seen was computed.

mod people;
mod rest;
mod technician;
mod workshops;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{Duration, Utc};
use fleetsim::drive::{AtPresent, DriveEvent, DriveOptions, FaultKind};
use fleetsim::replay::Speed;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::secrets;
use rest::Rest;

/// The demo's tenant.
const TENANT: &str = "ten_demo";
/// How far back the simulated fleet starts: within the live horizon, so that what happens is news, not history.
const HOURS_BACK: i64 = 20;
/// Simulated seconds in a second while catching up: 20 hours pass in half a minute.
const SPEED: f64 = 2400.0;
/// Vehicles of the demo.
const VEHICLES: usize = 12;

/// Where the demo takes place.
pub(crate) struct Place {
    pub(crate) addresses: BTreeMap<String, SocketAddr>,
    pub(crate) bootstrap_key: String,
    pub(crate) data_dir: PathBuf,
}

impl Place {
    fn url(&self, service: &str) -> String {
        self.addresses
            .get(service)
            .map(|address| format!("http://{address}"))
            .unwrap_or_default()
    }
}

/// What a second start needs of the first: kept in the data folder, readable by its owner only.
#[derive(Clone, Serialize, Deserialize)]
struct Cast {
    device_key: String,
    technicians: Vec<Login>,
    owner_id: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct Login {
    username: String,
    password: String,
}

/// Seeds on the first start, then drives the fleet and does the workshop's jobs until shutdown.
pub(crate) async fn run(place: Place, shutdown: CancellationToken) {
    if let Err(error) = play(&place, shutdown).await {
        eprintln!("demo: {error:#}");
    }
}

async fn play(place: &Place, shutdown: CancellationToken) -> anyhow::Result<()> {
    let rest = Rest::new(place);
    let file = place.data_dir.join("demo.secret.json");
    let cast: Cast = if file.exists() {
        println!("demo: the tenant {TENANT} is there already; its passwords were shown at its first start");
        serde_json::from_str(&std::fs::read_to_string(&file)?)?
    } else {
        let cast = seed(&rest, place).await?;
        secrets::write_private(&file, &serde_json::to_string(&cast)?)?;
        cast
    };
    let (handle, control) = fleetsim::drive::control(shutdown.clone());
    let jobs = cast
        .technicians
        .iter()
        .map(|login| technician::work(&rest, login, handle.clone(), shutdown.clone()));
    let fleet = fleetsim::drive::drive(fleet(place, &cast), control);
    let (done, driven) = tokio::join!(futures::future::try_join_all(jobs), fleet);
    done?;
    driven?;
    Ok(())
}

async fn seed(rest: &Rest, place: &Place) -> anyhow::Result<Cast> {
    let people = people::seed(rest, &place.bootstrap_key).await?;
    workshops::seed(rest, &people).await?;
    Ok(Cast {
        device_key: people.device_key,
        technicians: people.technicians,
        owner_id: people.owner_id,
    })
}

fn fleet(place: &Place, cast: &Cast) -> DriveOptions {
    let owner_id = cast.owner_id.clone();
    let start = Utc::now() - Duration::hours(HOURS_BACK);
    DriveOptions {
        vehicles: VEHICLES,
        failures: vec![
            (FaultKind::CoolantLeak, 1),
            (FaultKind::Battery, 1),
            (FaultKind::Brakes, 1),
        ],
        seed: start.timestamp().unsigned_abs(),
        speed: Speed::Times(SPEED),
        at_present: AtPresent::GoLive,
        sample_s: 10,
        truth: Some(place.data_dir.join("demo-truth")),
        prefix: "demo".to_owned(),
        dress: Some(std::sync::Arc::new(move |number, registration| {
            registration.owner_id = (number < 3).then(|| owner_id.clone());
        })),
        listener: Some(std::sync::Arc::new(tell)),
        ..DriveOptions::new(&place.url("ingestion-service"), &cast.device_key, start)
    }
}

fn tell(event: &DriveEvent) {
    match event {
        DriveEvent::CaughtUp { records, .. } => {
            println!("demo: the fleet has caught up with the present after {records} records and goes on live")
        }
        DriveEvent::Repaired {
            vehicle_id, component, ..
        } => println!("demo: {component} of {vehicle_id} was repaired"),
        DriveEvent::Registered { .. } | DriveEvent::Failed { .. } => {}
    }
}

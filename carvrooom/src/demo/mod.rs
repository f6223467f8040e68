//! The demo: a tenant, its people, workshops and vehicles made through the public API, half a year of the vehicles' life told to the platform
//! in simulated business time, and then the present. It writes into no table: whatever is seen was computed.

mod findings;
mod fleet;
mod history;
mod people;
mod progress;
mod rest;
mod staff;
mod workshops;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use chassis::Runtime;
use chrono::{DateTime, TimeDelta, Utc};
use fleetsim::client::{Client, Patience};

use crate::live;
use crate::secrets;
use fleet::Garage;
use people::Cast;
use rest::Rest;

pub(crate) use fleet::Told;
pub(crate) use progress::Progress;

/// The demo's tenant.
const TENANT: &str = "ten_demo";
/// The demo's people, once all are there: kept in the data folder, readable by its owner only.
const CAST_FILE: &str = "demo.secret.json";
/// Vehicles that belong to the owner.
const OWNED: [usize; 3] = [0, 1, 3];
/// Seconds between two records of a driving vehicle, once the present is reached.
const LIVE_SAMPLE_S: i64 = 1;
/// How long one batch may wait for the platform.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where the demo takes place, and what of it was told before.
pub(crate) struct Place {
    pub(crate) addresses: BTreeMap<String, SocketAddr>,
    pub(crate) bootstrap_key: String,
    pub(crate) data_dir: PathBuf,
    pub(crate) told: Told,
    pub(crate) progress: Progress,
}

impl Place {
    fn url(&self, service: &str) -> String {
        let address = self.addresses.get(service);
        address.map(|address| format!("http://{address}")).unwrap_or_default()
    }
}

/// What was told by former starts in this folder; for a first one, that history begins so many days ago.
///
/// # Errors
/// When the folder holds a platform that is no demo: moving its business time into the past would harm it. And when the first start was cut
/// short before the demo's people were written down.
pub(crate) fn told(data_dir: &Path, (vehicles, wear): (u64, f64), days: u32) -> anyhow::Result<Told> {
    if let Some(told) = Told::read(data_dir)? {
        let is_seeded = data_dir.join(CAST_FILE).exists() || !data_dir.join("analytics-service.db").exists();
        anyhow::ensure!(
            is_seeded,
            "the demo's first start in {0} was cut short before all its people and vehicles were there, and their passwords are lost; remove {0} \
             and start again",
            data_dir.display()
        );
        return Ok(told);
    }
    anyhow::ensure!(
        days == 0 || !data_dir.join("analytics-service.db").exists(),
        "{} holds a platform that is no demo, or one of an older version; name another folder by --data-dir",
        data_dir.display()
    );
    let now = chassis::Clock::system().now();
    let midnight = (now - TimeDelta::days(days.into()))
        .date_naive()
        .and_time(chrono::NaiveTime::MIN)
        .and_utc();
    let begins = if days == 0 { now } else { midnight };
    let told = Told {
        seed: now.timestamp().unsigned_abs(),
        vehicles,
        wear,
        begins,
        until: begins,
        complete: days == 0,
        short_ids: true,
    };
    // Before anything else is: a history that is cut short goes on as the same demo.
    told.write(data_dir)?;
    Ok(told)
}

/// Seeds on the first start, tells what was not told yet, then goes on with the present until shutdown.
pub(crate) async fn run(place: Place, runtime: Runtime) {
    let (shutdown, clock) = (runtime.shutdown.clone(), runtime.clock.clone());
    let played = tokio::select! {
        played = play(place, runtime) => played,
        () = shutdown.cancelled() => Ok(()),
    };
    if let Err(error) = played {
        eprintln!("demo: {error:#}");
        if clock.is_simulated() {
            eprintln!("demo: time stands at {}; start again to go on from there", clock.now());
        }
    }
}

async fn play(mut place: Place, runtime: Runtime) -> anyhow::Result<()> {
    let rest = Rest::new(&place);
    let told_until = match place.told.complete && place.told.until > place.told.begins {
        // The vehicles drove on while nobody listened.
        true => runtime.clock.now(),
        false => place.told.until,
    };
    let mut lived = fleet::visits_of(&place.data_dir)?;
    lived.retain(|visit| visit.from_s < told_until.timestamp());
    let start_s = midnight_before(place.told.begins.timestamp());
    let fleets = fleet::fleets(&place.told, start_s);
    let garage = Garage::open(fleets, lived.clone(), told_until.timestamp())?;
    let cast = cast(&rest, &place, &garage).await?;
    let client = Client::new(&place.url("ingestion-service"), &cast.device_key)?;
    let patience = Patience {
        limit: PATIENCE,
        stop: runtime.shutdown.clone(),
    };
    let mut player = history::Player {
        staff: staff::Staff::new(&rest, &cast, runtime.clock.clone(), &lived),
        data_dir: place.data_dir.clone(),
        garage,
        client,
        patience,
        reached: told_until,
    };
    if runtime.clock.is_simulated() {
        player.tell_history(&mut place, &runtime).await?;
    }
    place.progress.go_live(runtime.clock.now());
    player.garage.sample_every(LIVE_SAMPLE_S);
    tokio::spawn(live::print(live::Tap::new(&runtime), runtime.clone()));
    player.follow_the_present(&mut place, &runtime).await
}

fn midnight_before(time_s: i64) -> i64 {
    time_s - time_s.rem_euclid(86_400)
}

/// People, workshops and vehicles: made at the first start, read from the folder at any other.
async fn cast(rest: &Rest, place: &Place, garage: &Garage) -> anyhow::Result<Cast> {
    let file = place.data_dir.join(CAST_FILE);
    if file.exists() {
        println!("demo: the tenant {TENANT} is there already; its passwords were shown at its first start");
        return serde_json::from_str(&std::fs::read_to_string(&file)?)
            .with_context(|| format!("{} cannot be read", file.display()));
    }
    let mut cast = people::seed(rest, &place.bootstrap_key).await?;
    workshops::seed(rest, &cast).await?;
    let client = Client::new(&place.url("ingestion-service"), &cast.device_key)?;
    for (number, registration) in garage.registrations.iter().enumerate() {
        let mut registration = registration.clone();
        if OWNED.contains(&number) {
            registration.owner_id = Some(cast.owner().user_id.clone());
            cast.owned.push(registration.vehicle_id.clone());
        }
        let home = fleet::home_of(&registration.vehicle_id);
        (registration.fleet_id, registration.depot_id) = (Some(format!("fleet_{home}")), Some(format!("depot_{home}")));
        client.register(&registration).await?;
    }
    people::want_mail(rest, &cast).await?;
    secrets::write_private(&file, &serde_json::to_string(&cast)?)?;
    Ok(cast)
}

/// The time of a second since 1970.
fn at(time_s: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(time_s, 0).unwrap_or_default()
}

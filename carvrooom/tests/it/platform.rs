//! The platform under test: the real binary in a temporary folder, killed and restarted at will.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chassis::testing::ports::hold_port;
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::servers::Servers;

/// API key of the default tenant with every scope.
pub(crate) const KEY: &str = "cvk_bootstrap_key_of_the_platform_tests";
/// How long anything may take before a test gives up.
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

pub(crate) const SERVICES: [&str; 7] = [
    "ingestion",
    "health",
    "agent",
    "alert",
    "scheduling",
    "warranty",
    "analytics",
];

/// True when the bars run at full size.
pub(crate) fn full_size() -> bool {
    std::env::var("CARVROOOM_BARS").is_ok_and(|size| size == "full")
}

/// Prints a measurement for `cargo xtask bars` to collect.
pub(crate) fn report(bar: &str, mut figures: Value) {
    figures["bar"] = bar.into();
    figures["full"] = full_size().into();
    println!("bar {figures}");
}

/// A data folder and ports that outlive the process, so that a restart is the same platform.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    ports: BTreeMap<&'static str, u16>,
    /// Further arguments of the launcher.
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    client: reqwest::Client,
    /// Who tells metrics: by default any one service, since one process tells of all.
    pub(crate) tellers: Mutex<Vec<String>>,
}

/// The running process.
pub(crate) struct Running {
    process: Child,
    /// From spawn to `ready`.
    pub(crate) started_in: Duration,
}

impl Place {
    pub(crate) fn new() -> Self {
        // Ports are held together for a moment, so that each is another one.
        let held: Vec<TcpListener> = SERVICES.iter().map(|_| hold_port()).collect();
        let ports = SERVICES
            .iter()
            .zip(&held)
            .map(|(name, port)| (*name, port.local_addr().expect("an address").port()))
            .collect();
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            ports,
            arguments: Vec::new(),
            tellers: Mutex::default(),
            environment: vec![(
                "CARVROOOM_ADMIN_PASSWORD".to_owned(),
                "a password for the tests".to_owned(),
            )],
            client: reqwest::Client::new(),
        }
    }

    /// With a demo of that size.
    pub(crate) fn with_demo(vehicles: u32, days: u32, wear: u32) -> Self {
        let size = [
            ("--demo-vehicles", vehicles),
            ("--demo-days", days),
            ("--demo-wear", wear),
        ];
        let mut place = Self::new();
        place.arguments = ["--demo", "--no-ui"].map(str::to_owned).to_vec();
        place.arguments.extend(
            size.into_iter()
                .flat_map(|(name, value)| [name.to_owned(), value.to_string()]),
        );
        place
    }

    /// On servers instead of files.
    pub(crate) fn on(servers: &Servers) -> Self {
        let urls = [
            "--database-url".to_owned(),
            servers.postgres.url_prefix(),
            "--redis-url".to_owned(),
            servers.redis_url(),
        ];
        let mut place = Self::new();
        place.arguments = urls.to_vec();
        place
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn port(&self, service: &str) -> u16 {
        self.ports[service]
    }

    pub(crate) fn url(&self, service: &str) -> String {
        format!("http://127.0.0.1:{}", self.ports[service])
    }

    /// What was set for the platform's environment.
    pub(crate) fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    fn command(&self, failpoint: &str) -> Command {
        let binary = std::env::var("CARVROOOM_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_carvrooom").to_owned());
        let mut command = Command::new(binary);
        command
            .args(["up", "--ui-port", "0", "--data-dir"])
            .arg(self.data_dir())
            .args(&self.arguments)
            .env("CARVROOOM_BOOTSTRAP_KEY", KEY);
        command
            .env("RUST_LOG", "warn")
            .env("CARVROOOM_FAILPOINT", failpoint)
            .env_remove("CARVROOOM_BARS");
        for (name, port) in &self.ports {
            command.env(format!("{}__HTTP__PORT", name.to_uppercase()), port.to_string());
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .expect("a log file");
        command.stdout(Stdio::piped()).stderr(log);
        command
    }

    /// Starts and waits for `ready`.
    pub(crate) fn start(&self) -> Running {
        self.try_start("")
            .unwrap_or_else(|| panic!("the platform did not become ready:\n{}", self.log()))
    }

    /// Starts with an armed failpoint; `None` when it died before it was ready.
    pub(crate) fn try_start(&self, failpoint: &str) -> Option<Running> {
        let started = Instant::now();
        let mut process = self.command(failpoint).spawn().expect("the binary");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let ready = lines
            .by_ref()
            .map_while(Result::ok)
            .any(|line| line.starts_with("ready http://"));
        let running = Running {
            process,
            started_in: started.elapsed(),
        };
        // The rest of the output is read away, so that the process never waits for us.
        std::thread::spawn(move || lines.map_while(Result::ok).count());
        ready.then_some(running)
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    pub(crate) async fn get(&self, service: &str, path: &str) -> Value {
        let response = self
            .client
            .get(format!("{}{path}", self.url(service)))
            .header("x-api-key", KEY)
            .send()
            .await;
        let response = response.unwrap_or_else(|error| panic!("GET {service} {path}: {error}"));
        let (status, body) = (response.status(), response.text().await.expect("a body"));
        assert!(status.is_success(), "GET {service} {path} answered {status}: {body}");
        serde_json::from_str(&body).unwrap_or(Value::String(body))
    }

    pub(crate) async fn post(&self, service: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self
            .client
            .post(format!("{}{path}", self.url(service)))
            .header("x-api-key", KEY)
            .json(body);
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("POST {service} {path}: {error}"));
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    /// The same to a platform that may die over it: the status, if it answered.
    pub(crate) async fn try_post(&self, service: &str, path: &str, body: &Value) -> Option<u16> {
        let url = format!("{}{path}", self.url(service));
        let answered = self.client.post(url).header("x-api-key", KEY).json(body).send().await;
        answered.ok().map(|response| response.status().as_u16())
    }

    /// The same, which must succeed.
    pub(crate) async fn make(&self, service: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.post(service, path, body).await;
        assert!(
            (200..300).contains(&status),
            "POST {service} {path} answered {status}: {answer}"
        );
        answer
    }

    /// All items of a paged list.
    pub(crate) async fn list(&self, service: &str, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let separator = if path.contains('?') { '&' } else { '?' };
            let page = self.get(service, &format!("{path}{separator}limit=500{cursor}")).await;
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    /// Every event that a service has published, from its archive.
    pub(crate) async fn events(&self, service: &str, kind: &str) -> Vec<Value> {
        let mut found = Vec::new();
        for partition in 0..chassis::partition::COUNT {
            let mut after = 0;
            loop {
                let page = self
                    .get(
                        service,
                        &format!("/internal/events?partition={partition}&after={after}&limit=1000"),
                    )
                    .await;
                let events = page["events"].as_array().expect("events").clone();
                let Some(last) = events.last() else { break };
                after = last["sequence"].as_i64().expect("a sequence");
                found.extend(events.into_iter().filter(|event| event["type"] == kind));
            }
        }
        found
    }

    /// Waits until nothing moves any more: all partitions have their owner, who has read them to the end, and nothing new was published,
    /// twice in a row.
    pub(crate) async fn drained(&self) {
        let mut before = None;
        eventually("the platform to come to rest", async || {
            let now = self.at_rest().await;
            let rested = now.is_some() && before == now;
            before = now;
            if !rested {
                tokio::time::sleep(Duration::from_millis(1500)).await;
            }
            rested.then_some(())
        })
        .await;
    }

    /// What was published so far, if every consumer is at the end of its streams.
    async fn at_rest(&self) -> Option<Vec<String>> {
        let mut tellers = self.tellers.lock().clone();
        if tellers.is_empty() {
            tellers.push(self.url("ingestion"));
        }
        let (mut lag, mut partitions, mut counts) = (0.0, 0.0, Vec::new());
        for teller in tellers {
            let metrics = self
                .client
                .get(format!("{teller}/metrics"))
                .send()
                .await
                .ok()?
                .text()
                .await
                .ok()?;
            for line in metrics.lines() {
                let value = || {
                    line.rsplit(' ')
                        .next()
                        .and_then(|number| number.parse::<f64>().ok())
                        .unwrap_or(0.0)
                };
                if line.starts_with("consumer_lag_events{") {
                    lag += value();
                } else if line.starts_with("consumer_partitions{") {
                    partitions += value();
                } else if line.starts_with("events_published_total{") {
                    counts.push(line.to_owned());
                }
            }
        }
        let all = SERVICES.len() as f64 * f64::from(chassis::partition::COUNT);
        if lag > 0.0 || partitions < all {
            return None;
        }
        counts.sort();
        counts.push(self.get("ingestion", "/api/v1/conservation").await.to_string());
        Some(counts)
    }
}

impl Drop for Place {
    /// A test that fails says what the platform said last.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let last: Vec<&str> = log.lines().rev().take(40).collect();
            eprintln!("the platform's log ended with:");
            last.iter().rev().for_each(|line| eprintln!("{line}"));
        }
    }
}

impl Running {
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("reaped");
    }

    /// True once it has died by itself (a failpoint).
    pub(crate) fn has_died(&mut self) -> bool {
        self.process.try_wait().expect("a state").is_some()
    }

    /// Resident memory in bytes (Linux).
    pub(crate) fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("its status");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
        let kib: u64 = line
            .split_whitespace()
            .nth(1)
            .and_then(|kib| kib.parse().ok())
            .expect("a number");
        kib * 1024
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Polls until a condition gives something; panics after [`DEADLINE`].
pub(crate) async fn eventually<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = condition().await {
            return found;
        }
        assert!(started.elapsed() < DEADLINE, "not seen within {DEADLINE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Workshops, technicians, parts on order and a coverage, through the API.
pub(crate) async fn seed_workshops(place: &Place) {
    let hours = |from: &str, to: &str| -> Value {
        ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
            .iter()
            .map(|day| json!({"weekday": day, "from": from, "to": to}))
            .collect()
    };
    let bays: Value = (1..=8)
        .map(|number| json!({"bay_id": format!("bay_{number}"), "name": format!("Bay {number}"), "kinds": ["GENERAL", "HEAVY", "HIGH_VOLTAGE"], "has_lift": true}))
        .collect();
    let center = json!({"center_id": "ctr_1", "name": "Workshop", "utc_offset_minutes": 0, "bays": bays,
        "labour_price_per_hour": {"amount_minor": 9000, "currency": "EUR"}, "opening_hours": hours("06:00", "22:00")});
    place.make("scheduling", "/api/v1/centers", &center).await;
    for number in 1..=8 {
        let technician = json!({"technician_id": format!("usr_t{number}"), "center_id": "ctr_1", "working_hours": hours("06:00", "22:00"),
            "skills": ["cooling", "electrical", "brakes", "engine", "transmission", "tyres", "diesel", "high_voltage", "general"]});
        place.make("scheduling", "/api/v1/technicians", &technician).await;
    }
    let coverage = json!({"name": "Everything", "covers": {"everything": true}, "applies_to": {"every_vehicle": true}, "duration_months": 600, "limit_km": 10_000_000});
    place.make("warranty", "/api/v1/coverages", &coverage).await;
}

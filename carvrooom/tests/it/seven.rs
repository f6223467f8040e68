//! Each service as a process of its own, as its `.env.example` says; several instances of each where a test wants them.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use chassis::testing::ports::free_port;

use crate::platform::{KEY, Place, SERVICES, eventually};
use crate::servers::Servers;

const TOKEN_SECRET: &str = "a secret of the platform tests, long enough";

/// Where instances find PostgreSQL and Redis: the servers themselves, or a proxy before each.
#[derive(Clone)]
pub(crate) struct Doors {
    pub(crate) postgres_port: u16,
    pub(crate) redis_url: String,
}

impl Doors {
    pub(crate) fn of(servers: &Servers) -> Self {
        Self {
            postgres_port: servers.postgres.port(),
            redis_url: servers.redis_url(),
        }
    }
}

/// All processes. The first instance of a service answers at the place's address.
pub(crate) struct Seven<'p> {
    place: &'p Place,
    pub(crate) instances: Vec<Instance>,
}

/// One process of one service.
pub(crate) struct Instance {
    pub(crate) service: &'static str,
    port: u16,
    folder: PathBuf,
    process: Option<Child>,
}

impl<'p> Seven<'p> {
    /// Makes role and database of each service and starts `count(service)` instances of it, on the doors given.
    pub(crate) async fn start(
        place: &'p Place,
        servers: &Servers,
        doors: &Doors,
        count: impl Fn(&str) -> usize,
    ) -> Self {
        let mut instances = Vec::new();
        for service in SERVICES {
            servers
                .postgres
                .execute(&format!("CREATE ROLE {service} LOGIN PASSWORD '{service}'"))
                .await;
            servers
                .postgres
                .execute(&format!("CREATE DATABASE {service}_db OWNER {service}"))
                .await;
            for number in 0..count(service) {
                let folder = place.folder().join(format!("{service}-{number}"));
                let port = if number == 0 { place.port(service) } else { free_port() };
                std::fs::create_dir_all(&folder).expect("a folder");
                std::fs::write(folder.join(".env"), filled_in(place, doors, service, port)).expect("a file");
                instances.push(Instance {
                    service,
                    port,
                    folder,
                    process: None,
                });
            }
        }
        let mut seven = Self { place, instances };
        for number in 0..seven.instances.len() {
            seven.instances[number].spawn();
        }
        for number in 0..seven.instances.len() {
            seven.ready(number).await;
        }
        seven.tell();
        seven
    }

    /// Indices of a service's instances.
    pub(crate) fn of(&self, service: &str) -> Vec<usize> {
        (0..self.instances.len())
            .filter(|number| self.instances[*number].service == service)
            .collect()
    }

    /// Metrics are asked of everyone who runs.
    fn tell(&self) {
        let running = self.instances.iter().filter(|instance| instance.process.is_some());
        *self.place.tellers.lock() = running.map(Instance::url).collect();
    }

    async fn ready(&mut self, number: usize) {
        let url = format!("{}/ready", self.instances[number].url());
        let what = format!("{} to be ready", self.instances[number].service);
        eventually(&what, async || {
            let ended = self.instances[number].process.as_mut()?.try_wait().expect("a state");
            assert!(ended.is_none(), "{what}: {ended:?}\n{}", self.instances[number].log());
            reqwest::get(&url)
                .await
                .ok()
                .filter(|response| response.status().is_success())
                .map(|_| ())
        })
        .await;
    }

    /// Starts an instance again, and waits until it is ready.
    pub(crate) async fn start_again(&mut self, number: usize) {
        self.instances[number].spawn();
        self.ready(number).await;
        self.tell();
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self, number: usize) {
        let mut process = self.instances[number].process.take().expect("a running instance");
        process.kill().expect("killed");
        process.wait().expect("reaped");
        self.tell();
    }

    /// SIGTERM, and waits until it has ended.
    pub(crate) fn stop(&mut self, number: usize) {
        self.instances[number].signal("-TERM");
        let mut process = self.instances[number].process.take().expect("a running instance");
        let status = process.wait().expect("reaped");
        assert!(status.success(), "{status}:\n{}", self.instances[number].log());
        self.tell();
    }
}

impl Drop for Seven<'_> {
    /// A test that fails says what each instance said last.
    fn drop(&mut self) {
        if std::thread::panicking() {
            for instance in &self.instances {
                let log = instance.log();
                let last: Vec<&str> = log.lines().rev().take(15).collect();
                eprintln!("== {} on port {}", instance.service, instance.port);
                last.iter().rev().for_each(|line| eprintln!("{line}"));
            }
        }
    }
}

impl Instance {
    fn spawn(&mut self) {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join("log"))
            .expect("a log file");
        let mut command = Command::new(binary(self.service));
        command
            .args(["--data-dir", "data"])
            .current_dir(&self.folder)
            .env_clear();
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log file"))
            .stderr(log);
        self.process = Some(command.spawn().expect("the service's binary"));
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// `-STOP` freezes it, `-CONT` wakes it.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.process.as_ref().expect("a running instance").id().to_string();
        let status = Command::new("kill").args([signal, &id]).status();
        assert!(status.is_ok_and(|status| status.success()), "kill {signal} {id}");
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Beside the launcher, in the target folder that both workspaces share.
fn binary(service: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_carvrooom")).parent().expect("a folder");
    let binary = folder.join(format!("{service}-service"));
    assert!(
        binary.exists(),
        "{} is missing: cargo build --workspace --bins",
        binary.display()
    );
    binary
}

/// The service's `.env.example`, filled in as an operator would, with this test's ports in place of the usual ones.
fn filled_in(place: &Place, doors: &Doors, service: &str, port: u16) -> String {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../services/{service}-service/.env.example"));
    let example = std::fs::read_to_string(&example).unwrap_or_else(|error| panic!("{}: {error}", example.display()));
    let prefix = service.to_uppercase();
    let mut filled = String::new();
    for line in example
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{service}: {line}"));
        let mut value = match name {
            "CARVROOOM_TOKEN_SECRET" => TOKEN_SECRET.to_owned(),
            "CARVROOOM_BOOTSTRAP_KEY" => KEY.to_owned(),
            "REDIS_URL" => doors.redis_url.clone(),
            "RUST_LOG" => "warn".to_owned(),
            name if name == format!("{prefix}__HTTP__HOST") => "127.0.0.1".to_owned(),
            name if name == format!("{prefix}__HTTP__PORT") => port.to_string(),
            _ => value.replace("localhost:5432", &format!("127.0.0.1:{}", doors.postgres_port)),
        };
        if name.ends_with("__BROKER__ARCHIVES") {
            for (number, other) in SERVICES.iter().enumerate() {
                value = value.replace(&format!("http://localhost:{}", 8001 + number), &place.url(other));
            }
            assert!(
                !value.contains("localhost"),
                "{service}: an archive is at an unknown port: {value}"
            );
        }
        let own = place
            .environment()
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone());
        filled.push_str(&format!("{name}={}\n", own.unwrap_or(value)));
    }
    for (name, value) in place.environment().iter().filter(|(name, _)| name.starts_with(&prefix)) {
        if !filled.contains(&format!("{name}=")) {
            filled.push_str(&format!("{name}={value}\n"));
        }
    }
    filled
}

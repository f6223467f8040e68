//! Real servers for tests: PostgreSQL, Redis and a Redis Cluster, on free ports in temporary folders. They die with whoever started them.
//!
//! The programs come from Debian's packages `postgresql` and `redis-server`; a missing one fails the test by name.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, Executor};

use super::ports::free_port;

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that is killed when it is dropped, and by the kernel when the thread that started it ends.
struct Process(Child);

impl Process {
    /// PostgreSQL refuses root, so `unprivileged` steps down to `nobody` where we are root.
    fn start(program: &Path, arguments: &[&str], unprivileged: bool) -> Self {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if unprivileged && is_root() {
            command.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]);
        }
        command.arg(program).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        Self(child)
    }

    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.0.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "kill {signal}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id");
    output.stdout.starts_with(b"0\n")
}

/// Runs to its end as `nobody` where we are root.
fn run_unprivileged(program: &Path, arguments: &[&str]) {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]);
    }
    let output = command.arg(program).args(arguments).output().expect("setpriv");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", program.display());
}

/// Polls until something holds; panics after [`PATIENCE`].
fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(
            started.elapsed() < PATIENCE,
            "{what} did not come up within {PATIENCE:?}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Where Debian keeps PostgreSQL's programs, the newest version first; else the search path.
fn postgres_program(name: &str) -> PathBuf {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    versions.sort();
    let found = versions.into_iter().rev().map(|version| version.join("bin").join(name));
    found
        .into_iter()
        .find(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from(name))
}

/// A temporary folder that goes with this process, however that ends: servers that a whole process shares are never dropped, and a killed
/// test drops nothing. A shell waits for the end of a pipe that nobody writes to, and then removes it. Nobody waits for that: a server of
/// a whole run leaves hundreds of databases, and removing their files takes minutes.
struct Folder {
    path: PathBuf,
    watcher: Child,
}

impl Folder {
    fn new(prefix: &str) -> Self {
        let path = tempfile::Builder::new()
            .prefix(prefix)
            .tempdir()
            .expect("a temporary folder")
            .keep();
        // The server dies at the same moment and may write its last file meanwhile.
        const REMOVE: &str =
            "cat >/dev/null; for try in 1 2 3 4 5; do nice -n 19 rm -rf \"$0\" && exit; sleep 0.2; done";
        let watcher = Command::new("setsid")
            .args(["sh", "-c", REMOVE])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh");
        Self { path, watcher }
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
    }
}

/// A PostgreSQL server of one's own.
pub struct Postgres {
    /// First, so that it dies before its folder is removed.
    process: Option<Process>,
    folder: Folder,
    port: u16,
    durable: bool,
}

impl Postgres {
    /// Starts an empty server that does not wait for the disk: quick, and good for everything but measurements.
    pub fn start() -> Self {
        Self::start_with(false)
    }

    /// Starts one as it would run in production, with `fsync`.
    pub fn start_durable() -> Self {
        Self::start_with(true)
    }

    fn start_with(durable: bool) -> Self {
        let folder = Folder::new("postgres-");
        if is_root() {
            let own = Command::new("chown").arg("nobody:nogroup").arg(folder.path()).status();
            assert!(own.is_ok_and(|status| status.success()), "chown");
        }
        let data = folder.path().join("data");
        let data = data.to_str().expect("a plain path");
        let initdb = postgres_program("initdb");
        run_unprivileged(
            &initdb,
            &[
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ],
        );
        let mut server = Self {
            folder,
            port: free_port(),
            durable,
            process: None,
        };
        server.resume();
        server
    }

    /// Starts it again after [`Postgres::kill`], on the same port and data.
    pub fn resume(&mut self) {
        let data = self.folder.path().join("data");
        let (data, port) = (data.to_str().expect("a plain path"), self.port.to_string());
        let fsync = if self.durable { "fsync=on" } else { "fsync=off" };
        let settings = [
            fsync,
            "shared_buffers=128MB",
            "max_connections=300",
            "unix_socket_directories=",
            "max_wal_size=4GB",
            "logging_collector=off",
        ];
        let mut arguments = vec!["-D", data, "-h", "127.0.0.1", "-p", &port];
        for setting in &settings {
            arguments.extend(["-c", setting]);
        }
        // A killed postmaster leaves its lock file, and its children some moments to find out.
        let started = Instant::now();
        loop {
            let mut process = Process::start(&postgres_program("postgres"), &arguments, true);
            let up = loop {
                if self.answers() {
                    break true;
                }
                if process.0.try_wait().expect("a child").is_some() {
                    break false;
                }
                assert!(
                    started.elapsed() < PATIENCE,
                    "PostgreSQL did not come up within {PATIENCE:?}"
                );
                std::thread::sleep(Duration::from_millis(20));
            };
            self.process = Some(process);
            if up {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "PostgreSQL does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn answers(&self) -> bool {
        Command::new(postgres_program("pg_isready"))
            .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
            .status()
            .is_ok_and(|status| status.success())
    }

    /// kill -9 of the postmaster.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// URL without a database's name, to which names are appended.
    pub fn url_prefix(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// Executes a statement as superuser.
    pub async fn execute(&self, sql: &str) {
        let admin = format!("{}/postgres", self.url_prefix());
        let mut connection = sqlx_postgres::PgConnection::connect(&admin)
            .await
            .expect("PostgreSQL answers");
        let done = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.close().await.expect("closed");
    }

    /// Makes a fresh database and returns its URL.
    pub async fn create_database(&self) -> String {
        let name = crate::ids::new_id("test");
        self.execute(&format!("CREATE DATABASE {name}")).await;
        format!("{}/{name}", self.url_prefix())
    }
}

/// The PostgreSQL server that all tests of a process share; ask it for a database of your own.
pub fn postgres() -> &'static Postgres {
    static SHARED: OnceLock<Postgres> = OnceLock::new();
    SHARED.get_or_init(|| on_lasting_thread(Postgres::start))
}

/// The Redis server that all tests of a process share; give your broker a prefix of its own.
pub fn redis() -> &'static Redis {
    static SHARED: OnceLock<Redis> = OnceLock::new();
    SHARED.get_or_init(|| on_lasting_thread(Redis::start))
}

/// A server dies with the thread that started it; this one lives as long as the process.
fn on_lasting_thread<T: Send + 'static>(start: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let _ = sender.send(start());
        loop {
            std::thread::park();
        }
    });
    receiver.recv().expect("the server started")
}

/// A Redis server of one's own.
pub struct Redis {
    process: Option<Process>,
    folder: Folder,
    port: u16,
    cluster: bool,
}

impl Redis {
    /// Starts an empty server that keeps nothing on disk.
    pub fn start() -> Self {
        Self::start_as(false)
    }

    fn start_as(cluster: bool) -> Self {
        let mut server = Self {
            folder: Folder::new("redis-"),
            // A Cluster node also listens on its port + 10000.
            port: loop {
                let port = free_port();
                if TcpListener::bind(("127.0.0.1", port + 10_000)).is_ok() {
                    break port;
                }
            },
            cluster,
            process: None,
        };
        server.resume();
        server
    }

    /// Starts it again after [`Redis::kill`], empty, on the same port.
    pub fn resume(&mut self) {
        let (port, folder) = (
            self.port.to_string(),
            self.folder.path().to_str().expect("a plain path"),
        );
        let mut arguments = vec![
            "--port",
            &port,
            "--bind",
            "127.0.0.1",
            "--dir",
            folder,
            "--save",
            "",
            "--appendonly",
            "no",
        ];
        if self.cluster {
            arguments.extend([
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                "2000",
                "--cluster-config-file",
                "nodes.conf",
                // A replica that has never been in step may not take its master's place.
                "--repl-diskless-sync-delay",
                "0",
            ]);
        }
        let mut process = Process::start(Path::new("redis-server"), &arguments, false);
        wait_for("redis-server", || {
            let ended = process.0.try_wait().expect("a child");
            assert!(ended.is_none(), "redis-server ended ({ended:?}); is it installed?");
            TcpStream::connect(("127.0.0.1", self.port)).is_ok()
        });
        self.process = Some(process);
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// SIGSTOP: it keeps its connections and answers no more.
    pub fn freeze(&self) {
        self.process.as_ref().expect("a running server").signal("-STOP");
    }

    /// SIGCONT.
    pub fn thaw(&self) {
        self.process.as_ref().expect("a running server").signal("-CONT");
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Runs a command by `redis-cli` and returns what it prints.
    pub fn command(&self, arguments: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .args(["-p", &self.port.to_string()])
            .args(arguments)
            .output()
            .expect("redis-cli");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn is_master(&self) -> bool {
        self.command(&["role"]).starts_with("master")
    }
}

/// A Redis Cluster: three masters with one replica each.
pub struct RedisCluster {
    pub nodes: Vec<Redis>,
}

impl RedisCluster {
    /// Starts six servers and joins them.
    pub fn start() -> Self {
        let nodes: Vec<Redis> = (0..6).map(|_| Redis::start_as(true)).collect();
        let addresses: Vec<String> = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        let output = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(&addresses)
            .args(["--cluster-replicas", "1", "--cluster-yes"])
            .output()
            .expect("redis-cli");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "the cluster was not made: {said}");
        let cluster = Self { nodes };
        wait_for("the Redis Cluster", || {
            let replicas = (0..cluster.nodes.len())
                .filter(|node| cluster.is_replica(*node))
                .count();
            replicas == 3
                && cluster.nodes.iter().all(|node| {
                    node.command(&["cluster", "info"]).contains("cluster_state:ok")
                        && node.command(&["cluster", "nodes"]).matches("slave").count() == 3
                })
        });
        cluster
    }

    /// URLs of all nodes, as the broker takes them.
    pub fn url(&self) -> String {
        let urls: Vec<String> = self.nodes.iter().map(Redis::url).collect();
        urls.join(",")
    }

    /// Whether every slot has a master that runs. What the nodes say is not enough: right after a master's death they do not know of it.
    pub fn is_whole(&self) -> bool {
        let mut running = self.nodes.iter().filter(|node| node.process.is_some());
        let masters = running.clone().filter(|node| node.is_master()).count();
        masters == 3 && running.all(|node| node.command(&["cluster", "info"]).contains("cluster_state:ok"))
    }

    /// Whether a node follows another, and is in step with it.
    pub fn is_replica(&self, node: usize) -> bool {
        let role = self.nodes[node].command(&["role"]);
        role.starts_with("slave") && role.lines().any(|line| line == "connected")
    }

    /// Index of a node that is a master now.
    pub fn a_master(&self) -> usize {
        let master = |node: &Redis| node.process.is_some() && node.is_master();
        self.nodes.iter().position(master).expect("a master")
    }
}

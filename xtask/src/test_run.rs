//! `cargo xtask test`: everything that must hold, in the order in which a mistake is found cheapest.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};

use crate::repository::{Repository, SERVICES};
use crate::shell::{self, cargo};
use crate::{bench, contracts, independence, tidy, web_app};

const LAUNCHER: [&str; 2] = ["--manifest-path", "carvrooom/Cargo.toml"];

type Step<'a> = (&'static str, Box<dyn Fn() -> anyhow::Result<()> + 'a>);

/// Runs every step, or those from a named one on, prints how long each took, and ends at the first that breaks.
pub(crate) fn test(root: &Path, from: &str) -> anyhow::Result<()> {
    tools()?;
    let data = data()?;
    let nextest = has_nextest();
    if !nextest {
        println!(
            "cargo-nextest is missing, so `cargo test` runs instead; install it: cargo install cargo-nextest --locked"
        );
    }
    let run = |arguments: &[&str]| shell::run(cargo().args(arguments).current_dir(root));
    let run_launcher =
        |verb: &str, rest: &[&str]| shell::run(cargo().arg(verb).args(LAUNCHER).args(rest).current_dir(root));
    let steps: Vec<Step> = vec![
        ("format", Box::new(|| run(&["fmt", "--all", "--check"]))),
        ("format of the launcher", Box::new(|| run_launcher("fmt", &["--check"]))),
        ("tidy", Box::new(|| tidy::tidy(&Repository::load(root)?))),
        (
            "lints and tests",
            Box::new(|| shell::run(test_command(nextest).args(all_but_services(nextest)).current_dir(root))),
        ),
        (
            "lints of services, their tests on PostgreSQL and Redis",
            Box::new(|| shell::run(on_servers(nextest).current_dir(root))),
        ),
        ("contracts", Box::new(|| contracts::contracts(root, false))),
        // The launcher's tests also run each service as a process of its own.
        (
            "the services' own binaries",
            Box::new(|| run(&binaries_as_tested(&SERVICES))),
        ),
        (
            "lints and tests of the launcher",
            Box::new(|| shell::run(test_command(nextest).args(LAUNCHER).current_dir(root))),
        ),
        (
            "bench, a small case",
            Box::new(|| bench::bench(root, &bench::Options::small()).map(drop)),
        ),
        ("web app", Box::new(|| web_app::test(root))),
        (
            "independence, services' tests on SQLite and the embedded broker",
            Box::new(|| independence::independence(root, &[])),
        ),
    ];
    let broken = take(&steps, from)?;
    if !data {
        println!("not run          tests on public data (CARVROOOM_DATA is not set)");
    }
    match broken {
        Some((name, error)) => Err(error.context(format!("`{name}` failed"))),
        None => Ok(()),
    }
}

/// Takes the steps from a named one on, to the end or the first that breaks, and sums up all of them.
fn take(steps: &[Step], from: &str) -> anyhow::Result<Option<(&'static str, anyhow::Error)>> {
    let first = steps.iter().position(|(name, _)| name.starts_with(from));
    let first = first.with_context(|| format!("no step begins with `{from}`"))?;
    let not_run = |(name, _): &Step| format!("not run          {name}");
    let mut summary: Vec<String> = steps[..first].iter().map(not_run).collect();
    let mut broken = None;
    for (name, step) in &steps[first..] {
        println!("== {name}");
        let began = Instant::now();
        let done = step();
        let verdict = if done.is_ok() { "ok" } else { "FAILED" };
        summary.push(format!("{verdict:<6} {:>5.0} s  {name}", began.elapsed().as_secs_f64()));
        if let Err(error) = done {
            broken = Some((*name, error));
            break;
        }
    }
    summary.extend(steps.iter().skip(summary.len()).map(not_run));
    println!("== summary");
    summary.iter().for_each(|line| println!("{line}"));
    Ok(broken)
}

/// Whether the public data is at hand. In continuous integration, or when it is named, it must be.
fn data() -> anyhow::Result<bool> {
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    match std::env::var_os("CARVROOOM_DATA") {
        Some(folder) if Path::new(&folder).is_dir() => Ok(true),
        Some(folder) => bail!(
            "CARVROOOM_DATA names {}, which is no folder",
            Path::new(&folder).display()
        ),
        None if ci => bail!("CARVROOOM_DATA is not set, and continuous integration must not skip its tests"),
        None => Ok(false),
    }
}

/// Whether the faster test runner is installed.
pub(crate) fn has_nextest() -> bool {
    shell::works(cargo().args(["nextest", "--version"]))
}

/// `cargo nextest run`, or `cargo test` where that is missing.
pub(crate) fn test_command(nextest: bool) -> Command {
    let mut command = cargo();
    command.args(if nextest {
        &["nextest", "run"][..]
    } else {
        &["test"][..]
    });
    command
}

/// The services' own tests are run by two later steps, once on each ground. The selection is the whole workspace and a filter, since
/// another selection of packages would be another build.
fn all_but_services(nextest: bool) -> Vec<String> {
    let of_services: Vec<String> = SERVICES.iter().map(|service| format!("package({service})")).collect();
    let filter = ["-E".to_owned(), format!("not ({})", of_services.join(" | "))];
    let workspace = std::iter::once("--workspace".to_owned());
    workspace.chain(filter.into_iter().filter(|_| nextest)).collect()
}

/// Arguments to build binaries as the tests have: together with the tests, because the features of their dependencies are in a build then,
/// and without them everything would be compiled a second time. They are named, since this very program must not be replaced while it runs.
pub(crate) fn binaries_as_tested<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let named = names.iter().flat_map(|name| ["--bin", name]);
    ["build", "--workspace", "--tests"].into_iter().chain(named).collect()
}

/// What stands on a store or a transport, on servers that live as long as the run (docs/decisions/0008). Pure rules are tested where each
/// service stands alone.
fn on_servers(nextest: bool) -> Command {
    let mut command = cargo();
    command.args(["run", "--quiet", "-p", "chassis", "--features", "testing"]);
    command.args(["--example", "with_servers", "--"]);
    let tests = test_command(nextest);
    command
        .arg(tests.get_program())
        .args(tests.get_args())
        .arg("--workspace");
    if nextest {
        let without_a_store = "not (package(xtask) | package(fleetsim) | package(prognostics))";
        let filter = format!("{without_a_store} & (kind(test) | test(store::) | package(chassis))");
        command.args(["-E", &filter]);
    }
    command
}

/// What tests and builds start: how to see that it is there, and the Debian package that has it. PostgreSQL's programs lie outside the
/// search path.
const TOOLS: [(&str, &str, &str); 7] = [
    ("git", "git --version", "git"),
    ("cc", "cc --version", "build-essential"),
    (
        "initdb",
        "ls /usr/lib/postgresql/*/bin/initdb || initdb --version",
        "postgresql",
    ),
    ("redis-server", "redis-server --version", "redis-server"),
    ("chromium", "chromium --version", "chromium"),
    ("setpriv", "setpriv --version", "util-linux"),
    ("faketime", "faketime --version", "faketime"),
];

/// Tools that the steps need beside cargo itself: what Debian has is installed, the rest is named.
fn tools() -> anyhow::Result<()> {
    for (tool, check, package) in TOOLS {
        if !shell::works(Command::new("sh").args(["-c", check])) {
            println!("{tool} is missing: installing Debian's {package}");
            let update = shell::run(Command::new("apt-get").arg("update"));
            update
                .and_then(|()| shell::run(Command::new("apt-get").args(["install", "--yes", package])))
                .with_context(|| format!("{tool} is missing and could not be installed; install {package}"))?;
        }
    }
    for (component, verb) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if !shell::works(cargo().args([verb, "--version"])) {
            bail!("cargo {verb} is missing: rustup component add {component}");
        }
    }
    Ok(())
}

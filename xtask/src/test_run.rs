//! `cargo xtask test`: everything that must hold, in the order in which a mistake is found cheapest.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};

use crate::repository::{FOUNDATION, Repository};
use crate::shell::{self, cargo};
use crate::{bench, contracts, tidy, web_app};

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
            "lints and tests of what services stand on",
            Box::new(|| shell::run(test_command(nextest).args(foundation()).current_dir(root))),
        ),
        (
            "the chassis on PostgreSQL and Redis",
            Box::new(|| shell::run(chassis_on_servers(nextest).current_dir(root))),
        ),
        // Before the services, so that they find its builds of third-party packages.
        (
            "lints of the launcher",
            Box::new(|| run_launcher("build", &["--bins", "--tests"])),
        ),
        (
            "each service alone: lints, tests on SQLite, on PostgreSQL and Redis",
            Box::new(|| shell::run(services_on_servers(&shell::this_program()?).current_dir(root))),
        ),
        ("contracts", Box::new(|| contracts::check(root, false))),
        // They also run each service as a process of its own, as it was built alone.
        (
            "tests of the launcher",
            Box::new(|| shell::run(test_command(nextest).args(LAUNCHER).current_dir(root))),
        ),
        (
            "bench, a small case",
            Box::new(|| bench::bench(root, &bench::Options::small()).map(drop)),
        ),
        ("web app", Box::new(|| web_app::test(root))),
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

/// Selects the packages that no service owns.
fn foundation() -> Vec<&'static str> {
    FOUNDATION.iter().flat_map(|name| ["-p", name]).collect()
}

/// Arguments to build binaries as the tests have: together with the tests, because the features of their dependencies are in a build then,
/// and without them everything would be compiled a second time. They are named, since this very program must not be replaced while it runs.
pub(crate) fn binaries_as_tested<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let named = names.iter().flat_map(|name| ["--bin", name]);
    let build = ["build", "--tests"].into_iter();
    build.chain(foundation()).chain(named).collect()
}

/// Starts a program with a PostgreSQL and a Redis that live as long as it runs (docs/decisions/0008).
fn with_servers(program: &OsStr) -> Command {
    let mut command = cargo();
    command.args(["run", "--quiet", "-p", "chassis", "--features", "testing"]);
    command.args(["--example", "with_servers", "--"]).arg(program);
    command
}

fn chassis_on_servers(nextest: bool) -> Command {
    let tests = test_command(nextest);
    let mut command = with_servers(tests.get_program());
    command.args(tests.get_args());
    match nextest {
        // Another selection of packages would be another build.
        true => command.args(foundation()).args(["-E", "package(chassis)"]),
        false => command.args(["-p", "chassis"]),
    };
    command
}

fn services_on_servers(this_program: &Path) -> Command {
    let mut command = with_servers(this_program.as_os_str());
    command.arg("independence");
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

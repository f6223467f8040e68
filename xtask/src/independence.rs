//! `cargo xtask independence`: each service is built and tested with the other six deleted.
//!
//! What git knows is copied to one folder that stays the same (so that fingerprints hold and the chassis is compiled
//! once for all seven), with `services/` holding the one service. Untracked leftovers cannot help it pass, because
//! ignored files are not copied.
//!
//! This is where `cargo xtask test` lints, builds and tests the services: once, and alone. The binaries that come of it
//! are handed to the normal target folder, where the launcher's tests and the check of the contracts find them.
//!
//! The copy has a target folder of its own: cargo names packages relative to their workspace, so in the normal one the
//! checkout's build of a service would pass for the copy's, and nothing would be compiled. It is seeded with links to the
//! normal folder's builds of third-party packages, which are the bulk and the same in both, because all that decides
//! their features is in the chassis (its Cargo.toml says so).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::repository::{self, SERVICES};
use crate::{shell, test_run};

/// What `with_servers` says to the tests that run under it.
const GROUND: [&str; 3] = [
    "CARVROOOM_TEST_GROUND",
    "CARVROOOM_TEST_POSTGRES",
    "CARVROOOM_TEST_REDIS",
];

/// Builds and tests the named services alone, or all seven: on SQLite and the embedded broker, and where servers are at hand what stands
/// on a store or a transport on those too.
pub(crate) fn independence(root: &Path, names: &[String]) -> anyhow::Result<()> {
    let services = chosen(names)?;
    let work = shell::target(root).join("independence/work");
    let normal = shell::target(root).join("debug");
    let target = shell::target(root).join("independence/target");
    seed(&normal, &target.join("debug"))?;
    let paths = repository::paths(root)?;
    let has_servers = std::env::var_os(GROUND[0]).is_some();
    let mut times = Vec::new();
    for service in services {
        let began = Instant::now();
        lay_out(root, &work, &paths, service)?;
        check_edges(&work, service)?;
        let mut alone = tests(service, &work, &target);
        GROUND.iter().for_each(|name| {
            alone.env_remove(name);
        });
        shell::run(&mut alone).with_context(|| format!("{service} does not stand alone"))?;
        if has_servers {
            let mut on_servers = tests(service, &work, &target);
            on_servers.args(what_stands_on_servers());
            shell::run(&mut on_servers).with_context(|| format!("{service} does not stand on servers"))?;
        }
        hand_over(&target.join("debug").join(service), &normal.join(service))?;
        times.push((service, began.elapsed().as_secs()));
    }
    for (service, seconds) in times {
        println!("independence: {service} stands alone ({seconds} s)");
    }
    Ok(())
}

fn tests(service: &str, work: &Path, target: &Path) -> Command {
    let mut test = test_run::test_command(test_run::has_nextest());
    // The lock still names packages that only the deleted ones needed, so cargo prunes the copy: not `--locked`.
    test.args(["-p", service, "--offline"])
        .current_dir(work)
        .env("CARGO_TARGET_DIR", target);
    test
}

/// Selects tests of a store or a transport. Pure rules hold on every ground.
fn what_stands_on_servers() -> &'static [&'static str] {
    match test_run::has_nextest() {
        true => &["-E", "kind(test) | test(store::)"],
        false => &[],
    }
}

/// Puts a service's binary where the normal folder's would be.
fn hand_over(binary: &Path, place: &Path) -> anyhow::Result<()> {
    if place.exists() {
        fs::remove_file(place)?;
    }
    link(binary, place)
}

fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static str>> {
    if names.is_empty() {
        return Ok(SERVICES.to_vec());
    }
    let find = |name: &String| {
        let known = SERVICES
            .iter()
            .find(|service| **service == *name || service.strip_suffix("-service") == Some(name));
        known
            .copied()
            .with_context(|| format!("`{name}` is none of {}", SERVICES.join(", ")))
    };
    names.iter().map(find).collect()
}

/// Whether a path belongs to the copy in which only one service lives.
fn belongs(path: &str, service: &str) -> bool {
    match path.strip_prefix("services/") {
        Some(rest) => rest.split('/').next() == Some(service),
        None => true,
    }
}

/// Makes the work folder hold exactly the files that belong, with their times, leaving equal ones alone.
fn lay_out(root: &Path, work: &Path, paths: &[String], service: &str) -> anyhow::Result<()> {
    let wanted: BTreeSet<PathBuf> = paths
        .iter()
        .filter(|path| belongs(path, service))
        .map(|path| work.join(path))
        .collect();
    for file in files_below(work)? {
        if !wanted.contains(&file) {
            fs::remove_file(&file).with_context(|| format!("{} cannot be removed", file.display()))?;
        }
    }
    remove_empty_folders(&work.join("services"))?;
    for path in paths.iter().filter(|path| belongs(path, service)) {
        copy(&root.join(path), &work.join(path)).with_context(|| format!("{path} cannot be copied"))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let source = fs::metadata(from)?;
    let modified = source.modified()?;
    let same = fs::metadata(to)
        .is_ok_and(|there| there.len() == source.len() && there.modified().is_ok_and(|time| time == modified));
    if same {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to)?;
    fs::File::options().write(true).open(to)?.set_modified(modified)?;
    Ok(())
}

/// Links every build of a third-party package that the copy's target folder does not have yet.
fn seed(from: &Path, to: &Path) -> anyhow::Result<()> {
    for part in ["deps", "build", ".fingerprint"] {
        let Ok(entries) = fs::read_dir(from.join(part)) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let place = to.join(part).join(&name);
            if is_own(&name) || place.exists() {
                continue;
            }
            if path.is_dir() {
                for file in files_below(&path)? {
                    link(&file, &place.join(file.strip_prefix(&path)?))?;
                }
            } else {
                link(&path, &place)?;
            }
        }
    }
    Ok(())
}

/// A hard link, or a copy where links are not to be had. A file that another build removed meanwhile is passed over.
fn link(from: &Path, to: &Path) -> anyhow::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    if fs::hard_link(from, to).is_err() && from.exists() && !to.exists() {
        copy(from, to)?;
    }
    Ok(())
}

/// Whether a build's file or folder belongs to a package of this repository, by its name without the hash.
fn is_own(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let stem = stem.rsplit_once('-').map_or(stem, |(stem, _)| stem).replace('-', "_");
    let package = stem.strip_prefix("lib").unwrap_or(&stem);
    // Test binaries are named after their target.
    let own = [
        "chassis",
        "prognostics",
        "fleetsim",
        "xtask",
        "carvrooom",
        "it",
        "examples",
        "raw_limits",
        "with_servers",
        "load_generator",
    ];
    own.contains(&package) || SERVICES.iter().any(|service| service.replace('-', "_") == package)
}

fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path)
            } else {
                files.push(path)
            }
        }
    }
    Ok(files)
}

/// A folder without a manifest under `services/` would break the workspace's glob.
fn remove_empty_folders(services: &Path) -> anyhow::Result<()> {
    let Ok(entries) = fs::read_dir(services) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() && files_below(&path)?.is_empty() {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

/// No service depends on a package of this repository but the chassis, and health on prognostics, of any kind.
fn check_edges(work: &Path, service: &str) -> anyhow::Result<()> {
    let mut command = shell::cargo();
    command
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(work);
    let metadata: Value = serde_json::from_str(&shell::output(&mut command)?)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata named no packages")?;
    let package = packages.iter().find(|package| package["name"] == service);
    let edges = path_edges(package.with_context(|| format!("{service} is no member"))?);
    let allowed: &[&str] = if service == "health-service" {
        &["chassis", "prognostics"]
    } else {
        &["chassis"]
    };
    if let Some(edge) = edges.iter().find(|edge| !allowed.contains(&edge.as_str())) {
        bail!("{service} has a path edge to {edge}");
    }
    Ok(())
}

/// Names of a package's dependencies that are paths, of all kinds.
fn path_edges(package: &Value) -> Vec<String> {
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    let paths = dependencies.filter(|dependency| dependency["path"].is_string());
    paths
        .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn services_are_named_in_full_or_short() {
        assert_eq!(chosen(&[]).unwrap().len(), 7);
        assert_eq!(
            chosen(&["alert".into(), "health-service".into()]).unwrap(),
            ["alert-service", "health-service"]
        );
        assert!(chosen(&["gateway".into()]).is_err());
    }

    #[test]
    fn only_one_service_belongs() {
        assert!(belongs("chassis/src/lib.rs", "alert-service"));
        assert!(belongs("services/alert-service/Cargo.toml", "alert-service"));
        assert!(!belongs("services/alert-service-two/Cargo.toml", "alert-service"));
        assert!(!belongs("services/README.md", "alert-service"));
    }

    #[test]
    fn the_copy_follows_the_original_and_keeps_its_times() {
        let folder = tempfile::tempdir().unwrap();
        let (root, work) = (folder.path().join("root"), folder.path().join("work"));
        let paths: Vec<String> = ["Cargo.toml", "services/a-service/x.rs", "services/b-service/x.rs"]
            .map(Into::into)
            .to_vec();
        for path in &paths {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), path).unwrap();
        }
        lay_out(&root, &work, &paths, "a-service").unwrap();
        assert!(work.join("services/a-service/x.rs").exists() && !work.join("services/b-service").exists());
        let times = |folder: &Path| fs::metadata(folder.join("Cargo.toml")).unwrap().modified().unwrap();
        assert_eq!(times(&root), times(&work));
        lay_out(&root, &work, &paths, "b-service").unwrap();
        assert!(work.join("services/b-service/x.rs").exists() && !work.join("services/a-service").exists());
    }

    #[test]
    fn only_third_party_builds_are_seeded() {
        for own in [
            "libalert_service-1a2b.rmeta",
            "alert-service-1a2b",
            "chassis-1a2b",
            "it-1a2b.d",
            "fleetsim-99",
        ] {
            assert!(is_own(own), "{own}");
        }
        for other in [
            "libserde-1a2b.rlib",
            "tower-service-1a2b",
            "itoa-1a2b",
            "libsqlite3-sys-1a2b",
            "serde_json-1a2b.d",
        ] {
            assert!(!is_own(other), "{other}");
        }
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for file in [
            "deps/libserde-1.rlib",
            "deps/libchassis-1.rlib",
            "build/ring-1/out/x",
            ".fingerprint/serde-1/lib",
        ] {
            fs::create_dir_all(from.join(file).parent().unwrap()).unwrap();
            fs::write(from.join(file), file).unwrap();
        }
        seed(&from, &to).unwrap();
        seed(&from, &to).unwrap();
        assert!(to.join("deps/libserde-1.rlib").exists() && to.join("build/ring-1/out/x").exists());
        assert!(!to.join("deps/libchassis-1.rlib").exists());
    }

    #[test]
    fn path_edges_are_read_from_metadata() {
        let package = json!({"dependencies": [
            {"name": "serde", "path": null}, {"name": "chassis", "path": "/x/chassis"},
            {"name": "other-service", "kind": "dev", "path": "/x/other"}
        ]});
        assert_eq!(path_edges(&package), ["chassis", "other-service"]);
    }
}

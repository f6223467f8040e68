//! The ledger of acknowledgements: which records the platform has answered 202 to.
//!
//! It is text and only grows. A line `run {…}` holds the plan of a run; each line `ack POST BASE_MS [REFUSED…]` after
//! it acknowledges the records of one post but for the places that were refused. The records themselves follow from
//! the plan, so that a million of them take fifty kilobytes, and their content hashes are computed by the verifier.
//! A line is handed to the operating system before the next post of its connection, so that the ledger outlives a
//! killed server, and a killed load generator but for its last line.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context;

use crate::load::plan::{self, Plan};

/// An open ledger, shared by the connections of one run.
pub(crate) struct Ledger {
    file: Mutex<File>,
}

impl Ledger {
    /// Opens a ledger for appending and begins a run: several runs may follow each other in one file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn append_to(path: &Path, plan: &Plan) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .append(true)
            .open(path)
            .with_context(|| format!("{} cannot be opened", path.display()))?;
        let ledger = Self { file: Mutex::new(file) };
        // The line feed in front ends a line that broke off in an earlier run.
        ledger.write(&format!("\nrun {}\n", serde_json::to_string(plan)?))?;
        Ok(ledger)
    }

    /// Notes one acknowledged post.
    ///
    /// # Errors
    /// When the disk refuses it.
    pub(crate) fn note(&self, batch: u64, base_ms: i64, refused: &[usize]) -> anyhow::Result<()> {
        let mut line = format!("ack {batch} {base_ms}");
        for index in refused {
            let _ = write!(line, " {index}");
        }
        line.push('\n');
        self.write(&line)
    }

    fn write(&self, text: &str) -> anyhow::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.write_all(text.as_bytes())
            .and_then(|()| file.flush())
            .context("the ledger cannot be written")
    }
}

/// One acknowledged post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) batch: u64,
    pub(crate) base_ms: i64,
    refused: Vec<usize>,
}

/// One run with its acknowledgements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) plan: Plan,
    /// By group of vehicles.
    posts: HashMap<u64, Vec<Acknowledged>>,
}

impl Run {
    /// The acknowledged records of one vehicle.
    pub(crate) fn records_of(&self, vehicle: u64) -> impl Iterator<Item = plan::Place> {
        let posts = self.posts.get(&(vehicle / self.plan.vehicles_per_batch));
        posts.into_iter().flatten().flat_map(move |post| {
            let places = self.plan.places(post.batch, post.base_ms).enumerate();
            places
                .filter(move |(index, place)| place.vehicle == vehicle && !post.refused.contains(index))
                .map(|(_, place)| place)
        })
    }
}

/// What a ledger says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    pub(crate) runs: Vec<Run>,
    /// Lines that broke off or make no sense.
    pub(crate) unreadable_lines: u64,
}

impl Entries {
    /// Every vehicle that had anything acknowledged, with the runs (by their place) and its number in each.
    pub(crate) fn vehicles(&self) -> BTreeMap<String, Vec<(usize, u64)>> {
        let mut vehicles: BTreeMap<String, Vec<(usize, u64)>> = BTreeMap::new();
        for (index, Run { plan, posts }) in self.runs.iter().enumerate() {
            for group in posts.keys() {
                let first = group * plan.vehicles_per_batch;
                for vehicle in first..(first + plan.vehicles_per_batch).min(plan.vehicles) {
                    vehicles
                        .entry(plan.vehicle_id(vehicle))
                        .or_default()
                        .push((index, vehicle));
                }
            }
        }
        vehicles
    }
}

/// Reads a ledger. A last line that broke off is counted, not believed.
///
/// # Errors
/// When the file cannot be read, or holds runs of another form.
pub(crate) fn read(path: &Path) -> anyhow::Result<Entries> {
    let file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let mut reader = BufReader::new(file);
    let mut found = Entries::default();
    let mut line = String::new();
    while reader.read_line(&mut line).context("the ledger cannot be read")? > 0 {
        if !line.trim().is_empty() && (!line.ends_with('\n') || !take(&mut found, line.trim_end())?) {
            found.unreadable_lines += 1;
        }
        line.clear();
    }
    Ok(found)
}

/// Takes one line up; false when it makes no sense.
fn take(found: &mut Entries, line: &str) -> anyhow::Result<bool> {
    if let Some(text) = line.strip_prefix("run ") {
        let Ok(plan) = serde_json::from_str::<Plan>(text) else {
            return Ok(false);
        };
        anyhow::ensure!(
            plan.version == plan::VERSION && plan.batch > 0 && plan.vehicles > 0,
            "the ledger has a run of form {}, this is form {}",
            plan.version,
            plan::VERSION
        );
        found.runs.push(Run {
            plan: plan.bounded(),
            posts: HashMap::new(),
        });
        return Ok(true);
    }
    let numbers: Option<Vec<i64>> = line
        .strip_prefix("ack ")
        .and_then(|text| text.split(' ').map(|number| number.parse().ok()).collect());
    let (Some(run), Some([batch, base_ms, refused @ ..])) = (found.runs.last_mut(), numbers.as_deref()) else {
        return Ok(false);
    };
    let refused = refused
        .iter()
        .map(|index| usize::try_from(*index))
        .collect::<Result<_, _>>();
    let (Ok(batch), Ok(refused)) = (u64::try_from(*batch), refused) else {
        return Ok(false);
    };
    let group = batch % run.plan.groups();
    run.posts.entry(group).or_default().push(Acknowledged {
        batch,
        base_ms: *base_ms,
        refused,
    });
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(prefix: &str) -> Plan {
        Plan {
            version: plan::VERSION,
            seed: 3,
            prefix: prefix.to_owned(),
            vehicles: 5,
            batch: 4,
            vehicles_per_batch: 2,
            readings: 10,
            gap_ms: 10,
        }
    }

    #[test]
    fn lines_are_read_back_and_a_broken_one_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        Ledger::append_to(&path, &plan("a"))
            .unwrap()
            .note(0, 1_000, &[])
            .unwrap();
        let again = Ledger::append_to(&path, &plan("b")).unwrap();
        again.note(3, 2_000, &[1, 2]).unwrap();
        again.write("ack 4 30").unwrap();
        let found = read(&path).unwrap();
        assert_eq!((found.runs.len(), found.unreadable_lines), (2, 1));
        let vehicles = found.vehicles();
        assert_eq!(vehicles["a-00000"], vec![(0, 0)]);
        assert_eq!(vehicles["b-00001"], vec![(1, 1)]);
        assert_eq!(vehicles.len(), 4);
        assert_eq!(found.runs[0].records_of(1).count(), 2);
        // Of post 3 (vehicles 0 and 1 in turn), places 1 and 2 were refused: one record of each is left.
        let left: Vec<_> = found.runs[1].records_of(1).collect();
        assert_eq!(left, vec![plan("b").places(3, 2_000).nth(3).unwrap()]);
        assert_eq!(found.runs[1].records_of(0).count(), 1);
    }

    #[test]
    fn a_ledger_of_another_form_is_refused_and_nonsense_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        let other = Plan {
            version: 99,
            ..plan("a")
        };
        std::fs::write(&path, format!("run {}\n", serde_json::to_string(&other).unwrap())).unwrap();
        assert!(read(&path).is_err());
        std::fs::write(&path, "ack 1 2\nrun {}\nhello\nack -1 x\n").unwrap();
        assert_eq!(read(&path).unwrap().unreadable_lines, 4);
    }
}

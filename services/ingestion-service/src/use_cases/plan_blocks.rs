//! Plans how records become blocks: which blocks are written, which they replace, and which records are new. Pure work on texts, without
//! the database.

use std::collections::HashMap;

use chassis::{DbError, TenantId};
use lru::LruCache;

use crate::store::blocks::{Block, NewBlock, Stretch, day_of};
use crate::store::telemetry_queries::key_of;

/// Records in one block; more only where they share one instant.
const RECORDS_MAX: usize = 512;
/// So many small neighbours are merged into one block.
const SMALL_RUN: usize = 16;
/// Blocks with fewer records than this are small, and then middling; larger ones are left alone.
const SIZES: [usize; 2] = [16, 256];
/// Vehicles whose small blocks are counted.
const TAILS_MAX: usize = 50_000;

/// A record of a waiting batch: where it stands, and what tells it from others of its vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incoming {
    pub time_us: i64,
    /// −1 where the device has none.
    pub sequence: i64,
    pub batch: usize,
    pub start: usize,
    pub length: usize,
    /// A later record of the same batch has all its signals.
    pub covered: bool,
}

/// New records of one vehicle and UTC day.
#[derive(Debug, Clone)]
pub struct VehicleDay {
    pub tenant: TenantId,
    pub vehicle_id: String,
    pub day_us: i64,
    pub incoming: Vec<Incoming>,
}

/// What is to be done.
#[derive(Debug, Default)]
pub struct Plan {
    pub remove: Vec<(TenantId, String, i64)>,
    pub insert: Vec<NewBlock>,
    /// For each batch: records that are new, and repetitions.
    pub counts: Vec<(u64, u64)>,
    /// For each vehicle and day, in the order given: records that are new.
    pub new: Vec<Vec<Incoming>>,
}

/// Runs of small blocks at the end of each vehicle's day, as far as this process has written them: when a run is long enough, the next
/// stretch is widened over it, and so merges it. A lost memory leaves some small blocks, nothing else.
pub struct Tails(LruCache<(TenantId, String), Tail>);

#[derive(Debug, Clone, Copy, Default)]
struct Tail {
    day_us: i64,
    /// Start and number of the small and of the middling blocks since the last larger one.
    runs: [(i64, usize); 2],
}

impl Default for Tails {
    fn default() -> Self {
        Self(LruCache::new(
            std::num::NonZeroUsize::new(TAILS_MAX).unwrap_or(std::num::NonZeroUsize::MIN),
        ))
    }
}

impl Tails {
    /// The stretch of a vehicle's day whose blocks have to be known.
    pub fn stretch(&mut self, day: &VehicleDay) -> Stretch {
        let times = day.incoming.iter().map(|record| record.time_us);
        let (from_us, to_us) = times.fold((i64::MAX, i64::MIN), |(from, to), time| (from.min(time), to.max(time)));
        let mut tail = self.tail(day);
        let run = tail.runs.iter().rposition(|run| run.1 >= SMALL_RUN);
        let run_from = run.map(|level| tail.runs[level].0);
        if let Some(level) = run {
            // It is about to be merged.
            tail.runs[..=level].fill((0, 0));
            self.0.put((day.tenant.clone(), day.vehicle_id.clone()), tail);
        }
        Stretch {
            tenant: day.tenant.clone(),
            vehicle_id: day.vehicle_id.clone(),
            from_us: run_from.map_or(from_us, |run| run.min(from_us)),
            to_us,
        }
    }

    fn tail(&mut self, day: &VehicleDay) -> Tail {
        let key = (day.tenant.clone(), day.vehicle_id.clone());
        let known = self.0.get(&key).copied();
        known.filter(|tail| tail.day_us == day.day_us).unwrap_or(Tail {
            day_us: day.day_us,
            ..Tail::default()
        })
    }

    /// Notes a written block.
    fn note(&mut self, day: &VehicleDay, from_us: i64, records: usize) {
        let mut tail = self.tail(day);
        let size = SIZES.iter().position(|size| records < *size);
        // A run ends where a larger block stands behind it.
        let ended = size.unwrap_or(SIZES.len());
        tail.runs[..ended].fill((0, 0));
        if let Some(run) = size.and_then(|level| tail.runs.get_mut(level)) {
            *run = if run.1 == 0 { (from_us, 1) } else { (run.0, run.1 + 1) };
        }
        self.0.put((day.tenant.clone(), day.vehicle_id.clone()), tail);
    }
}

/// Plans the blocks of new records. `texts` are the data of the batches; `existing` are the blocks within the stretches.
///
/// # Errors
/// When an existing block cannot be read.
pub fn plan(texts: &[&str], days: &[VehicleDay], existing: &[Block], tails: &mut Tails) -> Result<Plan, DbError> {
    let mut plan = Plan {
        counts: vec![(0, 0); texts.len()],
        ..Plan::default()
    };
    let mut compressor = zstd::bulk::Compressor::new(1).map_err(DbError::Io)?;
    let mut by_day: HashMap<(&str, &str, i64), Vec<&Block>> = HashMap::new();
    for block in existing {
        by_day
            .entry((&block.tenant_id, &block.vehicle_id, day_of(block.from_us)))
            .or_default()
            .push(block);
    }
    for day in days {
        let mut blocks = by_day
            .remove(&(day.tenant.as_str(), day.vehicle_id.as_str(), day.day_us))
            .unwrap_or_default();
        blocks.sort_by_key(|block| block.from_us);
        let texts_of_blocks = blocks.iter().map(|block| block.text()).collect::<Result<Vec<_>, _>>()?;
        let mut lines: Vec<((i64, i64), &str)> = Vec::new();
        for text in &texts_of_blocks {
            for line in text.lines() {
                lines.push((key_of(line)?, line));
            }
        }
        let new = take_new(texts, day, &mut lines, &mut plan.counts);
        if !new.is_empty() {
            let removed = blocks
                .iter()
                .map(|block| (day.tenant.clone(), day.vehicle_id.clone(), block.from_us));
            plan.remove.extend(removed);
            write(day, &lines, &mut compressor, tails, &mut plan.insert)?;
        }
        plan.new.push(new);
    }
    Ok(plan)
}

/// Lays the new records among the lines, in order; what is there already, or stands in the batches twice, is a repetition.
fn take_new<'t>(
    texts: &[&'t str],
    day: &VehicleDay,
    lines: &mut Vec<((i64, i64), &'t str)>,
    counts: &mut [(u64, u64)],
) -> Vec<Incoming> {
    let mut sorted = day.incoming.clone();
    // Stable: of two with one key the first that came is kept.
    sorted.sort_by_key(|record| (record.time_us, record.sequence));
    let known = lines.len();
    let mut new = Vec::with_capacity(sorted.len());
    let mut last = None;
    for record in sorted {
        let key = (record.time_us, record.sequence);
        let repeated = last == Some(key) || lines[..known].binary_search_by_key(&key, |line| line.0).is_ok();
        last = Some(key);
        if repeated {
            counts[record.batch].1 += 1;
            continue;
        }
        counts[record.batch].0 += 1;
        lines.push((key, &texts[record.batch][record.start..record.start + record.length]));
        new.push(record);
    }
    if known > 0 {
        lines.sort_by_key(|line| line.0);
    }
    new
}

/// Packs lines into blocks that do not share an instant.
fn write(
    day: &VehicleDay,
    lines: &[((i64, i64), &str)],
    compressor: &mut zstd::bulk::Compressor<'_>,
    tails: &mut Tails,
    insert: &mut Vec<NewBlock>,
) -> Result<(), DbError> {
    let mut left = lines;
    while let (Some(first), Some(_)) = (left.first(), left.last()) {
        let mut end = left.len().min(RECORDS_MAX);
        while end < left.len() && left[end].0.0 == left[end - 1].0.0 {
            end += 1;
        }
        let (chunk, rest) = left.split_at(end);
        let mut body = String::with_capacity(chunk.iter().map(|line| line.1.len() + 1).sum());
        for (_, line) in chunk {
            body.push_str(line);
            body.push('\n');
        }
        let from_us = first.0.0;
        insert.push(NewBlock {
            tenant: day.tenant.clone(),
            vehicle_id: day.vehicle_id.clone(),
            from_us,
            to_us: chunk[chunk.len() - 1].0.0,
            records: i64::try_from(chunk.len()).unwrap_or(i64::MAX),
            body: compressor.compress(body.as_bytes()).map_err(DbError::Io)?,
        });
        tails.note(day, from_us, chunk.len());
        left = rest;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 20_000 * crate::store::blocks::DAY_US;

    fn line(time_us: i64, sequence: i64) -> String {
        let time = chassis::rfc3339(crate::store::telemetry::from_micros(time_us));
        format!(r#"{{"vehicle_id":"V1","time":"{time}","sequence":{sequence},"signals":{{}}}}"#)
    }

    /// A store in memory: plans and applies batches one after the other, as the worker does.
    #[derive(Default)]
    struct Shelf {
        blocks: Vec<Block>,
        tails: Tails,
        rewritten: usize,
    }

    impl Shelf {
        /// Stores records (second of the day, sequence) and returns how many were new and how many repeated.
        fn store(&mut self, records: &[(i64, i64)]) -> (u64, u64) {
            let (mut text, mut incoming) = (String::new(), Vec::new());
            for (second, sequence) in records {
                let time_us = DAY + second * 1_000_000;
                let line = line(time_us, *sequence);
                let (start, length) = (text.len(), line.len());
                text.push_str(&line);
                incoming.push(Incoming {
                    time_us,
                    sequence: *sequence,
                    batch: 0,
                    start,
                    length,
                    covered: false,
                });
            }
            let day = VehicleDay {
                tenant: TenantId::new("ten_a"),
                vehicle_id: "V1".to_owned(),
                day_us: DAY,
                incoming,
            };
            let stretch = self.tails.stretch(&day);
            let within = |block: &Block| block.from_us <= stretch.to_us && block.to_us >= stretch.from_us;
            let existing: Vec<Block> = self.blocks.iter().filter(|block| within(block)).cloned().collect();
            let plan = plan(&[&text], &[day], &existing, &mut self.tails).unwrap();
            self.rewritten += plan.insert.iter().map(|block| block.records as usize).sum::<usize>();
            self.blocks
                .retain(|block| plan.remove.iter().all(|key| key.2 != block.from_us));
            self.blocks.extend(plan.insert.into_iter().map(|block| Block {
                tenant_id: "ten_a".to_owned(),
                vehicle_id: block.vehicle_id,
                from_us: block.from_us,
                to_us: block.to_us,
                encoding: "zstd".to_owned(),
                body: block.body,
            }));
            self.blocks.sort_by_key(|block| block.from_us);
            plan.counts[0]
        }

        fn keys(&self) -> Vec<(i64, i64)> {
            let texts: Vec<String> = self.blocks.iter().map(|block| block.text().unwrap()).collect();
            texts
                .iter()
                .flat_map(|text| text.lines())
                .map(|line| key_of(line).unwrap())
                .collect()
        }
    }

    #[test]
    fn single_records_end_in_large_blocks_without_being_written_often() {
        let mut shelf = Shelf::default();
        for second in 0..4096 {
            assert_eq!(shelf.store(&[(second, second)]), (1, 0));
        }
        assert!(shelf.blocks.len() < 100, "{} blocks", shelf.blocks.len());
        assert!(shelf.rewritten < 4096 * 4, "{} records written", shelf.rewritten);
        assert_eq!(shelf.keys().len(), 4096);
    }

    #[test]
    fn records_of_one_instant_stay_in_one_block() {
        let mut shelf = Shelf::default();
        let records: Vec<(i64, i64)> = (0..2000).map(|number| (7, number)).collect();
        assert_eq!(shelf.store(&records), (2000, 0));
        assert_eq!(shelf.blocks.len(), 1);
        assert_eq!(shelf.store(&records[..10]), (0, 10));
    }

    proptest! {
        #[test]
        fn each_record_is_kept_once_in_order_and_blocks_never_overlap(
            batches in proptest::collection::vec(proptest::collection::vec((0i64..300, 0i64..3), 1..60), 1..30),
        ) {
            let mut shelf = Shelf::default();
            let mut seen = std::collections::BTreeSet::new();
            for batch in &batches {
                let new = batch.iter().filter(|key| seen.insert(**key)).count() as u64;
                prop_assert_eq!(shelf.store(batch), (new, batch.len() as u64 - new));
            }
            let expected: Vec<(i64, i64)> = seen.into_iter().map(|(second, sequence)| (DAY + second * 1_000_000, sequence)).collect();
            prop_assert_eq!(shelf.keys(), expected);
            prop_assert!(shelf.blocks.windows(2).all(|pair| pair[0].to_us < pair[1].from_us));
        }
    }
}

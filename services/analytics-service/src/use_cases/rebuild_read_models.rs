//! Builds the read models anew from the archives of all producers, up to where this service has read them.
//!
//! Events are joined in memory first, some partitions at a time; then, in one transaction that keeps consumers away, what came meanwhile is
//! joined too, the read models are emptied and written again. Who reads sees the old ones until the commit.
//!
//! Memory holds the pictures of all vehicles: it grows with vehicles, with what happened to them and with their days, not with events.

use super::gather_news::Gathered;
use crate::App;
use crate::error::Error;
use crate::events::consumed::understand_again;
use crate::store::Store;
use chassis::partition::COUNT;
use chassis::{Broker, StreamPosition};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Events read from an archive at once.
const READ_MAX: usize = 1000;
/// Partitions that are joined at the same time.
const AT_ONCE: usize = 4;

/// Sequence by producer, of one partition.
type Places = HashMap<String, i64>;

/// What a rebuild did.
#[derive(Debug, Clone, PartialEq)]
pub struct Rebuilt {
    pub events: u64,
    /// Events that can not be understood; a consumer has them among its dead letters.
    pub not_understood: u64,
    pub seconds: f64,
    /// Of these, how long consumers had to wait.
    pub held_seconds: f64,
    /// Rows of each read model, all tenants together.
    pub rows: Vec<(&'static str, i64)>,
}

/// One partition, joined as far as it was read.
#[derive(Default)]
struct Joined {
    gathered: Gathered,
    places: Places,
    events: u64,
    not_understood: u64,
}

/// Rebuilds; one at a time in this process.
pub async fn rebuild_read_models(app: &App) -> Result<Rebuilt, Error> {
    let _alone = app.rebuilding.try_lock().map_err(|_| Error::RebuildRunning)?;
    let started = app.clock.instant();
    let positions = {
        let mut tx = app.database.read().await?;
        Store::on(&mut tx).positions().await?
    };
    let mut joined = join_all(&app.broker, &positions).await?;
    let mut tx = app.database.begin_bulk().await?;
    let held = app.clock.instant();
    let mut store = Store::on(&mut tx);
    store.own_read_models().await?;
    let positions = store.positions().await?;
    for (partition, part) in joined.iter_mut().enumerate() {
        let targets = targets(&positions, partition as u8);
        join(&app.broker, partition as u8, &targets, part).await?;
    }
    let (events, not_understood) = joined.iter().fold((0, 0), |(events, not_understood), part| {
        (events + part.events, not_understood + part.not_understood)
    });
    let mut all = Gathered::default();
    joined.into_iter().for_each(|part| all.absorb(part.gathered));
    all.settle();
    store.clear_read_models().await?;
    all.save(&mut store).await?;
    let rows = store.count_read_models().await?;
    tx.commit().await?;
    let now = app.clock.instant();
    Ok(Rebuilt {
        events,
        not_understood,
        seconds: now.duration_since(started).as_secs_f64(),
        held_seconds: now.duration_since(held).as_secs_f64(),
        rows,
    })
}

/// All partitions, some at a time.
async fn join_all(broker: &Arc<dyn Broker>, positions: &[StreamPosition]) -> Result<Vec<Joined>, Error> {
    let mut joined: Vec<Joined> = (0..COUNT).map(|_| Joined::default()).collect();
    let mut running = JoinSet::new();
    for partition in 0..COUNT {
        if running.len() >= AT_ONCE {
            take(&mut running, &mut joined).await?;
        }
        let (broker, targets) = (broker.clone(), targets(positions, partition));
        running.spawn(async move {
            let mut part = Joined::default();
            join(&broker, partition, &targets, &mut part).await?;
            Ok((partition, part))
        });
    }
    while !running.is_empty() {
        take(&mut running, &mut joined).await?;
    }
    Ok(joined)
}

async fn take(running: &mut JoinSet<Result<(u8, Joined), Error>>, joined: &mut [Joined]) -> Result<(), Error> {
    if let Some(done) = running.join_next().await {
        let (partition, part) = done??;
        joined[usize::from(partition)] = part;
    }
    Ok(())
}

fn targets(positions: &[StreamPosition], partition: u8) -> Places {
    positions
        .iter()
        .filter(|position| position.partition == partition)
        .map(|position| (position.producer.clone(), position.sequence))
        .collect()
}

/// Joins a partition's events up to the targets.
async fn join(broker: &Arc<dyn Broker>, partition: u8, targets: &Places, part: &mut Joined) -> Result<(), Error> {
    for (producer, target) in targets {
        loop {
            let after = part.places.get(producer).copied().unwrap_or(0);
            if after >= *target {
                break;
            }
            let events = broker
                .read(producer, partition, after, READ_MAX)
                .await
                .map_err(Error::Archive)?;
            let Some(last) = events.last().map(|event| event.sequence) else {
                break;
            };
            for event in events.iter().filter(|event| event.sequence <= *target) {
                part.events += 1;
                match understand_again(event) {
                    Ok(Some(heard)) => {
                        let place = (heard.stamp, heard.partition);
                        part.gathered.join(&heard.tenant_id, place, heard.news);
                    }
                    Ok(None) => {}
                    Err(_) => part.not_understood += 1,
                }
            }
            part.places.insert(producer.clone(), last.min(*target));
        }
    }
    Ok(())
}

//! Moves business time: from the past to the wall, one thing after the other, and then on with it.
//!
//! Time moves to whatever comes next (a row that is due, something that somebody will do, the vehicles' next upload), at most by an hour, and
//! only once everybody has come to rest. The vehicles live one upload ahead, beside the platform.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use chassis::Runtime;
use chrono::{DateTime, TimeDelta, Utc};
use fleetsim::client::{Client, Patience};

use super::fleet::{self, Garage, Sent};
use super::staff::Staff;
use super::{Place, at};
use crate::live::Tap;

/// The vehicles send what they have gathered so often: devices upload when they have a network and something to tell.
const UPLOAD_EVERY_S: i64 = 6 * 3_600;
/// The longest step of time.
const STEP_MAX: TimeDelta = TimeDelta::hours(1);
/// Business time is pinned to the wall once it has come so near.
const NEAR: TimeDelta = TimeDelta::seconds(5);
/// Records in one post: ingestion groups them by partition.
const LINES_MAX: usize = 4_000;
/// Seconds between two looks of the staff in the present.
const LOOK_EVERY_S: i64 = 5;
/// How often it is written down how far the present has come.
const NOTE_EVERY_S: i64 = 60;

/// Everybody who plays.
pub(super) struct Player<'p> {
    pub(super) staff: Staff<'p>,
    pub(super) data_dir: PathBuf,
    pub(super) garage: Garage,
    pub(super) client: Client,
    pub(super) patience: Patience,
    /// Until when the vehicles have lived.
    pub(super) reached: DateTime<Utc>,
}

/// A stretch of the vehicles' life, sent at its end.
struct Upload {
    at: DateTime<Utc>,
    sent: Sent,
}

impl Player<'_> {
    /// Tells the platform everything from where it was told last until the present, and pins its time there.
    pub(super) async fn tell_history(&mut self, place: &mut Place, runtime: &Runtime) -> anyhow::Result<()> {
        let clock = &runtime.clock;
        let mut tap = Tap::new(runtime);
        place.progress.begin(&place.told, clock.machine_now());
        clock.at_rest().await;
        self.staff.look(clock.now()).await;
        let mut upload = self.next_upload(clock.machine_now()).await?;
        while clock.is_simulated() {
            let now = clock.now();
            let stops = [
                Some(now + STEP_MAX),
                clock.next_due(),
                self.staff.next(),
                Some(upload.at),
            ];
            let next = stops.into_iter().flatten().min().unwrap_or(now + STEP_MAX);
            clock.advance_to(next.max(now + TimeDelta::milliseconds(1)));
            let now = clock.now();
            let acted = self.staff.act(now).await > 0;
            if now >= upload.at {
                place.progress.add(upload.sent.records);
                let told_until = upload.at;
                let (client, patience) = (self.client.clone(), self.patience.clone());
                let digested = async move {
                    post(&client, &patience, &upload.sent).await?;
                    clock.at_rest().await;
                    anyhow::Ok(())
                };
                let (posted, next_upload) = tokio::join!(digested, self.next_upload(clock.machine_now()));
                posted?;
                upload = next_upload?;
                place.told.until = told_until;
                place.told.write(&self.data_dir)?;
                if clock.machine_now() - told_until < NEAR {
                    clock.advance_to(clock.machine_now());
                }
            }
            clock.at_rest().await;
            let story = place.progress.follow(&mut tap, runtime, now).await;
            // What people look at changes by events only.
            if acted || story {
                self.staff.look(now).await;
            }
            if place.progress.is_new_day(now) {
                self.staff.look_daily(now).await;
            }
        }
        post(&self.client, &self.patience, &upload.sent).await?;
        (place.told.until, place.told.complete) = (upload.at, true);
        place.told.write(&self.data_dir)
    }

    /// Lets the vehicles live until their next upload, with the visits that they know of by now. What was found in them is known before time
    /// moves there.
    async fn next_upload(&mut self, wall: DateTime<Utc>) -> anyhow::Result<Upload> {
        let until = (self.reached + TimeDelta::seconds(UPLOAD_EVERY_S)).min(wall);
        let sent = self.live_until(until).await?;
        Ok(Upload { at: self.reached, sent })
    }

    async fn live_until(&mut self, until: DateTime<Utc>) -> anyhow::Result<Sent> {
        let from = self.reached;
        self.reached = at(until.timestamp()).max(from);
        let visits = self.staff.visits_before(from, self.reached);
        let sent = self.garage.advance(self.reached.timestamp(), visits);
        let sent = sent.await.context("the vehicles' thread has ended")?;
        fleet::keep_visits(&self.data_dir, &sent.visits)?;
        self.staff.note(&sent.visits);
        Ok(sent)
    }

    /// The present: the vehicles live with the wall clock, the staff looks every few seconds.
    pub(super) async fn follow_the_present(&mut self, place: &mut Place, runtime: &Runtime) -> anyhow::Result<()> {
        loop {
            let now = runtime.clock.now();
            let now_s = now.timestamp();
            let sent = self.live_until(now).await?;
            post(&self.client, &self.patience, &sent).await?;
            self.staff.act(now).await;
            if now_s % LOOK_EVERY_S == 0 {
                self.staff.look(now).await;
            }
            if now_s % NOTE_EVERY_S == 0 {
                self.staff.look_daily(now).await;
                place.told.until = self.reached;
                place.told.write(&self.data_dir)?;
            }
            let rest = TimeDelta::milliseconds(1_000 - i64::from(runtime.clock.now().timestamp_subsec_millis()));
            tokio::time::sleep(rest.to_std().unwrap_or(Duration::from_secs(1))).await;
        }
    }
}

async fn post(client: &Client, patience: &Patience, sent: &Sent) -> anyhow::Result<()> {
    let bodies = match sent.records {
        0 => Vec::new(),
        records if records <= LINES_MAX as u64 => vec![sent.ndjson.as_slice()],
        _ => bodies(&sent.ndjson),
    };
    for body in bodies {
        client.deliver(bytes::Bytes::copy_from_slice(body), patience).await?;
    }
    Ok(())
}

/// Cuts records into bodies of bounded size, each of whole lines.
fn bodies(ndjson: &[u8]) -> Vec<&[u8]> {
    let (mut bodies, mut from, mut lines) = (Vec::new(), 0, 0);
    for (place, _) in ndjson.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
        lines += 1;
        if lines == LINES_MAX {
            bodies.push(&ndjson[from..=place]);
            (from, lines) = (place + 1, 0);
        }
    }
    if from < ndjson.len() {
        bodies.push(&ndjson[from..]);
    }
    bodies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_whole_lines_and_together_everything() {
        for lines in [0, 1, LINES_MAX - 1, LINES_MAX, LINES_MAX + 1, 3 * LINES_MAX] {
            let text = "{}\n".repeat(lines);
            let bodies = bodies(text.as_bytes());
            assert_eq!(bodies.concat(), text.as_bytes());
            assert!(
                bodies
                    .iter()
                    .all(|body| body.ends_with(b"\n") && body.len() <= 3 * LINES_MAX)
            );
        }
    }
}

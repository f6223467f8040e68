//! Applies what was heard inside the chassis' transaction, and rings the feed once it is durable.

use super::consumed;
use crate::domain::fleet::news::Heard;
use crate::use_cases::follow_changes::Feed;
use crate::use_cases::place_vehicles::{Placed, place_vehicles};
use crate::use_cases::record_access::{AccessTold, record_access};
use crate::use_cases::record_events::record_events;
use async_trait::async_trait;
use chassis::{Clock, Event, HandleError, Handler, Tx};

/// The consumer of everything.
pub struct Consumer {
    feed: Feed,
    clock: Clock,
}

impl Consumer {
    /// Rings this feed when something was recorded, and notes when by this clock.
    pub fn new(feed: Feed, clock: Clock) -> Consumer {
        Consumer { feed, clock }
    }
}

#[async_trait]
impl Handler for Consumer {
    async fn handle(&self, event: &Event, tx: &mut Tx) -> Result<(), HandleError> {
        self.handle_batch(std::slice::from_ref(event), tx).await
    }

    async fn handle_batch(&self, events: &[Event], tx: &mut Tx) -> Result<(), HandleError> {
        let (mut heard, mut told, mut placed): (Vec<Heard>, Vec<AccessTold>, Vec<Placed>) = Default::default();
        for event in events {
            match consumed::access_told(event)? {
                Some(access) => told.push(access),
                None => heard.push(consumed::understand(event)?),
            }
            placed.extend(consumed::placed(event)?);
        }
        record_events(tx, &heard, self.clock.machine_now()).await?;
        record_access(tx, &told).await?;
        Ok(place_vehicles(tx, &placed).await?)
    }

    /// A vehicle's picture is written by whoever holds its partition; a replayed dead letter waits for the vehicle's row.
    fn writes_alone(&self) -> bool {
        true
    }

    async fn committed(&self) {
        self.feed.ring();
    }
}

//! Applies what was heard inside the chassis' transaction, and tells followers once it is durable.

use super::consumed;
use crate::domain::audit;
use crate::domain::fleet::news::Heard;
use crate::use_cases::follow_changes::{Feed, Note};
use crate::use_cases::record_events::record_events;
use async_trait::async_trait;
use chassis::{Event, HandleError, Handler, Tx};
use parking_lot::Mutex;

/// The consumer of everything.
pub struct Consumer {
    feed: Feed,
    /// Notes of the open transaction.
    pending: Mutex<Vec<Note>>,
}

impl Consumer {
    /// Tells this feed what was recorded.
    pub fn new(feed: Feed) -> Consumer {
        Consumer {
            feed,
            pending: Mutex::default(),
        }
    }
}

#[async_trait]
impl Handler for Consumer {
    async fn handle(&self, event: &Event, tx: &mut Tx) -> Result<(), HandleError> {
        self.handle_batch(std::slice::from_ref(event), tx).await
    }

    async fn handle_batch(&self, events: &[Event], tx: &mut Tx) -> Result<(), HandleError> {
        let heard: Vec<Heard> = events.iter().map(consumed::understand).collect::<Result<_, _>>()?;
        record_events(tx, &heard).await?;
        *self.pending.lock() = heard.iter().filter_map(note).collect();
        Ok(())
    }

    async fn committed(&self) {
        for note in std::mem::take(&mut *self.pending.lock()) {
            self.feed.tell(note);
        }
    }

    async fn rolled_back(&self) {
        self.pending.lock().clear();
    }
}

fn note(heard: &Heard) -> Option<Note> {
    let entry = heard.entry.as_ref()?;
    Some(Note {
        tenant_id: heard.tenant_id.clone(),
        kind: entry.kind.clone(),
        vehicle_id: entry.vehicle_id.clone(),
        time: entry.time,
        summary: audit::text(&entry.kind, &entry.params),
    })
}

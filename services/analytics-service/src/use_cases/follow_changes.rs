//! Lets signed-in clients follow a tenant's changes. Each has a bounded buffer; who cannot keep up is let go.

use crate::error::Error;
use chassis::Principal;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};

/// One change, small enough for a line on a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub tenant_id: String,
    /// The event's type.
    pub kind: String,
    pub vehicle_id: Option<String>,
    pub time: DateTime<Utc>,
    /// English, made of ids and codes.
    pub summary: String,
}

/// Tells followers what was recorded. Cheap to clone.
#[derive(Clone)]
pub struct Feed {
    notes: broadcast::Sender<Arc<Note>>,
    places: Arc<Semaphore>,
}

/// One client's place in the feed.
pub struct Follower {
    notes: broadcast::Receiver<Arc<Note>>,
    principal: Principal,
    _place: OwnedSemaphorePermit,
}

impl Feed {
    /// With the notes that a client may be behind, and the number of clients.
    pub fn new(buffer_max: usize, clients_max: usize) -> Feed {
        Feed {
            notes: broadcast::channel(buffer_max.max(1)).0,
            places: Arc::new(Semaphore::new(clients_max)),
        }
    }

    /// Tells all followers; with none it costs nothing.
    pub fn tell(&self, note: Note) {
        // No receiver is no error: nobody is listening.
        let _ = self.notes.send(Arc::new(note));
    }

    /// Takes a place in the feed; refused when all are taken.
    pub fn follow(&self, principal: Principal) -> Result<Follower, Error> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Error::StreamFull)?;
        Ok(Follower {
            notes: self.notes.subscribe(),
            principal,
            _place: place,
        })
    }
}

impl Follower {
    /// The next change that this client may see; none when the client fell behind and is let go.
    pub async fn next(&mut self) -> Option<Arc<Note>> {
        loop {
            let note = self.notes.recv().await.ok()?;
            if visible(&self.principal, &note) {
                return Some(note);
            }
        }
    }
}

/// Changes of the own tenant; for those limited to some vehicles only changes of these.
fn visible(principal: &Principal, note: &Note) -> bool {
    let own_vehicle = match (&principal.vehicle_ids, &note.vehicle_id) {
        (None, _) => true,
        (Some(_), Some(vehicle_id)) => principal.may_see(vehicle_id),
        (Some(_), None) => false,
    };
    own_vehicle && principal.tenant.as_str() == note.tenant_id
}

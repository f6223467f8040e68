//! Named places where a test may kill the process, as `kill -9` would: no destructor runs, no buffer is flushed.
//!
//! A point is armed with `name` or `name:n` (die at the n-th visit). Unarmed, a visit costs one comparison.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The armed point of this process, if any. Cheap to clone; none by default.
#[derive(Clone, Default)]
pub struct Failpoints(Option<Arc<Armed>>);

struct Armed {
    name: String,
    remaining: AtomicU64,
}

impl Failpoints {
    /// Arms one point from `name` or `name:n`; an empty text arms none.
    pub fn armed(text: &str) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        let (name, visits) = match text.rsplit_once(':') {
            Some((name, visits)) => (name, visits.parse().unwrap_or(1)),
            None => (text, 1),
        };
        Self(Some(Arc::new(Armed {
            name: name.to_owned(),
            remaining: AtomicU64::new(visits),
        })))
    }

    /// Dies here if this point is armed and its count has run out.
    pub fn hit(&self, name: &str) {
        if let Some(armed) = &self.0
            && armed.name == name
            && armed.remaining.fetch_sub(1, Ordering::SeqCst) == 1
        {
            eprintln!("failpoint {name}: aborting");
            std::process::abort();
        }
    }

    /// The same for a point that is named by its service and step, such as `notes-service.commit.before`.
    pub fn hit_at(&self, service: &str, step: &str) {
        if self.0.is_some() {
            self.hit(&format!("{service}.{step}"));
        }
    }
}

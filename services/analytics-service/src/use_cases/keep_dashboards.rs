//! Keeps the newest dashboards of each sight in memory for moments: many people look at the same numbers, which change by the second.
//! What is no longer fresh is shown once more while it is made anew; what is older than the shelf allows is not shown.

use crate::App;
use crate::error::Error;
use crate::store::Sight;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Shown without a look at the database.
const FRESH: Duration = Duration::from_millis(500);
/// Shown while it is made anew.
const STALE: Duration = Duration::from_secs(4);
/// The same of key figures: they are sums over months, and take longer to make than other numbers may be old.
const FRESH_SUMS: Duration = Duration::from_secs(3);
const STALE_SUMS: Duration = Duration::from_secs(30);
/// Dashboards that are kept; beyond it the oldest are forgotten.
const KEPT_MAX: usize = 1000;

struct Kept<T> {
    made_at: Instant,
    value: Arc<T>,
    /// Somebody is making it anew.
    renewing: bool,
}

/// One dashboard of each sight. Cheap to clone.
pub struct Shelf<T> {
    kept: Arc<Mutex<HashMap<String, Kept<T>>>>,
    /// Those who find nothing wait for the first of them.
    making: Arc<tokio::sync::Mutex<()>>,
    fresh: Duration,
    stale: Duration,
}

impl<T> Clone for Shelf<T> {
    fn clone(&self) -> Self {
        Shelf {
            kept: self.kept.clone(),
            making: self.making.clone(),
            fresh: self.fresh,
            stale: self.stale,
        }
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf {
            kept: Arc::default(),
            making: Arc::default(),
            fresh: FRESH,
            stale: STALE,
        }
    }
}

enum Found<T> {
    Fresh(Arc<T>),
    Stale(Arc<T>),
    Nothing,
}

impl<T: Send + Sync + 'static> Shelf<T> {
    /// A shelf for what sums key figures.
    pub fn of_sums() -> Self {
        Shelf {
            fresh: FRESH_SUMS,
            stale: STALE_SUMS,
            ..Shelf::default()
        }
    }

    /// The dashboard of a sight, made by `make` where the kept one is too old.
    pub async fn show<F, Fut>(&self, app: &App, sight: &Sight, make: F) -> Result<Arc<T>, Error>
    where
        F: Fn(App, Sight) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, Error>> + Send,
    {
        self.show_of(app, sight, "", make).await
    }

    /// The same, of one of several things that a sight has: `which` tells them apart.
    pub async fn show_of<F, Fut>(&self, app: &App, sight: &Sight, which: &str, make: F) -> Result<Arc<T>, Error>
    where
        F: Fn(App, Sight) -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, Error>> + Send,
    {
        let key = format!("{} {which}", sight.key());
        match self.find(app, &key) {
            Found::Fresh(value) => return Ok(value),
            Found::Stale(value) => {
                let (shelf, app, sight) = (self.clone(), app.clone(), sight.clone());
                // Sums over a large fleet take a core for a while: not one that answers requests.
                tokio::task::spawn_blocking(move || {
                    match tokio::runtime::Handle::current().block_on(make(app.clone(), sight)) {
                        Ok(made) => shelf.keep(&app, &key, Arc::new(made)),
                        Err(error) => {
                            shelf.kept.lock().remove(&key);
                            tracing::warn!(error = format!("{error:#}"), "a dashboard could not be made anew");
                        }
                    }
                });
                return Ok(value);
            }
            Found::Nothing => {}
        }
        let _first = self.making.lock().await;
        if let Found::Fresh(value) | Found::Stale(value) = self.find(app, &key) {
            return Ok(value);
        }
        let made = Arc::new(make(app.clone(), sight.clone()).await?);
        self.keep(app, &key, made.clone());
        Ok(made)
    }

    fn find(&self, app: &App, key: &str) -> Found<T> {
        let now = app.clock.instant();
        let mut kept = self.kept.lock();
        let Some(found) = kept.get_mut(key) else {
            return Found::Nothing;
        };
        let age = now.duration_since(found.made_at);
        if age < self.fresh || (age < self.stale && found.renewing) {
            return Found::Fresh(found.value.clone());
        }
        if age < self.stale {
            found.renewing = true;
            return Found::Stale(found.value.clone());
        }
        Found::Nothing
    }

    fn keep(&self, app: &App, key: &str, value: Arc<T>) {
        let mut kept = self.kept.lock();
        if kept.len() >= KEPT_MAX && !kept.contains_key(key) {
            let oldest = kept
                .iter()
                .min_by_key(|(_, one)| one.made_at)
                .map(|(key, _)| key.clone());
            oldest.and_then(|key| kept.remove(&key));
        }
        let made_at = app.clock.instant();
        let before = kept.insert(
            key.to_owned(),
            Kept {
                made_at,
                value,
                renewing: false,
            },
        );
        // Rows of a large fleet take a while to free: nobody who asks shall wait for that.
        drop(kept);
        drop(before);
    }
}

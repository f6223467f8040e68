//! Keeps the newest dashboards of each sight in memory for moments: many people look at the same numbers, which change by the second.
//! What is no longer fresh is shown once more while it is made anew; what is older than the shelf allows is not shown.

use crate::App;
use crate::error::Error;
use crate::store::Sight;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::{Arc, Weak};
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

/// Whoever holds it makes a dashboard.
type Turn = tokio::sync::Mutex<()>;

struct Kept<T> {
    made_at: Instant,
    value: Arc<T>,
    /// Somebody is making it anew.
    renewing: bool,
}

/// One dashboard of each sight. Cheap to clone.
pub struct Shelf<T> {
    kept: Arc<Mutex<HashMap<String, Kept<T>>>>,
    /// Those who find nothing of a dashboard wait for the first of them, and for nobody else: one tenant's sums may take long.
    making: Arc<Mutex<HashMap<String, Weak<Turn>>>>,
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
        let turn = self.turn(&key);
        let _first = turn.lock().await;
        if let Found::Fresh(value) | Found::Stale(value) = self.find(app, &key) {
            return Ok(value);
        }
        let made = Arc::new(make(app.clone(), sight.clone()).await?);
        self.keep(app, &key, made.clone());
        Ok(made)
    }

    fn turn(&self, key: &str) -> Arc<Turn> {
        let mut making = self.making.lock();
        if let Some(turn) = making.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        // What nobody waits for any more: so there are no more of them than there are requests.
        making.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        making.insert(key.to_owned(), Arc::downgrade(&turn));
        turn
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, DEFINITION, texts};
    use chassis::testing::{TestRuntime, sources};
    use chassis::{Kit, TenantId};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Semaphore;

    async fn app(runtime: &TestRuntime) -> App {
        let config: Config = chassis::config::load(&DEFINITION, &sources()).unwrap();
        let kit = Kit::open(&DEFINITION, &config.base, runtime.runtime()).await.unwrap();
        crate::app(&config, &kit, runtime.runtime(), texts::load().unwrap())
    }

    #[tokio::test]
    async fn who_asks_for_another_dashboard_does_not_wait_for_a_slow_one() {
        let runtime = TestRuntime::start("2026-05-01T10:00:00Z".parse().unwrap());
        let (app, shelf) = (app(&runtime).await, Shelf::<String>::default());
        let [slow, quick] = ["ten_slow", "ten_quick"].map(|tenant| Sight::whole(&TenantId::new(tenant)));
        let (gate, made) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let ask = |sight: &Sight| {
            let (shelf, app, sight) = (shelf.clone(), app.clone(), sight.clone());
            let (gate, made) = (gate.clone(), made.clone());
            tokio::spawn(async move {
                let make = move |_: App, sight: Sight| {
                    let (gate, made) = (gate.clone(), made.clone());
                    async move {
                        made.fetch_add(1, Ordering::Relaxed);
                        if sight.tenant.as_str() == "ten_slow" {
                            let _open = gate.acquire().await;
                        }
                        Ok(sight.tenant.as_str().to_owned())
                    }
                };
                shelf.show(&app, &sight, make).await.unwrap()
            })
        };
        let waiting = [ask(&slow), ask(&slow)];
        while made.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        let shown = tokio::time::timeout(Duration::from_secs(10), ask(&quick)).await;
        assert_eq!(*shown.expect("no waiting for the other tenant").unwrap(), "ten_quick");
        gate.close();
        for one in waiting {
            assert_eq!(*one.await.unwrap(), "ten_slow");
        }
        assert_eq!(made.load(Ordering::Relaxed), 2, "each was made once");
        drop(shelf.turn("another"));
        assert_eq!(shelf.making.lock().len(), 1, "what nobody waits for is forgotten");
    }
}

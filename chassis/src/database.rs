//! Opens a service's database, runs its migrations and hands out transactions. Knows no table but its own bookkeeping.
//!
//! SQLite: one writer connection (it has one writer anyway) with `synchronous=FULL`, and a few readers. PostgreSQL: one bounded pool;
//! write transactions are SERIALIZABLE, so that a service behaves there as it does behind SQLite's one writer, and what is refused for
//! that (40001, 40P01) is tried again by whoever can: the consumer its batch, the HTTP shell its request ([`is_retryable`]).
//! Queries go through [`on!`](crate::on), which compiles the same statement for each database that a [`Tx`] can stand on.

mod migrate;
mod open;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::RwLock;
use sqlx_postgres::{PgConnection, PgPool, Postgres};
use sqlx_sqlite::{Sqlite, SqliteConnection, SqlitePool};

use crate::access::Write;
use crate::bell::Bell;
use crate::failpoint::Failpoints;
use crate::http::again::Scope;
use crate::outbox::{Newest, Packed};

pub(crate) use open::{is_postgres, own_url};

/// What a statement can fail with.
pub type DbError = sqlx::Error;

/// A service's own database. Cheap to clone.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    service: &'static str,
    pools: Pools,
    appended: Bell,
    newest: Newest,
    /// Rung after each such commit, too.
    timers: RwLock<Vec<Bell>>,
    failpoints: Failpoints,
}

enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres { pool: PgPool },
}

impl Database {
    /// Begins a write transaction: on SQLite the one there is (BEGIN IMMEDIATE; others wait for it), on PostgreSQL a SERIALIZABLE one.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        let mut tx = self.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await?;
        if let Some(scope) = Scope::current() {
            scope.claim(&mut tx).await?;
            tx.scope = Some(scope);
        }
        if let Some(write) = Write::current() {
            write.tell(&mut tx).await?;
            tx.write = Some(write);
        }
        Ok(tx)
    }

    /// Begins a write transaction for rows that no one else writes, or whose statements settle conflicts themselves
    /// (`ON CONFLICT`, row locks): READ COMMITTED on PostgreSQL, which never has to be tried again.
    pub async fn begin_bulk(&self) -> Result<Tx, DbError> {
        self.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await
    }

    async fn begin_with(&self, on_postgres: &'static str) -> Result<Tx, DbError> {
        let on = match &self.0.pools {
            Pools::Sqlite { writer, .. } => Backend::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres { pool } => Backend::Postgres(pool.begin_with(on_postgres).await?),
        };
        Ok(self.transaction(on))
    }

    /// Begins a read transaction: one consistent snapshot, beside the writers. Dropping it ends it.
    pub async fn read(&self) -> Result<Tx, DbError> {
        let on = match &self.0.pools {
            Pools::Sqlite { readers, .. } => Backend::Sqlite(readers.begin().await?),
            Pools::Postgres { pool } => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Backend::Postgres(pool.begin_with(begin).await?)
            }
        };
        Ok(self.transaction(on))
    }

    fn transaction(&self, on: Backend) -> Tx {
        Tx {
            on,
            database: self.clone(),
            appended: false,
            heads: BTreeMap::new(),
            placed: Vec::new(),
            scope: None,
            write: None,
        }
    }

    /// Whether other processes may work on it too: then leases are waited for, memory is compared with rows, and a relay places events, since
    /// several transactions append at once.
    pub fn is_shared(&self) -> bool {
        matches!(self.0.pools, Pools::Postgres { .. })
    }

    /// Rung after each commit that appended events.
    pub(crate) fn appended(&self) -> Bell {
        self.0.appended.clone()
    }

    /// The newest events that were placed by transactions of this process.
    pub(crate) fn newest(&self) -> &Newest {
        &self.0.newest
    }

    /// Rings this bell as well after each commit that appended events: it may have made a row that is due at once. For simulated time, which
    /// does not wait for the next tick.
    pub(crate) fn rings(&self, timer: &Bell) {
        self.0.timers.write().push(timer.clone());
    }

    /// Closes all connections; open transactions finish first.
    pub async fn close(&self) {
        match &self.0.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { pool } => pool.close().await,
        }
    }
}

/// The database that a transaction stands on.
enum Backend {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// A connection inside a transaction, as [`on!`](crate::on) takes it apart.
pub enum Connection<'t> {
    Sqlite(&'t mut SqliteConnection),
    Postgres(&'t mut PgConnection),
}

/// A transaction. Dropped without [`Tx::commit`], nothing of it happened.
pub struct Tx {
    on: Backend,
    database: Database,
    appended: bool,
    /// The last sequence of each partition in which it has placed events.
    heads: BTreeMap<u8, i64>,
    /// Those events, which readers of this process may have from memory once they are committed.
    placed: Vec<Packed>,
    /// The Idempotency-Key that it carries.
    scope: Option<Scope>,
    /// The request whose line in the access log it carries.
    write: Option<Write>,
}

impl Tx {
    /// The connection, for [`on!`](crate::on).
    pub fn connection(&mut self) -> Connection<'_> {
        match &mut self.on {
            Backend::Sqlite(transaction) => Connection::Sqlite(&mut *transaction),
            Backend::Postgres(transaction) => Connection::Postgres(&mut *transaction),
        }
    }

    /// The pattern for `LOWER(…) LIKE … ESCAPE '!'` of what contains a text; the signs that LIKE gives a meaning stand for themselves. PostgreSQL
    /// finds it in any case. SQLite's LOWER knows the letters of ASCII alone, so others are found there as they were written.
    pub fn containing(&self, text: &str) -> String {
        let lower = self.dialect(text.to_ascii_lowercase(), text.to_lowercase());
        let mut pattern = String::from("%");
        for letter in lower.chars() {
            if matches!(letter, '%' | '_' | '!') {
                pattern.push('!');
            }
            pattern.push(letter);
        }
        pattern.push('%');
        pattern
    }

    /// Chooses between two statements where one would bend.
    pub fn dialect<T>(&self, on_sqlite: T, on_postgres: T) -> T {
        match self.on {
            Backend::Sqlite(_) => on_sqlite,
            Backend::Postgres(_) => on_postgres,
        }
    }

    /// The clock that claims on rows are judged by: the database's where several machines share it, else `machine_now`.
    pub async fn claim_clock(&mut self, machine_now: DateTime<Utc>) -> Result<DateTime<Utc>, DbError> {
        let us = self.lease_clock_us(machine_now).await?;
        Ok(DateTime::from_timestamp_micros(us).unwrap_or(machine_now))
    }

    /// The same for leases, in microseconds since 1970.
    pub(crate) async fn lease_clock_us(&mut self, machine_now: DateTime<Utc>) -> Result<i64, DbError> {
        match self.connection() {
            Connection::Sqlite(_) => Ok(machine_now.timestamp_micros()),
            Connection::Postgres(c) => {
                sqlx::query_scalar("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::BIGINT")
                    .fetch_one(c)
                    .await
            }
        }
    }

    /// Makes it durable; then rings the relay if events were appended.
    ///
    /// # Errors
    /// When the connection breaks while the answer is under way, nobody knows whether it happened: [`CommitInDoubt`].
    pub async fn commit(mut self) -> Result<(), DbError> {
        crate::outbox::keep_heads(&mut self).await?;
        let inner = &self.database.0;
        inner.failpoints.hit_at(inner.service, "commit.before");
        let committed = match self.on {
            Backend::Sqlite(transaction) => transaction.commit().await,
            Backend::Postgres(transaction) => transaction.commit().await,
        };
        if committed.is_ok() {
            inner.newest.keep(std::mem::take(&mut self.placed));
        }
        if self.appended {
            // Also when in doubt: if it happened, its events wait.
            inner.appended.ring();
            inner.timers.read().iter().for_each(Bell::ring);
        }
        committed.map_err(|error| match is_refusal(&error) {
            true => error,
            false => DbError::AnyDriverError(Box::new(CommitInDoubt(error))),
        })?;
        inner.failpoints.hit_at(inner.service, "commit.after");
        if let Some(scope) = self.scope {
            scope.committed();
        }
        if let Some(write) = self.write {
            write.committed();
        }
        Ok(())
    }

    /// Drops everything that was done in it.
    pub async fn rollback(self) -> Result<(), DbError> {
        match self.on {
            Backend::Sqlite(transaction) => transaction.rollback().await,
            Backend::Postgres(transaction) => transaction.rollback().await,
        }
    }

    pub(crate) fn mark_appended(&mut self) {
        self.appended = true;
    }

    /// Whether no other transaction writes while this one is open: then it can place its events itself.
    pub(crate) fn is_sole_writer(&self) -> bool {
        !self.database.is_shared()
    }

    /// Notes an event that was given its place in it.
    pub(crate) fn placed(&mut self, event: Packed) {
        self.placed.push(event);
    }

    pub(crate) fn heads(&mut self) -> &mut BTreeMap<u8, i64> {
        &mut self.heads
    }
}

/// The connection broke while a commit was answered: it may have happened. Never tried again blindly.
#[derive(Debug, thiserror::Error)]
#[error("the connection broke during a commit, which may have happened")]
pub struct CommitInDoubt(#[source] DbError);

/// Whether a database's answer to a commit says that it surely did not happen: any but that the connection or the server ends.
fn is_refusal(error: &DbError) -> bool {
    let ends = |code: &str| code.starts_with("08") || code.starts_with("57P");
    matches!(error, DbError::Database(refused) if !refused.code().is_some_and(|code| ends(&code)))
}

/// Whether the transaction surely did not happen and may go through when it is tried again: a serialization failure, a deadlock, a
/// connection that was lost before its commit or not to be had at all. Looks through the sources of an error.
pub fn is_retryable(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut current = Some(error);
    while let Some(error) = current {
        if error.is::<CommitInDoubt>() {
            return false;
        }
        if let Some(error) = error.downcast_ref::<DbError>() {
            match error {
                DbError::Database(database) => return database.code().is_some_and(|code| is_passing(&code)),
                DbError::Io(_) | DbError::PoolTimedOut | DbError::WorkerCrashed => return true,
                _ => {}
            }
        }
        current = error.source();
    }
    false
}

/// Whether a text holds what the database cannot keep, whoever tries and however often: 22021 and 22P05, which PostgreSQL answers to U+0000.
/// Looks through the sources of an error.
pub fn is_unstorable(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| {
        let database = error.downcast_ref::<DbError>().and_then(DbError::as_database_error);
        let code = database.and_then(|error| error.code());
        code.is_some_and(|code| matches!(&*code, "22021" | "22P05"))
    })
}

/// SQLSTATEs that pass by themselves: serialization failure, deadlock, lock timeout, class 08 (connection), 25P03 (we idled too long in a
/// transaction), 53300 (too many connections), 57P01 to 57P03 (the server stops or starts). 23505 is among them because a row that our
/// snapshot does not show may be in the way, which the server reports as a duplicate key (PostgreSQL manual, 13.5); the next try sees it.
/// 53100, and SQLite's 13: the disk is full, for now.
fn is_passing(sqlstate: &str) -> bool {
    matches!(
        sqlstate,
        "40001" | "40P01" | "55P03" | "23505" | "25P03" | "53100" | "13" | "53300" | "57P01" | "57P02" | "57P03"
    ) || sqlstate.starts_with("08")
}

/// Does work again while the database refuses it ([`is_retryable`]), at most nine times in all. For whoever begins transactions outside of
/// requests, events and periodic work, which are tried again anyway.
///
/// # Errors
/// The last refusal, or what went wrong otherwise.
pub async fn again<T, E, Fut>(mut work: impl FnMut() -> Fut) -> Result<T, E>
where
    E: std::error::Error + 'static,
    Fut: Future<Output = Result<T, E>>,
{
    let mut attempt = 0;
    loop {
        match work().await {
            Err(error) if attempt < ATTEMPTS && is_retryable(&error) => {
                attempt += 1;
                tokio::time::sleep(pause(attempt)).await;
            }
            other => return other,
        }
    }
}

/// How often a refused transaction is tried again before its caller hears of it, and how long the n-th pause is at most.
pub(crate) const ATTEMPTS: u32 = 8;

/// A random pause before attempt `n` (full jitter, 2 ms doubling up to 200 ms): those who collided part.
pub(crate) fn pause(attempt: u32) -> Duration {
    let most = (2_000u64 << attempt.min(7)).min(200_000);
    Duration::from_micros(rand::random_range(0..=most))
}

/// What a statement without rows has done, on either database.
#[derive(Clone, Copy, Debug)]
pub struct Done(u64);

impl Done {
    /// How many rows it inserted, changed or deleted.
    pub fn rows_affected(self) -> u64 {
        self.0
    }
}

/// Executes a statement for what it does: sqlx's `execute`, with one result type for both databases. [`on!`](crate::on) brings it along.
pub trait Run<C> {
    /// Runs it.
    fn run(self, connection: C) -> impl Future<Output = Result<Done, DbError>> + Send;
}

macro_rules! run {
    ($database:ty, $connection:ty) => {
        impl<'q, 'c, A> Run<&'c mut $connection> for sqlx::query::Query<'q, $database, A>
        where
            A: sqlx::IntoArguments<$database> + Send + 'q,
        {
            async fn run(self, connection: &'c mut $connection) -> Result<Done, DbError> {
                Ok(Done(self.execute(connection).await?.rows_affected()))
            }
        }
    };
}

run!(Sqlite, SqliteConnection);
run!(Postgres, PgConnection);

/// Runs a statement on whichever database the transaction stands on: `on!(tx, c => sqlx::query("…").run(c).await)`.
#[macro_export]
macro_rules! on {
    ($tx:expr, $connection:ident => $body:expr) => {
        match $tx.connection() {
            $crate::database::Connection::Sqlite($connection) => {
                #[allow(unused_imports)]
                use $crate::database::Run as _;
                $body
            }
            $crate::database::Connection::Postgres($connection) => {
                #[allow(unused_imports)]
                use $crate::database::Run as _;
                $body
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Failure {
        #[error("the store failed")]
        Store(#[from] DbError),
        #[error("the rules refuse it")]
        Refused,
    }

    /// How often work was begun that fails so often, in this way, before it succeeds.
    async fn begun(failures: u32, failure: impl Fn() -> Failure) -> (u32, Result<(), Failure>) {
        let count = AtomicU32::new(0);
        let done = again(|| {
            let fails = count.fetch_add(1, Ordering::Relaxed) < failures;
            let outcome = if fails { Err(failure()) } else { Ok(()) };
            async move { outcome }
        });
        let done = done.await;
        (count.into_inner(), done)
    }

    #[tokio::test]
    async fn only_what_passes_by_itself_is_done_again_and_not_for_ever() {
        let passing = || Failure::Store(DbError::PoolTimedOut);
        assert!(matches!(begun(3, passing).await, (4, Ok(()))));
        assert!(matches!(begun(100, passing).await, (9, Err(Failure::Store(_)))));
        assert!(matches!(
            begun(1, || Failure::Refused).await,
            (1, Err(Failure::Refused))
        ));
        let in_doubt = || DbError::AnyDriverError(Box::new(CommitInDoubt(DbError::PoolTimedOut))).into();
        assert!(matches!(begun(1, in_doubt).await, (1, Err(_))));
    }

    #[test]
    fn a_duplicate_key_may_be_a_race_and_a_wrong_type_is_not() {
        assert!(is_passing("40001") && is_passing("23505") && is_passing("08006"));
        assert!(!is_passing("42883") && !is_passing("23503"));
    }
}

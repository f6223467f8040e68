//! Opens a service's database, runs its migrations and hands out transactions. Knows no table but its own bookkeeping.
//!
//! One writer connection (SQLite has one writer anyway) with `synchronous=FULL`, and a few readers. Queries go through
//! [`on!`](crate::on), which compiles the same statement for each database that a [`Tx`] can stand on.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection, SqlitePool};
use tokio::sync::Notify;

use crate::config::DatabaseConfig;
use crate::failpoint::Failpoints;

/// What a statement can fail with.
pub type DbError = sqlx::Error;

/// Tables that the chassis keeps in every service's database.
const CHASSIS_MIGRATIONS: [(&str, &str); 1] = [(
    "chassis/0001_log_and_identity",
    include_str!("../migrations/0001_log_and_identity.sql"),
)];

/// A service's own database. Cheap to clone.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    service: &'static str,
    writer: SqlitePool,
    readers: SqlitePool,
    appended: Arc<Notify>,
    failpoints: Failpoints,
}

impl Database {
    /// Opens (and creates) the database and brings its tables up to date. `file` is used when no URL is configured.
    pub async fn open(
        service: &'static str,
        config: &DatabaseConfig,
        file: &Path,
        migrations: &[(&str, &str)],
        failpoints: Failpoints,
    ) -> anyhow::Result<Self> {
        let options = if config.url.is_empty() {
            SqliteConnectOptions::new().filename(file)
        } else {
            config.url.parse::<SqliteConnectOptions>()?
        };
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_millis(config.busy_timeout_ms))
            .pragma("cache_size", format!("-{}", config.cache_kib))
            .pragma("wal_autocheckpoint", "4000")
            .foreign_keys(true)
            .statement_cache_capacity(64);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(config.readers_max.max(1))
            .connect_lazy_with(options);
        let database = Self(Arc::new(Inner {
            service,
            writer,
            readers,
            appended: Arc::new(Notify::new()),
            failpoints,
        }));
        database.migrate(&CHASSIS_MIGRATIONS).await?;
        database.migrate(migrations).await?;
        Ok(database)
    }

    /// Applies the migrations that are not applied yet, each in its transaction. One that was edited afterwards is refused.
    async fn migrate(&self, migrations: &[(&str, &str)]) -> anyhow::Result<()> {
        let mut transaction = self.0.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL)")
            .execute(&mut *transaction)
            .await?;
        for (name, sql) in migrations {
            let checksum = crate::ids::derived_id("sql", &[sql]);
            let applied: Option<String> = sqlx::query_scalar("SELECT checksum FROM schema_migration WHERE name = $1")
                .bind(name)
                .fetch_optional(&mut *transaction)
                .await?;
            match applied {
                Some(applied) if applied == checksum => continue,
                Some(_) => anyhow::bail!(
                    "migration {name} of {} was changed after it was applied",
                    self.0.service
                ),
                None => {}
            }
            sqlx::raw_sql(AssertSqlSafe((*sql).to_owned()))
                .execute(&mut *transaction)
                .await?;
            sqlx::query("INSERT INTO schema_migration (name, checksum) VALUES ($1, $2)")
                .bind(name)
                .bind(checksum)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Begins the one write transaction (BEGIN IMMEDIATE); others wait for it.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        let transaction = self.0.writer.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Tx {
            on: Backend::Sqlite(transaction),
            database: self.clone(),
            appended: false,
        })
    }

    /// Begins a read transaction: one consistent snapshot, beside the writer. Dropping it ends it.
    pub async fn read(&self) -> Result<Tx, DbError> {
        let transaction = self.0.readers.begin().await?;
        Ok(Tx {
            on: Backend::Sqlite(transaction),
            database: self.clone(),
            appended: false,
        })
    }

    /// Rung after each commit that appended events.
    pub(crate) fn appended(&self) -> Arc<Notify> {
        self.0.appended.clone()
    }

    /// Closes all connections; open transactions finish first.
    pub async fn close(&self) {
        self.0.readers.close().await;
        self.0.writer.close().await;
    }
}

/// The database that a transaction stands on. PostgreSQL becomes the second variant.
pub enum Backend {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
}

/// A connection inside a transaction, as [`on!`](crate::on) takes it apart.
pub enum Connection<'t> {
    Sqlite(&'t mut SqliteConnection),
}

/// A transaction. Dropped without [`Tx::commit`], nothing of it happened.
pub struct Tx {
    on: Backend,
    database: Database,
    appended: bool,
}

impl Tx {
    /// The connection, for [`on!`](crate::on).
    pub fn connection(&mut self) -> Connection<'_> {
        match &mut self.on {
            Backend::Sqlite(transaction) => Connection::Sqlite(&mut *transaction),
        }
    }

    /// Makes it durable; then rings the relay if events were appended.
    pub async fn commit(self) -> Result<(), DbError> {
        let inner = &self.database.0;
        inner.failpoints.hit_at(inner.service, "commit.before");
        match self.on {
            Backend::Sqlite(transaction) => transaction.commit().await?,
        }
        inner.failpoints.hit_at(inner.service, "commit.after");
        if self.appended {
            inner.appended.notify_one();
        }
        Ok(())
    }

    /// Drops everything that was done in it.
    pub async fn rollback(self) -> Result<(), DbError> {
        match self.on {
            Backend::Sqlite(transaction) => transaction.rollback().await,
        }
    }

    pub(crate) fn mark_appended(&mut self) {
        self.appended = true;
    }
}

/// Runs a statement on whichever database the transaction stands on: `on!(tx, c => sqlx::query("…").execute(c).await)`.
#[macro_export]
macro_rules! on {
    ($tx:expr, $connection:ident => $body:expr) => {
        match $tx.connection() {
            $crate::database::Connection::Sqlite($connection) => $body,
        }
    };
}

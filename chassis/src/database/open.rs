//! Opening a database: which one is said by its URL.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::RwLock;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, Executor};
use sqlx_postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx_sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::{Database, DbError, Inner, Pools, is_retryable, migrate};
use crate::bell::Bell;
use crate::config::DatabaseConfig;
use crate::failpoint::Failpoints;
use crate::outbox::Newest;

impl Database {
    /// Opens (SQLite: creates) the database and brings its tables up to date. `file` is used when no URL is configured.
    ///
    /// # Errors
    /// When the URL is of neither kind, the database cannot be reached within `connect_timeout_ms`, or a migration fails.
    pub async fn open(
        service: &'static str,
        config: &DatabaseConfig,
        file: &Path,
        migrations: &[(&str, &str)],
        failpoints: Failpoints,
    ) -> anyhow::Result<Self> {
        let pools = if is_postgres(&config.url) {
            open_postgres(service, config).await?
        } else {
            open_sqlite(config, file).await?
        };
        let database = Self(Arc::new(Inner {
            service,
            pools,
            appended: Bell::new(),
            newest: Newest::new(config.newest_events_bytes),
            timers: RwLock::default(),
            failpoints,
        }));
        migrate::run(&database, migrations).await?;
        Ok(database)
    }
}

/// Whether a URL names a PostgreSQL database.
pub(crate) fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// `notes-service` has the database `notes_db` and the role `notes`.
pub(crate) fn own_url(template: &str, service: &str) -> String {
    let role = service.trim_end_matches("-service").replace('-', "_");
    let template = match template.contains("{database}") {
        true => template.to_owned(),
        false => format!("{}/{{database}}", template.trim_end_matches('/')),
    };
    template
        .replace("{database}", &format!("{role}_db"))
        .replace("{role}", &role)
}

async fn open_sqlite(config: &DatabaseConfig, file: &Path) -> anyhow::Result<Pools> {
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
        // What a statement sorts or may have to undo is small here; a file for it would be made and written each time.
        .pragma("temp_store", "MEMORY")
        .foreign_keys(true)
        .statement_cache_capacity(64);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        // Where the disk is full SQLite itself rolls back, and the driver goes on counting a transaction that is no more: such a
        // connection could never begin another one.
        .before_acquire(|connection, _| {
            let sound = !connection.is_in_transaction();
            Box::pin(async move { Ok(sound) })
        })
        .connect_with(options.clone())
        .await?;
    let readers: SqlitePool = SqlitePoolOptions::new()
        .max_connections(config.readers_max.max(1))
        .connect_lazy_with(options);
    Ok(Pools::Sqlite { writer, readers })
}

/// A bounded pool. The server ends transactions that idle and statements that run on, so that an instance which froze inside one
/// holds no lock for longer than `transaction_idle_ms_max`.
async fn open_postgres(service: &str, config: &DatabaseConfig) -> anyhow::Result<Pools> {
    let options = config
        .url
        .parse::<PgConnectOptions>()?
        .application_name(service)
        .statement_cache_capacity(256)
        .options([
            (
                "idle_in_transaction_session_timeout",
                config.transaction_idle_ms_max.to_string(),
            ),
            ("lock_timeout", config.busy_timeout_ms.to_string()),
            ("statement_timeout", config.statement_ms_max.to_string()),
            ("timezone", "UTC".to_owned()),
        ])
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(config.connections_max.max(2))
        .acquire_timeout(Duration::from_millis(config.connect_timeout_ms))
        .max_lifetime(Duration::from_secs(1800))
        .connect_lazy_with(options);
    reachable(service, &pool, Duration::from_millis(config.connect_timeout_ms)).await?;
    Ok(Pools::Postgres { pool })
}

/// Waits for a server that is just starting; what does not pass by itself (a wrong password) is said at once.
async fn reachable(service: &str, pool: &PgPool, patience: Duration) -> anyhow::Result<()> {
    let started = Instant::now();
    loop {
        let error = match pool.acquire().await {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        if is_missing(&error) && create(pool.connect_options().as_ref()).await.is_ok() {
            continue;
        }
        if started.elapsed() >= patience || !is_retryable(&error) {
            return Err(anyhow::Error::new(error).context(format!("{service} cannot reach its database")));
        }
        tracing::info!(service, %error, "waiting for the database");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// SQLSTATE 3D000: there is no such database.
fn is_missing(error: &DbError) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.code().as_deref() == Some("3D000"))
}

/// Makes the database where the role may; otherwise the operator makes it. Another instance may be quicker (42P04, or 23505 when both
/// are under way).
async fn create(options: &PgConnectOptions) -> Result<(), DbError> {
    let name = options.get_database().unwrap_or_default().replace('"', "");
    let mut connection = PgConnection::connect_with(&options.clone().database("postgres")).await?;
    let sql = AssertSqlSafe(format!("CREATE DATABASE \"{name}\""));
    let made = connection.execute(sqlx::raw_sql(sql)).await;
    connection.close().await?;
    match made {
        Err(DbError::Database(refused)) if matches!(refused.code().as_deref(), Some("42P04" | "23505")) => Ok(()),
        other => other.map(|_| ()),
    }
}

//! Forward-only migrations, one text for both databases.
//!
//! A text is written for SQLite. On PostgreSQL its type names `INTEGER` and `BLOB` read `BIGINT` and `BYTEA`, a line
//! `-- postgres instead: …` takes the place of the line before it, and `-- postgres: …` is a line of its own. SQLite sees comments;
//! such lines are not part of the checksum, so that they can be added to a text that was applied before.

use sqlx::AssertSqlSafe;

use super::{Connection, Database};
use crate::on;

/// Tables that the chassis keeps in every service's database.
const CHASSIS: [(&str, &str); 5] = [
    (
        "chassis/0001_log_and_identity",
        include_str!("../../migrations/0001_log_and_identity.sql"),
    ),
    (
        "chassis/0002_instances",
        include_str!("../../migrations/0002_instances.sql"),
    ),
    (
        "chassis/0003_packed_data",
        include_str!("../../migrations/0003_packed_data.sql"),
    ),
    (
        "chassis/0004_members",
        include_str!("../../migrations/0004_members.sql"),
    ),
    ("chassis/0005_places", include_str!("../../migrations/0005_places.sql")),
];

const INSTEAD: &str = "-- postgres instead: ";
const ALSO: &str = "-- postgres: ";

/// Applies the migrations that are not applied yet, all in one transaction; one that was edited afterwards is refused.
/// Two instances that start at once follow each other: the second finds the work done.
pub(super) async fn run(database: &Database, migrations: &[(&str, &str)]) -> anyhow::Result<()> {
    let mut tx = database.begin_bulk().await?;
    if let Connection::Postgres(c) = tx.connection() {
        // Held until commit; released by the server if we die.
        sqlx::query("SELECT pg_advisory_xact_lock(hashtext(current_setting('search_path')))")
            .execute(&mut *c)
            .await?;
        create_schema(c).await?;
    }
    on!(tx, c => sqlx::query("CREATE TABLE IF NOT EXISTS schema_migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL)")
        .run(c).await)?;
    for (name, sql) in CHASSIS.iter().chain(migrations) {
        let checksum = crate::ids::derived_id("sql", &[&for_sqlite(sql)]);
        let applied: Option<String> = on!(tx, c => sqlx::query_scalar("SELECT checksum FROM schema_migration WHERE name = $1")
            .bind(name).fetch_optional(c).await)?;
        match applied {
            Some(applied) if applied == checksum => continue,
            Some(_) => anyhow::bail!(
                "migration {name} of {} was changed after it was applied",
                database.0.service
            ),
            None => {}
        }
        let text = tx.dialect(for_sqlite as fn(&str) -> String, for_postgres)(sql);
        on!(tx, c => sqlx::raw_sql(AssertSqlSafe(text)).execute(c).await.map(|_| ()))?;
        on!(tx, c => sqlx::query("INSERT INTO schema_migration (name, checksum) VALUES ($1, $2)")
            .bind(name).bind(checksum).run(c).await)?;
    }
    tx.commit().await?;
    Ok(())
}

/// A URL may put the service into a schema (`?options[search_path]=NAME`), which is made if it is missing.
async fn create_schema(c: &mut sqlx_postgres::PgConnection) -> Result<(), sqlx::Error> {
    let (current, path): (Option<String>, String) =
        sqlx::query_as("SELECT current_schema()::TEXT, current_setting('search_path')")
            .fetch_one(&mut *c)
            .await?;
    if current.is_none() {
        let sql = format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", path.replace('"', ""));
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(c).await?;
    }
    Ok(())
}

fn for_sqlite(sql: &str) -> String {
    let own = sql.split_inclusive('\n').filter(|line| {
        let line = line.trim_start();
        !line.starts_with(INSTEAD) && !line.starts_with(ALSO)
    });
    own.collect()
}

fn for_postgres(sql: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in sql.lines() {
        if let Some(instead) = line.trim_start().strip_prefix(INSTEAD) {
            lines.pop();
            lines.push(instead.to_owned());
        } else if let Some(also) = line.trim_start().strip_prefix(ALSO) {
            lines.push(also.to_owned());
        } else {
            lines.push(postgres_types(line));
        }
    }
    lines.join("\n")
}

/// Only whole words, and only in front of a comment.
fn postgres_types(line: &str) -> String {
    let (code, comment) = line.split_at(line.find("--").unwrap_or(line.len()));
    let mut text = String::with_capacity(line.len());
    for word in code.split_inclusive(|character: char| !character.is_ascii_alphanumeric() && character != '_') {
        let bare = word.trim_end_matches(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        match bare {
            "INTEGER" => text.push_str("BIGINT"),
            "BLOB" => text.push_str("BYTEA"),
            other => text.push_str(other),
        }
        text.push_str(&word[bare.len()..]);
    }
    text + comment
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "CREATE TABLE a (\n    id INTEGER PRIMARY KEY AUTOINCREMENT,\n    -- postgres instead: id BIGINT,\n    data BLOB NOT NULL\n);\n-- postgres: CREATE INDEX b ON a USING brin (id);\n-- A BLOB of an INTEGER.\n";

    #[test]
    fn sqlite_sees_the_text_without_postgres_lines() {
        assert_eq!(
            for_sqlite(TEXT),
            "CREATE TABLE a (\n    id INTEGER PRIMARY KEY AUTOINCREMENT,\n    data BLOB NOT NULL\n);\n-- A BLOB of an INTEGER.\n"
        );
    }

    #[test]
    fn postgres_sees_its_lines_and_types() {
        assert_eq!(
            for_postgres(TEXT),
            "CREATE TABLE a (\nid BIGINT,\n    data BYTEA NOT NULL\n);\nCREATE INDEX b ON a USING brin (id);\n-- A BLOB of an INTEGER."
        );
    }
}

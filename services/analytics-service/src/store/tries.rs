//! Tries to sign in, by subject: what all instances together have seen.

use super::Store;
use crate::domain::throttle::Tries;
use chassis::clock::micros;
use chassis::{DbError, on};
use chrono::{DateTime, Utc};

impl Store<'_> {
    /// The clock that instances share.
    pub async fn claim_clock(&mut self, machine_now: DateTime<Utc>) -> Result<DateTime<Utc>, DbError> {
        self.tx.claim_clock(machine_now).await
    }

    /// What is known of a subject, locked for this transaction.
    pub async fn lock_tries(&mut self, subject: &str, now: DateTime<Utc>) -> Result<Tries, DbError> {
        on!(self.tx, c => sqlx::query("INSERT INTO sign_in_try (subject, failures, last_failure) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING")
            .bind(subject).bind(micros(now)).run(c).await)?;
        let sql = self.tx.dialect(
            "SELECT failures, last_failure FROM sign_in_try WHERE subject = $1",
            "SELECT failures, last_failure FROM sign_in_try WHERE subject = $1 FOR UPDATE",
        );
        let (failures, last_failure): (i64, DateTime<Utc>) =
            on!(self.tx, c => sqlx::query_as(sql).bind(subject).fetch_one(c).await)?;
        Ok(Tries {
            failures: u32::try_from(failures).unwrap_or(u32::MAX),
            last_failure,
        })
    }

    /// Writes what is known of a subject now.
    pub async fn save_tries(&mut self, subject: &str, tries: Tries) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query("UPDATE sign_in_try SET failures = $2, last_failure = $3 WHERE subject = $1")
            .bind(subject).bind(i64::from(tries.failures)).bind(micros(tries.last_failure)).run(c).await)?;
        Ok(())
    }

    /// Forgets a subject.
    pub async fn forget_tries_of(&mut self, subject: &str) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query("DELETE FROM sign_in_try WHERE subject = $1").bind(subject).run(c).await)?;
        Ok(())
    }

    /// Forgets all whose last failure was before this instant.
    pub async fn forget_tries(&mut self, before: DateTime<Utc>) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query("DELETE FROM sign_in_try WHERE last_failure < $1").bind(micros(before)).run(c).await)?;
        Ok(())
    }
}

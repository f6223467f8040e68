//! The servers around a run, and what the launcher is told of them.

use std::process::Command;

use super::GROUNDS;
use crate::shell;

/// PostgreSQL and Redis of this run, as the example `with_servers` names them.
pub(crate) struct Servers {
    postgres: String,
    redis: String,
}

impl Servers {
    /// None outside of `with_servers`.
    pub(crate) fn of_this_run() -> Option<Self> {
        let postgres = std::env::var("CARVROOOM_TEST_POSTGRES").ok()?;
        let redis = std::env::var("CARVROOOM_TEST_REDIS").ok()?;
        Some(Self { postgres, redis })
    }

    /// The launcher's options for a ground, with empty databases and an empty Redis.
    pub(crate) fn fresh(&self, ground: &str) -> Vec<String> {
        if ground == GROUNDS[0].0 {
            return Vec::new();
        }
        let port = self.redis.rsplit(':').next().unwrap_or_default();
        let _ = shell::works(Command::new("redis-cli").args(["-p", port, "flushall"]));
        let server = self
            .postgres
            .rsplit_once('/')
            .map_or(self.postgres.as_str(), |(server, _)| server);
        let run = std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
        vec![
            format!("--database-url={server}/bench_{run}_{{database}}"),
            format!("--redis-url={}", self.redis),
        ]
    }
}

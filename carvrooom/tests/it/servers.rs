//! PostgreSQL and Redis for one test, and what lies between them and the platform.

use chassis::testing::servers::{Postgres, Redis, RedisCluster};

/// How events travel.
pub(crate) enum Transport {
    One(Redis),
    Cluster(RedisCluster),
}

/// Servers of a test's own, so that it may do them harm.
pub(crate) struct Servers {
    pub(crate) postgres: Postgres,
    pub(crate) transport: Transport,
}

impl Servers {
    pub(crate) fn start() -> Self {
        Self {
            postgres: Postgres::start(),
            transport: Transport::One(Redis::start()),
        }
    }

    /// With three masters and three replicas.
    pub(crate) fn start_cluster() -> Self {
        Self {
            postgres: Postgres::start(),
            transport: Transport::Cluster(RedisCluster::start()),
        }
    }

    pub(crate) fn redis_url(&self) -> String {
        match &self.transport {
            Transport::One(redis) => redis.url(),
            Transport::Cluster(cluster) => cluster.url(),
        }
    }

    /// The one Redis server.
    pub(crate) fn redis(&mut self) -> &mut Redis {
        match &mut self.transport {
            Transport::One(redis) => redis,
            Transport::Cluster(_) => panic!("this test has a cluster"),
        }
    }
}

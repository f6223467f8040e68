//! Harm that can be done to a platform of seven services on PostgreSQL and Redis, and how it is made good.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::platform::Place;
use crate::proxy::{Mode, Proxy};
use crate::servers::Servers;
use crate::seven::{Doors, Seven};

/// How long an instance may be silent before others take over; short, so that tests are.
pub(crate) const LEASE: Duration = Duration::from_millis(2000);

/// Configures services so that leases and pauses are short.
pub(crate) fn hasten(place: &mut Place) {
    for service in crate::platform::SERVICES {
        let prefix = service.to_uppercase();
        place.set(&format!("{prefix}__EVENTS__LEASE_MS"), &LEASE.as_millis().to_string());
        place.set(&format!("{prefix}__EVENTS__RETRY_BACKOFF_MS_MAX"), "1000");
        place.set(&format!("{prefix}__DATABASE__TRANSACTION_IDLE_MS_MAX"), "1000");
    }
}

/// What is done. Each ends with everything running again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Harm {
    /// `kill -9` of an instance, and a start 0 to 500 ms later.
    KillService(&'static str),
    /// SIGTERM of one of two instances: the other takes over at once.
    StopInstance,
    /// SIGSTOP of one of two instances until its leases have run out and a while longer: its late commit is refused.
    FreezeInstance,
    KillRedis,
    /// SIGSTOP: connections stay, nobody answers.
    FreezeRedis,
    Flushall,
    KillPostgres,
    CutPostgres,
    CutRedis,
    SwallowPostgres,
    SwallowRedis,
    /// 20 to 80 ms for every piece to and from both.
    Delay,
}

impl Harm {
    /// Every kind, each service's kill among them.
    pub(crate) fn all() -> Vec<Self> {
        let mut all: Vec<Self> = crate::platform::SERVICES.map(Self::KillService).to_vec();
        all.extend([
            Self::StopInstance,
            Self::FreezeInstance,
            Self::KillRedis,
            Self::FreezeRedis,
            Self::Flushall,
            Self::KillPostgres,
            Self::CutPostgres,
            Self::CutRedis,
            Self::SwallowPostgres,
            Self::SwallowRedis,
            Self::Delay,
        ]);
        all
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::KillService(service) => format!("kill -9 of {service}"),
            Self::StopInstance => "SIGTERM of one of two instances".to_owned(),
            Self::FreezeInstance => "one of two instances frozen past its lease".to_owned(),
            Self::KillRedis => "kill -9 of Redis, which comes back empty".to_owned(),
            Self::FreezeRedis => "Redis frozen".to_owned(),
            Self::Flushall => "Redis FLUSHALL".to_owned(),
            Self::KillPostgres => "kill -9 of PostgreSQL".to_owned(),
            Self::CutPostgres => "network to PostgreSQL cut".to_owned(),
            Self::CutRedis => "network to Redis cut".to_owned(),
            Self::SwallowPostgres => "network to PostgreSQL swallows everything".to_owned(),
            Self::SwallowRedis => "network to Redis swallows everything".to_owned(),
            Self::Delay => "network to both delays each piece by 20 to 80 ms".to_owned(),
        }
    }
}

/// The platform, its servers and the network between them.
pub(crate) struct Arena<'p> {
    servers: Servers,
    to_postgres: Proxy,
    to_redis: Proxy,
    pub(crate) seven: Seven<'p>,
    random: StdRng,
}

impl<'p> Arena<'p> {
    /// Two instances of the services that the chain's load falls on, one of the others.
    pub(crate) async fn start(place: &'p Place, random: StdRng) -> Self {
        let mut servers = Servers::start();
        let to_postgres = Proxy::before(servers.postgres.port()).await;
        let to_redis = Proxy::before(servers.redis().port()).await;
        let doors = Doors {
            postgres_port: to_postgres.port,
            redis_url: format!("redis://127.0.0.1:{}", to_redis.port),
        };
        let count = |service: &str| {
            if ["health", "agent", "alert"].contains(&service) {
                2
            } else {
                1
            }
        };
        let seven = Seven::start(place, &servers, &doors, count).await;
        Self {
            servers,
            to_postgres,
            to_redis,
            seven,
            random,
        }
    }

    /// Does it, and makes it good.
    pub(crate) async fn suffer(&mut self, harm: Harm) {
        match harm {
            Harm::KillService(service) => {
                let number = self.any_of(service);
                self.seven.kill(number);
                self.pause(0, 500).await;
                self.seven.start_again(number).await;
            }
            Harm::StopInstance => {
                let number = self.one_of_two();
                self.seven.stop(number);
                self.pause(1000, 2000).await;
                self.seven.start_again(number).await;
            }
            Harm::FreezeInstance => {
                let number = self.one_of_two();
                self.seven.instances[number].signal("-STOP");
                tokio::time::sleep(LEASE).await;
                self.pause(500, 2000).await;
                self.seven.instances[number].signal("-CONT");
            }
            Harm::KillRedis => {
                self.servers.redis().kill();
                self.pause(0, 1500).await;
                self.servers.redis().resume();
            }
            Harm::FreezeRedis => {
                self.servers.redis().freeze();
                self.pause(1000, 5000).await;
                self.servers.redis().thaw();
            }
            Harm::Flushall => {
                let answer = self.servers.redis().command(&["FLUSHALL"]);
                assert_eq!(answer, "OK");
            }
            Harm::KillPostgres => {
                self.servers.postgres.kill();
                self.pause(0, 1500).await;
                self.servers.postgres.resume();
            }
            Harm::CutPostgres => self.network(Mode::Cut, true, false, 2000).await,
            Harm::CutRedis => self.network(Mode::Cut, false, true, 2000).await,
            Harm::SwallowPostgres => self.network(Mode::Swallow, true, false, 3000).await,
            Harm::SwallowRedis => self.network(Mode::Swallow, false, true, 3000).await,
            Harm::Delay => {
                let delay = Duration::from_millis(self.random.random_range(20..80));
                self.network(Mode::Delay(delay), true, true, 2500).await;
            }
        }
        self.pause(300, 1000).await;
    }

    async fn network(&mut self, mode: Mode, postgres: bool, redis: bool, most_ms: u64) {
        if postgres {
            self.to_postgres.set(mode);
        }
        if redis {
            self.to_redis.set(mode);
        }
        self.pause(most_ms / 4, most_ms).await;
        self.to_postgres.set(Mode::Pass);
        self.to_redis.set(Mode::Pass);
    }

    async fn pause(&mut self, least_ms: u64, most_ms: u64) {
        tokio::time::sleep(Duration::from_millis(self.random.random_range(least_ms..most_ms))).await;
    }

    fn any_of(&mut self, service: &str) -> usize {
        let own = self.seven.of(service);
        own[self.random.random_range(0..own.len())]
    }

    fn one_of_two(&mut self) -> usize {
        let service = ["health", "agent", "alert"][self.random.random_range(0..3)];
        self.any_of(service)
    }
}

//! The domain-free kit of a service: configuration, telemetry, clock, HTTP, identity, database, outbox, broker.
//!
//! A service is a [`Definition`] (its constants) and a `build` function that wires a [`Service`] from a configuration and a
//! [`Runtime`]. Alone, its `main` calls [`run`]; together, the launcher builds all and hands them to [`serve`]. A service never
//! knows its neighbours, and the kit never knows what a service is about.

mod access;
mod bell;
mod broker;
mod cli;
pub mod clock;
pub mod config;
pub mod database;
mod dotenv;
mod event;
mod failpoint;
pub mod http;
pub mod identity;
pub mod ids;
mod lease;
pub mod outbox;
pub mod partition;
pub mod problem;
mod service;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
pub mod times;

pub use access::RECORDED as ACCESS_RECORDED;
pub use bell::Bell;
pub use broker::{
    Broker, EmbeddedBroker, Handler, Placed, Reading, RedisBroker, StreamPosition, Subscription, connect_broker,
    stream_positions,
};
pub use cli::run;
pub use clock::Clock;
pub use database::{Database, DbError, Tx, again};
pub use event::{Cause, Event, HandleError, NewEvent, rfc3339};
pub use failpoint::Failpoints;
pub use identity::{Principal, PrincipalKind, Role};
pub use ids::TenantId;
pub use outbox::{Archive, Packed};
pub use service::{Definition, Kit, Runtime, Service, bind, serve, shutdown_on_signal};

//! The domain-free kit of a service: configuration, telemetry, clock, HTTP, identity, database, outbox, broker.
//!
//! A service is a [`Definition`] (its constants) and a `build` function that wires a [`Service`] from a configuration and a
//! [`Runtime`]. Alone, its `main` calls [`run`]; together, the launcher builds all and hands them to [`serve`]. A service never
//! knows its neighbours, and the kit never knows what a service is about.

mod broker;
mod cli;
pub mod clock;
pub mod config;
pub mod database;
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

pub use broker::{Broker, EmbeddedBroker, Handler, Subscription};
pub use cli::run;
pub use clock::Clock;
pub use database::{Database, DbError, Tx};
pub use event::{Cause, Event, HandleError, NewEvent, rfc3339};
pub use failpoint::Failpoints;
pub use identity::{Principal, PrincipalKind, Role};
pub use ids::TenantId;
pub use outbox::Archive;
pub use service::{Definition, Kit, Runtime, Service, bind, serve, shutdown_on_signal};

//! Ports for servers that are killed and started again.

use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;

/// Below the range from which kernels take ports for outgoing connections (Linux from 32,768 on), also ten thousand higher, where the
/// bus of a Redis Cluster's node listens.
const FIRST: u16 = 10_000;
const COUNT: u64 = 12_000;

/// Holds a port that nothing listened on. A port that the kernel hands out would not do for a server that is killed and comes back:
/// in between, anybody's connection may get it, and who calls it may be connected to himself.
pub fn hold_port() -> TcpListener {
    loop {
        let port = FIRST + (RandomState::new().hash_one(()) % COUNT) as u16;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener;
        }
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    hold_port().local_addr().expect("an address").port()
}

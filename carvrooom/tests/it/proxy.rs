//! A bad network: a TCP proxy that passes, delays, swallows or cuts.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens to bytes on their way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    Pass,
    /// Every piece waits.
    Delay(Duration),
    /// Nothing arrives, and nobody is told; what was swallowed stays lost, so that such a connection ends with the mode.
    Swallow,
    /// Connections end at once, and new ones are not taken.
    Cut,
}

/// Listens until it is dropped.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    mode: watch::Sender<Mode>,
}

impl Proxy {
    /// Before a port of this machine.
    pub(crate) async fn before(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let (mode, watched) = watch::channel(Mode::Pass);
        let own = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            let mut ended = watched.clone();
            loop {
                tokio::select! {
                    accepted = listener.accept() => {
                        let Ok((stream, _)) = accepted else { return };
                        tokio::spawn(carry(stream, port, watched.clone()));
                    }
                    gone = async { loop { if ended.changed().await.is_err() { return } } } => return gone,
                }
            }
        });
        Self { port: own, mode }
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn carry(client: TcpStream, port: u16, mode: watch::Receiver<Mode>) {
    if *mode.borrow() == Mode::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (client_reads, client_writes) = client.into_split();
    let (server_reads, server_writes) = server.into_split();
    // Either direction's end is the connection's.
    tokio::select! {
        () = pump(client_reads, server_writes, mode.clone()) => {}
        () = pump(server_reads, client_writes, mode) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut mode: watch::Receiver<Mode>) {
    let mut buffer = vec![0; 64 * 1024];
    let mut swallowed = false;
    loop {
        let now = *mode.borrow_and_update();
        if now == Mode::Cut || (swallowed && now != Mode::Swallow) {
            return;
        }
        let read = tokio::select! {
            read = from.read(&mut buffer) => read,
            changed = mode.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
        };
        let Ok(count @ 1..) = read else { return };
        match now {
            Mode::Swallow => swallowed = true,
            Mode::Delay(pause) => tokio::time::sleep(pause).await,
            Mode::Pass | Mode::Cut => {}
        }
        if now != Mode::Swallow && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

//! The connections of an HTTP server: taken in, bounded in how long a request's head may take, and let finish at shutdown.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::Service;

/// How long connections may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the head of a request, also while a connection idles; after that it is closed. Without it, who opens connections and sends a
    /// byte now and then holds them for ever.
    pub head: Duration,
    /// For open requests at shutdown.
    pub drain: Duration,
}

/// Serves a router until shutdown; open requests then get a while to finish. Handlers find their caller's address in [`ConnectInfo`].
pub async fn serve(mut listener: TcpListener, router: Router, patience: Patience, shutdown: CancellationToken) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head);
    let open = GracefulShutdown::new();
    loop {
        let (stream, peer): (_, SocketAddr) = tokio::select! {
            taken = Listener::accept(&mut listener) => taken,
            () = shutdown.cancelled() => break,
        };
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let answer = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().call(request)
        });
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), answer));
        // What goes wrong with a connection concerns its caller, who sees it.
        tokio::spawn(async move { drop(connection.await) });
    }
    let _ = tokio::time::timeout(patience.drain, open.shutdown()).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    async fn started(head: Duration) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, shutdown) = (listener.local_addr().unwrap(), CancellationToken::new());
        let who = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() };
        let slow = || async { tokio::time::sleep(Duration::from_millis(300)).await };
        let stuck = || async { std::future::pending::<()>().await };
        let router = Router::new()
            .route("/who", get(who))
            .route("/slow", get(slow))
            .route("/stuck", get(stuck));
        let drain = Duration::from_secs(2);
        let server = tokio::spawn(serve(listener, router, Patience { head, drain }, shutdown.clone()));
        (address, shutdown, server)
    }

    async fn everything(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_string(&mut text));
        read.await.expect("the connection ends").unwrap_or(0);
        text
    }

    #[tokio::test]
    async fn a_head_that_never_ends_is_closed_and_others_are_served() {
        let (address, ..) = started(Duration::from_millis(200)).await;
        let mut trickles = TcpStream::connect(address).await.unwrap();
        trickles.write_all(b"GET /who HTTP/1.1\r\nx-slow: ").await.unwrap();
        let mut idles = TcpStream::connect(address).await.unwrap();
        let mut asks = TcpStream::connect(address).await.unwrap();
        let request = b"GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        asks.write_all(request).await.unwrap();
        let (mine, text) = (asks.local_addr().unwrap().to_string(), everything(&mut asks).await);
        assert!(text.starts_with("HTTP/1.1 200") && text.ends_with(&mine), "{text}");
        assert!(!everything(&mut trickles).await.contains("200 OK"));
        assert_eq!(everything(&mut idles).await, "");
    }

    #[tokio::test]
    async fn open_requests_finish_at_shutdown_and_stuck_ones_are_left() {
        let (address, shutdown, server) = started(Duration::from_secs(30)).await;
        let mut asks = TcpStream::connect(address).await.unwrap();
        asks.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut waits = TcpStream::connect(address).await.unwrap();
        waits
            .write_all(b"GET /stuck HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        // Both have been taken in when a third one is answered.
        let mut third = TcpStream::connect(address).await.unwrap();
        let request = b"GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        third.write_all(request).await.unwrap();
        everything(&mut third).await;
        let began = std::time::Instant::now();
        shutdown.cancel();
        assert!(everything(&mut asks).await.starts_with("HTTP/1.1 200"));
        server.await.unwrap();
        let took = began.elapsed();
        assert!(
            took >= Duration::from_secs(2) && took < Duration::from_secs(15),
            "{took:?}"
        );
    }
}

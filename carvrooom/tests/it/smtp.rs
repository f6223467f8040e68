//! A mail server that keeps what it is given (RFC 5321, the part that a sender needs).

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::platform::Place;

/// Accepts every message; keeps their Message-IDs, in order of arrival, and outlives the platform's restarts.
pub(crate) struct Sink {
    port: u16,
    message_ids: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let message_ids: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = message_ids.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = kept.clone();
                tokio::spawn(async move { converse(stream, kept).await.ok() });
            }
        });
        Self { port, message_ids }
    }

    /// Has a platform send its mails here.
    pub(crate) fn receive_of(&self, place: &mut Place) {
        place.set("ALERT__SMTP__HOST", "127.0.0.1");
        place.set("ALERT__SMTP__PORT", &self.port.to_string());
        place.set("ALERT__SMTP__TLS", "none");
    }

    /// Message-IDs received so far.
    pub(crate) fn message_ids(&self) -> Vec<String> {
        self.message_ids.lock().clone()
    }
}

async fn converse(stream: TcpStream, kept: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 sink ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let command = line.to_uppercase();
        if command.starts_with("DATA") {
            writing.write_all(b"354 go on\r\n").await?;
            let mut message_id = String::new();
            while let Some(line) = lines.next_line().await? {
                if line == "." {
                    break;
                }
                if let Some(id) = line.strip_prefix("Message-ID:") {
                    message_id = id.trim().to_owned();
                }
            }
            kept.lock().push(message_id);
        }
        let answer: &[u8] = if command.starts_with("QUIT") {
            b"221 bye\r\n"
        } else {
            b"250 ok\r\n"
        };
        writing.write_all(answer).await?;
    }
    Ok(())
}

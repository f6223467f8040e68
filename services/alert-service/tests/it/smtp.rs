//! A small SMTP server that does what a test tells it to, and keeps what it was sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with one connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Behaviour {
    Accept,
    /// 451 to the recipient, as greylisting does.
    Greylist,
    /// 550 to the recipient.
    RejectRecipient,
    /// 554 to the content.
    RejectContent,
    /// Never greets.
    HangAtGreeting,
    /// Takes the content and never answers.
    HangAfterContent,
    /// Closes when the recipient is named.
    CloseAtRecipient,
    /// Takes the content and closes without an answer.
    CloseAfterContent,
}

/// One message as it came over the wire, with its envelope.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) content: String,
}

impl Received {
    /// The value of a header, unfolded.
    pub(crate) fn header(&self, name: &str) -> String {
        let head = self
            .content
            .split("\r\n\r\n")
            .next()
            .unwrap_or_default()
            .replace("\r\n ", " ");
        let prefix = format!("{}:", name.to_lowercase());
        let line = head.lines().find(|line| line.to_lowercase().starts_with(&prefix));
        line.map_or_else(String::new, |line| line[prefix.len()..].trim().to_owned())
    }
}

#[derive(Default)]
struct State {
    script: VecDeque<Behaviour>,
    connections: usize,
    received: Vec<Received>,
}

/// A listening server.
#[derive(Clone)]
pub(crate) struct SmtpServer {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

impl SmtpServer {
    /// Listens; connections follow the script, later ones are accepted.
    pub(crate) async fn start(script: &[Behaviour]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            script: script.iter().copied().collect(),
            ..State::default()
        }));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let behaviour = {
                    let mut state = shared.lock().unwrap();
                    state.connections += 1;
                    state.script.pop_front().unwrap_or(Behaviour::Accept)
                };
                tokio::spawn(serve(stream, behaviour, shared.clone()));
            }
        });
        Self { port, state }
    }

    /// Everything whose content arrived, whatever the answer to it was.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }
}

struct Dialogue {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
}

impl Dialogue {
    async fn say(&mut self, line: &str) {
        let _ = self.writer.write_all(format!("{line}\r\n").as_bytes()).await;
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.reader.read_line(&mut line).await.ok()?;
        (read > 0).then_some(line)
    }

    async fn content(&mut self) -> Option<String> {
        let mut content = String::new();
        loop {
            let line = self.line().await?;
            if line == ".\r\n" {
                return Some(content);
            }
            content.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
    }
}

async fn serve(stream: TcpStream, behaviour: Behaviour, state: Arc<Mutex<State>>) {
    let (reader, writer) = stream.into_split();
    let mut dialogue = Dialogue {
        reader: BufReader::new(reader),
        writer,
    };
    if behaviour == Behaviour::HangAtGreeting {
        return tokio::time::sleep(Duration::from_secs(60)).await;
    }
    dialogue.say("220 test ESMTP").await;
    let (mut from, mut to) = (String::new(), Vec::new());
    while let Some(line) = dialogue.line().await {
        let verb = line.split([' ', '\r']).next().unwrap_or_default().to_uppercase();
        match verb.as_str() {
            "EHLO" => dialogue.say("250-test\r\n250-8BITMIME\r\n250 SMTPUTF8").await,
            "MAIL" => {
                from = line.trim().to_owned();
                dialogue.say("250 2.1.0 ok").await;
            }
            "RCPT" if behaviour == Behaviour::Greylist => dialogue.say("451 4.7.1 greylisted, come back").await,
            "RCPT" if behaviour == Behaviour::RejectRecipient => dialogue.say("550 5.1.1 no such user").await,
            "RCPT" if behaviour == Behaviour::CloseAtRecipient => return,
            "RCPT" => {
                to.push(line.trim().to_owned());
                dialogue.say("250 2.1.5 ok").await;
            }
            "DATA" => {
                dialogue.say("354 go on").await;
                let Some(content) = dialogue.content().await else {
                    return;
                };
                let received = Received {
                    from: from.clone(),
                    to: std::mem::take(&mut to),
                    content,
                };
                state.lock().unwrap().received.push(received);
                match behaviour {
                    Behaviour::RejectContent => dialogue.say("554 5.6.0 not wanted").await,
                    Behaviour::HangAfterContent => tokio::time::sleep(Duration::from_secs(60)).await,
                    Behaviour::CloseAfterContent => return,
                    _ => dialogue.say("250 2.0.0 queued as TEST-1").await,
                }
            }
            "QUIT" => return dialogue.say("221 bye").await,
            _ => dialogue.say("500 what").await,
        }
    }
}

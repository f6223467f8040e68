//! E-mail through a real SMTP server. Knows at which point of the dialogue an attempt failed, since that tells whether
//! the message may have gone.

mod worker;

pub use worker::deliver_until_shutdown;

use std::time::Duration;

use chrono::{DateTime, Utc};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use lettre::{Address, Message};

use crate::config::{SmtpConfig, SmtpTls};
use crate::domain::delivery::Outcome;
use crate::domain::message::clean;
use crate::use_cases::{Outgoing, Report};

/// How long the farewell to a server may take.
const QUIT_TIMEOUT: Duration = Duration::from_secs(1);
/// Longest answer of a server that the ledger keeps, in characters.
const PROVIDER_ID_CHARS_MAX: usize = 200;

/// Sends messages through one SMTP server.
#[derive(Clone)]
pub struct Mailer {
    config: SmtpConfig,
    from: Mailbox,
    timeout: Duration,
}

/// Why an attempt failed, by the part of the dialogue it failed in.
enum Failure {
    /// Connecting, encrypting, signing in: nothing was said about the message yet.
    Server(&'static str),
    /// Sender, recipient or announcement was refused: the content was not sent.
    Envelope(lettre::transport::smtp::Error),
    /// The server answered the content with a refusal.
    Content(lettre::transport::smtp::Error),
    /// The message cannot be sent in this form at all.
    Message(&'static str),
    /// Too long without an answer before the content was sent.
    Timeout,
    /// The content was sent and no answer to it was heard.
    Unanswered,
}

impl Mailer {
    /// A mailer for the configured server; none when no host is set.
    pub fn new(config: &SmtpConfig) -> anyhow::Result<Option<Self>> {
        if config.host.is_empty() {
            return Ok(None);
        }
        let from: Mailbox = config
            .from
            .parse()
            .map_err(|error| anyhow::anyhow!("smtp.from is no address: {error}"))?;
        let timeout = Duration::from_millis(config.timeout_ms);
        Ok(Some(Self {
            config: config.clone(),
            from,
            timeout,
        }))
    }

    /// Makes one attempt; the Message-ID is the same for every attempt of a delivery.
    pub async fn send(&self, outgoing: &Outgoing, now: DateTime<Utc>) -> Report {
        match self.try_send(outgoing, now).await {
            Ok(response) => {
                let words = response.message().collect::<Vec<_>>().join(" ");
                let provider_id = Some(clean(&words, PROVIDER_ID_CHARS_MAX)).filter(|words| !words.is_empty());
                Report {
                    outcome: Outcome::Accepted,
                    reason: None,
                    provider_id,
                }
            }
            Err(failure) => failure.report(),
        }
    }

    async fn try_send(&self, outgoing: &Outgoing, now: DateTime<Utc>) -> Result<Response, Failure> {
        let to: Address = outgoing
            .address
            .parse()
            .map_err(|_| Failure::Message("address_invalid"))?;
        let content = self.compose(outgoing, &to, now)?.formatted();
        let prepared = tokio::time::timeout(self.timeout, async {
            let mut connection = self.connect().await?;
            self.announce(&mut connection, &to).await?;
            Ok(connection)
        });
        let mut connection = prepared.await.map_err(|_| Failure::Timeout)??;
        let answered = tokio::time::timeout(self.timeout, connection.message(&content)).await;
        let response = answered.map_err(|_| Failure::Unanswered)?.map_err(|error| {
            if error.status().is_some() {
                Failure::Content(error)
            } else {
                Failure::Unanswered
            }
        })?;
        // The farewell is a courtesy: the message is the server's by now, and noting that must not wait.
        tokio::spawn(async move {
            let _ = tokio::time::timeout(QUIT_TIMEOUT, connection.quit()).await;
        });
        Ok(response)
    }

    fn compose(&self, outgoing: &Outgoing, to: &Address, now: DateTime<Utc>) -> Result<Message, Failure> {
        let message_id = format!("<{}@{}>", outgoing.delivery.id, self.from.email.domain());
        let body = MultiPart::alternative_plain_html(outgoing.message.text.clone(), outgoing.message.html.clone());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(outgoing.message.subject.clone())
            .message_id(Some(message_id))
            .date(now.into())
            .multipart(body)
            .map_err(|_| Failure::Message("message_invalid"))?;
        // Out-of-office robots must not answer an alert (RFC 3834).
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message
            .headers_mut()
            .insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        Ok(message)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let hello = ClientId::default();
        let host = self.config.host.as_str();
        let parameters = || TlsParameters::new(host.to_owned()).map_err(|_| Failure::Server("tls_failed"));
        let tls = if self.config.tls == SmtpTls::Tls {
            Some(parameters()?)
        } else {
            None
        };
        let server = (host, self.config.port);
        let connected = AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &hello, tls, None).await;
        let mut connection = connected.map_err(|error| {
            Failure::Server(if error.is_tls() {
                "tls_failed"
            } else {
                "server_unreachable"
            })
        })?;
        if self.config.tls == SmtpTls::Starttls {
            connection
                .starttls(parameters()?, &hello)
                .await
                .map_err(|_| Failure::Server("tls_failed"))?;
        }
        if !self.config.username.is_empty() {
            let credentials = Credentials::new(self.config.username.clone(), self.config.password.reveal().to_owned());
            let signed_in = connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await;
            signed_in.map_err(|_| Failure::Server("sign_in_failed"))?;
        }
        Ok(connection)
    }

    /// Sender, recipient, and that content follows.
    async fn announce(&self, connection: &mut AsyncSmtpConnection, to: &Address) -> Result<(), Failure> {
        let mut parameters = Vec::new();
        let as_text: &str = to.as_ref();
        if !as_text.is_ascii() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Failure::Message("address_not_supported"));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let from = Some(self.from.email.clone());
        connection
            .command(Mail::new(from, parameters))
            .await
            .map_err(Failure::Envelope)?;
        connection
            .command(Rcpt::new(to.clone(), Vec::new()))
            .await
            .map_err(Failure::Envelope)?;
        connection.command(Data).await.map_err(Failure::Envelope)?;
        Ok(())
    }
}

impl Failure {
    fn report(self) -> Report {
        let (outcome, reason) = match self {
            Self::Server(code) => (Outcome::Deferred, code.to_owned()),
            Self::Timeout => (Outcome::Deferred, "timeout".to_owned()),
            Self::Message(code) => (Outcome::Refused, code.to_owned()),
            Self::Unanswered => (Outcome::Unknown, "answer_lost".to_owned()),
            Self::Envelope(error) | Self::Content(error) => match error.status() {
                Some(code) if error.is_permanent() => (Outcome::Refused, format!("smtp_{code}")),
                Some(code) => (Outcome::Deferred, format!("smtp_{code}")),
                None => (Outcome::Deferred, "connection_lost".to_owned()),
            },
        };
        tracing::warn!(reason, outcome = ?outcome, "an attempt to send a message failed");
        Report {
            outcome,
            reason: Some(reason),
            provider_id: None,
        }
    }
}

//! A keep-alive HTTP/1.1 connection that posts and reads answers, and nothing else (RFC 9112).
//!
//! The load generator shares the processors with the server that it measures, so each request is one write of bytes
//! that lie ready, and each answer is read into one buffer. A general client hands every request from task to task.

use std::io;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Most headers that an answer may have.
const HEADERS_MAX: usize = 64;
/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// What is asked of the socket at a time, in bytes.
const READ_BYTES: usize = 16 << 10;

/// Where posts go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// `host:port`, also the `Host` header.
    pub(crate) authority: String,
    /// What stands before the API's paths, without a slash at its end.
    pub(crate) prefix: String,
}

impl Endpoint {
    /// Reads `http://host:port`.
    ///
    /// # Errors
    /// When it is of another scheme: under load, the server itself is measured, not a TLS library.
    pub(crate) fn parse(url: &str) -> anyhow::Result<Self> {
        let Some(rest) = url.strip_prefix("http://") else {
            bail!("`{url}` does not begin with http://");
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let port = authority
            .rsplit_once(':')
            .filter(|(_, port)| port.parse::<u16>().is_ok());
        let authority = match port {
            Some(_) => authority.to_owned(),
            None => format!("{authority}:80"),
        };
        let path = path.trim_end_matches('/');
        let prefix = if path.is_empty() {
            String::new()
        } else {
            format!("/{path}")
        };
        Ok(Self { authority, prefix })
    }
}

/// An answer; `body` lies in the connection until the next post.
#[derive(Debug)]
pub(crate) struct Reply<'a> {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: &'a [u8],
}

/// What an answer's headers say.
struct Head {
    status: u16,
    length: usize,
    body: Framing,
    closes: bool,
    retry_after: Option<Duration>,
}

enum Framing {
    Length(usize),
    Chunked,
    UntilClosed,
}

/// One connection; it is opened when it is needed and thrown away after any fault.
pub(crate) struct Connection {
    authority: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
    body: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(authority: &str) -> Self {
        Self {
            authority: authority.to_owned(),
            stream: None,
            buffer: Vec::with_capacity(READ_BYTES),
            body: Vec::new(),
        }
    }

    /// Posts a whole request (head and body) and waits for its answer.
    ///
    /// # Errors
    /// When nobody answers in time, or what comes is no HTTP: whether the request was taken is then not known.
    pub(crate) async fn exchange(&mut self, request: &[u8], patience: Duration) -> anyhow::Result<Reply<'_>> {
        let head = match tokio::time::timeout(patience, self.try_exchange(request)).await {
            Ok(Ok(head)) => head,
            Ok(Err(error)) => {
                self.stream = None;
                return Err(error);
            }
            Err(_) => {
                self.stream = None;
                bail!("no answer within {patience:?}");
            }
        };
        if head.closes {
            self.stream = None;
        }
        Ok(Reply {
            status: head.status,
            retry_after: head.retry_after,
            body: &self.body,
        })
    }

    async fn try_exchange(&mut self, request: &[u8]) -> anyhow::Result<Head> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(&self.authority).await.context("no connection")?;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
        }
        let stream = self.stream.as_mut().context("no connection")?;
        stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            read_more(stream, &mut self.buffer).await?;
            match parse_head(&self.buffer)? {
                // 100 Continue and its like come before the answer.
                Some(head) if head.status < 200 => {
                    self.buffer.drain(..head.length);
                    if let Some(head) = parse_head(&self.buffer)? {
                        break head;
                    }
                }
                Some(head) => break head,
                None => {}
            }
        };
        self.body.clear();
        self.body.extend_from_slice(&self.buffer[head.length..]);
        match head.body {
            Framing::Length(length) => {
                while self.body.len() < length {
                    read_more(stream, &mut self.body).await?;
                }
                self.body.truncate(length);
            }
            Framing::Chunked => {
                let plain = loop {
                    match dechunk(&self.body)? {
                        Some(plain) => break plain,
                        None => read_more(stream, &mut self.body).await?,
                    }
                };
                self.body = plain;
            }
            Framing::UntilClosed => while read_some(stream, &mut self.body).await? > 0 {},
        }
        Ok(head)
    }
}

async fn read_some(stream: &mut TcpStream, into: &mut Vec<u8>) -> io::Result<usize> {
    if into.len() > ANSWER_BYTES_MAX {
        return Err(io::Error::other("the answer is too long"));
    }
    into.reserve(READ_BYTES);
    stream.read_buf(into).await
}

async fn read_more(stream: &mut TcpStream, into: &mut Vec<u8>) -> io::Result<()> {
    match read_some(stream, into).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

/// The headers at the beginning of a buffer, once they are whole.
fn parse_head(buffer: &[u8]) -> anyhow::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = response.parse(buffer).context("the answer is no HTTP")? else {
        return Ok(None);
    };
    let status = response.code.unwrap_or(0);
    let mut head = Head {
        status,
        length,
        body: Framing::UntilClosed,
        closes: response.version == Some(0),
        retry_after: None,
    };
    for header in response.headers.iter() {
        let text = std::str::from_utf8(header.value).unwrap_or_default().trim();
        if header.name.eq_ignore_ascii_case("content-length") {
            let length = text.parse().context("the answer's length cannot be read")?;
            if !matches!(head.body, Framing::Chunked) {
                head.body = Framing::Length(length);
            }
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            head.body = Framing::Chunked;
        } else if header.name.eq_ignore_ascii_case("connection") {
            head.closes = text.eq_ignore_ascii_case("close");
        } else if header.name.eq_ignore_ascii_case("retry-after") {
            head.retry_after = text.parse().ok().and_then(|s: f64| Duration::try_from_secs_f64(s).ok());
        }
    }
    if status < 200 || status == 204 || status == 304 {
        head.body = Framing::Length(0);
    }
    head.closes |= matches!(head.body, Framing::UntilClosed);
    Ok(Some(head))
}

/// A chunked body (RFC 9112, 7.1), once its last chunk is there.
fn dechunk(body: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
    let (mut plain, mut rest) = (Vec::new(), body);
    loop {
        let status = httparse::parse_chunk_size(rest).map_err(|_| anyhow::anyhow!("a chunk has no length"))?;
        let httparse::Status::Complete((begin, size)) = status else {
            return Ok(None);
        };
        let size = usize::try_from(size).ok().filter(|size| *size <= ANSWER_BYTES_MAX);
        let end = begin + size.context("a chunk is too long")?;
        if rest.len() < end + 2 {
            return Ok(None);
        }
        if begin == end {
            return Ok(Some(plain));
        }
        plain.extend_from_slice(&rest[begin..end]);
        rest = &rest[end + 2..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[test]
    fn endpoints_are_plain_http() {
        let read = |url| Endpoint::parse(url).map(|endpoint| (endpoint.authority, endpoint.prefix));
        assert_eq!(
            read("http://127.0.0.1:8001/").unwrap(),
            ("127.0.0.1:8001".into(), String::new())
        );
        assert_eq!(
            read("http://[::1]:8001/in/").unwrap(),
            ("[::1]:8001".into(), "/in".into())
        );
        assert_eq!(
            read("http://ingestion").unwrap(),
            ("ingestion:80".into(), String::new())
        );
        assert!(read("https://127.0.0.1").is_err());
    }

    /// Answers each request on one connection with the next of `answers`, a few bytes at a time.
    async fn serve(answers: Vec<&'static str>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            for answer in answers {
                let mut request = [0; 5];
                stream.read_exact(&mut request).await.unwrap();
                for part in answer.as_bytes().chunks(7) {
                    stream.write_all(part).await.unwrap();
                    tokio::task::yield_now().await;
                }
            }
        });
        authority
    }

    #[tokio::test]
    async fn answers_of_every_framing_are_read_on_one_connection() {
        let authority = serve(vec![
            "HTTP/1.1 202 Accepted\r\nContent-Length: 11\r\n\r\nhello world",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nuntil the end",
        ])
        .await;
        let mut connection = Connection::new(&authority);
        let patience = Duration::from_secs(5);
        for (status, body) in [
            (202, "hello world"),
            (200, "hello world"),
            (429, ""),
            (200, "until the end"),
        ] {
            let reply = connection.exchange(b"12345", patience).await.unwrap();
            assert_eq!((reply.status, std::str::from_utf8(reply.body).unwrap()), (status, body));
            assert_eq!(reply.retry_after, (status == 429).then_some(Duration::from_secs(2)));
        }
    }

    #[tokio::test]
    async fn what_is_no_answer_is_an_error() {
        for answer in ["SMTP ready\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\ncut"] {
            let authority = serve(vec![answer]).await;
            let mut connection = Connection::new(&authority);
            assert!(connection.exchange(b"12345", Duration::from_secs(5)).await.is_err());
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut silent = Connection::new(&listener.local_addr().unwrap().to_string());
        assert!(silent.exchange(b"12345", Duration::from_millis(20)).await.is_err());
    }
}

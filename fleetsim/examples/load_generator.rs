//! What the load generator itself costs: bodies to `/dev/null`, and whole posts to a server that only counts bytes.
//!
//! `cargo run -p fleetsim --example load_generator` prints one JSON object. All of it runs on one thread,
//! the counting server too.

use std::io::Write;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use fleetsim::load::{Generator, LoadDetails, LoadOptions, load_with};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How long each figure is measured.
const LONG_ENOUGH: Duration = Duration::from_secs(3);
const VERDICT: &str = r#"{"receipt_id":"rcp_0","received":1,"accepted":1,"errors":[],"warnings":[]}"#;

/// Records a second written to `/dev/null`.
fn to_null(vehicles: u64, batch: u64) -> std::io::Result<f64> {
    let mut sink = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
    let mut generator = Generator::new(vehicles, batch);
    let (began, start) = (Instant::now(), Utc::now());
    let mut records = 0;
    while began.elapsed() < LONG_ENOUGH {
        for _ in 0..100 {
            let base = start + TimeDelta::milliseconds((records / 100) as i64);
            sink.write_all(generator.next_body(base))?;
            records += batch;
        }
    }
    Ok(records as f64 / began.elapsed().as_secs_f64())
}

/// Reads requests and answers each with the same verdict.
async fn swallow(mut stream: TcpStream) -> std::io::Result<()> {
    let answer = format!(
        "HTTP/1.1 202 Accepted\r\ncontent-length: {}\r\n\r\n{VERDICT}",
        VERDICT.len()
    );
    let mut buffer = vec![0; 1 << 18];
    let (mut filled, mut missing) = (0, 0);
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        if missing == 0 {
            let Some(end) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            missing = end + 4 + length.and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
        }
        let taken = missing.min(filled);
        missing -= taken;
        filled = 0;
        if missing == 0 {
            stream.write_all(answer.as_bytes()).await?;
        }
    }
}

/// A closed loop against the counting server.
async fn to_sink(batch: u64) -> anyhow::Result<serde_json::Value> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(swallow(stream));
        }
    });
    let options = LoadOptions {
        url,
        key: "key".to_owned(),
        rate: 0.0,
        seconds: LONG_ENOUGH.as_secs_f64(),
        batch,
        vehicles: 200,
        workers: 8,
        ack_log: None,
        prefix: "load".to_owned(),
        patience_s: 1.0,
        progress: false,
    };
    let report = load_with(options, LoadDetails::default()).await?;
    let posts = report.requests_per_second;
    Ok(
        json!({"batch": batch, "requests_per_second": posts.round(), "records_per_second": (posts * batch as f64).round(),
        "cpu_us_per_record_with_server": report.generator_cpu_seconds.map(|s| s * 1e6 / (posts * batch as f64 * report.seconds))}),
    )
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut to_dev_null = Vec::new();
    for (vehicles, batch) in [(200, 500), (10_000, 500), (200, 1)] {
        let rate = to_null(vehicles, batch)?;
        to_dev_null.push(json!({"vehicles": vehicles, "batch": batch, "records_per_second": rate.round(), "us_per_record": 1e6 / rate}));
    }
    let sink = [to_sink(500).await?, to_sink(1).await?];
    println!("{}", json!({"to_dev_null": to_dev_null, "to_a_counting_server": sink}));
    Ok(())
}

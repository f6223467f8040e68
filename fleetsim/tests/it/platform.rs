//! A small stand-in for the ingestion service, with mistakes that can be switched on.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::{DateTime, SecondsFormat, Utc};
use parking_lot::Mutex;
use serde_json::{Value, json};

/// What the stand-in does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    None,
    /// Every hundredth record is acknowledged and forgotten.
    Loses,
    /// Every hundredth record is stored twice.
    Doubles,
    /// Every hundredth record is stored with another value and its old hash.
    Alters,
    /// The first two posts are answered 429.
    Busy,
    /// The first two posts are stored and answered 500.
    FailsAfterStoring,
    /// Records without a readable time are quarantined, every post is otherwise fine.
    Refuses,
}

#[derive(Default)]
pub(crate) struct Stored {
    pub vehicles: HashMap<String, Value>,
    pub posts: usize,
    /// The records as they were posted.
    pub records: Vec<Value>,
    seen: HashSet<String>,
    rows: HashMap<String, Vec<Value>>,
    taken: usize,
}

#[derive(Clone)]
pub(crate) struct Platform {
    pub stored: Arc<Mutex<Stored>>,
    pub url: String,
    mistake: Mistake,
}

impl Platform {
    pub(crate) async fn start(mistake: Mistake) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let platform = Self {
            stored: Arc::default(),
            url,
            mistake,
        };
        let router = Router::new()
            .route("/api/v1/vehicles", post(register))
            .route("/api/v1/ingest", post(ingest))
            .route("/api/v1/ingest/batch", post(ingest))
            .route("/api/v1/vehicles/{id}/records", get(records))
            .with_state(platform.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        platform
    }
}

async fn register(State(platform): State<Platform>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if headers.get("x-api-key").is_none_or(|key| key != "secret") {
        return StatusCode::UNAUTHORIZED;
    }
    let vehicle: Value = serde_json::from_slice(&body).unwrap();
    let id = vehicle["vehicle_id"].as_str().unwrap().to_owned();
    match platform.stored.lock().vehicles.insert(id, vehicle) {
        None => StatusCode::CREATED,
        Some(_) => StatusCode::CONFLICT,
    }
}

/// The body as it was before it was packed.
fn unpacked(headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    match headers.get("content-encoding").map(|value| value.to_str().unwrap()) {
        None => body.to_vec(),
        Some("gzip") => {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap();
            plain
        }
        Some("zstd") => zstd::stream::decode_all(body).unwrap(),
        Some(other) => panic!("{other}"),
    }
}

async fn ingest(State(platform): State<Platform>, headers: HeaderMap, body: Bytes) -> Response {
    let body = unpacked(&headers, &body);
    let mut stored = platform.stored.lock();
    stored.posts += 1;
    let early = stored.posts <= 2;
    if early && platform.mistake == Mistake::Busy {
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0.1")], "full").into_response();
    }
    if platform.mistake == Mistake::Refuses {
        return (StatusCode::PAYLOAD_TOO_LARGE, "too large").into_response();
    }
    let (mut accepted, mut duplicates, mut errors) = (0, 0, Vec::new());
    for (index, line) in body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .enumerate()
    {
        let record: Value = serde_json::from_slice(line).unwrap();
        match store(&mut stored, &record, platform.mistake) {
            Some(true) => accepted += 1,
            Some(false) => duplicates += 1,
            None => errors.push(json!({"index": index, "code": "record.timestamp.unreadable", "text": "no time"})),
        }
        stored.records.push(record);
    }
    if early && platform.mistake == Mistake::FailsAfterStoring {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let verdict = json!({
        "receipt_id": "rcp_1", "received": accepted + duplicates + errors.len(), "accepted": accepted,
        "duplicates": duplicates, "quarantined": errors.len(), "rejected": 0, "errors": errors,
    });
    (StatusCode::ACCEPTED, axum::Json(verdict)).into_response()
}

/// `None` for a record without a time, else whether it is new.
fn store(stored: &mut Stored, record: &Value, mistake: Mistake) -> Option<bool> {
    let vehicle = record["vehicle_id"].as_str().unwrap().to_owned();
    let time = DateTime::parse_from_rfc3339(record["timestamp"].as_str().unwrap())
        .ok()?
        .to_utc();
    let time = time.to_rfc3339_opts(SecondsFormat::Micros, true);
    let sequence = record["sequence"].as_i64();
    let mut signals = BTreeMap::new();
    for (path, value) in record["data"].as_object().unwrap() {
        signals.extend(value.as_f64().map(|value| (path.clone(), value)));
    }
    let parsed = DateTime::parse_from_rfc3339(&time).unwrap().to_utc();
    let hash = hash(&vehicle, parsed, sequence, &signals);
    if !stored.seen.insert(hash.clone()) {
        return Some(false);
    }
    stored.taken += 1;
    let unlucky = stored.taken.is_multiple_of(100);
    if unlucky && mistake == Mistake::Alters {
        *signals.values_mut().next().unwrap() += 1.0;
    }
    let row =
        json!({"time": time, "sequence": sequence, "protocol": "GENERIC", "signals": signals, "content_hash": hash});
    let rows = stored.rows.entry(vehicle).or_default();
    match (unlucky, mistake) {
        (true, Mistake::Loses) => {}
        (true, Mistake::Doubles) => rows.extend([row.clone(), row]),
        _ => rows.push(row),
    }
    Some(true)
}

/// The content hash again, written apart from the library's.
fn hash(vehicle: &str, time: DateTime<Utc>, sequence: Option<i64>, signals: &BTreeMap<String, f64>) -> String {
    use sha2::Digest;
    let sequence = sequence.map(|sequence| sequence.to_string()).unwrap_or_default();
    let lines: String = signals
        .iter()
        .map(|(path, value)| format!("{path}={value:?}\n"))
        .collect();
    let text = format!(
        "{vehicle}\n{}\n{sequence}\n{lines}",
        time.format("%Y-%m-%dT%H:%M:%S%.6fZ")
    );
    sha2::Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

async fn records(
    State(platform): State<Platform>,
    Path(vehicle): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let stored = platform.stored.lock();
    let Some(rows) = stored.rows.get(&vehicle) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let from: usize = query.get("cursor").map_or(0, |cursor| cursor.parse().unwrap());
    let limit = query["limit"].parse::<usize>().unwrap().min(70);
    let items: Vec<&Value> = rows.iter().skip(from).take(limit).collect();
    let next = (from + items.len() < rows.len()).then(|| (from + items.len()).to_string());
    axum::Json(json!({"items": items, "next_cursor": next})).into_response()
}

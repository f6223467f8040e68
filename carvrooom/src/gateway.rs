//! The gateway: one origin for a browser. It forwards each path to the service that owns it and serves the web app; without one, or
//! under /status, it shows which services are ready.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chassis::http::Patience;
use chassis::problem::{Kind, Problem};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::demo::Progress;
use crate::web_app::{WebApp, secured};

/// Which service owns which path: generated from the services' APIs, the same file as contracts/http/routes.toml.
const ROUTES: &str = include_str!("../routes.toml");

/// As long as services have by default, since most of what is open here waits for one of them.
const PATIENCE: Patience = Patience {
    head: Duration::from_secs(60),
    drain: Duration::from_secs(5),
};

/// A service is connected within this, or it is away.
const CONNECT: Duration = Duration::from_secs(5);
/// A service begins to answer within this: longer than any deadline of its own, for bodies that come slowly too.
const ANSWER: Duration = Duration::from_secs(180);

/// Headers that belong to one connection, not to the request (RFC 9110, 7.6.1).
const HOP_BY_HOP: [&str; 7] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

#[derive(Clone)]
struct Gateway {
    routes: Arc<[RouteEntry]>,
    addresses: Arc<BTreeMap<String, SocketAddr>>,
    client: Client<HttpConnector, Body>,
    web_app: Option<Arc<WebApp>>,
    progress: Progress,
}

#[derive(Deserialize)]
struct RouteFile {
    route: Vec<RouteEntry>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct RouteEntry {
    prefix: String,
    service: String,
}

/// Serves the gateway until shutdown.
pub(crate) async fn serve(
    listener: TcpListener,
    addresses: BTreeMap<String, SocketAddr>,
    web_app: Option<WebApp>,
    progress: Progress,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let gateway = Gateway {
        web_app: web_app.map(Arc::new),
        routes: routes()?.into(),
        addresses: Arc::new(addresses),
        client: client(),
        progress,
    };
    let router = Router::new()
        .route(
            "/status",
            get(|| async { page("text/html", include_str!("status.html")) }),
        )
        .route(
            "/status.css",
            get(|| async { page("text/css", include_str!("status.css")) }),
        )
        .route(
            "/status.js",
            get(|| async { page("text/javascript", include_str!("status.js")) }),
        )
        .route("/status.json", get(status))
        .route("/status/history.json", get(history))
        .fallback(answer)
        .with_state(gateway);
    chassis::http::serve(listener, router, PATIENCE, shutdown).await;
    Ok(())
}

fn client() -> Client<HttpConnector, Body> {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT));
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(PATIENCE.head / 2)
        .build(connector)
}

fn routes() -> anyhow::Result<Vec<RouteEntry>> {
    let mut routes = toml::from_str::<RouteFile>(ROUTES)?.route;
    // The longest prefix wins.
    routes.sort_by_key(|route| std::cmp::Reverse(route.prefix.len()));
    Ok(routes)
}

/// The owner of a path: the longest prefix that ends at a segment's end.
fn owner<'r>(routes: &'r [RouteEntry], path: &str) -> Option<&'r str> {
    let matches = |prefix: &str| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    routes
        .iter()
        .find(|route| matches(&route.prefix))
        .map(|route| route.service.as_str())
}

/// A page of the gateway's own.
fn page(content_type: &'static str, text: &'static str) -> Response {
    let kind = [(header::CONTENT_TYPE, format!("{content_type}; charset=utf-8"))];
    secured((kind, text).into_response())
}

/// A service's path is forwarded; of the others, those outside the API are the web app's.
async fn answer(
    State(gateway): State<Gateway>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let path = request.uri().path().to_owned();
    if let Some(service) = owner(&gateway.routes, &path) {
        return forward(&gateway, service, peer, request).await;
    }
    let is_api = ["/api/", "/internal/"].iter().any(|prefix| path.starts_with(prefix));
    let own = match &gateway.web_app {
        _ if is_api => None,
        Some(app) => app.answer(request.method(), &path, request.headers()),
        None => (path == "/").then(|| page("text/html", include_str!("status.html"))),
    };
    own.unwrap_or_else(|| {
        Problem::new(Kind::NotFound, "gateway.no_such_path", "No service owns this path.").into_response()
    })
}

async fn forward(gateway: &Gateway, service: &str, peer: SocketAddr, mut request: Request) -> Response {
    let unavailable = || {
        Problem::new(
            Kind::Unavailable,
            "gateway.unavailable",
            "The service that owns this path does not answer.",
        )
        .param("service", service)
    };
    let Some(address) = gateway.addresses.get(service) else {
        return unavailable().into_response();
    };
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let Ok(uri) = format!("http://{address}{target}").parse::<Uri>() else {
        return Problem::new(Kind::BadRequest, "gateway.bad_path", "The path cannot be forwarded.").into_response();
    };
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    *request.uri_mut() = uri;
    strip_hop_by_hop(request.headers_mut());
    // Which host the browser meant; what the client says of it itself is dropped.
    let host = request.headers_mut().remove(header::HOST);
    let named = host.or_else(|| HeaderValue::from_str(&authority?).ok());
    request.headers_mut().remove(FORWARDED_HOST);
    if let Some(named) = named {
        request.headers_mut().insert(FORWARDED_HOST, named);
    }
    if let Ok(peer) = HeaderValue::from_str(&peer.ip().to_string()) {
        request
            .headers_mut()
            .insert(HeaderName::from_static("x-forwarded-for"), peer);
    }
    match tokio::time::timeout(ANSWER, gateway.client.request(request)).await {
        Ok(Ok(mut response)) => {
            strip_hop_by_hop(response.headers_mut());
            response.into_response()
        }
        Ok(Err(error)) => {
            tracing::warn!(service, %error, "a request could not be forwarded");
            unavailable().into_response()
        }
        Err(_) => {
            tracing::warn!(service, "a request was forwarded and not answered");
            unavailable().into_response()
        }
    }
}

fn strip_hop_by_hop(headers: &mut axum::http::HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

async fn status(State(gateway): State<Gateway>) -> Response {
    let asked = gateway.addresses.iter().map(|(name, address)| {
        let client = gateway.client.clone();
        async move { serde_json::json!({"service": name, "url": format!("http://{address}"), "ready": is_ready(&client, *address).await}) }
    });
    axum::Json(futures::future::join_all(asked).await).into_response()
}

/// How far the demo's history has come.
async fn history(State(gateway): State<Gateway>) -> Response {
    secured(axum::Json(gateway.progress.shown()).into_response())
}

async fn is_ready(client: &Client<HttpConnector, Body>, address: SocketAddr) -> bool {
    let Ok(uri) = format!("http://{address}/ready").parse::<Uri>() else {
        return false;
    };
    let answered = tokio::time::timeout(Duration::from_secs(2), client.get(uri)).await;
    matches!(answered, Ok(Ok(response)) if response.status().is_success())
}

/// Polls until every service answers /ready.
pub(crate) async fn wait_until_ready(
    addresses: &BTreeMap<String, SocketAddr>,
    deadline: Duration,
) -> anyhow::Result<()> {
    let client = client();
    let all = async {
        for address in addresses.values() {
            while !is_ready(&client, *address).await {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    };
    tokio::time::timeout(deadline, all)
        .await
        .map_err(|_| anyhow::anyhow!("not every service was ready within {deadline:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_at_a_segments_end_owns_a_path() {
        let routes = routes().expect("routes");
        assert_eq!(owner(&routes, "/api/v1/ingest/batch"), Some("ingestion-service"));
        assert_eq!(owner(&routes, "/api/v1/health/V1"), Some("health-service"));
        assert_eq!(owner(&routes, "/api/v1/healthy"), None);
        assert_eq!(owner(&routes, "/api/v1/auth/login"), Some("analytics-service"));
        assert_eq!(owner(&routes, "/internal/events"), None);
    }

    #[test]
    fn the_copy_equals_the_contract() {
        let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/../contracts/http/routes.toml");
        assert_eq!(std::fs::read_to_string(contract).expect("the contract"), ROUTES);
    }
}

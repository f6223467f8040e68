//! Where a request came from: the connection's other end, or what a known proxy says about it.

use crate::App;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::SocketAddr;

/// The caller's address, as far as it is known.
pub(super) struct CallerAddress {
    pub(super) address: Option<String>,
    /// Whether a known proxy stands between, so that its other words may be believed too.
    pub(super) by_proxy: bool,
}

impl FromRequestParts<App> for CallerAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(peer)| peer.ip().to_string());
        Ok(CallerAddress {
            by_proxy: peer.as_ref().is_some_and(|peer| app.proxies.contains(peer)),
            address: peer.map(|peer| behind_proxy(&peer, &parts.headers, &app.proxies).unwrap_or(peer)),
        })
    }
}

/// The last entry of X-Forwarded-For is the one that our own proxy wrote; the others are the client's word.
fn behind_proxy(peer: &str, headers: &HeaderMap, proxies: &[String]) -> Option<String> {
    if !proxies.iter().any(|proxy| proxy == peer) {
        return None;
    }
    let last = headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()?
        .to_str()
        .ok()?
        .rsplit(',')
        .next()?
        .trim();
    last.parse::<std::net::IpAddr>().ok().map(|address| address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_proxy_is_believed_and_only_its_own_entry() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 192.0.2.7".parse().unwrap());
        let proxies = ["127.0.0.1".to_owned()];
        assert_eq!(
            behind_proxy("127.0.0.1", &headers, &proxies),
            Some("192.0.2.7".to_owned())
        );
        assert_eq!(behind_proxy("198.51.100.1", &headers, &proxies), None);
        assert_eq!(behind_proxy("127.0.0.1", &HeaderMap::new(), &proxies), None);
    }
}

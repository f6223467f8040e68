//! Who speaks to the sign-in: a browser, which keeps its refresh token in a cookie that no script can read, or a program, which keeps it
//! itself.

use super::address::CallerAddress;
use crate::App;
use crate::domain::session::{Origin, USER_AGENT_CHARS_MAX};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use chassis::problem::{Kind, Problem};
use chrono::{DateTime, Utc};

/// The cookie's name.
const COOKIE: &str = "carvrooom_refresh";
/// The only paths that it is sent to.
const COOKIE_PATH: &str = "/api/v1/auth";

/// Whoever asks, and where from.
pub(super) struct Caller {
    /// Browsers name the page's origin with every request that may change something.
    pub(super) is_browser: bool,
    pub(super) origin: Origin,
    /// The refresh token of the cookie, if there is one.
    pub(super) cookie: Option<String>,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let address = CallerAddress::from_request_parts(parts, app).await;
        let Ok(CallerAddress { address, by_proxy }) = address;
        let named = parts.headers.get(header::ORIGIN);
        if let Some(named) = named
            && !is_own(named, &parts.headers, by_proxy, &app.settings.origins)
        {
            let detail = "A page of another origin may not sign in here.";
            return Err(Problem::new(Kind::Forbidden, "auth.origin", detail));
        }
        let user_agent = text(&parts.headers, header::USER_AGENT.as_str());
        Ok(Caller {
            is_browser: named.is_some(),
            origin: Origin {
                user_agent: user_agent.map(|name| name.chars().take(USER_AGENT_CHARS_MAX).collect()),
                address,
            },
            cookie: cookie(&parts.headers),
        })
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a page's origin is the host that was asked, as our own proxy says it, or one that the operator has named.
fn is_own(origin: &HeaderValue, headers: &HeaderMap, by_proxy: bool, named: &[String]) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    if named.iter().any(|known| known.eq_ignore_ascii_case(origin)) {
        return true;
    }
    let forwarded = text(headers, "x-forwarded-host").filter(|_| by_proxy);
    let host = forwarded.or_else(|| text(headers, "host"));
    let authority = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    matches!((authority, host), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host))
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter();
    let mut pairs = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'));
    pairs.find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE && !value.is_empty()).then(|| value.to_owned())
    })
}

/// The header that sets the cookie until the session's end. No part of it comes from outside: a token has letters, digits, `.`, `-`, `_`.
pub(super) fn set_cookie(token: &str, ends: DateTime<Utc>, now: DateTime<Utc>, secure: bool) -> HeaderMap {
    cookie_header(token, (ends - now).num_seconds().max(0), secure)
}

/// The header that takes the cookie away.
pub(super) fn clear_cookie(secure: bool) -> HeaderMap {
    cookie_header("", 0, secure)
}

fn cookie_header(token: &str, seconds: i64, secure: bool) -> HeaderMap {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{COOKIE}={token}; Path={COOKIE_PATH}; Max-Age={seconds}; HttpOnly{secure}; SameSite=Strict");
    let value = HeaderValue::from_str(&text).ok();
    value.map(|value| (header::SET_COOKIE, value)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (header::HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn an_origin_is_the_host_that_was_asked_or_named_by_the_operator() {
        let own = |origin: &'static str, pairs: &[(&'static str, &'static str)], by_proxy| {
            let named = ["https://fleet.example.org".to_owned()];
            is_own(&HeaderValue::from_static(origin), &headers(pairs), by_proxy, &named)
        };
        assert!(own("http://localhost:3000", &[("host", "localhost:3000")], false));
        assert!(!own("http://localhost:3001", &[("host", "localhost:3000")], false));
        assert!(
            !own("null", &[("host", "null")], false),
            "a sandboxed page has no origin"
        );
        assert!(!own("http://evil.example", &[("host", "localhost:3000")], false));
        assert!(own("https://fleet.example.org", &[("host", "10.0.0.7:8007")], false));
        let forwarded = [("host", "127.0.0.1:8007"), ("x-forwarded-host", "app.example:3000")];
        assert!(own("http://app.example:3000", &forwarded, true));
        assert!(
            !own("http://app.example:3000", &forwarded, false),
            "only a known proxy is believed"
        );
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let given = headers(&[("cookie", "a=1; carvrooom_refresh=cvr.default.ses_1.00; b=2")]);
        assert_eq!(cookie(&given).as_deref(), Some("cvr.default.ses_1.00"));
        assert_eq!(cookie(&headers(&[("cookie", "xcarvrooom_refresh=1")])), None);
    }

    #[test]
    fn no_script_and_no_other_site_sees_the_cookie() {
        let now = DateTime::UNIX_EPOCH;
        let set = set_cookie("cvr.t.s.00", now + chrono::Duration::days(1), now, true);
        let value = set[header::SET_COOKIE].to_str().unwrap();
        let expected =
            "carvrooom_refresh=cvr.t.s.00; Path=/api/v1/auth; Max-Age=86400; HttpOnly; Secure; SameSite=Strict";
        assert_eq!(value, expected);
    }
}

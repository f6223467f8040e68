//! The built web app, held in memory: what the gateway answers for every path that is no API's.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::Context;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What a page of the gateway may load and do: nothing from elsewhere, no inline script, no inline style, no frame around it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// Files whose name holds the hash of their content never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// The web app's files by path.
#[derive(Debug, Default)]
pub(crate) struct WebApp {
    files: BTreeMap<String, File>,
}

#[derive(Debug)]
struct File {
    content: Vec<u8>,
    /// The same pressed, when the build has made it.
    gzip: Option<Vec<u8>>,
    content_type: &'static str,
    etag: String,
}

impl WebApp {
    /// Reads a build. A folder without one gives nothing.
    pub(crate) fn load(folder: &Path) -> anyhow::Result<Option<Self>> {
        if !folder.join("index.html").is_file() {
            return Ok(None);
        }
        let mut files = BTreeMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(&next).with_context(|| format!("cannot read {}", next.display()))? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_none_or(|ending| ending != "gz") {
                    files.insert(web_path(folder, &path), File::read(&path)?);
                }
            }
        }
        Ok(Some(Self { files }))
    }

    /// Answers a path: a file, or the app itself for a path that only the app knows.
    pub(crate) fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
        if method != Method::GET && method != Method::HEAD {
            return None;
        }
        let is_page = !path.rsplit('/').next().unwrap_or_default().contains('.');
        let file = self.files.get(path).or_else(|| {
            let page = is_page.then(|| self.files.get("/index.html"));
            page.flatten()
        })?;
        let caching = if path.starts_with("/assets/") {
            FOR_EVER
        } else {
            ASK_AGAIN
        };
        Some(secured(file.response(headers, caching)))
    }
}

impl File {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let content = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut pressed = path.as_os_str().to_owned();
        pressed.push(".gz");
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        Ok(Self {
            etag: format!("\"{:016x}\"", hasher.finish()),
            gzip: std::fs::read(PathBuf::from(pressed)).ok(),
            content_type: content_type(path),
            content,
        })
    }

    fn response(&self, headers: &HeaderMap, caching: &'static str) -> Response {
        let says = |name: header::HeaderName, word: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.is_some_and(|value| value.contains(word))
        };
        let common = [
            (header::CACHE_CONTROL, caching),
            (header::ETAG, self.etag.as_str()),
            (header::VARY, "accept-encoding"),
        ];
        if says(header::IF_NONE_MATCH, &self.etag) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        let kind = [(header::CONTENT_TYPE, self.content_type)];
        match &self.gzip {
            Some(gzip) if says(header::ACCEPT_ENCODING, "gzip") => {
                let encoding = [(header::CONTENT_ENCODING, "gzip")];
                (common, kind, encoding, Body::from(gzip.clone())).into_response()
            }
            _ => (common, kind, Body::from(self.content.clone())).into_response(),
        }
    }
}

/// Adds what protects a page to an answer of the gateway's own.
pub(crate) fn secured(mut response: Response) -> Response {
    let protections = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in protections {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn web_path(folder: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).components();
    parts.fold(String::new(), |whole, part| {
        format!("{whole}/{}", part.as_os_str().to_string_lossy())
    })
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> WebApp {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("assets")).expect("assets");
        for (name, text) in [
            ("index.html", "<html>"),
            ("assets/a-1.js", "a()"),
            ("assets/a-1.js.gz", "pressed"),
        ] {
            std::fs::write(folder.path().join(name), text).expect(name);
        }
        WebApp::load(folder.path()).expect("readable").expect("a build")
    }

    fn get(path: &str, headers: &[(header::HeaderName, &str)]) -> Option<Response> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().expect("a value")));
        app().answer(&Method::GET, path, &headers.collect())
    }

    #[test]
    fn a_folder_without_a_build_gives_no_app() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(WebApp::load(folder.path()).expect("readable").is_none());
    }

    #[test]
    fn a_path_of_the_app_gives_its_page_under_a_strict_policy() {
        let response = get("/vehicles/V1", &[]).expect("the page");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(response.headers()[header::CACHE_CONTROL], ASK_AGAIN);
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .expect("text");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
    }

    #[test]
    fn a_file_is_sent_pressed_to_whom_takes_it_and_kept_for_ever() {
        let response = get("/assets/a-1.js", &[(header::ACCEPT_ENCODING, "gzip, br")]).expect("the file");
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
        assert_eq!(response.headers()[header::CACHE_CONTROL], FOR_EVER);
        let plain = get("/assets/a-1.js", &[]).expect("the file");
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
        let etag = plain.headers()[header::ETAG].to_str().expect("text").to_owned();
        let again = get("/assets/a-1.js", &[(header::IF_NONE_MATCH, &etag)]).expect("an answer");
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn a_missing_file_is_not_the_page() {
        assert!(get("/assets/gone.js", &[]).is_none());
        assert!(get("/../Cargo.toml", &[]).is_none());
    }
}

//! The one door: every request is matched with the policy, its caller judged and handed on.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{IdentityCopy, Policy, Principal, Tokens, unauthorized};
use crate::clock::Clock;
use crate::problem::{Kind, Problem};

/// What the door needs to know.
#[derive(Clone)]
pub(crate) struct Guard {
    pub policy: Arc<Policy>,
    pub tokens: Tokens,
    pub identity: IdentityCopy,
    pub clock: Clock,
}

/// Lets a request through with its [`Principal`], or answers 401 or 403.
pub(crate) async fn guard(State(guard): State<Guard>, path: MatchedPath, mut request: Request, next: Next) -> Response {
    match guard.judge(request.method().as_str(), path.as_str(), request.headers()) {
        Ok(Some(principal)) => {
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Ok(None) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

impl Guard {
    fn judge(&self, method: &str, path: &str, headers: &HeaderMap) -> Result<Option<Principal>, Problem> {
        let closed = || Problem::new(Kind::Forbidden, "auth.forbidden", "You may not do this.");
        let route = self.policy.route(method, path).ok_or_else(closed)?;
        if route.public {
            return Ok(None);
        }
        let principal = self.authenticate(headers)?;
        if route.admits(&principal) {
            Ok(Some(principal))
        } else {
            Err(closed())
        }
    }

    fn authenticate(&self, headers: &HeaderMap) -> Result<Principal, Problem> {
        let refused = || {
            Problem::new(
                Kind::Unauthorized,
                "auth.invalid",
                "The token or key is not valid, expired or revoked.",
            )
        };
        if let Some(key) = headers.get("x-api-key") {
            let key = key.to_str().map_err(|_| refused())?;
            return self
                .identity
                .principal_of_key(key, self.clock.machine_now())
                .ok_or_else(refused);
        }
        let Some(bearer) = headers.get(header::AUTHORIZATION) else {
            return Err(unauthorized());
        };
        let token = bearer
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "))
            .ok_or_else(refused)?;
        let principal = self.tokens.verify(token).map_err(|_| refused())?;
        if self.identity.is_barred(&principal) {
            Err(refused())
        } else {
            Ok(principal)
        }
    }
}

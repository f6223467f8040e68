//! The one door: every request is matched with the policy, its caller judged and handed on, and what was refused or written is told.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{IdentityCopy, Policy, Principal, Route, Tokens, unauthorized};
use crate::access::{AccessLog, Asked};
use crate::clock::Clock;
use crate::event::Cause;
use crate::http::method_name;
use crate::problem::{Kind, Problem};

/// What the door needs to know.
pub(crate) struct Guard {
    pub policy: Arc<Policy>,
    pub tokens: Tokens,
    pub identity: IdentityCopy,
    pub access: AccessLog,
    pub clock: Clock,
}

/// Why somebody was not let in, and who it was, if that is known.
struct Refused(Box<Problem>, Option<Box<Principal>>);

/// Lets a request through with its [`Principal`], or answers 401 or 403.
pub(crate) async fn guard(
    State(guard): State<Arc<Guard>>,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    let target = request.uri().path().to_owned();
    let cause = request.extensions().get::<Cause>().cloned().unwrap_or_default();
    let asked = |principal: Option<&Principal>| Asked::new(principal, method_name(&method), path.as_str());
    let (principal, unlogged) = match guard.judge(&method, path.as_str(), request.headers()) {
        Ok(Some((principal, route))) => (principal, route.unlogged),
        Ok(None) => return next.run(request).await,
        Err(Refused(problem, principal)) => {
            let code = Some(problem.code.clone());
            guard
                .access
                .denied(asked(principal.as_deref()), &target, &cause, problem.status, code);
            return problem.into_response();
        }
    };
    request.extensions_mut().insert(principal.clone());
    let is_read = matches!(method, Method::GET | Method::HEAD | Method::OPTIONS);
    let response = if is_read || unlogged {
        next.run(request).await
    } else {
        let write = guard.access.write(asked(Some(&principal)), &target, &cause);
        let response = write.run(next.run(request)).await;
        if response.status().is_success() {
            guard.access.done(&write);
        }
        response
    };
    let denial = response
        .extensions()
        .get::<Problem>()
        .filter(|problem| problem.is_denial());
    if let Some(problem) = denial {
        let code = Some(problem.code.clone());
        guard
            .access
            .denied(asked(Some(&principal)), &target, &cause, problem.status, code);
    }
    response
}

impl Guard {
    /// Who asks and by which route's leave; none where nobody needs to be known.
    fn judge(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<Option<(Principal, &Route)>, Refused> {
        let closed = || Problem::new(Kind::Forbidden, "auth.forbidden", "You may not do this.");
        // HEAD is GET without its body (RFC 9110, 9.3.2).
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let Some(route) = self.policy.route(method.as_str(), path) else {
            return Err(Refused(Box::new(closed()), None));
        };
        if route.public {
            return Ok(None);
        }
        let principal = self
            .authenticate(headers)
            .map_err(|problem| Refused(Box::new(problem), None))?;
        if route.admits(&principal) {
            Ok(Some((principal, route)))
        } else {
            Err(Refused(Box::new(closed()), Some(Box::new(principal))))
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
            let principal = self.identity.principal_of_key(key, self.clock.machine_now());
            let principal = principal.ok_or_else(refused)?;
            self.access.key_used(&principal);
            return Ok(principal);
        }
        let Some(bearer) = headers.get(header::AUTHORIZATION) else {
            return Err(unauthorized());
        };
        let token = bearer
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "))
            .ok_or_else(refused)?;
        let mut principal = self.tokens.verify(token).map_err(|_| refused())?;
        if self.identity.is_barred(&principal) {
            return Err(refused());
        }
        self.identity.resolve(&mut principal);
        Ok(principal)
    }
}

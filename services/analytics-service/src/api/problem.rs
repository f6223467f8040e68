//! The one map from what a use case refuses to what a client reads.

use crate::domain::scope::GrantRefused;
use crate::domain::user::UserRefused;
use crate::error::Error;
use chassis::problem::{Kind, Problem};

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let text = sentence(&error);
        match error {
            Error::SignInRefused => Problem::new(Kind::Unauthorized, "auth.failed", text),
            Error::Throttled { wait } => {
                let retry_after_s = wait.as_secs() + 1;
                Problem::new(Kind::TooManyRequests { retry_after_s }, "auth.throttled", text)
                    .param("retry_after_s", retry_after_s)
            }
            Error::RefreshRefused => Problem::new(Kind::Unauthorized, "auth.refresh_refused", text),
            Error::RefreshReused => Problem::new(Kind::Unauthorized, "auth.refresh_reused", text),
            Error::NotDefaultTenant => Problem::new(Kind::Forbidden, "tenant.not_default", text),
            Error::FleetNotVisible => Problem::new(Kind::Forbidden, "fleet.not_visible", text),
            Error::StreamFull => Problem::new(Kind::Unavailable, "stream.full", text),
            Error::TenantExists => Problem::new(Kind::Conflict, "tenant.exists", text).at("/tenant_id", "exists"),
            Error::UserExists => Problem::new(Kind::Conflict, "user.exists", text).at("/username", "exists"),
            Error::UserNotFound => Problem::new(Kind::NotFound, "user.not_found", text),
            Error::KeyNotFound => Problem::new(Kind::NotFound, "key.not_found", text),
            Error::KeyLifetime => {
                Problem::new(Kind::Unprocessable, "key.bad_lifetime", text).at("/expires_in_days", "range")
            }
            Error::Password(refused) => {
                Problem::new(Kind::Unprocessable, refused.code(), text).at("/password", "refused")
            }
            Error::User(refused) => user_problem(&refused, text),
            Error::Grant(refused) => grant_problem(&refused, text),
            Error::Store(_) | Error::Hashing(_) | Error::Signing(_) | Error::TaskEnded(_) | Error::Stopping(_) => {
                Problem::internal(&error)
            }
        }
    }
}

fn user_problem(refused: &UserRefused, text: String) -> Problem {
    let (kind, path) = match refused {
        UserRefused::LastAdmin => (Kind::Conflict, "/role"),
        UserRefused::AdminByKey => (Kind::Forbidden, "/role"),
        UserRefused::Username => (Kind::Unprocessable, "/username"),
        UserRefused::TooManyVehicles | UserRefused::Identifier => (Kind::Unprocessable, "/vehicle_ids"),
        UserRefused::TenantId => (Kind::Unprocessable, "/tenant_id"),
        UserRefused::Name => (Kind::Unprocessable, "/name"),
        UserRefused::Email => (Kind::Unprocessable, "/email"),
        UserRefused::Locale => (Kind::Unprocessable, "/locale"),
    };
    Problem::new(kind, refused.code(), text).at(path, "refused")
}

fn grant_problem(refused: &GrantRefused, text: String) -> Problem {
    let (kind, path) = match refused {
        GrantRefused::Empty => (Kind::Unprocessable, "/scopes"),
        GrantRefused::UnknownScope(scope) => {
            return Problem::new(Kind::Unprocessable, refused.code(), text)
                .param("scope", scope.as_str())
                .at("/scopes", "unknown");
        }
        GrantRefused::ScopeNotHeld(scope) => {
            return Problem::new(Kind::Forbidden, refused.code(), text)
                .param("scope", scope.as_str())
                .at("/scopes", "not_held");
        }
        GrantRefused::VehicleNotHeld => (Kind::Forbidden, "/vehicle_ids"),
        GrantRefused::TooManyVehicles => (Kind::Unprocessable, "/vehicle_ids"),
        GrantRefused::OwnerWithoutVehicles => (Kind::Unprocessable, "/vehicle_ids"),
        GrantRefused::OutlivesGranter => (Kind::Forbidden, "/expires_in_days"),
        GrantRefused::UserKey => (Kind::Forbidden, "/kind"),
    };
    Problem::new(kind, refused.code(), text).at(path, "refused")
}

/// Names the place in the body, in the words that the problem already uses.
trait At {
    fn at(self, path: &str, code: &str) -> Problem;
}

impl At for Problem {
    fn at(self, path: &str, code: &str) -> Problem {
        let text = self.detail.clone();
        self.error(path, code, text)
    }
}

/// An error's words as a sentence.
fn sentence(error: &Error) -> String {
    let words = error.to_string();
    let mut letters = words.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

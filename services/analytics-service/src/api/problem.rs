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
            Error::RefreshRaced => Problem::new(Kind::Conflict, "auth.refresh_raced", text),
            Error::ConsentNeeded => Problem::new(Kind::Forbidden, "auth.consent_needed", text),
            Error::ConsentNotFound => Problem::new(Kind::NotFound, "consent.not_found", text),
            Error::ConsentLifetime => {
                Problem::new(Kind::Unprocessable, "consent.bad_lifetime", text).at("/hours", "range")
            }
            Error::SessionNotFound => Problem::new(Kind::NotFound, "session.not_found", text),
            Error::InvitationNotFound => Problem::new(Kind::NotFound, "invitation.not_found", text),
            Error::InvitationLifetime => {
                Problem::new(Kind::Unprocessable, "invitation.bad_lifetime", text).at("/expires_in_hours", "range")
            }
            Error::TooManyIds => Problem::new(Kind::BadRequest, "request.too_many_ids", text).at("ids", "too_many"),
            Error::KeyOverlap => {
                Problem::new(Kind::Unprocessable, "key.bad_overlap", text).at("/overlap_hours", "range")
            }
            Error::KeyOver => Problem::new(Kind::Conflict, "key.over", text),
            Error::NotDefaultTenant => Problem::new(Kind::Forbidden, "tenant.not_default", text),
            Error::FleetNotVisible => Problem::new(Kind::Forbidden, "fleet.not_visible", text),
            Error::Period(_) => Problem::new(Kind::Unprocessable, "period.refused", text).at("/to", "refused"),
            Error::KpiNotFound => Problem::new(Kind::NotFound, "kpi.not_found", text),
            Error::TooManyFacts => Problem::new(Kind::Unprocessable, "period.too_much", text).at("/from", "refused"),
            Error::ReportNotFound => Problem::new(Kind::NotFound, "report.not_found", text),
            Error::ScheduleNotFound => Problem::new(Kind::NotFound, "schedule.not_found", text),
            Error::ScheduleRefused => {
                Problem::new(Kind::Unprocessable, "schedule.refused", text).at("/recipient_ids", "refused")
            }
            Error::RebuildRunning => Problem::new(Kind::Conflict, "rebuild.running", text),
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
            Error::Report(_) | Error::Archive(_) => Problem::internal(&error),
            Error::Store(_) | Error::Hashing(_) | Error::Signing(_) | Error::TaskEnded(_) | Error::Stopping(_) => {
                Problem::internal(&error)
            }
        }
    }
}

fn user_problem(refused: &UserRefused, text: String) -> Problem {
    let (kind, path) = match refused {
        UserRefused::LastAdmin => (Kind::Conflict, "/role"),
        UserRefused::AdminByKey | UserRefused::RoleByKey => (Kind::Forbidden, "/role"),
        UserRefused::VehicleNotHeld => (Kind::Forbidden, "/vehicle_ids"),
        UserRefused::PasswordByKey => (Kind::Forbidden, "/password"),
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
        GrantRefused::SupportKey => (Kind::Unprocessable, "/role"),
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

//! Everything that a use case can refuse or fail with, in the words of the domain.

use crate::domain::kpi::PeriodRefused;
use crate::domain::password::PasswordRefused;
use crate::domain::scope::GrantRefused;
use crate::domain::user::UserRefused;
use std::time::Duration;
use thiserror::Error;

/// Why a use case did not do what was asked.
#[derive(Debug, Error)]
pub enum Error {
    #[error("user name or password is wrong, or the user may not sign in")]
    SignInRefused,
    #[error("too many failed sign-ins")]
    Throttled { wait: Duration },
    #[error("the refresh token is not valid, or its session is over")]
    RefreshRefused,
    #[error("the refresh token was used before, so its session has been ended")]
    RefreshReused,
    #[error("another tab of the browser was quicker; try again with its newer cookie")]
    RefreshRaced,
    #[error("the tenant has given no consent that SUPPORT reads its data now")]
    ConsentNeeded,
    #[error("there is no consent with this id")]
    ConsentNotFound,
    #[error("a consent lasts for 1 to {} hours", crate::domain::consent::HOURS_MAX)]
    ConsentLifetime,
    #[error("there is no session of yours with this id")]
    SessionNotFound,
    #[error("the invitation is not known, used, taken back or over")]
    InvitationNotFound,
    #[error("an invitation lasts for 1 to {} hours", crate::domain::invitation::HOURS_MAX)]
    InvitationLifetime,
    #[error("at most {} ids can be asked for at once", crate::use_cases::list_names::IDS_MAX)]
    TooManyIds,
    #[error("the overlap is 0 to {} hours", crate::use_cases::rotate_key::OVERLAP_HOURS_MAX)]
    KeyOverlap,
    #[error("the key is revoked, over or replaced already")]
    KeyOver,
    #[error("only the default tenant's administration may do this")]
    NotDefaultTenant,
    #[error(
        "a key limited to some vehicles cannot let reports come, and sums over more than 19,999 vehicles are shown to those who see the whole fleet"
    )]
    FleetNotVisible,
    #[error(transparent)]
    Period(#[from] PeriodRefused),
    #[error("there is no key figure of this name")]
    KpiNotFound,
    #[error("the period holds more than can be summed at once, ask for a shorter one")]
    TooManyFacts,
    #[error("there is no report with this id")]
    ReportNotFound,
    #[error("there is no schedule with this id")]
    ScheduleNotFound,
    #[error("a tenant has 50 schedules at most, each with 1 to 50 recipients who are its users")]
    ScheduleRefused,
    #[error("the report could not be written: {0}")]
    Report(String),
    #[error("the read models are being rebuilt")]
    RebuildRunning,
    #[error("an archive could not be read")]
    Archive(#[source] anyhow::Error),
    #[error("as many clients follow the stream as can be served")]
    StreamFull,
    #[error("there is a tenant with this id")]
    TenantExists,
    #[error("there is a user with this name")]
    UserExists,
    #[error("there is no user with this id")]
    UserNotFound,
    #[error("there is no key with this id")]
    KeyNotFound,
    #[error("a key lives for 1 to 3650 days")]
    KeyLifetime,
    #[error(transparent)]
    Password(#[from] PasswordRefused),
    #[error(transparent)]
    User(#[from] UserRefused),
    #[error(transparent)]
    Grant(#[from] GrantRefused),
    #[error("the database failed")]
    Store(#[from] chassis::DbError),
    #[error("a password could not be hashed")]
    Hashing(#[from] bcrypt::BcryptError),
    #[error("the token could not be signed")]
    Signing(#[from] chassis::identity::TokenError),
    #[error("the hashing task ended early")]
    TaskEnded(#[from] tokio::task::JoinError),
    #[error("the service is stopping")]
    Stopping(#[from] tokio::sync::AcquireError),
}

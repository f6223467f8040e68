//! Everything that a use case can refuse or fail with, in the words of the domain.

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
    #[error("only the default tenant's administration may do this")]
    NotDefaultTenant,
    #[error("a key or person limited to some vehicles cannot see the whole fleet")]
    FleetNotVisible,
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

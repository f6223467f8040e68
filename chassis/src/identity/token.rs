//! Access tokens: JWT (RFC 7519), HS256, with a key id so that secrets can be rotated without a pause.

use std::collections::HashMap;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::{Principal, PrincipalKind, Role};
use crate::config::AuthConfig;
use crate::ids::TenantId;

/// The claims of an access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    /// User id.
    pub sub: String,
    /// Session id.
    pub sid: String,
    /// Seconds since the epoch, machine time.
    pub iat: i64,
    pub exp: i64,
    pub role: String,
    pub tenant_id: String,
    /// Groups whose members the person may see; none: all, or what `vehicle_ids` names.
    #[serde(default)]
    pub scope: Vec<String>,
    /// At most 50: what the person may see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicle_ids: Option<Vec<String>>,
}

/// Why a token was refused or could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("the token secret needs at least 32 bytes")]
    WeakSecret,
    #[error("the token is not valid")]
    Invalid(#[source] jsonwebtoken::errors::Error),
    #[error("the token names a key id that is not known here")]
    UnknownKey,
    #[error("the token names a role that does not exist")]
    UnknownRole,
}

/// Signs and verifies access tokens.
#[derive(Clone)]
pub struct Tokens {
    issuer: String,
    kid: String,
    signing: EncodingKey,
    keys: HashMap<String, DecodingKey>,
    validation: Validation,
}

impl Tokens {
    /// From configuration: the active secret and, during a rotation, the previous one.
    pub fn new(config: &AuthConfig) -> Result<Self, TokenError> {
        let secret = config.token_secret.reveal();
        if secret.len() < 32 {
            return Err(TokenError::WeakSecret);
        }
        let mut keys = HashMap::from([(config.token_kid.clone(), DecodingKey::from_secret(secret.as_bytes()))]);
        if !config.previous_token_secret.is_empty() {
            let previous = config.previous_token_secret.reveal();
            if previous.len() < 32 {
                return Err(TokenError::WeakSecret);
            }
            keys.insert(
                config.previous_token_kid.clone(),
                DecodingKey::from_secret(previous.as_bytes()),
            );
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&config.issuer]);
        validation.set_audience(&[&config.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.leeway = 5;
        Ok(Self {
            issuer: config.issuer.clone(),
            kid: config.token_kid.clone(),
            signing: EncodingKey::from_secret(secret.as_bytes()),
            keys,
            validation,
        })
    }

    /// The issuer that tokens of this house carry.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Signs claims with the active key.
    pub fn sign(&self, claims: &Claims) -> Result<String, TokenError> {
        let header = Header {
            kid: Some(self.kid.clone()),
            ..Header::new(Algorithm::HS256)
        };
        jsonwebtoken::encode(&header, claims, &self.signing).map_err(TokenError::Invalid)
    }

    /// Verifies signature, issuer, audience and expiry, and says who it is.
    pub fn verify(&self, token: &str) -> Result<Principal, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(TokenError::Invalid)?;
        let key = header
            .kid
            .as_ref()
            .and_then(|kid| self.keys.get(kid))
            .ok_or(TokenError::UnknownKey)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation)
            .map_err(TokenError::Invalid)?
            .claims;
        let role = Role::parse(&claims.role).ok_or(TokenError::UnknownRole)?;
        // An owner sees what the token names, never everything.
        let vehicle_ids = if role == Role::Owner {
            Some(claims.vehicle_ids.unwrap_or_default())
        } else {
            claims.vehicle_ids
        };
        Ok(Principal {
            tenant: TenantId::new(&claims.tenant_id),
            role: Some(role),
            subject: claims.sub,
            kind: PrincipalKind::User,
            scopes: Vec::new(),
            vehicle_ids,
            session_id: Some(claims.sid),
            groups: claims.scope,
        })
    }
}

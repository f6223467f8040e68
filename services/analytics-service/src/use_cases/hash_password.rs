//! Hashes and compares passwords with bcrypt, away from the threads that serve requests and only a few at once.

use crate::domain::password::BYTES_MAX;
use crate::error::Error;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Hashes passwords. Cheap to clone.
#[derive(Clone)]
pub struct Hasher {
    cost: u32,
    permits: Arc<Semaphore>,
    /// A hash of no known password, compared with when the user does not exist, so that both take the same time.
    decoy: Arc<str>,
}

impl Hasher {
    /// With bcrypt's cost (4 to 31) and the number of hashes made at the same time.
    pub fn new(cost: u32, at_once_max: usize) -> Hasher {
        let decoy = format!("$2b${cost:02}$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW").into();
        Hasher {
            cost,
            permits: Arc::new(Semaphore::new(at_once_max.max(1))),
            decoy,
        }
    }

    /// Hashes a password that the policy has accepted.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        let cost = self.cost;
        let _permit = self.permits.acquire().await?;
        Ok(tokio::task::spawn_blocking(move || bcrypt::hash(password, cost)).await??)
    }

    /// Whether the password belongs to the hash; without a hash the answer is no, after the same work.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        let known = hash.is_some() && password.len() <= BYTES_MAX;
        let hash = hash.unwrap_or_else(|| self.decoy.to_string());
        let _permit = self.permits.acquire().await?;
        let equal = tokio::task::spawn_blocking(move || bcrypt::verify(password, &hash)).await??;
        Ok(equal && known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_decoy_costs_the_same_and_never_matches() {
        let hasher = Hasher::new(4, 1);
        let hash = hasher.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$2b$04$") && hasher.decoy.starts_with("$2b$04$"));
        assert!(hasher.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify("wrong".into(), Some(hash)).await.unwrap());
        assert!(!hasher.verify("anything".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_longer_password_that_begins_alike_is_refused() {
        let hasher = Hasher::new(4, 1);
        let password = "abcd".repeat(18);
        let hash = hasher.hash(password.clone()).await.unwrap();
        assert!(!hasher.verify(format!("{password}x"), Some(hash)).await.unwrap());
    }
}

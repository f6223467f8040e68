//! The local copy of identity: keys, revoked sessions, disabled users and tenants, from `identity.*` events.
//!
//! Rows are the truth and survive restarts; memory answers requests. It holds ids and hashes, never names.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use parking_lot::RwLock;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{DEFAULT_TENANT, Principal, PrincipalKind, Role};
use crate::config::Secret;
use crate::database::{Database, DbError, Tx};
use crate::event::{Event, HandleError};
use crate::ids::{TenantId, hex};
use crate::on;

/// The hash under which a key is kept: SHA-256, hexadecimal. Keys are random, so no slow hash is needed.
pub fn key_hash(key: &str) -> String {
    hex(&Sha256::digest(key.as_bytes()))
}

/// What a caller of groups may see at most; who sees more than this is better not limited to groups. Bounds each request's list.
const VISIBLE_MAX: usize = 20_000;

/// Judges keys and sessions. Cheap to clone.
#[derive(Clone)]
pub struct IdentityCopy {
    memory: Arc<RwLock<Memory>>,
    /// Version of the rows that memory was last read from.
    version: Arc<AtomicI64>,
    bootstrap_hash: Option<String>,
}

#[derive(Default)]
struct Memory {
    keys: HashMap<String, Key>,
    hash_of_key: HashMap<(String, String), String>,
    /// With the time at which their last token has run out anyway.
    revoked_sessions: HashMap<(String, String), DateTime<Utc>>,
    disabled_users: HashSet<(String, String)>,
    suspended_tenants: HashSet<String>,
    /// Members of each group of a tenant, and the groups of each member.
    members: HashMap<(String, String), BTreeSet<String>>,
    groups: HashMap<(String, String), Vec<String>>,
}

#[derive(Clone)]
struct Key {
    principal: Principal,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct KeyIssued {
    key_id: String,
    kind: String,
    hash: String,
    role: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    vehicle_ids: Option<Vec<String>>,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct KeyRevoked {
    key_id: String,
}

#[derive(Deserialize)]
struct SessionRevoked {
    session_id: String,
    expires_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct UserChanged {
    user_id: String,
    role: String,
    status: String,
}

/// Which groups something belongs to. Groups are opaque here: what is in one, the identity owner says.
#[derive(Deserialize)]
struct MemberPlaced {
    member_id: String,
    groups: Vec<String>,
}

#[derive(Deserialize)]
struct TenantChanged {
    tenant_id: String,
    status: String,
}

impl IdentityCopy {
    /// Reads the rows into memory.
    pub(crate) async fn load(database: &Database, bootstrap_key: &Secret) -> Result<Self, DbError> {
        let (memory, version) = Memory::read(database).await?;
        let bootstrap_hash = (!bootstrap_key.is_empty()).then(|| key_hash(bootstrap_key.reveal()));
        Ok(Self {
            memory: Arc::new(RwLock::new(memory)),
            version: Arc::new(AtomicI64::new(version)),
            bootstrap_hash,
        })
    }

    /// Reads the rows again if another instance of the service has changed them.
    pub(crate) async fn refresh(&self, database: &Database) -> Result<(), DbError> {
        let mut tx = database.read().await?;
        if version(&mut tx).await? == self.version.load(Ordering::Acquire) {
            return Ok(());
        }
        drop(tx);
        let (memory, version) = Memory::read(database).await?;
        *self.memory.write() = memory;
        self.version.store(version, Ordering::Release);
        Ok(())
    }

    /// Who a key belongs to, if it is known, not revoked and not expired at `now` (machine time).
    pub fn principal_of_key(&self, key: &str, now: DateTime<Utc>) -> Option<Principal> {
        let hash = key_hash(key);
        if let Some(bootstrap) = &self.bootstrap_hash
            && bool::from(bootstrap.as_bytes().ct_eq(hash.as_bytes()))
        {
            return Some(bootstrap_principal());
        }
        let memory = self.memory.read();
        let found = memory.keys.get(&hash)?;
        let alive = found.expires_at.is_none_or(|expires| expires > now);
        (alive && !memory.is_barred(&found.principal)).then(|| found.principal.clone())
    }

    /// Says whom a caller of groups may see, as it stands now. An owner also sees what belongs to the group of their own name.
    pub(crate) fn resolve(&self, principal: &mut Principal) {
        let mut groups = std::mem::take(&mut principal.groups);
        if principal.role == Some(Role::Owner) && principal.session_id.is_some() {
            groups.push(format!("person:{}", principal.subject));
        }
        if groups.is_empty() {
            return;
        }
        let mut visible: BTreeSet<String> = principal.vehicle_ids.take().unwrap_or_default().into_iter().collect();
        let memory = self.memory.read();
        for group in groups {
            let members = memory.members.get(&(principal.tenant.as_str().to_owned(), group));
            let room = VISIBLE_MAX.saturating_sub(visible.len());
            visible.extend(members.into_iter().flatten().take(room).cloned());
        }
        principal.vehicle_ids = Some(visible.into_iter().collect());
    }

    /// Whether a token's session, user or tenant was barred since it was signed.
    pub fn is_barred(&self, principal: &Principal) -> bool {
        self.memory.read().is_barred(principal)
    }

    /// Writes what an identity event says; other events are passed over.
    pub(crate) async fn apply(&self, event: &Event, tx: &mut Tx) -> Result<(), HandleError> {
        if !event.kind.starts_with("identity.") {
            return Ok(());
        }
        on!(tx, c => sqlx::query("UPDATE identity_version SET version = version + 1").run(c).await)?;
        let tenant = event.tenant.as_str();
        match event.kind.as_str() {
            "identity.key.issued" => insert_key(tx, tenant, &event.parse()?).await?,
            "identity.key.revoked" => {
                let revoked: KeyRevoked = event.parse()?;
                on!(tx, c => sqlx::query("UPDATE identity_key SET revoked = TRUE WHERE tenant_id = $1 AND key_id = $2")
                    .bind(tenant).bind(revoked.key_id).run(c).await)?;
            }
            "identity.session.revoked" => {
                let revoked: SessionRevoked = event.parse()?;
                on!(tx, c => sqlx::query("DELETE FROM identity_revoked_session WHERE expires_at < $1")
                    .bind(event.recorded_time).run(c).await)?;
                on!(tx, c => sqlx::query("INSERT INTO identity_revoked_session (tenant_id, session_id, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                    .bind(tenant).bind(revoked.session_id).bind(revoked.expires_at).run(c).await)?;
            }
            "identity.user.changed" => {
                let user: UserChanged = event.parse()?;
                on!(tx, c => sqlx::query(
                    "INSERT INTO identity_user (tenant_id, user_id, role, status) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = excluded.role, status = excluded.status")
                    .bind(tenant).bind(user.user_id).bind(user.role).bind(user.status).run(c).await)?;
            }
            "identity.member.placed" => {
                let placed: MemberPlaced = event.parse()?;
                on!(tx, c => sqlx::query(
                    "INSERT INTO identity_member (tenant_id, member_id, groups) VALUES ($1, $2, $3)
                     ON CONFLICT (tenant_id, member_id) DO UPDATE SET groups = excluded.groups")
                    .bind(tenant).bind(placed.member_id).bind(serde_json::json!(placed.groups).to_string()).run(c).await)?;
            }
            "identity.tenant.changed" => {
                let changed: TenantChanged = event.parse()?;
                on!(tx, c => sqlx::query(
                    "INSERT INTO identity_tenant (tenant_id, status) VALUES ($1, $2)
                     ON CONFLICT (tenant_id) DO UPDATE SET status = excluded.status")
                    .bind(changed.tenant_id).bind(changed.status).run(c).await)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether an identity event can only take rights away. Such a one may be applied late: of the others a later one may have come meanwhile,
    /// which it would undo.
    pub(crate) fn takes_away(event: &Event) -> bool {
        let is_ended = |status: &str| status != "ACTIVE";
        match event.kind.as_str() {
            "identity.key.revoked" | "identity.session.revoked" => true,
            "identity.user.changed" => event.parse::<UserChanged>().is_ok_and(|user| is_ended(&user.status)),
            "identity.tenant.changed" => event
                .parse::<TenantChanged>()
                .is_ok_and(|tenant| is_ended(&tenant.status)),
            _ => false,
        }
    }

    /// Takes committed identity events into memory.
    pub(crate) fn remember(&self, batch: &[Event]) {
        for event in batch.iter().filter(|event| event.kind.starts_with("identity.")) {
            self.memory.write().remember(event);
        }
    }
}

async fn version(tx: &mut Tx) -> Result<i64, DbError> {
    on!(tx, c => sqlx::query_scalar("SELECT version FROM identity_version").fetch_one(c).await)
}

async fn insert_key(tx: &mut Tx, tenant: &str, key: &KeyIssued) -> Result<(), DbError> {
    let scopes = key.scopes.join(" ");
    let vehicle_ids = key.vehicle_ids.as_ref().map(|ids| serde_json::json!(ids).to_string());
    on!(tx, c => sqlx::query(
        "INSERT INTO identity_key (tenant_id, key_id, hash, kind, role, scopes, vehicle_ids, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (tenant_id, key_id) DO UPDATE SET scopes = excluded.scopes, role = excluded.role,
             vehicle_ids = excluded.vehicle_ids, expires_at = excluded.expires_at")
        .bind(tenant).bind(&key.key_id).bind(&key.hash).bind(&key.kind).bind(key.role.as_deref())
        .bind(scopes).bind(vehicle_ids).bind(key.expires_at).run(c).await)?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    tenant_id: String,
    key_id: String,
    hash: String,
    kind: String,
    role: Option<String>,
    scopes: String,
    vehicle_ids: Option<String>,
    expires_at: Option<DateTime<Utc>>,
}

impl Memory {
    /// All rows, with their version.
    async fn read(database: &Database) -> Result<(Self, i64), DbError> {
        let mut memory = Self::default();
        let mut tx = database.read().await?;
        let keys: Vec<KeyRow> = on!(tx, c => sqlx::query_as(
            "SELECT tenant_id, key_id, hash, kind, role, scopes, vehicle_ids, expires_at FROM identity_key WHERE revoked = FALSE")
            .fetch_all(c).await)?;
        for row in keys {
            memory.insert_key(row);
        }
        let sessions: Vec<(String, String, DateTime<Utc>)> = on!(tx, c => sqlx::query_as(
            "SELECT tenant_id, session_id, expires_at FROM identity_revoked_session").fetch_all(c).await)?;
        memory.revoked_sessions = sessions
            .into_iter()
            .map(|(tenant, session, expires_at)| ((tenant, session), expires_at))
            .collect();
        let users: Vec<(String, String)> = on!(tx, c => sqlx::query_as("SELECT tenant_id, user_id FROM identity_user WHERE status <> 'ACTIVE'").fetch_all(c).await)?;
        memory.disabled_users = users.into_iter().collect();
        let tenants: Vec<(String,)> = on!(tx, c => sqlx::query_as("SELECT tenant_id FROM identity_tenant WHERE status <> 'ACTIVE'").fetch_all(c).await)?;
        memory.suspended_tenants = tenants.into_iter().map(|(tenant,)| tenant).collect();
        let members: Vec<(String, String, String)> = on!(tx, c => sqlx::query_as("SELECT tenant_id, member_id, groups FROM identity_member").fetch_all(c).await)?;
        for (tenant, member, groups) in members {
            memory.place(tenant, member, serde_json::from_str(&groups).unwrap_or_default());
        }
        let version = version(&mut tx).await?;
        Ok((memory, version))
    }

    fn is_barred(&self, principal: &Principal) -> bool {
        let tenant = principal.tenant.as_str();
        let owned = |id: &str| (tenant.to_owned(), id.to_owned());
        self.suspended_tenants.contains(tenant)
            || principal
                .session_id
                .as_ref()
                .is_some_and(|session| self.revoked_sessions.contains_key(&owned(session)))
            || (principal.kind == PrincipalKind::User && self.disabled_users.contains(&owned(&principal.subject)))
    }

    fn place(&mut self, tenant: String, member: String, groups: Vec<String>) {
        let place = (tenant, member);
        for left in self.groups.remove(&place).unwrap_or_default() {
            let group = (place.0.clone(), left);
            if let Some(members) = self.members.get_mut(&group) {
                members.remove(&place.1);
                if members.is_empty() {
                    self.members.remove(&group);
                }
            }
        }
        for group in &groups {
            let group = (place.0.clone(), group.clone());
            self.members.entry(group).or_default().insert(place.1.clone());
        }
        if !groups.is_empty() {
            self.groups.insert(place, groups);
        }
    }

    fn insert_key(&mut self, row: KeyRow) {
        let kind = match row.kind.as_str() {
            "DEVICE" => PrincipalKind::Device,
            "USER" => PrincipalKind::User,
            _ => PrincipalKind::Service,
        };
        let principal = Principal {
            tenant: TenantId::new(&row.tenant_id),
            subject: row.key_id.clone(),
            kind,
            role: row.role.as_deref().and_then(Role::parse),
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            vehicle_ids: row.vehicle_ids.and_then(|json| serde_json::from_str(&json).ok()),
            session_id: None,
            groups: Vec::new(),
        };
        self.hash_of_key.insert((row.tenant_id, row.key_id), row.hash.clone());
        self.keys.insert(
            row.hash,
            Key {
                principal,
                expires_at: row.expires_at,
            },
        );
    }

    fn remember(&mut self, event: &Event) {
        let tenant = event.tenant.as_str().to_owned();
        match event.kind.as_str() {
            "identity.key.issued" => {
                if let Ok(key) = event.parse::<KeyIssued>() {
                    self.insert_key(KeyRow {
                        tenant_id: tenant,
                        key_id: key.key_id,
                        hash: key.hash,
                        kind: key.kind,
                        role: key.role,
                        scopes: key.scopes.join(" "),
                        vehicle_ids: key.vehicle_ids.map(|ids| serde_json::json!(ids).to_string()),
                        expires_at: key.expires_at,
                    });
                }
            }
            "identity.key.revoked" => {
                if let Ok(key) = event.parse::<KeyRevoked>()
                    && let Some(hash) = self.hash_of_key.remove(&(tenant, key.key_id))
                {
                    self.keys.remove(&hash);
                }
            }
            "identity.session.revoked" => {
                if let Ok(session) = event.parse::<SessionRevoked>() {
                    // What has run out by itself need not be remembered.
                    self.revoked_sessions
                        .retain(|_, expires_at| *expires_at > event.recorded_time);
                    self.revoked_sessions
                        .insert((tenant, session.session_id), session.expires_at);
                }
            }
            "identity.user.changed" => {
                if let Ok(user) = event.parse::<UserChanged>() {
                    let key = (tenant, user.user_id);
                    if user.status == "ACTIVE" {
                        self.disabled_users.remove(&key)
                    } else {
                        self.disabled_users.insert(key)
                    };
                }
            }
            "identity.member.placed" => {
                if let Ok(placed) = event.parse::<MemberPlaced>() {
                    self.place(tenant, placed.member_id, placed.groups);
                }
            }
            "identity.tenant.changed" => {
                if let Ok(changed) = event.parse::<TenantChanged>() {
                    let id = changed.tenant_id;
                    if changed.status == "ACTIVE" {
                        self.suspended_tenants.remove(&id)
                    } else {
                        self.suspended_tenants.insert(id)
                    };
                }
            }
            _ => {}
        }
    }
}

fn bootstrap_principal() -> Principal {
    Principal {
        tenant: TenantId::new(DEFAULT_TENANT),
        subject: "key_bootstrap".to_owned(),
        kind: PrincipalKind::Service,
        role: None,
        scopes: vec!["*".to_owned()],
        vehicle_ids: None,
        session_id: None,
        groups: Vec::new(),
    }
}

//! Forged tokens, secrets that are rotated, and the log of who wrote and who was refused.

use chassis::Role;
use chassis::config::{AuthConfig, Secret};
use chassis::identity::{Claims, TokenError, Tokens};
use chassis::testing::{TOKEN_SECRET, TestRuntime, TestService, eventually, key_issued, token};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::toy;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn tokens(kid: &str, secret: &str, previous: Option<(&str, &str)>) -> Tokens {
    let (previous_kid, previous_secret) = previous.unwrap_or_default();
    Tokens::new(&AuthConfig {
        issuer: "carvrooom".to_owned(),
        audience: "carvrooom".to_owned(),
        token_kid: kid.to_owned(),
        token_secret: Secret::new(secret),
        previous_token_kid: previous_kid.to_owned(),
        previous_token_secret: Secret::new(previous_secret),
        bootstrap_key: Secret::default(),
    })
    .expect("secrets that are long enough")
}

fn claims(lives_s: i64) -> Claims {
    let now = Utc::now().timestamp();
    Claims {
        iss: "carvrooom".to_owned(),
        aud: "carvrooom".to_owned(),
        sub: "usr_1".to_owned(),
        sid: "ses_1".to_owned(),
        iat: now,
        exp: now + lives_s,
        role: "ADMIN".to_owned(),
        tenant_id: "ten_a".to_owned(),
        scope: Vec::new(),
        vehicle_ids: None,
    }
}

/// Attack: a token of a secret that was rotated away, or of a key id that never was.
#[test]
fn a_rotated_secret_verifies_until_it_is_taken_away() {
    let (first, second) = (
        "the first secret, which is long enough",
        "the second secret, also long enough",
    );
    let before = tokens("k1", first, None);
    let old = before.sign(&claims(600)).expect("signed");
    let during = tokens("k2", second, Some(("k1", first)));
    let new = during.sign(&claims(600)).expect("signed");
    assert_eq!(during.verify(&old).expect("the old one is good").subject, "usr_1");
    assert_eq!(during.verify(&new).expect("the new one is good").subject, "usr_1");
    assert!(
        matches!(before.verify(&new), Err(TokenError::UnknownKey)),
        "k2 is not known before"
    );
    let after = tokens("k2", second, None);
    assert!(matches!(after.verify(&old), Err(TokenError::UnknownKey)));
    assert!(after.verify(&new).is_ok());
    // The secret of another key id does not help.
    let mislabelled = tokens("k2", first, None).sign(&claims(600)).expect("signed");
    assert!(matches!(after.verify(&mislabelled), Err(TokenError::Invalid(_))));
    let over = during.sign(&claims(-60)).expect("signed");
    assert!(
        matches!(during.verify(&over), Err(TokenError::Invalid(_))),
        "over is over"
    );
}

async fn write(served: &TestService, token: &str) -> u16 {
    let request = reqwest::Client::new()
        .post(served.url("/api/v1/notes/n1"))
        .bearer_auth(token);
    request
        .json(&json!({"text": "t"}))
        .send()
        .await
        .expect("answered")
        .status()
        .as_u16()
}

async fn lines(test: &TestRuntime, outcome: &str) -> Vec<Value> {
    let told = test.access_recorded("toy-service").await;
    let data = told.iter().map(|event| event.parse::<Value>().expect("JSON"));
    let lines = data.flat_map(|data| data["lines"].as_array().cloned().unwrap_or_default());
    lines.filter(|line| line["outcome"] == outcome).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_told_with_its_transaction_and_a_refusal_is_counted() {
    let test = TestRuntime::start(NOW);
    let identity = test.producer("analytics-service").await;
    let (_, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    let admin = token("ten_a", Role::Admin, "usr_1", None);
    for _ in 0..3 {
        assert_eq!(write(&served, &admin).await, 200);
    }
    let owner = token("ten_a", Role::Owner, "usr_2", None);
    for _ in 0..40 {
        assert_eq!(write(&served, &owner).await, 403);
        assert_eq!(write(&served, "nonsense").await, 401);
    }
    let refused = eventually("all refusals", || async {
        let lines = lines(&test, "DENIED").await;
        let count: i64 = lines.iter().filter_map(|line| line["count"].as_i64()).sum();
        (count == 80).then_some(lines)
    })
    .await;
    assert!(refused.len() <= 8, "a flood is a few lines: {refused:?}");
    let known = refused
        .iter()
        .find(|line| line["status"] == 403)
        .expect("a known caller");
    assert_eq!(
        (&known["actor_id"], &known["role"], &known["code"]),
        (&json!("usr_2"), &json!("OWNER"), &json!("auth.forbidden"))
    );
    assert!(
        refused
            .iter()
            .any(|line| line["actor_kind"] == "NOBODY" && line["actor_id"] == Value::Null)
    );
    let done = lines(&test, "DONE").await;
    assert_eq!(done.len(), 3, "one for each write: {done:?}");
    assert_eq!(
        (&done[0]["actor_id"], &done[0]["path"]),
        (&json!("usr_1"), &json!("/api/v1/notes/n1"))
    );
    // A key's use is told too.
    let issued = key_issued("key_1", "cvk_b", "SERVICE", &["notes:write"]);
    identity
        .deliver("identity.key.issued", "ten_b", "key_1", NOW, issued)
        .await;
    eventually("the key's use", || async {
        let post = reqwest::Client::new()
            .post(served.url("/api/v1/notes/n2"))
            .header("x-api-key", "cvk_b");
        post.json(&json!({"text": "t"})).send().await.expect("answered");
        let told = test.access_recorded("toy-service").await;
        let used = |event: &chassis::Event| {
            event
                .parse::<Value>()
                .is_ok_and(|data| data["keys_used"][0]["key_id"] == "key_1")
        };
        told.iter().any(used).then_some(())
    })
    .await;
    served.stop().await;
}

/// Attack: methods that nobody knows, each another one, as long as a head may be.
#[tokio::test(flavor = "multi_thread")]
async fn unknown_methods_are_one_line_and_head_is_a_get() {
    let test = TestRuntime::start(NOW);
    let (_, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    let client = reqwest::Client::new();
    for number in 0..20 {
        let method = format!("{}{number}", "A".repeat(1_000)).parse().expect("a token");
        let answer = client.request(method, served.url("/api/v1/notes/n1")).send().await;
        assert_eq!(answer.expect("answered").status(), 403);
    }
    let refused = eventually("all refusals", || async {
        let lines = lines(&test, "DENIED").await;
        let count: i64 = lines.iter().filter_map(|line| line["count"].as_i64()).sum();
        (count == 20).then_some(lines)
    })
    .await;
    assert!(refused.iter().all(|line| line["method"] == "OTHER"), "{refused:?}");
    let probed = client.head(served.url("/health")).send().await.expect("answered");
    assert_eq!(probed.status(), 200);
    served.stop().await;
}

/// Attack: a token with `alg: none`, another algorithm, an unknown key id, a changed tenant or role, cut short, or over.
#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_token_opens_nothing() {
    let test = TestRuntime::start(NOW);
    let (_, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    let good = token("ten_a", Role::Admin, "usr_1", None);
    assert_eq!(write(&served, &good).await, 200);
    for (what, forged) in forgeries(&good) {
        assert_eq!(write(&served, &forged).await, 401, "{what}");
    }
    let over = tokens("k1", TOKEN_SECRET, None).sign(&claims(-60)).expect("signed");
    assert_eq!(write(&served, &over).await, 401, "over");
    let foreign = tokens("k1", "a secret of somebody else, long enough", None)
        .sign(&claims(600))
        .expect("signed");
    assert_eq!(write(&served, &foreign).await, 401, "another house's secret");
    served.stop().await;
}

/// What can be made of a good token without its secret.
fn forgeries(good: &str) -> Vec<(&'static str, String)> {
    let parts: Vec<&str> = good.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    let encode = |value: Value| base64_url(value.to_string().as_bytes());
    let claims = |change: &dyn Fn(&mut Value)| {
        let mut claims = json!({"iss": "carvrooom", "aud": "carvrooom", "sub": "usr_1", "sid": "ses_1", "iat": 0,
            "exp": Utc::now().timestamp() + 600, "role": "ADMIN", "tenant_id": "ten_a"});
        change(&mut claims);
        encode(claims)
    };
    let none = encode(json!({"alg": "none", "typ": "JWT", "kid": "k1"}));
    let other_kid = encode(json!({"alg": "HS256", "typ": "JWT", "kid": "k9"}));
    let no_kid = encode(json!({"alg": "HS256", "typ": "JWT"}));
    let other_algorithm = encode(json!({"alg": "HS512", "typ": "JWT", "kid": "k1"}));
    let other_tenant = claims(&|claims| claims["tenant_id"] = json!("ten_b"));
    let long_life = claims(&|claims| claims["exp"] = json!(4_000_000_000_i64));
    vec![
        ("alg none, unsigned", format!("{none}.{payload}.")),
        ("alg none, signed", format!("{none}.{payload}.{signature}")),
        ("an unknown key id", format!("{other_kid}.{payload}.{signature}")),
        ("no key id", format!("{no_kid}.{payload}.{signature}")),
        ("another algorithm", format!("{other_algorithm}.{payload}.{signature}")),
        ("another tenant", format!("{header}.{other_tenant}.{signature}")),
        ("a longer life", format!("{header}.{long_life}.{signature}")),
        ("no signature", format!("{header}.{payload}.")),
        ("two parts", format!("{header}.{payload}")),
        ("cut short", good[..good.len() - 1].to_owned()),
        ("half of it", good[..good.len() / 2].to_owned()),
        ("a letter more", format!("{good}A")),
    ]
}

/// Base64url without padding (RFC 4648, 5).
fn base64_url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(LETTERS[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

/// A revocation that could not be understood and is replayed later ends the key; what gives rights is not replayed, for it may be outdated.
#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_letter_of_identity_takes_rights_away_and_gives_none() {
    let test = TestRuntime::start(NOW);
    let identity = test.producer("analytics-service").await;
    let (_, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    let issued = key_issued("key_1", "cvk_b", "SERVICE", &["notes:write"]);
    identity
        .deliver("identity.key.issued", "default", "key_1", NOW, issued)
        .await;
    let post = |key: &'static str, path: &str| {
        let request = reqwest::Client::new().post(served.url(path)).header("x-api-key", key);
        async move {
            request
                .json(&json!({"text": "t"}))
                .send()
                .await
                .expect("answered")
                .status()
        }
    };
    let works = async || post("cvk_b", "/api/v1/notes/n1").await == 200;
    eventually("the key", || async { works().await.then_some(()) }).await;
    let letters = [("identity.key.revoked", 200), ("identity.user.changed", 409)];
    let mut ids = Vec::new();
    for (kind, _) in letters {
        // The service does not understand it.
        ids.push(
            identity
                .deliver(kind, "default", "key_1", NOW, json!({"other": 1}))
                .await,
        );
    }
    let database = test.database_of(&toy::DEFINITION).await;
    for ((_, status), id) in letters.iter().zip(&ids) {
        let understood = json!({"key_id": "key_1", "user_id": "usr_1", "role": "ADMIN", "status": "ACTIVE"});
        eventually("the dead letter", || async {
            mend(&database, id, &understood).await.then_some(())
        })
        .await;
        let answer = post(
            chassis::testing::BOOTSTRAP_KEY,
            &format!("/api/v1/dead-letters/{id}/replay"),
        )
        .await;
        assert_eq!(answer, *status, "{id}");
    }
    assert!(!works().await, "the revoked key opens nothing");
    database.close().await;
    served.stop().await;
}

/// Stands for a newer version that understands a dead letter: its data becomes what can be read. False while it is not there.
async fn mend(database: &chassis::Database, id: &str, data: &Value) -> bool {
    let mut tx = database.begin().await.expect("a transaction");
    let known: Option<String> = chassis::on!(tx, c => sqlx::query_scalar("SELECT event FROM dead_letter WHERE id = $1")
        .bind(id).fetch_optional(c).await)
    .expect("queried");
    let Some(known) = known else { return false };
    let mut event: Value = serde_json::from_str(&known).expect("JSON");
    event["data"] = data.clone();
    chassis::on!(tx, c => sqlx::query("UPDATE dead_letter SET event = $1 WHERE id = $2")
        .bind(event.to_string()).bind(id).run(c).await)
    .expect("written");
    tx.commit().await.expect("committed");
    true
}

//! What holds in all seven services at once: what is revoked is out within seconds, and who was refused is on record.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::platform::{KEY, SERVICES, eventually};
use crate::walk::{Web, quick, sign_in};

/// A route of each service that an ADMIN, and a key for everything, may read.
const READS: [(&str, &str); 7] = [
    ("ingestion", "/api/v1/vehicles"),
    ("health", "/api/v1/health"),
    ("agent", "/api/v1/agents/decisions"),
    ("alert", "/api/v1/alerts"),
    ("scheduling", "/api/v1/appointments"),
    ("warranty", "/api/v1/claims"),
    ("analytics", "/api/v1/dashboards/fleet"),
];
/// What is revoked is out everywhere by then.
const OUT_WITHIN: Duration = Duration::from_secs(5);
const PASSWORD: &str = "a-Good-password-1";

async fn answers(web: &Web, service: &str, path: &str, token: &str) -> u16 {
    web.ask(Method::GET, service, path, token, None).await.status
}

/// Polls all services until the token is refused in each, and says how long that took.
async fn out_everywhere(web: &Web, token: &str) -> Duration {
    let since = Instant::now();
    for (service, path) in READS {
        eventually("the token is refused", async || {
            (answers(web, service, path, token).await == 401).then_some(())
        })
        .await;
    }
    since.elapsed()
}

/// Attack: an access token that is used on after sign-out, an ended session, a disabled user, a changed right or a revoked key.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_revoked_is_out_of_all_seven_services_within_five_seconds() {
    let place = quick();
    let running = place.start();
    let web = Web::new(place);
    let tenant = json!({"tenant_id": "ten_a", "name": "A", "admin": {"password": PASSWORD}});
    web.make_by_key("analytics", "/api/v1/tenants", KEY, &tenant).await;
    let admin = sign_in(&web, "ten_a", "admin").await.token;
    let mut slowest = Duration::ZERO;
    for how in ["sign-out", "session", "disable", "role"] {
        let body = json!({"username": how, "role": "ADMIN", "password": PASSWORD});
        let made = web
            .ask(Method::POST, "analytics", "/api/v1/users", &admin, Some(&body))
            .await;
        assert_eq!(made.status, 201, "{made:?}");
        let person = sign_in(&web, "ten_a", how).await;
        for (service, path) in READS {
            assert_eq!(
                answers(&web, service, path, &person.token).await,
                200,
                "{service} before"
            );
        }
        let user = format!("/api/v1/users/{}", person.user_id);
        let done = match how {
            "sign-out" => {
                web.ask(Method::POST, "analytics", "/api/v1/auth/logout", &person.token, None)
                    .await
            }
            "session" => {
                web.ask(Method::DELETE, "analytics", &format!("{user}/sessions"), &admin, None)
                    .await
            }
            "disable" => {
                web.ask(Method::POST, "analytics", &format!("{user}/disable"), &admin, None)
                    .await
            }
            _ => {
                web.ask(Method::PUT, "analytics", &user, &admin, Some(&json!({"role": "OWNER"})))
                    .await
            }
        };
        assert!(done.status < 300, "{how}: {done:?}");
        let took = out_everywhere(&web, &person.token).await;
        assert!(took < OUT_WITHIN, "{how} took {took:?}");
        slowest = slowest.max(took);
    }
    let took = key_is_out(&web, &admin).await;
    slowest = slowest.max(took);
    println!(
        "revoked and out of all seven services after at most {} ms",
        slowest.as_millis()
    );
    refusals_are_on_record(&web, &admin).await;
    running.kill();
}

async fn key_is_out(web: &Web, admin: &str) -> Duration {
    let scopes = [
        "vehicles:read",
        "health:read",
        "agents:read",
        "alerts:read",
        "scheduling:read",
        "warranty:read",
        "analytics:read",
    ];
    let body = json!({"kind": "SERVICE", "name": "everything", "scopes": scopes});
    let made = web
        .ask(Method::POST, "analytics", "/api/v1/api-keys", admin, Some(&body))
        .await
        .body;
    let key = made["secret"].as_str().expect("a secret");
    let until = async |wanted: u16| {
        for (service, path) in READS {
            eventually("the key's state", async || {
                let answer = web.ask_by_key(Method::GET, service, path, key, None).await;
                (answer.status == wanted).then_some(())
            })
            .await;
        }
    };
    until(200).await;
    let path = format!("/api/v1/api-keys/{}", made["key"]["key_id"].as_str().expect("an id"));
    assert_eq!(
        web.ask(Method::DELETE, "analytics", &path, admin, None).await.status,
        204
    );
    let since = Instant::now();
    until(401).await;
    assert!(
        since.elapsed() < OUT_WITHIN,
        "the key was good for {:?}",
        since.elapsed()
    );
    since.elapsed()
}

/// Whatever service refused it or took the write: it is in the one audit log.
async fn refusals_are_on_record(web: &Web, admin: &str) {
    let body = json!({"username": "tina", "role": "TECHNICIAN", "password": PASSWORD});
    web.ask(Method::POST, "analytics", "/api/v1/users", admin, Some(&body))
        .await;
    let tina = sign_in(web, "ten_a", "tina").await;
    let vehicle = json!({"vehicle_id": "V-1"});
    let refused = web
        .ask(
            Method::POST,
            "ingestion",
            "/api/v1/vehicles",
            &tina.token,
            Some(&vehicle),
        )
        .await;
    assert_eq!(refused.status, 403);
    let written = web
        .ask(Method::POST, "ingestion", "/api/v1/vehicles", admin, Some(&vehicle))
        .await;
    assert_eq!(written.status, 201, "{written:?}");
    for (service, path) in [("warranty", "/api/v1/claims"), ("agent", "/api/v1/agents/orchestrate")] {
        let method = if service == "warranty" {
            Method::GET
        } else {
            Method::POST
        };
        let body = (service == "agent").then(|| json!({}));
        let as_exec = if service == "warranty" { &tina.token } else { "" };
        web.ask(method, service, path, as_exec, body.as_ref()).await;
    }
    let on_record = async |query: &str, route: &str| {
        eventually("the line in the audit log", async || {
            let path = format!("/api/v1/audit/logs?{query}");
            let found = web.ask(Method::GET, "analytics", &path, admin, None).await.body;
            let items = found["items"].as_array()?.clone();
            items.into_iter().find(|item: &Value| item["route"] == route)
        })
        .await
    };
    let denied = on_record("outcome=DENIED&source=ingestion-service", "/api/v1/vehicles").await;
    assert_eq!(
        (&denied["actor_id"], &denied["role"], &denied["status"]),
        (&json!(tina.user_id), &json!("TECHNICIAN"), &json!(403))
    );
    let done = on_record("outcome=DONE&source=ingestion-service", "/api/v1/vehicles").await;
    assert_eq!((&done["method"], &done["count"]), (&json!("POST"), &json!(1)));
    on_record("outcome=DENIED&source=warranty-service", "/api/v1/claims").await;
    assert_eq!(SERVICES.len(), READS.len());
}

//! The demo's tenant, one person of each role, and a key for the vehicles. Passwords are generated and shown once.

use serde_json::{Value, json};

use super::rest::{Caller, Rest, text};
use super::{Login, TENANT};

/// Username, role and name on screen of each person.
const PEOPLE: [(&str, &str, &str); 6] = [
    ("olivia", "OWNER", "Olivia Owner"),
    ("marco", "FLEET_MANAGER", "Marco Manager"),
    ("tara", "TECHNICIAN", "Tara Technician"),
    ("tom", "TECHNICIAN", "Tom Technician"),
    ("eva", "EXECUTIVE", "Eva Executive"),
    ("sam", "SUPPORT", "Sam Support"),
];

/// Who was made.
pub(super) struct People {
    pub(super) admin_token: String,
    pub(super) device_key: String,
    pub(super) owner_id: String,
    pub(super) technicians: Vec<Login>,
    /// User ids of the technicians, in the same order.
    pub(super) technician_ids: Vec<String>,
}

/// Makes them and prints the sign-ins.
pub(super) async fn seed(rest: &Rest, bootstrap_key: &str) -> anyhow::Result<People> {
    let tenant =
        json!({"tenant_id": TENANT, "name": "Demo fleet", "admin": {"username": "admin", "display_name": "Ada Admin"}});
    let made = rest
        .post(
            "analytics-service",
            "/api/v1/tenants",
            Caller::Key(bootstrap_key),
            &tenant,
        )
        .await?;
    let admin = Login {
        username: "admin".to_owned(),
        password: text(&made, "/generated_password")?,
    };
    println!("demo: tenant {TENANT}; sign in at POST /api/v1/auth/login with these (shown once):");
    show("ADMIN", &admin);
    let admin_token = sign_in(rest, &admin).await?;
    let mut owner_id = String::new();
    let mut technicians = Vec::new();
    let mut technician_ids = Vec::new();
    for (username, role, display_name) in PEOPLE {
        let person = json!({"username": username, "role": role, "display_name": display_name});
        let made = rest
            .post(
                "analytics-service",
                "/api/v1/users",
                Caller::Token(&admin_token),
                &person,
            )
            .await?;
        let login = Login {
            username: username.to_owned(),
            password: text(&made, "/generated_password")?,
        };
        let user_id = text(&made, "/user/user_id")?;
        show(role, &login);
        match role {
            "OWNER" => owner_id = user_id,
            "TECHNICIAN" => {
                technician_ids.push(user_id);
                technicians.push(login);
            }
            _ => {}
        }
    }
    let key = json!({"kind": "DEVICE", "name": "demo vehicles", "scopes": ["telemetry:write", "vehicles:read", "vehicles:write"]});
    let key = rest
        .post(
            "analytics-service",
            "/api/v1/api-keys",
            Caller::Token(&admin_token),
            &key,
        )
        .await?;
    let device_key = text(&key, "/secret")?;
    rest.eventually("ingestion-service", "/api/v1/vehicles", Caller::Key(&device_key))
        .await?;
    Ok(People {
        admin_token,
        device_key,
        owner_id,
        technicians,
        technician_ids,
    })
}

/// Signs in and returns the access token.
pub(super) async fn sign_in(rest: &Rest, login: &Login) -> anyhow::Result<String> {
    let body = json!({"tenant": TENANT, "username": login.username, "password": login.password});
    let answer: Value = rest
        .post("analytics-service", "/api/v1/auth/login", Caller::Nobody, &body)
        .await?;
    text(&answer, "/access_token")
}

fn show(role: &str, login: &Login) {
    println!("demo:   {role:<14} {:<8} {}", login.username, login.password);
}

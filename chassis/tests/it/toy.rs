//! A service with one table, to try the kit on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use chassis::http::{Json, Path};
use chassis::problem::Problem;
use chassis::{
    Cause, Database, Definition, Event, HandleError, Handler, Kit, NewEvent, Principal, Runtime, Service, Subscription,
    Tx,
};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) static DEFINITION: Definition = Definition {
    name: "toy-service",
    env_prefix: "TOY",
    default_config: "[toy]\nlimit = 3 # a knob\nname = \"\"\n",
    policy: r#"
        [[route]]
        method = "POST"
        path = "/api/v1/notes/{id}"
        roles = ["ADMIN"]
        scopes = ["notes:write"]
    "#,
    migrations: &[(
        "0001_notes",
        "CREATE TABLE note (tenant_id TEXT NOT NULL, id TEXT NOT NULL, times BIGINT NOT NULL, PRIMARY KEY (tenant_id, id));
        CREATE TABLE heard (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        -- postgres instead: id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        note TEXT NOT NULL, number BIGINT NOT NULL, by_whom TEXT NOT NULL);",
    )],
    publishes: &["note.written"],
    subscribes: &[Subscription {
        producer: "source-service",
        kinds: &["thing.happened"],
    }],
    openapi: || router().into_openapi(),
};

#[derive(Clone)]
pub(crate) struct App {
    database: Database,
    /// Who it is among several instances.
    name: Arc<str>,
    pub(crate) transient_failures: Arc<AtomicU32>,
    /// While set, every event is poison.
    pub(crate) poisoned: Arc<AtomicBool>,
    /// While locked, events wait inside their transaction, before they write.
    pub(crate) gate: Arc<tokio::sync::Mutex<()>>,
    /// Events that came to the handler, whatever became of them.
    pub(crate) handled: Arc<AtomicU32>,
}

#[derive(Deserialize)]
struct Thing {
    note: String,
    number: Option<i64>,
}

#[derive(Deserialize, Serialize, utoipa::ToSchema)]
struct Note {
    text: String,
}

#[async_trait]
impl Handler for App {
    async fn handle(&self, event: &Event, tx: &mut Tx) -> Result<(), HandleError> {
        let thing: Thing = event.parse()?;
        self.handled.fetch_add(1, Ordering::SeqCst);
        drop(self.gate.lock().await);
        if self.poisoned.load(Ordering::SeqCst) {
            let (code, detail) = ("thing.poison", "not to be had".to_owned());
            return Err(HandleError::Poison { code, detail });
        }
        if thing.note == "stuck" {
            return Err(HandleError::Transient(anyhow::anyhow!(
                "not before something else is mended"
            )));
        }
        if self.transient_failures.load(Ordering::SeqCst) > 0 {
            self.transient_failures.fetch_sub(1, Ordering::SeqCst);
            return Err(HandleError::Transient(anyhow::anyhow!("not now")));
        }
        write(tx, event.tenant.as_str(), &thing.note, Cause::of(event)).await?;
        if let Some(number) = thing.number {
            chassis::on!(tx, c => sqlx::query("INSERT INTO heard (note, number, by_whom) VALUES ($1, $2, $3)")
                .bind(&thing.note).bind(number).bind(&*self.name).run(c).await)?;
        }
        Ok(())
    }
}

async fn write(tx: &mut Tx, tenant: &str, id: &str, cause: Cause) -> Result<(), chassis::DbError> {
    chassis::on!(tx, c => sqlx::query("INSERT INTO note (tenant_id, id, times) VALUES ($1, $2, 1) ON CONFLICT (tenant_id, id) DO UPDATE SET times = note.times + 1")
        .bind(tenant).bind(id).run(c).await)?;
    let event = NewEvent {
        kind: "note.written",
        schema_version: "1.0",
        tenant: chassis::TenantId::new(tenant),
        key: id.to_owned(),
        subject: Some(id.to_owned()),
        time: chrono::DateTime::UNIX_EPOCH,
        cause,
        id: None,
        data: serde_json::json!({"note": id, "padding": "x".repeat(3000)}),
    };
    chassis::outbox::append(tx, &event).await
}

#[utoipa::path(post, path = "/api/v1/notes/{id}", responses((status = 200)))]
async fn write_note(
    axum::extract::State(app): axum::extract::State<App>,
    principal: Principal,
    cause: Cause,
    Path(id): Path<String>,
    Json(note): Json<Note>,
) -> Result<Json<Note>, Problem> {
    let failed = |error: chassis::DbError| Problem::internal(&error);
    let mut tx = app.database.begin().await.map_err(failed)?;
    write(&mut tx, principal.tenant.as_str(), &id, cause)
        .await
        .map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    Ok(Json(note))
}

fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(write_note))
}

#[derive(Deserialize)]
pub(crate) struct Config {
    #[serde(flatten)]
    pub(crate) base: chassis::config::Base,
    pub(crate) toy: ToyConfig,
}

#[derive(Deserialize)]
pub(crate) struct ToyConfig {
    pub(crate) limit: u32,
    pub(crate) name: String,
}

pub(crate) async fn build(runtime: &Runtime) -> (App, Service) {
    build_as("", 10_000, runtime).await
}

/// One of several instances, with a lease of its own length.
pub(crate) async fn build_as(name: &str, lease_ms: i64, runtime: &Runtime) -> (App, Service) {
    let mut sources = chassis::testing::sources();
    for (key, value) in [
        ("events.lease_ms", lease_ms),
        ("database.transaction_idle_ms_max", 60_000),
    ] {
        sources.overrides.push((key.to_owned(), toml::Value::Integer(value)));
    }
    let config: Config = chassis::config::load(&DEFINITION, &sources).expect("configuration");
    let kit = Kit::open(&DEFINITION, &config.base, runtime).await.expect("opened");
    let app = App {
        database: kit.database(),
        name: name.into(),
        transient_failures: Arc::default(),
        poisoned: Arc::default(),
        gate: Arc::default(),
        handled: Arc::default(),
    };
    let service = kit
        .routes(router().with_state(app.clone()))
        .consume(app.clone())
        .finish()
        .expect("finished");
    (app, service)
}

/// A number that was heard, and by whom.
pub(crate) type Heard = (String, i64, String);

impl App {
    pub(crate) fn database(&self) -> Database {
        self.database.clone()
    }

    /// All numbers, in the order of their commits.
    pub(crate) async fn heard(&self) -> Vec<Heard> {
        let mut tx = self.database.read().await.expect("readable");
        chassis::on!(tx, c => sqlx::query_as("SELECT note, number, by_whom FROM heard ORDER BY id").fetch_all(c).await)
            .expect("queried")
    }

    pub(crate) async fn times(&self, tenant: &str, id: &str) -> Option<i64> {
        let mut tx = self.database.read().await.expect("readable");
        chassis::on!(tx, c => sqlx::query_scalar("SELECT times FROM note WHERE tenant_id = $1 AND id = $2")
            .bind(tenant).bind(id).fetch_optional(c).await)
        .expect("queried")
    }
}

//! Idempotency keys and replayed dead letters: work that is asked for again is done once.

use std::sync::atomic::Ordering;

use chassis::testing::{BOOTSTRAP_KEY, Ground, TestRuntime, TestService, eventually};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::toy;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

struct Answer {
    status: u16,
    replayed: bool,
    body: Value,
}

async fn post(served: &TestService, path: &str, key: &str, body: &Value) -> Answer {
    let request = reqwest::Client::new()
        .post(served.url(path))
        .header("x-api-key", BOOTSTRAP_KEY)
        .header("idempotency-key", key)
        .json(body);
    let response = request.send().await.expect("answered");
    Answer {
        status: response.status().as_u16(),
        replayed: response.headers().contains_key("idempotency-replayed"),
        body: response.json().await.expect("JSON"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_key_gets_the_first_answer_and_another_request_is_refused() {
    for ground in [Ground::Embedded, Ground::servers()] {
        let test = TestRuntime::start_on(&ground, NOW);
        let (app, service) = toy::build(test.runtime()).await;
        let served = TestService::start(&test, service).await;
        let body = json!({"text": "t"});
        let first = post(&served, "/api/v1/notes/n1", "k1", &body).await;
        let second = post(&served, "/api/v1/notes/n1", "k1", &body).await;
        assert_eq!((first.status, first.replayed), (200, false), "{}", first.body);
        assert_eq!((second.status, second.replayed), (200, true), "{}", second.body);
        assert_eq!(first.body, second.body);
        let other = post(&served, "/api/v1/notes/n1", "k1", &json!({"text": "u"})).await;
        assert_eq!(
            (other.status, other.body["code"].as_str()),
            (422, Some("idempotency.key_reused"))
        );
        assert_eq!(app.times("default", "n1").await, Some(1));
        served.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_duplicates_take_effect_once_on_two_instances() {
    let ground = Ground::servers();
    let mut instances = Vec::new();
    for _ in 0..2 {
        let test = TestRuntime::start_on(&ground, NOW);
        let (app, service) = toy::build(test.runtime()).await;
        instances.push((app, TestService::start(&test, service).await));
    }
    for round in 0..10 {
        let (path, key, body) = (
            format!("/api/v1/notes/r{round}"),
            format!("k{round}"),
            json!({"text": "t"}),
        );
        let posts = (0..8).map(|number| post(&instances[number % 2].1, &path, &key, &body));
        let answers = futures::future::join_all(posts).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert!(statuses.contains(&200), "{statuses:?}");
        assert!(
            statuses.iter().all(|status| [200, 409].contains(status)),
            "{statuses:?}"
        );
        let fresh = answers
            .iter()
            .filter(|answer| answer.status == 200 && !answer.replayed)
            .count();
        assert_eq!(fresh, 1, "{statuses:?}");
        assert_eq!(instances[0].0.times("default", &format!("r{round}")).await, Some(1));
    }
    for (_, served) in instances {
        served.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_whose_answer_was_lost_is_not_done_again() {
    for ground in [Ground::Embedded, Ground::servers()] {
        let test = TestRuntime::start_on(&ground, NOW);
        let (app, service) = toy::build(test.runtime()).await;
        let served = TestService::start(&test, service).await;
        let body = json!({"text": "t"});
        assert_eq!(post(&served, "/api/v1/notes/n1", "k1", &body).await.status, 200);
        // As after a kill between the commit and the keeping of the answer.
        let beside = test.database_of(&toy::DEFINITION).await;
        let mut tx = beside.begin().await.expect("a transaction");
        chassis::on!(tx, c => sqlx::query("UPDATE idempotency_key SET status = NULL, content_type = NULL, body = NULL").run(c).await)
            .expect("forgotten");
        tx.commit().await.expect("committed");
        let again = post(&served, "/api/v1/notes/n1", "k1", &body).await;
        assert_eq!(
            (again.status, again.body["code"].as_str()),
            (409, Some("idempotency.answer_lost"))
        );
        assert_eq!(app.times("default", "n1").await, Some(1));
        beside.close().await;
        served.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_replayed_once() {
    for ground in [Ground::Embedded, Ground::servers()] {
        let test = TestRuntime::start_on(&ground, NOW);
        let source = test.producer("source-service").await;
        let (app, service) = toy::build(test.runtime()).await;
        app.poisoned.store(true, Ordering::SeqCst);
        let served = TestService::start(&test, service).await;
        let letter = source
            .deliver(
                "thing.happened",
                "default",
                "k",
                NOW,
                json!({"note": "n", "number": 0.1}),
            )
            .await;
        let poison = source
            .deliver("thing.happened", "default", "k", NOW, json!({"note": "n", "number": 7}))
            .await;
        let list = || async {
            let request = reqwest::Client::new()
                .get(served.url("/api/v1/dead-letters"))
                .header("x-api-key", BOOTSTRAP_KEY);
            let page: Value = request.send().await.expect("answered").json().await.expect("JSON");
            page["items"].as_array().expect("items").clone()
        };
        eventually("two dead letters", || async { (list().await.len() == 2).then_some(()) }).await;
        app.poisoned.store(false, Ordering::SeqCst);
        let replay = |id: &str| {
            let (id, served) = (id.to_owned(), &served);
            async move {
                post(
                    served,
                    &format!("/api/v1/dead-letters/{id}/replay"),
                    &format!("replay-{id}"),
                    &Value::Null,
                )
                .await
            }
        };
        assert_eq!(replay(&letter).await.status, 422, "still poison");
        assert_eq!(replay(&poison).await.status, 200);
        assert!(replay(&poison).await.replayed);
        let other = post(
            &served,
            &format!("/api/v1/dead-letters/{poison}/replay"),
            "once-more",
            &Value::Null,
        )
        .await;
        assert_eq!(
            (other.status, other.body["code"].as_str()),
            (409, Some("dead_letter.replayed"))
        );
        assert_eq!(app.times("default", "n").await, Some(1));
        served.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_full_takes_work_again() {
    let test = TestRuntime::start_on(&Ground::Embedded, NOW);
    let (app, service) = toy::build(test.runtime()).await;
    let database = app.database();
    let mut tx = database.begin().await.expect("a transaction");
    chassis::on!(tx, c => sqlx::query("PRAGMA max_page_count = 1").run(c).await).expect("no page more");
    let mut full = Ok(());
    for number in 0..1000 {
        full = chassis::on!(tx, c => sqlx::query("INSERT INTO note (tenant_id, id, times) VALUES ($1, $2, 1)")
            .bind("t".repeat(1000)).bind(number.to_string()).run(c).await)
        .map(|_| ());
        if full.is_err() {
            break;
        }
    }
    let refused = full.expect_err("full");
    assert!(chassis::database::is_retryable(&refused), "{refused}");
    drop(tx);
    let served = TestService::start(&test, service).await;
    let answer = post(&served, "/api/v1/notes/n1", "k1", &json!({"text": "t"})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    served.stop().await;
}

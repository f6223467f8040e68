//! The chain of models: which one is asked first, who stands in for it, and what each call may cost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chassis::{Clock, Failpoints};
use parking_lot::Mutex;

use super::journal::{Begun, CallKey, Intent, Journal};
use super::{Failure, Provider, Reply, Request};
use crate::domain::budget::{Limits, Price, Spend, input_tokens_max};
use crate::domain::opinion::Fallback;
use crate::error::Error;

/// How much a case asks of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// One clear cause.
    Fast,
    /// An unsure or grave case.
    Strong,
}

/// A model with its price.
#[derive(Clone, Debug)]
pub struct Model {
    pub name: String,
    pub price: Price,
}

/// One provider with its two models.
#[derive(Clone)]
pub struct Link {
    provider: Arc<dyn Provider>,
    fast: Model,
    strong: Model,
    breaker: Arc<Mutex<Breaker>>,
}

/// A provider that failed thrice in a row is left alone for a while.
#[derive(Default)]
struct Breaker {
    failures: u32,
    closed_until: Option<Instant>,
}

const FAILURES_MAX: u32 = 3;
const LEFT_ALONE: Duration = Duration::from_secs(30);

impl Link {
    /// A provider with the models for simple and for complex cases.
    pub fn new(provider: Arc<dyn Provider>, fast: Model, strong: Model) -> Self {
        Self {
            provider,
            fast,
            strong,
            breaker: Arc::default(),
        }
    }

    fn model(&self, tier: Tier) -> &Model {
        match tier {
            Tier::Fast => &self.fast,
            Tier::Strong => &self.strong,
        }
    }

    fn is_left_alone(&self, now: Instant) -> bool {
        self.breaker.lock().closed_until.is_some_and(|until| now < until)
    }

    fn note(&self, outcome: &Result<Reply, Failure>, now: Instant) {
        let mut breaker = self.breaker.lock();
        match outcome {
            Err(Failure::Unreachable | Failure::TimedOut | Failure::Server(_)) => {
                breaker.failures += 1;
                if breaker.failures >= FAILURES_MAX {
                    *breaker = Breaker {
                        failures: 0,
                        closed_until: Some(now + LEFT_ALONE),
                    };
                }
            }
            _ => *breaker = Breaker::default(),
        }
    }
}

/// Providers in the order in which they are asked.
pub type Chain = Vec<Link>;

/// What calls and dialogues are held to.
#[derive(Clone, Copy, Debug)]
pub struct DeskLimits {
    pub budget: Limits,
    /// So many runs are worked on at once.
    pub runs_at_once: usize,
    /// What a run may take beyond its budget of time before its claim runs out: writing, and waiting for the database.
    pub claim_beyond: Duration,
    /// So long an answer stands in for the same request.
    pub cached_for: Duration,
    pub call_timeout: Duration,
    /// Further attempts at one provider when it asks to wait or fails.
    pub retries_max: u32,
    pub backoff_max: Duration,
    /// Calls with tools on offer before the answer is due.
    pub tool_rounds_max: u32,
    pub output_tokens_max: u32,
}

/// Where workers get their answers from. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub limits: DeskLimits,
    chain: Arc<Chain>,
    pub clock: Clock,
    failpoints: Failpoints,
}

/// The place in one worker's dialogue.
pub(super) struct Place {
    pub agent: &'static str,
    /// Calls and tools so far.
    pub number: i64,
    pub deadline: Instant,
}

impl Place {
    pub(super) fn next(&mut self) -> CallKey {
        self.number += 1;
        CallKey {
            agent: self.agent,
            number: self.number,
        }
    }
}

impl Desk {
    /// Over a chain of providers.
    pub fn new(chain: Chain, limits: DeskLimits, clock: Clock, failpoints: Failpoints) -> Self {
        Self {
            limits,
            chain: Arc::new(chain),
            clock,
            failpoints,
        }
    }

    /// The chain's models, `provider/model`, each provider's fast one before its strong one.
    pub fn models(&self) -> Vec<String> {
        let names =
            |link: &Link| [&link.fast, &link.strong].map(|model| format!("{}/{}", link.provider.name(), model.name));
        self.chain.iter().flat_map(names).collect()
    }

    /// Asks the chain: each provider, a passing failure once more, then the next one.
    pub(super) async fn ask(
        &self,
        journal: &dyn Journal,
        place: &mut Place,
        request: &mut Request,
        tier: Tier,
    ) -> Result<Result<(Reply, String), Fallback>, Error> {
        let mut unusable = false;
        for link in self.chain.iter() {
            let model = link.model(tier);
            request.model.clone_from(&model.name);
            for attempt in 0..=self.limits.retries_max {
                let intent = self.intent(link, model, request, place.next())?;
                let outcome = match journal.begin(&intent).await? {
                    Begun::Go => {
                        self.call(journal, link, model, request, &intent, place.deadline, attempt)
                            .await?
                    }
                    Begun::Recorded(outcome) => outcome,
                    Begun::Cached(reply) => {
                        metrics::counter!("llm_cache_hits_total", "model" => model.name.clone()).increment(1);
                        Ok(reply)
                    }
                    Begun::InDoubt => return Ok(Err(Fallback::InDoubt)),
                    Begun::Over(scarce) => {
                        metrics::counter!("llm_budget_refusals_total", "of" => scarce.code()).increment(1);
                        return Ok(Err(Fallback::Budget));
                    }
                    Begun::Missing => return Ok(Err(Fallback::Unusable)),
                };
                match outcome {
                    Ok(reply) => return Ok(Ok((reply, format!("{}/{}", link.provider.name(), model.name)))),
                    Err(Failure::OutOfTime) => return Ok(Err(Fallback::Budget)),
                    Err(failure) => {
                        unusable |= !failure.is_free() && failure != Failure::TimedOut;
                        if !failure.is_passing() {
                            break;
                        }
                    }
                }
            }
        }
        Ok(Err(if unusable {
            Fallback::Unusable
        } else {
            Fallback::Unavailable
        }))
    }

    fn intent(&self, link: &Link, model: &Model, request: &Request, key: CallKey) -> Result<Intent, Error> {
        let prompt = serde_json::to_string(request)?;
        let digest = chassis::ids::hex(&sha2_of(&[link.provider.name(), &prompt]));
        let input = input_tokens_max(prompt.len());
        Ok(Intent {
            key,
            provider: link.provider.name().to_owned(),
            model: model.name.clone(),
            prompt_hash: digest,
            prompt,
            most: model.price.of(input, u64::from(request.max_output_tokens)),
        })
    }

    /// The paid side effect: its intent is durable before, its outcome after.
    #[expect(clippy::too_many_arguments, reason = "what one call needs")]
    async fn call(
        &self,
        journal: &dyn Journal,
        link: &Link,
        model: &Model,
        request: &Request,
        intent: &Intent,
        deadline: Instant,
        attempt: u32,
    ) -> Result<Result<Reply, Failure>, Error> {
        self.failpoints.hit("agent.call.before");
        let started = self.clock.instant();
        let left = deadline.saturating_duration_since(started);
        let outcome = if left.is_zero() {
            Err(Failure::OutOfTime)
        } else if link.is_left_alone(started) {
            Err(Failure::Unreachable)
        } else {
            let timeout = self.limits.call_timeout.min(left);
            let outcome = link.provider.complete(request, timeout).await;
            link.note(&outcome, self.clock.instant());
            outcome
        };
        self.failpoints.hit("agent.call.after");
        let paid = match &outcome {
            Ok(reply) => Some(model.price.of(reply.usage.input_tokens, reply.usage.output_tokens)),
            Err(failure) if failure.is_free() => Some(Spend {
                calls: 1,
                ..Spend::default()
            }),
            // It may have been billed; nobody knows how much.
            Err(_) => None,
        };
        journal.end(&intent.key, &outcome, paid).await?;
        self.failpoints.hit("agent.call.journaled");
        count(model, &outcome, paid.unwrap_or(intent.most), started.elapsed());
        if let Err(failure) = &outcome
            && failure.is_passing()
            && attempt < self.limits.retries_max
        {
            let asked = match failure {
                Failure::RateLimited { retry_after_ms } => retry_after_ms.map(Duration::from_millis),
                _ => None,
            };
            let pause = asked.unwrap_or(Duration::from_millis(200)).min(self.limits.backoff_max);
            tokio::time::sleep(pause).await;
        }
        Ok(outcome)
    }
}

fn count(model: &Model, outcome: &Result<Reply, Failure>, paid: Spend, took: Duration) {
    let status = outcome.as_ref().err().map_or("ok", Failure::code);
    let name = model.name.clone();
    metrics::counter!("llm_api_calls_total", "model" => name.clone(), "status" => status).increment(1);
    metrics::counter!("llm_tokens_total", "model" => name.clone()).increment(paid.tokens);
    metrics::counter!("llm_cost_micro_total", "model" => name.clone()).increment(paid.cost_micro);
    metrics::histogram!("llm_call_duration_seconds", "model" => name).record(took.as_secs_f64());
}

fn sha2_of(parts: &[&str]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().into()
}

//! Calls of language models and uses of tools: intents before, outcomes after, and what they cost.

use chassis::clock::micros;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

use super::Store;
use crate::domain::budget::{Budget, Limits, Scarce, Spend, Usage};
use crate::error::Error;
use crate::llm::{Begun, CallKey, Failure, Intent, Reply, ToolRecord};

#[derive(sqlx::FromRow)]
struct CallRow {
    state: String,
    prompt_hash: String,
    answer: Option<String>,
}

/// A call as it was recorded: worker, number, hash of its prompt, state, and what came of it.
#[derive(sqlx::FromRow)]
pub struct RecordedCall {
    pub agent: String,
    pub number: i64,
    pub state: String,
    pub provider: String,
    pub model: String,
    pub prompt_hash: String,
    pub prompt: String,
    pub answer: Option<String>,
    pub tokens: i64,
    pub cost_micro: i64,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct ToolRow {
    agent: String,
    number: i64,
    tool: String,
    arguments: String,
    output: String,
    out_of_bounds: bool,
}

/// When a call is made and which answers are young enough to stand in for it. Machine time.
#[derive(Clone, Copy, Debug)]
pub struct CallTimes {
    pub now: DateTime<Utc>,
    pub cached_since: DateTime<Utc>,
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

impl Store<'_> {
    /// Writes a call's intent and its reservation, or says why it is not to be made.
    pub async fn begin_call(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        intent: &Intent,
        limits: &Limits,
        times: CallTimes,
    ) -> Result<Begun, Error> {
        if let Some(begun) = self.call_before(tenant, decision_id, intent).await? {
            return Ok(begun);
        }
        if let Some(answer) = self
            .cached_answer(tenant, &intent.prompt_hash, times.cached_since)
            .await?
        {
            let reply: Reply = serde_json::from_str(&answer)?;
            self.insert_call(
                tenant,
                decision_id,
                intent,
                "CACHED",
                Some(&answer),
                Spend::default(),
                times.now,
            )
            .await?;
            return Ok(Begun::Cached(reply));
        }
        match self
            .reserve(tenant, decision_id, intent.most, limits, times.now)
            .await?
        {
            Ok(()) => {
                self.insert_call(tenant, decision_id, intent, "INTENT", None, intent.most, times.now)
                    .await?;
                Ok(Begun::Go)
            }
            Err(scarce) => {
                let spend = Spend::default();
                self.insert_call(
                    tenant,
                    decision_id,
                    intent,
                    "OVER",
                    Some(scarce.code()),
                    spend,
                    times.now,
                )
                .await?;
                Ok(Begun::Over(scarce))
            }
        }
    }

    async fn call_before(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        intent: &Intent,
    ) -> Result<Option<Begun>, Error> {
        let row: Option<CallRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT state, prompt_hash, answer FROM agent_call
             WHERE tenant_id = $1 AND decision_id = $2 AND agent = $3 AND number = $4")
            .bind(tenant.as_str()).bind(decision_id).bind(intent.key.agent).bind(intent.key.number)
            .fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(None) };
        if row.state == "INTENT" {
            on!(self.tx, c => sqlx::query(
                "UPDATE agent_call SET state = 'IN_DOUBT' WHERE tenant_id = $1 AND decision_id = $2 AND state = 'INTENT'
                     AND agent = $3 AND number = $4")
                .bind(tenant.as_str()).bind(decision_id).bind(intent.key.agent).bind(intent.key.number).run(c).await)?;
            return Ok(Some(Begun::InDoubt));
        }
        if row.prompt_hash != intent.prompt_hash {
            return Ok(Some(Begun::Missing));
        }
        outcome(&row.state, row.answer.as_deref().unwrap_or_default()).map(Some)
    }

    async fn cached_answer(
        &mut self,
        tenant: &TenantId,
        prompt_hash: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<String>, DbError> {
        on!(self.tx, c => sqlx::query_scalar(
            "SELECT answer FROM agent_call
             WHERE tenant_id = $1 AND prompt_hash = $2 AND ended_at > $3 AND state = 'DONE' LIMIT 1")
            .bind(tenant.as_str()).bind(prompt_hash).bind(micros(since)).fetch_optional(c).await)
    }

    async fn reserve(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        most: Spend,
        limits: &Limits,
        now: DateTime<Utc>,
    ) -> Result<Result<(), Scarce>, DbError> {
        let run = self.run_spend(tenant, decision_id, None).await?;
        let day = self.day_spend(tenant, now).await?;
        let mut accounts = [(limits.run, run), (limits.tenant_day, day)].map(|(limit, taken)| Budget { limit, taken });
        if let Some(scarce) = accounts.iter_mut().find_map(|account| account.reserve(most).err()) {
            return Ok(Err(scarce));
        }
        self.add_to_day(
            tenant,
            now,
            signed(most.tokens),
            signed(most.cost_micro),
            signed(most.calls),
        )
        .await?;
        Ok(Ok(()))
    }

    /// What a run's calls cost, reservations included; of one worker, or of all.
    pub async fn run_spend(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        agent: Option<&str>,
    ) -> Result<Spend, DbError> {
        let (tokens, cost, calls): (i64, i64, i64) = on!(self.tx, c => sqlx::query_as(
            "SELECT CAST(COALESCE(SUM(tokens), 0) AS BIGINT), CAST(COALESCE(SUM(cost_micro), 0) AS BIGINT), COUNT(*)
             FROM agent_call WHERE tenant_id = $1 AND decision_id = $2 AND ($3 IS NULL OR agent = $3)
                 AND state NOT IN ('CACHED', 'OVER')")
            .bind(tenant.as_str()).bind(decision_id).bind(agent).fetch_one(c).await)?;
        Ok(Spend {
            tokens: unsigned(tokens),
            cost_micro: unsigned(cost),
            calls: unsigned(calls),
        })
    }

    /// What a run's calls came to, in this currency.
    pub async fn run_usage(&mut self, tenant: &TenantId, decision_id: &str, currency: &str) -> Result<Usage, Error> {
        let spend = self.run_spend(tenant, decision_id, None).await?;
        let answers: Vec<String> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT answer FROM agent_call WHERE tenant_id = $1 AND decision_id = $2 AND state = 'DONE'")
            .bind(tenant.as_str()).bind(decision_id).fetch_all(c).await)?;
        let mut usage = Usage {
            calls: spend.calls,
            cost_micro: spend.cost_micro,
            currency: currency.to_owned(),
            ..Usage::default()
        };
        for answer in answers {
            let reply: Reply = serde_json::from_str(&answer)?;
            usage.input_tokens = usage.input_tokens.saturating_add(reply.usage.input_tokens);
            usage.output_tokens = usage.output_tokens.saturating_add(reply.usage.output_tokens);
        }
        Ok(usage)
    }

    /// What a tenant spent on the day of `now` (UTC), reservations included.
    pub async fn day_spend(&mut self, tenant: &TenantId, now: DateTime<Utc>) -> Result<Spend, DbError> {
        let row: Option<(i64, i64, i64)> = on!(self.tx, c => sqlx::query_as(
            "SELECT tokens, cost_micro, calls FROM llm_day WHERE tenant_id = $1 AND day = $2")
            .bind(tenant.as_str()).bind(day(now)).fetch_optional(c).await)?;
        Ok(row.map_or_else(Spend::default, |(tokens, cost, calls)| Spend {
            tokens: unsigned(tokens),
            cost_micro: unsigned(cost),
            calls: unsigned(calls),
        }))
    }

    async fn add_to_day(
        &mut self,
        tenant: &TenantId,
        at: DateTime<Utc>,
        tokens: i64,
        cost_micro: i64,
        calls: i64,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO llm_day (tenant_id, day, tokens, cost_micro, calls) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant_id, day) DO UPDATE SET tokens = llm_day.tokens + excluded.tokens,
                 cost_micro = llm_day.cost_micro + excluded.cost_micro, calls = llm_day.calls + excluded.calls")
            .bind(tenant.as_str()).bind(day(at)).bind(tokens).bind(cost_micro).bind(calls).run(c).await)?;
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one row's values")]
    async fn insert_call(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        intent: &Intent,
        state: &str,
        answer: Option<&str>,
        spend: Spend,
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        let ended_at = (state != "INTENT").then(|| micros(now));
        on!(self.tx, c => sqlx::query(
            "INSERT INTO agent_call (tenant_id, decision_id, agent, number, state, provider, model, prompt_hash, prompt, answer,
                 tokens, cost_micro, started_at, ended_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
            .bind(tenant.as_str()).bind(decision_id).bind(intent.key.agent).bind(intent.key.number).bind(state)
            .bind(&intent.provider).bind(&intent.model).bind(&intent.prompt_hash).bind(&intent.prompt).bind(answer)
            .bind(signed(spend.tokens)).bind(signed(spend.cost_micro)).bind(micros(now)).bind(ended_at)
            .run(c).await)?;
        Ok(())
    }

    /// Writes what came of a call, and its bill where that is known; else the reservation stands.
    pub async fn end_call(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        key: &CallKey,
        outcome: &Result<Reply, Failure>,
        paid: Option<Spend>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let open: Option<(i64, i64, DateTime<Utc>)> = on!(self.tx, c => sqlx::query_as(
            "SELECT tokens, cost_micro, started_at FROM agent_call
             WHERE tenant_id = $1 AND decision_id = $2 AND agent = $3 AND number = $4 AND state = 'INTENT'")
            .bind(tenant.as_str()).bind(decision_id).bind(key.agent).bind(key.number).fetch_optional(c).await)?;
        let Some((tokens, cost_micro, started_at)) = open else {
            return Ok(());
        };
        let (state, answer) = match outcome {
            Ok(reply) => ("DONE", serde_json::to_string(reply)?),
            Err(failure) => ("FAILED", serde_json::to_string(failure)?),
        };
        let paid = paid.map(|paid| (signed(paid.tokens), signed(paid.cost_micro)));
        let (paid_tokens, paid_cost) = paid.unwrap_or((tokens, cost_micro));
        on!(self.tx, c => sqlx::query(
            "UPDATE agent_call SET state = $5, answer = $6, tokens = $7, cost_micro = $8, ended_at = $9
             WHERE tenant_id = $1 AND decision_id = $2 AND agent = $3 AND number = $4")
            .bind(tenant.as_str()).bind(decision_id).bind(key.agent).bind(key.number).bind(state).bind(&answer)
            .bind(paid_tokens).bind(paid_cost).bind(micros(now)).run(c).await)?;
        Ok(self
            .add_to_day(tenant, started_at, paid_tokens - tokens, paid_cost - cost_micro, 0)
            .await?)
    }

    /// A run's calls in the order of workers and numbers.
    pub async fn calls(&mut self, tenant: &TenantId, decision_id: &str) -> Result<Vec<RecordedCall>, DbError> {
        on!(self.tx, c => sqlx::query_as(
            "SELECT agent, number, state, provider, model, prompt_hash, prompt, answer, tokens, cost_micro, started_at, ended_at
             FROM agent_call WHERE tenant_id = $1 AND decision_id = $2 ORDER BY agent, number")
            .bind(tenant.as_str()).bind(decision_id).fetch_all(c).await)
    }

    /// Writes what a tool said.
    pub async fn note_tool(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        record: &ToolRecord,
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO agent_tool_use (tenant_id, decision_id, agent, number, tool, arguments, output, out_of_bounds, used_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
            .bind(tenant.as_str()).bind(decision_id).bind(record.key.agent).bind(record.key.number).bind(&record.tool)
            .bind(record.arguments.to_string()).bind(record.output.to_string()).bind(record.out_of_bounds)
            .bind(micros(now)).run(c).await)?;
        Ok(())
    }

    /// A run's uses of tools in the order of workers and numbers.
    pub async fn tool_uses(&mut self, tenant: &TenantId, decision_id: &str) -> Result<Vec<ToolRecord>, Error> {
        let rows: Vec<ToolRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT agent, number, tool, arguments, output, out_of_bounds FROM agent_tool_use
             WHERE tenant_id = $1 AND decision_id = $2 ORDER BY agent, number")
            .bind(tenant.as_str()).bind(decision_id).fetch_all(c).await)?;
        let record = |row: ToolRow| {
            Ok(ToolRecord {
                key: key(&row.agent, row.number)?,
                tool: row.tool,
                arguments: serde_json::from_str(&row.arguments)?,
                output: serde_json::from_str(&row.output)?,
                out_of_bounds: row.out_of_bounds,
            })
        };
        rows.into_iter().map(record).collect()
    }
}

/// A day of `llm_day`: its texts are in the order of time.
pub(super) fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

fn key(agent: &str, number: i64) -> Result<CallKey, Error> {
    let worker = crate::domain::component::Worker::from_code(agent).ok_or_else(|| Error::StoredValueUnknown {
        what: "agent",
        value: agent.to_owned(),
    })?;
    Ok(CallKey {
        agent: worker.code(),
        number,
    })
}

fn outcome(state: &str, answer: &str) -> Result<Begun, Error> {
    Ok(match state {
        "DONE" | "CACHED" => Begun::Recorded(Ok(serde_json::from_str(answer)?)),
        "FAILED" => Begun::Recorded(Err(serde_json::from_str(answer)?)),
        "IN_DOUBT" => Begun::InDoubt,
        "OVER" => {
            let all = [Scarce::Tokens, Scarce::Money, Scarce::Calls, Scarce::Time];
            Begun::Over(
                all.into_iter()
                    .find(|scarce| scarce.code() == answer)
                    .unwrap_or(Scarce::Tokens),
            )
        }
        other => {
            return Err(Error::StoredValueUnknown {
                what: "call state",
                value: other.to_owned(),
            });
        }
    })
}

impl RecordedCall {
    /// What a replay hears at this place.
    pub fn heard(&self) -> Result<(CallKey, String, Begun), Error> {
        let begun = match self.state.as_str() {
            "INTENT" => Begun::InDoubt,
            state => outcome(state, self.answer.as_deref().unwrap_or_default())?,
        };
        Ok((key(&self.agent, self.number)?, self.prompt_hash.clone(), begun))
    }
}

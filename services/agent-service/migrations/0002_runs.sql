-- What each run started from, and where it stands. `stage` is durable before the stage's work begins. `facts` is what a
-- replay starts from; `features` is the sparse vector that likeness is measured by. Claims are machine time.
CREATE TABLE agent_run (
    tenant_id       TEXT NOT NULL,
    decision_id     TEXT NOT NULL,
    component       TEXT NOT NULL,
    stage           TEXT NOT NULL,
    facts           TEXT NOT NULL,
    features        TEXT NOT NULL,
    correlation_id  TEXT NOT NULL,
    explanation     TEXT,
    claimed_by      TEXT NOT NULL,
    claimed_until   TIMESTAMPTZ NOT NULL,
    recorded_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, decision_id)
);
CREATE INDEX agent_run_open ON agent_run (claimed_until) WHERE stage <> 'DONE';
CREATE INDEX agent_run_by_component ON agent_run (tenant_id, component, recorded_at);

-- Every call of a language model: its intent before, its outcome after. State INTENT, DONE, FAILED, CACHED, OVER or IN_DOUBT.
-- `tokens` and `cost_micro` hold the reservation until the bill is known. Times are machine time.
CREATE TABLE agent_call (
    tenant_id    TEXT NOT NULL,
    decision_id  TEXT NOT NULL,
    agent        TEXT NOT NULL,
    number       BIGINT NOT NULL,
    state        TEXT NOT NULL,
    provider     TEXT NOT NULL,
    model        TEXT NOT NULL,
    prompt_hash  TEXT NOT NULL,
    prompt       TEXT NOT NULL,
    answer       TEXT,
    tokens       BIGINT NOT NULL,
    cost_micro   BIGINT NOT NULL,
    started_at   TIMESTAMPTZ NOT NULL,
    ended_at     TIMESTAMPTZ,
    PRIMARY KEY (tenant_id, decision_id, agent, number)
);
CREATE INDEX agent_call_by_prompt ON agent_call (tenant_id, prompt_hash, ended_at);
CREATE INDEX agent_call_by_time ON agent_call (started_at);

-- Every use of a tool, so that a resumed or replayed dialogue hears the same.
CREATE TABLE agent_tool_use (
    tenant_id      TEXT NOT NULL,
    decision_id    TEXT NOT NULL,
    agent          TEXT NOT NULL,
    number         BIGINT NOT NULL,
    tool           TEXT NOT NULL,
    arguments      TEXT NOT NULL,
    output         TEXT NOT NULL,
    out_of_bounds  BOOLEAN NOT NULL,
    used_at        TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (tenant_id, decision_id, agent, number)
);
CREATE INDEX agent_tool_use_by_time ON agent_tool_use (used_at);

-- What a tenant spent on a day of machine time (UTC), reservations included.
CREATE TABLE llm_day (
    tenant_id   TEXT NOT NULL,
    day         TEXT NOT NULL,
    tokens      BIGINT NOT NULL,
    cost_micro  BIGINT NOT NULL,
    calls       BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, day)
);

-- What is usual for an agent, and whether its use of language models is suspended.
CREATE TABLE agent_behaviour (
    tenant_id        TEXT NOT NULL,
    agent            TEXT NOT NULL,
    baseline         TEXT NOT NULL,
    suspended_at     TIMESTAMPTZ,
    suspended_for    TEXT,
    PRIMARY KEY (tenant_id, agent)
);

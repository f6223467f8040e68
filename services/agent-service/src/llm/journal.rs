//! The journal of a run's calls: what was about to happen is written before, what came of it after.
//!
//! A dialogue is a pure function of what its journal says. So the journal of a killed run resumes it, the journal of a
//! finished one replays it, and a call that was begun and never ended is known to be in doubt.

use std::collections::BTreeMap;

use async_trait::async_trait;
use parking_lot::Mutex;
use serde_json::Value;

use super::{Failure, Reply};
use crate::domain::budget::{Budget, Scarce, Spend};
use crate::error::Error;

/// Which call of a run: the worker and the number of its call, from 1. The order within one worker is fixed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallKey {
    pub agent: &'static str,
    pub number: i64,
}

/// A call that is about to be made.
#[derive(Clone, Debug)]
pub struct Intent {
    pub key: CallKey,
    pub provider: String,
    pub model: String,
    /// SHA-256 of the whole request, in hexadecimal digits.
    pub prompt_hash: String,
    /// The request as JSON, in no provider's words.
    pub prompt: String,
    /// The most that it can cost.
    pub most: Spend,
}

/// What the journal says about a call that is about to be made.
#[derive(Clone, Debug, PartialEq)]
pub enum Begun {
    /// Make it now: its intent and its reservation are durable.
    Go,
    /// It was made before in this run, and this came of it.
    Recorded(Result<Reply, Failure>),
    /// The same request was answered within the hour, in this run's tenant.
    Cached(Reply),
    /// It was begun before and never ended.
    InDoubt,
    /// A budget would be passed.
    Over(Scarce),
    /// A replay has no record of this request.
    Missing,
}

/// One use of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolRecord {
    pub key: CallKey,
    pub tool: String,
    pub arguments: Value,
    pub output: Value,
    /// The tool was not the worker's to use, or its arguments reached for another vehicle or tenant.
    pub out_of_bounds: bool,
}

/// Where a dialogue reads and writes.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Before a call.
    async fn begin(&self, intent: &Intent) -> Result<Begun, Error>;
    /// After it. `paid` is what it cost; a call whose price is not known keeps its reservation.
    async fn end(&self, key: &CallKey, outcome: &Result<Reply, Failure>, paid: Option<Spend>) -> Result<(), Error>;
    /// What a tool said at this place before, if it did.
    async fn recorded_tool(&self, key: &CallKey) -> Result<Option<ToolRecord>, Error>;
    /// What a tool said now.
    async fn note_tool(&self, record: &ToolRecord) -> Result<(), Error>;
}

/// A journal that lives as long as one run: for evaluation, and for replay of what was recorded.
pub struct MemoryJournal {
    calls: Mutex<BTreeMap<CallKey, (String, Begun)>>,
    open: Mutex<BTreeMap<CallKey, (String, Spend)>>,
    tools: Mutex<BTreeMap<CallKey, ToolRecord>>,
    budget: Mutex<Budget>,
    replays: bool,
}

impl MemoryJournal {
    /// An empty one with a budget.
    pub fn new(limit: Spend) -> Self {
        Self {
            calls: Mutex::default(),
            open: Mutex::default(),
            tools: Mutex::default(),
            budget: Mutex::new(Budget::new(limit)),
            replays: false,
        }
    }

    /// One that only knows what was recorded: calls with their prompt's hash, and tools. Nothing goes out.
    pub fn replay(calls: Vec<(CallKey, String, Begun)>, tools: Vec<ToolRecord>) -> Self {
        let calls = calls
            .into_iter()
            .map(|(key, hash, outcome)| (key, (hash, outcome)))
            .collect();
        let tools = tools.into_iter().map(|tool| (tool.key.clone(), tool)).collect();
        Self {
            calls: Mutex::new(calls),
            tools: Mutex::new(tools),
            replays: true,
            ..Self::new(Spend::default())
        }
    }

    /// What was spent or is reserved.
    pub fn taken(&self) -> Spend {
        self.budget.lock().taken
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn begin(&self, intent: &Intent) -> Result<Begun, Error> {
        if let Some((hash, begun)) = self.calls.lock().get(&intent.key) {
            return Ok(match *hash == intent.prompt_hash {
                true => begun.clone(),
                false => Begun::Missing,
            });
        }
        if self.replays {
            return Ok(Begun::Missing);
        }
        if let Err(scarce) = self.budget.lock().reserve(intent.most) {
            return Ok(Begun::Over(scarce));
        }
        let reserved = (intent.prompt_hash.clone(), intent.most);
        self.open.lock().insert(intent.key.clone(), reserved);
        Ok(Begun::Go)
    }

    async fn end(&self, key: &CallKey, outcome: &Result<Reply, Failure>, paid: Option<Spend>) -> Result<(), Error> {
        if let Some((hash, reserved)) = self.open.lock().remove(key) {
            self.budget.lock().settle(reserved, paid.unwrap_or(reserved));
            self.calls
                .lock()
                .insert(key.clone(), (hash, Begun::Recorded(outcome.clone())));
        }
        Ok(())
    }

    async fn recorded_tool(&self, key: &CallKey) -> Result<Option<ToolRecord>, Error> {
        Ok(self.tools.lock().get(key).cloned())
    }

    async fn note_tool(&self, record: &ToolRecord) -> Result<(), Error> {
        self.tools.lock().insert(record.key.clone(), record.clone());
        Ok(())
    }
}

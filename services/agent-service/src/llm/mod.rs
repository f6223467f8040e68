//! Language models behind one trait: providers with their wire formats, the chain of models, and the dialogue of a worker.
//!
//! Nothing here decides. A dialogue reads and writes through a [`Journal`], so that it can be resumed, replayed and
//! accounted for; the runtime, never the model, says which tools there are and whose data they see.

mod anthropic;
mod chain;
mod dialogue;
mod gemini;
mod journal;
mod neighbours;
mod openai;
mod prompt;
mod transport;

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use anthropic::Anthropic;
pub use chain::{Chain, Desk, DeskLimits, Link, Model, Tier};
pub use dialogue::{Question, Tools, consult};
pub use gemini::Gemini;
pub use journal::{Begun, CallKey, Intent, Journal, MemoryJournal, ToolRecord};
pub use neighbours::{Neighbours, Silence};
pub use openai::OpenAi;
pub use prompt::VERSION as PROMPT_VERSION;
pub use transport::Endpoint;

/// The tool with which a model gives its answer while other tools are on offer.
pub const ANSWER: &str = "answer";

/// One request, in no provider's words.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    pub model: String,
    pub system: String,
    pub turns: Vec<Turn>,
    /// On offer beside [`ANSWER`]; none means that the answer is due now.
    pub tools: Vec<ToolSpec>,
    /// JSON schema of the answer.
    pub schema: Value,
    pub max_output_tokens: u32,
}

/// One turn of the dialogue.
#[derive(Clone, Debug, Serialize)]
pub enum Turn {
    User(String),
    Calls(Vec<ToolCall>),
    Results(Vec<ToolResult>),
}

/// A tool as the model is told of it.
#[derive(Clone, Debug, Serialize)]
pub struct ToolSpec {
    pub name: &'static str,
    pub description: &'static str,
    /// JSON schema of its arguments. None of them names a tenant or a vehicle.
    pub parameters: Value,
}

/// A model's wish to use a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    pub arguments: Value,
    /// What Gemini wants back with the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// What a tool said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolResult {
    pub id: String,
    pub name: String,
    pub output: Value,
}

/// What a model replied, and what it counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub content: Content,
    pub usage: Usage,
}

/// An answer in the schema's shape (not yet checked), or tools to use first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Content {
    Answer(Value),
    Calls(Vec<ToolCall>),
}

/// Tokens as the provider counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
}

/// Why a call brought no reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    #[error("the provider cannot be reached")]
    Unreachable,
    #[error("the provider asks to wait")]
    RateLimited { retry_after_ms: Option<u64> },
    #[error("the provider failed with {0}")]
    Server(u16),
    #[error("the provider refuses the request with {0}")]
    Rejected(u16),
    #[error("no answer in time")]
    TimedOut,
    #[error("the answer broke off")]
    Truncated,
    #[error("the answer is not what the wire format says")]
    Garbled,
    #[error("the model refuses to answer")]
    Refused,
    #[error("the run has no time left")]
    OutOfTime,
}

impl Failure {
    /// Its name in metrics and the journal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::RateLimited { .. } => "rate_limited",
            Self::Server(_) => "server_error",
            Self::Rejected(_) => "rejected",
            Self::TimedOut => "timeout",
            Self::Truncated => "truncated",
            Self::Garbled => "garbled",
            Self::Refused => "refused",
            Self::OutOfTime => "out_of_time",
        }
    }

    /// Whether the provider did no work, so that nothing was paid and the same call may be made again.
    pub fn is_free(&self) -> bool {
        matches!(
            self,
            Self::Unreachable | Self::RateLimited { .. } | Self::Server(_) | Self::Rejected(_) | Self::OutOfTime
        )
    }

    /// Whether the same provider may do better in a moment.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Server(_))
    }
}

/// A language model's server.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Its name in metrics and the journal.
    fn name(&self) -> &str;

    /// Makes one call; never more than one request goes out, and none lasts longer than `timeout`.
    async fn complete(&self, request: &Request, timeout: Duration) -> Result<Reply, Failure>;
}

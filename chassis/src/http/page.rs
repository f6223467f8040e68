//! Lists are paged by an opaque cursor.

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Send it as `cursor` to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// The query parameters of a list.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
pub struct PageQuery {
    /// Items on a page; 100 by default, 1000 at most.
    pub limit: Option<usize>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The limit within its bounds.
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(100).clamp(1, 1000)
    }

    /// Where the page before ended, or an empty text.
    pub fn after(&self) -> Result<String, crate::problem::Problem> {
        self.cursor.as_deref().map_or(Ok(String::new()), cursor::decode)
    }
}

/// Cursors: a position, packed so that nobody is tempted to build one.
pub mod cursor {
    use crate::problem::{Kind, Problem};

    /// Packs a position.
    pub fn encode(position: &str) -> String {
        crate::ids::hex(position.as_bytes())
    }

    /// Unpacks a position; a foreign text is a 400 problem.
    pub fn decode(cursor: &str) -> Result<String, Problem> {
        let refused = || {
            Problem::new(
                Kind::BadRequest,
                "request.cursor",
                "The cursor was not given out by this list.",
            )
        };
        if !cursor.is_ascii() || !cursor.len().is_multiple_of(2) {
            return Err(refused());
        }
        let bytes = (0..cursor.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&cursor[at..at + 2], 16));
        let bytes: Vec<u8> = bytes.collect::<Result<_, _>>().map_err(|_| refused())?;
        String::from_utf8(bytes).map_err(|_| refused())
    }
}

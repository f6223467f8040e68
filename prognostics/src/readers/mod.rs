//! Readers of published data. They take anything that can be read and hold no path.

pub mod cmapss;
pub mod table;

/// Why a text could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// The source failed.
    Source(std::io::Error),
    /// A line does not say what it should.
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// There is nothing in it.
    Empty,
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Source(_) => write!(f, "the source could not be read"),
            Self::Line { line, problem } => write!(f, "line {line}: {problem}"),
            Self::Empty => write!(f, "there are no rows"),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Source(error) => Some(error),
            Self::Line { .. } | Self::Empty => None,
        }
    }
}

impl From<std::io::Error> for ReadError {
    fn from(error: std::io::Error) -> Self {
        Self::Source(error)
    }
}

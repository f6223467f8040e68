//! Tables with a header line: one record a line, fields split by one character.

use std::io::{BufRead, BufReader, Read};

use super::ReadError;

/// A table as words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns.
    pub header: Vec<String>,
    /// The fields, row by row, each as many as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// Reads a table. Quotes are not understood: the data sets that this is for have none.
///
/// # Errors
/// When a row has another number of fields than the header.
pub fn read(source: impl Read, separator: char) -> Result<Table, ReadError> {
    let split = |line: &str| -> Vec<String> { line.split(separator).map(|field| field.trim().to_owned()).collect() };
    let mut lines = BufReader::new(source).lines();
    let header = split(lines.next().ok_or(ReadError::Empty)??.trim_start_matches('\u{feff}'));
    let mut rows = Vec::new();
    for (index, line) in lines.enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let row = split(&line);
        if row.len() != header.len() {
            let problem = format!("{} fields, {} expected", row.len(), header.len());
            return Err(ReadError::Line {
                line: index + 2,
                problem,
            });
        }
        rows.push(row);
    }
    if rows.is_empty() {
        Err(ReadError::Empty)
    } else {
        Ok(Table { header, rows })
    }
}

impl Table {
    /// One column as numbers; what is not a number (blank, "na") is `NaN`. `None` without such a column.
    #[must_use]
    pub fn numbers(&self, column: &str) -> Option<Vec<f32>> {
        let place = self.header.iter().position(|name| name == column)?;
        Some(
            self.rows
                .iter()
                .map(|row| row[place].parse().unwrap_or(f32::NAN))
                .collect(),
        )
    }

    /// One column as words; `None` without such a column.
    #[must_use]
    pub fn words(&self, column: &str) -> Option<Vec<&str>> {
        let place = self.header.iter().position(|name| name == column)?;
        Some(self.rows.iter().map(|row| row[place].as_str()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_numbers_and_words() {
        let table = read("\u{feff}class,a\r\nneg,1.5\r\npos,na\r\n\r\n".as_bytes(), ',').unwrap();
        assert_eq!(table.words("class").unwrap(), ["neg", "pos"]);
        let numbers = table.numbers("a").unwrap();
        assert!(numbers[0] == 1.5 && numbers[1].is_nan());
        assert_eq!(table.numbers("b"), None);
        assert!(read("a,b\n1\n".as_bytes(), ',').is_err());
        assert!(read("a,b\n".as_bytes(), ',').is_err());
    }
}

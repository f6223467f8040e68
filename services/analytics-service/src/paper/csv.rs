//! Tables as CSV (RFC 4180), one after the other; the first column names the table.

use super::{Block, Cell, Document, PaperError};

pub(super) fn write(document: &Document) -> Result<Vec<u8>, PaperError> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for block in &document.blocks {
        match block {
            Block::Table(table) => {
                let names = table.columns.iter().map(|column| column.name);
                writer.write_record(std::iter::once("section").chain(names))?;
                for row in &table.rows {
                    let cells = row.iter().map(written);
                    writer.write_record(std::iter::once(harmless(&table.title)).chain(cells))?;
                }
            }
            Block::Tiles(tiles) => {
                writer.write_record(["section", "name", "value", "note"])?;
                for tile in tiles {
                    writer.write_record(
                        [&document.title, &tile.label, &tile.value, &tile.note].map(|text| harmless(text)),
                    )?;
                }
            }
            Block::Chart(chart) => {
                writer.write_record(["section", "from", "value"])?;
                for (label, value) in &chart.points {
                    let value = value.map(|value| value.to_string()).unwrap_or_default();
                    writer.write_record([harmless(&chart.title), harmless(label), value])?;
                }
            }
            Block::Heading(_) | Block::Text(_) | Block::Bars(_) => {}
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// Numbers as they are, texts without a formula in them.
fn written(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Number(value, _) => value.to_string(),
    }
}

/// A text that no spreadsheet takes for a formula: what begins like one is quoted (OWASP, CSV injection).
fn harmless(text: &str) -> String {
    match text.trim_start_matches(['\u{feff}', ' ']).chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{Column, Table};

    #[test]
    fn formulas_are_texts_and_numbers_stay_numbers() {
        let hostile = [
            "=1+1",
            "+cmd",
            "-2+3",
            "@SUM(A1)",
            "\tx",
            "  =HYPERLINK(\"x\")",
            "a\"b,c",
        ];
        let rows = hostile
            .iter()
            .map(|text| vec![Cell::Text((*text).to_owned()), Cell::Number(-2.5, "-2.5".to_owned())]);
        let column = |name| Column {
            name,
            width: 1.0,
            right: false,
        };
        let table = Table {
            title: "t".into(),
            columns: vec![column("a"), column("b")],
            rows: rows.collect(),
        };
        let document = Document {
            blocks: vec![Block::Table(table)],
            ..Document::default()
        };
        let bytes = write(&document).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(read.len(), hostile.len());
        for (record, text) in read.iter().zip(hostile) {
            let expected = if text.starts_with('a') {
                text.to_owned()
            } else {
                format!("'{text}")
            };
            assert_eq!((&record[1], &record[2]), (expected.as_str(), "-2.5"));
        }
    }
}

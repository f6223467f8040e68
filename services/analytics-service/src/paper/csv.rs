//! Tables as CSV (RFC 4180), one after the other; the first column names the table. Programs read it: codes stand for names.

use super::{Block, Cell, Document, PaperError, Table, Tile};
use crate::domain::report::ReportFormat;

type Writer = csv::Writer<Vec<u8>>;

pub(super) fn write(document: &Document) -> Result<Vec<u8>, PaperError> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for block in &document.blocks {
        match block {
            Block::Table(table) => write_table(&mut writer, table)?,
            Block::Tiles(tiles) => write_tiles(&mut writer, tiles)?,
            Block::Chart(chart) => {
                writer.write_record(["section", "from", "value", "unit"])?;
                for point in &chart.points {
                    let value = point.value.map(|value| value.to_string()).unwrap_or_default();
                    let unit = chart.measure.unit();
                    writer.write_record([harmless(&chart.key), point.day.to_string(), value, harmless(unit)])?;
                }
            }
            Block::Heading(_) | Block::Text(_) | Block::Bars(_) => {}
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn write_table(writer: &mut Writer, table: &Table) -> Result<(), PaperError> {
    let columns = table.columns_on(ReportFormat::Csv);
    writer.write_record(std::iter::once("section").chain(columns.iter().map(|column| column.key)))?;
    for row in table.rows_on(ReportFormat::Csv) {
        let cells = row.into_iter().map(written);
        writer.write_record(std::iter::once(harmless(&table.key)).chain(cells))?;
    }
    Ok(())
}

fn write_tiles(writer: &mut Writer, tiles: &[Tile]) -> Result<(), PaperError> {
    writer.write_record(["section", "name", "value", "unit", "before"])?;
    for tile in tiles {
        let (value, before) = (written(&tile.value), written(&tile.before));
        let unit = harmless(tile.value.unit());
        writer.write_record(["summary".to_owned(), harmless(&tile.key), value, unit, before])?;
    }
    Ok(())
}

/// Numbers as they are, days as ISO 8601, codes for names, texts without a formula in them.
fn written(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Coded { code, .. } => harmless(code),
        Cell::Day { day, .. } => day.to_string(),
        Cell::Number { value, .. } => value.to_string(),
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
    use crate::paper::{Column, Measure, On};

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
        let number = Cell::Number {
            value: -2.5,
            text: "-2,5".into(),
            measure: Measure::Plain,
        };
        let rows = hostile
            .iter()
            .map(|text| vec![Cell::Text((*text).to_owned()), number.clone()]);
        let column = |key| Column {
            key,
            name: key.to_owned(),
            width: 1.0,
            right: false,
            on: On::All,
        };
        let table = Table {
            key: "t".into(),
            columns: vec![column("a"), column("b")],
            rows: rows.collect(),
            ..Table::default()
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

//! Reads a logger's delimited text, whatever state it is in.
//!
//! Tolerated without a word: gzip or plain, any of comma, semicolon and tab, decimal comma where the separator is
//! another, any line end, a byte-order mark, Latin-1, doubly encoded UTF-8 in the header, blanks around values, a
//! separator at the end of rows, columns that no row has, empty cells, and a header that comes again. Counted, and
//! posted as far as they can be represented: rows that break off, rows that are too long or too short, and cells that
//! are no numbers. Nothing here knows what a column means, and no input makes it panic.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use flate2::read::MultiGzDecoder;
use serde::Serialize;

/// Largest log, unpacked. A larger one is refused, so that a bad file cannot take all memory.
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// What loggers write where they have no value.
const ABSENT: [&str; 6] = ["", "-", "na", "n/a", "null", "nan"];
/// Units as loggers write them, and the spelling that is posted.
const UNITS: [(&str, &str); 12] = [
    ("°c", "degC"),
    ("℃", "degC"),
    ("c", "degC"),
    ("°f", "degF"),
    ("℉", "degF"),
    ("f", "degF"),
    ("rpm", "rpm"),
    ("km/h", "km/h"),
    ("kpa", "kPa"),
    ("g/s", "g/s"),
    ("%", "percent"),
    ("v", "V"),
];

/// Why a log cannot be read at all.
#[derive(Debug, PartialEq, Eq)]
pub enum TableError {
    /// There is not one line.
    Empty,
    /// The first line is no header: it has fewer than two columns.
    NoHeader,
}

impl std::fmt::Display for TableError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Empty => "the file has no line",
            Self::NoHeader => "the first line is no header of two or more columns",
        })
    }
}

impl std::error::Error for TableError {}

/// A column: the logger's own name, and the unit if the header gives one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As it stands in the header, without the unit's brackets.
    pub name: Arc<str>,
    /// In the posted spelling (`degC`, `km/h`, `percent` …); unknown ones as written.
    pub unit: Option<Arc<str>>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A finite number.
    Number(f64),
    /// No value.
    Empty,
    /// Something that is no number.
    Text(String),
    /// The row broke off before this cell.
    Lost,
}

/// One row under the header.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// At most as many cells as there are columns.
    pub cells: Vec<Cell>,
    /// The last row of a file that breaks off in the middle.
    pub cut: bool,
}

/// What was met on the way; all of it is posted as far as it can be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Last rows that break off in the middle.
    pub cut_rows: u64,
    /// Rows shorter than their neighbours, not at the end.
    pub short_rows: u64,
    /// Rows with values beyond the last column; those values have no name and are not posted.
    pub long_rows: u64,
    /// Cells that are neither empty nor a number.
    pub unreadable_cells: u64,
    /// Columns of a header that no row has a value for.
    pub missing_columns: u64,
    /// Headers in mid-file.
    pub repeated_headers: u64,
    /// Rows whose time cannot be read.
    pub unreadable_times: u64,
    /// Rows without one value; they are not posted.
    pub empty_rows: u64,
    /// Files whose compressed data ends too early.
    pub cut_files: u64,
}

impl Counts {
    /// Adds another file's counts.
    pub fn add(&mut self, other: &Self) {
        self.cut_rows += other.cut_rows;
        self.short_rows += other.short_rows;
        self.long_rows += other.long_rows;
        self.unreadable_cells += other.unreadable_cells;
        self.missing_columns += other.missing_columns;
        self.repeated_headers += other.repeated_headers;
        self.unreadable_times += other.unreadable_times;
        self.empty_rows += other.empty_rows;
        self.cut_files += other.cut_files;
    }
}

/// A log in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The header's columns.
    pub columns: Vec<Column>,
    /// The rows in file order.
    pub rows: Vec<Row>,
    /// What was met.
    pub counts: Counts,
}

/// Reads a plain or gzip file.
///
/// # Errors
/// When it cannot be opened, is larger than half a GiB unpacked, or has no header.
pub fn read_file(path: &Path) -> anyhow::Result<Table> {
    let packed = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut bytes = Vec::new();
    let mut cut = false;
    if packed.starts_with(&[0x1f, 0x8b]) {
        // A file cut short still yields the rows before the cut.
        cut = MultiGzDecoder::new(&packed[..])
            .take(FILE_BYTES_MAX)
            .read_to_end(&mut bytes)
            .is_err();
    } else {
        bytes = packed;
    }
    anyhow::ensure!((bytes.len() as u64) < FILE_BYTES_MAX, "{} is too large", path.display());
    let mut table = parse(&bytes).with_context(|| format!("{} is no log", path.display()))?;
    table.counts.cut_files = u64::from(cut);
    Ok(table)
}

/// Parses the bytes of one log.
///
/// # Errors
/// When there is no header.
pub fn parse(bytes: &[u8]) -> Result<Table, TableError> {
    let text = decode(bytes);
    let separator = separator_of(
        text.lines()
            .find(|line| !line.trim().is_empty())
            .ok_or(TableError::Empty)?,
    );
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .quoting(text.contains('"'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut lines = reader
        .records()
        .filter_map(Result::ok)
        .filter(|line| line.iter().any(|cell| !cell.is_empty()));
    let header = lines.next().ok_or(TableError::Empty)?;
    let mut names: Vec<&str> = header.iter().collect();
    while names.last().is_some_and(|name| name.is_empty()) {
        names.pop();
    }
    if names.len() < 2 {
        return Err(TableError::NoHeader);
    }
    let mut table = Table {
        columns: names.iter().map(|name| column(name)).collect(),
        rows: Vec::new(),
        counts: Counts::default(),
    };
    for line in lines {
        if line.iter().take(names.len()).eq(names.iter().copied()) {
            table.counts.repeated_headers += 1;
        } else {
            let row = row(&line, names.len(), separator, &mut table.counts);
            table.rows.push(row);
        }
    }
    judge_lengths(&mut table);
    Ok(table)
}

/// UTF-8 where it is, else Latin-1, without a byte-order mark.
fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// The separator that stands most often in the header.
fn separator_of(header: &str) -> u8 {
    let count = |separator: char| header.matches(separator).count();
    [',', ';', '\t']
        .into_iter()
        .rev()
        .max_by_key(|separator| count(*separator))
        .map_or(b',', |c| c as u8)
}

/// Splits `Name [unit]` and `Name (unit)`; an empty bracket means no unit.
fn column(header: &str) -> Column {
    let header = header.replace("Â°", "°").replace("â„ƒ", "℃");
    let split = match header.chars().last() {
        Some(']') => header.rfind('['),
        Some(')') => header.rfind('('),
        _ => None,
    };
    let Some(open) = split else {
        return Column {
            name: header.into(),
            unit: None,
        };
    };
    let unit = header[open + 1..header.len() - 1].trim();
    let spelling = UNITS
        .iter()
        .find(|(written, _)| *written == unit.to_lowercase())
        .map_or(unit, |(_, posted)| posted);
    Column {
        name: header[..open].trim().into(),
        unit: (!unit.is_empty()).then(|| spelling.into()),
    }
}

fn row(line: &csv::StringRecord, width: usize, separator: u8, counts: &mut Counts) -> Row {
    let mut cells: Vec<Cell> = line.iter().take(width).map(|text| cell(text, separator)).collect();
    if line.iter().skip(width).any(|text| !text.is_empty()) {
        counts.long_rows += 1;
    }
    // A separator at the end of a row that breaks off is no cell.
    if line.len() < width && cells.last() == Some(&Cell::Empty) {
        cells.pop();
    }
    Row { cells, cut: false }
}

fn cell(text: &str, separator: u8) -> Cell {
    if ABSENT.iter().any(|absent| text.eq_ignore_ascii_case(absent)) {
        return Cell::Empty;
    }
    let number = if separator != b',' && text.matches(',').count() == 1 {
        text.replace(',', ".")
    } else {
        text.to_owned()
    };
    // `f64::from_str` also takes words such as `infinity`, which no logger means.
    let numeric = number.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    match number.parse::<f64>() {
        Ok(value) if numeric && value.is_finite() => Cell::Number(value),
        _ => Cell::Text(text.to_owned()),
    }
}

/// Tells columns that the logger never had from rows that broke off, by comparing each row with the widest one.
fn judge_lengths(table: &mut Table) {
    let Some(widest) = table.rows.iter().map(|row| row.cells.len()).max() else {
        return;
    };
    table.counts.missing_columns = (table.columns.len() - widest) as u64;
    let last = table.rows.len() - 1;
    for (index, row) in table.rows.iter_mut().enumerate() {
        if row.cells.len() == widest {
            continue;
        }
        if index == last && last > 0 {
            row.cut = true;
            row.cells.resize(widest, Cell::Lost);
            table.counts.cut_rows += 1;
        } else {
            table.counts.short_rows += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(row: &Row) -> Vec<Option<f64>> {
        row.cells
            .iter()
            .map(|cell| {
                if let Cell::Number(value) = cell {
                    Some(*value)
                } else {
                    None
                }
            })
            .collect()
    }

    #[test]
    fn a_header_without_units_and_rows_with_a_separator_at_the_end() {
        let table = parse(b"ENGINE_RUN_TINE (),ENGINE_RPM ()\n0.000000, 658.500000,\n1.000000, 660.250000,\n").unwrap();
        assert_eq!(
            table.columns[0],
            Column {
                name: "ENGINE_RUN_TINE".into(),
                unit: None
            }
        );
        assert_eq!(numbers(&table.rows[1]), [Some(1.0), Some(660.25)]);
        assert_eq!(table.counts, Counts::default());
    }

    #[test]
    fn a_degree_sign_is_read_once_and_doubly_encoded() {
        for header in ["T [\u{b0}C]", "T [\u{c2}\u{b0}C]", "T [\u{2103}]", "T (\u{b0}C)"] {
            let table = parse(format!("Time,{header}\r\n07:00:00.1,31\r\n").as_bytes()).unwrap();
            assert_eq!(
                table.columns[1],
                Column {
                    name: "T".into(),
                    unit: Some("degC".into())
                },
                "{header}"
            );
        }
        let latin = parse(b"Time,T [\xb0C]\n07:00:00,31\n").unwrap();
        assert_eq!(latin.columns[1].unit.as_deref(), Some("degC"));
    }

    #[test]
    fn a_last_row_that_breaks_off_is_told_from_columns_that_never_were() {
        let cut = parse(b"A,B,C\n1,2,3,\n1,2,3,\n1, ").unwrap();
        assert_eq!(
            cut.rows[2],
            Row {
                cells: vec![Cell::Number(1.0), Cell::Lost, Cell::Lost],
                cut: true
            }
        );
        assert_eq!((cut.counts.cut_rows, cut.counts.missing_columns), (1, 0));

        let narrow = parse(b"A,B,C\n1,2\n1,2\n\n").unwrap();
        assert_eq!(
            (narrow.counts.cut_rows, narrow.counts.missing_columns, narrow.rows.len()),
            (0, 1, 2)
        );
    }

    #[test]
    fn partly_empty_rows_are_no_mistake() {
        let table = parse(b"Time,A,B\r\n07:16:30.444,31,\r\n07:16:30.535,31,96.0\r\n").unwrap();
        assert_eq!(table.rows[0].cells[2], Cell::Empty);
        assert_eq!(table.counts, Counts::default());
    }

    #[test]
    fn separators_and_decimal_commas() {
        let table = parse(b"\xef\xbb\xbfA;B\r1,5;-2\r-;+3,25\r").unwrap();
        assert_eq!(numbers(&table.rows[0]), [Some(1.5), Some(-2.0)]);
        assert_eq!(numbers(&table.rows[1]), [None, Some(3.25)]);
        assert_eq!(
            numbers(&parse(b"A\tB\n1\t2\n").unwrap().rows[0]),
            [Some(1.0), Some(2.0)]
        );
    }

    #[test]
    fn what_is_no_number_stays_text() {
        let table = parse(b"A,B\n82C,inf\n1e999,NaN\nA,B\n1,2,3\n1\n1,2\n").unwrap();
        assert_eq!(
            table.rows[0].cells,
            [Cell::Text("82C".into()), Cell::Text("inf".into())]
        );
        assert_eq!(table.rows[1].cells, [Cell::Text("1e999".into()), Cell::Empty]);
        let counts = Counts {
            repeated_headers: 1,
            long_rows: 1,
            short_rows: 1,
            ..Counts::default()
        };
        assert_eq!(table.counts, counts);
    }

    #[test]
    fn what_is_no_log_is_refused() {
        assert_eq!(parse(b""), Err(TableError::Empty));
        assert_eq!(parse(b"\n \r\n"), Err(TableError::Empty));
        assert_eq!(parse(b"one\n2\n"), Err(TableError::NoHeader));
    }

    #[test]
    fn a_compressed_file_cut_short_yields_the_rows_before_the_cut() {
        use std::io::Write;
        let mut text = String::from("A,B\n");
        for row in 0..5_000_u32 {
            text.push_str(&format!("{row},{}\n", row.wrapping_mul(2_654_435_761)));
        }
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.csv.gz");
        std::fs::write(&path, &packed[..packed.len() / 2]).unwrap();
        let table = read_file(&path).unwrap();
        assert_eq!(table.counts.cut_files, 1);
        assert!((100..5_000).contains(&table.rows.len()), "{}", table.rows.len());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(table) = parse(&bytes) {
                let _ = super::super::clock::offsets_ms(&table);
            }
        }

        #[test]
        fn any_mangled_log_is_read_without_panic(text in "Time,A \\[\u{b0}C\\](\r?\n[0-9:.,; \"a-]{0,20}){0,20}") {
            let table = parse(text.as_bytes()).unwrap();
            let offsets = super::super::clock::offsets_ms(&table);
            prop_assert_eq!(offsets.len(), table.rows.len());
            prop_assert!(table.rows.iter().all(|row| row.cells.len() <= table.columns.len()));
        }
    }
}

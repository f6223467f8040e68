//! The parsers on the real logs, where they are at hand (`CARVROOOM_DATA`).

use std::path::PathBuf;

use fleetsim::replay::{Cell, Counts, files_of, offsets_ms, read_file};

/// The data folder; without it the test is not run, which continuous integration does not accept.
fn data(folder: &str) -> Option<PathBuf> {
    match std::env::var_os("CARVROOOM_DATA") {
        Some(root) => Some(PathBuf::from(root).join(folder)),
        None if std::env::var_os("CI").is_some_and(|ci| ci == "true") => panic!("CARVROOOM_DATA is not set"),
        None => {
            println!("not run: CARVROOOM_DATA is not set");
            None
        }
    }
}

#[test]
fn every_etios_log_is_read_to_its_end() {
    let Some(folder) = data("obd-carobd-etios") else { return };
    let mut rows = 0;
    let mut counts = Counts::default();
    for file in files_of(&[folder]).unwrap() {
        let table = read_file(&file).unwrap();
        assert_eq!(table.columns.len(), 27, "{}", file.display());
        assert!(
            table
                .columns
                .iter()
                .all(|column| column.unit.is_none() && !column.name.contains('('))
        );
        assert_eq!(
            table.counts.missing_columns > 0,
            file.ends_with("live6.csv.gz"),
            "{}",
            file.display()
        );
        rows += table.rows.len();
        counts.add(&table.counts);
    }
    assert_eq!(rows, 239_662);
    assert_eq!(
        counts,
        Counts {
            cut_rows: 3,
            missing_columns: 3,
            ..Counts::default()
        }
    );
}

#[test]
fn every_seat_log_is_read_to_its_end() {
    let Some(folder) = data("obd-kit-seat-leon") else {
        return;
    };
    let (mut rows, mut steps_back, mut longest_gap_ms) = (0, 0, 0);
    for file in files_of(&[folder]).unwrap() {
        let table = read_file(&file).unwrap();
        let units: Vec<Option<&str>> = table.columns.iter().map(|column| column.unit.as_deref()).collect();
        assert_eq!(
            units[..4],
            [None, Some("degC"), Some("kPa"), Some("rpm")],
            "{}",
            file.display()
        );
        assert_eq!(table.counts, Counts::default(), "{}", file.display());
        let offsets: Vec<i64> = offsets_ms(&table)
            .into_iter()
            .map(|offset| offset.expect("every row has a time"))
            .collect();
        for pair in offsets.windows(2) {
            steps_back += u32::from(pair[1] < pair[0]);
            longest_gap_ms = longest_gap_ms.max(pair[1] - pair[0]);
        }
        assert!(
            table.rows.iter().skip(20).all(|row| !row.cells.contains(&Cell::Empty)),
            "{}",
            file.display()
        );
        rows += table.rows.len();
    }
    assert_eq!(rows, 1_971_160);
    assert_eq!(steps_back, 5);
    assert!((520_000..525_000).contains(&longest_gap_ms), "{longest_gap_ms}");
}

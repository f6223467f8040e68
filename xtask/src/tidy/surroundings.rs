//! What a service may not reach for: the wall clock, the environment, the process.

use super::{Finding, place_in_service};
use crate::repository::{File, Repository};
use crate::rust_text::{mask, test_lines};

/// Ways to read a clock that nobody handed down.
const CLOCKS: [&str; 5] = [
    "Utc::now",
    "Local::now",
    "SystemTime",
    "Instant::now",
    "OffsetDateTime::now",
];
/// Ways in which a database reads its own clock.
const SQL_CLOCKS: [&str; 5] = [
    "now()",
    "current_timestamp",
    "datetime('now",
    "strftime('%",
    "unixepoch(",
];
/// Ways to reach the process.
const PROCESS: [&str; 6] = [
    "env::var",
    "env::args",
    "process::exit",
    "process::abort",
    "set_global_default",
    "panic::set_hook",
];

/// Lines outside tests, masked, with their numbers.
fn shipped_lines<'a>(masked: &'a str, code: &str) -> Vec<(usize, &'a str)> {
    let tests = test_lines(code);
    let lines = masked.lines().enumerate().map(|(index, line)| (index + 1, line));
    lines
        .filter(|(number, _)| !tests.iter().any(|range| range.contains(number)))
        .collect()
}

fn is_shipped(file: &File) -> bool {
    !file.path.contains("/tests/") && !file.path.contains("/benches/") && !file.path.contains("/examples/")
}

/// Time is business time from the runtime, or event time from the data; only the chassis owns clocks. The tools that
/// run outside the platform (simulator, launcher, xtask) live in the real world.
pub(crate) fn clocks(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.rust().filter(|file| is_shipped(file)) {
        if !file.path.starts_with("services/") && !file.path.starts_with("prognostics/") {
            continue;
        }
        let masked = mask(&file.text);
        for (line, text) in shipped_lines(&masked.code, &masked.code) {
            for clock in CLOCKS.iter().filter(|clock| text.contains(**clock)) {
                findings.push(Finding::new(
                    &file.path,
                    line,
                    format!("`{clock}`: take the clock that `build` got"),
                ));
            }
        }
        for (line, text) in shipped_lines(&masked.literals, &masked.code) {
            let text = text.to_lowercase();
            for clock in SQL_CLOCKS.iter().filter(|clock| text.contains(**clock)) {
                findings.push(Finding::new(
                    &file.path,
                    line,
                    format!("`{clock}` in SQL: bind a time from the clock"),
                ));
            }
        }
    }
    findings
}

/// Below main a service sees no environment and no process: seven share one.
pub(crate) fn process(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.under("services/", ".rs").filter(|file| is_shipped(file)) {
        let Some((_, place)) = place_in_service(&file.path) else {
            continue;
        };
        let masked = mask(&file.text);
        for (line, text) in shipped_lines(&masked.code, &masked.code)
            .into_iter()
            .filter(|_| place != "main.rs")
        {
            for reach in PROCESS.iter().filter(|reach| text.contains(**reach)) {
                findings.push(Finding::new(
                    &file.path,
                    line,
                    format!("`{reach}`: main owns the process"),
                ));
            }
        }
        for (line, text) in shipped_lines(&masked.literals, &masked.code) {
            if text.contains("CARVROOOM_") {
                findings.push(Finding::new(
                    &file.path,
                    line,
                    "a service does not know the launcher's environment",
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    const PATH: &str = "services/a-service/src/use_cases/x.rs";

    #[test]
    fn a_clock_that_is_handed_down_passes() {
        let good = "let now = clock.now(); // not Utc::now\nfn instant_now() {}\n#[cfg(test)]\nmod tests { fn x() { Utc::now(); } }\n";
        assert!(found(clocks, &[(PATH, good)]).is_empty());
        assert!(found(clocks, &[("fleetsim/src/x.rs", "let now = Utc::now();\n")]).is_empty());
        assert!(
            found(
                clocks,
                &[("services/a-service/tests/it/x.rs", "let now = Utc::now();\n")]
            )
            .is_empty()
        );
    }

    #[test]
    fn a_clock_of_its_own_is_found() {
        assert_eq!(found(clocks, &[(PATH, "let now = chrono::Utc::now();\n")]).len(), 1);
        assert_eq!(
            found(clocks, &[(PATH, "let sql = \"UPDATE x SET y = NOW()\";\n")]).len(),
            1
        );
        assert_eq!(
            found(clocks, &[("prognostics/src/x.rs", "let t = Instant::now();\n")]).len(),
            1
        );
    }

    #[test]
    fn only_main_may_see_the_process() {
        let text = "fn f() { std::env::var(\"X\"); std::process::exit(1); }\n";
        assert_eq!(found(process, &[(PATH, text)]).len(), 2);
        assert!(found(process, &[("services/a-service/src/main.rs", text)]).is_empty());
        assert_eq!(
            found(process, &[(PATH, "const K: &str = \"CARVROOOM_KEY\";\n")]).len(),
            1
        );
        assert!(found(process, &[(PATH, "// std::env::var and CARVROOOM_KEY\n")]).is_empty());
    }
}

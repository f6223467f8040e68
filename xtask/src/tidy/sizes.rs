//! A file is read in one sitting, a function on one screen.

use super::Finding;
use crate::repository::Repository;
use crate::rust_text::{functions, mask};

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;
const MAIN_LINES_MAX: usize = 15;

pub(crate) fn sizes(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.rust() {
        let lines = file.text.lines().count();
        if lines > FILE_LINES_MAX {
            findings.push(Finding::new(
                &file.path,
                0,
                format!("{lines} lines; {FILE_LINES_MAX} at most"),
            ));
        }
        if file.path.starts_with("services/") && file.path.ends_with("/src/main.rs") && lines > MAIN_LINES_MAX {
            findings.push(Finding::new(
                &file.path,
                0,
                format!("{lines} lines; a main has {MAIN_LINES_MAX} at most"),
            ));
        }
        for function in functions(&mask(&file.text).code) {
            if function.lines > FUNCTION_LINES_MAX {
                let text = format!(
                    "`{}` has {} lines; {FUNCTION_LINES_MAX} at most",
                    function.name, function.lines
                );
                findings.push(Finding::new(&file.path, function.line, text));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn what_fits_passes() {
        let text = format!("fn a() {{\n{}}}\n", "    b();\n".repeat(68));
        assert!(found(sizes, &[("x/src/a.rs", &text)]).is_empty());
        assert!(found(sizes, &[("services/a-service/src/main.rs", &"\n".repeat(15))]).is_empty());
    }

    #[test]
    fn what_does_not_fit_is_found() {
        let long = format!("fn a() {{\n{}}}\n", "    b();\n".repeat(69));
        assert_eq!(
            found(sizes, &[("x/src/a.rs", &long)]),
            ["x/src/a.rs:1: `a` has 71 lines; 70 at most"]
        );
        assert_eq!(
            found(sizes, &[("x/src/a.rs", &"\n".repeat(501))]),
            ["x/src/a.rs: 501 lines; 500 at most"]
        );
        assert_eq!(
            found(sizes, &[("services/a-service/src/main.rs", &"\n".repeat(16))]).len(),
            1
        );
    }
}

//! A `.env` file in the working folder: what the environment does not set itself. Lines are `NAME=value`; a value may stand in quotes, and
//! without them ends at ` #`.

use std::path::Path;

/// The variables of a process: its own, and those of the file where it is there.
///
/// # Errors
/// When the file is there and cannot be read, or a line of it is no assignment.
pub(crate) fn environment(file: &Path, own: Vec<(String, String)>) -> anyhow::Result<Vec<(String, String)>> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(own),
        Err(error) => return Err(anyhow::Error::new(error).context(file.display().to_string())),
    };
    let mut all = own;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            anyhow::bail!("{} line {}: not NAME=value", file.display(), number + 1);
        };
        let name = name.trim_start_matches("export ").trim();
        if !all.iter().any(|(known, _)| known == name) {
            all.push((name.to_owned(), unquoted(value.trim()).to_owned()));
        }
    }
    Ok(all)
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some((inner, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return inner;
        }
    }
    if value.starts_with('#') {
        return "";
    }
    value.split_once(" #").map_or(value, |(value, _)| value).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_fills_what_the_environment_leaves_open() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".env");
        let own = vec![("A".to_owned(), "own".to_owned())];
        assert_eq!(environment(&file, own.clone()).unwrap(), own);
        std::fs::write(
            &file,
            "# words\nA=file\nB= two # words\nexport C='x # y'\nD={ a = \"b\" }\nE= # none\n",
        )
        .unwrap();
        let all = environment(&file, own).unwrap();
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(
            all,
            [
                ("A", "own"),
                ("B", "two"),
                ("C", "x # y"),
                ("D", "{ a = \"b\" }"),
                ("E", "")
            ]
        );
        std::fs::write(&file, "nonsense\n").unwrap();
        assert!(environment(&file, vec![]).unwrap_err().to_string().contains("line 1"));
    }
}

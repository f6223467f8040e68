//! No orphans: a source that no module declares is not compiled, not tested, and believed by readers.

use std::collections::BTreeSet;

use super::Finding;
use crate::repository::Repository;
use crate::rust_text::{declared_modules, mask};

/// Beginnings of targets: cargo compiles these without a declaration.
fn is_root(path: &str) -> bool {
    let in_folder = |folder: &str| {
        path.rsplit_once(folder).is_some_and(|(_, rest)| {
            !rest.contains('/') || rest.ends_with("/main.rs") && rest.matches('/').count() == 1
        })
    };
    path.ends_with("/src/main.rs")
        || path.ends_with("/src/lib.rs")
        || path.ends_with("/build.rs")
        || ["/tests/", "/examples/", "/benches/", "/src/bin/"]
            .iter()
            .any(|folder| in_folder(folder))
}

pub(crate) fn modules(repository: &Repository) -> Vec<Finding> {
    let sources: Vec<_> = repository
        .rust()
        .filter(|file| !file.path.contains("/templates/"))
        .collect();
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut waiting: Vec<&str> = sources
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| is_root(path))
        .collect();
    while let Some(path) = waiting.pop() {
        if !reached.insert(path) {
            continue;
        }
        let folder = folder_of_children(path);
        for name in declared_modules(&mask(repository.text(path).unwrap_or_default()).code) {
            let places = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")];
            waiting.extend(
                sources
                    .iter()
                    .map(|file| file.path.as_str())
                    .filter(|path| places.iter().any(|p| p == path)),
            );
        }
    }
    let orphans = sources.iter().filter(|file| !reached.contains(file.path.as_str()));
    orphans
        .map(|file| Finding::new(&file.path, 0, "no module declares this file"))
        .collect()
}

/// Where a file's child modules lie.
fn folder_of_children(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name.strip_suffix(".rs") {
        Some("mod" | "lib" | "main") | None => folder.to_owned(),
        Some(_) if is_root(path) => folder.to_owned(),
        Some(stem) => format!("{folder}/{stem}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn declared_files_pass() {
        let files = [
            ("a/src/lib.rs", "pub mod b;\n#[cfg(test)]\nmod c;\n"),
            ("a/src/b/mod.rs", "mod d;\n"),
            ("a/src/b/d.rs", "mod e;\n"),
            ("a/src/b/d/e.rs", ""),
            ("a/src/c.rs", ""),
            ("a/tests/it/main.rs", "mod app;\n"),
            ("a/tests/it/app.rs", ""),
            ("a/examples/x.rs", ""),
        ];
        assert!(found(modules, &files).is_empty());
    }

    #[test]
    fn an_orphan_is_found() {
        let files = [
            ("a/src/lib.rs", "// mod b;\n"),
            ("a/src/b.rs", ""),
            ("a/tests/it/app.rs", ""),
        ];
        let orphans = [
            "a/src/b.rs: no module declares this file",
            "a/tests/it/app.rs: no module declares this file",
        ];
        assert_eq!(found(modules, &files), orphans);
    }
}

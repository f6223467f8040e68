//! What judges the diagnosis stands apart from what it judges.

use std::path::Path;

/// The plant may not read the knowledge base, nor anything of the crate that could hand it over.
#[test]
fn the_plant_cannot_see_the_knowledge_base() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/evaluation/plant");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for word in [
                "crate::",
                "super::super",
                "knowledge",
                "include_str",
                "include_bytes",
                "std::fs",
                "toml",
            ] {
                assert!(!line.contains(word), "{}: {line}", path.display());
            }
        }
        files += 1;
    }
    assert_eq!(files, 3);
}

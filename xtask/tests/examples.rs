//! Every example in `contracts/events` satisfies its schema.

use std::path::Path;

use serde_json::Value;

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_example_satisfies_its_schema() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/events");
    let (mut checked, mut faults) = (0, Vec::new());
    for producer in std::fs::read_dir(events)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
    {
        for path in std::fs::read_dir(producer).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let Some(kind) = name.strip_suffix(".example.json") else {
                continue;
            };
            let schema = read(&path.with_file_name(format!("{kind}.schema.json")));
            let validator = jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{kind}: {error}"));
            let data = &read(&path)["data"];
            faults.extend(
                validator
                    .iter_errors(data)
                    .map(|error| format!("{kind} {}: {error}", error.instance_path())),
            );
            checked += 1;
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(checked >= 30, "only {checked} examples were found");
}

//! What this service promises: its examples hold, its vocabulary is the published one, and the published one is right.

use chassis::testing::contracts;

use crate::app::TestApp;

const NAME: &str = "ingestion-service";

#[test]
fn every_published_type_has_a_schema_and_an_example_that_holds() {
    let mut kinds: Vec<String> = ingestion_service::DEFINITION
        .publishes
        .iter()
        .map(|kind| (*kind).to_owned())
        .collect();
    kinds.sort();
    assert_eq!(contracts::kinds(NAME), kinds);
    for kind in kinds {
        let example = contracts::example(NAME, &kind);
        assert_eq!(example.kind, kind);
        contracts::validate_event(&example);
    }
}

#[test]
fn the_services_vocabulary_is_the_published_one() {
    let published = std::fs::read_to_string(contracts::folder().join("signals.toml")).unwrap();
    assert_eq!(
        include_str!("../../data/signals.toml"),
        published,
        "contracts/signals.toml and data/signals.toml differ"
    );
}

/// Paths and units against the VSS export, where the data folder is at hand.
#[test]
fn paths_and_units_are_those_of_the_vehicle_signal_specification() {
    let Some(folder) = crate::real_logs::data_folder() else {
        return;
    };
    let export = std::fs::read_to_string(folder.join("vss/vss.json")).unwrap();
    let tree: serde_json::Value = serde_json::from_str(&export).unwrap();
    let vocabulary: toml::Table = include_str!("../../data/signals.toml").parse().unwrap();
    for signal in vocabulary["signal"].as_array().unwrap() {
        let path = signal["path"].as_str().unwrap();
        let leaf = path.split('.').try_fold(&tree, |node, part| {
            node.get(part).or_else(|| node.get("children")?.get(part))
        });
        let overlay = signal
            .get("overlay")
            .is_some_and(|overlay| overlay.as_bool() == Some(true));
        assert_eq!(
            leaf.is_none(),
            overlay,
            "{path} is marked as an overlay exactly where VSS has none"
        );
        assert_eq!(path.starts_with("Vehicle.OBD."), overlay, "{path}");
        if let Some(leaf) = leaf {
            let unit = leaf.get("unit").and_then(|unit| unit.as_str()).unwrap_or("");
            assert_eq!(signal["unit"].as_str().unwrap(), unit, "{path}");
        }
    }
}

#[tokio::test]
async fn probes_and_documents_answer() {
    let app = TestApp::start().await;
    for path in ["/health", "/ready", "/openapi.json"] {
        assert_eq!(
            app.http.get(app.service.url(path)).send().await.unwrap().status(),
            200,
            "{path}"
        );
    }
}

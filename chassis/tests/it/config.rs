//! Defaults, file, environment; unknown keys are refused by name.

use std::io::Write;

use chassis::config::{ConfigError, Sources, load};

use crate::toy::{Config, DEFINITION};

fn environment(pairs: &[(&str, &str)]) -> Sources {
    let environment = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Sources {
        environment,
        ..Sources::default()
    }
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    writeln!(file, "[toy]\nlimit = 7\nname = \"from file\"").expect("written");
    let mut sources = environment(&[
        ("TOY__TOY__LIMIT", "9"),
        ("TOY__HTTP__PORT", "4711"),
        ("OTHER__THING", "1"),
        ("CARVROOOM_TOKEN_SECRET", "s"),
    ]);
    sources.file = Some(file.path().to_owned());
    let config: Config = load(&DEFINITION, &sources).expect("loaded");
    assert_eq!(
        (config.toy.limit, config.toy.name.as_str(), config.base.http.port),
        (9, "from file", 4711)
    );
    assert_eq!(config.base.auth.token_secret.reveal(), "s");
    assert_eq!(format!("{:?}", config.base.auth.token_secret), "***");
}

#[test]
fn what_the_program_offers_yields_to_file_and_environment_and_what_it_sets_does_not() {
    let text = |text: &str| toml::Value::String(text.to_owned());
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    writeln!(file, "[auth]\nbootstrap_key = \"from file\"").expect("written");
    let sources = Sources {
        file: Some(file.path().to_owned()),
        offers: vec![
            ("auth.bootstrap_key".to_owned(), text("offered")),
            ("auth.token_secret".to_owned(), text("offered")),
            ("toy.name".to_owned(), text("offered")),
            ("no.such.key".to_owned(), text("offered")),
        ],
        overrides: vec![("toy.limit".to_owned(), toml::Value::Integer(3))],
        ..environment(&[("CARVROOOM_TOKEN_SECRET", "named"), ("TOY__TOY__LIMIT", "9")])
    };
    let config: Config = load(&DEFINITION, &sources).expect("loaded");
    let auth = &config.base.auth;
    assert_eq!(
        (auth.bootstrap_key.reveal(), auth.token_secret.reveal()),
        ("from file", "named")
    );
    assert_eq!((config.toy.name.as_str(), config.toy.limit), ("offered", 3));
}

#[test]
fn unknown_keys_are_refused_by_name() {
    let refused = load::<Config>(&DEFINITION, &environment(&[("TOY__TOY__LIMITT", "9")]))
        .err()
        .expect("refused");
    assert_eq!(
        refused.to_string(),
        "unknown configuration key `toy.limitt` in TOY__TOY__LIMITT"
    );
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    writeln!(file, "[http]\nprot = 1").expect("written");
    let refused = load::<Config>(
        &DEFINITION,
        &Sources {
            file: Some(file.path().to_owned()),
            ..Sources::default()
        },
    );
    assert!(matches!(refused, Err(ConfigError::UnknownKey { key, .. }) if key == "http.prot"));
}

#[test]
fn a_wrong_type_is_refused() {
    assert!(load::<Config>(&DEFINITION, &environment(&[("TOY__TOY__LIMIT", "\"many\"")])).is_err());
    assert!(load::<Config>(&DEFINITION, &environment(&[("TOY__TOY__LIMIT", "many")])).is_err());
}

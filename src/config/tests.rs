use super::{Config, ConfigError};

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn the_documented_default_is_a_configuration() {
    let config = Config::load(None, []).unwrap();
    assert_eq!(config.store.url, "sqlite:data/guichet.db");
}

#[test]
fn the_file_overrides_the_default_and_the_environment_the_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[server]\nmax_in_flight = 7\n[store]\nurl = \"sqlite:a\"\n").unwrap();
    let environment = variables(&[("GUICHET_STORE_URL", "sqlite:b"), ("GUICHET_SERVER_MAX_IN_FLIGHT", "9")]);
    let config = Config::load(Some(file.path()), environment).unwrap();
    assert_eq!((config.store.url.as_str(), config.server.max_in_flight), ("sqlite:b", 9));
    assert_eq!(config.server.listen.port(), 8480);
}

#[test]
fn what_is_shown_holds_no_secret() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[[sms.webhooks]]\naccount = \"a\"\ninsurer = \"b\"\nsecret = \"S3CRET\"\n").unwrap();
    for (url, shown) in [
        ("sqlite:data/guichet.db", "sqlite:data/guichet.db"),
        ("postgres://guichet@db/guichet", "postgres://guichet@db/guichet"),
        ("postgres://guichet:S3CRET@db/guichet", "postgres://guichet:hidden@db/guichet"),
        ("postgres://db/guichet?user=a&password=S3CRET", "postgres://db/guichet?user=a&password=hidden"),
    ] {
        let config = Config::load(Some(file.path()), variables(&[("GUICHET_STORE_URL", url)])).unwrap();
        let config = config.without_secrets();
        assert_eq!(config.store.url, shown);
        assert!(!toml::to_string(&config).unwrap().contains("S3CRET"));
    }
}

#[test]
fn what_is_unknown_is_an_error_and_names_itself() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[server]\nlissten = \"x\"\n").unwrap();
    let error = Config::load(Some(file.path()), []).unwrap_err().to_string();
    assert!(error.contains("lissten"), "{error}");
    let error = Config::load(None, variables(&[("GUICHET_STORE_ULR", "x")])).unwrap_err();
    assert!(matches!(error, ConfigError::UnknownVariable(name) if name == "GUICHET_STORE_ULR"));
}

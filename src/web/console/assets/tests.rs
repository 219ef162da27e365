use super::*;

#[test]
fn what_is_vendored_is_what_was_vendored() {
    let sums = String::from_utf8(Assets::get("vendor/SHA256SUMS").unwrap().data.into_owned()).unwrap();
    let pinned: BTreeMap<String, String> = sums
        .lines()
        .map(|line| line.split_once("  ").unwrap())
        .map(|(hash, name)| (format!("vendor/{name}"), hash.to_owned()))
        .collect();
    let found: BTreeMap<String, String> = Assets::iter()
        .filter(|path| path.starts_with("vendor/") && &**path != "vendor/SHA256SUMS")
        .map(|path| (path.to_string(), hex::encode(Assets::get(&path).unwrap().metadata.sha256_hash())))
        .collect();
    assert_eq!(found, pinned);
}

#[test]
fn templates_name_assets_that_are_there() {
    let mut named = 0;
    for entry in std::fs::read_dir("src/web/console/templates").unwrap() {
        let template = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for rest in template.split("assets::address(\"").skip(1) {
            let path = rest.split('"').next().unwrap();
            assert!(Assets::get(path).is_some(), "{path}");
            named += 1;
        }
    }
    assert!(named >= 6);
}

#[tokio::test]
async fn an_asset_under_its_version_is_kept_for_good() {
    let version = VERSIONS["console.css"].clone();
    let response = get(Path("console.css".into()), Query(Version { v: Some(version) })).await.unwrap();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    let response = get(Path("console.css".into()), Query(Version { v: None })).await.unwrap();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
    assert!(get(Path("../mod.rs".into()), Query(Version { v: None })).await.is_err());
}

use super::*;

/// Opens a demonstration in a folder, as of a moment, and plays the cases. Returns what failed.
async fn play(folder: &std::path::Path, now: &str) -> Vec<(String, stage::StageError)> {
    let mut config = Config::load(None, []).unwrap();
    config.store.url = format!("sqlite:{}", folder.join("guichet.db").display());
    config.documents.folder = folder.join("documents").display().to_string();
    let clock = stage::clock(Clock::fixed(now.parse().unwrap()));
    let (parts, _sole) = serve::open(config, clock, carrier::all(&INSURERS)).await.unwrap();
    let app = App::from(parts);
    let policies = Cast::policies().unwrap();
    app.engine.put_policies(&import::rows(&policies), app.clock.now()).await.unwrap();
    stage::play(&app, Cast::read().unwrap(), People::read().unwrap(), policies).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cases_are_played_to_their_end_on_any_day() {
    // A Monday before the first hour, and a Saturday night after a week with a holiday.
    for now in ["2026-11-30T06:10:00Z", "2027-05-08T22:30:00Z"] {
        let folder = tempfile::tempdir().unwrap();
        let failed = play(folder.path(), now).await;
        assert!(failed.is_empty(), "{now}: {failed:#?}");
    }
}

#[test]
fn nobody_of_the_cases_can_be_reached() {
    let insured = Cast::policies().unwrap();
    for policy in &insured {
        let phone = policy.phone.as_deref().unwrap_or_default();
        // The numbers and domains that are kept for such as these.
        assert!(phone.starts_with("+3363998"), "{phone}");
        let email = policy.email.as_deref().unwrap_or_default();
        assert!(["example.org", "example.net"].iter().any(|domain| email.ends_with(domain)), "{email}");
    }
    let cast = Cast::read().unwrap();
    for case in &cast.cases {
        if let Some(number) = &case.policy {
            assert!(insured.iter().any(|policy| policy.number == *number), "{}: {number}", case.id);
        }
    }
}

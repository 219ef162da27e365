use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::{domain::orientation_mode::OrientationMode, web::console::dossier::tests};

#[test]
fn what_changes_is_told_and_what_stays_too() {
    let id = crate::domain::id::DossierId::new(Timestamp::UNIX_EPOCH);
    let mut before = tests::dossier(id);
    before.orientation = Some(OrientationMode::Tele);
    let mut after = before.clone();
    after.peril = "storm".into();
    let foreseen = |after: &Dossier| Foreseen {
        before: Some(Arc::new(before.clone())),
        after: Some(Arc::new(after.clone())),
        ..Foreseen::default()
    };
    tests::with(|lexicon| {
        let kept = Consequences::of(&foreseen(&after), "camille", lexicon);
        assert_eq!(kept.mode_kept.as_deref(), Some("Télé-expertise"));
        assert!(
            matches!(kept.changes.as_slice(), [("peril", was, is)] if was == "Dégât des eaux" && is.contains("Tempête")),
            "{kept:?}"
        );
        after.orientation = None;
        let other = Consequences::of(&foreseen(&after), "camille", lexicon);
        assert_eq!(other.changes[1], ("orientation", "Télé-expertise".to_owned(), "À compléter".to_owned()));
        assert_ne!(kept.digest(), other.digest());
        assert!(Consequences::default().is_none() && !other.is_none());
    });
}

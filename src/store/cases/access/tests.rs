use super::*;

#[test]
fn a_cursor_reads_back() {
    let cursor = AccessCursor {
        at: 1_795_262_400_000,
        login: "zoe.martin@rives.example".into(),
        kind: "dossier".into(),
        subject: "0190a0b0-c0d0-7e0f-8a0b-0123456789ab".into(),
        slot: 1_994_736,
    };
    assert_eq!(cursor.to_string().parse::<AccessCursor>().unwrap(), cursor);
    for wrong in ["", "1!2", "x!a!b!c!1", "1!a!b!c!x", "1!a!b!c!1!2"] {
        assert!(wrong.parse::<AccessCursor>().is_err(), "{wrong}");
    }
}

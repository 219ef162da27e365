use super::*;

async fn shell(script: &str, patience: Duration) -> Conversion {
    let (prlimit, sh) = (find("prlimit").unwrap(), find("sh").unwrap());
    convert(&prlimit, &sh, b"hostile", "in", &["-c", script], patience).await.unwrap()
}

#[tokio::test]
async fn tools_run_limited_and_alone() {
    let script = "{ cat in; echo; pwd; ulimit -v; ulimit -t; echo HOME=$HOME; ls; } > out.jpg";
    let Conversion::Made(seen) = shell(script, TIMEOUT).await else { panic!("the shell did not run") };
    let seen = String::from_utf8(seen).unwrap();
    let lines: Vec<&str> = seen.lines().collect();
    assert_eq!(lines[2..], ["2097152", "15", "HOME=", "in", "out.jpg"]);
    assert_eq!(lines[0], "hostile");
    assert!(!Path::new(lines[1]).exists(), "its folder is taken away");
}

#[tokio::test]
async fn a_tool_that_fails_hangs_or_makes_nothing_is_no_error() {
    for (script, patience) in [("exit 1", TIMEOUT), ("kill -9 $$", TIMEOUT), ("true", TIMEOUT)] {
        assert!(matches!(shell(script, patience).await, Conversion::Unreadable), "{script}");
    }
    assert!(matches!(shell("exec sleep 1000", Duration::ZERO).await, Conversion::Unreadable));
    assert!(matches!(Tools::default().pdf_to_jpeg(b"%PDF").await, Conversion::Unavailable));
}

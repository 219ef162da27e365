//! Other people's libraries as references: small programs in `tests/peers`, run by Node.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use serde::{Serialize, de::DeserializeOwned};

/// What `tests/peers/PROGRAM` answers to `input`, both JSON.
pub(crate) fn ask_node<T: DeserializeOwned>(program: &str, input: &impl Serialize) -> T {
    let mut child = Command::new("node")
        .arg(format!("{}/tests/peers/{program}", env!("CARGO_MANIFEST_DIR")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node must be installed: `tests/run` does it");
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(input).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{program} failed: `npm ci` in tests/peers, which `tests/run` does, may be missing"
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

use super::finish;

/// Without an end to the wait, this test never ends.
#[test]
fn a_thread_that_blocks_for_ever_does_not_keep_the_program() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let done = finish(runtime, async {
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        tokio::task::spawn_blocking(move || {
            begun.send(()).unwrap();
            loop {
                std::thread::park();
            }
        });
        has_begun.await.unwrap();
        "stored"
    });
    assert_eq!(done, "stored");
}

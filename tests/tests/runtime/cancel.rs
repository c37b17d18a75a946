//! Calls that are dropped at every point where they wait go in; what is left behind comes out: nothing.

use std::future::poll_fn;
use std::time::Duration;

use storewright_runtime::Limits;
use storewright_tests::{Server, TestClock};

use crate::{GET, at_once, builder, call, fails, ok};

/// Polls a future so often and drops it; says whether it was ready before.
async fn polled<F: Future>(future: F, times: usize) -> bool {
    let mut future = Box::pin(future);
    for _ in 0..times {
        let ready = poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if ready {
            return true;
        }
        // The server and the connection go on meanwhile.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    false
}

#[tokio::test]
async fn a_call_dropped_anywhere_keeps_no_permit() {
    let server = Server::with(|number, _| match number % 3 {
        0 => fails(503),
        1 => ok().dripping(Duration::from_millis(1)),
        _ => ok().header("x-rate-limit", "user-hour-lim:100;user-hour-rem:90"),
    })
    .await;
    let clock = TestClock::at(0);
    let limits = Limits::NONE.as_told();
    let client = builder(&server).retry(at_once()).clock(clock.clone()).limits(limits).build().unwrap();
    let mut finished = 0;
    for times in (0..40).chain([100_000]) {
        finished += usize::from(polled(call(&client, GET).send(), times).await);
    }
    assert!(finished > 0 && finished < 41, "{finished}");
    // A permit that was lost would count as a request on its way, for ever, beside what the server counts.
    clock.advance(Duration::from_secs(3600));
    for _ in 0..90 {
        call(&client, GET).send().await.unwrap();
    }
    assert!(clock.waits().iter().all(Duration::is_zero), "{:?}", clock.waits());
}

#[tokio::test]
async fn a_download_dropped_anywhere_leaves_no_file() {
    let server = Server::with(|_, _| ok().dripping(Duration::from_millis(1))).await;
    let client = builder(&server).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report");
    let mut finished = 0;
    for times in (0..60).step_by(3).chain([100_000]) {
        if polled(call(&client, GET).download().to_file(&path), times).await {
            assert_eq!(std::fs::read(&path).unwrap(), br#"{"ok":true}"#);
            std::fs::remove_file(&path).unwrap();
            finished += 1;
        }
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert!(left.is_empty(), "{left:?}");
    }
    assert!(finished > 0, "none finished");
}

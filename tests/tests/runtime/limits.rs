//! Sends many calls and asserts when each reaches the server.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use storewright_runtime::{Clock, ErrorKind, Limits};
use storewright_tests::{Server, TestClock};

use crate::{GET, builder, call, fails, ok, quick};

/// A server that records the second of a clock at which each request arrives.
async fn noting(clock: &TestClock) -> (Server, Arc<Mutex<Vec<u64>>>) {
    let times = Arc::new(Mutex::new(Vec::new()));
    let (kept, clock) = (Arc::clone(&times), clock.clone());
    let server = Server::with(move |_, _| {
        kept.lock().unwrap().push(clock.elapsed().as_secs());
        ok()
    })
    .await;
    (server, times)
}

#[tokio::test]
async fn clones_share_one_limit() {
    let clock = TestClock::at(0);
    let (server, times) = noting(&clock).await;
    let limits = Limits::NONE.per_minute(3).per_hour(7);
    let client = builder(&server).clock(clock.clone()).limits(limits).build().unwrap();
    for _ in 0..8 {
        call(&client.clone(), GET).send().await.unwrap();
    }
    assert_eq!(*times.lock().unwrap(), [0, 0, 0, 60, 60, 60, 120, 3600]);
}

#[tokio::test]
async fn a_limit_of_ones_own_holds_whatever_the_server_would_take() {
    let clock = TestClock::at(0);
    let server = Server::with(|number, _| {
        let left = 3000 - number;
        ok().header("x-rate-limit", &format!("user-hour-lim:3600;user-hour-rem:{left};"))
    })
    .await;
    let limits = Limits::NONE.per_hour(3).as_told();
    let client = builder(&server).clock(clock.clone()).limits(limits).build().unwrap();
    for _ in 0..4 {
        call(&client, GET).send().await.unwrap();
    }
    // Requests of others count against the server's limit and not against the client's own.
    assert_eq!(clock.waits(), [Duration::from_secs(3600)]);
}

#[tokio::test]
async fn what_the_server_says_is_left_counts_and_can_be_read() {
    let clock = TestClock::at(0);
    let server = Server::with(|number, _| {
        let left = 2_usize.saturating_sub(number);
        ok().header("x-rate-limit", &format!("user-hour-lim:3600;user-hour-rem:{left};"))
    })
    .await;
    let client = builder(&server).clock(clock.clone()).limits(Limits::NONE.as_told()).build().unwrap();
    for _ in 0..4 {
        call(&client, GET).send().await.unwrap();
    }
    // Two were left; then one request a minute asks whether there are more.
    assert_eq!(clock.waits(), [Duration::from_secs(60); 2]);
    let limit = client.rate_limit().unwrap();
    assert_eq!((limit.limit(), limit.remaining()), (Some(3600), Some(0)));
}

#[tokio::test]
async fn a_call_that_would_wait_beyond_its_deadline_is_not_sent() {
    let clock = TestClock::at(0);
    let (server, times) = noting(&clock).await;
    let client = builder(&server).clock(clock.clone()).limits(Limits::NONE.per_minute(1)).build().unwrap();
    call(&client, GET).send().await.unwrap();
    let error = call(&client, GET).with_deadline(Duration::from_secs(30)).send().await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Limit, true));
    assert_eq!(error.to_string(), "GET /v1/items: the client's own limit lets no request through for 60 s");
    assert_eq!(times.lock().unwrap().len(), 1);
    call(&client, GET).with_deadline(Duration::from_secs(90)).send().await.unwrap();
}

#[tokio::test]
async fn one_429_quiets_all_calls_of_the_client() {
    let clock = TestClock::at(0);
    let times = Arc::new(Mutex::new(Vec::new()));
    let (kept, at) = (Arc::clone(&times), clock.clone());
    let server = Server::with(move |number, _| {
        kept.lock().unwrap().push(at.elapsed().as_secs());
        if number == 1 { fails(429).header("retry-after", "40") } else { ok() }
    })
    .await;
    let client = builder(&server).clock(clock.clone()).limits(Limits::NONE.per_minute(300)).build().unwrap();
    let (one, two) = tokio::join!(call(&client, GET).send(), async {
        while server.seen().is_empty() {
            tokio::task::yield_now().await;
        }
        call(&client, GET).send().await
    });
    assert!(one.is_ok() && two.is_ok());
    let times = times.lock().unwrap();
    assert!(times.len() == 3 && times[1..].iter().all(|at| *at == 0 || *at >= 40), "{times:?}");
}

#[tokio::test]
async fn a_thousand_calls_at_once() {
    let server = Server::with(|number, _| if number % 10 == 0 { fails(503) } else { ok() }).await;
    let (client, _) = quick(&server);
    let calls: Vec<_> = (0..1000).map(|_| tokio::spawn(call(&client, GET).send())).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert!(server.seen().len() > 1000);
}

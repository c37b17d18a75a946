//! Tests how often and when a request is sent to servers that fail.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use storewright_runtime::http::HeaderMap;
use storewright_runtime::{
    BoxError, BoxFuture, Client, Credential, ErrorKind, Method, Operation, Part, RetryBudget, RetryPolicy,
    TokenProvider, Transfer,
};
use storewright_tests::{Answer, Nowhere, Server, TestClock};

use crate::uploads::digests;
use crate::{GET, POST, Store, at_once, builder, call, fails, ok, quick};

fn seconds(range: std::ops::RangeInclusive<f64>, wait: Duration) -> bool {
    range.contains(&wait.as_secs_f64())
}

#[tokio::test]
async fn a_server_that_fails_twice_is_asked_three_times() {
    let server = Server::start([fails(500), fails(503), ok()]).await;
    let (client, clock) = quick(&server);
    call(&client, GET).send().await.unwrap();
    let waits = clock.waits();
    assert_eq!(waits.len(), 2);
    assert!(seconds(0.25..=0.5, waits[0]) && seconds(0.5..=1.0, waits[1]), "{waits:?}");
}

#[tokio::test]
async fn what_is_sent_again_depends_on_the_method_and_the_failure() {
    const STATUSES: [u16; 11] = [400, 401, 404, 408, 409, 429, 500, 501, 502, 503, 504];
    const METHODS: [(Method, bool); 5] = [
        (Method::Get, true),
        (Method::Put, true),
        (Method::Delete, true),
        (Method::Post, false),
        (Method::Patch, false),
    ];
    for (method, repeats) in METHODS {
        let operation = Operation::new(method, "x", "/v1/items");
        for status in STATUSES {
            for (writes, repeatable) in [(false, false), (true, false), (false, true)] {
                let server = Server::start([fails(status), ok()]).await;
                let (client, _) = quick(&server);
                let policy = RetryPolicy::default().writes(writes);
                let call = call(&client, operation).with_retry(policy);
                let result = if repeatable { call.repeatable() } else { call }.send().await;
                let expected = match status {
                    429 => true,
                    408 | 500 | 502 | 503 | 504 => repeats || writes || repeatable,
                    _ => false,
                };
                assert_eq!(result.is_ok(), expected, "{} {status} {writes}", operation.method);
                assert_eq!(server.seen().len(), if expected { 2 } else { 1 });
            }
        }
    }
}

#[tokio::test]
async fn a_lost_connection_is_tried_again_unless_it_may_have_had_an_effect() {
    let server = Server::start([Answer::none(), ok().cut_after(3), ok()]).await;
    let (client, clock) = quick(&server);
    call(&client, GET).send().await.unwrap();
    assert_eq!((server.seen().len(), clock.waits().len()), (3, 2));

    let server = Server::start([Answer::none(), ok()]).await;
    let (client, _) = quick(&server);
    let error = call(&client, POST).send().await.unwrap_err();
    assert_eq!((error.kind(), server.seen().len()), (ErrorKind::Transport, 1));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again_for_every_method() {
    let nowhere = Nowhere::new();
    let server = Server::start([]).await;
    let (_, clock) = quick(&server);
    let client = builder(&server).base_url(nowhere.url()).clock(clock.clone()).build().unwrap();
    assert_eq!(call(&client, POST).send().await.unwrap_err().kind(), ErrorKind::Transport);
    assert_eq!(clock.waits().len(), 4);
}

#[tokio::test]
async fn a_storm_of_429_with_the_servers_own_times() {
    let in_ten = ("retry-after", "Mon, 23 Nov 2026 10:00:10 GMT");
    let server = Server::start([
        fails(429).header("retry-after", "7"),
        fails(429).header(in_ten.0, in_ten.1).header("date", "Mon, 23 Nov 2026 10:00:00 GMT"),
        fails(503).header("retry-after", "0"),
        ok(),
    ])
    .await;
    let (client, clock) = quick(&server);
    call(&client, POST).with_retry(RetryPolicy::default().writes(true)).send().await.unwrap();
    assert_eq!(clock.waits(), [7, 10, 0].map(Duration::from_secs));
}

#[tokio::test]
async fn a_storm_of_429_without_times_ends() {
    let server = Server::with(|_, _| fails(429)).await;
    let (client, clock) = quick(&server);
    let error = call(&client, POST).send().await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), server.seen().len()), (429, 5));
    assert!(error.is_retryable());
    let waits = clock.waits();
    for (wait, longest) in waits.iter().zip([2.0, 4.0, 8.0, 16.0]) {
        assert!(seconds(longest / 2.0..=longest, *wait), "{waits:?}");
    }
}

#[tokio::test]
async fn a_server_that_wants_an_hour_is_not_waited_for() {
    let server = Server::start([fails(429).header("retry-after", "3600")]).await;
    let (client, clock) = quick(&server);
    let error = call(&client, GET).send().await.unwrap_err();
    assert_eq!(error.headers().unwrap()["retry-after"], "3600");
    assert!(clock.waits().is_empty());
}

#[tokio::test]
async fn a_deadline_holds_for_all_attempts_together() {
    let server = Server::with(|_, _| fails(503).header("retry-after", "20")).await;
    let (client, clock) = quick(&server);
    let sent = call(&client, GET).with_deadline(Duration::from_secs(50)).send().await;
    assert_eq!(sent.unwrap_err().status().unwrap().as_u16(), 503);
    assert_eq!((clock.waits().len(), server.seen().len()), (2, 3));
}

#[tokio::test]
async fn a_deadline_ends_an_attempt_too() {
    for answer in [ok().delayed(Duration::from_secs(30)), ok().dripping(Duration::from_secs(10))] {
        let server = Server::with(move |_, _| answer.clone()).await;
        let client = builder(&server).deadline(Duration::from_millis(300)).build().unwrap();
        let start = Instant::now();
        let error = call(&client, GET).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport);
        assert!(error.to_string().contains("took too long"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}

/// A provider that waits for something that never comes.
struct Stuck;

impl TokenProvider for Stuck {
    fn credential<'a>(&'a self, _: &'a Operation) -> BoxFuture<'a, Result<Option<Credential>, BoxError>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_deadline_ends_the_wait_for_credentials_too() {
    let server = Server::start([]).await;
    let client = builder(&server).credentials(Stuck).deadline(Duration::from_millis(50)).build().unwrap();
    let error = call(&client, GET).send().await.unwrap_err();
    assert!(error.to_string().contains("took too long"), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_slow_server_is_given_up_after_the_timeout_of_an_attempt() {
    let server = Server::start([ok().dripping(Duration::from_secs(10)), ok()]).await;
    let client = builder(&server).timeout(Duration::from_millis(300)).retry(at_once()).build().unwrap();
    call(&client, GET).send().await.unwrap();
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_call_may_have_a_policy_of_its_own() {
    let server = Server::with(|_, _| fails(500)).await;
    let client = builder(&server).retry(at_once()).build().unwrap();
    call(&client, GET).with_retry(RetryPolicy::none()).send().await.unwrap_err();
    assert_eq!(server.seen().len(), 1);
    call(&client, GET).with_retry(at_once().attempts(3)).send().await.unwrap_err();
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn what_cannot_be_read_is_not_asked_for_again() {
    let server = Server::start([Answer::new(200, "application/json", r#"{"ok":"#), ok()]).await;
    let (client, _) = quick(&server);
    let error = call(&client, GET).send().await.unwrap_err();
    assert_eq!((error.kind(), server.seen().len()), (ErrorKind::Decode, 1));
    assert_eq!(error.excerpt().unwrap(), r#"{"ok":"#);
}

#[tokio::test]
async fn an_excerpt_is_one_short_line_of_whatever_came() {
    let long = format!("<html>\r\n<body>\u{1b}[31m{}</body>", "Could not process this request ".repeat(500));
    for (body, begins) in [
        (long.as_bytes(), "<html> <body> [31mCould not process this request Could"),
        (b"", ""),
        (b"\xff\xfe{\"a\": 1}", "\u{fffd}\u{fffd}{\"a\": 1}"),
    ] {
        let answer = Answer::new(502, "text/html", body.to_vec());
        let server = Server::with(move |_, _| answer.clone()).await;
        let (client, _) = quick(&server);
        let error = call(&client, POST).send().await.unwrap_err();
        let excerpt = error.excerpt().unwrap();
        assert!(excerpt.starts_with(begins) && excerpt.chars().count() <= 300, "{excerpt}");
        assert_eq!(error.to_string(), "POST /v1/items: 502 Bad Gateway");
    }
}

/// A provider whose tokens are numbered.
#[derive(Default)]
struct Numbered(AtomicUsize);

impl TokenProvider for Numbered {
    fn credential<'a>(&'a self, _: &'a Operation) -> BoxFuture<'a, Result<Option<Credential>, BoxError>> {
        let number = self.0.load(Ordering::SeqCst);
        Box::pin(async move { Credential::bearer(&number.to_string()).map(Some) })
    }

    fn invalidate(&self, _: &Credential, _: &HeaderMap) -> bool {
        self.0.fetch_add(1, Ordering::SeqCst);
        true
    }
}

/// A server that refuses a number of tokens, and the delays of its client.
async fn refusing(tokens: usize, policy: RetryPolicy) -> (Server, Client<Store>, TestClock) {
    let server = Server::with(move |number, _| if number <= tokens { fails(401) } else { ok() }).await;
    let clock = TestClock::at(0);
    let builder = builder(&server).credentials(Numbered::default()).retry(policy).clock(clock.clone());
    (server, builder.build().unwrap(), clock)
}

#[tokio::test]
async fn a_refused_token_is_renewed_as_often_as_is_set_each_time_after_a_wait() {
    let policy = RetryPolicy::default;
    for (refused, policy, requests) in [
        (2, policy(), 3),
        (3, policy(), 3),
        (9, policy().renewals(9), 10),
        (1, policy().renewals(0), 1),
        (1, RetryPolicy::none(), 1),
        // The number of attempts for other reasons is independent.
        (2, RetryPolicy::none().renewals(2), 3),
    ] {
        for operation in [GET, POST] {
            let (server, client, clock) = refusing(refused, policy.clone()).await;
            let sent = call(&client, operation).send().await;
            assert_eq!(sent.is_ok(), requests > refused, "{policy:?}");
            let tokens: Vec<String> =
                server.seen().iter().map(|seen| seen.header("authorization").unwrap().to_owned()).collect();
            assert_eq!(tokens, (0..requests).map(|number| format!("Bearer {number}")).collect::<Vec<_>>());
            let waits = clock.waits();
            assert_eq!(waits.len(), requests - 1);
            for (wait, longest) in waits.iter().zip([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]) {
                assert!(seconds(longest / 2.0..=longest, *wait), "{waits:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_call_that_is_not_renewed_leaves_a_new_token_to_the_next() {
    let (server, client, _) = refusing(1, RetryPolicy::none()).await;
    call(&client, GET).send().await.unwrap_err();
    call(&client, GET).send().await.unwrap();
    assert_eq!(server.seen()[1].header("authorization"), Some("Bearer 1"));
}

#[tokio::test]
async fn a_deadline_holds_for_renewals_too() {
    let (server, client, clock) = refusing(9, RetryPolicy::default().renewals(9)).await;
    let sent = call(&client, GET).with_deadline(Duration::from_secs(5)).send().await;
    assert_eq!(sent.unwrap_err().status().unwrap().as_u16(), 401);
    let waited: Duration = clock.waits().iter().sum();
    assert!(waited < Duration::from_secs(5) && (3..=6).contains(&server.seen().len()), "{waited:?}");
}

#[tokio::test]
async fn a_dead_server_receives_little_more_than_each_call() {
    const CALLS: usize = 200;
    for answer in [fails(500), fails(503), Answer::none()] {
        let server = Server::with(move |_, _| answer.clone()).await;
        let (client, clock) = quick(&server);
        for _ in 0..CALLS {
            call(&client.clone(), GET).send().await.unwrap_err();
        }
        assert_eq!((server.seen().len(), clock.waits().len()), (CALLS + 20, 20));
    }
    // If nobody listens, attempts are counted by the delays.
    let server = Server::start([]).await;
    let (_, clock) = quick(&server);
    let nowhere = Nowhere::new();
    let client = builder(&server).base_url(nowhere.url()).clock(clock.clone()).build().unwrap();
    for _ in 0..CALLS {
        call(&client, POST).send().await.unwrap_err();
    }
    assert_eq!(clock.waits().len(), 20);
}

#[tokio::test]
async fn calls_that_succeed_pay_for_retries() {
    let server = Server::with(|_, seen| if seen.line.contains("dead") { fails(503) } else { ok() }).await;
    let clock = TestClock::at(0);
    let client = builder(&server).clock(clock.clone()).retry_budget(RetryBudget::new(2)).build().unwrap();
    let dead = || client.raw::<()>(Method::Get, "/dead").send();
    dead().await.unwrap_err();
    assert_eq!(clock.waits().len(), 2);
    for _ in 0..5 {
        call(&client, GET).send().await.unwrap();
    }
    dead().await.unwrap_err();
    assert_eq!(clock.waits().len(), 3);
    for _ in 0..1000 {
        call(&client, GET).send().await.unwrap();
    }
    for _ in 0..10 {
        dead().await.unwrap_err();
    }
    assert_eq!(clock.waits().len(), 3 + 5 * 2);
}

#[tokio::test]
async fn a_server_that_recovers_after_two_failures_costs_nothing() {
    let server = Server::with(|number, _| if number % 3 == 0 { ok() } else { fails(502) }).await;
    let clock = TestClock::at(0);
    let client = builder(&server).clock(clock).retry_budget(RetryBudget::new(2)).build().unwrap();
    for _ in 0..100 {
        call(&client, GET).send().await.unwrap();
    }
    assert_eq!(server.seen().len(), 300);
}

#[tokio::test]
async fn limits_and_refused_tokens_take_nothing_of_the_budget() {
    // There is no reason to spare a working server, except its own limits.
    let server = Server::with(|number, _| match number % 4 {
        1 => fails(429).header("retry-after", "7"),
        2 => fails(429),
        3 => fails(401),
        _ => ok(),
    })
    .await;
    let clock = TestClock::at(0);
    let builder = builder(&server).credentials(Numbered::default()).retry_budget(RetryBudget::new(0));
    let client = builder.clock(clock.clone()).build().unwrap();
    for _ in 0..30 {
        call(&client, POST).send().await.unwrap();
    }
    assert_eq!(clock.waits().iter().filter(|wait| **wait == Duration::from_secs(7)).count(), 30);
    call(&client, GET).with_retry(RetryPolicy::none()).send().await.unwrap_err();
}

#[tokio::test]
async fn a_budget_may_be_unlimited() {
    let server = Server::with(|_, _| fails(500)).await;
    let budget = RetryBudget::unlimited();
    let client = builder(&server).retry(at_once()).retry_budget(budget).build().unwrap();
    for _ in 0..20 {
        call(&client, GET).send().await.unwrap_err();
    }
    assert_eq!(server.seen().len(), 100);
}

#[tokio::test]
async fn parts_of_uploads_share_the_budget_unless_they_have_their_own() {
    for (own, requests) in [(None, 1 + 3), (Some(7), 1 + 7)] {
        let storage = Server::with(|_, _| fails(503)).await;
        let client = builder(&storage).retry(at_once()).retry_budget(RetryBudget::new(3)).build().unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        let part = Part::new("PUT", format!("{}/part", storage.url()), 0, 3);
        let mut transfer = Transfer::new(digests(file.path()).await, vec![part]);
        let uploader = client.uploader();
        let uploader = if let Some(own) = own { uploader.error_budget(own) } else { uploader };
        uploader.send(file.path(), &mut transfer).await.unwrap_err();
        assert_eq!(storage.seen().len(), requests);
    }
}

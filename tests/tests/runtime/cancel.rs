//! Drops calls at every point where they wait: nothing is left behind.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use storewright_runtime::{Columns, Digests, Limits, Page, Part, Transfer, object};
use storewright_tests::{Answer, Server, TestClock, polled};

use crate::{GET, at_once, builder, call, fails, ok};

#[tokio::test]
async fn a_call_dropped_anywhere_keeps_no_permit() {
    // Every call fails once, and its response comes byte by byte.
    let failed = Mutex::new(HashSet::new());
    let server = Server::with(move |_, seen| match failed.lock().unwrap().insert(seen.line.clone()) {
        true => fails(503),
        false => {
            ok().dripping(Duration::from_millis(1)).header("x-rate-limit", "user-hour-lim:5;user-hour-rem:4")
        }
    })
    .await;
    let clock = TestClock::at(0);
    let client = builder(&server)
        .retry(at_once())
        .clock(clock.clone())
        .limits(Limits::NONE.as_told())
        .build()
        .unwrap();
    let mut times = 0;
    while polled(call(&client, GET).with_parameter("n", &times.to_string()).send(), times).await.is_none() {
        times += 1;
    }
    assert!(times > 5, "{times}");
    // A lost permit would count as a request in flight for ever, next to the one that the server counts.
    clock.advance(Duration::from_secs(3600));
    let before = clock.waits().len();
    for _ in 0..20 {
        call(&client, GET).send().await.unwrap();
    }
    let waits = clock.waits();
    assert!(waits[before..].iter().all(Duration::is_zero), "{:?}", &waits[before..]);
}

struct Item {
    id: String,
}
object! { Item { id: "id" } }

#[tokio::test]
async fn pages_dropped_anywhere_lose_and_repeat_nothing() {
    let server = Server::with(|number, seen| {
        let number = number % 3;
        let next =
            (number > 0).then(|| format!("http://{}/v1/items?c={number}", seen.header("host").unwrap()));
        let page = serde_json::json!({"data": [{"id": number.to_string()}], "links": {"next": next}});
        Answer::json(200, &page).dripping(Duration::from_micros(100))
    })
    .await;
    let clock = TestClock::at(0);
    let client = builder(&server).clock(clock).limits(Limits::NONE.per_minute(1000)).build().unwrap();
    let mut items = client.call::<Page<Item>>(GET, &[]).items();
    let (mut ids, mut times) = (Vec::new(), 0);
    loop {
        // Each wait is given up after one poll, and another one goes on where it was.
        times += 1;
        match polled(items.try_next(), 1).await {
            Some(Ok(Some(item))) => ids.push(item.id),
            Some(Ok(None)) => break,
            Some(Err(error)) => panic!("{error}"),
            None => tokio::task::yield_now().await,
        }
    }
    assert!(times > 6, "{times}");
    assert_eq!((ids, server.seen().len()), (vec!["1".to_owned(), "2".to_owned(), "0".to_owned()], 3));
}

#[tokio::test]
async fn a_download_dropped_anywhere_leaves_the_old_file_and_no_part() {
    // A connection that breaks, and a file that comes byte by byte.
    let server = Server::with(|number, _| match number % 2 {
        1 => ok().cut_after(3),
        _ => ok().dripping(Duration::from_millis(1)),
    })
    .await;
    let client = builder(&server).retry(at_once()).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report");
    std::fs::write(&path, "old").unwrap();
    let mut times = 0;
    while polled(call(&client, GET).download().to_file(&path), times).await.is_none() {
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "after {times} polls");
        times += 1;
    }
    assert!(times > 10, "{times}");
    assert_eq!(std::fs::read(&path).unwrap(), br#"{"ok":true}"#);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn rows_dropped_anywhere_lose_none() {
    let text = "Id\tName\n1\tone\n2\ttwo\n3\tthree\n";
    let answer = Answer::new(200, "text/plain", text).dripping(Duration::from_micros(100));
    let server = Server::start([answer]).await;
    let client = builder(&server).build().unwrap();
    let mut rows = call(&client, GET).download().rows(Columns::Tabs).await.unwrap();
    let (mut names, mut times) = (Vec::new(), 0);
    loop {
        times += 1;
        match polled(rows.try_next(), 1).await {
            Some(Ok(Some(row))) => names.push(row.get("Name").unwrap().to_owned()),
            Some(Ok(None)) => break,
            Some(Err(error)) => panic!("{error}"),
            None => tokio::task::yield_now().await,
        }
    }
    assert!(times > 10, "{times}");
    assert_eq!(names, ["one", "two", "three"]);
}

#[tokio::test]
async fn an_upload_dropped_anywhere_goes_on_where_it_was() {
    const PARTS: u64 = 6;
    let content: Vec<u8> = (0..60).collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &content).unwrap();
    let storage =
        Server::with(|number, _| if number % 4 == 0 { fails(503) } else { Answer::empty(200) }).await;
    let client = builder(&storage).retry(at_once()).build().unwrap();
    let mut times = 0;
    loop {
        storage.forget();
        let parts = (0..PARTS).map(|n| Part::new("PUT", format!("{}/{n}", storage.url()), n * 10, 10));
        let digests = Digests::of_file(file.path()).await.unwrap();
        let mut transfer = Transfer::new(digests, parts.collect());
        let uploader = client.uploader().parallel(2);
        let whole = polled(uploader.send(file.path(), &mut transfer), times).await.is_some();
        let known: Vec<String> =
            transfer.parts.iter().filter(|part| part.done).map(|part| part.url.clone()).collect();
        storage.forget();
        uploader.send(file.path(), &mut transfer).await.unwrap();
        assert!(transfer.is_done());
        // Parts that were known to be there are not sent twice, and the rest arrives whole.
        for seen in storage.seen() {
            let path = seen.line.strip_prefix("PUT ").unwrap();
            let number: usize = path.trim_start_matches('/').parse().unwrap();
            assert!(!known.iter().any(|url| url.ends_with(path)), "{path} was sent again");
            assert_eq!(seen.body, content[number * 10..number * 10 + 10]);
        }
        if whole {
            assert_eq!(known.len() as u64, PARTS);
            break;
        }
        times += 1;
    }
    assert!(times > 5, "{times}");
}

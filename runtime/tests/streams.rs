//! Server-sent events and JSON lines over HTTP on loopback, in pieces, with errors in the middle.
#![cfg(feature = "http-client")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::time::Duration;

use storewright_runtime::{
    Api, Call, Client, ErrorKind, Method, NoFault, Operation, RetryPolicy, Value, object,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[derive(Debug)]
struct Store;

impl Api for Store {
    type Fault = NoFault;
    type Client = Client<Store>;
    const NAME: &'static str = "Store";
    const BASE_URL: &'static str = "https://api.example.com";
}

struct Delta {
    text: String,
}
object! { Delta { text: "text" } }

const CHAT: Operation = Operation::new(Method::Post, "chat", "/chat");

/// The end of a response.
#[derive(Clone, Copy)]
enum End {
    Whole,
    /// The connection breaks before the last chunk.
    Cut,
    /// It stays open.
    Never,
}

/// A server that sends chunks one by one; it gives the request, and a word when the connection is closed.
async fn serve(
    status: &'static str,
    chunks: Vec<&'static str>,
    end: End,
) -> (Call<Store, Value>, tokio::sync::oneshot::Receiver<String>, tokio::sync::oneshot::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (head, seen) = tokio::sync::oneshot::channel();
    let (close, closed) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        while !read.windows(4).any(|four| four == b"\r\n\r\n") {
            socket.read_buf(&mut read).await.unwrap();
        }
        let _ = head.send(String::from_utf8(read).unwrap());
        let start = format!("HTTP/1.1 {status}\r\ntransfer-encoding: chunked\r\n\r\n");
        socket.write_all(start.as_bytes()).await.unwrap();
        for chunk in chunks {
            let chunk = format!("{:x}\r\n{chunk}\r\n", chunk.len());
            socket.write_all(chunk.as_bytes()).await.unwrap();
            socket.flush().await.unwrap();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        match end {
            End::Whole => drop(socket.write_all(b"0\r\n\r\n").await),
            End::Cut => {}
            End::Never => {
                while socket.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {}
                let _ = close.send(());
            }
        }
    });
    let client = Client::<Store>::builder().base_url(url).body_limit(64).retry(RetryPolicy::none());
    (client.build().unwrap().call(CHAT, &[]), seen, closed)
}

#[tokio::test]
async fn events_arrive_one_by_one_and_dropping_them_closes_the_connection() {
    let chunks = vec![
        ": hi\n\nid: 1\ndata: {\"te",
        "xt\":\"a\"}\r\n\r",
        "\nevent: last\ndata: {\"text\":\ndata: \"b\"}\n\n",
    ];
    let (call, seen, closed) = serve("200 OK", chunks, End::Never).await;
    let mut events = call.events::<Delta>();
    let first = events.try_next().await.unwrap().unwrap();
    assert_eq!((first.event.as_str(), first.id.as_str(), first.data.text.as_str()), ("message", "1", "a"));
    let second = events.try_next().await.unwrap().unwrap();
    assert_eq!((second.event.as_str(), second.id.as_str(), second.data.text.as_str()), ("last", "1", "b"));
    assert!(seen.await.unwrap().contains("accept: text/event-stream\r\n"));
    // A wait that is given up loses nothing.
    tokio::time::timeout(Duration::from_millis(20), events.try_next()).await.unwrap_err();
    drop(events);
    tokio::time::timeout(Duration::from_secs(5), closed).await.unwrap().unwrap();
}

#[tokio::test]
async fn text_events_may_be_anything() {
    let (call, ..) = serve("200 OK", vec!["data: {}\n\ndata: [DONE]\n\ndata: not ended"], End::Whole).await;
    let mut events = call.text_events();
    assert_eq!(events.try_next().await.unwrap().unwrap().data, "{}");
    assert_eq!(events.try_next().await.unwrap().unwrap().data, "[DONE]");
    assert_eq!(events.try_next().await.unwrap(), None);
}

#[tokio::test]
async fn done_ends_events_of_json() {
    let chunks = vec!["data: {\"text\":\"a\"}\n\ndata: [DONE]\n\n", "data: {\"text\":\"b\"}\n\n"];
    let (call, _, closed) = serve("200 OK", chunks, End::Never).await;
    let mut events = call.events::<Delta>();
    assert_eq!(events.try_next().await.unwrap().unwrap().data.text, "a");
    assert_eq!(events.try_next().await.unwrap(), None);
    assert_eq!(events.try_next().await.unwrap(), None);
    tokio::time::timeout(Duration::from_secs(5), closed).await.unwrap().unwrap();
}

#[tokio::test]
async fn lines_are_values_and_the_last_needs_no_end() {
    let (call, seen, _) =
        serve("200 OK", vec!["{\"text\":\"a\"}\n{\"te", "xt\":\"b\"}\n\n", "{\"text\":\"c\"}"], End::Whole)
            .await;
    let mut lines = call.json_lines::<Delta>();
    let mut texts = String::new();
    while let Some(delta) = lines.try_next().await.unwrap() {
        texts.push_str(&delta.text);
    }
    assert_eq!(texts, "abc");
    let accept = "accept: application/jsonl, application/x-ndjson, application/json-seq\r\n";
    assert!(seen.await.unwrap().contains(accept));
}

#[tokio::test]
async fn the_first_error_is_the_end() {
    let bad = || vec!["{\"text\":\"a\"}\nno\n{\"text\":\"b\"}\n"];
    let (call, ..) = serve("200 OK", bad(), End::Whole).await;
    let mut lines = call.json_lines::<Delta>();
    assert_eq!(lines.try_next().await.unwrap().unwrap().text, "a");
    assert_eq!(lines.try_next().await.err().unwrap().kind(), ErrorKind::Decode);
    assert!(lines.try_next().await.unwrap().is_none());

    let (call, ..) = serve("200 OK", vec!["{\"text\":\"a\"}\n", "{\"text\""], End::Cut).await;
    let mut lines = call.json_lines::<Delta>();
    assert_eq!(lines.try_next().await.unwrap().unwrap().text, "a");
    assert_eq!(lines.try_next().await.err().unwrap().kind(), ErrorKind::Transport);
    assert!(lines.try_next().await.unwrap().is_none());

    let (call, ..) = serve("503 Busy", vec!["{}"], End::Whole).await;
    let error = call.events::<Delta>().try_next().await.err().unwrap();
    assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (ErrorKind::Status, Some(503)));
}

#[tokio::test]
async fn a_record_has_a_largest_size_and_a_stream_has_none() {
    let small = "data: {\"text\":\"0123456789\"}\n\n";
    let (call, ..) = serve("200 OK", vec![small; 5], End::Whole).await;
    let mut events = call.events::<Delta>();
    let mut count = 0;
    while events.try_next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 5);
    let (call, ..) = serve("200 OK", vec!["data: 0123456789012345678901234567890123\n"; 2], End::Never).await;
    let error = call.events::<Value>().try_next().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "POST /chat: the response cannot be read: a record is larger than 64 bytes"
    );
}

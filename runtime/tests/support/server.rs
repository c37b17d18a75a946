//! A server on loopback that responds from a function and records requests.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The facts of one request that the server records.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// A server whose response to each request is the result of a function of the request and its number.
    pub(crate) async fn start(answer: impl Fn(usize, &Seen) -> Vec<u8> + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answer, kept) = (Arc::new(answer), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (answer, kept) = (Arc::clone(&answer), Arc::clone(&kept));
                tokio::spawn(async move {
                    let mut read = Vec::new();
                    let (head, length) = loop {
                        if socket.read_buf(&mut read).await.unwrap_or(0) == 0 {
                            return;
                        }
                        let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else {
                            continue;
                        };
                        let head = String::from_utf8(read[..end].to_vec()).unwrap();
                        let seen = Seen { line: String::new(), head, body: String::new() };
                        let length =
                            seen.header("content-length").map_or(0, |length| length.parse().unwrap());
                        break (seen.head, end + 4 + length);
                    };
                    while read.len() < length {
                        if socket.read_buf(&mut read).await.unwrap_or(0) == 0 {
                            return;
                        }
                    }
                    let body = String::from_utf8(read[head.len() + 4..].to_vec()).unwrap();
                    let seen = Seen { line: head.lines().next().unwrap().to_owned(), head, body };
                    let number = {
                        let mut kept = kept.lock().unwrap();
                        kept.push(seen.clone());
                        kept.len()
                    };
                    let bytes = answer(number, &seen);
                    // No bytes: the server never responds.
                    if bytes.is_empty() {
                        let _ = socket.read(&mut [0; 1]).await;
                        return;
                    }
                    let _ = socket.write_all(&bytes).await;
                    let _ = socket.shutdown().await;
                });
            }
        });
        Server { url, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

pub(crate) fn reply(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head =
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

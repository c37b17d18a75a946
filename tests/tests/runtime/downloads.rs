//! Tests downloads into files, writers and rows.

use std::io::Write;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use storewright_runtime::{Checksum, Client, Columns, ErrorKind, Limits, RetryPolicy, StaticToken};
use storewright_tests::{Answer, Server, TestClock};
use tokio::io::AsyncWrite;

use crate::{GET, Store, at_once, builder, call, quick};

const TEXT: &[u8] = b"Provider\tSKU\tUnits\r\nAPPLE\tcom.example.\"app\t3\r\nAPPLE\tx\t-1.5\r\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn file(bytes: impl Into<Vec<u8>>) -> Answer {
    Answer::new(200, "application/a-gzip", bytes.into())
}

fn client(server: &Server) -> Client<Store> {
    builder(server).retry(at_once()).build().unwrap()
}

#[tokio::test]
async fn a_report_is_unpacked_on_its_way_into_a_writer() {
    let packed = gzip(TEXT);
    let server = Server::start([file(packed.clone()), file(packed.clone())]).await;
    let client = client(&server);
    let mut written = Vec::new();
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let download = call(&client, GET).download().gunzip().size(packed.len() as u64);
    let done =
        download.progress(move |p| kept.lock().unwrap().push(p)).to_writer(&mut written).await.unwrap();
    assert_eq!(written, TEXT);
    assert_eq!((done.received, done.written), (packed.len() as u64, TEXT.len() as u64));
    let last = *told.lock().unwrap().last().unwrap();
    assert_eq!((last.done, last.total), (packed.len() as u64, Some(packed.len() as u64)));
    let mut raw = Vec::new();
    call(&client, GET).download().to_writer(&mut raw).await.unwrap();
    assert_eq!(raw, packed);
}

#[tokio::test]
async fn many_packed_files_one_after_the_other_are_one() {
    let packed = [gzip(b"one "), gzip(b"two")].concat();
    let server = Server::start([file(packed)]).await;
    let mut written = Vec::new();
    call(&client(&server), GET).download().gunzip().to_writer(&mut written).await.unwrap();
    assert_eq!(written, b"one two");
}

#[tokio::test]
async fn a_file_has_its_name_only_when_it_is_whole() {
    let packed = gzip(TEXT);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.tsv");
    let cut = &packed[..packed.len() - 5];
    let mut flipped = packed.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x55;
    std::fs::write(&path, "old").unwrap();
    for (answer, problem) in [
        (file(cut), "not complete gzip"),
        (file(flipped), "not complete gzip"),
        (file(&b"<html>no report</html>"[..]), "not complete gzip"),
        (file(&b""[..]), "empty"),
        (file([packed.as_slice(), b"more"].concat()), "not complete gzip"),
    ] {
        let server = Server::with(move |_, _| answer.clone()).await;
        let download = call(&client(&server), GET).download().gunzip();
        let error = download.to_file(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::File);
        assert!(error.to_string().contains(problem), "{error}");
        assert_eq!(server.seen().len(), 1, "a file that is wrong stays wrong");
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{problem}");
    }
    let server = Server::start([file(packed)]).await;
    call(&client(&server), GET).download().gunzip().to_file(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), TEXT);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_replaced_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for wanted in [0o600, 0o640, 0o444] {
        let path = folder.path().join(format!("{wanted:o}"));
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(wanted)).unwrap();
        // The first response breaks off, so the file is begun twice.
        let server = Server::start([file(TEXT).cut_after(5), file(TEXT)]).await;
        call(&client(&server), GET).download().to_file(&path).await.unwrap();
        assert_eq!((std::fs::read(&path).unwrap().as_slice(), mode(&path)), (TEXT, wanted));
    }
    let (new, other) = (folder.path().join("new"), folder.path().join("other"));
    std::fs::write(&other, "").unwrap();
    let server = Server::start([file(TEXT)]).await;
    call(&client(&server), GET).download().to_file(&new).await.unwrap();
    assert_eq!(mode(&new), mode(&other), "a new file has the mode of any other");
}

#[tokio::test]
async fn a_file_may_have_the_longest_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x".repeat(255));
    let server = Server::start([file(TEXT)]).await;
    call(&client(&server), GET).download().to_file(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), TEXT);
}

#[tokio::test]
async fn size_and_checksum_are_of_what_was_sent() {
    const MD5: &str = "900150983CD24FB0D6963F7D28E17F72";
    const SHA: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let server = Server::with(|_, _| file(&b"abc"[..])).await;
    let client = client(&server);
    let download = || call(&client, GET).download();
    let mut written = Vec::new();
    let done = download().checksum(Checksum::Md5(MD5.into())).size(3).to_writer(&mut written).await.unwrap();
    assert_eq!((done.md5, done.sha256.as_str()), (MD5.to_lowercase(), SHA));
    download().checksum(Checksum::Sha256(SHA.into())).to_writer(&mut written).await.unwrap();
    for (download, problem) in [
        (download().checksum(Checksum::Md5(MD5.replace('9', "8"))), "MD5"),
        (download().checksum(Checksum::Sha256(MD5.into())), "SHA-256"),
        (download().size(4), "4 bytes and has 3"),
        (download().limit(2), "larger than 2 bytes"),
    ] {
        let error = download.to_writer(&mut written).await.unwrap_err();
        assert!(error.kind() == ErrorKind::File && error.to_string().contains(problem), "{error}");
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_given_up_in_time() {
    // A thousand times as much as is sent.
    let piece = vec![0; 1 << 20];
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..256 {
        encoder.write_all(&piece).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 4 << 20);
    let server = Server::start([file(bomb.clone()), file(bomb)]).await;
    let mut written = Pieces::default();
    let download = call(&client(&server), GET).download().gunzip().limit(10 << 20);
    let error = download.to_writer(&mut written).await.unwrap_err();
    assert!(error.to_string().contains("larger than 10485760 bytes"), "{error}");
    assert!(written.sum <= 10 << 20 && written.largest <= 5 << 20, "{written:?}");
    // Data without line ends is not a report.
    let error = call(&client(&server), GET).download().gunzip().rows(Columns::Tabs).await.unwrap_err();
    assert!(error.to_string().contains("longer than 4 MiB"), "{error}");
}

/// A writer that keeps nothing but how much it was given, and how much at once.
#[derive(Debug, Default)]
struct Pieces {
    sum: usize,
    largest: usize,
}

impl AsyncWrite for Pieces {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.sum += bytes.len();
        self.largest = self.largest.max(bytes.len());
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_connection_that_is_lost_on_the_way_begins_anew() {
    let bytes: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let server =
        Server::start([file(bytes.clone()).cut_after(70_000), Answer::none(), file(bytes.clone())]).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    call(&client(&server), GET).download().to_file(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    assert_eq!(server.seen().len(), 3);
    // A writer cannot be taken back.
    let server = Server::start([file(bytes.clone()).cut_after(70_000), file(bytes)]).await;
    let error = call(&client(&server), GET).download().to_writer(&mut Vec::new()).await.unwrap_err();
    assert_eq!((error.kind(), server.seen().len()), (ErrorKind::Transport, 1));
}

#[tokio::test]
async fn files_that_always_break_off_are_not_fetched_five_times_each() {
    const CALLS: usize = 200;
    let server = Server::with(|_, _| file("whole").cut_after(2)).await;
    let (client, _) = quick(&server);
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..CALLS {
        call(&client, GET).download().to_file(folder.path().join("x")).await.unwrap_err();
    }
    // Each response that begins counts as a success, a fifth of a retry.
    let seen = server.seen().len();
    assert!((CALLS + 20..=CALLS * 5 / 4 + 25).contains(&seen), "{seen}");
}

#[tokio::test]
async fn files_that_arrive_in_the_end_cost_no_retries() {
    let server = Server::with(|number, _| match number % 3 {
        0 => file("whole"),
        _ => file("whole").cut_after(2),
    })
    .await;
    let (client, _) = quick(&server);
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..50 {
        call(&client, GET).download().to_file(folder.path().join("x")).await.unwrap();
    }
    assert_eq!(server.seen().len(), 150);
}

#[tokio::test]
async fn a_server_that_stops_sending_is_given_up_and_a_slow_one_is_not() {
    let slow = file(&b"0123456789"[..]).dripping(Duration::from_millis(30));
    let silent = file(&b"0123456789"[..]).dripping(Duration::from_secs(20));
    let server = Server::start([slow, silent]).await;
    let client = builder(&server).timeout(Duration::from_millis(100)).build().unwrap();
    let download = || call(&client, GET).download().idle_timeout(Duration::from_millis(1000));
    let mut written = Vec::new();
    download().to_writer(&mut written).await.unwrap();
    assert_eq!(written, b"0123456789");
    let error = download().to_writer(&mut written).await.unwrap_err();
    assert!(error.to_string().contains("nothing came for 1 s"), "{error}");
}

#[tokio::test]
async fn an_error_whose_body_stops_is_given_up_too() {
    let stuck = Answer::new(404, "text/plain", "no such report").dripping(Duration::from_secs(20));
    let server = Server::start([stuck]).await;
    let download = call(&client(&server), GET).download().idle_timeout(Duration::from_millis(300));
    let start = Instant::now();
    let error = download.to_writer(&mut Vec::new()).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 404);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_file_that_never_comes_is_asked_for_as_often_as_any_answer() {
    let server = Server::with(|_, _| Answer::none()).await;
    let folder = tempfile::tempdir().unwrap();
    let error = call(&client(&server), GET).download().to_file(folder.path().join("x")).await.unwrap_err();
    assert_eq!((error.kind(), server.seen().len()), (ErrorKind::Transport, 5));
}

#[tokio::test]
async fn a_deadline_holds_for_all_attempts_at_a_file() {
    let server = Server::with(|_, _| file("whole").cut_after(2)).await;
    let (client, clock) = quick(&server);
    let folder = tempfile::tempdir().unwrap();
    let (wait, deadline) = (Duration::from_secs(60), Duration::from_secs(20));
    let slow =
        call(&client, GET).with_retry(RetryPolicy::default().backoff(wait, wait)).with_deadline(deadline);
    let error = slow.download().to_file(folder.path().join("x")).await.unwrap_err();
    assert_eq!((error.kind(), server.seen().len(), clock.waits().len()), (ErrorKind::Transport, 1, 0));
}

#[tokio::test]
async fn a_server_that_does_not_begin_to_send_is_asked_again() {
    let server = Server::start([file("x").delayed(Duration::from_secs(20)), file("whole")]).await;
    let (client, clock) = quick(&server);
    let mut written = Vec::new();
    let download = call(&client, GET).download().idle_timeout(Duration::from_millis(300));
    download.to_writer(&mut written).await.unwrap();
    assert_eq!((written.as_slice(), server.seen().len(), clock.waits().len()), (&b"whole"[..], 2, 1));
}

#[tokio::test]
async fn waits_of_the_client_are_no_silence_of_the_server() {
    let server = Server::with(|_, _| file("whole")).await;
    let clock = TestClock::at(0);
    let client = builder(&server).clock(clock.clone()).limits(Limits::NONE.per_hour(1)).build().unwrap();
    for _ in 0..2 {
        let mut written = Vec::new();
        call(&client, GET).download().to_writer(&mut written).await.unwrap();
        assert_eq!(written, b"whole");
    }
    assert_eq!(clock.waits(), [Duration::from_secs(3600)]);
}

#[tokio::test]
async fn a_file_on_another_host_gets_nothing_that_is_the_apis() {
    let api = Server::start([]).await;
    let other = Server::start([file(gzip(TEXT)), Answer::new(403, "application/xml", "<Error/>")]).await;
    let client = builder(&api).user_agent("tests/1").build().unwrap();
    let url = format!("{}/segment.gz?X-Signature=s1gned", other.url());
    let mut written = Vec::new();
    client.download(&url).gunzip().to_writer(&mut written).await.unwrap();
    assert_eq!(written, TEXT);
    let error = client.download(&url).to_writer(&mut written).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.excerpt().unwrap().as_str()), (403, "<Error/>"));
    assert!(!format!("{error} {error:?} {:?}", client.download(&url)).contains("s1gned"));
    for seen in other.seen() {
        assert_eq!(seen.line, "GET /segment.gz?X-Signature=s1gned");
        assert_eq!((seen.header("authorization"), seen.header("x-own")), (None, None));
        assert_eq!(seen.header("user-agent"), Some("tests/1"));
    }
    assert!(api.seen().is_empty());
    // An API over TLS names no file without.
    let client = Client::<Store>::builder().credentials(StaticToken::bearer("x")).build().unwrap();
    for url in [url.as_str(), "ftp://example.com/x", "file:///etc/passwd", "x", "http://user@example.com/"] {
        let error = client.download(url).to_writer(&mut written).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Build, "{url}");
    }
}

#[tokio::test]
async fn rows_know_their_columns() {
    let server = Server::start([file(gzip(TEXT))]).await;
    let mut rows = call(&client(&server), GET).download().gunzip().rows(Columns::Tabs).await.unwrap();
    assert_eq!(rows.names(), ["Provider", "SKU", "Units"]);
    let row = rows.try_next().await.unwrap().unwrap();
    assert_eq!((row.get("SKU"), row.parse::<f64>("Units")), (Some("com.example.\"app"), Some(3.0)));
    assert_eq!((row.get("sku"), row.parse::<i64>("Provider"), row.values().len()), (None, None, 3));
    assert_eq!(rows.try_next().await.unwrap().unwrap().parse::<f64>("Units"), Some(-1.5));
    assert_eq!(rows.try_next().await.unwrap(), None);
    assert_eq!(rows.try_next().await.unwrap(), None);
}

#[tokio::test]
async fn rows_with_commas_and_quotes_come_whole_in_pieces_of_any_size() {
    let text = "\u{feff}Name,\"Note, long\"\n\"a \"\"b\"\"\",\"one\ntwo\"\n,\nlast,\u{fc}";
    for answer in [file(text), file(text).dripping(Duration::from_millis(1))] {
        let server = Server::start([answer]).await;
        let mut rows = call(&client(&server), GET).download().rows(Columns::Commas).await.unwrap();
        assert_eq!(rows.names(), ["Name", "Note, long"]);
        let mut all = Vec::new();
        while let Some(row) = rows.try_next().await.unwrap() {
            all.push(row.values().join("|"));
        }
        assert_eq!(all, ["a \"b\"|one\ntwo", "|", "last|\u{fc}"]);
    }
}

#[tokio::test]
async fn a_report_that_breaks_off_is_an_error() {
    let packed = gzip(TEXT);
    for answer in [file(&packed[..packed.len() - 4]), file(packed.clone()).cut_after(packed.len() - 4)] {
        let server = Server::start([answer]).await;
        let read = async {
            let mut rows = call(&client(&server), GET).download().gunzip().rows(Columns::Tabs).await?;
            while rows.try_next().await?.is_some() {}
            Ok::<_, storewright_runtime::ApiError<Store>>(())
        };
        let error = read.await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::File | ErrorKind::Transport), "{error}");
    }
    // An incomplete last row is not a row, and nothing follows the error.
    let server = Server::start([file("A\tB\n1\t2\n3\t4\n").cut_after(10)]).await;
    let mut rows = call(&client(&server), GET).download().rows(Columns::Tabs).await.unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap().values(), ["1", "2"]);
    assert_eq!(rows.try_next().await.unwrap_err().kind(), ErrorKind::Transport);
    assert!(rows.try_next().await.unwrap().is_none());
    let server = Server::start([file("")]).await;
    let error = call(&client(&server), GET).download().rows(Columns::Tabs).await.unwrap_err();
    assert!(error.to_string().contains("no line of names"), "{error}");
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_read_one_by_one() {
    let mut text = String::from("Id\tTitle\n");
    for id in 0..100_000 {
        text.push_str(&format!("{id}\tTitle of {id}\n"));
    }
    let server = Server::start([file(gzip(text.as_bytes()))]).await;
    let mut rows = call(&client(&server), GET).download().gunzip().rows(Columns::Tabs).await.unwrap();
    let mut count = 0;
    while let Some(row) = rows.try_next().await.unwrap() {
        assert_eq!(row.parse::<usize>("Id"), Some(count));
        count += 1;
    }
    assert_eq!(count, 100_000);
}

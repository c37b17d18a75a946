//! Files whose transport encoding another crate of the build could change: the bytes that are kept.
//!
//! These tests are built with the feature `gzip` of reqwest, as any crate of a user's build may turn it on.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};
use storewright_runtime::{Checksum, Client, Columns, ErrorKind, Reqwest};
use storewright_tests::{Answer, Server};

use crate::{GET, Store, builder, call};

const TEXT: &[u8] = b"Date\tCounts\n2026-11-01\t5\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn md5(bytes: &[u8]) -> Checksum {
    Checksum::Md5(Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A server that labels each file as packed, as storage does.
async fn labelled(bytes: &[u8]) -> Server {
    let answer = Answer::new(200, "application/a-gzip", bytes.to_vec()).header("content-encoding", "gzip");
    Server::with(move |_, _| answer.clone()).await
}

/// The clients that must keep bytes: with the default settings, and with settings for the opposite.
fn clients(server: &Server) -> [Client<Store>; 2] {
    let asks = Reqwest::with(|settings| settings.gzip(true).deflate(true)).unwrap();
    [builder(server).build().unwrap(), builder(server).transport(asks).build().unwrap()]
}

#[tokio::test]
async fn reqwest_itself_unpacks_in_this_build() {
    // Otherwise the other tests of this file would prove nothing.
    let server = labelled(&gzip(TEXT)).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let text = client.get(server.url()).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(text, TEXT);
    assert!(server.one().header("accept-encoding").unwrap().contains("gzip"));
}

#[tokio::test]
async fn a_client_keeps_the_bytes_whatever_features_reqwest_has() {
    let packed = gzip(TEXT);
    let server = labelled(&packed).await;
    for client in clients(&server) {
        let mut raw = Vec::new();
        let done = call(&client, GET).download().to_writer(&mut raw).await.unwrap();
        assert_eq!((raw.as_slice(), done.received), (packed.as_slice(), packed.len() as u64));
        let url = format!("{}/segment.gz", server.url());
        let segment = || client.download(&url).gunzip().size(packed.len() as u64).checksum(md5(&packed));
        let mut text = Vec::new();
        segment().to_writer(&mut text).await.unwrap();
        assert_eq!(text, TEXT);
        let mut rows = segment().rows(Columns::Tabs).await.unwrap();
        assert_eq!(rows.try_next().await.unwrap().unwrap().get("Counts"), Some("5"));
    }
    for seen in server.seen() {
        assert_eq!(seen.header("accept-encoding"), None, "{}", seen.line);
    }
}

#[tokio::test]
async fn gunzip_unpacks_a_file_that_storage_packed_once_more() {
    let packed = gzip(TEXT);
    let twice = gzip(&packed);
    let server = labelled(&twice).await;
    for client in clients(&server) {
        let download = || call(&client, GET).download();
        let mut raw = Vec::new();
        download().to_writer(&mut raw).await.unwrap();
        assert_eq!(raw, twice, "without gunzip the bytes are those that were sent");
        // The vendor's size and checksum are those of the file, which storage packed afterwards.
        for file in [&packed, &twice] {
            let mut text = Vec::new();
            let checked = download().gunzip().size(file.len() as u64).checksum(md5(file));
            let done = checked.to_writer(&mut text).await.unwrap();
            assert_eq!((text.as_slice(), done.received), (TEXT, twice.len() as u64));
        }
        let wrong = download().gunzip().checksum(md5(TEXT));
        let error = wrong.to_writer(&mut Vec::new()).await.unwrap_err();
        assert!(error.kind() == ErrorKind::File && error.to_string().contains("MD5"), "{error}");
        // Size and checksum must be those of one and the same form.
        let mixed = download().gunzip().size(packed.len() as u64).checksum(md5(&twice));
        assert_eq!(mixed.to_writer(&mut Vec::new()).await.unwrap_err().kind(), ErrorKind::File);
    }
}

#[tokio::test]
async fn a_file_that_is_cut_in_its_inner_layer_is_an_error() {
    let packed = gzip(TEXT);
    for cut in [1, 3, packed.len() - 4] {
        let server = labelled(&gzip(&packed[..cut])).await;
        let [client, _] = clients(&server);
        let error = call(&client, GET).download().gunzip().to_writer(&mut Vec::new()).await;
        match cut {
            // One byte is no sign of gzip: it is the packed content.
            1 => assert!(error.is_ok()),
            _ => assert!(error.unwrap_err().to_string().contains("not complete gzip"), "{cut}"),
        }
    }
}

#[tokio::test]
async fn files_of_many_members_are_unpacked_in_both_layers() {
    let parts = [gzip(b"Date\tCounts\n"), gzip(b"2026-11-01\t5\n")].concat();
    let twice = [gzip(&parts[..7]), gzip(&parts[7..])].concat();
    for bytes in [&parts, &twice] {
        for answer in [
            Answer::new(200, "application/a-gzip", bytes.clone()),
            Answer::new(200, "application/a-gzip", bytes.clone()).dripping(std::time::Duration::ZERO),
        ] {
            let server = Server::start([answer]).await;
            let [client, _] = clients(&server);
            let mut text = Vec::new();
            call(&client, GET).download().gunzip().to_writer(&mut text).await.unwrap();
            assert_eq!(text, TEXT);
        }
    }
}

#[tokio::test]
async fn a_bomb_inside_of_another_gzip_is_given_up_in_time() {
    let bomb = gzip(&gzip(&vec![0; 64 << 20]));
    assert!(bomb.len() < 64 << 10);
    let server = labelled(&bomb).await;
    let [client, _] = clients(&server);
    let mut written = Vec::new();
    let download = call(&client, GET).download().gunzip().limit(8 << 20);
    let error = download.to_writer(&mut written).await.unwrap_err();
    assert!(error.to_string().contains("larger than 8388608 bytes"), "{error}");
    // The last write is one piece of at most 4 KiB, unpacked.
    assert!((4 << 20..=8 << 20).contains(&written.len()), "{}", written.len());
}

#[tokio::test]
async fn an_encoding_that_was_not_asked_for_is_named() {
    for (encoding, shown) in [("gzip", "`gzip`"), ("br, x\u{202e}y", "`br, x y`")] {
        let answer = Answer::new(200, "application/json", gzip(b"{}")).header("content-encoding", encoding);
        let server = Server::with(move |_, _| answer.clone()).await;
        let client = builder(&server).build().unwrap();
        let error = call(&client, GET).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let text = format!("the body has the `content-encoding` {shown}, which the client did not ask for");
        assert!(error.to_string().contains(&text), "{error}");
    }
    // A label that is wrong does no harm.
    let answer = Answer::new(200, "application/json", &b"{}"[..]).header("content-encoding", "gzip");
    let server = Server::start([answer]).await;
    call(&builder(&server).build().unwrap(), GET).send().await.unwrap();
}

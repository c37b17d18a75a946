//! Asserts documents and error messages for files, archives and loopback servers.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use super::*;
use zip::write::SimpleFileOptions;

const SHA: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const MARKED_SHA: &str = "aa25e978046d680ef8740d837e6de5bc1e2a2dc6089dbda1012544b538d53f65";

fn archive(path: &Path, files: &[(&str, &[u8])]) -> String {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    path.display().to_string()
}

/// Responds to one request on loopback, and returns the URL.
fn serve(response: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/spec.json", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).unwrap();
        stream.write_all(&response).unwrap();
    });
    url
}

fn said(from: &str, pinned: Option<&str>) -> String {
    let mut out = Sink::new();
    let document = match pinned {
        Some(sha256) => super::pinned(from, sha256, &mut out),
        None => fetch(from, &mut out),
    };
    assert!(document.is_none());
    assert!(out.has_errors());
    out.diagnostics()[0].to_string().replace(from, "FROM")
}

#[test]
fn a_file_and_the_archive_around_it_give_the_same_document() {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("a.json");
    fs::write(&plain, "{}").unwrap();
    let zipped = archive(
        &dir.path().join("a.zip"),
        &[("read.me", b""), ("docs/A.JSON", b"{}"), ("__MACOSX/docs/._a.json", b"x")],
    );
    for from in [plain.display().to_string(), zipped] {
        let document = pinned(&from, SHA, &mut Sink::new()).unwrap();
        assert_eq!((document.text.as_str(), document.bytes), ("{}", 2));
    }
    // A checksum is that of the file, with its byte order mark.
    fs::write(&plain, "\u{feff}{}").unwrap();
    let marked = fetch(&plain.display().to_string(), &mut Sink::new()).unwrap();
    assert_eq!((marked.text.as_str(), marked.bytes, marked.sha256()), ("{}", 5, MARKED_SHA.to_owned()));
}

#[test]
fn a_download_gives_the_document() {
    let url = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}".to_vec());
    assert_eq!(fetch(&url, &mut Sink::new()).unwrap().sha256(), SHA);
}

#[test]
fn archives_without_exactly_one_json_file_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let none = archive(&dir.path().join("none.zip"), &[("a.txt", b""), ("b.yaml", b"")]);
    assert_eq!(
        said(&none, None),
        "error[invalid-archive]: the archive contains no JSON file; it contains a.txt, b.yaml\n  --> FROM\n  help: unpack it and give the file that you mean with `--from FILE`"
    );
    let empty = archive(&dir.path().join("empty.zip"), &[]);
    assert!(said(&empty, None).contains("it contains nothing"));
    let several = archive(&dir.path().join("several.zip"), &[("a.json", b"{}"), ("b/b.json", b"{}")]);
    assert!(said(&several, None).contains("the archive has 2 JSON files in it: a.json, b/b.json"));

    let cut = dir.path().join("cut.zip");
    let bytes = fs::read(&several).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let text = said(&cut.display().to_string(), None);
    assert!(text.starts_with("error[invalid-archive]: the archive cannot be read: "), "{text}");
}

#[test]
fn an_archive_that_unpacks_to_no_end_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bomb.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    zip.start_file("a.json", SimpleFileOptions::default()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..=(LIMIT >> 20) {
        zip.write_all(&zeros).unwrap();
    }
    zip.finish().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 1 << 20);
    let text = said(&path.display().to_string(), None);
    assert!(text.contains("a.json: it is longer than 64 MiB"), "{text}");
}

#[test]
fn another_checksum_than_the_pinned_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.json");
    fs::write(&path, "{}").unwrap();
    assert_eq!(
        said(&path.display().to_string(), Some("00")),
        format!(
            "error[checksum-mismatch]: the document's sha256 is {SHA}, and 00 is pinned\n  --> FROM\n  help: if the vendor changed it on purpose, pin the new one: `sha256` in `source.toml`"
        )
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    let missing = said("no-such-file.json", None);
    assert!(missing.starts_with("error[unreadable-source]: the document cannot be read: "), "{missing}");

    let gone = serve(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec());
    let text = said(&gone, None);
    assert!(text.starts_with("error[unreadable-source]: the document cannot be downloaded: "), "{text}");
    assert!(text.contains("404"), "{text}");

    let cut = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\nconnection: close\r\n\r\n{}".to_vec());
    assert!(said(&cut, None).starts_with("error[unreadable-source]: "));

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(said(&format!("http://{closed}/"), None).starts_with("error[unreadable-source]: "));

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("latin1.json");
    fs::write(&path, b"{\"a\":\"\xe9\"}").unwrap();
    assert!(said(&path.display().to_string(), None).contains("is not UTF-8 from byte 6 on"));
}

#[test]
fn hosts_of_this_machine_are_known() {
    for url in ["http://localhost:80/x", "http://127.0.0.1", "https://u:p@127.1.2.3:9/", "http://[::1]:80/a"]
    {
        assert!(is_loopback(url), "{url}");
    }
    for url in
        ["http://localhost.example/", "https://example.com/127.0.0.1", "http://[2001:db8::1]/", "http://"]
    {
        assert!(!is_loopback(url), "{url}");
    }
}

//! Tests uploads of files in parts.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use storewright_runtime::{Client, Digests, ErrorKind, Part, Progress, Transfer};
use storewright_tests::{Answer, Seen, Server};

use crate::{Store, TOKEN, at_once, builder, fails};

const SIZE: usize = 100_000;
const PART: usize = 9_000;

fn content() -> Vec<u8> {
    (0..SIZE).map(|index| u8::try_from(index * 7 % 251).unwrap()).collect()
}

fn file() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), content()).unwrap();
    file
}

pub(crate) async fn digests(file: &Path) -> Digests {
    Digests::of_file(file).await.unwrap()
}

/// The digests of `content()`, by md5sum and sha256sum.
fn known() -> Digests {
    let mut digests = Digests::default();
    digests.size = SIZE as u64;
    digests.md5 = "c260642229888763c0fa2a4843f50a36".to_owned();
    digests.sha256 = "96ad0ddabe9c733d4550fde750255a94806811029be67504bd9bd68e556686b9".to_owned();
    digests
}

fn transfer(server: &Server, method: &str) -> Transfer {
    let parts = (0..SIZE.div_ceil(PART)).map(|number| {
        let offset = number * PART;
        let length = PART.min(SIZE - offset) as u64;
        Part::new(method, format!("{}/part/{number}?sig=s1gned", server.url()), offset as u64, length)
            .header("Content-Type", "image/png")
            .header("x-part", number.to_string())
            .header("Content-Length", "1")
    });
    Transfer::new(known(), parts.collect())
}

/// The data that a server received, joined by the numbers of the parts.
fn joined(seen: &[Seen]) -> Vec<u8> {
    let parts: BTreeMap<usize, &Seen> =
        seen.iter().map(|seen| (seen.header("x-part").unwrap().parse().unwrap(), seen)).collect();
    parts.values().flat_map(|seen| seen.body.to_vec()).collect()
}

fn client(api: &Server) -> Client<Store> {
    builder(api).retry(at_once()).build().unwrap()
}

#[tokio::test]
async fn parts_arrive_whole_and_nothing_of_the_apis_with_them() {
    let api = Server::start([]).await;
    let storage = Server::with(|_, _| Answer::empty(200)).await;
    let mut transfer = transfer(&storage, "PUT");
    let told = Arc::new(Mutex::new(Vec::<Progress>::new()));
    let kept = Arc::clone(&told);
    let uploader = client(&api).uploader().progress(move |progress| kept.lock().unwrap().push(progress));
    uploader.send(file().path(), &mut transfer).await.unwrap();
    assert!(transfer.is_done());
    let seen = storage.seen();
    assert_eq!((seen.len(), joined(&seen)), (12, content()));
    for seen in &seen {
        assert!(seen.line.starts_with("PUT /part/") && seen.line.ends_with("?sig=s1gned"), "{}", seen.line);
        assert_eq!(seen.header("content-type"), Some("image/png"));
        assert_eq!(
            (seen.header("authorization"), seen.header("x-own"), seen.header("cookie")),
            (None, None, None)
        );
        assert!(!format!("{seen:?}").contains(TOKEN));
    }
    let told = told.lock().unwrap();
    assert!(told.is_sorted_by_key(|progress| progress.done));
    assert_eq!((told.len(), told[11].done, told[11].total), (12, SIZE as u64, Some(SIZE as u64)));
    assert!(api.seen().is_empty());
}

#[tokio::test]
async fn parts_are_sent_side_by_side_but_not_too_many() {
    let at_once = Arc::new(Mutex::new((0_usize, 0_usize)));
    let api = Server::start([]).await;
    let storage = Server::with(|_, _| Answer::empty(200).delayed(Duration::from_millis(80))).await;
    let mut transfer = transfer(&storage, "PUT");
    let (seen, count) = (storage.clone(), Arc::clone(&at_once));
    let uploader = client(&api).uploader().parallel(3).on_part(move |transfer| {
        let done = transfer.parts.iter().filter(|part| part.done).count();
        let open = seen.seen().len() - (done - 1);
        let mut count = count.lock().unwrap();
        *count = (count.0.max(open), done);
    });
    uploader.send(file().path(), &mut transfer).await.unwrap();
    assert_eq!(*at_once.lock().unwrap(), (3, 12));
}

#[tokio::test]
async fn a_part_that_fails_is_sent_again_whatever_its_method() {
    for method in ["PUT", "post"] {
        let api = Server::start([]).await;
        let storage = Server::with(|number, _| match number {
            2 => fails(500),
            3 => Answer::none(),
            5 => fails(429),
            _ => Answer::empty(201),
        })
        .await;
        let mut transfer = transfer(&storage, method);
        client(&api).uploader().send(file().path(), &mut transfer).await.unwrap();
        let seen = storage.seen();
        assert_eq!((seen.len(), joined(&seen)), (15, content()));
    }
}

#[tokio::test]
async fn an_upload_goes_on_where_it_ended() {
    let api = Server::start([]).await;
    let storage = Server::with(|number, _| if number < 5 { Answer::empty(200) } else { fails(403) }).await;
    let file = file();
    let mut first = transfer(&storage, "PUT");
    let saved = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&saved);
    let uploader = client(&api).uploader().parallel(1).on_part(move |transfer| {
        *kept.lock().unwrap() = serde_json::to_string(transfer).unwrap();
    });
    let error = uploader.send(file.path(), &mut first).await.unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.excerpt().unwrap().as_str()),
        (403, "<html>no</html>")
    );
    assert!(!format!("{error} {error:?}").contains("s1gned"));
    // Another process, hours later.
    let mut second: Transfer = serde_json::from_str(&saved.lock().unwrap()).unwrap();
    assert_eq!(second, first);
    assert_eq!(second.parts.iter().filter(|part| part.done).count(), 4);
    let before = storage.seen();
    let other = Server::with(|_, _| Answer::empty(200)).await;
    for part in &mut second.parts {
        part.url = part.url.replace(storage.url(), other.url());
    }
    client(&api).uploader().send(file.path(), &mut second).await.unwrap();
    let mut seen = before[..4].to_vec();
    seen.extend(other.seen());
    assert_eq!((seen.len(), joined(&seen)), (12, content()));
    client(&api).uploader().send(file.path(), &mut second).await.unwrap();
    assert_eq!(other.seen().len(), 8);
}

#[tokio::test]
async fn an_upload_that_is_dropped_stops_and_knows_what_is_done() {
    let api = Server::start([]).await;
    let storage = Server::with(|_, _| Answer::empty(200).delayed(Duration::from_millis(50))).await;
    let file = file();
    let mut transfer = transfer(&storage, "PUT");
    let uploader = client(&api).uploader().parallel(1);
    let sent =
        tokio::time::timeout(Duration::from_millis(300), uploader.send(file.path(), &mut transfer)).await;
    assert!(sent.is_err());
    let done = transfer.parts.iter().filter(|part| part.done).count();
    let count = storage.seen().len();
    assert!(done > 0 && done < 12 && count <= done + 1, "{done} {count}");
    uploader.send(file.path(), &mut transfer).await.unwrap();
    assert_eq!(joined(&storage.seen()), content());
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_before_anything_is() {
    let api = Server::start([]).await;
    let storage = Server::with(|_, _| Answer::empty(200)).await;
    let small = tempfile::NamedTempFile::new().unwrap();
    let uploader = client(&api).uploader();
    let error = uploader.send(small.path(), &mut transfer(&storage, "PUT")).await.unwrap_err();
    assert!(error.to_string().contains("was changed"), "{error}");
    let error = uploader.send("missing.ipa", &mut transfer(&storage, "PUT")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.to_string().contains("missing.ipa"), "{error}");
    type Spoils = fn(&mut Vec<Part>);
    let spoils: [(Spoils, &str); 11] = [
        (|parts| drop(parts.remove(1)), "no part with those from 9000 on"),
        (|parts| drop(parts.pop()), "no part with those from 99000 on"),
        (|parts| parts.clear(), "no part with those from 0 on"),
        (|parts| parts[2].offset -= 1, "two parts that overlap"),
        (|parts| parts.push(parts[3].clone()), "two parts that overlap"),
        (|parts| parts[11].length += 1, "parts beyond them"),
        (|parts| parts[5].offset = u64::MAX, "parts beyond them"),
        (|parts| parts[5].length = u64::MAX, "a part of 18446744073709551615 bytes"),
        (|parts| parts[5].length = 0, "a part without bytes"),
        // The parts before these could be sent.
        (|parts| parts[7].method = "DELETE".to_owned(), "`DELETE`"),
        (|parts| parts[7].url = "ftp://127.0.0.1/".to_owned(), "http"),
    ];
    for (spoil, problem) in spoils {
        let mut spoilt = transfer(&storage, "PUT");
        spoil(&mut spoilt.parts);
        let error = uploader.send(file().path(), &mut spoilt).await.unwrap_err();
        assert!(error.to_string().contains(problem), "{problem}: {error}");
    }
    assert!(storage.seen().is_empty());
    let nothing = digests(small.path()).await;
    uploader.send(small.path(), &mut Transfer::new(nothing, Vec::new())).await.unwrap();
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_is_an_error() {
    type Changes = fn(&Path);
    fn edited(path: &Path, at: usize) {
        let mut content = std::fs::read(path).unwrap();
        content[at] ^= 1;
        std::fs::write(path, content).unwrap();
    }
    let changes: [Changes; 6] = [
        |path| edited(path, 0),
        |path| edited(path, SIZE - 1),
        |path| std::fs::write(path, [content(), vec![0]].concat()).unwrap(),
        |path| std::fs::write(path, &content()[..SIZE - 1]).unwrap(),
        |path| std::fs::write(path, "").unwrap(),
        // As editors save: another file of the same name and size.
        |path| {
            let other = path.with_extension("new");
            std::fs::write(&other, vec![7; SIZE]).unwrap();
            std::fs::rename(other, path).unwrap();
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        for part in [1, 6, 12] {
            let file = file();
            let path = file.path().to_owned();
            let storage = Server::with(move |number, _| {
                if number == part {
                    change(&path);
                }
                Answer::empty(200)
            })
            .await;
            let uploader = client(&storage).uploader().parallel(1);
            let error = uploader.send(file.path(), &mut transfer(&storage, "PUT")).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::File);
            assert!(
                error.to_string().ends_with("was changed since its upload began"),
                "{number} {part} {error}"
            );
        }
    }
}

#[tokio::test]
async fn a_part_that_was_read_from_a_changed_file_is_sent_once_more() {
    let file = file();
    let path = file.path().to_owned();
    let storage = Server::with(move |number, _| {
        // It is changed while the third part is read, and changed back.
        match number {
            2 => std::fs::write(&path, vec![7; SIZE]).unwrap(),
            3 => std::fs::write(&path, content()).unwrap(),
            _ => {}
        }
        Answer::empty(200)
    })
    .await;
    let saved = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&saved);
    let uploader = client(&storage).uploader().parallel(1);
    let uploader = uploader.on_part(move |transfer| *kept.lock().unwrap() = Some(transfer.clone()));
    let error = uploader.send(file.path(), &mut transfer(&storage, "PUT")).await.unwrap_err();
    assert!(error.to_string().contains("was changed"), "{error}");
    let mut transfer: Transfer = saved.lock().unwrap().clone().unwrap();
    assert_eq!(
        transfer.parts.iter().filter(|part| !part.done).map(|part| part.offset).collect::<Vec<_>>(),
        [18_000]
    );
    uploader.send(file.path(), &mut transfer).await.unwrap();
    assert_eq!((storage.seen().len(), joined(&storage.seen())), (13, content()));
}

#[tokio::test]
async fn a_file_that_is_touched_or_saved_again_has_not_changed() {
    let file = file();
    let path = file.path().to_owned();
    let storage = Server::with(move |_, _| {
        let other = path.with_extension("same");
        std::fs::write(&other, content()).unwrap();
        std::fs::rename(other, &path).unwrap();
        Answer::empty(200)
    })
    .await;
    let mut transfer = transfer(&storage, "PUT");
    client(&storage).uploader().send(file.path(), &mut transfer).await.unwrap();
    assert_eq!(joined(&storage.seen()), content());
}

#[tokio::test]
async fn a_file_is_summed_up() {
    assert_eq!(digests(file().path()).await, known());
    assert!(Digests::of_file("missing").await.unwrap_err().to_string().contains("missing"));
}

//! Parameters, cookies and forms of every style, as a server gets them.

use std::collections::BTreeMap;

use storewright_runtime::{Call, Client, File, Json, Method, Operation, Segment, Style, Value, object};
use storewright_tests::{Answer, Seen, Server};

use crate::{POST, Store, ok, quick};

/// An object that a generated crate would have.
pub(crate) struct Range {
    pub(crate) from: Option<i64>,
    pub(crate) word: Option<String>,
}
object! { Range { from: "from", word: "word" } }

fn range() -> Range {
    Range { from: Some(1), word: Some("a b&c".to_owned()) }
}

fn words() -> Vec<String> {
    vec!["a b".to_owned(), "c,d".to_owned()]
}

/// The request that a server gets of one call.
async fn sent(operation: Operation, change: impl FnOnce(&mut Call<Store, Value>)) -> Seen {
    let server = Server::start([ok()]).await;
    let (client, _) = quick(&server);
    let mut call: Call<Store, Value> = client.call(operation, &[]);
    change(&mut call);
    call.send().await.unwrap();
    server.one()
}

const LIST: Operation = Operation::new(Method::Get, "list", "/v1/items");

#[tokio::test]
async fn queries_have_the_style_that_the_document_declares() {
    for (style, query) in [
        (Style::Commas, "q=from,1,word,a%20b%26c"),
        (Style::Pipes, "q=from|1|word|a%20b%26c"),
        (Style::Spaces, "q=from%201%20word%20a%20b%26c"),
        (Style::Repeated, "from=1&word=a%20b%26c"),
        (Style::Deep, "q%5Bfrom%5D=1&q%5Bword%5D=a%20b%26c"),
        (Style::Json, "q=%7B%22from%22%3A1%2C%22word%22%3A%22a%20b%26c%22%7D"),
    ] {
        let seen = sent(LIST, |call| call.value("q", style, &range())).await;
        assert_eq!(seen.line, format!("GET /v1/items?{query}"), "{style:?}");
    }
    for (style, query) in [
        (Style::Commas, "?q=a%20b,c%2Cd"),
        (Style::Pipes, "?q=a%20b|c%2Cd"),
        (Style::Repeated, "?q=a%20b&q=c%2Cd"),
        (Style::Deep, "?q%5B%5D=a%20b&q%5B%5D=c%2Cd"),
    ] {
        let seen = sent(LIST, |call| call.value("q", style, &words())).await;
        assert_eq!(seen.line, format!("GET /v1/items{query}"), "{style:?}");
    }
    let nothing = sent(LIST, |call| call.value("q", Style::Repeated, &Vec::<String>::new())).await;
    assert_eq!(nothing.line, "GET /v1/items");
    let free: BTreeMap<String, String> = BTreeMap::from_iter([("a[b]".to_owned(), "1".to_owned())]);
    let seen = sent(LIST, |call| call.value("q", Style::Repeated, &free)).await;
    assert_eq!(seen.line, "GET /v1/items?a%5Bb%5D=1");
}

#[tokio::test]
async fn a_parameter_that_is_set_again_is_replaced() {
    for style in [Style::Commas, Style::Repeated, Style::Deep, Style::Json] {
        let once = sent(LIST, |call| call.value("q", style, &range())).await;
        let twice = sent(LIST, |call| {
            call.value("q", style, &Range { from: Some(9), word: Some("old".to_owned()) });
            call.value("q", style, &range());
        });
        assert_eq!(twice.await.line, once.line, "{style:?}");
    }
}

#[tokio::test]
async fn a_path_with_a_query_of_its_own_takes_more() {
    const ACTION: Operation = Operation::new(Method::Get, "action", "/?Action=List");
    assert_eq!(sent(ACTION, |_| {}).await.line, "GET /?Action=List");
    assert_eq!(sent(ACTION, |call| call.number("page", 2)).await.line, "GET /?Action=List&page=2");
}

#[tokio::test]
async fn path_parameters_have_styles_and_stay_in_their_segment() {
    const SHOW: Operation = Operation::new(Method::Get, "show", "/v1/{a}/end");
    for (style, path) in [
        (Style::Commas, "from,1,word,a%20b%26c"),
        (Style::Repeated, "from=1,word=a%20b%26c"),
        (Style::Label, ".from,1,word,a%20b%26c"),
        (Style::LabelEach, ".from=1.word=a%20b%26c"),
        (Style::Matrix, ";a=from,1,word,a%20b%26c"),
        (Style::MatrixEach, ";from=1;word=a%20b%26c"),
    ] {
        let server = Server::start([ok()]).await;
        let (client, _) = quick(&server);
        let call: Call<Store, Value> = client.call_at(SHOW, &[Segment::styled("a", style, &range())]);
        call.send().await.unwrap();
        assert_eq!(server.one().line, format!("GET /v1/{path}/end"), "{style:?}");
    }
    let server = Server::start([]).await;
    let (client, _) = quick(&server);
    for (segment, problem) in [
        (Segment::text(""), "`a` is empty"),
        (Segment::text(".."), "`a` is `..`"),
        // One dot is the style's, the other one the value's.
        (Segment::styled("a", Style::Label, &".".to_owned()), "`a` is `..`"),
        (Segment::styled("a", Style::Label, &Vec::<String>::new()), "`a` is empty"),
    ] {
        let call: Call<Store, Value> = client.call_at(SHOW, &[segment]);
        let error = call.send().await.unwrap_err();
        assert_eq!(error.to_string(), format!("GET /v1/{{a}}/end: {problem}"));
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn headers_and_cookies_take_lists_and_objects() {
    let seen = sent(LIST, |call| {
        call.header_value("x-list", Style::Commas, &words());
        call.header_value("x-object", Style::Commas, &range());
        call.header_value("x-exploded", Style::Repeated, &range());
        call.header_value("x-none", Style::Commas, &Vec::<String>::new());
        call.cookie("sid", Style::Commas, &"a b;c".to_owned());
        call.cookie("seen", Style::Commas, &vec![1_i64, 2]);
        call.cookie("sid", Style::Commas, &"new".to_owned());
    })
    .await;
    assert_eq!(seen.header("x-list"), Some("a b,c,d"));
    assert_eq!(seen.header("x-object"), Some("from,1,word,a b&c"));
    assert_eq!(seen.header("x-exploded"), Some("from=1,word=a b&c"));
    assert_eq!(seen.header("x-none"), None);
    assert_eq!(seen.header("cookie"), Some("seen=1%2C2; sid=new"));
}

#[tokio::test]
async fn forms_take_objects_in_the_style_of_their_encoding() {
    let seen = sent(POST, |call| {
        call.field("plain", "a b");
        call.field_value("deep", Style::Deep, &range());
        call.field_value("json", Style::Json, &vec![1_i64]);
    })
    .await;
    assert_eq!(seen.header("content-type"), Some("application/x-www-form-urlencoded"));
    let text = String::from_utf8(seen.body.to_vec()).unwrap();
    assert_eq!(text, "plain=a%20b&deep%5Bfrom%5D=1&deep%5Bword%5D=a%20b%26c&json=%5B1%5D");

    let seen = sent(POST, |call| {
        call.part_value("about", Style::Json, &range());
        call.part_as("note", "text/markdown", "# a");
        call.file("photo", File::new(&b"png"[..]).name("a.png").media_type("image/png"));
        call.file("photo", File::new(&b"jpg"[..]).name("b.jpg").media_type("image/jpeg"));
    })
    .await;
    let text = String::from_utf8(seen.body.to_vec()).unwrap();
    for part in [
        "name=\"about\"\r\ncontent-type: application/json\r\n\r\n{\"from\":1,\"word\":\"a b&c\"}\r\n",
        "name=\"note\"\r\ncontent-type: text/markdown\r\n\r\n# a\r\n",
        "name=\"photo\"; filename=\"a.png\"\r\ncontent-type: image/png\r\n\r\npng\r\n",
        "name=\"photo\"; filename=\"b.jpg\"\r\ncontent-type: image/jpeg\r\n\r\njpg\r\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[tokio::test]
async fn a_call_without_a_body_says_that_it_has_none() {
    for method in [Method::Post, Method::Put, Method::Patch] {
        let seen = sent(Operation::new(method, "write", "/v1/items"), |_| {}).await;
        assert_eq!(seen.header("content-length"), Some("0"), "{method}");
        assert_eq!(seen.header("content-type"), None, "{method}");
    }
    let seen = sent(POST, |call| call.json(&range())).await;
    assert_eq!(seen.header("content-length"), Some(seen.body.len().to_string().as_str()));
    assert_eq!(sent(LIST, |_| {}).await.header("content-length"), None);
}

#[tokio::test]
async fn a_text_of_any_media_type_is_read_with_and_without_quotes() {
    for (media_type, body) in [
        ("application/json", r#""a \"b\"""#),
        ("Application/JSON; charset=utf-8", r#""a \"b\"""#),
        ("text/plain", r#"a "b""#),
    ] {
        let server = Server::start([Answer::new(200, media_type, body)]).await;
        let (client, _): (Client<Store>, _) = quick(&server);
        let call: Call<Store, String> = client.call(LIST, &[]);
        assert_eq!(call.send().await.unwrap(), r#"a "b""#, "{media_type}");
    }
    let server = Server::start([Answer::new(200, "text/plain", r#""quoted""#)]).await;
    let (client, _): (Client<Store>, _) = quick(&server);
    let call: Call<Store, String> = client.call(LIST, &[]);
    assert_eq!(call.send().await.unwrap(), r#""quoted""#);
    let server = Server::start([Answer::new(200, "application/json", r#""x""#)]).await;
    let (client, _): (Client<Store>, _) = quick(&server);
    let call: Call<Store, Json<String>> = client.call(LIST, &[]);
    assert_eq!(call.send().await.unwrap().0, "x");
}

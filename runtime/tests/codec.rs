//! Models of every kind go through JSON and back; faults name their path.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;

use crate::support::random::Random;
use serde_json::{Value, json};
use storewright_runtime::codec::{Put, Slot, from_slice, from_slice_tolerant, to_vec};
use storewright_runtime::{
    Date, Document, Identifier, Linkage, Linkages, NoIncluded, Page, Patch, Resource, ResourceLinks, Sparse,
    Timestamp, ToMany, ToOne, object, open_enum, open_int_enum, request, resource, union, untagged,
};

struct Everything {
    text: String,
    flag: bool,
    wide: i64,
    narrow: i32,
    count: u32,
    huge: u64,
    float: f64,
    maybe: Option<String>,
    patch: Patch<i64>,
    texts: Vec<String>,
    nested: Vec<Vec<i64>>,
    map: BTreeMap<String, i64>,
    any: Value,
    maybe_any: Option<Value>,
    time: Timestamp,
    date: Date,
    child: Child,
    children: Vec<Child>,
    parent: Option<Box<Everything>>,
    platform: Platform,
    priority: Priority,
}
object! { Everything {
    text: "text", flag: "flag", wide: "wide", narrow: "narrow", count: "count", huge: "huge", float: "float",
    maybe: "maybe", patch: "patch", texts: "texts", nested: "nested", map: "map", any: "any", maybe_any: "maybeAny",
    time: "time", date: "date", child: "child", children: "children", parent: "parent", platform: "platform",
    priority: "priority",
} }

struct Child {
    name: String,
    extra: BTreeMap<String, Value>,
}
object! { Child { name: "name" } rest extra }

struct Strict {
    name: String,
    note: String,
    tags: Vec<String>,
    child: Option<Box<Strict>>,
    strict: Inner,
}
object! { Strict { name: "name", note: "note", tags: "tags", child: "child", strict: "strict" } required ["name", "tags"] }

struct Inner {
    id: String,
}
object! { Inner { id: "id" } required ["id"] }

#[non_exhaustive]
enum Platform {
    Ios,
    MacOs,
    Unrecognized(String),
}
open_enum! { Platform { Ios = "IOS", MacOs = "MAC_OS" } }

#[non_exhaustive]
enum Priority {
    Low,
    Unrecognized(i64),
}
open_int_enum! { Priority { Low = 1 } }

struct App {
    id: String,
    attributes: AppAttributes,
    relationships: AppRelationships,
    links: ResourceLinks,
}
resource! { App: "apps" { attributes: "attributes", relationships: "relationships", links: "links" } }

struct AppAttributes {
    name: Option<String>,
    platform: Option<Platform>,
}
object! { AppAttributes { name: "name", platform: "platform" } }

struct AppRelationships {
    builds: Option<ToMany>,
    icon: Option<ToOne>,
}
object! { AppRelationships { builds: "builds", icon: "icon" } }

struct Build {
    id: String,
    attributes: AppAttributes,
}
resource! { Build: "builds" { attributes: "attributes" } }

#[non_exhaustive]
enum Included {
    Build(Box<Build>),
    App(Box<App>),
    Unrecognized(Value),
}
union! { Included by "type" { Build(Build) = "builds", App(App) = "apps" } }

struct Square {
    kind: String,
    side: i64,
}
object! { Square { kind: "kind", side: "side" } required ["kind", "side"] }

/// One type under two tags, with its tag as a member.
#[non_exhaustive]
enum Shape {
    Square(Box<Square>),
    Box(Box<Square>),
    Unrecognized(Value),
}
union! { plain Shape by "kind" { Square(Square) = "square", Box(Square) = "box" } }

struct Pointer {
    pointer: String,
    line: Option<i64>,
}
object! { Pointer { pointer: "pointer", line: "line" } required ["pointer"] }

struct Place {
    line: Option<i64>,
    column: Option<i64>,
}
object! { Place { line: "line", column: "column" } }

#[non_exhaustive]
enum Source {
    Pointer(Pointer),
    Place(Box<Place>),
    Text(String),
    Numbers(Vec<i64>),
    Unrecognized(Value),
}
untagged! { Source { Pointer(Pointer), Place(Place), Text(String), Numbers(Vec<i64>) } }

fn read<T: for<'de> serde::Deserialize<'de>>(value: Value) -> T {
    serde_json::from_str(&value.to_string()).unwrap()
}

fn write(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// The text and path of the fault that a document has.
fn fault<T: Slot + Default>(json: &str) -> (String, String) {
    let error = from_slice::<T>(json.as_bytes()).map(drop).unwrap_err();
    (error.message, error.path)
}

#[test]
fn every_kind_of_member_round_trips() {
    let json = json!({
        "text": "a\"b\u{1F600}", "flag": true, "wide": i64::MIN, "narrow": -3, "count": 4_000_000_000_u32,
        "huge": u64::MAX, "float": 1.5, "maybe": "m", "patch": 5, "texts": ["a", ""], "nested": [[1], []],
        "map": {"a": 1, "": 2}, "any": {"x": [1, null, {"y": 2.5}]}, "maybeAny": [1],
        "time": "2025-01-31T10:00:00-08:00", "date": "2025-01-31", "child": {"name": "c", "other": [1]},
        "children": [{"name": "d"}], "parent": null, "platform": "IOS", "priority": 7,
    });
    let model: Everything = read(json.clone());
    assert_eq!(model.platform, Platform::Ios);
    assert_eq!(model.priority, Priority::Unrecognized(7));
    assert_eq!(model.child.extra["other"], json!([1]));
    assert_eq!(model.huge, u64::MAX);
    let written = write(&model);
    for (key, value) in json.as_object().unwrap() {
        if key != "parent" {
            assert_eq!(&written[key], value, "{key}");
        }
    }
    assert_eq!(written.get("parent"), None);
    assert_eq!(read::<Everything>(written), model);
    assert_eq!(from_slice::<Everything>(&to_vec(&model)).unwrap(), model);
    assert_eq!(serde_json::from_value::<Everything>(write(&model)).unwrap(), model);
    assert_eq!(serde_json::from_reader::<_, Everything>(to_vec(&model).as_slice()).unwrap(), model);
}

#[test]
fn null_is_absent_in_every_member_that_is_not_required() {
    let mut nulls = serde_json::Map::new();
    for key in
        write(&Everything { maybe: Some(String::new()), ..Default::default() }).as_object().unwrap().keys()
    {
        nulls.insert(key.clone(), Value::Null);
    }
    for key in ["maybeAny", "parent"] {
        nulls.insert(key.to_owned(), Value::Null);
    }
    let model: Everything = read(Value::Object(nulls));
    assert_eq!(model, Everything::default());
    let model: Everything = read(json!({"patch": null, "maybe": null}));
    assert_eq!(model.patch, Patch::Null);
    assert_eq!(write(&model)["patch"], Value::Null);
    assert_eq!(write(&Everything::default()).get("patch"), None);
}

#[test]
fn required_members_are_checked() {
    assert_eq!(fault::<Strict>(r#"{"name":"a"}"#), ("missing field `tags`".into(), String::new()));
    assert_eq!(
        fault::<Strict>(r#"{"name":null,"tags":[]}"#),
        ("invalid type: expected a string, found null".into(), "name".into())
    );
    assert_eq!(
        fault::<Strict>(r#"{"name":"a","tags":[],"child":{"name":"b"}}"#),
        ("missing field `tags`".into(), "child".into())
    );
    assert_eq!(
        fault::<Strict>(r#"{"name":"a","tags":null}"#),
        ("invalid type: expected an array, found null".into(), "tags".into())
    );
    let model: Strict = read(json!({"name": "a", "tags": [], "note": null, "strict": null}));
    assert_eq!(model, Strict { name: "a".into(), ..Default::default() });
    // A resource that is null is none, not one without an id.
    assert_eq!(fault::<Document<App>>(r#"{"data":null}"#).1, "data");
    assert_eq!(fault::<Page<App>>(r#"{"data":[null]}"#).1, "data[0]");
    assert_eq!(fault::<Page<App>>("{}").0, "missing field `data`");
}

#[test]
fn faults_name_their_path_and_no_values() {
    let page =
        r#"{"data":[{"id":"1","attributes":{"name":"secret"}},{"id":"2","attributes":{"name":12345}}]}"#;
    assert_eq!(
        fault::<Page<App>>(page),
        ("invalid type: expected a string, found an integer".into(), "data[1].attributes.name".into())
    );
    assert_eq!(fault::<Everything>(r#"{"map":{"a b":true}}"#).1, "map.a b");
    assert_eq!(fault::<Everything>(r#"{"nested":[[1],[2,"x"]]}"#).1, "nested[1][1]");
    assert_eq!(
        fault::<Everything>(r#"{"narrow":3000000000}"#).0,
        "invalid type: expected a 32-bit integer, found an integer"
    );
    assert_eq!(fault::<Everything>(r#"{"child":[]}"#).0, "invalid type: expected an object, found an array");
    assert_eq!(fault::<Everything>(r#"{"texts":{}}"#).0, "invalid type: expected an array, found an object");
    let late = r#"{"data":[],"included":[{"attributes":{"name":1},"type":"builds","id":"1"}]}"#;
    assert_eq!(fault::<Page<App, Included>>(late).1, "included[0].attributes.name");

    let error = serde_json::from_str::<Page<App>>(page).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid type: expected a string, found an integer at data[1].attributes.name at line 1 column 87"
    );
    let error = from_slice::<Page<App>>(page.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid type: expected a string, found an integer (line 1 column 87) at data[1].attributes.name"
    );
}

#[test]
fn syntax_faults_are_errors() {
    for json in
        ["", " ", "{", "{\"data\":[", "[1,]", "nul", "{\"data\":[]} x", "\u{feff}{}", "{\"a\":\"\\ud800\"}"]
    {
        assert!(from_slice::<Page<App>>(json.as_bytes()).is_err(), "{json}");
    }
    assert!(from_slice::<Page<App>>(b"{\"data\":[{\"id\":\"\xff\xfe\"}]}").is_err());
}

#[test]
fn deep_json_is_an_error_not_an_overflow() {
    let depth = 200_000;
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"{"parent":"#, "}"), (r#"{"any":["#, "]}")] {
        let json = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        assert!(from_slice::<Value>(json.as_bytes()).is_err());
        // Skipped values are not kept, and may have any depth; kept values may not.
        assert_eq!(from_slice::<Everything>(json.as_bytes()).is_ok(), open == r#"{"a":"#);
        assert!(from_slice::<NoIncluded>(json.as_bytes()).is_ok());
        assert!(from_slice::<Included>(json.as_bytes()).is_err());
        assert!(from_slice::<Source>(json.as_bytes()).is_err());
    }
}

#[test]
fn a_thousand_levels_are_read_and_no_more() {
    let nested = |depth: usize| format!("{}null{}", r#"{"parent":"#.repeat(depth), "}".repeat(depth));
    for depth in [127, 128, 500, 1024] {
        let value: Everything = from_slice(nested(depth).as_bytes()).unwrap();
        let mut levels = 0;
        let mut inner = Some(&value);
        while let Some(value) = inner {
            inner = value.parent.as_deref();
            levels += 1;
        }
        assert_eq!(levels, depth);
        assert_eq!(value, value.clone());
    }
    let error = from_slice::<Everything>(nested(1025).as_bytes()).unwrap_err();
    assert!(error.message.contains("recursion limit"), "{error}");
    // Brackets in strings are not levels, and an error elsewhere in a deep text keeps its path.
    let text = format!(r#"{{"text":"{}\\\"[","flag":1}}"#, "[{".repeat(400));
    assert_eq!(from_slice::<Everything>(text.as_bytes()).unwrap_err().path, "flag");
    let faulty = nested(200).replace("null", r#"{"flag":"no"}"#);
    assert!(from_slice::<Everything>(faulty.as_bytes()).unwrap_err().path.ends_with("parent.flag"));
}

#[test]
fn numbers_may_come_as_arbitrary_precision_shows_them() {
    let number = |text: &str| json!({"$serde_json::private::Number": text}).to_string();
    assert_eq!(from_slice::<i64>(number("-5").as_bytes()).unwrap(), -5);
    assert_eq!(from_slice::<u64>(number("18446744073709551615").as_bytes()).unwrap(), u64::MAX);
    assert_eq!(from_slice::<Option<f64>>(number("1.25").as_bytes()).unwrap(), Some(1.25));
    assert_eq!(from_slice::<Patch<i64>>(number("3").as_bytes()).unwrap(), Patch::Value(3));
    assert_eq!(from_slice::<Value>(number("3").as_bytes()).unwrap(), json!(3));
    assert_eq!(from_slice::<Source>(b"[1, 2]").unwrap(), Source::Numbers(vec![1, 2]));
    assert!(from_slice::<Child>(number("3").as_bytes()).is_err());
    assert!(from_slice::<BTreeMap<String, String>>(number("3").as_bytes()).is_err());
    assert!(from_slice::<f64>(number("1e999").as_bytes()).is_err());
    assert!(from_slice::<f64>(b"1e999").is_err());
    assert_eq!(from_slice::<i64>(b"5.0").unwrap(), 5);
    assert!(from_slice::<i64>(b"5.5").is_err());
    assert!(from_slice::<i64>(b"1e300").is_err());
    assert!(from_slice::<u32>(b"-1").is_err());
    // Every digit of a float survives, with `float_roundtrip` or without it.
    let float = from_slice::<f64>(b"0.1").unwrap();
    assert_eq!(to_vec(&float), b"0.1");
    assert_eq!(to_vec(&f64::NAN), b"null");
}

#[test]
fn documents_and_pages_round_trip() {
    let json = json!({
        "data": [{"type": "apps", "id": "1", "attributes": {"name": "Notes", "platform": "WATCH"},
            "relationships": {
                "builds": {"links": {"self": "s", "related": "r"}, "meta": {"paging": {"total": 2, "limit": 10}},
                    "data": [{"type": "builds", "id": "b"}]},
                "icon": {"data": {"type": "icons", "id": "i"}}},
            "links": {"self": "/v1/apps/1"}}],
        "included": [{"type": "builds", "id": "b", "attributes": {"name": "B"}},
            {"type": "novelties", "id": "n", "attributes": {"x": [1.5, null]}}],
        "links": {"self": "s", "next": "n"},
        "meta": {"paging": {"total": 1, "limit": 50, "nextCursor": "c"}},
    });
    let page: Page<App, Included> = read(json.clone());
    assert_eq!(write(&page), json);
    let builds: Vec<&Build> = page.included::<Build>().collect();
    assert_eq!(builds.len(), 1);
    assert_eq!(page.included::<App>().count(), 0);
    let builds = page.data[0].relationships.builds.as_ref().unwrap();
    assert_eq!(page.find_included::<Build>(&builds.data.value().unwrap()[0]).unwrap().id, "b");
    assert_eq!(page.find_included::<Build>(&Identifier::new("apps", "b")), None);
    assert!(matches!(page.included[1], Included::Unrecognized(_)));
    assert_eq!((App::TYPE, page.data[0].id()), ("apps", "1"));
    // A response may include more than its operation says, which is skipped.
    assert!(read::<Page<App>>(json).included.is_empty());

    let none: Document<Option<App>, Included> = read(json!({"data": null, "included": null, "links": null}));
    assert_eq!(none.data, None);
    assert_eq!(write(&none), json!({"data": null}));
    assert_eq!(read::<Linkage>(json!({"data": null})).data, None);
    assert_eq!(
        read::<Linkage>(json!({"data": {"type": "t", "id": "1"}})).data,
        Some(Identifier::new("t", "1"))
    );
    assert_eq!(read::<Linkages>(json!({"data": [{"type": "t", "id": "1"}]})).data.len(), 1);
    assert_eq!(write(&Document::new(5_i64)), json!({"data": 5}));
}

struct Outer {
    required: Place,
    plain: Place,
    deep: Deep,
    maybe: Option<Place>,
    patch: Patch<Place>,
    apart: Sparse<Place>,
}
object! { Outer {
    required: "required", plain: "plain", deep: "deep", maybe: "maybe", patch: "patch", apart: "apart",
} required ["required"] }

struct Deep {
    place: Place,
}
object! { Deep { place: "place" } }

struct Offer {
    place: Deep,
    other: Deep,
}
request! { Offer: "offers" { attributes { place: "place", other: "other" } } required ["place"] }

#[test]
fn a_required_attribute_of_a_request_is_sent_without_members() {
    let offer = Offer { place: Deep::default(), other: Deep::default() };
    assert_eq!(write(&offer), json!({"data": {"type": "offers", "attributes": {"place": {}}}}));
}

#[test]
fn an_object_without_members_is_written_where_it_is_required_or_known_to_be_there() {
    let outer: Outer = read(json!({"required": {}}));
    // To look at a part makes room for it, and is nothing to write.
    assert_eq!(outer.apart.line, None);
    assert_eq!(write(&outer), json!({"required": {}}));
    let outer: Outer =
        read(json!({"required": {}, "maybe": {}, "patch": {}, "plain": {}, "deep": {"place": {}}}));
    assert_eq!(write(&outer), json!({"required": {}, "maybe": {}, "patch": {}}));
    let full = json!({"required": {"line": 1}, "plain": {"line": 2}, "deep": {"place": {"line": 3}}, "apart": {"line": 4}});
    assert_eq!(write(&read::<Outer>(full.clone())), full);
}

#[test]
fn a_tag_may_stand_anywhere() {
    for json in [
        r#"{"type":"builds","id":"1","attributes":{"name":"x"}}"#,
        r#"{"id":"1","type":"builds","attributes":{"name":"x"}}"#,
        r#"{"id":"1","attributes":{"name":"x"},"later":{},"type":"builds"}"#,
    ] {
        let Included::Build(build) = from_slice(json.as_bytes()).unwrap() else { panic!("{json}") };
        assert_eq!((build.id.as_str(), build.attributes.name.as_deref()), ("1", Some("x")));
    }
    for json in [
        json!({"type": "new", "id": "1"}),
        json!({"id": "1"}),
        json!({"type": 5}),
        json!({"type": null}),
        json!({}),
    ] {
        let unknown: Included = read(json.clone());
        assert_eq!(unknown, Included::Unrecognized(json.clone()));
        assert_eq!(write(&unknown), json);
    }
    let unknown = r#"{"type":["builds"],"z":1,"a":{"c":1,"b":2}}"#;
    assert_eq!(serde_json::to_string(&from_slice::<Included>(unknown.as_bytes()).unwrap()).unwrap(), unknown);
    assert!(from_slice::<Included>(b"[]").is_err());
    assert_eq!(fault::<Included>(r#"{"attributes":null,"type":"builds"}"#).0, "missing field `id`");
}

#[test]
fn a_tag_that_is_a_member_is_kept() {
    for json in [r#"{"kind":"box","side":3}"#, r#"{"side":3,"kind":"box"}"#] {
        let shape: Shape = from_slice(json.as_bytes()).unwrap();
        assert_eq!(shape, Shape::Box(Box::new(Square { kind: "box".into(), side: 3 })));
        assert_eq!(write(&shape), json!({"kind": "box", "side": 3}));
    }
}

#[test]
fn the_shape_chooses_an_untagged_variant() {
    let source = |json: Value| -> Source {
        let source: Source = read(json.clone());
        assert_eq!(write(&source), json);
        source
    };
    assert_eq!(source(json!("x")), Source::Text("x".into()));
    assert_eq!(source(json!([1, 2])), Source::Numbers(vec![1, 2]));
    assert!(matches!(source(json!({"pointer": "/a"})), Source::Pointer(_)));
    assert!(matches!(source(json!({"pointer": "/a", "line": 1})), Source::Pointer(_)));
    assert!(matches!(source(json!({"line": 1, "column": 2})), Source::Place(_)));
    assert!(matches!(source(json!({"line": 1})), Source::Place(_)));
    for json in [json!(null), json!(1.5), json!(true), json!({}), json!({"x": 1}), json!(["x"])] {
        assert_eq!(source(json.clone()), Source::Unrecognized(json));
    }
}

struct Cup {
    kind: Option<String>,
    size: Option<i64>,
}
object! { Cup { kind: "kind", size: "size" } }

struct Mug {
    kind: Option<String>,
    size: Option<i64>,
    lid: Option<Platform>,
}
object! { Mug { kind: "kind", size: "size", lid: "lid" } }

struct Named {
    kind: String,
    size: Option<i64>,
}
object! { Named { kind: "kind", size: "size" } required ["kind"] }

#[non_exhaustive]
enum Vessel {
    Cup(Box<Cup>),
    Mug(Box<Mug>),
    Jar(Box<Cup>),
    Named(Box<Named>),
    Text(String),
    Unrecognized(Value),
}
untagged! {
    Vessel by "kind" { Cup(Cup) = "cup", Mug(Mug) = "cup", Jar(Cup) = "7", Named(Named), Text(String) }
    from [Mug(Mug), Text(String), Text(&str)]
}

#[test]
fn a_tag_decides_before_the_shape_of_an_untagged_variant() {
    let read = |json: &str| serde_json::from_str::<Vessel>(json).unwrap();
    assert!(matches!(read(r#"{"kind":"cup","size":1}"#), Vessel::Cup(_)));
    assert!(matches!(read(r#"{"lid":"IOS","kind":"cup"}"#), Vessel::Mug(_)));
    let (number, mismatches) = from_slice_tolerant::<Vessel>(br#"{"kind":7,"size":1}"#).unwrap();
    assert!(matches!(number, Vessel::Jar(_)), "a tag may come as a number");
    assert_eq!(mismatches[0].to_string(), "kind: expected a string, found an integer");
    assert!(matches!(read(r#"{"kind":"7","size":1}"#), Vessel::Jar(_)));
    assert!(matches!(read(r#"{"kind":"bowl","size":1}"#), Vessel::Named(_)), "the only one without a tag");
    assert!(matches!(read(r#"{"size":1}"#), Vessel::Cup(_)), "without the member its shape decides");
    let (cup, mismatches) = from_slice_tolerant::<Vessel>(br#"{"kind":"cup","size":"x"}"#).unwrap();
    assert!(matches!(cup, Vessel::Cup(_)));
    assert_eq!(mismatches[0].to_string(), "size: expected a 64-bit integer, found a string");
    assert!(matches!(read(r#"{"kind":"cup"}"#), Vessel::Cup(_)));
    assert!(matches!(read(r#""cup""#), Vessel::Text(_)));
    assert!(matches!(read("{}"), Vessel::Cup(_)));
    assert_eq!(Vessel::from("x"), read(r#""x""#));
    assert_eq!(Vessel::from(read_as::<Mug>(r#"{"lid":"IOS"}"#)), read(r#"{"lid":"IOS"}"#));
}

fn read_as<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

#[non_exhaustive]
enum Word {
    Priority(Priority),
    Number(i64),
    Platform(Platform),
    When(Timestamp),
    Day(Date),
    Text(String),
    Vessel(Vessel),
    Any(Value),
    Unrecognized(Value),
}
untagged! { Word {
    Priority(Priority), Number(i64), Platform(Platform), When(Timestamp), Day(Date), Text(String), Vessel(Vessel), Any(Value),
} }

#[test]
fn a_type_that_lists_its_values_takes_no_others_from_a_wider_one() {
    let read = |json: &str| serde_json::from_str::<Word>(json).unwrap();
    assert!(matches!(read("1"), Word::Priority(Priority::Low)));
    assert!(matches!(read("2"), Word::Number(2)));
    assert!(matches!(read(r#""IOS""#), Word::Platform(Platform::Ios)));
    assert!(matches!(read(r#""2026-01-31T10:00:00Z""#), Word::When(_)));
    assert!(matches!(read(r#""2026-01-31""#), Word::Day(_)));
    assert!(matches!(read(r#""2026""#), Word::Text(_)));
    assert!(matches!(read(r#"{"kind":"cup"}"#), Word::Vessel(Vessel::Cup(_))));
    assert!(matches!(read(r#"{"other":"cup"}"#), Word::Any(_)));
    assert!(matches!(read("[null]"), Word::Any(_)));
}

struct BuildV2 {
    id: String,
    links: ResourceLinks,
}
resource! { BuildV2: "builds" { links: "links" } }

#[non_exhaustive]
enum SharedType {
    App(Box<App>),
    Build(Box<Build>),
    BuildV2(Box<BuildV2>),
    Unrecognized(Value),
}
untagged! { included SharedType by "type" { App(App) = "apps", Build(Build) = "builds", BuildV2(BuildV2) = "builds" } }

#[test]
fn resources_that_share_a_type_are_found_in_what_is_included() {
    let json = r#"{"data":[],"links":{"self":"s"},"included":[{"type":"builds","id":"1","attributes":{"name":"n"}},
        {"type":"builds","id":"2","links":{"self":"s"}},{"type":"novelties","id":"3"},{"type":"apps","id":"4"}]}"#;
    let page: Page<App, SharedType> = read_as(json);
    assert_eq!(page.included::<Build>().map(|build| build.id.as_str()).collect::<Vec<_>>(), ["1"]);
    assert_eq!(page.included::<BuildV2>().map(|build| build.id.as_str()).collect::<Vec<_>>(), ["2"]);
    assert_eq!(page.included::<App>().count(), 1);
}

struct Patchwork {
    always: Option<String>,
    maybe: Option<String>,
    list: Option<Vec<Option<f64>>>,
    map: Option<BTreeMap<String, Option<String>>>,
}
object! { Patchwork { always: "always", maybe: "maybe", list: "list", map: "map" } null ["always"] }

#[test]
fn nulls_are_written_where_they_mean_something() {
    let json = r#"{"always":null,"list":[1.5,null],"map":{"a":null,"b":"c"}}"#;
    let value: Patchwork = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
    assert_eq!(serde_json::to_string(&Patchwork::default()).unwrap(), r#"{"always":null}"#);
}

#[test]
fn an_untagged_variant_whose_members_differ_is_that_variant() {
    let error = from_slice::<Source>(br#"{"line":"x","column":2}"#).unwrap_err();
    assert_eq!((error.path.as_str(), error.message.contains("64-bit integer")), ("line", true));
    let (source, mismatches) = from_slice_tolerant::<Source>(br#"{"line":"x","column":2}"#).unwrap();
    assert_eq!(source, Source::Place(Box::new(Place { line: None, column: Some(2) })));
    assert_eq!(mismatches[0].to_string(), "line: expected a 64-bit integer, found a string");
    // A list with items of another type is none of its variants, and nothing of it is lost.
    let (source, mismatches) = from_slice_tolerant::<Source>(br#"[1,"x"]"#).unwrap();
    assert_eq!((source, mismatches), (Source::Unrecognized(json!([1, "x"])), vec![]));
}

#[test]
fn open_enums_keep_what_they_do_not_know() {
    assert_eq!(write(&Platform::from("vision_os")), "vision_os");
    assert_eq!(read::<Platform>(json!("MAC_OS")), Platform::MacOs);
    assert_eq!(Platform::default(), Platform::Unrecognized(String::new()));
    assert_eq!(read::<Priority>(json!(1)), Priority::Low);
    assert_eq!((Priority::Low.as_i64(), Priority::KNOWN), (1, &[1_i64][..]));
    assert!(from_slice::<Platform>(b"5").is_err());
}

#[test]
fn duplicate_members_do_not_add_up() {
    let model: Everything =
        from_slice(br#"{"texts":["a"],"texts":["b"],"map":{"a":1},"map":{"b":2}}"#).unwrap();
    assert_eq!(model.texts, ["b"]);
    assert_eq!(model.map.len(), 1);
}

/// A text without mismatches decodes strictly to the same value, and one with mismatches does not.
fn same_either_way<T: Slot + Put + Default>(text: &[u8]) {
    let strict = from_slice::<T>(text);
    match from_slice_tolerant::<T>(text) {
        Ok((value, mismatches)) if mismatches.is_empty() => {
            assert_eq!(to_vec(&value), to_vec(&strict.unwrap()))
        }
        Ok((value, mismatches)) => {
            assert!(strict.is_err(), "{mismatches:?}");
            assert!(mismatches.iter().all(|mismatch| mismatch.expected() != mismatch.found()));
            drop(to_vec(&value));
        }
        Err(_) => assert!(strict.is_err()),
    }
}

#[test]
fn no_json_makes_a_decode_panic() {
    let mut random = Random(0x5eed);
    let mut decoded = 0;
    for round in 0..20_000 {
        let mut text = random.json(6).to_string().into_bytes();
        if round % 3 == 0 && !text.is_empty() {
            // Broken text, too: cut, or with a byte changed.
            let at = random.next(text.len());
            if round % 2 == 0 {
                text.truncate(at)
            } else {
                text[at] = u8::try_from(random.next(256)).unwrap()
            }
        }
        decoded += usize::from(from_slice::<Everything>(&text).is_ok());
        decoded += usize::from(from_slice::<Page<App, Included>>(&text).is_ok());
        decoded += usize::from(from_slice::<Document<Option<App>, Included>>(&text).is_ok());
        decoded += usize::from(from_slice::<Shape>(&text).is_ok());
        same_either_way::<Everything>(&text);
        same_either_way::<Page<App, Included>>(&text);
        same_either_way::<Document<Option<App>, Included>>(&text);
        same_either_way::<Source>(&text);
        same_either_way::<Strict>(&text);
        // A decoded value can be written, and decodes to the same again, except changed bytes in long numbers.
        if round % 3 == 0 {
            continue;
        }
        if let Ok(included) = from_slice::<Included>(&text) {
            assert_eq!(from_slice::<Included>(&to_vec(&included)).unwrap(), included);
        }
        if let Ok(source) = from_slice::<Source>(&text) {
            let again = from_slice::<Source>(&to_vec(&source)).unwrap();
            assert_eq!(to_vec(&again), to_vec(&source));
        }
    }
    assert!(decoded > 1000, "{decoded}");
}

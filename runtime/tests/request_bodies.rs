//! Flat request structs become nested JSON:API bodies, and the other way round.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::{Value, json};
use storewright_runtime::codec::from_slice;
use storewright_runtime::{Identifier, LinkageBody, LinkagesBody, Patch, request, union};

struct GroupCreate {
    name: String,
    limit: Option<i64>,
    internal: Patch<bool>,
    app: String,
    owner: Option<String>,
    icon: Patch<String>,
    builds: Option<Vec<String>>,
    testers: Vec<String>,
    target: Option<Identifier>,
    targets: Option<Vec<Identifier>>,
    included: Vec<GroupIncluded>,
}
request! {
    GroupCreate: "groups" {
        attributes { name: "name", limit: "limit", internal: "isInternal" }
        relationships {
            app: "app" => "apps",
            owner: "owner" => "users",
            icon: "icon" => "icons",
            builds: "builds" => "builds",
            testers: "testers" => "testers",
            target: "target" => "",
            targets: "targets" => "",
        }
        included(included)
    }
    required ["name", "app"]
}

struct PriceInline {
    id: Option<String>,
    start: Option<String>,
    territory: Option<String>,
}
request! {
    inline PriceInline: "prices" {
        id(id)
        attributes { start: "startDate" }
        relationships { territory: "territory" => "territories" }
    }
}

#[non_exhaustive]
enum GroupIncluded {
    Price(Box<PriceInline>),
    Unrecognized(Value),
}
union! { plain GroupIncluded by "type" { Price(PriceInline) = "prices" } }

struct AppUpdate {
    id: String,
    locale: Patch<String>,
    icon: Patch<String>,
}
request! { AppUpdate: "apps" { id(id) attributes { locale: "primaryLocale" } relationships { icon: "icon" => "icons" } } }

fn round_trip<T>(request: &T, json: &Value)
where
    T: serde::Serialize + for<'de> serde::Deserialize<'de> + PartialEq + std::fmt::Debug,
{
    assert_eq!(&serde_json::to_value(request).unwrap(), json);
    assert_eq!(&serde_json::from_str::<T>(&json.to_string()).unwrap(), request);
}

#[test]
fn a_full_body_round_trips() {
    let request = GroupCreate {
        name: "Testers".into(),
        limit: Some(5),
        internal: Patch::Null,
        app: "a".into(),
        owner: Some("u".into()),
        icon: Patch::Null,
        builds: Some(vec!["1".into(), "2".into()]),
        testers: vec!["t".into()],
        target: Some(Identifier::new("apps", "x")),
        targets: Some(vec![Identifier::new("apps", "x"), Identifier::new("builds", "y")]),
        included: vec![GroupIncluded::Price(Box::new(PriceInline {
            id: Some("${price}".into()),
            start: Some("2025-01-01".into()),
            territory: Some("USA".into()),
        }))],
    };
    let json = json!({
        "data": {
            "type": "groups",
            "attributes": {"name": "Testers", "limit": 5, "isInternal": null},
            "relationships": {
                "app": {"data": {"type": "apps", "id": "a"}},
                "owner": {"data": {"type": "users", "id": "u"}},
                "icon": {"data": null},
                "builds": {"data": [{"type": "builds", "id": "1"}, {"type": "builds", "id": "2"}]},
                "testers": {"data": [{"type": "testers", "id": "t"}]},
                "target": {"data": {"type": "apps", "id": "x"}},
                "targets": {"data": [{"type": "apps", "id": "x"}, {"type": "builds", "id": "y"}]},
            },
        },
        "included": [{"type": "prices", "id": "${price}", "attributes": {"startDate": "2025-01-01"},
            "relationships": {"territory": {"data": {"type": "territories", "id": "USA"}}}}],
    });
    round_trip(&request, &json);
    let text = serde_json::to_string(&request).unwrap();
    assert!(text.starts_with(r#"{"data":{"type":"groups","attributes":{"name":"Testers""#), "{text}");
}

#[test]
fn groups_without_members_are_left_out() {
    round_trip(
        &AppUpdate { id: "1".into(), ..Default::default() },
        &json!({"data": {"type": "apps", "id": "1"}}),
    );
    round_trip(
        &AppUpdate { id: "1".into(), locale: "en-GB".into(), icon: Patch::Absent },
        &json!({"data": {"type": "apps", "id": "1", "attributes": {"primaryLocale": "en-GB"}}}),
    );
    round_trip(
        &AppUpdate { id: "1".into(), locale: Patch::Absent, icon: Patch::Null },
        &json!({"data": {"type": "apps", "id": "1", "relationships": {"icon": {"data": null}}}}),
    );
    round_trip(&PriceInline::default(), &json!({"type": "prices"}));
    let create =
        GroupCreate { name: "n".into(), app: "a".into(), builds: Some(Vec::new()), ..Default::default() };
    let json = serde_json::to_value(&create).unwrap();
    assert_eq!(json.get("included"), None);
    assert_eq!(json["data"]["relationships"]["builds"], json!({"data": []}));
    assert_eq!(json["data"]["attributes"], json!({"name": "n"}));
}

#[test]
fn keys_may_come_in_any_order() {
    let json = r#"{"included":[{"attributes":{"startDate":"s"},"type":"prices"}],"data":{
        "relationships":{"app":{"data":{"id":"a","type":"apps"}}},"attributes":{"name":"n","new":1},"type":"groups"}}"#;
    let request: GroupCreate = from_slice(json.as_bytes()).unwrap();
    assert_eq!((request.name.as_str(), request.app.as_str()), ("n", "a"));
    let GroupIncluded::Price(price) = &request.included[0] else { panic!("{request:?}") };
    assert_eq!(price.start.as_deref(), Some("s"));
}

#[test]
fn faults_in_bodies_name_their_path() {
    let fault = |json: &str| {
        let error = from_slice::<GroupCreate>(json.as_bytes()).unwrap_err();
        (error.message, error.path)
    };
    assert_eq!(fault("{}").0, "missing field `data`");
    assert_eq!(
        fault(r#"{"data":{"attributes":{"name":"n"}}}"#),
        ("missing field `app`".into(), "data".into())
    );
    assert_eq!(fault(r#"{"data":{"attributes":{"name":5}}}"#).1, "data.attributes.name");
    assert_eq!(
        fault(r#"{"data":{"attributes":{"name":"n"},"relationships":{"app":{"data":[5]}}}}"#).1,
        "data.relationships.app"
    );
    assert!(from_slice::<GroupCreate>(b"[]").is_err());
    assert!(from_slice::<GroupCreate>(br#"{"data":{"attributes":null,"relationships":5}}"#).is_err());
}

#[test]
fn linkage_bodies_hold_type_and_id() {
    assert_eq!(
        serde_json::to_value(One(LinkageBody::new("apps", Some("1")))).unwrap(),
        json!({"data": {"type": "apps", "id": "1"}})
    );
    assert_eq!(serde_json::to_value(One(LinkageBody::new("apps", None))).unwrap(), json!({"data": null}));
    assert_eq!(
        serde_json::to_value(One(LinkagesBody::new("apps", ["1", "2"]))).unwrap(),
        json!({"data": [{"type": "apps", "id": "1"}, {"type": "apps", "id": "2"}]})
    );
    assert_eq!(serde_json::to_value(One(LinkagesBody::new("apps", [""; 0]))).unwrap(), json!({"data": []}));
}

/// Does the same as `Call::json`.
struct One<T>(T);

impl<T: storewright_runtime::codec::Put> serde::Serialize for One<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.view().serialize(serializer)
    }
}

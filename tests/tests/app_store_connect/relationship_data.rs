//! Tests relationships as they are read and written back: absent, null and empty linkages are three values.

use app_store_connect_client::models::{App, BetaGroup, Build};
use app_store_connect_client::runtime::Patch;
use serde_json::{Map, Value, json};
use storewright_tests::Answer;

use crate::serve;

#[tokio::test]
async fn a_response_that_says_nothing_is_no_empty_list() {
    let links = json!({"related": "https://x/1"});
    let paging = json!({"paging": {"total": 0, "limit": 10}});
    let groups = [
        json!({"type": "betaGroups", "id": "1", "relationships": {"builds": {"links": links}}}),
        json!({"type": "betaGroups", "id": "1", "relationships": {"builds": {"data": [], "meta": paging}}}),
        json!({"type": "betaGroups", "id": "1", "relationships": {"builds": {"data": null}}}),
        json!({"type": "betaGroups", "id": "1", "relationships": {
            "builds": {"data": [{"type": "builds", "id": "b"}]},
        }}),
        json!({"type": "betaGroups", "id": "1"}),
    ];
    let (_server, client) =
        serve(groups.iter().map(|group| Answer::json(200, &json!({"data": group})))).await;
    let expected = [None, Some(vec![]), None, Some(vec!["b".to_owned()]), None];
    for (json, ids) in groups.iter().zip(expected) {
        let document = client.beta_groups().get("1").send().await.unwrap();
        assert_eq!(serde_json::to_value(&document).unwrap(), json!({"data": json}), "written back");
        let group: BetaGroup = document.data;
        let builds = &group.relationships.builds;
        assert_eq!(builds.ids().map(|ids| ids.map(str::to_owned).collect()), ids, "{json}");
        assert_eq!(builds.data.is_null(), json.pointer("/relationships/builds/data") == Some(&Value::Null));
        assert_eq!(serde_json::to_value(&group).unwrap(), *json, "written back");
    }
}

#[tokio::test]
async fn a_to_one_relationship_is_unknown_empty_or_set() {
    let build = json!({"type": "builds", "id": "1", "relationships": {
        "appStoreVersion": {"data": null},
        "app": {"links": {"related": "u"}},
        "preReleaseVersion": {"data": {"type": "preReleaseVersions", "id": "p"}},
    }});
    let (_server, client) = serve([Answer::json(200, &json!({"data": build}))]).await;
    let read: Build = client.builds().get("1").send().await.unwrap().data;
    let relationships = &read.relationships;
    assert_eq!(relationships.app_store_version.data, Patch::Null);
    assert_eq!(relationships.app.data, Patch::Absent);
    assert_eq!(relationships.pre_release_version.id(), Some("p"));
    assert_eq!((relationships.app.id(), relationships.app_store_version.id()), (None, None));
    // Reading made room for the requested relationships, which is nothing to write.
    assert!(relationships.icons.data.is_absent());
    assert_eq!(serde_json::to_value(&read).unwrap(), build);
}

#[tokio::test]
async fn data_that_cannot_be_read_is_no_empty_list() {
    let identifier = json!({"type": "builds", "id": "b"});
    for data in [identifier, json!("b"), json!(0), json!(false)] {
        let body = json!({"data": {"type": "betaGroups", "id": "1", "relationships": {
            "builds": {"data": data}, "app": {"data": [data]},
        }}});
        let (_server, client) = serve([Answer::json(200, &body)]).await;
        let group = client.beta_groups().get("1").send().await.unwrap().data;
        assert_eq!(group.relationships.builds.data, Patch::Absent, "{data}");
        assert_eq!(group.relationships.app.data, Patch::Absent, "{data}");
        assert_eq!(serde_json::to_value(&group).unwrap(), json!({"type": "betaGroups", "id": "1"}));
    }
}

/// Every object with any of these members.
fn subsets(members: &[(&str, Vec<Value>)]) -> Vec<Value> {
    let mut out = vec![Map::new()];
    for (name, values) in members {
        let with = |value: &Value| {
            let mut objects = out.clone();
            objects.iter_mut().for_each(|object| drop(object.insert((*name).to_owned(), value.clone())));
            objects
        };
        let more: Vec<Map<String, Value>> = values.iter().flat_map(with).collect();
        out.extend(more);
    }
    out.into_iter().map(Value::Object).collect()
}

/// The place of a member or value of `written` that `read` does not have.
fn news(written: &Value, read: &Value, at: &str) -> Option<String> {
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => written.iter().find_map(|(name, value)| {
            let at = format!("{at}/{name}");
            read.get(name).map_or_else(|| Some(at.clone()), |read| news(value, read, &at))
        }),
        (Value::Array(written), Value::Array(read)) if written.len() == read.len() => {
            written.iter().zip(read).enumerate().find_map(|(n, (w, r))| news(w, r, &format!("{at}/{n}")))
        }
        _ => (written != read).then(|| at.to_owned()),
    }
}

#[test]
fn nothing_is_written_that_was_not_read() {
    let [null, empty] = [Value::Null, json!({})];
    let links =
        subsets(&[("self", vec![null.clone(), json!("s")]), ("related", vec![json!(""), json!("r")])]);
    let metas = [
        null.clone(),
        empty.clone(),
        json!({"paging": {}}),
        json!({"paging": {"total": 1}}),
        json!({"paging": {"limit": 0, "nextCursor": null}}),
    ];
    let identifier = json!({"type": "builds", "id": "b"});
    let to_many = subsets(&[
        ("links", links.iter().cloned().chain([null.clone()]).collect()),
        ("meta", metas.to_vec()),
        ("data", vec![null.clone(), json!([]), json!([identifier])]),
    ]);
    let to_one = subsets(&[
        ("links", links.iter().cloned().chain([null.clone()]).collect()),
        ("data", vec![null.clone(), identifier.clone()]),
    ]);
    let with = |name: &str, values: &[Value]| -> Vec<Value> {
        values.iter().map(|value| json!({"relationships": {name: value}})).collect()
    };
    let mut resources = with("builds", &to_many);
    resources.extend(with("ciProduct", &to_one));
    resources.extend(with("builds", std::slice::from_ref(&null)));
    resources.extend(subsets(&[
        (
            "attributes",
            vec![null.clone(), empty.clone(), json!({"name": null}), json!({"name": "", "sku": "s"})],
        ),
        (
            "relationships",
            vec![null.clone(), empty.clone(), json!({"builds": {"data": []}, "ciProduct": {}})],
        ),
        ("links", vec![null, empty, json!({"self": null}), json!({"self": "s"})]),
    ]));
    assert!(resources.len() > 300, "{}", resources.len());
    for mut json in resources {
        json["type"] = json!("apps");
        json["id"] = json!("1");
        let app: App = serde_json::from_value(json.clone()).unwrap();
        // A relationship that a program looks at is not written for that.
        assert!(app.relationships.beta_groups.data.is_absent());
        let written = serde_json::to_value(&app).unwrap();
        assert_eq!(news(&written, &json, ""), None, "{json} was written as {written}");
        for data in ["/relationships/builds/data", "/relationships/ciProduct/data"] {
            assert_eq!(written.pointer(data), json.pointer(data), "{data} of {json}");
        }
        let again: App = serde_json::from_value(written.clone()).unwrap();
        assert_eq!((&again, serde_json::to_value(&again).unwrap()), (&app, written));
    }
}

//! Checks that unions within unions take linear time.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use storewright_runtime::codec::{from_slice, from_slice_tolerant, to_vec};
use storewright_runtime::{object, untagged};

struct Less {
    of: Option<Box<Tree>>,
    leaf: Option<i64>,
}
object! { Less { of: "of", leaf: "leaf" } }

struct More {
    of: Option<Box<Tree>>,
    leaf: Option<String>,
}
object! { More { of: "of", leaf: "leaf" } }

struct Tree {
    node: Option<Node>,
}
object! { Tree { node: "node" } }

#[non_exhaustive]
enum Node {
    Less(Box<Less>),
    More(Box<More>),
    Unrecognized(Value),
}
untagged! { Node { Less(Less), More(More) } }

#[test]
fn unions_in_unions_take_no_longer_than_their_value_is_long() {
    let mut json = r#"{"leaf":"x"}"#.to_owned();
    for _ in 0..60 {
        json = format!(r#"{{"of":{{"node":{json}}},"leaf":"x"}}"#);
    }
    // With two ways to try at each of sixty levels, this would not end; nor where none of both fits.
    let node: Node = from_slice(json.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(to_vec(&node)).unwrap(), json);
    assert!(matches!(node, Node::More(_)));
    let json = json.replace("\"x\"", "true");
    let (node, mismatches) = from_slice_tolerant::<Node>(json.as_bytes()).unwrap();
    assert!(matches!(node, Node::Less(_)));
    assert!(!mismatches.is_empty());
}

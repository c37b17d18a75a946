//! Collects the names that schemas, and the document itself, give themselves.

use foldhash::HashMap;
use serde_json::Value;

use crate::load::location::Trail;

/// The schemas that have names of their own.
pub(super) fn collect(node: &Value, at: &Trail<'_>, id: &str, names: &mut HashMap<String, String>) {
    match node {
        Value::Object(map) => {
            let text = |key: &str| map.get(key).and_then(Value::as_str);
            let id = text("$id").unwrap_or(id);
            // The document by its own name, as references from others have it.
            if let (Some(own), Trail::Root) = (text("$self"), at) {
                let last = own.rsplit_once('/').map_or(own, |(_, last)| last);
                for name in [own, last] {
                    names.entry(name.to_owned()).or_default();
                }
            }
            if let Some(own) = text("$id") {
                let pointer = at.pointer().as_str().to_owned();
                // References are relative to the folder of the name.
                if let Some((_, last)) = own.rsplit_once('/') {
                    names.entry(last.to_owned()).or_insert_with(|| pointer.clone());
                }
                names.entry(own.to_owned()).or_insert(pointer);
            }
            for anchor in ["$anchor", "$dynamicAnchor"].into_iter().filter_map(text) {
                let pointer = at.pointer().as_str().to_owned();
                names.entry(format!("{id}#{anchor}")).or_insert_with(|| pointer.clone());
                names.entry(format!("#{anchor}")).or_insert(pointer);
            }
            map.iter().for_each(|(key, value)| collect(value, &at.key(key), id, names));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect(item, &at.index(index), id, names));
        }
        _ => {}
    }
}

//! Stores failed responses: one with nothing but JSON is its type, one without a body is null.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::{Response, Responses, TypeRef};

const JSON: &str = "application/json";

#[derive(Deserialize)]
#[serde(untagged)]
enum Read {
    Short(Option<TypeRef>),
    Long(Response),
}

#[derive(Serialize)]
#[serde(untagged)]
enum Written<'a> {
    Short(Option<&'a TypeRef>),
    Long(&'a Response),
}

/// Writes the responses by status.
pub(crate) fn serialize<S: Serializer>(errors: &Responses, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(errors.iter().map(|(status, response)| {
        let json = response.content.get(JSON);
        let written = match *response == bare(json.cloned()) {
            true => Written::Short(json),
            false => Written::Long(response),
        };
        (status, written)
    }))
}

/// Reads them back.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Responses, D::Error> {
    let read: BTreeMap<String, Read> = BTreeMap::deserialize(deserializer)?;
    let response = |read| match read {
        Read::Short(ty) => bare(ty),
        Read::Long(response) => response,
    };
    Ok(read.into_iter().map(|(status, read)| (status, response(read))).collect())
}

fn bare(ty: Option<TypeRef>) -> Response {
    let content = ty.into_iter().map(|ty| (JSON.to_owned(), ty)).collect();
    Response { content, ..Response::default() }
}

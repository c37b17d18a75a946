//! Measures decoding of a page of 200 items in megabytes per second, printed as JSON.
//!
//! `cargo run --release -p storewright-runtime --example decode_speed` compares the codec with serde's derive on
//! structs of the same shape, text to model and model to text.

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use storewright_runtime::codec::{Put, Slot, from_slice, to_vec};

/// Models that go through the codec.
mod erased {
    use storewright_runtime::{
        Page, RelationshipLinks, ResourceLinks, Timestamp, ToMany, object, open_enum, resource, union,
    };

    pub(crate) type Builds = Page<Build, Included>;

    pub(crate) struct Build {
        pub(crate) id: String,
        pub(crate) attributes: BuildAttributes,
        pub(crate) relationships: BuildRelationships,
        pub(crate) links: ResourceLinks,
    }
    resource! { Build: "builds" { attributes: "attributes", relationships: "relationships", links: "links" } }

    pub(crate) struct BuildAttributes {
        pub(crate) version: Option<String>,
        pub(crate) uploaded_date: Option<Timestamp>,
        pub(crate) expiration_date: Option<Timestamp>,
        pub(crate) expired: Option<bool>,
        pub(crate) min_os_version: Option<String>,
        pub(crate) processing_state: Option<State>,
        pub(crate) audience: Option<State>,
        pub(crate) uses_encryption: Option<bool>,
        pub(crate) size: Option<i64>,
        pub(crate) icon: Option<Icon>,
    }
    object! { BuildAttributes {
        version: "version", uploaded_date: "uploadedDate", expiration_date: "expirationDate", expired: "expired",
        min_os_version: "minOsVersion", processing_state: "processingState", audience: "buildAudienceType",
        uses_encryption: "usesNonExemptEncryption", size: "size", icon: "iconAssetToken",
    } }

    pub(crate) struct Icon {
        pub(crate) template_url: Option<String>,
        pub(crate) width: Option<i64>,
        pub(crate) height: Option<i64>,
    }
    object! { Icon { template_url: "templateUrl", width: "width", height: "height" } }

    pub(crate) struct BuildRelationships {
        pub(crate) testers: Option<ToMany>,
        pub(crate) groups: Option<ToMany>,
        pub(crate) app: Option<Link>,
    }
    object! { BuildRelationships { testers: "individualTesters", groups: "betaGroups", app: "app" } }

    pub(crate) struct Link {
        pub(crate) links: RelationshipLinks,
    }
    object! { Link { links: "links" } }

    #[non_exhaustive]
    pub(crate) enum State {
        Valid,
        Processing,
        Eligible,
        Unrecognized(String),
    }
    open_enum! { State { Valid = "VALID", Processing = "PROCESSING", Eligible = "APP_STORE_ELIGIBLE" } }

    #[non_exhaustive]
    pub(crate) enum Included {
        Build(Box<Build>),
        App(Box<App>),
        Unrecognized(serde_json::Value),
    }
    union! { Included by "type" { Build(Build) = "builds", App(App) = "apps" } }

    pub(crate) struct App {
        pub(crate) id: String,
        pub(crate) attributes: AppAttributes,
        pub(crate) links: ResourceLinks,
    }
    resource! { App: "apps" { attributes: "attributes", links: "links" } }

    pub(crate) struct AppAttributes {
        pub(crate) name: Option<String>,
        pub(crate) bundle_id: Option<String>,
        pub(crate) sku: Option<String>,
        pub(crate) primary_locale: Option<String>,
    }
    object! { AppAttributes { name: "name", bundle_id: "bundleId", sku: "sku", primary_locale: "primaryLocale" } }
}

/// The same models with serde's derive, as one would write them by hand.
mod derived {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    pub(crate) struct Builds {
        data: Vec<Build>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        included: Vec<Included>,
        links: Links,
        #[serde(skip_serializing_if = "Option::is_none")]
        meta: Option<Meta>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Links {
        #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
        self_: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        first: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        related: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    struct Meta {
        paging: Paging,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Paging {
        #[serde(skip_serializing_if = "Option::is_none")]
        total: Option<i64>,
        limit: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        next_cursor: Option<String>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    struct Build {
        r#type: String,
        id: String,
        attributes: Option<BuildAttributes>,
        relationships: Option<BuildRelationships>,
        links: Option<Links>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct BuildAttributes {
        #[serde(skip_serializing_if = "Option::is_none")]
        version: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        uploaded_date: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        expiration_date: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        expired: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        min_os_version: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        processing_state: Option<State>,
        #[serde(skip_serializing_if = "Option::is_none")]
        build_audience_type: Option<State>,
        #[serde(skip_serializing_if = "Option::is_none")]
        uses_non_exempt_encryption: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        size: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        icon_asset_token: Option<Icon>,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    enum State {
        #[serde(rename = "VALID")]
        Valid,
        #[serde(rename = "PROCESSING")]
        Processing,
        #[serde(rename = "APP_STORE_ELIGIBLE")]
        Eligible,
        #[serde(untagged)]
        Unrecognized(String),
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Icon {
        template_url: Option<String>,
        width: Option<i64>,
        height: Option<i64>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct BuildRelationships {
        #[serde(skip_serializing_if = "Option::is_none")]
        individual_testers: Option<ToMany>,
        #[serde(skip_serializing_if = "Option::is_none")]
        beta_groups: Option<ToMany>,
        #[serde(skip_serializing_if = "Option::is_none")]
        app: Option<Related>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    struct Related {
        links: Links,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    struct ToMany {
        #[serde(default)]
        links: Links,
        #[serde(skip_serializing_if = "Option::is_none")]
        meta: Option<Meta>,
        #[serde(default)]
        data: Vec<Identifier>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    struct Identifier {
        r#type: String,
        id: String,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Included {
        #[serde(rename = "apps")]
        App(App),
        #[serde(rename = "builds")]
        Build(IncludedBuild),
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    struct IncludedBuild {
        id: String,
        attributes: Option<BuildAttributes>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    struct App {
        id: String,
        attributes: Option<AppAttributes>,
        links: Option<Links>,
    }

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct AppAttributes {
        name: Option<String>,
        bundle_id: Option<String>,
        sku: Option<String>,
        primary_locale: Option<String>,
    }
}

const ITEMS: usize = 200;
const SAMPLES: usize = 15;
const SAMPLE: Duration = Duration::from_millis(100);

fn document() -> Vec<u8> {
    let host = "https://api.example.com/v1";
    let relationship = |id: usize, name: &str| json!({"self": format!("{host}/builds/{id}/relationships/{name}"), "related": format!("{host}/builds/{id}/{name}")});
    let data: Vec<Value> = (0..ITEMS)
        .map(|id| {
            json!({
                "type": "builds", "id": format!("{id:08}-7c1d-4f6e-9a55-0242ac120002"),
                "attributes": {
                    "version": id.to_string(), "uploadedDate": "2025-01-31T10:00:00-08:00",
                    "expirationDate": "2025-05-01T10:00:00-07:00", "expired": false, "minOsVersion": "17.0",
                    "processingState": "VALID", "buildAudienceType": "APP_STORE_ELIGIBLE",
                    "usesNonExemptEncryption": null, "size": id * 1000,
                    "iconAssetToken": {"templateUrl": "https://example.com/image/{w}x{h}bb.{f}", "width": 1024, "height": 1024},
                    "addedByTheVendor": {"a": [1, 2, 3]},
                },
                "relationships": {
                    "individualTesters": {"links": relationship(id, "individualTesters"), "meta": {"paging": {"total": 2, "limit": 10}},
                        "data": [{"type": "betaTesters", "id": "1"}, {"type": "betaTesters", "id": "2"}]},
                    "betaGroups": {"links": relationship(id, "betaGroups")},
                    "app": {"links": relationship(id, "app")},
                },
                "links": {"self": format!("{host}/builds/{id}")},
            })
        })
        .collect();
    let included: Vec<Value> = (0..ITEMS / 4)
        .map(|id| {
            json!({"type": "apps", "id": id.to_string(), "attributes": {
                "name": "Notes \"Pro\"", "bundleId": "com.example.notes", "sku": "N1", "primaryLocale": "en-GB"},
                "links": {"self": format!("{host}/apps/{id}")}})
        })
        .collect();
    let links = json!({"self": format!("{host}/builds"), "next": format!("{host}/builds?cursor=x")});
    json!({"data": data, "included": included, "links": links, "meta": {"paging": {"total": 900, "limit": 200}}})
        .to_string()
        .into_bytes()
}

/// Megabytes per second of one sample.
fn sample(bytes: usize, mut work: impl FnMut()) -> f64 {
    let (start, mut rounds) = (Instant::now(), 0_u32);
    while start.elapsed() < SAMPLE {
        work();
        rounds += 1;
    }
    let megabytes = f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) * f64::from(rounds) / 1e6;
    megabytes / start.elapsed().as_secs_f64()
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or_default().round()
}

fn decode<T: Slot + Default>(json: &[u8]) {
    drop(black_box(from_slice::<T>(black_box(json))));
}

fn encode(value: &dyn Put) {
    drop(black_box(to_vec(black_box(value))));
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let json = document();
    let erased: erased::Builds = from_slice(&json)?;
    let derived: derived::Builds = serde_json::from_slice(&json)?;
    assert_eq!(erased.data.len(), ITEMS);

    let mut results: [Vec<f64>; 4] = Default::default();
    // In turn, so that a machine that slows down slows all of them down.
    for _ in 0..SAMPLES {
        let [erased_decode, derived_decode, erased_encode, derived_encode] = &mut results;
        erased_decode.push(sample(json.len(), || decode::<erased::Builds>(&json)));
        derived_decode.push(sample(json.len(), || {
            drop(black_box(serde_json::from_slice::<derived::Builds>(black_box(&json))));
        }));
        erased_encode.push(sample(to_vec(&erased).len(), || encode(&erased)));
        derived_encode.push(sample(serde_json::to_vec(&derived)?.len(), || {
            drop(black_box(serde_json::to_vec(black_box(&derived))));
        }));
    }
    let [erased_decode, derived_decode, erased_encode, derived_encode] = results.map(median);
    println!(
        "{}",
        json!({
            "bytes": json.len(),
            "decode_mb_per_s": {"codec": erased_decode, "derive": derived_decode},
            "encode_mb_per_s": {"codec": erased_encode, "derive": derived_encode},
        })
    );
    Ok(())
}

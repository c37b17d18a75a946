//! Tests examples of App Store Connect against a scripted server.

mod analytics;
mod asset_library;
mod feedback;
mod in_app_purchase;
mod metadata;
mod performance;
mod phased_release;
mod price_equalisation;
mod provisioning;
mod reports;
mod reviews;
mod screenshots;
mod submit_for_review;
mod testers;
mod upload_build;
mod users;
mod webhook_receiver;
mod webhooks;
mod xcode_cloud;

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::{Value, json};
use storewright_tests::{Answer, Seen, Server};

use crate::program::{Ended, Program};
use crate::script::Script;

const KEY_ID: &str = "2X9R4HXF34";
const ISSUER: &str = "57246542-96fe-1a63-e053-0824d011072a";

/// A key that is good for nothing else.
fn secret() -> p256::SecretKey {
    p256::SecretKey::from_slice(&[7; 32]).unwrap()
}

/// Runs an example to its end, and asserts that it made the calls of the script, each with a token of the key.
async fn run(program: Program, args: &[&str], api: &Script) -> Ended {
    run_beside(program, args, api, &[]).await
}

/// The same with other servers than Apple's, which must get no token.
async fn run_beside(program: Program, args: &[&str], api: &Script, others: &[&Server]) -> Ended {
    let servers: Vec<&Server> = std::iter::once(&api.server).chain(others.iter().copied()).collect();
    let ended = with_key(program, &api.server).args(args).run(&servers).await;
    println!("{ended:?}");
    api.finished();
    api.server.seen().iter().for_each(|seen| {
        claims(seen);
    });
    for seen in others.iter().flat_map(|server| server.seen()) {
        assert_eq!(seen.header("authorization"), None, "{}", seen.line);
    }
    ended
}

/// The program with a key in its environment, and with a server in the place of Apple's.
fn with_key(program: Program, api: &Server) -> Program {
    let pem = secret().to_pkcs8_pem(LineEnding::LF).unwrap();
    program
        .env("ASC_KEY_ID", KEY_ID)
        .env("ASC_ISSUER_ID", ISSUER)
        .env("ASC_PRIVATE_KEY", &pem)
        .args(["--base-url", api.url()])
}

fn token(seen: &Seen) -> String {
    seen.header("authorization").unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}

/// The claims of a call's token, if the key signed it.
fn claims(seen: &Seen) -> Value {
    let token = token(seen);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    VerifyingKey::from(&SigningKey::from(secret())).verify(signed.as_bytes(), &signature).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let read =
        |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    assert_eq!(read(header), json!({"alg": "ES256", "kid": KEY_ID, "typ": "JWT"}));
    assert_eq!(read(claims)["iss"], ISSUER);
    read(claims)
}

/// A resource as Apple sends it.
fn resource(kind: &str, id: &str, attributes: Value) -> Value {
    json!({"type": kind, "id": id, "attributes": attributes})
}

/// A response with one resource.
fn one(status: u16, kind: &str, id: &str, attributes: Value) -> Answer {
    Answer::json(
        status,
        &json!({"data": resource(kind, id, attributes), "links": {"self": "https://example.com"}}),
    )
}

/// A response with resources of one type.
fn list<const N: usize>(kind: &str, resources: [(&str, Value); N]) -> Answer {
    let data: Vec<Value> =
        resources.into_iter().map(|(id, attributes)| resource(kind, id, attributes)).collect();
    let meta = json!({"paging": {"total": N, "limit": 50}});
    Answer::json(200, &json!({"data": data, "links": {"self": "https://example.com"}, "meta": meta}))
}

/// The response to the reservation of a file, which is to be sent in two parts.
fn reserved(kind: &str, id: &str, storage: &Server, size: usize) -> Answer {
    let part = |offset: usize, length: usize| {
        json!({"method": "PUT", "url": format!("{}/{id}/{offset}?signature=s1gned", storage.url()),
            "offset": offset, "length": length,
            "requestHeaders": [{"name": "Content-Type", "value": "application/octet-stream"}]})
    };
    let parts = [part(0, size / 2), part(size / 2, size - size / 2)];
    one(201, kind, id, json!({"uploadOperations": parts, "assetDeliveryState": {"state": "AWAITING_UPLOAD"}}))
}

/// The response about a file that was sent.
fn sent(kind: &str, id: &str, state: &str) -> Answer {
    one(
        200,
        kind,
        id,
        json!({"uploadOperations": null, "assetDeliveryState": {"state": state, "errors": []}}),
    )
}

/// A server that takes parts of files.
async fn storage() -> Server {
    Server::with(|_, _| Answer::empty(200)).await
}

/// The data that a server received of a file.
fn stored(storage: &Server, id: &str) -> Vec<u8> {
    let mut parts: Vec<Seen> =
        storage.seen().into_iter().filter(|seen| seen.line.starts_with(&format!("PUT /{id}/"))).collect();
    parts.sort_by_key(|seen| seen.line.split(['/', '?']).nth(2).unwrap().parse::<usize>().unwrap());
    parts.into_iter().flat_map(|seen| seen.body.to_vec()).collect()
}

/// The type and id of a resource.
fn id(kind: &str, id: &str) -> Value {
    json!({"data": {"type": kind, "id": id}})
}

/// A text that is packed.
fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// The response to the search for `com.example.app`, whose id is `a1`.
fn apps() -> Answer {
    list(
        "apps",
        [("a0", json!({"bundleId": "com.example.app.clip"})), ("a1", json!({"bundleId": "com.example.app"}))],
    )
}

const APPS: &str = "GET /v1/apps?filter[bundleId]=com.example.app";

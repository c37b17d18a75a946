//! Keys: private keys in every form go in; tokens as the server gets them are read and verified by another library.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use app_store_connect_client::runtime::{BoxError, ErrorKind, Method, Operation, TokenProvider};
use app_store_connect_client::{Client, IndividualKey, TeamKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::{Value, json};
use storewright_tests::{Answer, Seen, Server, TestClock};

/// 2026-11-23 10:00:00 UTC
const NOW: u64 = 1_795_428_000;
const ISSUER: &str = "57246542-96fe-1a63-e053-0824d011072a";

fn secret() -> p256::SecretKey {
    p256::SecretKey::from_slice(&[7; 32]).unwrap()
}

fn pem() -> String {
    secret().to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
}

fn team() -> TeamKey {
    TeamKey::from_pem(&pem(), "2X9R4HXF34", ISSUER).unwrap()
}

fn token_of(seen: &Seen) -> String {
    seen.header("authorization").unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}

/// Header and claims of a token whose signature is right.
fn read(token: &str) -> (Value, Value) {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    let key = VerifyingKey::from(&SigningKey::from(secret()));
    key.verify(signed.as_bytes(), &signature).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    (part(header), part(claims))
}

/// The token that a provider gives.
async fn token(provider: &impl TokenProvider) -> String {
    let operation = Operation::new(Method::Get, "apps_getCollection", "/v1/apps");
    let credential = provider.credential(&operation).await.unwrap().unwrap();
    credential.value().to_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}

fn app() -> Answer {
    Answer::json(200, &json!({"data": {"type": "apps", "id": "1"}}))
}

fn client_of(server: &Server, key: impl TokenProvider, clock: &TestClock) -> Client {
    Client::builder(key).base_url(server.url()).clock(clock.clone()).build().unwrap()
}

#[tokio::test]
async fn a_team_key_signs_as_apple_asks() {
    let server = Server::start([app()]).await;
    let clock = TestClock::at(NOW);
    let client = client_of(&server, team().clock(clock.clone()), &clock);
    client.apps().get("1").send().await.unwrap();
    let (header, claims) = read(&token_of(&server.one()));
    assert_eq!(header, json!({"alg": "ES256", "kid": "2X9R4HXF34", "typ": "JWT"}));
    assert_eq!(
        claims,
        json!({"iss": ISSUER, "iat": NOW - 60, "exp": NOW - 60 + 19 * 60, "aud": "appstoreconnect-v1"})
    );
}

#[tokio::test]
async fn an_individual_key_has_a_subject_and_no_issuer() {
    let key = IndividualKey::from_pem(&pem(), "K").unwrap().clock(TestClock::at(NOW));
    let (_, claims) = read(&token(&key.scope(["GET /v1/apps"])).await);
    assert_eq!(
        claims,
        json!({"sub": "user", "iat": NOW - 60, "exp": NOW + 18 * 60, "aud": "appstoreconnect-v1",
               "scope": ["GET /v1/apps"]})
    );
}

#[tokio::test]
async fn the_enterprise_program_has_its_own_host_and_audience() {
    let builder = Client::enterprise_builder(team());
    assert!(format!("{builder:?}").contains("https://api.enterprise.developer.apple.com"));
    let server = Server::start([app()]).await;
    let client = builder.base_url(server.url()).build().unwrap();
    client.apps().get("1").send().await.unwrap();
    assert_eq!(read(&token_of(&server.one())).1["aud"], "apple-developer-enterprise-v1");
}

#[tokio::test]
async fn a_key_is_read_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("AuthKey_K.p8");
    std::fs::write(&path, pem().replace('\n', "\r\n")).unwrap();
    let packed = STANDARD.encode(pem());
    let der = STANDARD.encode(secret().to_pkcs8_der().unwrap().as_bytes());
    let wrapped: String = packed.as_bytes().chunks(60).map(|c| format!("{}\n", c.escape_ascii())).collect();
    let mut keys = vec![
        TeamKey::from_p8_file(&path, "K", ISSUER).unwrap(),
        TeamKey::from_pem(&pem(), "K", ISSUER).unwrap(),
        TeamKey::from_base64(&packed, "K", ISSUER).unwrap(),
        TeamKey::from_base64(&wrapped, "K", ISSUER).unwrap(),
        TeamKey::from_base64(&der, "K", ISSUER).unwrap(),
    ];
    for (name, text) in [
        ("ASC_PRIVATE_KEY", pem()),
        ("ASC_PRIVATE_KEY", pem().replace('\n', "\\n")),
        ("ASC_PRIVATE_KEY", packed),
        ("ASC_PRIVATE_KEY_PATH", path.display().to_string()),
    ] {
        let variable = |wanted: &str| match wanted {
            "ASC_KEY_ID" => Some("K".to_owned()),
            "ASC_ISSUER_ID" => Some(ISSUER.to_owned()),
            _ => (wanted == name).then(|| text.clone()),
        };
        keys.push(TeamKey::from_variables(variable).unwrap());
        let individual = IndividualKey::from_variables(variable).unwrap();
        assert_eq!(read(&token(&individual).await).0["kid"], "K");
    }
    for key in keys {
        let (header, claims) = read(&token(&key).await);
        assert_eq!((&header["kid"], &claims["iss"]), (&json!("K"), &json!(ISSUER)));
    }
}

#[test]
fn what_is_no_key_is_refused_without_showing_it() {
    let body = pem().lines().nth(1).unwrap().to_owned();
    let cut = pem().replace(&body[..20], "");
    let wrong = |result: Result<TeamKey, BoxError>| {
        let error = result.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains(&body[20..40]), "{text}");
        text
    };
    for pem in ["", "x", &cut, &pem().replace("PRIVATE", "PUBLIC"), &pem().replace(&body, "!!!!")] {
        wrong(TeamKey::from_pem(pem, "K", "I"));
    }
    wrong(TeamKey::from_base64(&body[..30], "K", "I"));
    let missing = wrong(TeamKey::from_p8_file("missing.p8", "K", "I"));
    assert!(missing.contains("missing.p8"), "{missing}");
    let all = "not set: ASC_KEY_ID, ASC_ISSUER_ID, ASC_PRIVATE_KEY or ASC_PRIVATE_KEY_PATH";
    assert!(wrong(TeamKey::from_variables(|_| None)).contains(all));
    let issuer_only = |name: &str| (name == "ASC_ISSUER_ID").then(|| "I".to_owned());
    assert!(wrong(TeamKey::from_variables(issuer_only)).contains("ASC_KEY_ID"));
    let no_key = |name: &str| (!name.contains("PRIVATE")).then(|| "I".to_owned());
    assert!(wrong(TeamKey::from_variables(no_key)).contains("ASC_PRIVATE_KEY"));
    let no_pem = wrong(TeamKey::from_variables(|name| Some(name.replace("_ID", ""))));
    assert!(no_pem.contains("ASC_PRIVATE_KEY: the private key is neither PEM nor"), "{no_pem}");
}

/// The private key of another kind than Apple's, in PEM.
fn other_pem(der: &[u8], label: &str) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

#[test]
fn keys_of_other_kinds_are_refused_by_name() {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
    let random = aws_lc_rs::rand::SystemRandom::new();
    let p384 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).unwrap();
    let rsa = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let rsa = AsDer::<Pkcs8V1Der<'_>>::as_der(&rsa).unwrap();
    for (pem, problem) in [
        (other_pem(p384.as_ref(), "PRIVATE KEY"), "P-256"),
        (other_pem(rsa.as_ref(), "PRIVATE KEY"), "P-256"),
        (other_pem(&[1, 2, 3], "EC PRIVATE KEY"), "`openssl pkcs8 -topk8 -nocrypt`"),
        (other_pem(&[1, 2, 3], "ENCRYPTED PRIVATE KEY"), "it is encrypted"),
        (other_pem(&[1, 2, 3], "PUBLIC KEY"), "it is a public key"),
        (other_pem(&[1, 2, 3], "RSA PRIVATE KEY"), "BEGIN PRIVATE KEY"),
        (other_pem(&[], "PRIVATE KEY"), "P-256"),
    ] {
        let error = IndividualKey::from_pem(&pem, "K").unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
        let error = IndividualKey::from_base64(&STANDARD.encode(&pem), "K").unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
    let binary = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(binary.path(), b"\xff\xfe").unwrap();
    let error = IndividualKey::from_p8_file(binary.path(), "K").unwrap_err().to_string();
    assert!(error.contains(binary.path().to_str().unwrap()) && error.contains("UTF-8"), "{error}");
}

#[test]
fn an_empty_id_is_refused_before_apple_does() {
    for (key_id, issuer, problem) in
        [("", ISSUER, "key id"), (" \n", ISSUER, "key id"), ("K", " ", "issuer id")]
    {
        let error = TeamKey::from_pem(&pem(), key_id, issuer).unwrap_err().to_string();
        assert!(error.contains(problem) && error.contains("empty"), "{error}");
    }
    let error = IndividualKey::from_pem(&pem(), "").unwrap_err().to_string();
    assert!(error.contains("key id"), "{error}");
}

#[tokio::test]
async fn variables_are_read_as_build_systems_set_them() {
    let pem = pem();
    let set = |name: &str| match name {
        "ASC_KEY_ID" => Some("K\n".to_owned()),
        "ASC_ISSUER_ID" => Some(format!(" {ISSUER}\r\n")),
        // A secret that is not there is an empty variable, and not none.
        "ASC_PRIVATE_KEY" => Some(String::new()),
        "ASC_PRIVATE_KEY_PATH" => Some("missing.p8".to_owned()),
        _ => None,
    };
    let error = TeamKey::from_variables(set).unwrap_err().to_string();
    assert!(error.contains("missing.p8"), "{error}");
    let key = TeamKey::from_variables(|name| match name {
        "ASC_PRIVATE_KEY" => Some(format!("\n{}\n", pem.replace('\n', "\\n"))),
        _ => set(name),
    });
    let (header, claims) = read(&token(&key.unwrap()).await);
    assert_eq!((&header["kid"], &claims["iss"]), (&json!("K"), &json!(ISSUER)));
    let empty = |name: &str| if name == "ASC_ISSUER_ID" { Some(" ".to_owned()) } else { set(name) };
    let error = TeamKey::from_variables(empty).unwrap_err().to_string();
    assert!(error.ends_with("not set: ASC_ISSUER_ID"), "{error}");
}

/// This test runs itself once more, in a process that has the variables.
#[tokio::test]
async fn keys_come_from_the_environment_of_a_process() {
    const SERVER: &str = "STOREWRIGHT_TEST_SERVER";
    if let Ok(url) = std::env::var(SERVER) {
        for builder in [
            Client::builder(TeamKey::from_env().unwrap()),
            Client::builder(IndividualKey::from_env().unwrap()),
        ] {
            builder.base_url(&url).build().unwrap().apps().get("1").send().await.unwrap();
        }
        return;
    }
    let server = Server::with(|_, _| app()).await;
    let mut again = tokio::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "auth::keys_come_from_the_environment_of_a_process"]).env(SERVER, server.url());
    again.env("ASC_KEY_ID", "K").env("ASC_ISSUER_ID", ISSUER).env("ASC_PRIVATE_KEY", STANDARD.encode(pem()));
    let output = again.output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let claims: Vec<Value> = server.seen().iter().map(|seen| read(&token_of(seen)).1).collect();
    assert_eq!((&claims[0]["iss"], &claims[1]["sub"], claims.len()), (&json!(ISSUER), &json!("user"), 2));
}

#[tokio::test]
async fn a_token_is_kept_until_a_minute_before_its_end() {
    let server = Server::with(|_, _| app()).await;
    let clock = TestClock::at(NOW);
    let client = client_of(&server, team().clock(clock.clone()), &clock);
    for wait in [0, 60, 16 * 60 + 59, 1, 1] {
        clock.advance(Duration::from_secs(wait));
        client.apps().get("1").send().await.unwrap();
    }
    let seen = server.seen();
    let tokens: Vec<String> = seen.iter().map(token_of).collect();
    // 18 minutes of the 19 are left at the start, and the last of them is not used.
    assert_eq!(tokens[0], tokens[1]);
    assert_ne!(tokens[1], tokens[2]);
    assert_eq!((&tokens[2], &tokens[3]), (&tokens[3], &tokens[4]));
    assert_eq!(read(&tokens[2]).1["iat"], NOW + 17 * 60 + 59 - 60);
}

/// A server that takes only tokens that live at its own time.
async fn strict(time: Arc<Mutex<u64>>) -> Server {
    Server::with(move |_, seen| {
        let now = *time.lock().unwrap();
        let (_, claims) = read(&token_of(seen));
        let (from, to) = (claims["iat"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
        if from <= now && now < to && to - now <= 20 * 60 {
            return app();
        }
        Answer::json(401, &json!({"errors": [{"code": "NOT_AUTHORIZED"}]})).header("date", &http_date(now))
    })
    .await
}

fn http_date(seconds: u64) -> String {
    let time = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    // Only the time of day differs on the one day of these tests.
    let day = seconds % 86_400;
    assert_eq!(
        time.duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap().as_secs() / 86_400,
        NOW / 86_400
    );
    format!("Mon, 23 Nov 2026 {:02}:{:02}:{:02} GMT", day / 3600, day / 60 % 60, day % 60)
}

#[tokio::test]
async fn a_clock_that_is_wrong_by_ten_minutes_is_corrected_by_the_servers() {
    for ours in [NOW - 600, NOW + 600, NOW - 3600, NOW + 3600] {
        let time = Arc::new(Mutex::new(NOW));
        let server = strict(Arc::clone(&time)).await;
        let clock = TestClock::at(ours);
        let client = client_of(&server, team().clock(clock.clone()), &clock);
        client.apps().get("1").send().await.unwrap();
        let refused = server.seen().len() - 1;
        assert!(refused <= 1);
        // Once it is known, no call is refused any more, not even after the token's end.
        for _ in 0..3 {
            clock.advance(Duration::from_secs(17 * 60 + 30));
            *time.lock().unwrap() += 17 * 60 + 30;
            client.apps().get("1").send().await.unwrap();
        }
        let more = server.seen().len() - 4;
        assert!(more <= 1, "{ours}: {more} calls were refused");
    }
}

#[tokio::test]
async fn no_server_gets_a_token_for_another_year() {
    for date in ["Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"] {
        let server = Server::with(move |_, _| Answer::empty(401).header("date", date)).await;
        let clock = TestClock::at(NOW);
        let client = client_of(&server, team().clock(clock.clone()), &clock);
        client.apps().get("1").send().await.unwrap_err();
        let issued: Vec<Value> =
            server.seen().iter().map(|seen| read(&token_of(seen)).1["iat"].clone()).collect();
        assert_eq!(issued, [json!(NOW - 60), json!(NOW - 60)]);
    }
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let refuse = || Answer::json(401, &json!({"errors": [{"code": "NOT_AUTHORIZED", "title": "No"}]}));
    let server = Server::start([app(), refuse(), app(), refuse(), refuse(), app()]).await;
    let clock = TestClock::at(NOW);
    let client = client_of(&server, team().clock(clock.clone()), &clock);
    for wait in [0, 5] {
        clock.advance(Duration::from_secs(wait));
        client.apps().get("1").send().await.unwrap();
    }
    let tokens: Vec<String> = server.seen().iter().map(token_of).collect();
    assert_eq!((&tokens[0], tokens.len()), (&tokens[1], 3));
    assert_ne!(tokens[1], tokens[2]);
    let error = client.apps().get("1").send().await.unwrap_err();
    assert_eq!((error.kind(), server.seen().len()), (ErrorKind::Status, 5));
    assert!(clock.waits().is_empty());
}

#[tokio::test]
async fn many_calls_at_once_share_one_signing() {
    // Signatures are random: two signings give two tokens.
    let clock = TestClock::at(NOW);
    let key = Arc::new(team().clock(clock.clone()));
    let barrier = Arc::new(std::sync::Barrier::new(32));
    let threads: Vec<_> = (0..32)
        .map(|_| {
            let (key, barrier) = (Arc::clone(&key), Arc::clone(&barrier));
            std::thread::spawn(move || {
                barrier.wait();
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(token(&key))
            })
        })
        .collect();
    let mut tokens: Vec<String> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    tokens.dedup();
    assert_eq!(tokens.len(), 1);

    // The same when the token of all of them is refused.
    let first = token(&key).await;
    let refused = first.clone();
    let server = Server::with(move |_, seen| match token_of(seen) == refused {
        true => Answer::empty(401),
        false => app(),
    })
    .await;
    let client = client_of(&server, Arc::clone(&key), &clock);
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(client.apps().get("1").send())).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let mut others: Vec<String> =
        server.seen().iter().map(token_of).filter(|token| *token != first).collect();
    assert_eq!(others.len(), 20);
    others.dedup();
    assert_eq!(others.len(), 1);
}

#[tokio::test]
async fn a_token_that_expires_between_pages_is_replaced() {
    let clock = TestClock::at(NOW);
    let (passing, time) = (clock.clone(), Arc::new(Mutex::new(NOW)));
    let server = Server::with(move |number, seen| {
        let mut now = time.lock().unwrap();
        let (_, claims) = read(&token_of(seen));
        assert!(claims["exp"].as_u64().unwrap() > *now, "the token is over");
        // Every page takes its reader seven minutes.
        *now += 420;
        passing.advance(Duration::from_secs(420));
        let next = (number < 10).then(|| format!("http://{}/v1/apps?cursor={number}", seen.header("host").unwrap()));
        Answer::json(
            200,
            &json!({"data": [{"type": "apps", "id": number.to_string()}], "links": {"self": "x", "next": next}}),
        )
    })
    .await;
    let client = client_of(&server, team().clock(clock.clone()), &clock);
    let mut apps = client.apps().list().items();
    let mut count = 0;
    while apps.try_next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 10);
    let mut tokens: Vec<String> = server.seen().iter().map(token_of).collect();
    tokens.dedup();
    assert_eq!(tokens.len(), 4);
}

#[tokio::test]
async fn a_token_that_is_refused_between_pages_is_replaced_and_the_pages_go_on() {
    let server = Server::with(|number, seen| {
        let next = format!("http://{}/v1/apps?cursor=2", seen.header("host").unwrap());
        match number {
            1 => Answer::json(200, &json!({"data": [{"type": "apps", "id": "1"}], "links": {"next": next}})),
            2 => Answer::json(401, &json!({"errors": [{"code": "NOT_AUTHORIZED"}]})),
            _ => Answer::json(200, &json!({"data": [{"type": "apps", "id": "2"}], "links": {}})),
        }
    })
    .await;
    let clock = TestClock::at(NOW);
    let client = client_of(&server, team().clock(clock.clone()), &clock);
    let mut apps = client.apps().list().items();
    let mut ids = Vec::new();
    while let Some(app) = apps.try_next().await.unwrap() {
        ids.push(app.id);
    }
    assert_eq!(ids, ["1", "2"]);
    let seen = server.seen();
    assert_eq!((seen.len(), &seen[1].line), (3, &seen[2].line));
    assert_eq!(token_of(&seen[0]), token_of(&seen[1]));
    assert_ne!(token_of(&seen[1]), token_of(&seen[2]));
}

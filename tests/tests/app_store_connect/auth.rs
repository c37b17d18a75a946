//! Tests the forms of private keys, and the tokens that the server gets, with another library.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app_store_connect_client::runtime::{BoxError, ErrorKind, Method, Operation, RetryPolicy, TokenProvider};
use app_store_connect_client::{Client, IndividualKey, IssuerId, KeyId, TeamKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::{Value, json};
use storewright_tests::{Answer, Seen, Server, TestClock};

/// 2026-11-23 10:00:00 UTC
const NOW: u64 = 1_795_428_000;
const ISSUER: &str = "57246542-96fe-1a63-e053-0824d011072a";
const KEY: &str = "2X9R4HXF34";

fn secret() -> p256::SecretKey {
    p256::SecretKey::from_slice(&[7; 32]).unwrap()
}

fn pem() -> String {
    secret().to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
}

fn issuer() -> IssuerId {
    IssuerId::new(ISSUER)
}

fn team() -> TeamKey {
    TeamKey::from_pem(pem(), KeyId::new(KEY), issuer()).unwrap()
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
    credential.headers().next().unwrap().1.to_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned()
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
    let key = IndividualKey::from_pem(pem(), KeyId::new("2X9R4HXF34Q7")).unwrap().clock(TestClock::at(NOW));
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

/// The text as Windows keeps it.
fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

/// The forms in which a key is found, each with a name.
fn forms() -> Vec<(String, Vec<u8>)> {
    let pem = pem();
    let body: String = pem.lines().filter(|line| !line.starts_with("---")).collect();
    let der = secret().to_pkcs8_der().unwrap().as_bytes().to_vec();
    let sec1 = secret().to_sec1_der().unwrap().to_vec();
    let sec1_pem = other_pem(&sec1, "EC PRIVATE KEY");
    // Base64 that has each character in which the alphabets differ, and needs padding.
    assert!(body.contains(['+', '/']) && STANDARD.encode(&pem).ends_with('='));
    let texts = [
        ("plain", pem.clone()),
        ("CRLF", pem.replace('\n', "\r\n")),
        ("CR", pem.replace('\n', "\r")),
        ("literal \\n", pem.replace('\n', "\\n")),
        ("literal \\r\\n", pem.replace('\n', "\\r\\n")),
        ("doubled escapes", pem.replace('\n', "\\\\n")),
        ("escapes of escapes", pem.replace('\n', "\\\\\\\\n")),
        ("escapes and line ends", pem.replace('\n', "\\n\n")),
        ("continued lines", pem.replace('\n', "\\\n")),
        ("one line with spaces", pem.replace('\n', " ")),
        ("one line without", pem.replace('\n', "")),
        ("words on lines", pem.replace(' ', "\n")),
        ("white space around", format!("\t\n  {pem}\u{a0}\n\n")),
        ("indented", pem.replace('\n', "\n    ")),
        ("double quotes", format!("\"{}\"\n", pem.trim())),
        ("single quotes", format!("'{pem}'")),
        ("quotes in quotes", format!("'\"{}\"'", pem.replace('\n', "\\n"))),
        ("escaped quotes", format!("\\\"{}\\\"", pem.replace('\n', "\\\\n"))),
        ("JSON", json!({"key_id": KEY, "key": pem}).to_string()),
        ("JSON of careful writers", pem.replace('\n', "\\n").replace('/', "\\/").replace('+', "\\u002B")),
        ("UTF-8 with a byte order mark", format!("\u{feff}{pem}")),
        ("URL-safe PEM", pem.replace('+', "-").replace('/', "_")),
        ("without padding", pem.replace('=', "")),
        ("text before and after", format!("Bag Attributes\n  friendlyName: AuthKey\n{pem}# end\n")),
        ("a certificate before", format!("{}{pem}", other_pem(&[1, 2, 3], "CERTIFICATE"))),
        ("the body of the PEM", body.clone()),
        ("the body without padding", body.trim_end_matches('=').to_owned()),
        ("SEC1", sec1_pem.clone()),
        ("SEC1 of openssl ecparam", format!("{}{sec1_pem}", other_pem(&[6, 1, 2], "EC PARAMETERS"))),
    ];
    let mut out: Vec<(String, Vec<u8>)> =
        texts.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    let with_mark = format!("\u{feff}{pem}");
    out.extend([
        ("UTF-16 LE".to_owned(), utf16(&with_mark, u16::to_le_bytes)),
        ("UTF-16 BE".to_owned(), utf16(&with_mark, u16::to_be_bytes)),
        ("UTF-16 LE without a mark".to_owned(), utf16(&pem, u16::to_le_bytes)),
        ("UTF-16 with literal \\n".to_owned(), utf16(&with_mark.replace('\n', "\\n"), u16::to_le_bytes)),
        ("DER".to_owned(), der),
        ("DER of SEC1".to_owned(), sec1),
    ]);
    // Secrets of build systems are base64 of any of these, and of that once more.
    for (name, bytes) in out.clone() {
        let packed = STANDARD.encode(&bytes);
        let wrapped: String =
            packed.as_bytes().chunks(60).map(|c| format!("{}\n", c.escape_ascii())).collect();
        let mut add = |how: &str, bytes: Vec<u8>| out.push((format!("{how} of {name}"), bytes));
        add("base64", packed.clone().into_bytes());
        add("wrapped base64", wrapped.into_bytes());
        add("base64 without padding", STANDARD_NO_PAD.encode(&bytes).into_bytes());
        add("URL-safe base64", URL_SAFE.encode(&bytes).into_bytes());
        add("quoted base64", format!("\"{packed}\"").into_bytes());
        add("base64 in UTF-16", utf16(&format!("\u{feff}{packed}\r\n"), u16::to_le_bytes));
        add("base64 of base64", STANDARD.encode(format!("{packed}\n")).into_bytes());
    }
    out
}

#[tokio::test]
async fn a_key_is_read_in_every_form_on_every_way_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("AuthKey_2X9R4HXF34.p8");
    for (name, bytes) in forms() {
        std::fs::write(&path, &bytes).unwrap();
        let variables = |wanted: &str| match wanted {
            "ASC_KEY_ID" => Some(KEY.to_owned()),
            "ASC_ISSUER_ID" => Some(ISSUER.to_owned()),
            "ASC_PRIVATE_KEY" => String::from_utf8(bytes.clone()).ok(),
            // It is used if there is no other, so that no variable has bytes that are not text.
            _ => Some(path.display().to_string()),
        };
        let path_only = |wanted: &str| variables(wanted).filter(|_| wanted != "ASC_PRIVATE_KEY");
        let key = TeamKey::from_pem(&bytes, KeyId::new(KEY), issuer());
        let (header, claims) = read(&token(&key.unwrap_or_else(|error| panic!("{name}: {error}"))).await);
        assert_eq!((&header["kid"], &claims["iss"]), (&json!(KEY), &json!(ISSUER)));
        for (way, made) in [
            TeamKey::from_p8_file(&path, KeyId::new(KEY), issuer()).map(drop),
            TeamKey::from_base64(&bytes, KeyId::new(KEY), issuer()).map(drop),
            TeamKey::from_variables(variables).map(drop),
            TeamKey::from_variables(path_only).map(drop),
            IndividualKey::from_p8_file(&path, KeyId::new(KEY)).map(drop),
            IndividualKey::from_pem(&bytes, KeyId::new(KEY)).map(drop),
            IndividualKey::from_base64(&bytes, KeyId::new(KEY)).map(drop),
            IndividualKey::from_variables(variables).map(drop),
            IndividualKey::from_variables(path_only).map(drop),
        ]
        .into_iter()
        .enumerate()
        {
            made.unwrap_or_else(|error| panic!("{name}, {way}: {error}"));
        }
    }
}

#[test]
fn what_is_no_key_is_refused_without_showing_it() {
    let pem = pem();
    let body = pem.lines().nth(1).unwrap().to_owned();
    let cut = pem.replace(&body[..20], "");
    let wrong = |result: Result<TeamKey, BoxError>| {
        let error = result.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(!text.contains(&body[20..40]), "{text}");
        text
    };
    let (half, no_end) = (&pem[..pem.len() / 2], pem.split("-----END").next().unwrap());
    let thrice = STANDARD.encode(STANDARD.encode(STANDARD.encode(STANDARD.encode(&pem))));
    let garbled = pem.replace(&body, "!!!!");
    let escaped = pem.replace(&body[..8], "\\u00");
    let deep = "\\".repeat(100_000);
    for (text, problem) in [
        ("", "neither PEM nor base64"),
        (" \n\"\" ", "neither PEM nor base64"),
        ("x", "neither PEM nor base64"),
        ("AuthKey_2X9R4HXF34.p8", "neither PEM nor base64"),
        (&deep, "neither PEM nor base64"),
        (&STANDARD.encode("hello"), "does not contain one"),
        (&STANDARD.encode("hello, world"), "does not contain one"),
        (&thrice, "more base64"),
        (&cut, "P-256"),
        (half, "END line is missing"),
        (no_end, "END line is missing"),
        ("-----BEGIN", "no BEGIN PRIVATE KEY line"),
        ("-----BEGIN PRIVATE KEY", "no BEGIN PRIVATE KEY line"),
        (&garbled, "not valid base64"),
        (&escaped, "not valid base64"),
        (&body[..32], "P-256"),
        (&pem.replace("PRIVATE", "SECRET"), "no BEGIN PRIVATE KEY line"),
    ] {
        let error = wrong(TeamKey::from_pem(text, KeyId::new(KEY), issuer()));
        assert!(error.contains(problem), "{text:.40}: {error}");
        wrong(TeamKey::from_base64(text, KeyId::new(KEY), issuer()));
    }
    let missing = wrong(TeamKey::from_p8_file("missing.p8", KeyId::new(KEY), issuer()));
    assert!(missing.contains("missing.p8"), "{missing}");
    let all = "not set: ASC_KEY_ID, ASC_ISSUER_ID, ASC_PRIVATE_KEY or ASC_PRIVATE_KEY_PATH";
    assert!(wrong(TeamKey::from_variables(|_| None)).contains(all));
    let issuer_only = |name: &str| (name == "ASC_ISSUER_ID").then(|| ISSUER.to_owned());
    assert!(wrong(TeamKey::from_variables(issuer_only)).contains("ASC_KEY_ID"));
    let no_key = |name: &str| (!name.contains("PRIVATE")).then(|| ISSUER.to_owned());
    assert!(wrong(TeamKey::from_variables(no_key)).contains("ASC_PRIVATE_KEY"));
    let no_pem = wrong(TeamKey::from_variables(|name| Some(format!("{name}!"))));
    assert!(no_pem.contains("ASC_PRIVATE_KEY: not a private key: neither PEM nor"), "{no_pem}");
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
        (other_pem(&[1, 2, 3], "EC PRIVATE KEY"), "P-256"),
        (
            other_pem(&[1, 2, 3], "ENCRYPTED PRIVATE KEY"),
            "is encrypted: remove its password with `openssl pkcs8",
        ),
        (other_pem(&[1, 2, 3], "PUBLIC KEY"), "this is a public key"),
        (other_pem(&[1, 2, 3], "CERTIFICATE"), "this is a certificate,"),
        (other_pem(&[1, 2, 3], "CERTIFICATE REQUEST"), "this is a certificate request"),
        (other_pem(&[1, 2, 3], "OPENSSH PRIVATE KEY"), "a key of SSH"),
        (other_pem(&[1, 2, 3], "RSA PRIVATE KEY"), "an RSA key"),
        (other_pem(&[], "PRIVATE KEY"), "P-256"),
    ] {
        let error = IndividualKey::from_pem(&pem, KeyId::new(KEY)).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
        let packed = STANDARD.encode(&pem);
        let error = IndividualKey::from_base64(packed, KeyId::new(KEY)).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    // Half a character of UTF-16, an archive, and more than any key has.
    for content in [b"\xff\xfeA".to_vec(), b"PK\x03\x04".to_vec(), vec![b'A'; 1_000_000]] {
        std::fs::write(file.path(), content).unwrap();
        let error = IndividualKey::from_p8_file(file.path(), KeyId::new(KEY)).unwrap_err().to_string();
        assert!(error.contains(file.path().to_str().unwrap()) && error.contains("P-256"), "{error}");
    }
}

#[test]
fn an_id_that_cannot_be_one_is_refused_before_apple_does() {
    let pem = pem();
    for (key_id, issuer_id, problem) in [
        ("", ISSUER, "the key id is empty"),
        (" \n", ISSUER, "the key id is empty"),
        (ISSUER, ISSUER, "this is the issuer id"),
        ("2X9R4HXF3", ISSUER, "10 or more letters and digits"),
        ("2X9R4HXF34.p8", ISSUER, "10 or more letters and digits"),
        (&pem, ISSUER, "10 or more letters and digits"),
        (KEY, " ", "the issuer id is empty"),
        (KEY, KEY, "the issuer id needs to be a UUID"),
        (KEY, "57246542-96fe-1a63-e053-0824d011072", "the issuer id needs to be a UUID"),
        (KEY, "57246542-96fe-1a63-e053-0824d011072g", "the issuer id needs to be a UUID"),
        (KEY, &pem, "the issuer id needs to be a UUID"),
    ] {
        let error = TeamKey::from_pem(&pem, KeyId::new(key_id), IssuerId::new(issuer_id)).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains(problem) && !text.contains(&pem[40..60]), "{text}");
    }
    let error = IndividualKey::from_pem(&pem, KeyId::new("")).unwrap_err().to_string();
    assert!(error.contains("key id"), "{error}");
    let (key_id, upper) = (format!("\"{KEY}\"\n"), format!("'{}'", ISSUER.to_uppercase()));
    TeamKey::from_pem(&pem, KeyId::new(key_id), IssuerId::new(upper)).unwrap();
}

#[tokio::test]
async fn variables_are_read_as_build_systems_set_them() {
    let pem = pem();
    let set = |name: &str| match name {
        // Files of variables keep the quotes.
        "ASC_KEY_ID" => Some(format!("'{KEY}'\n")),
        "ASC_ISSUER_ID" => Some(format!(" \"{ISSUER}\"\r\n")),
        // A secret that is not there is an empty variable, and not none.
        "ASC_PRIVATE_KEY" => Some(String::new()),
        "ASC_PRIVATE_KEY_PATH" => Some("\"missing.p8\"".to_owned()),
        _ => None,
    };
    let error = TeamKey::from_variables(set).unwrap_err().to_string();
    assert!(error.contains(" missing.p8 "), "{error}");
    let key = TeamKey::from_variables(|name| match name {
        "ASC_PRIVATE_KEY" => Some(format!("\n{}\n", pem.replace('\n', "\\n"))),
        _ => set(name),
    });
    let (header, claims) = read(&token(&key.unwrap()).await);
    assert_eq!((&header["kid"], &claims["iss"]), (&json!(KEY), &json!(ISSUER)));
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
    again.env("ASC_KEY_ID", KEY).env("ASC_ISSUER_ID", ISSUER).env("ASC_PRIVATE_KEY", STANDARD.encode(pem()));
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
        assert_eq!(issued.len(), 3);
        // Only the waits have passed.
        assert!(issued.iter().all(|iat| (NOW - 60..NOW - 55).contains(&iat.as_u64().unwrap())), "{issued:?}");
    }
}

#[tokio::test]
async fn false_refusals_of_a_new_key_are_waited_out_with_new_tokens() {
    let refuse = || Answer::json(401, &json!({"errors": [{"code": "NOT_AUTHORIZED", "title": "No"}]}));
    let server = Server::with(move |number, _| if number < 9 { refuse() } else { app() }).await;
    let clock = TestClock::at(NOW);
    let client = client_of(&server, team().clock(clock.clone()), &clock);
    let error = client.apps().get("1").send().await.unwrap_err();
    assert_eq!((error.kind(), server.seen().len()), (ErrorKind::Status, 3));
    let builder = Client::builder(team().clock(clock.clone())).base_url(server.url()).clock(clock.clone());
    let patient = builder.retry(RetryPolicy::default().renewals(5)).build().unwrap();
    patient.apps().get("1").send().await.unwrap();
    let tokens: BTreeSet<String> = server.seen().iter().map(token_of).collect();
    assert_eq!((tokens.len(), clock.waits().len()), (9, 2 + 5));
    tokens.iter().for_each(|token| assert_eq!(read(token).0["kid"], KEY));
}

#[tokio::test]
async fn a_refused_token_is_replaced_for_all_calls() {
    let refuse = || Answer::json(401, &json!({"errors": [{"code": "NOT_AUTHORIZED", "title": "No"}]}));
    // Two in a row, as of a new key, for a read and a write.
    let server = Server::start([app(), refuse(), refuse(), app(), refuse(), refuse(), app()]).await;
    let clock = TestClock::at(NOW);
    let client = client_of(&server, team().clock(clock.clone()), &clock);
    client.apps().get("1").send().await.unwrap();
    client.apps().get("1").send().await.unwrap();
    client.runtime().raw::<Value>(Method::Post, "/v1/apps").send().await.unwrap();
    let tokens: Vec<String> = server.seen().iter().map(token_of).collect();
    assert_eq!(tokens.len(), 7);
    assert_eq!((&tokens[0], &tokens[3]), (&tokens[1], &tokens[4]));
    assert_eq!(tokens.iter().collect::<BTreeSet<_>>().len(), 5);
    assert_eq!(clock.waits().len(), 4);
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

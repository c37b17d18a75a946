//! `asc-analytics`: the files of a report, a wrong one, and an app of which Apple makes no reports yet.

use md5::{Digest, Md5};
use serde_json::json;
use storewright_tests::{Answer, Server};

use super::{APPS, apps, gzip, id, list, one, resource, run, run_beside};
use crate::program::program;
use crate::script::{Exchange, Script, call, send};

const REQUESTS: &str = "GET /v1/apps/a1/analyticsReportRequests?filter[accessType]=ONGOING";
const NAME: &str = "App Downloads Standard";
const ONE: &str = "Date\tDownloads\n2026-11-22\t5\n";
const TWO: &str = "Date\tDownloads\n2026-11-22\t7\n";

fn begin() -> Vec<Exchange> {
    vec![
        call(APPS, apps()),
        call(REQUESTS, list("analyticsReportRequests", [("q1", json!({"accessType": "ONGOING"}))])),
        call(
            format!("GET /v1/analyticsReportRequests/q1/reports?filter[name]={NAME}"),
            list("analyticsReports", [("r1", json!({"name": NAME, "category": "COMMERCE"}))]),
        ),
    ]
}

/// The lists that a day's report is made of; `sum` is the checksum of the second file, and the list has two pages.
fn day(files: &Server, sum: &str) -> Vec<Exchange> {
    let segment = |id: &str, sum: &str| {
        let url = format!("{}/{id}.gz?signature=s1gned", files.url());
        resource("analyticsReportSegments", id, json!({"checksum": sum, "sizeInBytes": 1, "url": url}))
    };
    let page = |segment, next: Option<&str>| {
        Answer::json(200, &json!({"data": [segment], "links": {"self": "https://example.com", "next": next}}))
    };
    let segments = "/v1/analyticsReportInstances/i1/segments";
    let mut calls = begin();
    calls.extend([
        call(
            "GET /v1/analyticsReports/r1/instances?filter[granularity]=DAILY&filter[processingDate]=2026-11-22",
            list("analyticsReportInstances", [("i1", json!({"granularity": "DAILY", "processingDate": "2026-11-22"}))]),
        ),
        call(format!("GET {segments}"), page(segment("s1", &md5(ONE)), Some(&format!("{segments}?cursor=n2")))),
        call(format!("GET {segments}?cursor=n2"), page(segment("s2", sum), None)),
    ]);
    calls
}

fn md5(text: &str) -> String {
    Md5::digest(gzip(text)).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The host that keeps the files.
async fn files() -> Server {
    Server::with(|_, seen| {
        let text = if seen.line.starts_with("GET /s1.gz?") { ONE } else { TWO };
        Answer::new(200, "application/octet-stream", gzip(text))
    })
    .await
}

#[tokio::test]
async fn the_files_of_a_day() {
    let files = files().await;
    let api = Script::start(day(&files, &md5(TWO))).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let args = ["com.example.app", NAME, "2026-11-22", path];
    let ended = run_beside(program!("asc-analytics"), &args, &api, &[&files]).await;
    let shown = |name| folder.path().join(name).display().to_string();
    ended.printed([
        &format!("{} has {} bytes", shown("s1.csv"), ONE.len()),
        &format!("{} has {} bytes", shown("s2.csv"), TWO.len()),
    ]);
    assert_eq!(std::fs::read_to_string(folder.path().join("s1.csv")).unwrap(), ONE);
    assert_eq!(std::fs::read_to_string(folder.path().join("s2.csv")).unwrap(), TWO);
    let lines: Vec<String> = files.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(lines, ["GET /s1.gz?signature=s1gned", "GET /s2.gz?signature=s1gned"]);
}

#[tokio::test]
async fn a_file_with_another_checksum_is_not_kept() {
    let files = files().await;
    let api = Script::start(day(&files, &md5(ONE))).await;
    let folder = tempfile::tempdir().unwrap();
    let args = ["com.example.app", NAME, "2026-11-22", folder.path().to_str().unwrap()];
    let ended = run_beside(program!("asc-analytics"), &args, &api, &[&files]).await;
    assert_eq!(ended.code, 1);
    assert!(
        ended.err.contains("the MD5 of the file should be") && !ended.err.contains("s1gned"),
        "{}",
        ended.err
    );
    let kept: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(kept, ["s1.csv"]);
}

#[tokio::test]
async fn apple_is_asked_to_make_reports() {
    let api = Script::start([
        call(APPS, apps()),
        call(REQUESTS, list("analyticsReportRequests", [])),
        send(
            "POST /v1/analyticsReportRequests",
            json!({"data": {"type": "analyticsReportRequests", "attributes": {"accessType": "ONGOING"},
                "relationships": {"app": id("apps", "a1")}}}),
            one(201, "analyticsReportRequests", "q1", json!({"accessType": "ONGOING"})),
        ),
    ])
    .await;
    let args = ["com.example.app", NAME, "2026-11-22", "unused"];
    let ended = run(program!("asc-analytics"), &args, &api).await;
    ended.printed(["Apple is asked for reports: the first come in a day or two"]);
}

#[tokio::test]
async fn a_day_without_a_report_is_told() {
    let mut calls = begin();
    calls.push(call(
        "GET /v1/analyticsReports/r1/instances?filter[granularity]=DAILY&filter[processingDate]=2026-11-22",
        list("analyticsReportInstances", []),
    ));
    let api = Script::start(calls).await;
    let args = ["com.example.app", NAME, "2026-11-22", "unused"];
    run(program!("asc-analytics"), &args, &api).await.failed([], "there is no report of 2026-11-22");
}

//! Runs one load against a server in another process and prints its cost as JSON.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail, ensure};
use app_store_connect_client::Client;
use app_store_connect_client::runtime::{Limits, StaticToken};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Apps on a page.
const PAGE: usize = 200;
/// Apps in the response of a call whose overhead is measured.
const CALL: usize = 50;
const ITEMS: usize = 1_000_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let load = std::env::args().nth(1).context("which load: overhead, calls or paging?")?;
    if load == "serve" {
        return serve().await;
    }
    let (_server, url) = start()?;
    match load.as_str() {
        "overhead" => overhead(&url).await,
        "calls" => calls(&url).await,
        "paging" => paging(&url).await,
        _ => bail!("there is no load `{load}`"),
    }
}

/// Ends its process when it is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to lose.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start() -> anyhow::Result<(Server, String)> {
    let mut child = Command::new(std::env::current_exe()?).arg("serve").stdout(Stdio::piped()).spawn()?;
    let stdout = child.stdout.take().context("no stdout")?;
    let server = Server(child);
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    Ok((server, format!("http://{}", line.trim())))
}

/// A page of apps with the numbers from `first` on.
fn page(host: &str, first: usize, count: usize, next: bool) -> String {
    let apps: Vec<String> = (first..first + count)
        .map(|number| {
            format!(
                r#"{{"type":"apps","id":"{number}","attributes":{{"name":"App {number}","bundleId":"com.example.app{number}","sku":"SKU{number}","primaryLocale":"en-US","isOrEverWasMadeForKids":false,"contentRightsDeclaration":null}},"links":{{"self":"https://api.appstoreconnect.apple.com/v1/apps/{number}"}}}}"#
            )
        })
        .collect();
    let next =
        if next { format!(r#","next":"{host}/v1/apps?cursor={}""#, first + count) } else { String::new() };
    format!(r#"{{"data":[{}],"links":{{"self":"{host}/v1/apps"{next}}}}}"#, apps.join(","))
}

async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    println!("{address}");
    let host = format!("http://{address}");
    loop {
        let (mut socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let host = host.clone();
        tokio::spawn(async move {
            let mut read = Vec::new();
            while socket.read_buf(&mut read).await.unwrap_or(0) > 0 {
                let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
                let head = String::from_utf8_lossy(read.get(..end).unwrap_or_default()).into_owned();
                read.drain(..end + 4);
                let cursor =
                    head.split_once("cursor=").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
                let body = match cursor {
                    Some(first) => page(&host, first, PAGE, first + PAGE < ITEMS),
                    None => page(&host, 0, CALL, false),
                };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-rate-limit: \
                     user-hour-lim:3600;user-hour-rem:3121;\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                if socket.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
        });
    }
}

fn client(url: &str) -> anyhow::Result<Client> {
    Ok(Client::builder(StaticToken::bearer("token")).base_url(url).limits(Limits::NONE).build()?)
}

/// User and system time of this process, in seconds.
#[cfg(unix)]
fn cpu() -> anyhow::Result<f64> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(micros as f64 / 1e6)
}

#[cfg(not(unix))]
fn cpu() -> anyhow::Result<f64> {
    bail!("this system does not tell what a process took; measure on Linux or macOS")
}

/// The current memory of this process (`VmRSS`), or its peak (`VmHWM`). The peak of `getrusage` counts the program that
/// started this one, too.
fn memory_mb(which: &str) -> anyhow::Result<f64> {
    let text =
        std::fs::read_to_string("/proc/self/status").context("only Linux tells what a process holds")?;
    let found = text.lines().find_map(|line| line.strip_prefix(which)?.strip_prefix(':'));
    let line = found.with_context(|| format!("no {which}"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024.0 / 1e6)
}

#[derive(Deserialize)]
#[allow(dead_code)] // read as a program would that goes on with them
struct PlainPage {
    data: Vec<PlainApp>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct PlainApp {
    id: String,
    attributes: PlainAttributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
struct PlainAttributes {
    name: Option<String>,
    bundle_id: Option<String>,
    sku: Option<String>,
    primary_locale: Option<String>,
    is_or_ever_was_made_for_kids: Option<bool>,
    content_rights_declaration: Option<String>,
}

/// CPU time of typed calls over that of the same calls with `reqwest` and derived structs.
async fn overhead(url: &str) -> anyhow::Result<()> {
    const CALLS: usize = 3_000;
    let typed = client(url)?;
    let plain = reqwest::Client::new();
    let mut ratios = Vec::new();
    for round in 0..6 {
        let start = cpu()?;
        for _ in 0..CALLS {
            let request = plain.get(format!("{url}/v1/apps?limit=50")).bearer_auth("token");
            let response = request.send().await?.error_for_status()?;
            let page: PlainPage = serde_json::from_slice(&response.bytes().await?)?;
            ensure!(page.data.len() == CALL);
        }
        let middle = cpu()?;
        for _ in 0..CALLS {
            ensure!(typed.apps().list().limit(50).send().await?.data.len() == CALL);
        }
        // The first round warms up.
        if round > 0 {
            ratios.push((cpu()? - middle) / (middle - start));
        }
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios.get(ratios.len() / 2).context("nothing was measured")?;
    println!("{}", serde_json::json!({"overhead_percent": (median - 1.0) * 100.0}));
    Ok(())
}

/// The memory that 100,000 calls leave allocated.
async fn calls(url: &str) -> anyhow::Result<()> {
    let client = client(url)?;
    let mut before = 0.0;
    for number in 0..100_000 {
        if number == 10_000 {
            before = memory_mb("VmRSS")?;
        }
        client.apps().list().send().await?;
    }
    println!("{}", serde_json::json!({"growth_mb": memory_mb("VmRSS")? - before}));
    Ok(())
}

/// The peak memory of this process, with a million apps paged through.
async fn paging(url: &str) -> anyhow::Result<()> {
    let first = client(url)?.apps().list().with_parameter("cursor", "0");
    let mut apps = first.items();
    let mut count = 0;
    while apps.try_next().await?.is_some() {
        count += 1;
    }
    ensure!(count == ITEMS, "{count} apps came");
    println!("{}", serde_json::json!({"peak_mb": memory_mb("VmHWM")?}));
    Ok(())
}

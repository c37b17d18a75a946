//! Reads a million items page by page in constant memory.
//!
//! It is a test of its own file, and so a process of its own: nothing else takes memory meanwhile.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

use storewright_runtime::{Api, Client, Method, NoFault, Operation, Page, object};
use storewright_tests::{Answer, Server};

const ITEMS: usize = 1_000_000;
const PAGE: usize = 1_000;

#[derive(Debug)]
struct Store;

impl Api for Store {
    type Fault = NoFault;
    type Client = Client<Store>;
    const NAME: &'static str = "Store";
    const BASE_URL: &'static str = "https://api.example.com";
}

struct Item {
    id: String,
    name: Option<String>,
}
object! { Item { id: "id", name: "name" } }

/// The peak memory of this process, in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() / 1024
}

#[tokio::test]
async fn a_million_items_take_no_more_memory_than_a_few() {
    let server = Server::with(|number, seen| {
        let data: Vec<String> = (0..PAGE)
            .map(|index| format!(r#"{{"id":"{}","name":"Item {index}"}}"#, (number - 1) * PAGE + index))
            .collect();
        let host = seen.header("host").unwrap();
        let more = number * PAGE < ITEMS;
        let next =
            if more { format!(r#""next":"http://{host}/v1/items?cursor={number}""#) } else { String::new() };
        Answer::new(200, "application/json", format!(r#"{{"data":[{}],"links":{{{next}}}}}"#, data.join(",")))
    })
    .await;
    let client: Client<Store> = Client::<Store>::builder().base_url(server.url()).build().unwrap();
    let list = Operation::new(Method::Get, "list", "/v1/items");
    let mut items = client.call::<Page<Item>>(list, &[]).items();
    let mut count = 0;
    let mut early = 0;
    while let Some(item) = items.try_next().await.unwrap() {
        assert!(item.name.is_some() && item.id == count.to_string());
        count += 1;
        if count % PAGE == 0 {
            server.forget();
        }
        if count == ITEMS / 10 {
            early = peak();
        }
    }
    assert_eq!(count, ITEMS);
    assert!(peak() < 60 && peak() < early + 5, "{early} MiB after a tenth, {} MiB after all", peak());
}

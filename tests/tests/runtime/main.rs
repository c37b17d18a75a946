//! The runtime over real HTTP without a generated client: failures and files.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod blocking;
mod cancel;
mod downloads;
mod encodings;
mod limits;
mod mismatches;
mod paging;
mod proxies;
mod raw;
mod retries;
mod styles;
mod uploads;
mod webhooks;

use std::time::Duration;

use storewright_runtime::{
    Api, Call, Client, ClientBuilder, Method, NoFault, Operation, RetryPolicy, StaticToken, Value,
};
use storewright_tests::{Answer, Server, TestClock};

const TOKEN: &str = "s3cret-t0ken";

#[derive(Debug)]
struct Store;

impl Api for Store {
    type Fault = NoFault;
    type Client = Client<Store>;
    const NAME: &'static str = "Store";
    const BASE_URL: &'static str = "https://api.example.com";
}

const GET: Operation = Operation::new(Method::Get, "get", "/v1/items");
const POST: Operation = Operation::new(Method::Post, "post", "/v1/items");

fn builder(server: &Server) -> ClientBuilder<Store> {
    Client::<Store>::builder()
        .base_url(server.url())
        .credentials(StaticToken::bearer(TOKEN))
        .header("x-own", "of the client")
}

/// A client whose waits take no time.
fn quick(server: &Server) -> (Client<Store>, TestClock) {
    let clock = TestClock::at(1_795_428_000);
    (builder(server).clock(clock.clone()).build().unwrap(), clock)
}

fn call(client: &Client<Store>, operation: Operation) -> Call<Store, Value> {
    client.call(operation, &[])
}

fn ok() -> Answer {
    Answer::new(200, "application/json", r#"{"ok":true}"#)
}

fn fails(status: u16) -> Answer {
    Answer::new(status, "text/html", "<html>no</html>")
}

/// Retries at once, on the system's clock.
fn at_once() -> RetryPolicy {
    RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO)
}

//! Prints identifiers and names of apps without a generated client; the token is in the environment.

use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let token = std::env::var("APP_STORE_CONNECT_TOKEN")?;
    let response = reqwest::Client::new()
        .get("https://api.appstoreconnect.apple.com/v1/apps?limit=50")
        .bearer_auth(token)
        .send()
        .await?
        .error_for_status()?;
    let page: Value = serde_json::from_slice(&response.bytes().await?)?;
    for app in page.get("data").and_then(Value::as_array).into_iter().flatten() {
        let text =
            |pointer: &str| app.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        println!("{} {}", text("/id"), text("/attributes/name"));
    }
    Ok(())
}

//! Prints identifiers and names of apps with the generated client; the token is in the environment.

use app_store_connect_client::{Client, runtime::StaticToken};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let token = std::env::var("APP_STORE_CONNECT_TOKEN")?;
    let client = Client::builder(StaticToken::bearer(token)).build()?;
    let page = client.apps().list().limit(50).send().await?;
    for app in &page.data {
        println!("{} {}", app.id, app.attributes.name.as_deref().unwrap_or_default());
    }
    Ok(())
}

//! Lists the messages of a channel: a caller of the client of Discord's document.

use discord_client::{Client, Credentials};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let credentials = Credentials::new().bot_token("Bot secret");
    let client = Client::builder(credentials).base_url(std::env::var("BASE_URL")?).build()?;
    for message in client.channels().list_messages("1234567890").limit(5).send().await?.unwrap_or_default() {
        println!("{} {}", message.id, message.content);
    }
    Ok(())
}

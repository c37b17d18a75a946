//! Sends a message: a caller of the client of Twilio's document.

use twilio_client::{Client, Credentials};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let account = format!("AC{}", "0".repeat(32));
    let credentials = Credentials::new().account_sid_auth_token(&account, "secret");
    let client = Client::builder(credentials).base_url(std::env::var("BASE_URL")?).build()?;
    let call = client.api20100401_message().create_message(&account, "+15551234567");
    let message = call.from("+15557654321").body("Hello").send().await?;
    println!("{:?} {:?}", message.sid, message.status);
    Ok(())
}

//! Reads the caller's own account: a caller of the client of Box's document.

use box_client::{Client, Credentials};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let credentials = Credentials::new().oauth2_security("secret");
    let client = Client::builder(credentials).base_url(std::env::var("BASE_URL")?).build()?;
    let user = client.users().get_users_me().fields(["id", "name"]).send().await?;
    println!("{} {:?}", user.id, user.name);
    Ok(())
}

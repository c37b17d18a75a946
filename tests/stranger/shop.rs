//! Lists pets: a caller of the client of shop.json.

use shop_client::{Api, runtime};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let client = runtime::Client::<Api>::builder().base_url(std::env::var("BASE_URL")?).build()?;
    for pet in client.pets().list_pets().limit(10).send().await? {
        println!("{} {}", pet.id, pet.name);
    }
    Ok(())
}

//! Creates a task and lists tasks: a caller of the client of tasks.json.

use tasks_client::models::{Priority, TaskCreate};
use tasks_client::{Api, runtime};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let client = runtime::Client::<Api>::builder().base_url(std::env::var("BASE_URL")?).build()?;
    let task = client.tasks().create_task(TaskCreate::new("Write").priority(Priority::High)).send().await?;
    println!("created {}", task.id);
    for task in client.tasks().read_tasks().skip(0).send().await? {
        println!("{} {:?}", task.title, task.due);
    }
    Ok(())
}

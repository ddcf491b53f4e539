//! A queue over AMQP, through lapin: `Queue::authority` is its host and port, `queue:5672` in an environment with Service
//! Connect.
//!
//! User and password are what `copilot/web/manifest.yml` gives the task.
//!
//! ```sh
//! SERVICE_CONNECT_URL_QUEUE=http://127.0.0.1:5672 RABBITMQ_USER=shop RABBITMQ_PASSWORD=… \
//!     cargo run --manifest-path examples/other-clients/Cargo.toml --bin rabbitmq
//! ```

use std::{env, error::Error};

use lapin::options::{BasicPublishOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::uri::{AMQPUri, AMQPUserInfo};
use lapin::{BasicProperties, Connection, ConnectionProperties};

// `Queue` and the other services of `copilot/`: one that is not there does not compile.
service_connect::clients!();

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let authority = Queue::authority()?;
    let mut uri: AMQPUri = format!("amqp://{authority}").parse()?;
    // Not in the text above, where a password would have to be percent-encoded.
    uri.authority.userinfo = AMQPUserInfo {
        username: env::var("RABBITMQ_USER")?,
        password: env::var("RABBITMQ_PASSWORD")?,
    };
    let connection = Connection::connect_uri(uri, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;

    let durable = QueueDeclareOptions::durable();
    let orders = channel
        .queue_declare("orders".into(), durable, FieldTable::default())
        .await?;
    let options = BasicPublishOptions::default();
    let order = BasicProperties::default();
    channel
        .basic_publish("".into(), "orders".into(), options, b"two teapots", order)
        .await?;
    println!("{authority}: one order after {}", orders.message_count());
    connection.close(200, "".into()).await?;
    Ok(())
}

//! Calls `billing`, and prints how the call ended: what the guide says of errors is what this says.

service_connect::clients!();

#[tokio::main]
async fn main() {
    match Billing::get("/customers/7/invoices").await {
        Ok(response) => println!("{response:?}"),
        Err(error) => println!("{error}"),
    }
}

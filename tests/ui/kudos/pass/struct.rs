//! A unit struct has all that a stub of `clients!()` has.
#![deny(warnings)]
use service_connect::{Client, Method, service_client};

service_connect::clients!();

#[service_client("api")]
pub struct Calls;

#[service_client("billing", discovery)]
struct Discovered;

#[service_client("billing", environments = ["test"])]
struct Narrowed;

async fn calls() -> service_connect::Result<()> {
    let id = 7;
    let _ = Calls::get("/some-request").await?.text().await?;
    let _ = Api::post(format!("/kudos/{id}")).send().await?;
    let _ = Api::request(Method::PUT, String::from("/kudos")).await?;
    let _ = Search::delete("/index").await?;
    let client: Client = Calls::client();
    let _ = client.head("/").await?.status();
    let _: [String; 3] = [Api::url("/a")?, Narrowed::base_url()?, Discovered::authority()?];
    Ok(())
}

fn is_send<T: Send + 'static>(_: T) {}

fn main() {
    is_send(Calls::patch("/").send());
    let _ = calls;
}

//! The function of the stubs, and what stands in for them.

use service_connect::__private::{Application, Endpoint, Service};
use service_connect::{Client, with_override};
use tonic::Code;

use crate::support::{EchoClient, Task};

static APPLICATION: Application = Application {
    callers: &["front-end"],
    environments: &[],
    base: "front-end",
};

struct Api;
service_connect::__stub! { Api [] Service::new("api", &APPLICATION, &[], Endpoint {
    port: 80,
    connect: Some("api.invalid"),
    discovery: true,
    reason: "",
}) }

#[tokio::test]
async fn a_channel_goes_where_the_override_of_its_service_goes() {
    let task = Task::start().await;
    let mut client = EchoClient::new(Api::channel());
    let inside = with_override(Api::client(), task.client(), client.unary("kudos"));
    assert_eq!(inside.await.unwrap(), "kudos");
    let status = client.unary("kudos").await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    let message = status.message();
    assert!(
        message.contains("api.invalid") && message.contains("carry_overrides"),
        "{message}"
    );
    assert_eq!(task.calls().len(), 1);
}

#[test]
fn a_channel_is_shared_as_a_client_is() {
    fn is_shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    let channel = Client::at("http://127.0.0.1:1").unwrap().channel();
    is_shared(&channel);
    assert!(format!("{channel:?}").contains("127.0.0.1:1"));
}

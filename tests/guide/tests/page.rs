//! The tests that the guide shows.

use service_connect::testing::{Answer, Server};
use service_connect::{Error, Method, Resilience, Result, service_client, with_override};

service_connect::clients!();

#[service_client("billing")]
trait Invoices {
    #[get("/customers/{customer}/invoices")]
    async fn invoices(&self, customer: u64) -> Result<Vec<String>>;
}

/// Code that has a client handed to it.
async fn count(invoices: &impl Invoices) -> Result<usize> {
    Ok(invoices.invoices(7).await?.len())
}

/// Code that calls the stub.
async fn page() -> Result<String> {
    Billing::get("/page")
        .await?
        .error_for_status()?
        .text()
        .await
}

#[tokio::test]
async fn a_typed_client_is_a_value() {
    let billing = Server::start().await;
    billing
        .on(Method::GET, "/customers/{customer}/invoices")
        .json(&["two teapots"]);
    let invoices = InvoicesClient::with(billing.client());
    assert_eq!(count(&invoices).await.unwrap(), 1);
    assert_eq!(billing.requests()[0].path(), "/customers/7/invoices");
}

#[tokio::test]
async fn a_stub_is_overridden_for_one_future() {
    let billing = Server::start().await;
    billing.on(Method::GET, "/page").text("two teapots");
    let page = with_override(Billing::client(), billing.client(), page()).await;
    assert_eq!(page.unwrap(), "two teapots");
}

#[tokio::test(start_paused = true)] // Time is paused, so the 15 s take none.
async fn a_service_that_hangs_is_a_timeout() {
    let billing = Server::start().await;
    billing.on(Method::GET, "/page").answer(Answer::hang());
    let page = with_override(Billing::client(), billing.client(), page()).await;
    assert!(matches!(page, Err(Error::Timeout(_))));
}

#[tokio::test]
async fn what_fails_once_is_sent_again() {
    let billing = Server::start().await;
    let answers = [Answer::status(503), Answer::text("two teapots")];
    billing.on(Method::GET, "/page").in_turn(answers);
    let client = billing.client().with_resilience(Resilience::DEFAULT);
    let page = with_override(Billing::client(), client, page()).await;
    assert_eq!(page.unwrap(), "two teapots");
    assert_eq!(billing.requests().len(), 2);
}

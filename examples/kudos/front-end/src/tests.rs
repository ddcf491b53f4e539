//! The front end without its services: every test has servers of its own, none sets a variable, all run in parallel.

use std::time::Duration;

use service_connect::testing::{Answer, Server};
use service_connect::{Method, carry_overrides, with_override};

use super::*;

const INVOICES: &str = "/customers/{customer}/invoices";

fn invoice(cents: u64) -> Invoice {
    Invoice {
        id: 1,
        customer: "you & me".to_owned(),
        cents,
    }
}

/// A typed client is a value: hand it the client of a server.
#[tokio::test]
async fn the_invoices_of_a_customer() {
    let billing = Server::start().await;
    billing.on(Method::GET, INVOICES).json(&[invoice(4200)]);
    let client = InvoicesClient::with(billing.client());
    assert_eq!(client.invoices("you & me").await.unwrap(), [invoice(4200)]);
    let request = billing.requests().remove(0);
    assert_eq!(request.path(), "/customers/you%20%26%20me/invoices");
}

/// The stubs are static: `with_override` puts another client in their place, for what it awaits.
#[tokio::test]
async fn home_shows_what_api_says() {
    let api = Server::start().await;
    api.on(Method::GET, "/some-request").text("Good morning");
    let page = with_override(Api::client(), api.client(), home()).await;
    assert_eq!(page.unwrap(), "Good morning");
}

/// Beside the test above, and not in its way.
#[tokio::test]
async fn home_shows_what_another_api_says() {
    let api = Server::start().await;
    api.on(Method::GET, "/some-request").text("Good night");
    let page = with_override(Api::client(), api.client(), home()).await;
    assert_eq!(page.unwrap(), "Good night");
}

/// For several services, nest. The attribute's `Calls` is of the same service as `Api`.
#[tokio::test]
async fn every_call_goes_to_the_servers_of_the_test() {
    let (api, billing) = (Server::start().await, Server::start().await);
    let ways = with_override(
        Api::client(),
        api.client(),
        with_override(Billing::client(), billing.client(), ways()),
    );
    let expected = format!("{} {}", api.url(), billing.url());
    assert_eq!(ways.await.unwrap(), expected);
}

/// A task sees what is carried over to it.
#[tokio::test]
async fn home_in_a_task() {
    let api = Server::start().await;
    api.on(Method::GET, "/some-request").text("Good day");
    let page = with_override(Api::client(), api.client(), async {
        tokio::spawn(carry_overrides(home())).await.unwrap()
    });
    assert_eq!(page.await.unwrap(), "Good day");
}

/// Time is paused: what waits for 15 s takes no time.
#[tokio::test(start_paused = true)]
async fn what_goes_wrong_is_a_bad_gateway() {
    let table = [
        (Answer::status(503), "the service answered 503"),
        (
            Answer::json("no invoice"),
            "is not the JSON that was expected",
        ),
        (
            Answer::reset(),
            "the connection broke before an answer came",
        ),
        (Answer::hang(), "within the deadline of 15s"),
        (
            Answer::json(&[invoice(1)]).trickle(8, Duration::from_secs(20)),
            "nothing more of the body came within 15s",
        ),
    ];
    let billing = Server::start().await;
    for (answer, part) in table {
        billing.on(Method::GET, INVOICES).answer(answer);
        let page = with_override(Billing::client(), billing.client(), invoices()).await;
        let (status, text) = page.unwrap_err();
        assert_eq!(status, StatusCode::BAD_GATEWAY);
        assert!(text.contains(part), "{text} has no {part:?}");
    }
    let down = Server::refusing();
    let page = with_override(Billing::client(), down.client(), invoices()).await;
    let (_, text) = page.unwrap_err();
    assert!(text.contains("refused the connection"), "{text}");
}

/// What fails once is asked for again, by hand.
#[tokio::test]
async fn billing_comes_back() {
    let billing = Server::start().await;
    let answers = [Answer::status(503), Answer::json(&[invoice(7)])];
    billing.on(Method::GET, INVOICES).in_turn(answers);
    let client = InvoicesClient::with(billing.client());
    let error = client.invoices("me").await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(client.invoices("me").await.unwrap(), [invoice(7)]);
}

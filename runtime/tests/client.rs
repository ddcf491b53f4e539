//! The client and its types, before anything is sent.

use service_connect::{Body, Client, Error, RequestBuilder, Response};

#[test]
fn a_client_of_a_url() {
    let table = [
        ("http://api", "http://api", "api:80"),
        ("HTTP://api:80/", "http://api", "api:80"),
        ("http://api:8080", "http://api:8080", "api:8080"),
        ("http://api:443", "http://api:443", "api:443"),
        ("https://api:443/", "https://api", "api:443"),
        ("http://[::1]:3000", "http://[::1]:3000", "[::1]:3000"),
        (
            "http://my_api.internal",
            "http://my_api.internal",
            "my_api.internal:80",
        ),
    ];
    for (url, base, authority) in table {
        let client = Client::at(url).unwrap();
        assert_eq!(client.base_url().unwrap(), base);
        assert_eq!(client.authority().unwrap(), authority);
    }
    for url in [
        "",
        "api",
        "http://user:secret@api",
        "http://api/v1",
        "http://api?x",
        "file:///x",
    ] {
        let error = Client::at(url).unwrap_err();
        assert!(matches!(error, Error::Request(_)));
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn types_are_what_users_count_on() {
    fn sent<T: Send + Sync + Clone + 'static>(_: &T) {}
    fn held<T: Send + Sync + Unpin + 'static>() {}
    fn future<T: Future + Send + 'static>(_: T) {}
    held::<RequestBuilder>();
    held::<Response>();
    held::<Body>();
    let client = Client::at("http://127.0.0.1:1").unwrap();
    sent(&client);
    let request: RequestBuilder = client.get(String::from("/x"));
    assert!(!format!("{:?}", request.header("x", "secret")).contains("secret"));
    future(client.get(String::from("/x")).send());
    future(client.get("/x").into_future());
    assert!(size_of::<Error>() <= 16);
}

#[test]
fn without_a_runtime_there_is_an_error() {
    let request = std::pin::pin!(Client::at("http://127.0.0.1:1").unwrap().get("/").send());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match request.poll(&mut context) {
        std::task::Poll::Ready(Err(error)) => assert!(error.to_string().contains("tokio")),
        other => panic!("{other:?}"),
    }
}

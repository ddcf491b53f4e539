//! What the attribute makes of a unit struct and of a trait. Written by macros/core/src/goldens.rs.
#![deny(warnings)]
#![allow(dead_code)]
use service_connect::Result;

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Kudo {
    id: u64,
}

#[doc = " Bills."]
#[derive(Debug)]
pub struct Bills;
#[allow(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::restriction
)]
const _: () = {
    static APPLICATION: ::service_connect::__private::Application =
        ::service_connect::__private::Application {
            callers: &["front-end"],
            environments: &[::service_connect::__private::Environment {
                name: "prod",
                connected: "api\nfront-end\nmailer\nqueue\nsecure\nudp-log",
            }],
            base: "api\nbilling\nfront-end\nmailer\nqueue\nsecure\nudp-log",
        };
    ::service_connect::__stub! { Bills [] :: service_connect :: __private :: Service :: new ("billing" , & APPLICATION , & [("prod" , :: service_connect :: __private :: Endpoint { port : 8080 , connect : :: core :: option :: Option :: None , discovery : true , reason : "" }) ,] , :: service_connect :: __private :: Endpoint { port : 8080 , connect : :: core :: option :: Option :: Some ("billing") , discovery : true , reason : "" }) }
};

#[doc = " Kudos."]
pub trait Kudos: Sync {
    #[doc = " One of them."]
    fn kudo(
        &self,
        id: u64,
        lang: Option<&str>,
    ) -> impl ::core::future::Future<Output = Result<Kudo>> + ::core::marker::Send;
    #[cfg(unix)]
    fn send(
        &self,
        trace: &str,
        kudo: &Kudo,
    ) -> impl ::core::future::Future<Output = Result<()>> + ::core::marker::Send;
    fn limit(&self) -> usize {
        100
    }
}
#[doc = "[`Kudos`] over HTTP, by the service `api`."]
#[derive(:: core :: clone :: Clone, :: core :: fmt :: Debug)]
pub struct KudosClient {
    client: ::service_connect::Client,
}
#[allow(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::restriction
)]
const _: () = {
    impl KudosClient {
        #[doc = r" Calls the service where it is deployed."]
        pub fn new() -> Self {
            static APPLICATION: ::service_connect::__private::Application =
                ::service_connect::__private::Application {
                    callers: &["front-end"],
                    environments: &[::service_connect::__private::Environment {
                        name: "prod",
                        connected: "api\nfront-end\nmailer\nqueue\nsecure\nudp-log",
                    }],
                    base: "api\nbilling\nfront-end\nmailer\nqueue\nsecure\nudp-log",
                };
            static SERVICE: ::service_connect::__private::Service =
                ::service_connect::__private::Service::new(
                    "api",
                    &APPLICATION,
                    &[],
                    ::service_connect::__private::Endpoint {
                        port: 80,
                        connect: ::core::option::Option::Some("api"),
                        discovery: true,
                        reason: "",
                    },
                );
            Self::with(::service_connect::Client::of(&SERVICE))
        }
        #[doc = r" Calls through `client`, as tests do."]
        pub fn with(client: ::service_connect::Client) -> Self {
            Self { client }
        }
    }
    impl ::core::default::Default for KudosClient {
        fn default() -> Self {
            Self::new()
        }
    }
    impl Kudos for KudosClient {
        async fn kudo(&self, id: u64, lang: Option<&str>) -> Result<Kudo> {
            use ::service_connect::__private::JsonAnswer as _;
            let mut path = ::service_connect::__private::RoutePath::new();
            path.text("/kudos/");
            path.segment("id", &id);
            let request = path.request(&self.client, ::service_connect::Method::GET);
            let request = ::service_connect::__private::query(request, "lang", &lang);
            ::core::result::Result::Ok(
                ::service_connect::__private::Answer::<
                    <Result<Kudo> as ::service_connect::__private::RouteResult>::Value,
                >::of(request)
                .read_answer()
                .await?,
            )
        }
        #[cfg(unix)]
        async fn send(&self, trace: &str, kudo: &Kudo) -> Result<()> {
            use ::service_connect::__private::JsonAnswer as _;
            let mut path = ::service_connect::__private::RoutePath::new();
            path.text("/kudos");
            let request = path.request(&self.client, ::service_connect::Method::POST);
            let request = ::service_connect::__private::header(request, "x-request-id", &trace);
            let request = request.json(&kudo);
            ::core::result::Result::Ok(
                ::service_connect::__private::Answer::<
                    <Result<()> as ::service_connect::__private::RouteResult>::Value,
                >::of(request)
                .read_answer()
                .await?,
            )
        }
    }
};

fn main() {}

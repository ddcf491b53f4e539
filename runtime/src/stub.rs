//! The functions of a type that stands for a service: `Api` of `clients!()`, or a unit struct below `#[service_client]`.
//!
//! ```
//! use service_connect::__private::{Application, Endpoint, Service};
//!
//! static APPLICATION: Application = Application { callers: &[], environments: &[], base: "" };
//!
//! struct Api;
//!
//! service_connect::__stub! { Api [] Service::new(
//!     "api",
//!     &APPLICATION,
//!     &[],
//!     Endpoint { port: 80, connect: None, discovery: false, reason: "it exposes no port" },
//! ) }
//! assert!(Api::base_url().unwrap_err().to_string().contains("it exposes no port"));
//! ```

/// Makes the type a client of the service; in brackets stands a `where` clause of each function.
///
/// A macro and no generated text, because the compiler takes it apart once instead of for every service.
#[doc(hidden)]
#[macro_export]
macro_rules! __stub {
    ($name:ident [$($condition:tt)*] $service:expr) => {
        const _: () = {
            static SERVICE: $crate::__private::Service = $service;

            impl $name {
                /// As [`Client::get`](::service_connect::Client::get).
                pub fn get(path: impl ::core::convert::AsRef<str>) -> $crate::RequestBuilder $($condition)* {
                    $crate::Client::of(&SERVICE).get(path)
                }

                /// As [`Client::post`](::service_connect::Client::post).
                pub fn post(path: impl ::core::convert::AsRef<str>) -> $crate::RequestBuilder $($condition)* {
                    $crate::Client::of(&SERVICE).post(path)
                }

                /// As [`Client::put`](::service_connect::Client::put).
                pub fn put(path: impl ::core::convert::AsRef<str>) -> $crate::RequestBuilder $($condition)* {
                    $crate::Client::of(&SERVICE).put(path)
                }

                /// As [`Client::patch`](::service_connect::Client::patch).
                pub fn patch(path: impl ::core::convert::AsRef<str>) -> $crate::RequestBuilder $($condition)* {
                    $crate::Client::of(&SERVICE).patch(path)
                }

                /// As [`Client::delete`](::service_connect::Client::delete).
                pub fn delete(path: impl ::core::convert::AsRef<str>) -> $crate::RequestBuilder $($condition)* {
                    $crate::Client::of(&SERVICE).delete(path)
                }

                /// As [`Client::head`](::service_connect::Client::head).
                pub fn head(path: impl ::core::convert::AsRef<str>) -> $crate::RequestBuilder $($condition)* {
                    $crate::Client::of(&SERVICE).head(path)
                }

                /// As [`Client::request`](::service_connect::Client::request).
                pub fn request(method: $crate::Method, path: impl ::core::convert::AsRef<str>) -> $crate::RequestBuilder $($condition)* {
                    $crate::Client::of(&SERVICE).request(method, path)
                }

                /// As [`Client::url`](::service_connect::Client::url).
                pub fn url(path: impl ::core::convert::AsRef<str>) -> $crate::Result<::std::string::String> $($condition)* {
                    $crate::Client::of(&SERVICE).url(path)
                }

                /// As [`Client::base_url`](::service_connect::Client::base_url).
                pub fn base_url() -> $crate::Result<::std::string::String> $($condition)* {
                    $crate::Client::of(&SERVICE).base_url()
                }

                /// As [`Client::authority`](::service_connect::Client::authority).
                pub fn authority() -> $crate::Result<::std::string::String> $($condition)* {
                    $crate::Client::of(&SERVICE).authority()
                }

                $crate::__channel! { SERVICE [$($condition)*] }

                /// The client that these functions use.
                pub fn client() -> $crate::Client $($condition)* {
                    $crate::Client::of(&SERVICE)
                }
            }
        };
    };
}

/// The function of it that the feature `grpc` of this crate adds, whatever features the crate has that asks for it.
#[cfg(feature = "grpc")]
#[doc(hidden)]
#[macro_export]
macro_rules! __channel {
    ($service:ident [$($condition:tt)*]) => {
        /// As [`Client::channel`](::service_connect::Client::channel).
        pub fn channel() -> $crate::Channel $($condition)* {
            $crate::Client::of(&$service).channel()
        }
    };
}

/// None without it.
#[cfg(not(feature = "grpc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __channel {
    ($($function:tt)*) => {};
}

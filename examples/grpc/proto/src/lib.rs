//! `Greeter`, as tonic generates it.

#![allow(missing_docs, clippy::pedantic, reason = "it is generated")]

tonic::include_proto!("greetings");

//! The code of `docs/guide.md`, which the tests of the documentation compile.
#![cfg_attr(doctest, doc = include_str!("../../../docs/guide.md"))]

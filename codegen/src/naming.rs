//! From the names of services to the names of types.
//!
//! ```
//! # use service_connect_codegen::type_names;
//! assert_eq!(type_names(["udp-log", "option", "3d"]), ["UdpLog", "OptionService", "_3d"]);
//! ```

/// A type name for each service, in their order: words in camel case, `Service` appended where the name
/// would hide one of the prelude or stands for another service already, `_` before a leading digit.
pub fn type_names<'a>(services: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for service in services {
        let mut name = camel_case(service);
        while is_reserved(&name) || names.contains(&name) {
            name.push_str("Service");
        }
        names.push(name);
    }
    names
}

/// Whether the name of the type is more than the words of the service's name.
pub(crate) fn is_renamed(service: &str, type_name: &str) -> bool {
    camel_case(service) != type_name
}

/// Names of the preludes, and those that the generated code takes for itself.
fn is_reserved(name: &str) -> bool {
    PRELUDE.contains(&name) || name == "APPLICATION" || name.ends_with("IsCallable")
}

fn camel_case(service: &str) -> String {
    let words = service.split(|c: char| !c.is_alphanumeric() || !c.is_ascii());
    let mut name: String = words
        .filter_map(|word| {
            let (first, rest) = word.split_at_checked(1)?;
            Some(first.to_ascii_uppercase() + rest)
        })
        .collect();
    if name.is_empty() {
        // Nothing of it can stand in a Rust name.
        name.push_str("Service");
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

/// `Self` cannot be a name; a type of a name in the preludes would hide it, even through a glob.
const PRELUDE: &[&str] = &[
    "Self",
    "Option",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "Vec",
    "String",
    "Box",
    "ToOwned",
    "ToString",
    "Send",
    "Sync",
    "Sized",
    "Copy",
    "Clone",
    "Drop",
    "Unpin",
    "Fn",
    "FnMut",
    "FnOnce",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "From",
    "Into",
    "TryFrom",
    "TryInto",
    "AsRef",
    "AsMut",
    "Default",
    "Eq",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Iterator",
    "IntoIterator",
    "DoubleEndedIterator",
    "ExactSizeIterator",
    "Extend",
    "FromIterator",
    "Future",
    "IntoFuture",
    "Debug",
    "Hash",
];

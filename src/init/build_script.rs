//! The build script: the call that reads the manifests, in a new one or in the one that is there.

use anyhow::{Result, bail};
use syn::{
    AttrStyle, GenericArgument, Item, ItemFn, PathArguments, ReturnType, Type, TypeParamBound,
};

use super::rust::{Source, mentions};

const NEW: &str = "\
fn main() -> Result<(), service_connect_codegen::Error> {
    service_connect_codegen::generate()
}
";

const CALL: &str = "service_connect_codegen::generate()";

/// What it is to be; `None` where it has the call already.
pub struct Script {
    pub text: Option<String>,
    pub what: &'static str,
    pub note: Option<String>,
}

/// Adds the call to the script that messages call `name`; `old` is what is in it now.
pub fn edit(name: &str, old: Option<&str>) -> Result<Script> {
    let Some(old) = old else {
        return Ok(Script {
            text: Some(NEW.to_owned()),
            what: "the build script",
            note: None,
        });
    };
    let what = "the call in the build script";
    let source = Source::parse(name, old)?;
    if mentions(old, &["service_connect_codegen"]) {
        return Ok(Script {
            text: None,
            what,
            note: None,
        });
    }
    let mains = source.file.items.iter().filter_map(|item| match item {
        Item::Fn(function) if function.sig.ident == "main" => Some(function),
        _ => None,
    });
    let mains: Vec<_> = mains.collect();
    let [main] = mains[..] else {
        bail!(
            "`{name}` has {} `fn main`, so this is for you to add where it is run: `{CALL}.unwrap();`",
            if mains.is_empty() {
                "no"
            } else {
                "more than one"
            }
        );
    };
    let text = insert(&source, old, main);
    // Until now cargo ran it after every change in the crate.
    let was_run_always = !main.block.stmts.is_empty() && !old.contains("rerun-if-");
    let note = was_run_always.then(|| {
        format!(
            "`{name}` names no file that cargo is to watch, so cargo has run it after every change in the crate; now \
             that the manifests are watched, it is run after changes of these alone: let it print \
             `cargo::rerun-if-changed=PATH` for each file that it reads itself"
        )
    });
    Ok(Script {
        text: Some(text),
        what,
        note,
    })
}

fn insert(source: &Source<'_>, old: &str, main: &ItemFn) -> String {
    let call = if takes_any_error(&main.sig.output) {
        format!("{CALL}?;")
    } else {
        // Its `Debug` says what `Display` does.
        format!("{CALL}.unwrap();")
    };
    let braces = main.block.brace_token.span;
    let inner = main
        .attrs
        .iter()
        .rfind(|attribute| matches!(attribute.style, AttrStyle::Inner(_)));
    let start = match inner {
        Some(attribute) => Source::range(attribute).end,
        None => Source::range(&braces.open()).end,
    };
    let end = Source::range(&braces.close()).start;
    let body = &old[start..end];
    if body.trim().is_empty() {
        return source.with(start..end, &format!("\n    {call}\n"));
    }
    let line = body.lines().next().unwrap_or_default().trim();
    if !line.is_empty() && !line.starts_with("//") {
        return source.with(start..start, &format!(" {call}"));
    }
    let next = start + body.find('\n').map_or(body.len(), |end| end + 1);
    let mut lines = old[next..end].lines();
    let line = lines.find(|line| !line.trim().is_empty());
    let line = line.unwrap_or("    ");
    let indent = &line[..line.len() - line.trim_start().len()];
    source.with(next..next, &format!("{indent}{call}\n"))
}

/// Whether `?` passes any error on, as far as the type says it itself.
fn takes_any_error(output: &ReturnType) -> bool {
    let ReturnType::Type(_, kind) = output else {
        return false;
    };
    let Some((path, arguments)) = generic(kind) else {
        return false;
    };
    match (&path[..], &arguments[..]) {
        ([crate_, result], [_]) => {
            ["anyhow", "eyre", "color_eyre"].contains(&crate_.as_str()) && result == "Result"
        }
        ([.., result], [_, error]) => result == "Result" && is_any_error(error),
        _ => false,
    }
}

/// `Box<dyn Error>` and its like.
fn is_any_error(kind: &Type) -> bool {
    let Some((path, arguments)) = generic(kind) else {
        return false;
    };
    let names: Vec<_> = path.iter().map(String::as_str).collect();
    match (&names[..], &arguments[..]) {
        (["anyhow", "Error"] | ["eyre" | "color_eyre", "Report"], []) => true,
        ([.., "Box"], [Type::TraitObject(object)]) => {
            let traits = object.bounds.iter().filter_map(|bound| match bound {
                TypeParamBound::Trait(bound) => bound.path.segments.last(),
                _ => None,
            });
            let names: Vec<_> = traits.map(|last| last.ident.to_string()).collect();
            names.iter().any(|name| name == "Error")
                && names
                    .iter()
                    .all(|name| ["Error", "Send", "Sync"].contains(&name.as_str()))
        }
        _ => false,
    }
}

/// The words of a path and the types that its last one is given.
fn generic(kind: &Type) -> Option<(Vec<String>, Vec<&Type>)> {
    let Type::Path(kind) = kind else {
        return None;
    };
    let segments = &kind.path.segments;
    let names = segments.iter().map(|segment| segment.ident.to_string());
    let types = match &segments.last()?.arguments {
        PathArguments::AngleBracketed(arguments) => {
            let types = arguments.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(kind) => Some(kind),
                _ => None,
            });
            types.collect()
        }
        _ => Vec::new(),
    };
    Some((names.collect(), types))
}

//! Whether `?` takes an error of `service-connect` where it stands.

use syn::{GenericArgument, PathArguments, Type};

use crate::scan::urls::{Model, Spot, last};

/// Crates whose errors take any other.
const ANY: &[&str] = &["anyhow", "eyre", "color_eyre", "service_connect"];

/// Whether `?` on one of our results compiles there.
///
/// # Errors
///
/// Why not, and what would make it so.
pub fn question_mark(model: &Model, spot: Spot) -> Result<(), String> {
    let Some(function) = spot.function.map(|index| &model.functions[index]) else {
        return Err("it stands in no function".to_owned());
    };
    let name = &function.name;
    let output = match &function.output {
        Some(Type::Path(path)) => &path.path,
        _ => return Err(format!("`{name}` returns no `Result`")),
    };
    let Some(segment) = output
        .segments
        .last()
        .filter(|_| last(output).ends_with("Result"))
    else {
        return Err(format!("`{name}` returns no `Result`"));
    };
    let first = full(model, spot.file, output);
    let error = arguments(&segment.arguments).nth(1);
    match error {
        Some(error) => takes(model, spot.file, error, name),
        None if ANY.contains(&first.as_str()) => Ok(()),
        None => match alias(model, spot.file, output, &segment.ident.to_string()) {
            Some(Type::Path(alias)) => {
                let error = alias.path.segments.last();
                let error = error.and_then(|segment| arguments(&segment.arguments).nth(1));
                match error {
                    Some(error) => takes(model, spot.file, error, name),
                    None => Err(format!("it is not known which error `{name}` returns")),
                }
            }
            _ => Err(format!("it is not known which error `{name}` returns")),
        },
    }
}

/// The package's own type of that name, if the path can be no other one.
fn alias<'m>(model: &'m Model, file: usize, path: &syn::Path, name: &str) -> Option<&'m Type> {
    const OWN: &[&str] = &["crate", "self", "super"];
    let first = full(model, file, path);
    let is_here = || {
        model
            .items
            .iter()
            .any(|(of, item)| *of == file && item == name)
    };
    let is_own = OWN.contains(&first.as_str()) || first == name && is_here();
    let alias = model.aliases.get(name)?;
    (is_own && !model.is_ambiguous(name)).then_some(alias)
}

fn arguments(arguments: &PathArguments) -> impl Iterator<Item = &Type> {
    let arguments = match arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments
        .into_iter()
        .flatten()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
}

/// The first name of a path, as its import has it.
fn full(model: &Model, file: usize, path: &syn::Path) -> String {
    let first = path
        .segments
        .first()
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default();
    let mut imports = model.imports.iter();
    let import = imports.find(|import| import.file == file && import.name == first);
    match import.and_then(|import| import.path.first()) {
        Some(root) => root.clone(),
        None => first,
    }
}

fn takes(model: &Model, file: usize, error: &Type, function: &str) -> Result<(), String> {
    let Type::Path(path) = error else {
        return Err("its error is no type of a name".to_owned());
    };
    let name = last(&path.path);
    let is_any = ANY.contains(&full(model, file, &path.path).as_str());
    if is_any || name == "Box" && takes_any(path) {
        return Ok(());
    }
    if model.is_ambiguous(&name) {
        return Err(format!("there are several `{name}`"));
    }
    let mut conversions = model.conversions.iter();
    let is_made = conversions.any(|(of, from, is_generic)| {
        let is_ours = matches!(from, Type::Path(path)
            if path.path.segments.first().is_some_and(|first| first.ident == "service_connect"));
        *of == name && (*is_generic || is_ours)
    });
    if is_made {
        return Ok(());
    }
    if !model.items.iter().any(|(_, item)| *item == name) {
        let segments = path.path.segments.iter();
        let written: Vec<_> = segments.map(|segment| segment.ident.to_string()).collect();
        let written = written.join("::");
        return Err(format!(
            "`{written}` is made from no `service_connect::Error`: let `{function}` return `service_connect::Error`, or an \
             error that is made from both, or use `map_err`"
        ));
    }
    Err(format!(
        "`{name}` is made from no `service_connect::Error`: add `impl From<service_connect::Error> for {name}`, or a \
         variant with `#[from]`"
    ))
}

/// `Box<dyn Error>`.
fn takes_any(path: &syn::TypePath) -> bool {
    let segment = path.path.segments.last();
    let inner = segment.and_then(|segment| arguments(&segment.arguments).next());
    let Some(Type::TraitObject(object)) = inner else {
        return false;
    };
    object.bounds.iter().any(
        |bound| matches!(bound, syn::TypeParamBound::Trait(bound) if last(&bound.path) == "Error"),
    )
}

//! What a generic `impl From` takes.

use syn::{GenericArgument, Generics, Ident, PathArguments, Type, TypeParamBound, WherePredicate};

use super::super::model::Import;

/// Traits that every error has.
const OF_ERRORS: &[&str] = &["Debug", "Display", "Send", "Sized", "Sync", "ToString"];

/// Crates with an error that is made from any other.
const ANY: &[&str] = &["anyhow", "color_eyre", "eyre"];

/// Whether a type parameter may be any error that lives for ever and can be sent, as far as its bounds are known; `imports`
/// are those of its file.
pub(super) fn is_any_error<'i>(
    name: &Ident,
    generics: &Generics,
    imports: &(impl Iterator<Item = &'i Import> + Clone),
) -> bool {
    let is_it = |ty: &Type| matches!(ty, Type::Path(path) if path.path.is_ident(name));
    let own = generics.type_params().filter(|own| own.ident == *name);
    let own = own.flat_map(|own| &own.bounds);
    let predicates = generics.where_clause.iter().flat_map(|all| &all.predicates);
    let mut bounds: Vec<_> = own.collect();
    for predicate in predicates {
        match predicate {
            WherePredicate::Type(of) if is_it(&of.bounded_ty) => bounds.extend(&of.bounds),
            // What is asked of another type may ask something of this one.
            WherePredicate::Type(_) => return false,
            _ => {}
        }
    }
    bounds.into_iter().all(|bound| match bound {
        TypeParamBound::Trait(bound) => has_every_error(&bound.path, imports),
        TypeParamBound::Lifetime(_) => true,
        _ => false,
    })
}

fn has_every_error<'i>(
    bound: &syn::Path,
    imports: &(impl Iterator<Item = &'i Import> + Clone),
) -> bool {
    let path = full(bound, imports.clone());
    let names: Vec<_> = path.iter().map(String::as_str).collect();
    match &names[..] {
        ["std" | "core", "error", "Error"] => true,
        [.., "Into"] => into(bound).is_some_and(|ty| match ty {
            Type::Path(path) => {
                let of = full(&path.path, imports.clone());
                of.first()
                    .is_some_and(|first| ANY.contains(&first.as_str()))
            }
            _ => false,
        }),
        [.., name] => OF_ERRORS.contains(name),
        [] => false,
    }
}

/// The type of `Into<…>`.
fn into(bound: &syn::Path) -> Option<&Type> {
    let PathArguments::AngleBracketed(of) = &bound.segments.last()?.arguments else {
        return None;
    };
    match of.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// A path as its import has it.
fn full<'i>(path: &syn::Path, mut imports: impl Iterator<Item = &'i Import>) -> Vec<String> {
    let segments = path.segments.iter();
    let names: Vec<_> = segments.map(|segment| segment.ident.to_string()).collect();
    let first = names.first().cloned().unwrap_or_default();
    match imports.find(|import| import.name == first) {
        Some(import) => import
            .path
            .iter()
            .chain(names.iter().skip(1))
            .cloned()
            .collect(),
        None => names,
    }
}

//! What takes a text: whether it would take one of ours in the place of a literal, and whether it needs it at all.
//!
//! A literal lives as long as the program; ours is made where it stands.

use std::collections::HashMap;

use syn::visit::Visit;
use syn::{Expr, FnArg, Signature, Type};

use super::words::Words;
use crate::scan::urls::{Binding, Chain, OpKind, Spot, Urls, bytes, last, qualifier};

/// Methods that are given a value which they do not always use.
const DEFAULTS: &[&str] = &[
    "get_or_insert",
    "map_or",
    "ok_or",
    "or",
    "or_insert",
    "unwrap_or",
];

/// Functions of others that take a `&String`: the type or the module, and the name.
const BORROWS: &[(&str, &[&str])] = &[
    ("Request", VERBS),
    ("TcpStream", &["connect"]),
    ("Url", &["parse"]),
    ("attohttpc", VERBS),
    ("blocking", &["get"]),
    ("isahc", VERBS),
    ("minreq", VERBS),
    ("surf", VERBS),
    ("ureq", VERBS),
];
const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head"];

/// Methods of others that do: of sockets, pools and requests.
const BORROWING: &[&str] = &["connect", "connect_lazy", "uri"];

/// Functions of others that take a `String`, and no reference to one.
const OWNS: &[(&str, &[&str])] = &[
    ("Channel", &["from_shared"]),
    ("Client", &["open"]),
    ("Endpoint", &["from_shared", "new", "try_from"]),
];

/// How it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Owned,
    Borrowed,
}

/// What is given to calls and methods.
pub struct Taken<'a> {
    urls: &'a Urls<'a>,
    /// By file and bytes.
    by: HashMap<(usize, usize, usize), By<'a>>,
}

/// A call.
struct By<'a> {
    chain: &'a Chain,
    /// `None` where it is the base of the chain.
    step: Option<usize>,
    name: String,
    /// The type or the module before its name.
    of: Option<String>,
    /// Which argument.
    index: usize,
}

impl By<'_> {
    fn is_awaited(&self) -> bool {
        let next = self.step.map_or(0, |step| step + 1);
        let next = self.chain.ops.get(next);
        next.is_some_and(|op| matches!(op.kind, OpKind::Await))
    }

    fn is_default(&self) -> bool {
        self.step.is_some() && DEFAULTS.contains(&self.name.as_str())
    }
}

impl<'a> Taken<'a> {
    /// In one package.
    pub fn of(urls: &'a Urls<'a>) -> Self {
        let mut by = HashMap::new();
        for chain in &urls.model.chains {
            let mut add = |arguments: &mut dyn Iterator<Item = &Expr>,
                           step,
                           name: &str,
                           of: Option<&String>| {
                for (index, argument) in arguments.enumerate() {
                    let span = bytes(argument);
                    let call = By {
                        chain,
                        step,
                        name: name.to_owned(),
                        of: of.cloned(),
                        index,
                    };
                    by.insert((chain.spot.file, span.start, span.end), call);
                }
            };
            if let Expr::Call(call) = &chain.base
                && let Expr::Path(path) = &*call.func
            {
                let of = qualifier(&path.path);
                add(&mut call.args.iter(), None, &last(&path.path), of.as_ref());
            }
            for (step, op) in chain.ops.iter().enumerate() {
                if let OpKind::Method(name, arguments) = &op.kind {
                    add(&mut arguments.iter(), Some(step), name, None);
                }
            }
        }
        Self { urls, by }
    }

    fn get(&self, spot: Spot, argument: &Expr) -> Option<&By<'a>> {
        let span = bytes(argument);
        self.by.get(&(spot.file, span.start, span.end))
    }

    /// How the call that is given the argument there takes it; `all` are the packages of the workspace.
    ///
    /// # Errors
    ///
    /// That it is not known.
    pub fn takes(&self, spot: Spot, argument: &Expr, all: &[&Urls<'_>]) -> Result<Takes, String> {
        let by = self.get(spot, argument).ok_or("a `&str` is wanted here")?;
        self.taken(by, all).ok_or_else(|| {
            let name = match &by.of {
                Some(of) => format!("{of}::{}", by.name),
                None => by.name.clone(),
            };
            format!("`{name}` may want a `&'static str`, or a value")
        })
    }

    /// Whether a value that stands there is only a default of another one.
    pub fn is_default(&self, spot: Spot, argument: &Expr) -> bool {
        self.get(spot, argument).is_some_and(By::is_default)
    }

    fn taken(&self, by: &By<'_>, all: &[&Urls<'_>]) -> Option<Takes> {
        let name = by.name.as_str();
        let of = by.of.as_deref().unwrap_or_default();
        let is_in = |table: &[(&str, &[&str])]| {
            let mut table = table.iter();
            table.any(|(known, names)| *known == of && names.contains(&name))
        };
        let is_pool = of.ends_with("Pool") || of.ends_with("Connection");
        let is_borrowing = BORROWING.contains(&name);
        match by.step {
            Some(_) if is_borrowing => Some(Takes::Borrowed),
            None if is_in(BORROWS) || name == "lookup_host" || is_pool && is_borrowing => {
                Some(Takes::Borrowed)
            }
            // The clients that tonic makes.
            None if is_in(OWNS) || of.ends_with("Client") && name == "connect" => {
                Some(Takes::Owned)
            }
            _ => self.is_own(by, all).then_some(Takes::Borrowed),
        }
    }

    /// Whether it is a function of the workspace that takes a reference for no longer than its call.
    fn is_own(&self, by: &By<'_>, all: &[&Urls<'_>]) -> bool {
        let function = by.chain.spot.function;
        let own = || self.urls.model.functions[function?].self_type.clone();
        let is_self = matches!(&by.chain.base, Expr::Path(path) if path.path.is_ident("self"));
        let of = match (by.step, by.of.as_deref()) {
            (Some(0), _) if is_self => own(),
            (Some(_), _) => return false,
            (None, Some("Self")) => own(),
            (None, _) => by.of.clone(),
        };
        // Without a type before its name it is one of this package.
        let others = all.iter().filter(|_| of.is_some());
        let mut found = std::iter::once(&self.urls)
            .chain(others)
            .filter_map(|urls| {
                let function = urls
                    .model
                    .function(&by.name, of.as_deref(), by.step.is_some())?;
                let function = &urls.model.functions[function];
                urls.files[function.file].text.get(function.item.clone())
            });
        let Some(Ok(function)) = found.next().map(syn::parse_str::<syn::ImplItemFn>) else {
            return false;
        };
        let index = by.index + usize::from(by.step.is_some());
        takes_shortly(&function.sig, index) && (function.sig.asyncness.is_none() || by.is_awaited())
    }

    /// Whether all that uses a `let` of a literal would take a `&String` that is gone where the block ends.
    ///
    /// # Errors
    ///
    /// What does not.
    pub fn all_of(
        &self,
        binding: &Binding,
        words: &Words,
        all: &[&Urls<'_>],
    ) -> Result<(), String> {
        let file = binding.spot.file;
        let name = &binding.name;
        let model = &self.urls.model;
        let source = &self.urls.files[file].text;
        if self.is_taken_along(binding, words) {
            return Err(format!(
                "`{name}` is taken into a closure or an `async` block"
            ));
        }
        for at in words.places(name, &binding.visible) {
            let mut mentions = model.mentions.iter();
            let is_shown = mentions.any(|mention| mention.file == file && mention.at == at);
            if is_shown || !source[at..].starts_with(name.as_str()) {
                continue;
            }
            let by = self.by.get(&(file, at, at + name.len()));
            let is_request = |by: &By<'_>| match by.step {
                Some(_) => VERBS.contains(&by.name.as_str()) || by.name == "request",
                None => by.of.as_deref() == Some("reqwest") && by.name == "get",
            };
            let is_short =
                |by: &By<'_>| is_request(by) || self.taken(by, all) == Some(Takes::Borrowed);
            if !by.is_some_and(is_short) {
                return Err(format!("`{name}` is used where another type may be wanted"));
            }
        }
        Ok(())
    }

    /// Whether a name is used in closures or `async` blocks that its `let` is outside of.
    pub fn is_taken_along(&self, binding: &Binding, words: &Words) -> bool {
        let closures = self.urls.model.closures.iter();
        let mut around = closures
            .filter(|(file, range)| *file == binding.spot.file && !range.contains(&binding.at));
        around.any(|(_, range)| {
            let seen = &binding.visible;
            let range = range.start.max(seen.start)..range.end.min(seen.end);
            words.places(&binding.name, &range).next().is_some()
        })
    }

    /// Whether a `let` is a default of something, somewhere.
    pub fn is_default_of(&self, binding: &Binding, words: &Words) -> bool {
        let mut defaults = self.by.iter().filter(|(_, by)| by.is_default());
        defaults.any(|((file, start, end), _)| {
            let range = *start..*end;
            let mut places = words.places(&binding.name, &range);
            *file == binding.spot.file && places.any(|at| binding.visible.contains(&at))
        })
    }
}

/// Whether a function takes a `&String` as that parameter, and gives nothing back that may refer to it.
fn takes_shortly(signature: &Signature, index: usize) -> bool {
    let Some(FnArg::Typed(parameter)) = signature.inputs.iter().nth(index) else {
        return false;
    };
    let is_str = match &*parameter.ty {
        Type::Reference(reference) => {
            reference.lifetime.is_none()
                && reference.mutability.is_none()
                && matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("str"))
        }
        // What makes a `String` of it, or looks at it; only by bounds that are written here.
        Type::ImplTrait(of) => of.bounds.len() == 1 && of.bounds.iter().all(takes_text),
        _ => false,
    };
    let keeps_none = match &signature.output {
        syn::ReturnType::Default => true,
        syn::ReturnType::Type(_, ty) => !may_refer(ty),
    };
    is_str && keeps_none
}

/// `Into<String>`, `AsRef<str>`, and traits that show it.
fn takes_text(bound: &syn::TypeParamBound) -> bool {
    let syn::TypeParamBound::Trait(bound) = bound else {
        return false;
    };
    let Some(segment) = bound.path.segments.last() else {
        return false;
    };
    let of = match &segment.arguments {
        syn::PathArguments::AngleBracketed(of) => match of.args.first() {
            Some(syn::GenericArgument::Type(Type::Path(path))) => last(&path.path),
            _ => String::new(),
        },
        _ => String::new(),
    };
    let name = segment.ident.to_string();
    matches!(
        (name.as_str(), of.as_str()),
        ("Into", "String") | ("AsRef", "str") | ("Display" | "ToString" | "IntoUrl", "")
    )
}

/// Whether a type has a lifetime in it, or may have one that is not written.
fn may_refer(of: &Type) -> bool {
    struct Refers(bool);
    impl Visit<'_> for Refers {
        fn visit_lifetime(&mut self, _: &syn::Lifetime) {
            self.0 = true;
        }

        fn visit_type_reference(&mut self, _: &syn::TypeReference) {
            self.0 = true;
        }

        fn visit_type_impl_trait(&mut self, _: &syn::TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut refers = Refers(false);
    refers.visit_type(of);
    refers.0
}

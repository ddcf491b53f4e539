//! Whether what a caller does with a response of its HTTP client would compile with ours.
//!
//! The builder and the response have reqwest's names, but not all of them, and the types differ: a response or an error
//! that is passed on, stored or returned is one of reqwest's there.

use std::collections::HashSet;
use std::ops::Range;

use syn::Expr;

use super::errors::question_mark;
use super::words::Words;
use crate::scan::urls::{Chain, Context, Model, OpKind, Spot, last};

/// What a step of a chain gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Builder,
    /// The future of a response.
    Sending,
    /// A result of a response.
    Sent(ErrorType),
    Response,
    /// The future of a body.
    Reading,
    /// A result of what was read.
    Read(ErrorType),
    /// An option of a response.
    Perhaps,
    Error,
    /// Nothing of the client.
    Plain,
}

/// The error of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrorType {
    /// The client's.
    Client,
    /// Any other.
    Other,
}

/// What is looked at.
pub struct Compiler<'a> {
    pub model: &'a Model,
    /// The names in each file.
    pub words: &'a [Words],
}

impl Compiler<'_> {
    /// Whether the steps of a chain after `step`, which makes the request, would compile.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn accepts(&self, chain: usize, step: Option<usize>) -> Result<(), String> {
        let chain = &self.model.chains[chain];
        match step {
            Some(step) => self.run(chain, step + 1, Type::Builder),
            None => self.run(chain, 0, Type::Sending),
        }
    }

    fn run(&self, chain: &Chain, from: usize, start: Type) -> Result<(), String> {
        let mut at = start;
        for op in &chain.ops[from..] {
            at = match &op.kind {
                OpKind::Field if at == Type::Plain => Type::Plain,
                OpKind::Field => return Err("a field of it is read".to_owned()),
                OpKind::Await => awaited(at)?,
                OpKind::Try => self.tried(at, chain)?,
                OpKind::Method(name, arguments) => self.method(at, name, arguments, chain.spot)?,
            };
        }
        self.ends(at, &chain.context, chain.spot)
    }

    fn tried(&self, at: Type, chain: &Chain) -> Result<Type, String> {
        let (error, then) = match at {
            Type::Sent(error) => (error, Type::Response),
            Type::Read(error) => (error, Type::Plain),
            Type::Perhaps => (ErrorType::Other, Type::Response),
            Type::Plain => return Ok(Type::Plain),
            Type::Sending | Type::Reading => {
                return Err("the client is a blocking one".to_owned());
            }
            _ => return Err("`?` stands where there is no result".to_owned()),
        };
        if error == ErrorType::Client {
            let mut closures = self.model.closures.iter();
            if closures
                .any(|(file, range)| *file == chain.spot.file && range.contains(&chain.span.start))
            {
                return Err("`?` stands in a closure or an `async` block".to_owned());
            }
            question_mark(self.model, chain.spot)?;
        }
        Ok(then)
    }

    fn method(&self, at: Type, name: &str, arguments: &[Expr], spot: Spot) -> Result<Type, String> {
        let unknown = || Err(format!("`.{name}(…)` is not one of ours"));
        match at {
            Type::Builder => match name {
                "header" | "headers" | "query" | "json" | "form" | "bearer_auth" | "basic_auth"
                | "timeout" => Ok(Type::Builder),
                "body" if arguments.first().is_some_and(is_text) => Ok(Type::Builder),
                "send" => Ok(Type::Sending),
                _ => unknown(),
            },
            Type::Response => match name {
                "status" | "headers" | "version" | "content_length" => Ok(Type::Plain),
                "text" | "json" | "bytes" | "chunk" => Ok(Type::Reading),
                "error_for_status" => Ok(Type::Sent(ErrorType::Client)),
                _ => unknown(),
            },
            Type::Sent(error) => self.of_result(name, arguments, spot, error, true),
            Type::Read(error) => self.of_result(name, arguments, spot, error, false),
            Type::Perhaps => match name {
                "is_some" | "is_none" => Ok(Type::Plain),
                "unwrap" | "expect" => Ok(Type::Response),
                _ => unknown(),
            },
            Type::Error => match name {
                "to_string" | "is_timeout" | "is_connect" | "status" => Ok(Type::Plain),
                _ => unknown(),
            },
            Type::Sending | Type::Reading => match name {
                "map_err" | "unwrap" | "expect" | "and_then" | "text" | "json" => {
                    Err("the client is a blocking one".to_owned())
                }
                _ => unknown(),
            },
            Type::Plain => Ok(Type::Plain),
        }
    }

    fn of_result(
        &self,
        name: &str,
        arguments: &[Expr],
        spot: Spot,
        error: ErrorType,
        is_response: bool,
    ) -> Result<Type, String> {
        let value = if is_response {
            Type::Response
        } else {
            Type::Plain
        };
        let with = |error| {
            if is_response {
                Type::Sent(error)
            } else {
                Type::Read(error)
            }
        };
        match name {
            "unwrap" | "expect" => Ok(value),
            "is_ok" | "is_err" => Ok(Type::Plain),
            "context" | "with_context" | "wrap_err" | "wrap_err_with" => Ok(with(ErrorType::Other)),
            "ok" if is_response => Ok(Type::Perhaps),
            "ok" | "unwrap_or_default" | "unwrap_or" if !is_response => Ok(Type::Plain),
            "map_err" if error == ErrorType::Other => Ok(with(ErrorType::Other)),
            "map_err" | "unwrap_or_else" if name == "map_err" || !is_response => {
                self.of_error(arguments.first(), spot)?;
                Ok(if name == "map_err" {
                    with(ErrorType::Other)
                } else {
                    Type::Plain
                })
            }
            "and_then" if is_response => {
                let Some(Expr::Closure(closure)) = arguments.first() else {
                    return Err("`.and_then(…)` names a function of the client".to_owned());
                };
                let is_status = matches!(&*closure.body, Expr::MethodCall(call)
                    if call.method == "error_for_status" && matches!(&*call.receiver, Expr::Path(_)));
                if is_status {
                    Ok(Type::Sent(error))
                } else {
                    Err("the closure of `.and_then(…)` takes the response".to_owned())
                }
            }
            "map" if !is_response => Ok(Type::Read(error)),
            _ => Err(format!("`.{name}(…)` takes the client's response or error")),
        }
    }

    /// What an error is made into: a closure that only shows it.
    fn of_error(&self, argument: Option<&Expr>, spot: Spot) -> Result<(), String> {
        let Some(Expr::Closure(closure)) = argument else {
            return Err("`.map_err(…)` names what takes the client's error".to_owned());
        };
        let bound = crate::scan::urls::Bound::of(match closure.inputs.first() {
            Some(pattern) => pattern,
            None => return Ok(()),
        });
        let range = crate::scan::urls::bytes(&closure.body);
        match bound.name {
            Some(name) => self.variable(&name, Type::Error, spot, &range),
            None if bound.is_other => Err("an error is taken apart".to_owned()),
            None => Ok(()),
        }
    }

    fn ends(&self, at: Type, context: &Context, spot: Spot) -> Result<(), String> {
        match (at, context) {
            // A blocking client has done by then what ours would never do.
            (Type::Builder | Type::Sending | Type::Reading, context) if is_left(context) => {
                Err("what it gives is never awaited".to_owned())
            }
            (Type::Plain | Type::Read(ErrorType::Other), Context::Value)
            | (Type::Plain, _)
            | (_, Context::Dropped) => Ok(()),
            (Type::Read(_), Context::Value) => {
                Err("the result is passed on with the client's error".to_owned())
            }
            (Type::Error, Context::Value) => Err("the client's error is passed on".to_owned()),
            (Type::Builder | Type::Sending, Context::Value) => {
                Err("the request is passed on".to_owned())
            }
            (_, Context::Value) => Err("the client's response is passed on".to_owned()),
            (at, Context::Bound(all)) => {
                for (bound, range) in all {
                    if bound.is_typed {
                        return Err("its type is written out".to_owned());
                    }
                    let inner = match (at, bound.around.as_deref()) {
                        (at, None) => at,
                        (Type::Sent(_) | Type::Perhaps, Some("Ok" | "Some")) => Type::Response,

                        (
                            Type::Sent(ErrorType::Client) | Type::Read(ErrorType::Client),
                            Some("Err"),
                        ) => Type::Error,
                        (Type::Read(_), Some("Ok")) | (_, Some("Err")) => Type::Plain,
                        _ => return Err("it is taken apart".to_owned()),
                    };
                    match &bound.name {
                        _ if bound.is_other && inner != Type::Plain => {
                            return Err("it is taken apart".to_owned());
                        }
                        Some(name) if !bound.is_other => self.variable(name, inner, spot, range)?,
                        _ => {}
                    }
                }
                Ok(())
            }
        }
    }

    /// Whether all that is done with a name would compile.
    fn variable(
        &self,
        name: &str,
        is: Type,
        spot: Spot,
        range: &Range<usize>,
    ) -> Result<(), String> {
        if is == Type::Plain {
            return Ok(());
        }
        let mut known = HashSet::new();
        let is_it = |base: &Expr| matches!(base, Expr::Path(path) if path.path.is_ident(name));
        for chain in &self.model.chains {
            let is_there = chain.spot == spot && range.contains(&chain.span.start);
            if !is_there
                || self.is_other(name, spot, chain.span.start, range)
                || !is_it(&chain.base)
                || is == Type::Error && self.is_mentioned(name, chain)
            {
                continue;
            }
            self.run(chain, 0, is)
                .map_err(|why| format!("`{name}`: {why}"))?;
            known.insert(chain.span.start);
        }
        if is == Type::Error {
            let mentions = self.model.mentions.iter();
            let mentions =
                mentions.filter(|mention| mention.file == spot.file && mention.name == name);
            known.extend(mentions.map(|mention| mention.at));
        }
        let bindings = self.model.bindings.iter();
        let bindings = bindings.filter(|binding| binding.spot == spot && binding.name == name);
        known.extend(bindings.map(|binding| binding.at));
        let mut places = self.words[spot.file].places(name, range);
        match places.find(|at| !known.contains(at) && !self.is_other(name, spot, *at, range)) {
            None => Ok(()),
            Some(_) => Err(format!("`{name}` is used in a way that is not followed")),
        }
    }

    /// Whether a name means something else there than in the whole of `range`.
    fn is_other(&self, name: &str, spot: Spot, at: usize, range: &Range<usize>) -> bool {
        let binding = self.model.binding(name, spot, at);
        binding.is_some_and(|index| {
            let visible = &self.model.bindings[index].visible;
            *visible != *range && range.start <= visible.start && visible.end <= range.end
        })
    }

    /// An error that is only printed may be printed by ours.
    fn is_mentioned(&self, name: &str, chain: &Chain) -> bool {
        let mut mentions = self.model.mentions.iter();
        chain.ops.is_empty()
            && mentions.any(|mention| {
                mention.file == chain.spot.file
                    && mention.name == name
                    && mention.at == chain.span.start
            })
    }
}

/// Whether nothing is done with a value.
fn is_left(context: &Context) -> bool {
    let is_named = |bound: &crate::scan::urls::Bound| {
        let name = bound.name.as_deref();
        name.is_some_and(|name| !name.starts_with('_'))
    };
    match context {
        Context::Dropped => true,
        Context::Bound(all) => !all.iter().all(|(bound, _)| is_named(bound)),
        Context::Value => false,
    }
}

fn awaited(at: Type) -> Result<Type, String> {
    Ok(match at {
        Type::Sending => Type::Sent(ErrorType::Client),
        Type::Reading => Type::Read(ErrorType::Client),
        Type::Plain => Type::Plain,
        _ => return Err("it is awaited in another way than ours".to_owned()),
    })
}

/// Text that is written out: a body of either client.
fn is_text(expr: &Expr) -> bool {
    match crate::scan::urls::peel(expr) {
        Expr::Lit(_) => true,
        Expr::Macro(mac) => last(&mac.mac.path) == "format",
        _ => false,
    }
}

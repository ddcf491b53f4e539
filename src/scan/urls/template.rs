//! A text as far as the sources tell it: what is written, what a variable of the task holds, and what is not known.

use std::ops::Range;

use super::model::Spot;

/// Stands in a text for what is not known. No host has it.
pub const UNKNOWN: char = '\0';

/// What a variable of the task holds; `None` where nothing sets it.
pub type Values<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// As it is written.
    Text(String),
    /// What a variable of the task holds, else what stands in its place. So is a field of what is configured, by a name that
    /// no variable has.
    Variable(String, Option<Vec<Part>>),
    /// What an expression gives.
    Expression(Expression),
    /// A URL without its path, which another one takes the place of.
    Origin(Vec<Part>),
    /// A text without slashes at its end.
    Trimmed(Vec<Part>),
    /// What a text has beside it, as the arms of a `match`.
    Chosen(Vec<Part>, Vec<Arm>),
}

/// What is taken for one text or several.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    pub of: Of,
    pub parts: Vec<Part>,
}

/// The texts that an arm is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Of {
    These(Vec<String>),
    /// Any that is set.
    Any,
    /// Whatever it is, and none.
    All,
    /// There is none: the variable is not set.
    Unset,
}

/// An expression that a text has in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// Where it stands: what its names mean there they may not mean elsewhere.
    pub spot: Spot,
    /// Its bytes there, or those of the string that names it.
    pub span: Range<usize>,
    /// As it is written there.
    pub code: String,
    /// How it is formatted, as in `:>5`.
    pub spec: String,
    /// Its text, as far as it is known.
    pub known: Option<Vec<Part>>,
}

impl Expression {
    /// One of which nothing is known.
    pub const fn unknown(spot: Spot) -> Self {
        Self {
            spot,
            span: 0..0,
            code: String::new(),
            spec: String::new(),
            known: None,
        }
    }
}

/// The text where the variables are these.
pub fn text(parts: &[Part], values: Values<'_>) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Variable(name, default) => match (values(name), default) {
                (Some(value), _) => out.push_str(&value),
                (None, Some(default)) => out.push_str(&text(default, values)),
                (None, None) => out.push(UNKNOWN),
            },
            Part::Expression(expression) => match &expression.known {
                Some(known) if expression.spec.is_empty() => out.push_str(&text(known, values)),
                _ => out.push(UNKNOWN),
            },
            Part::Origin(url) => {
                let url = text(url, values);
                out.push_str(&url[..origin_end(&url)]);
            }
            Part::Trimmed(parts) => out.push_str(text(parts, values).trim_end_matches('/')),
            Part::Chosen(by, arms) => match chosen(by, arms, values) {
                Some(arm) => out.push_str(&text(&arm.parts, values)),
                None => out.push(UNKNOWN),
            },
        }
    }
    out
}

/// Which arm is taken.
pub fn chosen<'a>(by: &[Part], arms: &'a [Arm], values: Values<'_>) -> Option<&'a Arm> {
    let by = text(by, values);
    // The name of an environment of which nothing is known.
    if by.contains("${") {
        return None;
    }
    let is_set = !by.contains(UNKNOWN);
    arms.iter().find(|arm| match &arm.of {
        Of::These(names) => names.contains(&by),
        Of::Any => is_set,
        Of::All => true,
        Of::Unset => !is_set,
    })
}

/// All that [`Part::Chosen`] may be in a text, to compare.
pub fn choices(parts: &[Part]) -> Vec<String> {
    let of = |part: &Part| match part {
        Part::Text(_) => Vec::new(),
        Part::Variable(_, default) => choices(default.as_deref().unwrap_or_default()),
        Part::Expression(expression) => choices(expression.known.as_deref().unwrap_or_default()),
        Part::Origin(parts) | Part::Trimmed(parts) => choices(parts),
        Part::Chosen(_, arms) => {
            let arms = arms.iter().flat_map(|arm| {
                let shape = std::iter::once(shape(&arm.parts));
                shape.chain(choices(&arm.parts))
            });
            arms.collect()
        }
    };
    parts.iter().flat_map(of).collect()
}

/// Where the path of a URL begins. What is not known and follows on a port is taken for a path, as in
/// `http://api:8080{path}`; behind a host it may be a port.
pub fn origin_end(url: &str) -> usize {
    const PATH: [char; 3] = ['/', '?', '#'];
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(PATH).map_or(url.len(), |at| start + at);
    let authority = &url[start..end];
    match authority.strip_suffix(UNKNOWN) {
        Some(host)
            if host
                .rsplit_once(':')
                .is_some_and(|(_, port)| is_number(port)) =>
        {
            end - UNKNOWN.len_utf8()
        }
        _ => end,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The URL with a path that can be told from its host.
pub fn with_path(mut url: String) -> String {
    let end = origin_end(&url);
    if url[end..].starts_with(UNKNOWN) {
        url.insert(end, '/');
    }
    url
}

/// The text with its variables as `${NAME}`, to compare and to show.
pub fn shape(parts: &[Part]) -> String {
    text(parts, &|name| Some(format!("${{{name}}}")))
}

/// How many parts there are in all.
pub fn weight(parts: &[Part]) -> usize {
    let inside = |part: &Part| match part {
        Part::Text(_) => 0,
        Part::Variable(_, default) => weight(default.as_deref().unwrap_or_default()),
        Part::Expression(expression) => weight(expression.known.as_deref().unwrap_or_default()),
        Part::Origin(parts) | Part::Trimmed(parts) => weight(parts),
        Part::Chosen(by, arms) => {
            let arms = arms.iter().map(|arm| weight(&arm.parts));
            weight(by) + arms.sum::<usize>()
        }
    };
    parts.iter().map(|part| 1 + inside(part)).sum()
}

/// The names of the variables in it.
pub fn variables(parts: &[Part]) -> Vec<&str> {
    let mut names = Vec::new();
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Variable(name, default) => {
                names.push(name.as_str());
                names.extend(variables(default.as_deref().unwrap_or_default()));
            }
            Part::Expression(expression) => {
                names.extend(variables(expression.known.as_deref().unwrap_or_default()));
            }
            Part::Origin(parts) | Part::Trimmed(parts) => names.extend(variables(parts)),
            Part::Chosen(by, arms) => {
                names.extend(variables(by));
                names.extend(arms.iter().flat_map(|arm| variables(&arm.parts)));
            }
        }
    }
    names
}

/// Without the code of expressions, which cannot be written elsewhere.
pub fn shut(parts: Vec<Part>) -> Vec<Part> {
    let parts = parts.into_iter().map(|part| match part {
        Part::Expression(expression) => Part::Expression(Expression {
            code: String::new(),
            known: expression.known.map(shut),
            ..expression
        }),
        part => part,
    });
    parts.collect()
}

/// Calls `visit` with all expressions in a text.
pub fn each_expression(parts: &mut [Part], visit: &mut dyn FnMut(&mut Expression)) {
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Variable(_, default) => {
                each_expression(default.as_deref_mut().unwrap_or_default(), visit);
            }
            Part::Expression(expression) => {
                visit(expression);
                each_expression(expression.known.as_deref_mut().unwrap_or_default(), visit);
            }
            Part::Origin(parts) | Part::Trimmed(parts) => each_expression(parts, visit),
            Part::Chosen(by, arms) => {
                each_expression(by, visit);
                for arm in arms {
                    each_expression(&mut arm.parts, visit);
                }
            }
        }
    }
}

/// Without blanks around it. What an expression gives at its ends is then not all that the expression gives.
pub fn without_blanks(mut parts: Vec<Part>) -> Vec<Part> {
    let last = parts.len().saturating_sub(1);
    for (index, part) in parts.iter_mut().enumerate() {
        match part {
            Part::Text(text) => {
                let start = text.trim_start();
                let start = if index == 0 { start } else { text.as_str() };
                let end = if index == last {
                    start.trim_end()
                } else {
                    start
                };
                *text = end.to_owned();
            }
            Part::Expression(_) if index == 0 || index == last => {
                if let Some(shut) = shut(vec![part.clone()]).pop() {
                    *part = shut;
                }
            }
            _ => {}
        }
    }
    parts
}

/// Without slashes at its end.
pub fn without_slashes(mut parts: Vec<Part>) -> Vec<Part> {
    while let Some(part) = parts.pop() {
        match part {
            Part::Text(text) => {
                let text = text.trim_end_matches('/');
                if !text.is_empty() {
                    parts.push(Part::Text(text.to_owned()));
                    break;
                }
            }
            part => {
                parts.push(Part::Trimmed(vec![part]));
                break;
            }
        }
    }
    parts
}

/// Without an expression around all of it.
pub fn bare(mut parts: &[Part]) -> &[Part] {
    while let [Part::Expression(expression)] = parts {
        match &expression.known {
            Some(known) if expression.spec.is_empty() => parts = known,
            _ => break,
        }
    }
    parts
}

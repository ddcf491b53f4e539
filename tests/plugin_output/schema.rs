//! Validates JSON against a JSON Schema, as far as `sarif.json` beside this file needs it: our own account of the part
//! of SARIF 2.1.0 that `check` writes.

use serde_json::Value;

/// What is wrong, with a pointer to where.
///
/// # Panics
///
/// If it comes across a rule of the schema that it does not know: nothing is let through unchecked.
pub fn errors(schema: &Value, value: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    check(schema, schema, value, "", &mut errors);
    errors
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let is_kept = match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" | "default" | "definitions" => true,
            "type" => is_one_of(rule, |kind| has_type(value, kind.as_str().unwrap())),
            "enum" => is_one_of(rule, |known| known == value),
            "required" => is_all_of(rule, |key| value.get(key.as_str().unwrap()).is_some()),
            "minimum" => value.as_f64() >= rule.as_f64(),
            "minItems" => length(value) >= rule.as_u64(),
            "uniqueItems" => are_unique(value),
            "format" => is_uri(value.as_str().unwrap()),
            "anyOf" => is_one_of(rule, |schema| {
                let mut errors = Vec::new();
                check(root, schema, value, at, &mut errors);
                errors.is_empty()
            }),
            "$ref" => {
                let pointer = rule.as_str().unwrap().trim_start_matches('#');
                let schema = root.pointer(pointer).expect("a definition");
                check(root, schema, value, at, errors);
                true
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, rule, item, &format!("{at}/{index}"), errors);
                }
                true
            }
            "properties" | "additionalProperties" => {
                check_properties(root, (keyword, schema), value, at, errors);
                true
            }
            unknown => panic!("the rule `{unknown}` is not known, which {at} has to keep"),
        };
        if !is_kept {
            errors.push(format!("{at} does not keep {keyword} {rule}: {value}"));
        }
    }
}

fn check_properties(
    root: &Value,
    (keyword, schema): (&str, &Value),
    value: &Value,
    at: &str,
    errors: &mut Vec<String>,
) {
    for (key, property) in value.as_object().into_iter().flatten() {
        let at = format!("{at}/{key}");
        let known = schema.get("properties").and_then(|known| known.get(key));
        match (keyword, known) {
            ("properties", Some(schema)) => check(root, schema, property, &at, errors),
            ("additionalProperties", None) => match &schema[keyword] {
                Value::Bool(true) => {}
                Value::Bool(false) => errors.push(format!("{at} is not in the schema")),
                schema => check(root, schema, property, &at, errors),
            },
            _ => {}
        }
    }
}

/// A rule may have one value or a list of them.
fn is_one_of(rule: &Value, is: impl Fn(&Value) -> bool) -> bool {
    match rule {
        Value::Array(rules) => rules.iter().any(is),
        rule => is(rule),
    }
}

fn is_all_of(rules: &Value, is: impl Fn(&Value) -> bool) -> bool {
    rules.as_array().expect("a list").iter().all(is)
}

fn has_type(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        kind => panic!("the type `{kind}` is not known"),
    }
}

fn length(value: &Value) -> Option<u64> {
    value.as_array().map(|items| items.len() as u64)
}

fn are_unique(value: &Value) -> bool {
    let items = value.as_array().expect("a list");
    (1..items.len()).all(|index| !items[..index].contains(&items[index]))
}

/// `format` is only used for URIs.
fn is_uri(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        if !after
            .get(..2)
            .is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            return false;
        }
        rest = after;
    }
    let is_allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    text.bytes().all(is_allowed)
}

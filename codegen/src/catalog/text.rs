//! The records of a catalog.

use crate::application::{Alias, Deployment, Kind, Port};
use crate::code::Code;
use crate::finding::{Finding, Severity};
use crate::place::Place;

pub(super) fn write_deployment(
    out: &mut String,
    role: &str,
    deployment: &Result<Deployment, Finding>,
) {
    let deployment = match deployment {
        Ok(deployment) => deployment,
        Err(finding) => return write_finding(out, &format!("{role}\trefused"), finding),
    };
    let mut fields = vec![role.to_owned()];
    let mut flag = |on: bool, name: &str| fields.extend(on.then(|| name.to_owned()));
    flag(deployment.connect, "connect");
    flag(deployment.calls_discovery, "discovery");
    if let Some(place) = &deployment.connect_place {
        fields.push(format!("connect-place={}", write_place(place)));
    }
    if let Some(alias) = &deployment.alias {
        fields.push(format!("alias={}", alias.name));
        fields.push(format!("alias-template={}", alias.template));
        fields.push(format!("alias-place={}", write_place(&alias.place)));
    }
    if let Some(port) = &deployment.port {
        let protocol = if port.udp { "udp-port" } else { "port" };
        fields.push(format!("{protocol}={}", port.number));
        fields.push(format!("port-place={}", write_place(&port.place)));
    }
    if let Some(port) = deployment.image_port {
        fields.push(format!("image-port={port}"));
    }
    record(out, fields.iter().map(String::as_str));
}

pub(super) fn read_deployment(
    kind: Option<Kind>,
    fields: &[&str],
) -> Option<Result<Deployment, Finding>> {
    if let ["refused", finding @ ..] = fields {
        return Some(Err(read_finding(finding)?));
    }
    let mut deployment = Deployment::new(kind?);
    let mut alias = (None, None, None);
    let mut port = (None, None);
    for field in fields {
        match field.split_once('=').unwrap_or((field, "")) {
            ("connect", "") => deployment.connect = true,
            ("discovery", "") => deployment.calls_discovery = true,
            ("connect-place", place) => deployment.connect_place = Some(read_place(place)?),
            ("alias", name) => alias.0 = Some(name.to_owned()),
            ("alias-template", template) => alias.1 = Some(template.to_owned()),
            ("alias-place", place) => alias.2 = Some(read_place(place)?),
            ("port", number) => port.0 = Some((number.parse().ok()?, false)),
            ("udp-port", number) => port.0 = Some((number.parse().ok()?, true)),
            ("port-place", place) => port.1 = Some(read_place(place)?),
            ("image-port", number) => deployment.image_port = Some(number.parse().ok()?),
            _ => return None,
        }
    }
    deployment.alias = match alias {
        (None, None, None) => None,
        (Some(name), Some(template), Some(place)) => Some(Alias {
            name,
            template,
            place,
        }),
        _ => return None,
    };
    deployment.port = match port {
        (None, None) => None,
        (Some((number, udp)), Some(place)) => Some(Port { number, udp, place }),
        _ => return None,
    };
    Some(Ok(deployment))
}

pub(super) fn write_finding(out: &mut String, role: &str, finding: &Finding) {
    let at = finding
        .place
        .as_ref()
        .map(|place| format!("at={}", write_place(place)));
    let help = finding.help.as_ref().map(|help| format!("help={help}"));
    let replacement = finding.replacement.as_ref();
    let replacement = replacement.map(|replacement| format!("replace={replacement}"));
    // The role may be two fields; the tab between them is none to escape.
    out.push_str(role);
    out.push('\t');
    let fields = [
        finding.code.as_str(),
        finding.severity.as_str(),
        &finding.message,
    ];
    record(
        out,
        fields
            .into_iter()
            .chain(at.as_deref())
            .chain(help.as_deref())
            .chain(replacement.as_deref()),
    );
}

pub(super) fn read_finding(fields: &[&str]) -> Option<Finding> {
    let [code, severity, message, rest @ ..] = fields else {
        return None;
    };
    let severity = [Severity::Note, Severity::Warning, Severity::Error]
        .into_iter()
        .find(|known| known.as_str() == *severity)?;
    let mut finding = Finding {
        code: Code::parse(code)?,
        severity,
        message: (*message).to_owned(),
        place: None,
        help: None,
        replacement: None,
    };
    for field in rest {
        match field.split_once('=')? {
            ("at", place) => finding.place = Some(read_place(place)?),
            ("help", help) => finding.help = Some(help.to_owned()),
            ("replace", replacement) => finding.replacement = Some(replacement.to_owned()),
            _ => return None,
        }
    }
    Some(finding)
}

pub(super) fn write_place(place: &Place) -> String {
    let Place {
        file,
        line,
        column,
        span,
    } = place;
    format!("{file}:{line}:{column}:{}:{}", span.start, span.end)
}

pub(super) fn read_place(text: &str) -> Option<Place> {
    let mut parts = text.rsplitn(5, ':');
    let end = parts.next()?.parse().ok()?;
    let start = parts.next()?.parse().ok()?;
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    Some(Place::new(parts.next()?, line, column, start..end))
}

pub(super) fn record<'a>(out: &mut String, fields: impl IntoIterator<Item = &'a str>) {
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            out.push('\t');
        }
        for c in field.chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '\t' => out.push_str("\\t"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                c => out.push(c),
            }
        }
    }
    out.push('\n');
}

pub(super) fn unescape(field: &str) -> String {
    let mut out = String::with_capacity(field.len());
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some(other) => other,
                None => break,
            },
            c => c,
        });
    }
    out
}

//! Boxes: a service in the shape of its kind, a host as a cylinder.

use svg::node::element::{Group, Path, Rectangle, Title};

use service_connect_codegen::{Kind, Service};

use crate::graph::model::kind;

use super::parts::{Size, clean, short, text, width};
use super::ports::Placed;

/// How high the box of a service is.
pub const HEIGHT: f64 = 46.0;

/// How wide it has to be.
pub fn service_width(service: &Service) -> f64 {
    let name = width(&short(&service.name), 14.0);
    let kind = width(kind(service), 11.0);
    (name.max(kind) + 32.0).max(110.0).round()
}

/// How large the cylinder of a host is.
pub fn host_size(host: &str) -> Size {
    Size {
        width: (width(&short(host), 12.0) + 24.0).round(),
        height: 36.0,
    }
}

/// A service.
pub fn service(service: &Service, Placed { at: (x, y), size }: Placed) -> Group {
    let name = short(&service.name);
    let mut group = Group::new();
    if name != service.name {
        group = group.add(Title::new(clean(&service.name)));
    }
    group
        .add(outline(service, size, x, y))
        .add(text(&name, x, y - 2.0, "name"))
        .add(text(kind(service), x, y + 14.0, "kind"))
}

/// A host.
pub fn host(host: &str, Placed { at: (x, y), size }: Placed) -> Group {
    let Size { width, height } = size;
    let [left, right] = [x - width / 2.0, x + width / 2.0];
    let [top, bottom] = [y - height / 2.0 + 4.0, y + height / 2.0 - 4.0];
    let half = width / 2.0;
    let d = format!(
        "M{left} {top} A{half} 4 0 0 1 {right} {top} V{bottom} A{half} 4 0 0 1 {left} {bottom} Z \
         M{left} {top} A{half} 4 0 0 0 {right} {top}"
    );
    let name = short(host);
    let mut group = Group::new();
    if name != host {
        group = group.add(Title::new(clean(host)));
    }
    group
        .add(Path::new().set("class", "box outside").set("d", d))
        .add(text(&name, x, y + 7.0, "host"))
}

/// How a kind is called in the style sheet.
fn class(service: &Service) -> &'static str {
    match service.kind {
        _ if service.external => "external",
        Some(Kind::LoadBalancedWebService | Kind::RequestDrivenWebService) => "public",
        Some(Kind::WorkerService) => "worker",
        Some(Kind::ScheduledJob) => "job",
        Some(Kind::StaticSite) => "site",
        Some(Kind::BackendService) | None => "backend",
    }
}

fn outline(service: &Service, Size { width, height }: Size, x: f64, y: f64) -> Path {
    let [left, right] = [x - width / 2.0, x + width / 2.0];
    let [top, bottom] = [y - height / 2.0, y + height / 2.0];
    let d = match service.kind {
        _ if service.external => rounded(left, top, right, bottom, 6.0),
        Some(Kind::LoadBalancedWebService | Kind::RequestDrivenWebService) => {
            rounded(left, top, right, bottom, height / 2.0)
        }
        // A piece of a queue.
        Some(Kind::WorkerService) => {
            let [notch, tip] = [left + 9.0, right - 9.0];
            format!("M{left} {top} H{tip} L{right} {y} L{tip} {bottom} H{left} L{notch} {y} Z")
        }
        Some(Kind::ScheduledJob) => {
            let corners = [
                (left + 10.0, top),
                (right - 10.0, top),
                (right, top + 10.0),
                (right, bottom - 10.0),
                (right - 10.0, bottom),
                (left + 10.0, bottom),
                (left, bottom - 10.0),
                (left, top + 10.0),
            ];
            let d = corners.map(|(x, y)| format!("{x} {y}"));
            format!("M{} Z", d.join(" L"))
        }
        // A page with a folded corner.
        Some(Kind::StaticSite) => {
            let [fold, down] = [right - 12.0, top + 12.0];
            format!(
                "M{left} {top} H{fold} L{right} {down} V{bottom} H{left} Z M{fold} {top} V{down} H{right}"
            )
        }
        Some(Kind::BackendService) | None => rounded(left, top, right, bottom, 6.0),
    };
    Path::new()
        .set("class", format!("box {}", class(service)))
        .set("d", d)
}

fn rounded(left: f64, top: f64, right: f64, bottom: f64, radius: f64) -> String {
    let [across, down] = [right - left - 2.0 * radius, bottom - top - 2.0 * radius];
    let turn = |x: f64, y: f64| format!("a{radius} {radius} 0 0 1 {x} {y}");
    let [one, two, three, four] = [
        turn(radius, radius),
        turn(-radius, radius),
        turn(-radius, -radius),
        turn(radius, -radius),
    ];
    format!(
        "M{} {top} h{across} {one} v{down} {two} h{} {three} v{} {four} Z",
        left + radius,
        -across,
        -down
    )
}

/// A small box in a list.
pub fn chip(service: &Service, x: f64, y: f64) -> (Group, f64) {
    let name = short(&service.name);
    let across = width(&name, 12.0) + 16.0;
    let class = class(service);
    let group = Group::new()
        .add(
            Rectangle::new()
                .set("class", format!("box {class}"))
                .set("x", x)
                .set("y", y)
                .set("rx", 5)
                .set("width", across)
                .set("height", 20),
        )
        .add(text(&name, x + across / 2.0, y + 14.0, "host"));
    (group, across)
}

//! Which port a service is reached at: `http`, `nlb`, `image` and `sidecars` together.

mod support;

use support::check_table;

const WEB: &str = "Load Balanced Web Service";
const BACKEND: &str = "Backend Service";

/// A type and the fields after it, from line 3 on, of a service with Service Connect.
const ROWS: &[(&str, &str, &str, &str)] = &[
    (
        "the image's port",
        WEB,
        "image: {location: x, port: 80}\nhttp: {path: /}",
        "on api:80 80",
    ),
    (
        "`http: true` changes nothing",
        WEB,
        "image: {location: x, port: 80}\nhttp: yes",
        "on api:80 80",
    ),
    (
        "`target_port` decides",
        WEB,
        "image: {location: x, port: 80}\nhttp: {path: /, target_port: 90}",
        "on api:90 90",
    ),
    (
        "`target_port` of a Backend Service, too",
        BACKEND,
        "image: {location: x, port: 80}\nhttp: {path: /, target_port: 90}",
        "on api:90 90",
    ),
    (
        "`target_port` in hexadecimal",
        BACKEND,
        "image: {location: x, port: 80}\nhttp: {path: /, target_port: 0x50}",
        "on api:80 80",
    ),
    (
        "a container's port",
        WEB,
        "image: {location: x, port: 80}\nhttp: {path: /, target_container: web}\nsidecars: {web: {image: y, port: 90}}",
        "on api:90 90",
    ),
    (
        "a container and a port",
        WEB,
        "image: {location: x, port: 80}\nhttp: {path: /, target_container: web, target_port: 91}\n\
         sidecars: {web: {image: y, port: 90}}",
        "on api:91 91",
    ),
    (
        "the older spelling, load balanced",
        WEB,
        "image: {location: x, port: 80}\nhttp: {path: /, targetContainer: web}\nsidecars: {web: {image: y, port: 90}}",
        "on api:90 90",
    ),
    (
        "the older spelling means nothing to a Backend Service",
        BACKEND,
        "image: {location: x, port: 80}\nhttp: {path: /, targetContainer: web}\nsidecars: {web: {image: y, port: 90}}",
        "on api:80 80",
    ),
    (
        "both spellings exclude each other",
        WEB,
        "image: {location: x, port: 80}\nhttp:\n  path: /\n  target_container: api\n  targetContainer: api",
        "invalid-value at 7",
    ),
    (
        "the main container by its name",
        WEB,
        "image: {location: x, port: 80}\nhttp: {path: /, target_container: api}",
        "on api:80 80",
    ),
    (
        "a sidecar's port gives none",
        BACKEND,
        "image: {location: x}\nsidecars: {web: {image: y, port: 90}}",
        "on - -",
    ),
    (
        "unless `http` leads there",
        BACKEND,
        "image: {location: x}\nhttp: {path: /, target_container: web}\nsidecars: {web: {image: y, port: 90}}",
        "on api:90 90",
    ),
    (
        "additional rules decide nothing",
        WEB,
        "image: {location: x, port: 80}\nhttp: {path: /, additional_rules: [{path: /b, target_port: 90}]}",
        "on api:80 80",
    ),
    (
        "an additional rule needs a path",
        WEB,
        "image: {location: x, port: 80}\nhttp:\n  path: /\n  additional_rules:\n    - target_port: 90",
        "missing-field at 7",
    ),
    (
        "`nlb` decides nothing",
        WEB,
        "image: {location: x, port: 80}\nhttp: false\nnlb: {port: 443/tls, target_port: 90}",
        "on api:80 80",
    ),
    (
        "`nlb` is enough",
        WEB,
        "image: {location: x, port: 80}\nhttp: false\nnlb: {port: 443}",
        "on api:80 80",
    ),
    (
        "`nlb` without `http` being mentioned",
        WEB,
        "image: {location: x, port: 80}\nnlb: {port: 443}",
        "missing-field at 1",
    ),
    (
        "neither",
        WEB,
        "image: {location: x, port: 80}",
        "no-load-balancer at 1",
    ),
    (
        "neither",
        WEB,
        "image: {location: x, port: 80}\nhttp: no\nnlb: {}",
        "no-load-balancer at 1",
    ),
    (
        "an empty `http`",
        WEB,
        "image: {location: x, port: 80}\nhttp: {}",
        "invalid-value at 4",
    ),
    (
        "`http` of another form",
        WEB,
        "image: {location: x, port: 80}\nhttp: [/]",
        "invalid-value at 4",
    ),
    (
        "a Backend Service has no switch",
        BACKEND,
        "image: {location: x, port: 80}\nhttp: false",
        "invalid-value at 4",
    ),
    (
        "a Backend Service may have an empty `http`",
        BACKEND,
        "image: {location: x, port: 80}\nhttp: {}",
        "on api:80 80",
    ),
    (
        "a UDP listener makes the port UDP",
        WEB,
        "image: {location: x, port: 5514}\nhttp: false\nnlb: {port: 5514/udp}",
        "on - 5514",
    ),
    (
        "a UDP listener aimed at it by number",
        WEB,
        "image: {location: x, port: 5514}\nhttp: false\nnlb: {port: 53/udp, target_port: 5514}",
        "on - 5514",
    ),
    (
        "a UDP listener aimed at another",
        WEB,
        "image: {location: x, port: 80}\nhttp: false\nnlb: {port: 53/udp}",
        "on api:80 80",
    ),
    (
        "an additional UDP listener",
        WEB,
        "image: {location: x, port: 5514}\nhttp: false\nnlb: {port: 443, additional_listeners: [{port: 5514/udp}]}",
        "on - 5514",
    ),
    (
        "`nlb` means nothing to a Backend Service",
        BACKEND,
        "image: {location: x, port: 53}\nnlb: {port: 53/udp}",
        "on api:53 53",
    ),
    (
        "a listener needs a port",
        WEB,
        "image: {location: x, port: 80}\nhttp: false\nnlb: {target_port: 80}",
        "missing-field at 5",
    ),
    (
        "a listener's protocol",
        WEB,
        "image: {location: x, port: 80}\nhttp: false\nnlb: {port: 80/http}",
        "invalid-value at 5",
    ),
    (
        "one port, one protocol",
        WEB,
        "image: {location: x, port: 80}\nhttp: {path: /, target_port: 90}\nnlb: {port: 90/udp}",
        "port-conflict at 5",
    ),
    (
        "one port, one container",
        BACKEND,
        "image:\n  location: x\n  port: 80\nsidecars:\n  web: {image: y, port: 80}",
        "port-conflict at 5",
    ),
    (
        "two sidecars of one port",
        BACKEND,
        "image: {location: x}\nsidecars:\n  a: {image: y, port: 90}\n  b: {image: y, port: '90'}",
        "port-conflict at 6",
    ),
    (
        "a target that does not exist",
        BACKEND,
        "image: {location: x, port: 80}\nhttp:\n  path: /\n  target_container: wbe\nsidecars: {web: {image: y, port: 90}}",
        "target-container at 6",
    ),
    (
        "a target without a port",
        BACKEND,
        "image: {location: x, port: 80}\nhttp:\n  path: /\n  target_container: web\nsidecars: {web: {image: y}}",
        "target-container at 6",
    ),
    (
        "a listener's target",
        WEB,
        "image: {location: x, port: 80}\nhttp: false\nnlb: {port: 443, target_container: web}",
        "target-container at 5",
    ),
    (
        "an additional rule's target",
        WEB,
        "image: {location: x, port: 80}\nhttp: {path: /, additional_rules: [{path: /b, target_container: web}]}",
        "target-container at 4",
    ),
    (
        "443 is a port as others",
        BACKEND,
        "image: {location: x, port: 443}",
        "on api:443 443",
    ),
];

#[test]
fn the_target_port() {
    check_table(ROWS.iter().map(|(rule, kind, fields, expected)| {
        let manifest = format!("name: api\ntype: {kind}\n{fields}\nnetwork: {{connect: true}}\n");
        ((*rule).to_owned(), manifest, (*expected).to_owned())
    }));
}

#[test]
fn the_image_port_is_what_the_program_listens_on() {
    let loaded = support::load_manifest(
        "name: api\ntype: Load Balanced Web Service\nimage: {location: x, port: 80}\n\
         http: {path: /, target_container: web}\nsidecars: {web: {image: y, port: 90}}\n",
    );
    let deployment = loaded.application.services[0].base.as_ref().unwrap();
    assert_eq!(deployment.image_port, Some(80));
    assert_eq!(deployment.discovery_port(), Ok(90));
}

//! What YAML itself lets a manifest say: documents, anchors, aliases and merge keys.

mod support;

use support::check;

#[test]
fn yaml_is_read_as_yaml() {
    check(&[
        (
            "only the first document counts",
            "name: api\ntype: Backend Service\nimage: {location: x, port: 1}\n---\nimage: {port: 2}\n",
            "off - 1",
        ),
        (
            "what follows the first document need not be YAML",
            "name: api\ntype: Backend Service\nimage: {location: x, port: 1}\n---\n}\n",
            "off - 1",
        ),
        (
            "JSON is YAML",
            r#"{"name": "api", "type": "Backend Service", "image": {"location": "x", "port": 1}}"#,
            "off - 1",
        ),
        (
            "an alias stands for its anchor",
            "port: &p 81\nname: api\ntype: Backend Service\nimage: {location: x, port: *p}\n",
            "off - 81",
        ),
        (
            "the nearest anchor of a name counts",
            "a: &p 81\nb: &p 82\nname: api\ntype: Backend Service\nimage: {location: x, port: *p}\n",
            "off - 82",
        ),
        (
            "`<<` adds the keys that are not there",
            "x: &x {location: x, port: 81}\nname: api\ntype: Backend Service\nimage:\n  <<: *x\n",
            "off - 81",
        ),
        (
            "own keys win over merged ones, wherever `<<` stands",
            "x: &x {location: x, port: 81}\nname: api\ntype: Backend Service\nimage:\n  <<: *x\n  port: 82\n",
            "off - 82",
        ),
        (
            "an own null wins, too",
            "x: &x {location: x, port: 81}\nname: api\ntype: Backend Service\nimage:\n  port: ~\n  <<: *x\n",
            "off - -",
        ),
        (
            "of several merged maps the first wins",
            "x: &x {port: 81}\ny: &y {location: y, port: 82}\nname: api\ntype: Backend Service\n\
             image:\n  <<: [*x, *y]\n",
            "off - 81",
        ),
        (
            "merged maps merge in turn",
            "x: &x {port: 81}\ny: &y {<<: *x, location: y}\nname: api\ntype: Backend Service\nimage: {<<: *y}\n",
            "off - 81",
        ),
        (
            "merging is not deep",
            "x: &x {network: {connect: true}}\nname: api\ntype: Backend Service\n\
             image: {location: x, port: 81}\nnetwork: {vpc: {}}\n<<: *x\n",
            "off - 81",
        ),
        (
            "a quoted `<<` is a key like another",
            "x: &x {port: 81}\nname: api\ntype: Backend Service\nimage: {location: x, '<<': *x}\n",
            "off - -",
        ),
        (
            "unknown keys are ignored, with what is in them",
            "name: api\ntype: Backend Service\nimage: {location: x, port: 1}\nfoo: {a: 1, a: 2}\n",
            "off - 1",
        ),
        (
            "`<<` takes no scalar",
            "name: api\ntype: Backend Service\nimage: {location: x, port: 1}\n<<: x\n",
            "invalid-value at 4",
        ),
        (
            "`<<` takes no list of scalars",
            "name: api\ntype: Backend Service\nimage: {location: x, port: 1, <<: [{}, x]}\n",
            "invalid-value at 3",
        ),
        (
            "`<<` takes no null",
            "name: api\ntype: Backend Service\nimage:\n  location: x\n  <<:\n",
            "invalid-value at 5",
        ),
    ]);
}

//! Manifests with bytes changed at random: never a panic, the same answer twice, and places that lie in the file.

mod support;

use std::collections::HashSet;

use service_connect_codegen::copilot::{Loaded, Options};
use service_connect_codegen::{Catalog, Code, Finding, stubs};
use support::{PROD, TEST, WORKSPACE, index, lay_out, load_from, write};

const ROUNDS: usize = 1_500;

const SEEDS: &[&str] = &[
    "name: api\ntype: Backend Service\nimage:\n  build: ./Dockerfile\n  port: 8080\ncpu: 256\nnetwork:\n  connect: true\n\
     variables:\n  LOG: \"${LOG:-x}\"\nenvironments:\n  test:\n    network:\n      connect:\n        alias: a\n",
    "# größe\nname: api\ntype: Load Balanced Web Service\nhttp:\n  path: '/'\n  target_container: nginx\nimage: {location: x, port: 80}\n\
     sidecars:\n  nginx: {image: y, port: 9000/tcp}\nnetwork: {connect: {alias: \"${COPILOT_SERVICE_NAME}.local\"}}\n",
    "base: &base {image: {location: x, port: 0x1F90}}\nname: api\ntype: Backend Service\n<<: *base\nnetwork: &n {connect: yes}\n\
     environments:\n  test: &t {network: *n, image: {port: 81}}\n  prod: {<<: [*t, *base]}\n",
    "name: api\ntype: Backend Service\nimage: {location: x}\nnetwork: {connect: true}\nenvironments:\n  test: {image: {port: 80}}\n  \
     prod: {image: {port: 81}}\n  staging: {http: {path: /, target_container: a}}\n  pord: {image: {port: 82}}\n",
    "name: api\ntype: Worker Service\nimage: {location: \"x:${TAG}\"}\nnetwork:\n  connect: on\nsubscribe:\n  topics:\n    - name: a\n      service: b\n",
    "name: api\r\ntype: Load Balanced Web Service\r\nimage: {location: x, port: 53}\r\nhttp: false\r\nnlb: {port: 53/udp, target_port: 53}\r\n",
    "%YAML 1.2\n---\n{\"name\": \"api\", \"type\": \"Scheduled Job\", \"on\": {\"schedule\": \"@daily\"}, \"image\": {\"location\": \"x\"}}\n...\n",
];

/// What is put in at random: YAML's own characters and words that mean something.
const PIECES: &[&str] = &[
    "\n",
    " ",
    "\t",
    ":",
    "-",
    "#",
    "'",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a",
    "*a",
    "*t",
    "<<: ",
    "!!str ",
    "? ",
    "| ",
    "%",
    "\\",
    "${",
    "}",
    "~",
    "\u{0}",
    "\u{feff}",
    "ü",
    "\r",
    "---\n",
    "environments:\n",
    "network:",
    "connect: ",
    "0x",
    "_",
    "65536",
    "yes",
];

/// A small xorshift: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        let end = (at + self.below(12)).min(bytes.len());
        match self.below(5) {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..at, PIECES[self.below(PIECES.len())].bytes())),
            2 => drop(bytes.splice(at..end, PIECES[self.below(PIECES.len())].bytes())),
            3 => bytes.extend_from_within(at..end),
            _ => {
                let byte = u8::try_from(self.below(256)).unwrap();
                bytes.splice(at..end.min(at + 1), [byte]);
            }
        }
    }
}

fn shell(name: &str) -> Option<String> {
    (name == "TAG").then(|| "v1".to_owned())
}

fn check(loaded: &Loaded, manifest: &[u8]) {
    let text = std::str::from_utf8(manifest);
    let in_file = |finding: &Finding| {
        let place = finding.place.as_ref().expect("it comes from a file");
        assert_eq!(&*place.file, "copilot/api/manifest.yml");
        if let Ok(text) = text {
            assert!(
                text.get(place.span.clone()).is_some(),
                "{place:?} is text of the file"
            );
            let before = &text[..place.span.start];
            let line = u32::try_from(before.replace("\r\n", "\n").matches(['\n', '\r']).count())
                .unwrap()
                + 1;
            assert!(
                place.line == 0 || place.line == line,
                "{place:?} is in line {line}"
            );
        }
    };
    loaded.findings.iter().for_each(in_file);
    let unique: HashSet<_> = loaded
        .findings
        .iter()
        .map(|finding| format!("{finding:?}"))
        .collect();
    assert_eq!(unique.len(), loaded.findings.len(), "each once");
    let environments = &loaded.application.environments;
    for environment in environments {
        let named = format!("`{}`", environment.name);
        let is_unlisted = loaded.findings.iter().any(|finding| {
            finding.code == Code::UnknownEnvironment && finding.message.contains(&named)
        });
        assert_eq!(is_unlisted, !environment.listed, "{environment:?}");
    }
    for service in &loaded.application.services {
        assert_eq!(service.deployments.len(), environments.len());
        for (environment, deployment) in environments.iter().zip(&service.deployments) {
            let Err(refused) = deployment else { continue };
            in_file(refused);
            assert!(
                !environment.listed || loaded.findings.contains(refused),
                "what is refused is found"
            );
        }
    }
}

#[test]
fn no_manifest_makes_it_panic() {
    let directory = lay_out(&[WORKSPACE, TEST, PROD]);
    let mut random = Random(0x5DEE_CE66);
    let mut accepted = 0;
    for round in 0..ROUNDS {
        let mut manifest = SEEDS[round % SEEDS.len()].as_bytes().to_vec();
        for _ in 0..=random.below(4) {
            random.mutate(&mut manifest);
        }
        write(directory.path(), "copilot/api/manifest.yml", &manifest);
        let load = || {
            let options = Options {
                shell: Some(&shell),
                ..Options::default()
            };
            load_from(directory.path(), options)
        };
        let shown = String::from_utf8_lossy(&manifest);
        let outcome = std::panic::catch_unwind(|| {
            let loaded = load();
            assert_eq!(loaded, load(), "the same answer twice");
            check(&loaded, &manifest);
            let test = index(&loaded.application, "test");
            let accepted = loaded.application.services[0].deployments[test].is_ok();
            let catalog = Catalog {
                callers: vec!["api".to_owned()],
                application: loaded.application,
                ..Catalog::default()
            };
            assert_eq!(Catalog::read(&catalog.write()).as_ref(), Ok(&catalog));
            if round % 16 == 0 {
                let stubs = stubs::module(&catalog);
                syn::parse_file(&stubs).unwrap_or_else(|error| panic!("{error}: {stubs}"));
            }
            accepted
        });
        let Ok(is_ok) = outcome else {
            panic!("round {round}: {manifest:?}\n{shown}");
        };
        accepted += usize::from(is_ok);
    }
    let share = accepted * 100 / ROUNDS;
    assert!(
        (10..90).contains(&share),
        "both kinds occur: {share} % are accepted"
    );
}

#[test]
fn no_cut_manifest_makes_it_panic() {
    let directory = lay_out(&[WORKSPACE, TEST, PROD]);
    for seed in SEEDS {
        for length in 0..seed.len() {
            let manifest = &seed.as_bytes()[..length];
            write(directory.path(), "copilot/api/manifest.yml", manifest);
            check(&load_from(directory.path(), Options::default()), manifest);
        }
    }
}

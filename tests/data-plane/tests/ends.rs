//! An environment is quick to come and to go, and leaves nothing behind, however the test that has it ends.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use data_plane::process::DEADLINE;
use data_plane::{Environment, Mode, Result, programs};

/// Set for a child: how it ends.
const END: &str = "DATA_PLANE_END";

fn kudos() -> Result<Environment> {
    let mut environment = Environment::start("kudos", "test")?;
    environment.serve("api", "api", 80, 2)?;
    let front_end = environment.front_end(Mode::Tcp)?;
    let (_, answer) = environment.way("api", &front_end, || front_end.get("/"))?;
    assert_eq!(answer.status, 200);
    Ok(environment)
}

/// The processes in these namespaces, children of this one that ended and are not waited for, and what stands in the way of a second environment.
fn left_over(namespaces: &[String]) -> Vec<String> {
    let mut left = Vec::new();
    let zombie_of_ours = format!("State:\tZ (zombie) PPid:\t{}", process::id());
    let processes = fs::read_dir("/proc").unwrap().flatten();
    for process in processes.map(|entry| entry.path()) {
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        let is_wanted = |line: &&str| line.starts_with("State:") || line.starts_with("PPid:");
        let words: Vec<_> = status.lines().filter(is_wanted).collect();
        if words.join(" ") == zombie_of_ours {
            left.push(format!("{} is a zombie", process.display()));
        }
        let links = fs::read_dir(process.join("ns")).into_iter().flatten();
        let links = links
            .flatten()
            .filter_map(|link| fs::read_link(link.path()).ok());
        for link in links.map(|link| link.display().to_string()) {
            if namespaces.contains(&link) {
                left.push(format!("{} in {link}", process.display()));
            }
        }
    }
    let mount_point = programs::mount_point().unwrap();
    let files = fs::read_dir(&mount_point).unwrap().flatten();
    left.extend(files.map(|entry| entry.path().display().to_string()));
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let mount_point = mount_point.display().to_string();
    let mounts = mounts.lines().filter(|line| line.contains(&mount_point));
    left.extend(mounts.map(str::to_owned));
    left
}

/// The same, once what is about to end has had the time.
fn left_over_at_last(namespaces: &[String]) -> Vec<String> {
    let latest = Instant::now() + DEADLINE;
    loop {
        let left = left_over(namespaces);
        if left.is_empty() || Instant::now() > latest {
            return left;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// One does, out of several: what else this machine has to do makes the others slower.
#[test]
fn it_takes_less_than_two_seconds() -> Result<()> {
    let mut took = Vec::new();
    for _ in 0..10 {
        let start = Instant::now();
        let environment = kudos()?;
        let namespaces = environment.namespaces()?;
        assert_ne!(left_over(&namespaces), [""; 0], "while it is there");
        drop(environment);
        took.push(start.elapsed());
        assert_eq!(left_over_at_last(&namespaces), [""; 0]);
        if took.last() < Some(&Duration::from_secs(2)) {
            return Ok(());
        }
    }
    panic!("{took:?}")
}

/// As a child of the test below: has an environment, and ends.
fn hold(end: &str) {
    let environment = kudos().unwrap();
    println!("\nin {}", environment.namespaces().unwrap().join(" "));
    assert_ne!(end, "panic", "on purpose");
    // Until a signal ends it.
    loop {
        thread::park();
    }
}

#[test]
fn nothing_is_left_over() {
    if let Ok(end) = env::var(END) {
        return hold(&end);
    }
    for end in ["panic", "INT", "TERM", "KILL"] {
        // Whoever runs this in the background may have it ignore signals, which its processes would do too.
        let mut holder = Command::new("env")
            .arg("--default-signal")
            .arg(env::current_exe().unwrap())
            .args(["--exact", "nothing_is_left_over", "--nocapture"])
            .env(END, end)
            // So that a signal reaches all that Ctrl-C would.
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(holder.stdout.take().unwrap());
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            // To the end, as the child may write until then.
            for line in output.lines().map_while(std::io::Result::ok) {
                if let Some(namespaces) = line.strip_prefix("in ") {
                    let _ = sender.send(namespaces.to_owned());
                }
            }
        });
        // Fails with the child's end too, which is the sender's.
        let line = receiver.recv_timeout(DEADLINE).unwrap_or_else(|error| {
            let _ = holder.kill();
            panic!("the child has no environment: {error}")
        });
        let namespaces: Vec<_> = line.split(' ').map(str::to_owned).collect();
        assert_eq!(namespaces.len(), 3, "{line}");
        if end != "panic" {
            let group = format!("-{}", holder.id());
            let mut kill = Command::new("kill");
            let sent = kill.args(["-s", end, "--", &group]).status().unwrap();
            assert!(sent.success());
        }
        assert!(!holder.wait().unwrap().success());
        let left = left_over_at_last(&namespaces);
        assert_eq!(left, [""; 0], "after {end}");
    }
}

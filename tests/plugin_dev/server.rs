//! A server for the tests of `dev`, copied into a workspace of their own: it needs nothing but std.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, exit, id};
use std::thread::sleep;
use std::time::Duration;

fn main() {
    let service = env::var("COPILOT_SERVICE_NAME").unwrap();
    leave_number(id());
    let is_meant = |variable: &str| env::var(variable).is_ok_and(|name| name == service);
    if is_meant("HELD") {
        let hold = Path::new(&env::var("MARKS").unwrap()).join("hold");
        while hold.exists() {
            sleep(Duration::from_millis(20));
        }
    }
    if is_meant("DIE") {
        exit(3);
    }
    if is_meant("STUBBORN") {
        let script = "trap '' TERM; echo will not end; while :; do sleep 1; done";
        panic!("{}", Command::new("sh").args(["-c", script]).exec());
    }
    match service.as_str() {
        "worker" => {
            // What it starts has to end with it.
            leave_number(Command::new("sleep").arg("600").spawn().unwrap().id());
            println!("waiting");
            loop {
                sleep(Duration::from_secs(600));
            }
        }
        "nightly" => println!("done"),
        _ => serve(&service),
    }
}

fn leave_number(pid: u32) {
    let directory = env::var("PIDS").unwrap();
    fs::write(Path::new(&directory).join(pid.to_string()), "").unwrap();
}

fn serve(service: &str) {
    let listener = TcpListener::bind(format!("127.0.0.1:{}", env::var("PORT").unwrap())).unwrap();
    println!("listening");
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        let (status, body) = match line.split(' ').nth(1) {
            // Somebody only looked whether the port is open.
            None => continue,
            Some("/") if service == "web" => ("200 OK", format!("web heard: {}", ask_api())),
            Some("/") => ("200 OK", format!("{service} of {} in {}", name("APPLICATION"), name("ENVIRONMENT"))),
            Some("/variables") => ("200 OK", variables()),
            Some("/files") => ("200 OK", open_files()),
            Some("/pid") => ("200 OK", id().to_string()),
            Some("/text") => ("200 OK", option_env!("TEXT").unwrap_or_default().to_owned()),
            Some("/die") => exit(7),
            Some(path) => ("404 Not Found", format!("nothing at {path}")),
        };
        let length = body.len();
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").unwrap();
    }
}

/// How many this process may have.
fn open_files() -> String {
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.unwrap().split_whitespace().next().unwrap().to_owned()
}

fn name(what: &str) -> String {
    env::var(format!("COPILOT_{what}_NAME")).unwrap()
}

fn ask_api() -> String {
    let url = env::var("SERVICE_CONNECT_URL_API").unwrap();
    // Several tasks are listed, and this takes the last of them.
    let authority = url.strip_prefix("http://").unwrap().rsplit(',').next().unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

fn variables() -> String {
    let mut variables: Vec<_> = env::vars().collect();
    variables.retain(|(name, _)| name == "PORT" || name.starts_with("COPILOT_") || name.starts_with("SERVICE_CONNECT_"));
    variables.sort();
    let variables: Vec<_> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
    variables.join(" ")
}

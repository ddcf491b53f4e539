//! A terminal that `dev` runs in, and what is on it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::spawn;

use rustix::fs::{Mode, OFlags, open};
use rustix::process::Pid;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, tcgetattr};

use super::support::{Dev, PATIENCE, assert_nothing_left};

/// What the shell says once `dev` has ended.
pub const OVER: &str = "-- over --";

/// `dev` in the foreground of a terminal of its own.
pub struct Terminal {
    dev: Dev,
    child: Child,
    keyboard: File,
    seen: mpsc::Receiver<Vec<u8>>,
    /// The other end, for as long as one looks.
    line: OwnedFd,
    before: Termios,
    pub text: String,
}

impl Terminal {
    pub fn start(dev: Dev) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let line = open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        let before = tcgetattr(&line).unwrap();
        let stdio = || Stdio::from(line.try_clone().unwrap());
        // A session whose terminal this is, and which a shell leads: so what is left when `dev` ends goes on.
        let mut command = Command::new("setsid");
        let script = format!("trap : INT; \"$@\"; code=$?; echo {OVER}; read -r _; exit $code");
        command.args(["--ctty", "sh", "-c", &script, "sh"]);
        command.arg(dev.command.get_program());
        command.args(dev.command.get_args());
        for (name, value) in dev.command.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(directory) = dev.command.get_current_dir() {
            command.current_dir(directory);
        }
        command.env("TERM", "xterm").env("COLUMNS", "120");
        command.stdin(stdio()).stdout(stdio()).stderr(stdio());
        let child = command.spawn().unwrap();
        let (send, seen) = mpsc::channel();
        let mut screen = File::from(master.try_clone().unwrap());
        spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = screen.read(&mut bytes) {
                if send.send(bytes[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            dev,
            child,
            keyboard: master.into(),
            seen,
            line,
            before,
            text: String::new(),
        }
    }

    /// Reads on until `text` was written.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        while !self.text.contains(text) {
            match self.seen.recv_timeout(PATIENCE) {
                Ok(bytes) => self.text += &String::from_utf8_lossy(&bytes),
                Err(error) => panic!("{error}: no {text} in {}", self.text),
            }
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Of `dev`, the shell's only child.
    pub fn pid(&self) -> Pid {
        let shell = self.child.id();
        let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
        Pid::from_raw(children.trim().parse().unwrap()).unwrap()
    }

    /// Waits for the end: the exit code, and what is on the screen then.
    #[track_caller]
    pub fn end(mut self) -> (Option<i32>, Vec<String>) {
        self.wait_for(&format!("{OVER}\r\n"));
        let after = tcgetattr(&self.line).unwrap();
        assert_eq!(format!("{after:?}"), format!("{:?}", self.before));
        // The shell is still there, so that nothing is gone only because the terminal is.
        assert_nothing_left(self.dev.pids.path());
        self.press("\n");
        let code = self.child.wait().unwrap().code();
        // Which the terminal shows of Ctrl-C.
        let mut screen = screen(&self.text.replace("^C", ""));
        assert_eq!(screen.pop().as_deref(), Some(OVER));
        (code, screen)
    }
}

/// The lines on the screen after all of `text`, as far as it uses what terminals do.
pub fn screen(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let (mut row, mut column) = (0, 0);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\n' => row += 1,
            '\r' => column = 0,
            '\u{1b}' => {
                let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                let (argument, command) = (&rest[1..end], &rest[end..=end]);
                rest = &rest[end + 1..];
                match command {
                    "K" if argument == "2" => lines[row].clear(),
                    "K" => lines[row] = lines[row].chars().take(column).collect(),
                    "A" => row -= argument.parse::<usize>().unwrap_or(1),
                    "B" => row += argument.parse::<usize>().unwrap_or(1),
                    "m" | "h" | "l" => {}
                    other => panic!("{other}"),
                }
            }
            c => {
                let mut line: Vec<char> = lines[row].chars().collect();
                line.resize(line.len().max(column + 1), ' ');
                line[column] = c;
                lines[row] = line.into_iter().collect();
                column += 1;
            }
        }
        while lines.len() <= row {
            lines.push(String::new());
        }
    }
    let lines = lines.into_iter().map(|line| line.trim_end().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

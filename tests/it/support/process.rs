//! A process that the tests stop, continue and kill at will, and hear line by line.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
};

use super::run;

/// Killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Writes a line to it; its command must have a piped standard input.
    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next line that it writes.
    pub(crate) fn line(&self) -> String {
        self.lines.recv().unwrap_or_else(|_| panic!("the process ended: its own words are above"))
    }

    /// The lines that are there already.
    pub(crate) fn lines_so_far(&self) -> impl Iterator<Item = String> {
        self.lines.try_iter()
    }

    /// Stops it, and returns when each of its threads stands still: no flush is under way any more.
    pub(crate) fn freeze(&self) {
        run(&["kill", "-STOP", &self.id().to_string()]);
        let threads = || fs::read_dir(format!("/proc/{}/task", self.id())).unwrap();
        // The state is the first letter behind the name's parenthesis.
        let stands = |stat: String| {
            let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
            assert_ne!(state, Some('Z'), "the process ended: its own words are above");
            state == Some('T')
        };
        while !threads().all(|task| fs::read_to_string(task.unwrap().path().join("stat")).is_ok_and(stands)) {
            std::thread::yield_now();
        }
    }

    pub(crate) fn thaw(&self) {
        run(&["kill", "-CONT", &self.id().to_string()]);
    }

    /// `kill -TERM`: it ends by itself, and well.
    pub(crate) fn terminate(&mut self) {
        run(&["kill", "-TERM", &self.id().to_string()]);
        assert!(self.child.wait().unwrap().success(), "it did not end well");
    }

    /// `kill -9`, and waits for its end.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

//! The keeper of a scratch folder: stops the servers in it, then removes it.
//!
//! It knows servers by their pid files alone, and ends a process only if that process was
//! started with this folder in its command line, so a number that was given to somebody
//! else meanwhile is left in peace.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::failure::{Failure, Outcome};
use crate::program::Program;

/// The pid files servers write, and the signal that ends each at once and in order.
/// The data is thrown away, so PostgreSQL need not write it out (QUIT: immediate).
const PID_FILES: [(&str, &str); 2] = [("postmaster.pid", "QUIT"), ("mariadb.pid", "TERM")];

/// How long a server may take to end before it is killed.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often to look whether it has ended.
const GLANCE: Duration = Duration::from_millis(50);

/// Waits until standard input ends, then clears the folder away.
pub(crate) fn watch_over(folder: &Path) -> Outcome {
    let mut ignored = Vec::new();
    // An error is an end as well.
    let _ = std::io::stdin().lock().read_to_end(&mut ignored);
    clear_away(folder)
}

fn clear_away(folder: &Path) -> Outcome {
    let mut waited = Duration::ZERO;
    loop {
        end_servers(folder);
        match std::fs::remove_dir_all(folder) {
            // A run that was stopped while it made its servers leaves programs that still
            // write for a moment, and perhaps a server that has only just begun.
            Err(error) if error.kind() != std::io::ErrorKind::NotFound && waited >= PATIENCE => {
                return Err(Failure::new(format!(
                    "the test databases in {} could not be removed: {error}",
                    folder.display()
                )));
            }
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                std::thread::sleep(GLANCE);
                waited += GLANCE;
            }
            _ => return Ok(()),
        }
    }
}

/// Signals first and waiting afterwards: the servers end side by side.
fn end_servers(folder: &Path) {
    let servers = servers_in(folder);
    for server in &servers {
        server.signal(server.gentle_signal);
    }
    for server in &servers {
        server.wait_for_its_end();
    }
}

struct Server {
    process: String,
    folder: PathBuf,
    gentle_signal: &'static str,
}

impl Server {
    fn is_running(&self) -> bool {
        let command_line = std::fs::read(format!("/proc/{}/cmdline", self.process))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .or_else(|_| Program::new("ps").args(["-o", "command=", "-p", &self.process]).read());
        command_line.is_ok_and(|line| line.contains(&*self.folder.to_string_lossy()))
    }

    fn signal(&self, signal: &str) {
        if self.is_running() {
            // The shell's own `kill`: slim images have no program of that name.
            let signal = format!("-{signal}");
            let words = ["-c", "kill \"$0\" \"$1\"", &signal, &self.process];
            let _ = Program::new("sh").args(words).read();
        }
    }

    fn wait_for_its_end(&self) {
        let mut waited = Duration::ZERO;
        while self.is_running() && waited < PATIENCE {
            std::thread::sleep(GLANCE);
            waited += GLANCE;
        }
        self.signal("KILL");
    }
}

fn servers_in(folder: &Path) -> Vec<Server> {
    let mut found = Vec::new();
    // A pid file lies at most two folders deep: <server>/data/<pid file>.
    for place in subfolders(folder).iter().flat_map(|first| subfolders(first)) {
        for (name, gentle_signal) in PID_FILES {
            let text = std::fs::read_to_string(place.join(name)).unwrap_or_default();
            if let Some(process) = text.lines().next().map(str::trim)
                && process.parse::<u32>().is_ok()
            {
                let process = process.to_owned();
                found.push(Server { process, folder: folder.to_path_buf(), gentle_signal });
            }
        }
    }
    found
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("muster-keeper-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("server/data")).unwrap();
        folder
    }

    #[test]
    fn a_process_that_is_not_of_the_folder_is_left_in_peace() {
        let folder = scratch("foreign");
        let mut stranger = Program::new("sleep").arg("60").into_command().spawn().unwrap();
        let pid_file = folder.join("server/data/postmaster.pid");
        std::fs::write(pid_file, format!("{}\nrest", stranger.id())).unwrap();
        clear_away(&folder).unwrap();
        assert!(stranger.try_wait().unwrap().is_none(), "the stranger was ended");
        assert!(!folder.try_exists().unwrap());
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }

    #[test]
    fn a_server_of_the_folder_is_ended_and_the_folder_removed() {
        let folder = scratch("own");
        let script = "trap 'exit 0' QUIT; while :; do sleep 0.05; done";
        let mut server = Program::new("sh").args(["-c", script]).arg(&folder).into_command();
        let mut server = server.spawn().unwrap();
        // A program that has only just begun has no command line for a moment.
        let command_line = format!("/proc/{}/cmdline", server.id());
        while std::fs::read(&command_line).is_ok_and(|line| line.is_empty()) {
            std::thread::sleep(GLANCE);
        }
        std::fs::write(folder.join("server/data/postmaster.pid"), server.id().to_string()).unwrap();
        let reaper = std::thread::spawn(move || server.wait());
        clear_away(&folder).unwrap();
        assert!(reaper.join().unwrap().is_ok());
        assert!(!folder.try_exists().unwrap());
    }
}

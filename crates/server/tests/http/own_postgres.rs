//! A PostgreSQL server of one test's own, which it may stop and start: from the same
//! programs, and as the same account, as the server that all tests share.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use muster_testkit::{Folder, TestServer, database_url};

const PASSWORD: &str = "of-one-test";

/// The server, running unless it was stopped; gone with the value.
pub(crate) struct OwnPostgres {
    programs: PathBuf,
    account: (u32, u32),
    port: u16,
    folder: Folder,
}

impl OwnPostgres {
    pub(crate) fn start_new() -> Self {
        let shared = data_of_the_shared_server();
        let owner = std::fs::metadata(&shared).expect("the shared server is on this machine");
        let account = (owner.uid(), owner.gid());
        let options = std::fs::read_to_string(shared.join("postmaster.opts")).expect("its options");
        let program = options.split_whitespace().next().expect("its program");
        let programs = PathBuf::from(program).parent().expect("a folder").to_owned();
        let folder = Folder::new("postgres");
        let secret = folder.file("password");
        std::fs::write(&secret, PASSWORD).expect("a password");
        for path in [folder.path(), &secret] {
            chown(path, Some(account.0), Some(account.1)).expect("it may be given away");
        }
        let only_owner = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder.path(), only_owner).expect("a mode");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let server = Self { programs, account, port: port.expect("a port").port(), folder };
        server.initialise();
        server.start();
        server
    }

    /// As its superuser.
    pub(crate) fn url(&self) -> String {
        format!("postgres://muster:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    pub(crate) fn start(&self) {
        let place = self.folder.path().display();
        let options = format!("-p {} -c listen_addresses=127.0.0.1 -k {place}", self.port);
        self.control(&["start", "-w", "-l", "server.log", "-o", &options]);
    }

    /// As if the power had gone: every connection breaks, nothing is put in order.
    pub(crate) fn kill(&self) {
        self.control(&["stop", "-m", "immediate", "-w"]);
    }

    fn initialise(&self) {
        self.run("initdb", &["-D", "data", "-U", "muster", "-A", "scram-sha-256", "--locale=C"])
            .args(["--encoding=UTF8", "--pwfile=password", "--no-sync"])
            .status()
            .ok()
            .filter(std::process::ExitStatus::success)
            .expect("a new server");
    }

    fn control(&self, words: &[&str]) {
        let done = self.run("pg_ctl", &["-D", "data"]).args(words).status().expect("pg_ctl runs");
        assert!(done.success(), "{words:?}");
    }

    fn run(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.args(words).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Lending oneself is refused to everybody but root, and then not needed.
        if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            command.uid(self.account.0).gid(self.account.1);
        }
        command
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        let _ = self.run("pg_ctl", &["-D", "data", "stop", "-m", "immediate", "-w"]).status();
    }
}

fn data_of_the_shared_server() -> PathBuf {
    let told = Command::new("psql")
        .args(["-XqAt", "-d", &database_url(TestServer::Postgres), "-c", "SHOW data_directory"])
        .output()
        .expect("psql runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    PathBuf::from(String::from_utf8(told.stdout).expect("a path").trim())
}

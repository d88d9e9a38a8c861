//! The account a private server runs as.
//!
//! PostgreSQL refuses to run as root and MariaDB should not, so root lends them another
//! account's number; everybody else runs them as oneself.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Outcome, While};
use crate::program::Program;

/// Whose process a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Account {
    /// Whoever runs the tool.
    Oneself,
    /// Another account of this machine, by its numbers.
    Other {
        /// The user's number.
        user: u32,
        /// The number of the user's first group.
        group: u32,
    },
}

impl Account {
    /// The first of these accounts that exists when root asks, oneself otherwise.
    pub(crate) fn for_server(names: &[&str]) -> Outcome<Self> {
        if !is_root() {
            return Ok(Self::Oneself);
        }
        let accounts = std::fs::read_to_string("/etc/passwd").doing("reading /etc/passwd")?;
        names.iter().find_map(|name| numbers_of(&accounts, name)).ok_or_else(|| {
            Failure::new(format!(
                "a database server may not run as root, and none of these accounts exists: {}",
                names.join(", ")
            ))
        })
    }

    /// Makes a folder that only this account can read.
    pub(crate) fn make_folder(&self, folder: &Path) -> Outcome {
        let doing = || format!("making {}", folder.display());
        std::fs::create_dir_all(folder).doing(doing())?;
        self.own(folder)?;
        let only_owner = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(folder, only_owner).doing(doing())
    }

    /// Gives a file or folder to this account.
    pub(crate) fn own(&self, path: &Path) -> Outcome {
        match self {
            Self::Oneself => Ok(()),
            Self::Other { user, group } => chown(path, Some(*user), Some(*group))
                .doing(format!("giving {} to the server's account", path.display())),
        }
    }

    /// A program that will run as this account, in a folder it can read.
    pub(crate) fn program(&self, name: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Program {
        let program = Program::new(name).within(folder);
        match self {
            Self::Oneself => program,
            Self::Other { user, group } => program.with_numbers(*user, *group),
        }
    }
}

impl Program {
    fn with_numbers(mut self, user: u32, group: u32) -> Self {
        self.command_mut().uid(user).gid(group);
        self
    }
}

/// Lends a command a process group of its own, so that Ctrl-C does not reach it.
pub(crate) fn apart_from_the_terminal(command: &mut Command) {
    command.process_group(0);
}

/// Whether root runs this tool.
pub(crate) fn is_root() -> bool {
    match std::fs::metadata("/proc/self") {
        Ok(own) => own.uid() == 0,
        // No /proc outside Linux.
        Err(_) => Program::new("id").arg("-u").read().is_ok_and(|number| number.trim() == "0"),
    }
}

fn numbers_of(accounts: &str, name: &str) -> Option<Account> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let user = fields.nth(1)?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        Some(Account::Other { user, group })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let accounts =
            "root:x:0:0:root:/root:/bin/bash\nmysqlx:x:7:7::/:/x\nmysql:x:104:111:M,,:/:/x\n";
        let found = numbers_of(accounts, "mysql");
        assert_eq!(found, Some(Account::Other { user: 104, group: 111 }));
        assert_eq!(numbers_of(accounts, "postgres"), None);
    }
}

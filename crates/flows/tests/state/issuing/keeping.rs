//! What the keeper does, in the house and in the model.

use muster_domain::{AdminRights, Clock, Lifetime, PartyStatus, UserStatus};

use super::command::Keeping;
use super::reference::USERS;
use super::world::World;

const fn status(approved: bool) -> PartyStatus {
    if approved { PartyStatus::Approved } else { PartyStatus::Suspended }
}

impl World {
    pub(crate) fn keep(&mut self, keeping: &Keeping) {
        match *keeping {
            Keeping::Client { client, approved } => {
                self.house.set_client(&self.clients[client], status(approved));
                self.model.clients[client] = approved;
            }
            Keeping::User { user, active } => {
                let status = if active { UserStatus::Active } else { UserStatus::Disabled };
                self.house.set_user(&self.house.user(USERS[user]), status);
                self.model.users[user] = active;
            }
            Keeping::Admin { admin, approved } => {
                self.house.set_admin(&self.admins[admin], status(approved));
                self.model.admins[admin].approved = approved;
            }
            Keeping::Rights { admin, list_users, list_others } => {
                let rights = AdminRights { list_users, list_users_other_clients: list_others };
                self.house.set_rights(&self.admins[admin], rights);
                let model = &mut self.model.admins[admin];
                (model.list_users, model.list_others) = (list_users, list_others);
            }
            Keeping::Link { admin, client, linked } => {
                self.house.set_link(&self.admins[admin], &self.clients[client], linked);
                if linked {
                    self.model.links.insert((admin, client));
                } else {
                    self.model.links.remove(&(admin, client));
                }
            }
            Keeping::Disconnect { user, client } => {
                let (of, at) = (self.house.user(USERS[user]).key, self.house.clock.now());
                let client_key = Some(self.clients[client].key);
                let ended = |unit: &mut dyn muster_store::Unit| {
                    unit.end_user_transactions(of, client_key, at)
                };
                self.house.store().change(ended).unwrap();
                self.model.disconnect(user, client);
            }
            Keeping::Clean { keep } => {
                self.house.clean(Lifetime::from_seconds(keep));
                self.model.clean(keep * 1_000);
            }
        }
    }
}

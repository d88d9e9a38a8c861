//! What a keeper changes behind the service's back: who administers whom, how parties stand,
//! what is deleted.

use muster_domain::{
    AdminClient, AdminRights, Client, Clock, Credentials, Lifetime, PartyStatus, Secret, User,
    UserStatus, samples,
};
use muster_store::{Cleaned, PartyKey};

use crate::house::House;

/// Rows of each kind that one batch of cleaning takes.
const BATCH: i64 = 100;

impl House {
    /// An admin whose secret is its id.
    pub(crate) fn admin(&self, id: &str, rights: AdminRights) -> AdminClient {
        let mut new = samples::admin(self.tools.issuer.key, id, rights).unwrap();
        new.credentials = Credentials::secret(self.tools.keys.store_generated(&Secret::from(id)));
        self.store().change(|unit| unit.add_admin(&new)).expect("a new admin")
    }

    pub(crate) fn set_rights(&self, admin: &AdminClient, rights: AdminRights) {
        self.store().change(|unit| unit.set_admin_rights(admin.key, rights)).unwrap();
    }

    /// Gives a client to an admin, or takes it.
    pub(crate) fn set_link(&self, admin: &AdminClient, client: &Client, linked: bool) {
        let (admin, client) = (admin.key, client.key);
        self.store()
            .change(|unit| {
                if linked {
                    unit.link(admin, client)?;
                } else {
                    unit.unlink(admin, client)?;
                }
                Ok(())
            })
            .unwrap();
    }

    pub(crate) fn set_admin(&self, admin: &AdminClient, status: PartyStatus) {
        let key = PartyKey::Admin(admin.key);
        self.store().change(|unit| unit.set_party_status(key, status)).unwrap();
    }

    pub(crate) fn set_client(&self, client: &Client, status: PartyStatus) {
        let key = PartyKey::Client(client.key);
        self.store().change(|unit| unit.set_party_status(key, status)).unwrap();
    }

    pub(crate) fn set_user(&self, user: &User, status: UserStatus) {
        self.store().change(|unit| unit.set_user_status(user.key, status)).unwrap();
    }

    /// Deletes all that ended longer ago than this, batch by batch.
    pub(crate) fn clean(&self, keep: Lifetime) {
        let (now, mut cleaned) = (self.clock.now(), None);
        while cleaned != Some(Cleaned::default()) {
            let batch = self.store().change(|unit| {
                unit.forget_assertions(now, BATCH)?;
                unit.clean(now.minus(keep), BATCH)
            });
            cleaned = Some(batch.expect("nobody keeps it from cleaning"));
        }
    }
}

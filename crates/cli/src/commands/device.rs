//! `muster device`: decisions in a person's name, where no page asks the person.

use muster_admin::DeviceDecision;
use serde_json::json;

use crate::arguments::DeviceCommand;
use crate::exit::Failure;
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>, command: &DeviceCommand) -> Result<(), Failure> {
    match command {
        DeviceCommand::Approve { user_code, user } => {
            desk.keeper()?.decide_device(user_code, DeviceDecision::Approve(user))?;
            desk.output.value(&json!({"user_code": user_code, "approved": true}))?;
            let words = format!("The device gets tokens for {user} when it asks next.");
            Ok(desk.output.say(&words)?)
        }
        DeviceCommand::Deny { user_code } => {
            desk.keeper()?.decide_device(user_code, DeviceDecision::Deny)?;
            desk.output.value(&json!({"user_code": user_code, "approved": false}))?;
            Ok(desk.output.say("The device is told no when it asks next.")?)
        }
    }
}

//! English: allowing an application or a device something.

use crate::catalogue::{Around, ConsentWords, DeviceWords};

pub(super) const CONSENT: ConsentWords = ConsentWords {
    title: "Allow access",
    asks: Around { before: "", after: " asks to act for you." },
    claims: "It would be told",
    audiences: "It could be used at",
    lasting: "For how long",
    once: Around { before: "Until ", after: "." },
    renewed: Around { before: "Until ", after: " at the latest, also while you are away." },
    remembered: "Your answer is remembered. You can take it back on the page “My access” at any time.",
    asked_each_time: "You will be asked each time.",
    only_if_trusted: "Allow this only if you know the application and started this yourself.",
};

pub(super) const DEVICE: DeviceWords = DeviceWords {
    enter_title: "Connect a device",
    enter: "Enter the code that your device or program shows.",
    code: "Code",
    code_hint: "Capital or small letters, with or without the hyphen.",
    go_on: "Continue",
    unknown: "No device is waiting for this code. Check the code; if it is right, start again on the device, because codes are good for a few minutes only.",
    form_expired: "This page was open for too long. Please enter the code again.",
    confirm_title: "Connect this device?",
    asks: Around { before: "A device with ", after: " asks to act for you." },
    compare: "The device must show this code",
    warning: "Allow this only if you started it yourself, on your own device, just now. If somebody sent you the code or a link, do not allow it.",
    allowed_title: "The device is connected",
    allowed: Around { before: "", after: " can now go on on your device." },
    denied_title: "The device was not connected",
    denied: Around { before: "", after: " gets no access." },
    close: "You can close this page.",
};

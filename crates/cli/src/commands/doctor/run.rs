//! The doctor's round: from the settings inwards, as far as one can get.

use serde_json::json;

use super::line::{Finding, Line};
use super::{files, inside, outside};
use crate::exit::{Exit, Failure};
use crate::run::Desk;

pub(crate) fn run(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    let mut lines = settings(desk);
    let addresses = desk.host.listeners(desk.arguments.config.as_deref()).unwrap_or_default();
    if let Ok(settings) = desk.settings() {
        lines.extend(outside::database(&settings));
        lines.push(outside::key(&settings));
        lines.extend(outside::listeners(&addresses));
        lines.extend(files::modes(&settings));
        lines.extend(inside::examine(&settings, &*desk.host.clock()));
    }
    report(desk, &lines)
}

fn settings(desk: &Desk<'_, '_>) -> Vec<Line> {
    let remedy = "see docs/reference/settings.md";
    let file = desk.arguments.config.as_deref();
    let mut lines: Vec<Line> = match desk.host.config_check(file) {
        Ok(problems) => {
            problems.into_iter().map(|words| Line::bad("settings", words, remedy)).collect()
        }
        Err(failure) => vec![Line::bad("settings", failure.words, remedy)],
    };
    let warnings = desk.host.config_warnings(file).unwrap_or_default();
    lines.extend(warnings.into_iter().map(|words| Line::odd("settings", words, remedy)));
    if lines.is_empty() { vec![Line::good("settings", "in order")] } else { lines }
}

fn report(desk: &mut Desk<'_, '_>, lines: &[Line]) -> Result<(), Failure> {
    let count = |finding| lines.iter().filter(|line| line.finding == finding).count();
    let values: Vec<_> = lines
        .iter()
        .map(|line| {
            json!({
                "finding": line.finding.as_str(),
                "about": line.about,
                "words": line.words,
                "remedy": line.remedy,
            })
        })
        .collect();
    desk.output.value(&json!({"ok": count(Finding::Bad) == 0, "lines": values}))?;
    let rows = lines
        .iter()
        .map(|line| {
            vec![
                line.finding.as_str().to_owned(),
                line.about.to_owned(),
                line.words.clone(),
                line.remedy.clone().unwrap_or_default(),
            ]
        })
        .collect();
    desk.output.table(&["", "about", "found", "what to do"], rows)?;
    match count(Finding::Bad) {
        0 => Ok(()),
        1 => Err(Failure::new(Exit::Bad, "one thing is bad")),
        count => Err(Failure::new(Exit::Bad, format!("{count} things are bad"))),
    }
}

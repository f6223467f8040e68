//! Progress of long work, on a terminal only.

use std::sync::OnceLock;

use indicatif::{ProgressBar, ProgressStyle};
use prognostics::prognoser::Watch;

/// A bar of so many steps.
pub(crate) fn bar(steps: u64, of_what: &str) -> ProgressBar {
    let bar = ProgressBar::new(steps).with_message(of_what.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {eta}") {
        bar.set_style(style);
    }
    bar
}

/// Shows the training of a chain.
#[derive(Default)]
pub(crate) struct Watched(OnceLock<ProgressBar>);

impl Watch for Watched {
    fn begin(&self, steps: usize) {
        self.0.get_or_init(|| bar(steps as u64, "models"));
    }

    fn step(&self, _: &str) {
        if let Some(bar) = self.0.get() {
            bar.inc(1);
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(bar) = self.0.get() {
            bar.finish_and_clear();
        }
    }
}

//! Shows the progress of long work on a terminal.

use std::io::{IsTerminal, Read};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{env, io, thread};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use storewright_generator::diagnostic::shown;

use crate::report::tell;

/// Quicker work does not get a line.
const PATIENCE: Duration = Duration::from_millis(300);
const TICK: Duration = Duration::from_millis(100);

const PLAIN: &str = "{spinner:.cyan} {msg}";
const COUNTED: &str = "{spinner:.cyan} [{bar:20.cyan}] {pos}/{len} {msg}";
const BYTES: &str = "{spinner:.cyan} {bytes} {msg}";

/// The line of the command that runs.
static LINE: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// A line that is there as long as this is.
pub struct Progress {
    /// Dropped to say that the line is not needed any more, and who waits for that.
    waiting: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

/// Starts a progress line; an existing line is taken over.
pub fn start(what: &str) -> Progress {
    if let Some(bar) = line().as_ref() {
        bar.set_message(shown(what));
        return Progress { waiting: None };
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    style(&bar, PLAIN);
    bar.set_message(shown(what));
    *line() = Some(bar.clone());
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    let waiting = (io::stderr().is_terminal() && !is_dumb).then(|| {
        let (sender, done) = mpsc::channel::<()>();
        let show = move || {
            if done.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.enable_steady_tick(TICK);
                // Until the sender is dropped.
                let _ = done.recv();
            }
            bar.finish_and_clear();
        };
        (sender, thread::spawn(show))
    });
    Progress { waiting }
}

/// Shows the current step.
pub fn step(what: &str) {
    if let Some(bar) = line().as_ref() {
        bar.set_message(shown(what));
    }
}

/// Prints a line that stays.
pub fn say(text: &str) {
    let text = shown(text);
    match line().as_ref() {
        Some(bar) => bar.suspend(|| tell!("{text}")),
        None => tell!("{text}"),
    }
}

/// Removes the line, because other output follows.
pub fn clear() {
    if let Some(bar) = line().take() {
        bar.finish_and_clear();
    }
}

/// Counts the bytes that are read.
pub fn reading(reader: impl Read) -> impl Read {
    let bar = line().clone().unwrap_or_else(ProgressBar::hidden);
    style(&bar, BYTES);
    Counted { reader: bar.wrap_read(reader), bar }
}

struct Counted<R> {
    reader: R,
    bar: ProgressBar,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl<R> Drop for Counted<R> {
    fn drop(&mut self) {
        style(&self.bar, PLAIN);
    }
}

impl Progress {
    /// Sets the number of things to do, one after the other.
    pub fn count(&self, total: usize) {
        if let Some(bar) = line().as_ref() {
            bar.set_length(total as u64);
            bar.set_position(0);
            style(bar, COUNTED);
        }
    }

    /// One of them is done.
    pub fn done(&self) {
        if let Some(bar) = line().as_ref() {
            bar.inc(1);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, waiting)) = self.waiting.take() {
            drop(sender);
            let _ = waiting.join();
            line().take();
        }
    }
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("█▌░"));
    }
}

fn line() -> MutexGuard<'static, Option<ProgressBar>> {
    LINE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_one() {
        for template in [PLAIN, COUNTED, BYTES] {
            ProgressStyle::with_template(template).unwrap();
        }
    }

    #[test]
    fn what_is_read_comes_out_unchanged() {
        let mut text = String::new();
        reading(&b"hello"[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");
    }
}

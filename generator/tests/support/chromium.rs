//! Drives a headless Chromium over two pipes, so that nothing listens on a port.
//!
//! It is spoken to by the DevTools protocol over two pipes, so that nothing listens on a port.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::sample;

/// Its names in packages.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// Flags that isolate it: no other process, no network, no dialogue.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
];

/// An open page.
pub(crate) struct Page {
    folder: TempDir,
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    session: Option<String>,
    last: u64,
    /// Errors that scripts of the page did not catch.
    pub(crate) faults: Vec<String>,
}

impl Page {
    /// A browser that shows the file, or a loud word that there is none. A sample has none.
    pub(crate) fn open(html: &str) -> Option<Self> {
        if !sample::is_thorough() {
            return None;
        }
        let Some(name) = NAMES.iter().find(|name| is_there(name)) else {
            let test = std::thread::current().name().unwrap_or("a test").to_owned();
            // Not `eprintln!`: the test harness hides its output in a test that passes.
            let _ = writeln!(std::io::stderr(), "NOT RUN: {test}: Chromium is not installed");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("report.html"), html).unwrap();
        let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
        // It reads requests from file 3 and writes responses to file 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", name])
            .args(FLAGS)
            .arg(profile)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let requests = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut out = Self { folder, child, requests, answers, session: None, last: 0, faults: Vec::new() };
        let target = out.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached = json!({ "targetId": target["targetId"], "flatten": true });
        let session = out.call("Target.attachToTarget", attached);
        out.session = session["sessionId"].as_str().map(str::to_owned);
        out.call("Page.enable", json!({}));
        out.call("Runtime.enable", json!({}));
        out.go("");
        Some(out)
    }

    /// Loads the file, at the element that the fragment names.
    pub(crate) fn go(&mut self, fragment: &str) {
        let url = format!("file://{}{fragment}", self.folder.path().join("report.html").display());
        // A fragment alone would load nothing.
        self.call("Page.navigate", json!({ "url": "about:blank" }));
        self.call("Page.navigate", json!({ "url": url }));
        let loaded = "new Promise(done => document.readyState === 'complete' ? done(true) : addEventListener('load', () => done(true)))";
        assert_eq!(self.eval(loaded), true);
    }

    /// The value of a script.
    pub(crate) fn eval(&mut self, script: &str) -> Value {
        let asked = json!({ "expression": script, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", asked);
        assert!(answer.get("exceptionDetails").is_none(), "{script}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Presses a key as a person does.
    pub(crate) fn press(&mut self, key: &str) {
        let (modifiers, key) = key.strip_prefix("Shift+").map_or((0, key), |key| (8, key));
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "ArrowDown" => (40, ""),
            "/" => (191, "/"),
            other => panic!("{other}"),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers });
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = text.into();
            }
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Gives the window another size.
    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// Types into the focused element.
    pub(crate) fn type_in(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Shows the page as to a person who likes it dark, or light.
    pub(crate) fn prefer(&mut self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Lays the page out as for a printer, or for the screen again.
    pub(crate) fn media(&mut self, media: &str) {
        self.call("Emulation.setEmulatedMedia", json!({ "media": media }));
    }

    /// Prints the page, which its scripts hear of.
    pub(crate) fn print(&mut self) {
        assert!(self.call("Page.printToPDF", json!({}))["data"].is_string());
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.requests.write_all(message.to_string().as_bytes()).unwrap();
        self.requests.write_all(b"\0").unwrap();
        loop {
            let mut answer = Vec::new();
            self.answers.read_until(0, &mut answer).unwrap();
            assert_eq!(answer.pop(), Some(0), "Chromium ended while {method} was asked of it");
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            if answer["method"] == "Runtime.exceptionThrown" {
                self.faults.push(answer["params"].to_string());
            }
            if answer["id"] == self.last {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // Its children end with it, and the folder must not go before them.
        let _ = self.requests.write_all(br#"{"id":0,"method":"Browser.close"}"#);
        let _ = self.requests.write_all(b"\0");
        let _ = self.child.wait();
    }
}

fn is_there(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

//! Calls every operation through its generated client against a judge made from the vendor's document.

mod document;
mod driver;
mod exceptions;
mod judge;
mod paging;
mod pattern;
mod plan;
mod program;
mod sample;
mod schema;
mod variants;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use storewright_generator::diagnostic::{Sink, shown};
use storewright_generator::load;

use self::document::Operation;
use self::exceptions::Exception;
use self::judge::Judge;
use self::plan::{Answer, Order};
use self::program::Program;
use self::sample::{Fill, Sampler, Seen};
use self::schema::Schemas;
use self::verdict::{Expected, Side};
use crate::checkout::{SHARED, Tree};
use crate::report::{plural, refuse, stderr, stdout_json, table, tell};
use crate::{Outcome, fetch, generate, measure, pipeline, progress, source_toml};

/// The number of seeds in the round of properties.
const SEEDS: u64 = 8;

/// So many calls of one operation have new values of enums at most.
const ALTERNATIVES: usize = 1000;

/// The credentials of APIs whose tests name no others.
const BEARER: &str = "storewright_runtime::StaticToken::bearer(\"secret\")";

/// Command lines that a person can copy.
const EXAMPLES: &str = "\u{1b}[1;4mExamples:\u{1b}[0m
  cargo xtask contract app47                                            # all rounds of one API
  cargo xtask contract app-store-connect --round all --only betaGroups  # some operations, with all they take
  cargo xtask contract --json                                           # for programs";

#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The APIs, by the names of their folders under `specs/`; by default all of them.
    apis: Vec<String>,
    /// The URL of a running judge, for one API.
    #[arg(long, value_name = "URL")]
    judge: Option<String>,
    /// The rounds; by default all of them.
    #[arg(long, value_enum)]
    round: Vec<Round>,
    /// Print the findings as JSON on standard output.
    #[arg(long)]
    json: bool,
    /// Only operations whose id contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Only these operations, by their whole ids.
    #[arg(long, value_name = "ID")]
    operation: Vec<String>,
    /// Only the first of so many operations each, of a client that is compiled whole.
    #[arg(long, value_name = "N")]
    every: Option<NonZeroUsize>,
    /// Generate and call a client of this document instead of a stored one; with the rules of the named API, if any.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Call the client that an earlier run generated from the document, with any changes since.
    #[arg(long, requires = "from", hide = true)]
    keep_client: bool,
}

impl Args {
    /// All rounds of some APIs.
    pub(crate) fn of(apis: Vec<String>) -> Self {
        Self { apis, ..Self::default() }
    }

    /// The required calls of a document: of all operations, or of those whose ids contain `only`.
    pub(crate) fn document(from: PathBuf, only: Option<&str>) -> Self {
        let only = only.map(str::to_owned);
        Self { from: Some(from), only, round: vec![Round::Required], ..Self::default() }
    }

    /// All rounds of a version of an API, with one of so many operations.
    pub(crate) fn version(api: &str, document: &Path, every: Option<NonZeroUsize>) -> Self {
        Self { every, from: Some(document.to_owned()), ..Self::of(vec![api.to_owned()]) }
    }

    fn chooses_some(&self) -> bool {
        self.only.is_some() || !self.operation.is_empty() || self.every.is_some()
    }

    /// True if an operation is called.
    fn chooses(&self, id: &str) -> bool {
        self.only.as_ref().is_none_or(|only| id.contains(only.as_str()))
            && (self.operation.is_empty() || self.operation.iter().any(|one| one == id))
    }
}

/// A way to call all operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Round {
    /// With required members and parameters.
    Required,
    /// With all optional members and parameters.
    All,
    /// Every declared failure.
    Errors,
    /// The judge generates the responses.
    Dynamic,
    /// Values of many seeds, sent and received; responses of newer servers.
    Properties,
}

const ROUNDS: &[Round] = &[Round::Required, Round::All, Round::Errors, Round::Dynamic, Round::Properties];

#[derive(Debug, Serialize)]
struct Found {
    apis: Vec<FoundOfApi>,
}

#[derive(Debug, Serialize)]
struct FoundOfApi {
    name: String,
    operations: usize,
    called: usize,
    request_violations: usize,
    decode_failures: usize,
    exceptions: Vec<Reason>,
    rounds: Vec<Took>,
    /// CPU time of this program, the program with the generated client, and the judge, without compilers.
    cpu_s: Option<f64>,
    /// The most memory that the program with the generated client took, where the system says that.
    driver_mb: Option<f64>,
    /// The same of the judge.
    judge_mb: Option<f64>,
}

/// One round of one API.
#[derive(Debug, Serialize)]
struct Took {
    round: Round,
    calls: usize,
    findings: usize,
    seconds: f64,
}

#[derive(Debug, Serialize)]
struct Reason {
    operation: String,
    reason: String,
}

/// One API while it is judged.
struct Session<'t> {
    schemas: Schemas<'t>,
    program: Program,
    exceptions: Vec<Exception>,
    strict: bool,
    called: BTreeSet<&'t str>,
    findings: Vec<(Side, String)>,
    /// The alternatives that requests and responses had.
    sent: Seen,
    answered: Seen,
    /// The members of responses that were wrong.
    spoilt: BTreeSet<plan::Spoilt>,
    /// The bodies of failures, by the address of their schema: most operations share one.
    faults: BTreeMap<usize, Value>,
}

/// Makes sure that there can be a judge; or says why there can be none.
pub(crate) fn prepare(tree: &Tree) -> anyhow::Result<Option<String>> {
    judge::prepare(tree)
}

/// The APIs whose documents are here, and those whose are not.
pub(crate) fn documents(tree: &Tree) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    let (mut here, mut away) = (Vec::new(), Vec::new());
    for api in tree.apis()? {
        match vendor_document(tree, &api)? {
            Some(_) => here.push(api),
            None => away.push(api),
        }
    }
    Ok((here, away))
}

pub(crate) fn run(tree: &Tree, args: &Args) -> anyhow::Result<Outcome> {
    let apis = if args.apis.is_empty() { tree.apis()? } else { args.apis.clone() };
    for api in &apis {
        tree.check_api(api)?;
    }
    if args.from.is_some() && args.apis.len() > 1 {
        bail!("`--from` is one document: name at most one API, whose rules it has");
    }
    if args.judge.is_some() && apis.len() != 1 {
        bail!("`--judge` is a judge of one API: name it");
    }
    if args.judge.is_none()
        && let Some(why) = prepare(tree)?
    {
        bail!(why);
    }
    let mut found = Found { apis: Vec::new() };
    let mut is_well = true;
    if let Some(from) = &args.from {
        let mut out = Sink::new();
        let Some(subject) = foreign(tree, args, from, &mut out)? else {
            return Ok(refuse(out.diagnostics()));
        };
        let (one, well) = contract(tree, args, &subject)?;
        is_well &= well;
        found.apis.push(one);
    }
    for api in apis.iter().filter(|_| args.from.is_none()) {
        let mut out = Sink::new();
        let Some(document) = vendor_document(tree, api)? else {
            tell!("{api}: DID NOT RUN: its document is not next to the checkout; set {SHARED}");
            continue;
        };
        let rules = pipeline::rules(tree, Some(api))?;
        let prepared = prepared(tree, api, &rules, &document, &mut out)?;
        let client = driver::Client::ours(tree, api)?;
        let Some((tree_of, client)) = prepared.zip(client) else {
            return Ok(refuse(out.diagnostics()));
        };
        let subject = Subject { name: api.clone(), about: api.clone(), tree: tree_of, client };
        let (one, well) = contract(tree, args, &subject)?;
        is_well &= well;
        found.apis.push(one);
    }
    if args.json {
        stdout_json(&found)?;
    }
    stderr(&table(&rows(&found)));
    Ok(if is_well { Outcome::Done } else { Outcome::Findings })
}

/// A client, and the document that it is compared with.
struct Subject {
    name: String,
    /// The name of the files below `tests/contract`.
    about: String,
    tree: Value,
    client: driver::Client,
}

/// A document that is not stored, and the client that is generated from it; none after errors.
fn foreign(tree: &Tree, args: &Args, from: &Path, out: &mut Sink) -> anyhow::Result<Option<Subject>> {
    let name = generate::name_of(&from.display().to_string());
    let api = args.apis.first().map(String::as_str);
    let about = api.unwrap_or(&name).to_owned();
    let rules = pipeline::rules(tree, api)?;
    let Some(document) = fetch::fetch(&from.display().to_string(), out) else { return Ok(None) };
    let Some(mut prepared) = prepared(tree, &about, &rules, &document, out)? else { return Ok(None) };
    let client = driver::Client::of_document(tree, &document, &rules, (api, &name), args.keep_client, out)?;
    Ok(client.map(|client| {
        // The driver calls operations by the ids that the client gives to those without one.
        let ids = client.api.operations.iter();
        let ids = ids.map(|(id, o)| ((o.path.as_str(), o.method.to_lowercase()), id.as_str()));
        document::identify(&mut prepared, &ids.collect());
        Subject { name, about, tree: prepared, client }
    }))
}

fn rows(found: &Found) -> Vec<[String; 10]> {
    let head = [
        "API",
        "operations",
        "called",
        "request violations",
        "decode failures",
        "exceptions",
        "s",
        "CPU s",
        "driver MB",
        "judge MB",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(found.apis.iter().map(|api| {
        let numbers =
            [api.operations, api.called, api.request_violations, api.decode_failures, api.exceptions.len()];
        let [operations, called, violations, failures, exceptions] = numbers.map(|n| n.to_string());
        let seconds: f64 = api.rounds.iter().map(|round| round.seconds).sum();
        let number = |number: Option<f64>| number.map_or_else(|| "–".to_owned(), |n| format!("{n:.0}"));
        let (cpu, driver, judge) = (number(api.cpu_s), number(api.driver_mb), number(api.judge_mb));
        let seconds = format!("{seconds:.1}");
        [api.name.clone(), operations, called, violations, failures, exceptions, seconds, cpu, driver, judge]
    }));
    rows
}

/// The document of the stored Api; none if it is not here.
fn vendor_document(tree: &Tree, api: &str) -> anyhow::Result<Option<fetch::Document>> {
    let settings = source_toml::read(tree, api)?;
    if settings.empty {
        return Ok(Some(fetch::empty()));
    }
    let read = settings.read.context("nothing was read yet: `cargo xtask update` first")?;
    let names = [read.from.clone(), format!("{}.json", read.version)];
    let path = names.iter().find_map(|name| tree.shared(&format!("specs/{api}/{name}")));
    let Some(path) = path else { return Ok(None) };
    let mut out = Sink::new();
    let document = fetch::pinned(&path.display().to_string(), &read.sha256, &mut out);
    match document {
        Some(document) => Ok(Some(document)),
        None => bail!("{}", out.diagnostics().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// The vendor's tree, corrected by the API's overlay and then by that of the tests; none if errors were pushed.
fn prepared(
    tree: &Tree,
    api: &str,
    rules: &pipeline::Rules,
    document: &fetch::Document,
    out: &mut Sink,
) -> anyhow::Result<Option<Value>> {
    let Some(mut mended) = pipeline::mended(document, rules, out) else { return Ok(None) };
    let path = tree.root().join("tests/contract").join(format!("{api}.overlay.yaml"));
    if path.is_file() {
        let (name, text) = (tree.shown(&path), fs::read_to_string(&path)?);
        let source = load::Source { name: &name, text: text.as_bytes() };
        let Some(overlay) = load::Overlay::parse(source, out) else { return Ok(None) };
        let outcomes = overlay.apply(&mut mended, None, out);
        if let Some(unneeded) = outcomes.iter().find(|action| action.applies && action.matched == 0) {
            bail!("{name}: the action `{}` matches nothing: take it out", unneeded.id);
        }
    }
    Ok((!out.has_errors()).then(|| document::written_back(mended)))
}

fn contract(tree: &Tree, args: &Args, subject: &Subject) -> anyhow::Result<(FoundOfApi, bool)> {
    let before = measure::own()?.cpu_s;
    let Subject { name: api, about, tree: prepared, client } = subject;
    let schemas = Schemas::new(prepared);
    let mut operations = document::operations(prepared);
    operations.retain(|operation| args.chooses(operation.id));
    let every = args.every.map_or(1, NonZeroUsize::get);
    let operations: Vec<Operation<'_>> = operations.into_iter().step_by(every).collect();
    if operations.is_empty() {
        bail!("{api} has no operation that `--only` or `--operation` chooses");
    }
    let exceptions::File { strict, credentials, exception } = exceptions::read(tree, about)?;
    let credentials = match credentials.or_else(|| client.credentials()) {
        Some(credentials) => credentials,
        None => BEARER.to_owned(),
    };
    let credentials = credentials.as_str();
    let ids: BTreeSet<&str> = operations.iter().map(|operation| operation.id).collect();
    let chosen = |id: &str| ids.contains(id);
    let file = driver::build(tree, client, credentials, &chosen, args.every.is_some())?;
    let folder = tree.contract();
    fs::create_dir_all(&folder)?;
    let judge = match &args.judge {
        Some(url) => Judge::at(url),
        None => {
            // Documents of others describe less than they allow.
            let document = document::closed(prepared, &chosen, args.from.is_none());
            judge(tree, &folder.join(format!("{api}.json")), &document, operations.len())?
        }
    };
    let program = Program::start(&file, &judge.url, folder.join(format!("{api}.driver.cost")))?;
    let mut session = Session::new(schemas, strict, program, exception);
    let rounds = if args.round.is_empty() { ROUNDS } else { &args.round };
    let took = rounds.iter().map(|round| session.timed(api, *round, &operations));
    let took = took.collect::<anyhow::Result<Vec<Took>>>()?;
    let is_well = reported(args, api, rounds, &operations, &session);
    let (driver, judge) = (session.program.end()?, judge.end()?);
    let own = measure::own()?.cpu_s - before;
    let count = |side: Side| session.findings.iter().filter(|(s, _)| *s == side).count();
    let used = session.exceptions.iter().filter(|e| !e.used.is_empty());
    let reason =
        |e: &exceptions::Exception| Reason { operation: e.operation.clone(), reason: e.reason.clone() };
    let found = FoundOfApi {
        name: api.to_owned(),
        operations: operations.len(),
        called: session.called.len(),
        request_violations: count(Side::Request),
        decode_failures: count(Side::Answer),
        exceptions: used.map(reason).collect(),
        rounds: took,
        cpu_s: driver.zip(judge).map(|(driver, judge)| own + driver.cpu_s + judge.cpu_s),
        driver_mb: driver.map(|cost| cost.peak_mb),
        judge_mb: judge.map(|cost| cost.peak_mb),
    };
    Ok((found, is_well))
}

/// Starts a judge of a document, which is written to `path`.
fn judge(tree: &Tree, path: &Path, document: &Value, operations: usize) -> anyhow::Result<Judge> {
    fs::write(path, serde_json::to_vec(document)?)?;
    Judge::start(tree, path, operations)
}

/// Prints the findings, needless exceptions and missing calls of a session; true if there is none.
fn reported(
    args: &Args,
    api: &str,
    rounds: &[Round],
    operations: &[Operation<'_>],
    session: &Session<'_>,
) -> bool {
    let mut is_well = session.findings.is_empty();
    // Responses that are generated at random may be right by chance.
    let is_sure = |round: &Round| *round != Round::Dynamic && rounds.contains(round);
    for exception in session.exceptions.iter().filter(|_| !args.chooses_some() && args.from.is_none()) {
        for round in exception.rounds.iter().filter(|r| is_sure(r) && !exception.used.contains(r)) {
            is_well = false;
            tell!("{api}: {}: the exception in round {round:?} is not needed", shown(&exception.operation));
        }
    }
    for (side, finding) in &session.findings {
        tell!("{api}: {side:?}: {}", shown(&finding.to_string()));
    }
    let missed: Vec<&str> =
        operations.iter().map(|o| o.id).filter(|id| !session.called.contains(*id)).collect();
    // The other rounds have nothing to ask of some operations.
    let all = rounds.iter().any(|round| matches!(round, Round::Required | Round::All));
    if !args.chooses_some() && all && !missed.is_empty() {
        is_well = false;
        tell!("{api}: not called: {}", shown(&missed.join(", ")));
    }
    is_well
}

/// The outcome of a call to the judge: an operation without a successful response gets its first failure.
fn first_response(operation: &Operation<'_>) -> Expected<'static> {
    let is_success = |status: &str| status == "default" || !status.starts_with(['3', '4', '5']);
    match operation.answers.iter().any(|(status, _)| is_success(status)) {
        true => Expected::Same,
        // The judge takes the first. A client follows no redirect.
        false => {
            let codes = operation.answers.iter().filter_map(|(status, _)| status.parse().ok());
            codes.min().map_or(Expected::Same, Expected::Failure)
        }
    }
}

/// The media types of a successful response, one call each; an empty one if there is no body.
fn media_types(operation: &Operation<'_>) -> Vec<String> {
    let content = plan::success(operation).map_or(&[][..], |(_, content)| content);
    match content {
        [] => vec![String::new()],
        content => content.iter().map(|(media, _)| media.clone()).collect(),
    }
}

impl<'t> Session<'t> {
    fn new(
        schemas: Schemas<'t>,
        strict: bool,
        program: Program,
        exceptions: Vec<exceptions::Exception>,
    ) -> Self {
        Self {
            schemas,
            strict,
            program,
            exceptions,
            called: BTreeSet::new(),
            findings: Vec::new(),
            sent: Seen::default(),
            answered: Seen::default(),
            spoilt: BTreeSet::new(),
            faults: BTreeMap::new(),
        }
    }

    /// Makes the calls of a round, and prints their number and time.
    fn timed(&mut self, api: &str, round: Round, operations: &'t [Operation<'t>]) -> anyhow::Result<Took> {
        let (start, before) = (Instant::now(), self.findings.len());
        let mut calls = 0;
        let name = format!("{round:?}").to_lowercase();
        let progress = progress::start(&name);
        progress.count(operations.len());
        for operation in operations {
            progress::step(&format!("{name}: {}", operation.id));
            calls += self.round(round, operation).with_context(|| operation.id.to_owned())?;
            progress.done();
        }
        drop(progress);
        let findings = self.findings.len() - before;
        let (word, seconds) = (plural(findings, "finding"), start.elapsed().as_secs_f64());
        tell!("{api}: {name}: {calls} calls, {findings} {word} ({seconds:.1} s)");
        Ok(Took { round, calls, findings, seconds })
    }

    /// Calls one operation in a round; returns the number of calls.
    fn round(&mut self, round: Round, operation: &'t Operation<'t>) -> anyhow::Result<usize> {
        let schemas = self.schemas;
        let order = |fill, seed| plan::order(schemas, operation, fill, seed);
        let prefer = |value: String| vec![("prefer".to_owned(), value)];
        match round {
            Round::Required => {
                let expected = first_response(operation);
                let mut calls = self.call(round, operation, &order(Fill::Required, 1), expected)?;
                for (media, schema) in &operation.others {
                    let other = operation.sending(schemas, media.clone(), schema, true);
                    let order = plan::order(schemas, &other, Fill::Required, 1);
                    let order = Order { sends: Some(media.clone()), ..order };
                    calls += self.call(round, &other, &order, expected)?;
                }
                Ok(calls)
            }
            Round::All => self.call(round, operation, &order(Fill::All, 2), first_response(operation)),
            Round::Dynamic => {
                let order = Order { headers: prefer("dynamic=true".to_owned()), ..order(Fill::Required, 3) };
                self.call(round, operation, &order, Expected::Kept)
            }
            Round::Errors => {
                let mut calls = 0;
                for (status, schema) in plan::failures(operation) {
                    for media in media_types(operation) {
                        let mut order = Order { media: Some(media.clone()), ..order(Fill::Required, 4) };
                        match schema {
                            None => order.headers = prefer(format!("code={status}")),
                            Some(schema) => {
                                let body =
                                    self.faults.entry(std::ptr::from_ref(schemas.resolve(schema)).addr());
                                let body = body.or_insert_with(|| {
                                    Sampler::new(schemas, Fill::All, false, 5).value(schema)
                                });
                                order.answer = Some(Answer::of(status, "application/json", body));
                            }
                        }
                        calls += self.call(round, operation, &order, Expected::Failure(status))?;
                    }
                }
                Ok(calls)
            }
            Round::Properties => self.properties(operation),
        }
    }

    /// Requests of many seeds match their schemas; responses that match their schemas are read, and so are those with
    /// more members than the document declares.
    fn properties(&mut self, operation: &'t Operation<'t>) -> anyhow::Result<usize> {
        let mut calls = 0;
        let Some((status, content)) = plan::success(operation) else { return Ok(0) };
        let none = [(String::new(), &Value::Null)];
        let content = if content.is_empty() { &none[..] } else { content };
        calls += self.alternatives(operation, status, content)?;
        calls += self.spoilt(operation, status, content)?;
        calls += self.pages(operation)?;
        for seed in 0..SEEDS {
            for (media, schema) in
                content.iter().filter(|(media, _)| media.contains("json") || media.is_empty())
            {
                let fill = if seed == 0 { Fill::All } else { Fill::Some };
                let mut order = plan::order(self.schemas, operation, Fill::Some, 100 + seed);
                let value = Sampler::new(self.schemas, fill, false, 200 + seed).wide().value(schema);
                order.sets_again = seed % 2 == 1;
                order.media = Some(media.clone());
                let answer = |value: &Value| Some(Answer::of(status, media, value));
                order.answer = answer(&value);
                calls += self.call(Round::Properties, operation, &order, Expected::Same)?;
                for (wrong, expected) in [(false, Expected::Kept), (true, Expected::Read)] {
                    let mut value = value.clone();
                    plan::Newer { schemas: self.schemas, wrong, seed: 300 + seed }.change(schema, &mut value);
                    order.answer = answer(&value);
                    calls += self.call(Round::Properties, operation, &order, expected)?;
                }
            }
        }
        Ok(calls)
    }

    /// Sends and decodes every value of each enum and every variant of each union, once over all operations.
    fn alternatives(
        &mut self,
        operation: &'t Operation<'t>,
        status: u16,
        content: &[(String, &'t Value)],
    ) -> anyhow::Result<usize> {
        let mut calls = 0;
        for (media, schema) in content {
            for _ in 0..ALTERNATIVES {
                let (mut order, sent) = plan::each(self.schemas, operation, std::mem::take(&mut self.sent));
                self.sent = sent;
                let answered = std::mem::take(&mut self.answered);
                let mut sampler = Sampler::each(self.schemas, false, 8, answered);
                let value = sampler.value(schema);
                self.answered = sampler.into_seen();
                order.media = Some(media.clone());
                order.answer = Some(Answer::of(status, media, &value));
                calls += self.call(Round::Properties, operation, &order, Expected::Same)?;
                if !self.sent.grew && !self.answered.grew {
                    break;
                }
            }
        }
        Ok(calls)
    }

    /// Gives each member of a response a wrong type or removes it, once over all operations.
    fn spoilt(
        &mut self,
        operation: &'t Operation<'t>,
        status: u16,
        content: &[(String, &'t Value)],
    ) -> anyhow::Result<usize> {
        let mut calls = 0;
        for (media, schema) in content.iter().filter(|(media, _)| media.contains("json")) {
            let value = Sampler::new(self.schemas, Fill::All, false, 9).value(schema);
            let order = Order {
                media: Some(media.clone()),
                ..plan::order(self.schemas, operation, Fill::Required, 9)
            };
            loop {
                let mut wrong = value.clone();
                let Some(place) = plan::spoil(self.schemas, schema, &mut wrong, &mut self.spoilt) else {
                    break;
                };
                let order = Order { answer: Some(Answer::of(status, media, &wrong)), ..order.clone() };
                calls += self.call(Round::Properties, operation, &order, Expected::Mismatch(&place))?;
            }
        }
        Ok(calls)
    }

    /// Reads a list page by page.
    fn pages(&mut self, operation: &'t Operation<'t>) -> anyhow::Result<usize> {
        let Some(pages) = paging::pages(self.schemas, operation) else { return Ok(0) };
        let reports = self.program.call(&pages.order)?;
        for message in reports.iter().flat_map(|report| pages.judge(self.schemas, operation, report)) {
            self.findings.push((Side::Answer, format!("{}: {message}", operation.id)));
        }
        Ok(reports.len())
    }

    fn call(
        &mut self,
        round: Round,
        operation: &Operation<'t>,
        order: &Order,
        expected: Expected<'_>,
    ) -> anyhow::Result<usize> {
        // Values of the round of properties match their schemas; examples and Prism's values do so in documents that
        // declare it.
        let strict = expected == Expected::Same && (round == Round::Properties || self.strict);
        let order = &Order { strict, ..order.clone() };
        let reports = self.program.call(order)?;
        if reports.iter().any(|report| report.exchange.is_some()) {
            self.called.insert(operation.id);
        }
        for report in &reports {
            let mut seen = BTreeSet::new();
            for (side, message) in verdict::judge(self.schemas, operation, order, report, expected) {
                let excepted =
                    exceptions::excepts(&mut self.exceptions, operation.id, round, (side, &message));
                if !excepted && seen.len() < 4 && seen.insert(message.clone()) {
                    self.findings.push((side, format!("{} ({round:?}): {message}", operation.id)));
                }
            }
        }
        Ok(reports.len())
    }
}

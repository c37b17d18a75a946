//! Reads the rows of a report one by one, and keeps the lines around them apart.

use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::download::{Checksum, finish};
use super::layout::{Line, ReportLayout, same_name};
use super::source::Source;
use crate::api::Api;
use crate::error::{ApiError, Cause, Failure};
use crate::request::Place;

/// The maximum size of a row; a text with longer lines is not a report.
const LONGEST_ROW: usize = 4 << 20;
/// The maximum size of the lines around the rows.
const MOST_KEPT: usize = 16 << 20;

/// The separator of the columns of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Columns {
    /// Tabs; quotes are part of the values.
    Tabs,
    /// Commas; a value with a comma, quote or line end is quoted.
    Commas,
}

/// The rows of a report, each read on demand.
///
/// If the API's reports have lines that are not rows ([`ReportLayout`]), these are kept apart: the preamble, the totals
/// and the rows of a second table. A repeated header row is skipped: some files are several reports.
pub struct Rows<A> {
    lines: Lines,
    layout: ReportLayout,
    /// Lines that were read to find the header row, and are not returned yet.
    ahead: VecDeque<Vec<String>>,
    /// The reason for which the report broke off before its header row was found.
    broke_off: Option<Cause>,
    preamble: Vec<Vec<String>>,
    names: Arc<[String]>,
    totals: Vec<(String, String)>,
    /// The names of the second table, during its rows.
    other: Option<Arc<[String]>>,
    summary: Vec<Row>,
    kept: usize,
    place: Place,
    size: Option<u64>,
    checksum: Option<Checksum>,
    api: PhantomData<fn() -> A>,
}

impl<A> fmt::Debug for Rows<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("names", &self.names).finish_non_exhaustive()
    }
}

impl<A: Api> Rows<A> {
    pub(super) async fn new(
        source: Source,
        columns: Columns,
        place: Place,
        size: Option<u64>,
        checksum: Option<Checksum>,
    ) -> Result<Self, ApiError<A>> {
        let mut rows = Rows {
            lines: Lines::new(source, columns),
            layout: A::REPORTS,
            ahead: VecDeque::new(),
            broke_off: None,
            preamble: Vec::new(),
            names: Arc::new([]),
            totals: Vec::new(),
            other: None,
            summary: Vec::new(),
            kept: 0,
            place,
            size,
            checksum,
            api: PhantomData,
        };
        let mut first = Vec::new();
        loop {
            match rows.lines.next().await {
                Ok(Some(line)) if rows.layout.is_blank(&line) => {}
                Ok(Some(line)) => {
                    let more = rows.layout.wants_more(first.len() + 1, &line);
                    first.push(line);
                    if !more {
                        break;
                    }
                }
                Ok(None) => break,
                Err(cause) => {
                    rows.broke_off = Some(cause);
                    break;
                }
            }
        }
        if let Some(cell) = first.first_mut().and_then(|line| line.first_mut())
            && let Some(rest) = cell.strip_prefix('\u{feff}')
        {
            *cell = rest.to_owned();
        }
        let below = first.split_off(rows.layout.names_at(&first).min(first.len()));
        rows.preamble = first;
        rows.ahead = below.into();
        let Some(names) = rows.ahead.pop_front() else {
            let none = || Cause::File("the report has no line of names".into());
            let cause = rows.broke_off.take().unwrap_or_else(none);
            return Err(rows.failed(cause).into());
        };
        rows.names = trimmed(names);
        Ok(rows)
    }

    /// The names of the columns, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The lines above the header row, each with its cells; most reports have none.
    pub fn preamble(&self) -> &[Vec<String>] {
        &self.preamble
    }

    /// The totals below the rows, name and value, in order; complete once [`Rows::try_next`] returned `None`. A report
    /// of several regions may repeat a name.
    pub fn totals(&self) -> &[(String, String)] {
        &self.totals
    }

    /// The rows of the second table, which have its own column names; complete once [`Rows::try_next`] returned `None`.
    pub fn summary(&self) -> &[Row] {
        &self.summary
    }

    /// The next row; `None` at the end. Dropping the future loses nothing.
    ///
    /// # Errors
    /// If the report breaks off, or has unexpected content; no rows follow.
    pub async fn try_next(&mut self) -> Result<Option<Row>, ApiError<A>> {
        loop {
            let read = match (self.ahead.pop_front(), self.broke_off.take()) {
                (Some(line), broke_off) => {
                    self.broke_off = broke_off;
                    Ok(Some(line))
                }
                (None, Some(cause)) => Err(cause),
                (None, None) => self.lines.next().await,
            };
            let sorted = match read {
                Ok(Some(line)) => self.sort(line),
                Ok(None) => break,
                Err(cause) => Err(cause),
            };
            match sorted {
                Ok(Some(row)) => return Ok(Some(row)),
                Ok(None) => {}
                Err(cause) => {
                    // A row that broke off is dropped.
                    self.lines.stop();
                    self.ahead.clear();
                    return Err(self.failed(cause).into());
                }
            }
        }
        if let Some(source) = self.lines.source.take() {
            finish(source, self.size, self.checksum.as_ref())
                .map_err(|error| self.failed(Cause::File(error)))?;
        }
        Ok(None)
    }

    /// Returns a row, and keeps any other line.
    fn sort(&mut self, line: Vec<String>) -> Result<Option<Row>, Cause> {
        let size = line.iter().map(|cell| cell.len() + size_of::<String>()).sum::<usize>();
        let names = self.other.as_ref().unwrap_or(&self.names);
        match (self.layout.line(&line, &self.names, names), &self.other) {
            (Line::Row, None) => return Ok(Some(Row { names: Arc::clone(&self.names), values: line })),
            (Line::Row, Some(names)) => self.summary.push(Row { names: Arc::clone(names), values: line }),
            (Line::Total(name, value), _) => self.totals.push((name, value)),
            (Line::OtherNames, _) => self.other = Some(trimmed(line)),
            (Line::Names, _) => self.other = None,
            (Line::Blank, _) => {}
        }
        self.kept += size;
        if self.kept > MOST_KEPT {
            return Err(Cause::File("the report has more than 16 MiB of lines that are not rows".into()));
        }
        Ok(None)
    }

    fn failed(&self, cause: Cause) -> Failure {
        let (operation, path) = &self.place;
        Failure::new(Some(*operation), cause, None).at(path.clone())
    }
}

fn trimmed(names: Vec<String>) -> Arc<[String]> {
    names.into_iter().map(|name| name.trim().to_owned()).collect()
}

struct Lines {
    /// `None` after its end.
    source: Option<Source>,
    reader: Box<Reader>,
    input: Bytes,
    output: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    ended: usize,
}

impl Lines {
    fn new(source: Source, columns: Columns) -> Self {
        let reader = match columns {
            Columns::Tabs => ReaderBuilder::new().delimiter(b'\t').quoting(false).build(),
            Columns::Commas => ReaderBuilder::new().build(),
        };
        Lines {
            source: Some(source),
            reader: Box::new(reader),
            input: Bytes::new(),
            output: vec![0; 1024],
            filled: 0,
            ends: vec![0; 64],
            ended: 0,
        }
    }

    /// Returns nothing more.
    fn stop(&mut self) {
        self.source = None;
        self.input = Bytes::new();
    }

    async fn next(&mut self) -> Result<Option<Vec<String>>, Cause> {
        let mut at_end = false;
        loop {
            if self.input.is_empty() && !at_end {
                let Some(source) = &mut self.source else { return Ok(None) };
                match source.next().await? {
                    Some(bytes) => self.input = bytes,
                    None => at_end = true,
                }
                if self.input.is_empty() && !at_end {
                    continue;
                }
            }
            let output = self.output.get_mut(self.filled..).unwrap_or_default();
            let ends = self.ends.get_mut(self.ended..).unwrap_or_default();
            let (result, read, written, ended) = self.reader.read_record(&self.input, output, ends);
            self.input = self.input.slice(read..);
            self.filled += written;
            self.ended += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.output.len() < LONGEST_ROW => {
                    self.output.resize(self.output.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < LONGEST_ROW => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(Cause::File("a row of the report is longer than 4 MiB".into()));
                }
                ReadRecordResult::Record => return self.row().map(Some),
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    fn row(&mut self) -> Result<Vec<String>, Cause> {
        let mut start = 0;
        let ends = self.ends.get(..self.ended).unwrap_or_default();
        let values = ends
            .iter()
            .map(|end| {
                let value = self.output.get(start..*end).unwrap_or_default();
                start = *end;
                String::from_utf8_lossy(value).into_owned()
            })
            .collect();
        (self.filled, self.ended) = (0, 0);
        Ok(values)
    }
}

/// One row of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    names: Arc<[String]>,
    values: Vec<String>,
}

impl Row {
    /// The value in a named column; `None` if there is no such column, or the row is shorter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let index = self.names.iter().position(|own| own == name)?;
        self.values.get(index).map(String::as_str)
    }

    /// The value in a named column, parsed, for example as a number. Spaces around it are ignored; `None` also if it is
    /// empty or cannot be parsed.
    pub fn parse<T: FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.trim().parse().ok()
    }

    /// The value in the first column with one of several names. Unlike [`Row::get`], it ignores case, spaces and
    /// punctuation, because they differ between the editions of a report.
    pub fn find(&self, names: &[&str]) -> Option<&str> {
        let exact = self.names.iter().position(|own| names.contains(&own.as_str()));
        let index = exact.or_else(|| self.names.iter().position(|own| is_one_of(own, names)))?;
        self.values.get(index).map(String::as_str)
    }

    /// The columns with none of several names, compared as by [`Row::find`]: names and values, in order.
    pub fn others(&self, names: &[&str]) -> impl Iterator<Item = (&str, &str)> {
        let columns = self.names.iter().zip(&self.values);
        let others = columns.filter(|(own, _)| !names.contains(&own.as_str()) && !is_one_of(own, names));
        others.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All values, in the order of the columns.
    pub fn values(&self) -> &[String] {
        &self.values
    }
}

fn is_one_of(own: &str, names: &[&str]) -> bool {
    names.iter().any(|name| same_name(own, name))
}

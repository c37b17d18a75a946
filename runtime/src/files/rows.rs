//! Rows of a report: text with columns goes in piece by piece; rows that know their columns' names come out.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::download::{Checksum, finish};
use super::source::Source;
use crate::api::Api;
use crate::error::{ApiError, Cause, Failure};
use crate::request::Place;

/// No row of a report is larger; what is, is no report.
const LONGEST_ROW: usize = 4 << 20;

/// What stands between the columns of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Columns {
    /// Tabs; quotes mean nothing.
    Tabs,
    /// Commas; a value with a comma, quote or line end in it stands in quotes.
    Commas,
}

/// The rows of a report, each read when it is asked for.
pub struct Rows<A> {
    lines: Lines,
    names: Arc<[String]>,
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
        let reader = match columns {
            Columns::Tabs => ReaderBuilder::new().delimiter(b'\t').quoting(false).build(),
            Columns::Commas => ReaderBuilder::new().build(),
        };
        let lines = Lines {
            source: Some(source),
            reader: Box::new(reader),
            input: Bytes::new(),
            output: vec![0; 1024],
            filled: 0,
            ends: vec![0; 64],
            ended: 0,
        };
        let mut rows = Rows { lines, names: Arc::new([]), place, size, checksum, api: PhantomData };
        let mut names = match rows.lines.next().await {
            Ok(Some(names)) => names,
            Ok(None) => {
                return Err(rows.failed(Cause::File("the report has no line of names".into())).into());
            }
            Err(cause) => return Err(rows.failed(cause).into()),
        };
        if let Some(first) =
            names.first_mut().and_then(|first| first.strip_prefix('\u{feff}')).map(str::to_owned)
        {
            names.splice(..1, [first]);
        }
        rows.names = names.into_iter().map(|name| name.trim().to_owned()).collect();
        Ok(rows)
    }

    /// The names of the columns, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The next row; `None` at the end. Dropping the future loses nothing.
    ///
    /// # Errors
    /// When the report breaks off, or is not what it should be; there are none after it.
    pub async fn try_next(&mut self) -> Result<Option<Row>, ApiError<A>> {
        match self.lines.next().await {
            Ok(Some(values)) => return Ok(Some(Row { names: Arc::clone(&self.names), values })),
            Ok(None) => {}
            Err(cause) => {
                // What was read of a row that broke off is none.
                self.lines.source = None;
                self.lines.input = Bytes::new();
                return Err(self.failed(cause).into());
            }
        }
        if let Some(source) = self.lines.source.take() {
            finish(source, self.size, self.checksum.as_ref())
                .map_err(|error| self.failed(Cause::File(error)))?;
        }
        Ok(None)
    }

    fn failed(&self, cause: Cause) -> Failure {
        let (operation, path) = &self.place;
        Failure::new(Some(*operation), cause, None).at(path.clone())
    }
}

struct Lines {
    /// Until it is at its end.
    source: Option<Source>,
    reader: Box<Reader>,
    input: Bytes,
    output: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    ended: usize,
}

impl Lines {
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
    /// The value in the column of a name; `None` if there is no such column, or the row ends before it.
    pub fn get(&self, name: &str) -> Option<&str> {
        let index = self.names.iter().position(|own| own == name)?;
        self.values.get(index).map(String::as_str)
    }

    /// The value in the column of a name, read as a number, for example. Spaces around it do not count; `None` also if it
    /// is empty or no such value.
    pub fn parse<T: FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.trim().parse().ok()
    }

    /// All values, in the order of the columns.
    pub fn values(&self) -> &[String] {
        &self.values
    }
}

//! Distinguishes the rows of a report from the lines around them.

/// The lines of an API's reports that are not rows, which [`Rows`](crate::Rows) then keeps apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportLayout {
    columns: &'static [&'static [&'static str]],
    totals: &'static str,
}

/// The maximum number of lines of a preamble, and of their columns. A wider first line is the header row.
const PREAMBLE: (usize, usize) = (20, 6);

/// One line below the first header row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Row,
    Blank,
    /// Name and value.
    Total(String, String),
    /// A repeated header row, as in a file of several reports.
    Names,
    /// The header row of another table.
    OtherNames,
}

impl ReportLayout {
    /// The first line is the header row, and each other line is a row.
    pub const PLAIN: ReportLayout = ReportLayout { columns: &[], totals: "" };

    /// Reports that may have a preamble, totals or a second table. `columns` are the known column names of each kind of
    /// report, by which a header row is recognized. `totals` is the first word of the name of a total.
    pub const fn new(columns: &'static [&'static [&'static str]], totals: &'static str) -> Self {
        ReportLayout { columns, totals }
    }

    /// True if the lines so far, of which `last` is the latest, are too few to find the header row among them.
    pub(super) fn wants_more(&self, count: usize, last: &[String]) -> bool {
        *self != Self::PLAIN && count < PREAMBLE.0 && filled(last).count() <= PREAMBLE.1
    }

    /// The position of the header row among the first lines: the first line with mostly known names, or else the first
    /// that is about as wide as the widest, because a preamble is narrow.
    pub(super) fn names_at(&self, lines: &[Vec<String>]) -> usize {
        let known = lines.iter().position(|line| {
            let known = filled(line).filter(|cell| self.knows(cell)).count();
            known > 1 && known * 2 > filled(line).count()
        });
        let widest = lines.iter().map(|line| filled(line).count()).max().unwrap_or_default();
        let wide = || lines.iter().position(|line| filled(line).count() * 2 >= widest);
        known.or_else(wide).unwrap_or_default()
    }

    pub(super) fn is_blank(&self, cells: &[String]) -> bool {
        *self != Self::PLAIN && filled(cells).next().is_none()
    }

    /// Classifies a line below the header row. `here` are the names of the current table.
    pub(super) fn line(&self, cells: &[String], names: &[String], here: &[String]) -> Line {
        if *self == Self::PLAIN {
            return Line::Row;
        }
        if self.is_blank(cells) {
            return Line::Blank;
        }
        if let Some((name, value)) = self.total(cells, here) {
            return Line::Total(name, value);
        }
        if same_names(cells, names) {
            return Line::Names;
        }
        // A row contains a date, an id or a number.
        if cells.iter().any(|cell| cell.contains(|c: char| c.is_ascii_digit())) {
            return Line::Row;
        }
        let count = filled(cells).count();
        let known = filled(cells)
            .filter(|cell| self.knows(cell) || names.iter().any(|name| same_name(name, cell)))
            .count();
        if count > 1 && known * 2 >= count { Line::OtherNames } else { Line::Row }
    }

    /// A total has a name that begins like one, a number, and little else: the title of a product may begin in the same way.
    fn total(&self, cells: &[String], names: &[String]) -> Option<(String, String)> {
        let mut filled = filled(cells);
        let first = filled.next()?;
        let (name, value) = match first.split_once(':') {
            Some((name, value)) if !value.is_empty() => (name, value.trim()),
            _ => (first.trim_end_matches(':'), filled.clone().next().unwrap_or_default()),
        };
        let rest = name.strip_prefix(self.totals)?;
        // `Total_Rows`, which may be next to a currency, is never a title; `Total` may be the first word of one.
        let is_certain =
            rest.len() > 1 && rest.chars().all(|c| c == '_' || c.is_alphabetic()) && rest.starts_with('_');
        let (least, most) = if is_certain { (2, names.len().clamp(3, 4) - 1) } else { (3, 2) };
        let is_word = !rest.starts_with(char::is_alphanumeric);
        let is_short = filled.count() < most.max(names.len() / 2);
        let is_number = value.is_empty() || value.contains(|c: char| c.is_ascii_digit());
        (is_word && is_short && is_number && names.len() >= least)
            .then(|| (name.to_owned(), value.to_owned()))
    }

    fn knows(&self, cell: &str) -> bool {
        self.columns.iter().copied().flatten().any(|name| same_name(name, cell))
    }
}

/// The non-empty cells, trimmed.
fn filled(cells: &[String]) -> impl Iterator<Item = &str> + Clone {
    cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
}

/// True if two column names differ at most in case, spaces and punctuation, as between editions of a report.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    one == other || letters(one).eq(letters(other))
}

fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

fn same_names(one: &[String], other: &[String]) -> bool {
    let mut others = filled(other);
    filled(one).all(|name| others.next().is_some_and(|other| same_name(name, other)))
        && others.next().is_none()
}

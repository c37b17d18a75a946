//! Shares arguments, clients and exit codes between the examples.

pub mod app47;
pub mod app_center;
pub mod app_store_connect;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// Any error: those of the clients contain the vendor's message.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Says why an example failed, if it did.
pub fn exit_code(result: Result<(), BoxError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The server's value, or a dash: it need not send every attribute.
pub fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// The name and size of a file, as an upload declares them.
///
/// # Errors
/// If there is no such file.
pub fn name_and_size(file: &Path) -> Result<(String, i64), BoxError> {
    let told = |error| format!("{} cannot be read: {error}", file.display());
    let size = std::fs::metadata(file).map_err(told)?.len();
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, i64::try_from(size)?))
}

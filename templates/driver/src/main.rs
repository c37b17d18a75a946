//! Calls go in on standard input, one a line; what became of each comes out.
//!
//! {{ mark }}; edits are lost.

// What the vendor advises against is called too.
#![allow(deprecated)]

extern crate storewright_runtime as rt;
{% for handle in handles %}
mod {{ handle }};
{%- endfor %}

use std::process::ExitCode;

use storewright_contract::{Arguments, Outcome};
use {{ library }}::{Api, Client, models};

type Calls = storewright_contract::Calls<Client>;

fn main() -> ExitCode {
    let calls = [
{%- for handle in handles %}
        {{ handle }}::CALLS,
{%- endfor %}
    ];
    storewright_contract::drive::<Api>(&calls.concat())
}

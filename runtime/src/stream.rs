//! Streams of typed records: server-sent events and JSON lines.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;

use self::event::{Lines, Parser, Raw, Sse};
use crate::api::Api;
use crate::call::{Answer, Call};
use crate::client::{Client, Reading};
use crate::codec::{DecodeError, Mismatch, Slot, read};
use crate::error::{ApiError, Cause, Failure};
use crate::request::Request;
use crate::transport::{Body, BoxFuture};

mod event;

/// A server-sent event.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Event<T> {
    /// Its name; `message` if the server gives none.
    pub event: String,
    /// The id of the latest event that has one: `Last-Event-ID` of a request that continues the stream.
    pub id: String,
    /// The delay before a new connection, if the event states one.
    pub retry: Option<Duration>,
    /// The value.
    pub data: T,
}

type Decode<T> = fn(Raw, bool) -> Result<(T, Vec<Mismatch>), DecodeError>;

/// Records of one response, each as soon as it arrives.
struct Records<A: Api, P, T> {
    client: Client<A>,
    place: (crate::Operation, Option<String>),
    state: StreamState,
    parser: P,
    ready: VecDeque<Raw>,
    decode: Decode<T>,
    /// True if [`DONE`] ends the stream.
    ends: bool,
    answer: Answer,
}

/// The data of the last event of many streams of JSON.
const DONE: &[u8] = b"[DONE]";

enum StreamState {
    Opening(BoxFuture<'static, Result<(Answer, Body), Failure>>),
    Reading(Body),
    /// All of the body was read.
    Ended,
    Done,
}

impl<A: Api, P: Parser, T> Records<A, P, T> {
    fn new<U>(call: Call<A, U>, decode: Decode<T>) -> Self {
        let (client, mut request): (Client<A>, Request) = call.into_parts();
        // A streaming operation requests its own media type.
        if request.operation().accept == "application/json" {
            request.header("accept", P::ACCEPT);
        }
        request.timeout_unless_set(None);
        let place = request.place();
        let core = Arc::clone(client.core());
        let opening = core.open(request, |status| status.is_success(), Reading::Later);
        Records {
            client,
            place,
            state: StreamState::Opening(opening),
            parser: P::default(),
            ready: VecDeque::new(),
            decode,
            ends: false,
            answer: Answer::default(),
        }
    }

    fn failed(&mut self, cause: Cause) -> Failure {
        self.state = StreamState::Done;
        self.ready.clear();
        let (operation, path) = self.place.clone();
        Failure::new(Some(operation), cause, Some(self.answer.clone())).at(path)
    }

    fn poll_record(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, ApiError<A>>>> {
        loop {
            if let Some(raw) = self.ready.pop_front() {
                if self.ends && raw.data == DONE {
                    self.state = StreamState::Done;
                    self.ready.clear();
                    return Poll::Ready(None);
                }
                return Poll::Ready(Some(match (self.decode)(raw, self.answer.strict) {
                    Ok((value, mismatches)) => {
                        self.client.core().differs(self.place.0, &mismatches);
                        Ok(value)
                    }
                    Err(error) => Err(self.failed(Cause::Decode(error)).into()),
                }));
            }
            match &mut self.state {
                StreamState::Done => return Poll::Ready(None),
                StreamState::Ended => self.state = StreamState::Done,
                StreamState::Opening(opening) => match ready!(opening.as_mut().poll(context)) {
                    Ok((answer, body)) => {
                        self.answer = answer;
                        self.state = StreamState::Reading(body);
                    }
                    Err(failure) => {
                        self.state = StreamState::Done;
                        return Poll::Ready(Some(Err(failure.into())));
                    }
                },
                StreamState::Reading(body) => match ready!(Pin::new(body).poll_next(context)) {
                    Some(Ok(piece)) => {
                        self.parser.push(&piece, &mut self.ready);
                        let limit = self.client.core().body_limit();
                        if self.parser.pending() > limit {
                            let error =
                                DecodeError::message(format!("a record is larger than {limit} bytes"));
                            return Poll::Ready(Some(Err(self.failed(Cause::Decode(error)).into())));
                        }
                    }
                    Some(Err(error)) => {
                        return Poll::Ready(Some(Err(self.failed(Cause::Transport(error)).into())));
                    }
                    None => {
                        self.parser.finish(&mut self.ready);
                        self.state = StreamState::Ended;
                    }
                },
            }
        }
    }
}

macro_rules! streams {
    ($($(#[$doc:meta])* $name:ident<$param:ident>: $parser:ty => $item:ty;)*) => {$(
        $(#[$doc])*
        #[must_use = "nothing is sent before the first item is asked for"]
        pub struct $name<A: Api, $param>(Records<A, $parser, $item>);

        // Nothing in it is pinned.
        impl<A: Api, $param> Unpin for $name<A, $param> {}

        impl<A: Api, $param> fmt::Debug for $name<A, $param> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("operation", &self.0.place.0.id).finish_non_exhaustive()
            }
        }

        impl<A: Api, $param> $name<A, $param> {
            /// The next one; `None` at the end. Dropping the future loses nothing.
            ///
            /// # Errors
            /// If the call fails, the connection breaks, or a record does not fit; nothing follows.
            pub async fn try_next(&mut self) -> Result<Option<$item>, ApiError<A>> {
                std::future::poll_fn(|context| self.0.poll_record(context)).await.transpose()
            }
        }

        impl<A: Api, $param> Stream for $name<A, $param> {
            type Item = Result<$item, ApiError<A>>;

            fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                self.get_mut().0.poll_record(context)
            }
        }
    )*};
}

streams! {
    /// Server-sent events (`text/event-stream`), each as soon as it arrives. A `Stream`, which ends after the first
    /// error. Dropping it closes the connection.
    Events<T>: Sse => Event<T>;
    /// JSON values of a sequence (`application/jsonl`, `application/x-ndjson`, `application/json-seq`), each as soon as
    /// it arrives. A `Stream`, which ends after the first error. Dropping it closes the connection.
    JsonLines<T>: Lines => T;
}

impl<A: Api, T> Call<A, T> {
    /// Sends the request and reads server-sent events whose data is JSON. An event may be as large as the client's
    /// [`body_limit`](crate::ClientBuilder::body_limit). The stream has no timeout unless the call has its own. The data `[DONE]`
    /// ends it.
    pub fn events<D: Slot + Default>(self) -> Events<A, D> {
        let records = Records::new(self, |raw, strict| {
            let (data, mismatches) = read(&raw.data, strict)?;
            Ok((Event { event: raw.event, id: raw.id, retry: raw.retry, data }, mismatches))
        });
        Events(Records { ends: true, ..records })
    }

    /// The same with the data as text, e.g. if some events are not JSON.
    pub fn text_events(self) -> Events<A, String> {
        Events(Records::new(self, |raw, _| {
            let data = String::from_utf8_lossy(&raw.data).into_owned();
            Ok((Event { event: raw.event, id: raw.id, retry: raw.retry, data }, Vec::new()))
        }))
    }

    /// Sends the request and reads a sequence of JSON values. A value may be as large as the client's
    /// [`body_limit`](crate::ClientBuilder::body_limit). The stream has no timeout unless the call has its own.
    pub fn json_lines<D: Slot + Default>(self) -> JsonLines<A, D> {
        JsonLines(Records::new(self, |raw, strict| read(&raw.data, strict)))
    }
}

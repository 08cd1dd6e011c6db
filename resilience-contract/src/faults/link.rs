//! One direction of one connection: what came in goes out, injured.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write};
use std::net::Shutdown;
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::connection::Sockets;
use super::cut::{Ending, Protocol};
use super::protocol::{Dialogue, Scanner};
use super::random::Random;
use super::state::{Active, Item, Shared, Strike};
use super::toxic::{Direction, Kind, Slices};

/// Into how many parts a limited bandwidth divides a second's bytes.
const BURSTS_PER_SECOND: usize = 10;

#[derive(Debug)]
pub(super) struct Link {
    shared: Arc<Shared>,
    connection: u64,
    direction: Direction,
    sockets: Arc<Sockets>,
    following: Option<(Scanner, Arc<Mutex<Dialogue>>)>,
    random: Random,
    /// When it began or last swallowed bytes: silence counts from there.
    silent_since: Instant,
    /// The toxic that swallowed bytes.
    swallowed_by: Option<u64>,
    /// A cut that lets the beginning of its message pass.
    striking: Option<Strike>,
    /// When the bandwidth allows the next byte.
    next_byte: Instant,
    /// What each limit of bytes has let pass.
    passed: BTreeMap<u64, u64>,
    /// The faults that are on record for this link.
    noted: BTreeSet<u64>,
    /// The receiver takes no more.
    deaf: bool,
}

/// What a link has to do next.
enum Next {
    Item(Item),
    /// The connection ended.
    Over,
    /// A toxic had swallowed bytes and is gone.
    Hole,
}

/// The connection ended; nothing is left to do.
struct Over;

type Flow = ControlFlow<Over>;

impl Link {
    pub(super) fn new(
        shared: Arc<Shared>,
        connection: u64,
        direction: Direction,
        sockets: Arc<Sockets>,
        protocol: Option<(Protocol, Arc<Mutex<Dialogue>>)>,
    ) -> Self {
        let now = Instant::now();
        Self {
            shared,
            connection,
            direction,
            sockets,
            following: protocol
                .map(|(protocol, dialogue)| (Scanner::new(protocol, direction), dialogue)),
            random: Random::seeded(connection * 2 + direction as u64),
            silent_since: now,
            swallowed_by: None,
            striking: None,
            next_byte: now,
            passed: BTreeMap::new(),
            noted: BTreeSet::new(),
            deaf: false,
        }
    }

    /// Carries bytes until the connection is over.
    pub(super) fn run(mut self) {
        while self.one().is_continue() {}
    }

    fn one(&mut self) -> Flow {
        let (connection, direction) = (self.connection, self.direction);
        let (silent_since, swallowed_by) = (self.silent_since, self.swallowed_by);
        let next = self.shared.wait(
            |state| {
                let toxics = state.toxics(connection, direction);
                let ends = toxics.iter().filter_map(|toxic| match toxic.kind {
                    Kind::Timeout { after } if !after.is_zero() => {
                        silent_since.max(toxic.added).checked_add(after)
                    }
                    _ => None,
                });
                ends.min()
            },
            |state| {
                if !state.is_open(connection) {
                    return Some(Next::Over);
                }
                if swallowed_by.is_some_and(|toxic| !state.has(toxic)) {
                    return Some(Next::Hole);
                }
                state.pop(connection, direction).map(Next::Item)
            },
        );
        match next {
            Some(Next::Item(Item::Bytes(bytes, arrived))) => self.deliver(&bytes, arrived),
            Some(Next::Item(Item::Finished)) => self.finish(),
            Some(Next::Item(Item::Broken)) => self.end(true),
            Some(Next::Hole) => self.end(false),
            Some(Next::Over) => Break(Over),
            None => {
                for toxic in self.toxics() {
                    if matches!(toxic.kind, Kind::Timeout { after } if !after.is_zero()) {
                        self.note(&toxic);
                    }
                }
                self.end(false)
            }
        }
    }

    fn deliver(&mut self, bytes: &[u8], arrived: Instant) -> Flow {
        if self.shared.lock().is_stalled(self.connection) {
            return Continue(());
        }
        let toxics = self.toxics();
        for toxic in &toxics {
            if let Kind::Timeout { .. } = toxic.kind {
                self.note(toxic);
                self.silent_since = Instant::now();
                self.swallowed_by = Some(toxic.id);
                return Continue(());
            }
        }
        for toxic in &toxics {
            if let Kind::ResetPeer { after } = toxic.kind {
                self.note(toxic);
                self.pause(&[toxic.id], Instant::now().checked_add(after))?;
                if self.shared.lock().has(toxic.id) {
                    return self.end(true);
                }
            }
        }
        self.delay(&toxics, arrived)?;
        self.follow(bytes)
    }

    /// Keeps bytes back for as long as the latencies say.
    fn delay(&mut self, toxics: &[Active], arrived: Instant) -> Flow {
        let mut due = Some(arrived);
        let mut by = Vec::new();
        for toxic in toxics {
            if let Kind::Latency { latency, jitter } = toxic.kind {
                self.note(toxic);
                let delay = self.random.around(latency, jitter);
                due = due.and_then(|due| due.checked_add(delay));
                by.push(toxic.id);
            }
        }
        if by.is_empty() {
            return Continue(());
        }
        self.pause(&by, due)
    }

    /// Looks for a message to cut, and writes what comes before it.
    fn follow(&mut self, bytes: &[u8]) -> Flow {
        let Some((mut scanner, dialogue)) = self.following.take() else {
            return self.limit(bytes);
        };
        let flow = self.scan(bytes, &mut scanner, &dialogue);
        self.following = Some((scanner, dialogue));
        flow
    }

    fn scan(&mut self, bytes: &[u8], scanner: &mut Scanner, dialogue: &Mutex<Dialogue>) -> Flow {
        let mut safe = 0;
        while safe < bytes.len() {
            let step = {
                let mut dialogue = dialogue.lock().unwrap_or_else(PoisonError::into_inner);
                scanner.step(&bytes[safe..], &mut dialogue)
            };
            if let Some(name) = &step.starts {
                let farewell = scanner.is_farewell(name);
                let (connection, direction) = (self.connection, self.direction);
                let mut state = self.shared.lock();
                self.striking = state.message(connection, direction, name, farewell);
            }
            if let Some(strike) = &mut self.striking {
                let allowed = usize::try_from(strike.after_bytes).unwrap_or(usize::MAX);
                if allowed < step.len || step.ends {
                    let ending = strike.ending;
                    // First: who gets what comes before may look at once.
                    self.record();
                    self.limit(&bytes[..safe + allowed.min(step.len)])?;
                    return match ending {
                        Ending::Reset => self.end(true),
                        Ending::Close => self.end(false),
                        Ending::Stall => Continue(()),
                    };
                }
                strike.after_bytes -= step.len as u64;
            }
            safe += step.len;
        }
        self.limit(bytes)
    }

    /// Writes down that the message is cut; of what comes from now on, nothing passes if it
    /// is to stall.
    fn record(&mut self) {
        let Some(strike) = self.striking.take() else {
            return;
        };
        self.shared.change(|state| {
            state.cut(&strike, self.connection, self.direction);
            if strike.ending == Ending::Stall {
                state.stall(self.connection);
            }
        });
    }

    /// Writes what the limits of bytes leave.
    fn limit(&mut self, bytes: &[u8]) -> Flow {
        let toxics = self.toxics();
        let mut allowed = bytes.len();
        let mut reached = None;
        for toxic in &toxics {
            if let Kind::LimitData { bytes: limit } = toxic.kind {
                let passed = self.passed.get(&toxic.id).copied().unwrap_or(0);
                let left = usize::try_from(limit.saturating_sub(passed)).unwrap_or(usize::MAX);
                if left <= allowed {
                    allowed = left;
                    reached = Some(*toxic);
                }
            }
        }
        for toxic in &toxics {
            if let Kind::LimitData { .. } = toxic.kind {
                *self.passed.entry(toxic.id).or_default() += allowed as u64;
            }
        }
        if let Some(toxic) = reached {
            self.note(&toxic);
        }
        self.slice(&bytes[..allowed], &toxics)?;
        match reached {
            Some(_) => self.end(false),
            None => Continue(()),
        }
    }

    fn slice(&mut self, bytes: &[u8], toxics: &[Active]) -> Flow {
        let slicer = toxics.iter().find_map(|toxic| match toxic.kind {
            Kind::Slicer(slices) => Some((toxic, slices)),
            _ => None,
        });
        let Some((toxic, slices)) = slicer else {
            return self.pace(bytes, toxics);
        };
        let mut rest = bytes;
        while !rest.is_empty() {
            let slice;
            (slice, rest) = rest.split_at(self.slice_length(slices).min(rest.len()));
            self.note(toxic);
            self.pace(slice, toxics)?;
            self.pause(&[toxic.id], Instant::now().checked_add(slices.delay))?;
        }
        Continue(())
    }

    fn slice_length(&mut self, slices: Slices) -> usize {
        let spread = u64::from(slices.variation);
        let length = u64::from(slices.average) + self.random.up_to(spread * 2);
        usize::try_from(length.saturating_sub(spread).max(1)).unwrap_or(usize::MAX)
    }

    /// Writes no faster than the bandwidths allow.
    fn pace(&mut self, bytes: &[u8], toxics: &[Active]) -> Flow {
        let narrowest = toxics.iter().filter_map(|toxic| match toxic.kind {
            Kind::Bandwidth { rate } => Some((rate, toxic)),
            _ => None,
        });
        let Some((rate, toxic)) = narrowest.min_by_key(|(rate, _)| *rate) else {
            return self.write(bytes);
        };
        let burst = ((rate as usize).saturating_mul(1000) / BURSTS_PER_SECOND).max(1);
        for piece in bytes.chunks(burst) {
            self.note(toxic);
            let cost = (piece.len() as f64) / (f64::from(rate) * 1000.0);
            let cost = Duration::try_from_secs_f64(cost).ok();
            let start = self.next_byte.max(Instant::now());
            let due = cost.and_then(|cost| start.checked_add(cost));
            self.pause(&[toxic.id], due)?;
            self.next_byte = due.unwrap_or(start);
            self.write(piece)?;
        }
        Continue(())
    }

    fn write(&mut self, mut bytes: &[u8]) -> Flow {
        while !bytes.is_empty() && !self.deaf {
            match self.sockets.target(self.direction).write(bytes) {
                Ok(count) => {
                    bytes = &bytes[count..];
                    let counters = &mut self.shared.lock().counters;
                    match self.direction {
                        Direction::Upstream => counters.bytes_upstream += count as u64,
                        Direction::Downstream => counters.bytes_downstream += count as u64,
                    }
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {
                        if !self.shared.lock().is_open(self.connection) {
                            return Break(Over);
                        }
                    }
                    // Its own words may still be on their way the other way round.
                    _ => self.deaf = true,
                },
            }
        }
        Continue(())
    }

    /// The sender has no more to say.
    fn finish(&mut self) -> Flow {
        if self.shared.lock().is_stalled(self.connection) {
            // Somebody gave up waiting.
            return self.end(false);
        }
        for toxic in self.toxics() {
            if let Kind::SlowClose { delay } = toxic.kind {
                self.note(&toxic);
                self.pause(&[toxic.id], Instant::now().checked_add(delay))?;
            }
        }
        // A receiver that has gone needs no farewell.
        self.sockets
            .target(self.direction)
            .shutdown(Shutdown::Write)
            .ok();
        self.shared
            .change(|state| state.finish(self.connection, self.direction));
        Break(Over)
    }

    fn end(&self, reset: bool) -> Flow {
        self.shared.end(self.connection, reset);
        Break(Over)
    }

    fn toxics(&self) -> Vec<Active> {
        self.shared.lock().toxics(self.connection, self.direction)
    }

    /// Writes down that a toxic takes effect on this link.
    fn note(&mut self, toxic: &Active) {
        if self.noted.insert(toxic.id) {
            self.shared.lock().note(
                toxic.id,
                toxic.name,
                Some(self.connection),
                Some(self.direction),
                String::new(),
            );
        }
    }

    /// Waits for a time, or for ever, unless the connection ends or one of the faults is
    /// removed.
    fn pause(&self, faults: &[u64], until: Option<Instant>) -> Flow {
        let over = self.shared.wait(
            |_| until,
            |state| {
                if !state.is_open(self.connection) {
                    return Some(true);
                }
                faults.iter().any(|id| !state.has(*id)).then_some(false)
            },
        );
        match over {
            Some(true) => Break(Over),
            _ => Continue(()),
        }
    }
}

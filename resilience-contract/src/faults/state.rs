//! What all threads of a proxy share: its faults, its connections, its record.
//!
//! One lock and one condition variable for everything: a proxy for tests has few
//! connections, and every wait must end when a fault is removed or a connection ends.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use super::connection::Sockets;
use super::cut::{Cut, Ending};
use super::record::{Counters, Injected};
use super::toxic::{Direction, Kind, Toxic};

/// So often nothing is there to be read from a client that leaves its connection open. Each look
/// lasts for a twentieth of a second.
const LOOKS: u32 = 20;

/// What a direction holds back when the receiver is slow; a sender waits beyond it.
const QUEUE_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
pub(super) struct State {
    /// Connections are taken; otherwise the thread that takes them is to end.
    pub(super) accepting: bool,
    pub(super) counters: Counters,
    pub(super) injected: Vec<Injected>,
    faults: Vec<Entry>,
    next_fault: u64,
    connections: BTreeMap<u64, Connection>,
    began: Instant,
}

/// A fault that was asked for.
#[derive(Debug)]
struct Entry {
    id: u64,
    added: Instant,
    hits: Arc<Hits>,
    what: What,
}

/// Whether a fault was met; what its handle knows.
#[derive(Debug, Default)]
pub(super) struct Hits {
    pub(super) count: AtomicU64,
    /// The name of the first message that a cut struck.
    pub(super) first: OnceLock<String>,
}

#[derive(Debug)]
pub(super) enum What {
    Toxic {
        toxic: Toxic,
        /// The connections it is meant for; `None` for all of them.
        chosen: Option<Vec<u64>>,
    },
    Cut {
        cut: Cut,
        /// Messages that began since.
        seen: u64,
        /// The connections on which replies count, where not all do: those on which
        /// something was asked since.
        asked: Option<BTreeSet<u64>>,
    },
    Refuse {
        left: u32,
    },
}

impl What {
    /// A cut that counts every message.
    pub(super) const fn cut(cut: Cut) -> Self {
        Self::Cut {
            cut,
            seen: 0,
            asked: None,
        }
    }
}

/// A toxic as it concerns one direction of one connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Active {
    pub(super) id: u64,
    pub(super) added: Instant,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// A message that a cut strikes.
#[derive(Debug)]
pub(super) struct Strike {
    pub(super) id: u64,
    pub(super) after_bytes: u64,
    pub(super) ending: Ending,
    message: u64,
    name: String,
}

#[derive(Debug)]
struct Connection {
    sockets: Arc<Sockets>,
    /// Nothing passes any more, neither way.
    stalled: bool,
    queues: [Queue; 2],
    /// How often there was nothing to be read from the client since somebody wanted to know.
    looked: u32,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    bytes: usize,
    finished: bool,
}

/// What came in on a connection.
#[derive(Debug)]
pub(super) enum Item {
    Bytes(Vec<u8>, Instant),
    /// The sender has no more to say.
    Finished,
    /// The sender's end broke.
    Broken,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                accepting: false,
                counters: Counters::default(),
                injected: Vec::new(),
                faults: Vec::new(),
                next_fault: 0,
                connections: BTreeMap::new(),
                began: Instant::now(),
            }),
            changed: Condvar::new(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and wakes whoever waits for a change.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_all();
        result
    }

    /// Waits until `ready` gives something, or `deadline` of the state has passed: `None`.
    pub(super) fn wait<T>(
        &self,
        mut deadline: impl FnMut(&State) -> Option<Instant>,
        mut ready: impl FnMut(&mut State) -> Option<T>,
    ) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(result) = ready(&mut state) {
                // Whoever waits for room in a queue may have got it.
                self.changed.notify_all();
                return Some(result);
            }
            let Some(until) = deadline(&state) else {
                state = self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            (state, _) = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends a connection, now and both ways.
    pub(super) fn end(&self, connection: u64, reset: bool) {
        let ended = self.change(|state| state.connections.remove(&connection));
        if let Some(ended) = ended {
            ended.sockets.end(reset);
        }
    }

    /// Ends every connection, in the way of a server that is shut down.
    pub(super) fn end_all(&self) {
        let all = self.change(|state| std::mem::take(&mut state.connections));
        for connection in all.values() {
            connection.sockets.end(false);
        }
    }

    /// Hands on what came in; waits while the receiver lags behind. `false` if the
    /// connection is over.
    pub(super) fn push(&self, connection: u64, direction: Direction, item: Item) -> bool {
        let mut item = Some(item);
        let pushed = self.wait(
            |_| None,
            |state| {
                let Some(open) = state.connections.get_mut(&connection) else {
                    return Some(false);
                };
                let queue = &mut open.queues[direction as usize];
                if queue.bytes > QUEUE_BYTES {
                    return None;
                }
                if let Some(item) = item.take() {
                    if let Item::Bytes(bytes, _) = &item {
                        queue.bytes += bytes.len();
                    }
                    queue.items.push_back(item);
                }
                Some(true)
            },
        );
        pushed.unwrap_or(false)
    }
}

impl State {
    pub(super) fn add(&mut self, what: What) -> (u64, Arc<Hits>) {
        self.next_fault += 1;
        let entry = Entry {
            id: self.next_fault,
            added: Instant::now(),
            hits: Arc::default(),
            what,
        };
        let handle = (entry.id, Arc::clone(&entry.hits));
        self.faults.push(entry);
        handle
    }

    pub(super) fn remove(&mut self, id: u64) {
        self.faults.retain(|entry| entry.id != id);
    }

    pub(super) fn remove_all(&mut self) {
        self.faults.clear();
    }

    pub(super) fn has(&self, id: u64) -> bool {
        self.faults.iter().any(|entry| entry.id == id)
    }

    /// A connection was made. Gives its number, and whether it is to be refused.
    pub(super) fn arrive(&mut self) -> (u64, bool) {
        self.counters.connections += 1;
        let number = self.counters.connections;
        let refused = self
            .faults
            .iter_mut()
            .find_map(|entry| match &mut entry.what {
                What::Refuse { left } if *left > 0 => {
                    *left -= 1;
                    Some(entry.id)
                }
                _ => None,
            });
        if let Some(id) = refused {
            self.counters.refused += 1;
            self.note(id, "refuse", Some(number), None, String::new());
            return (number, true);
        }
        for entry in &mut self.faults {
            if let What::Toxic {
                toxic,
                chosen: Some(chosen),
            } = &mut entry.what
                && toxic
                    .connections
                    .is_some_and(|all| chosen.len() < all as usize)
            {
                chosen.push(number);
            }
        }
        (number, false)
    }

    pub(super) fn open(&mut self, number: u64, sockets: Arc<Sockets>) {
        let connection = Connection {
            sockets,
            stalled: false,
            queues: Default::default(),
            looked: 0,
        };
        self.connections.insert(number, connection);
    }

    /// Whether all connections are over that were made after so many others.
    pub(super) fn all_over_since(&self, connections: u64) -> bool {
        self.connections.range(connections + 1..).next().is_none()
    }

    /// Whether the clients of all connections made after so many others have been looked at, and
    /// had nothing to say.
    pub(super) fn all_left_open_since(&self, connections: u64) -> bool {
        let mut open = self.connections.range(connections + 1..);
        open.all(|(_, connection)| connection.looked >= LOOKS)
    }

    /// From now on it counts what clients have to say.
    pub(super) fn look_anew(&mut self) {
        let all = self.connections.values_mut();
        all.for_each(|connection| connection.looked = 0);
    }

    /// There was nothing to be read from the client for as long as a look lasts.
    pub(super) fn looked_in_vain(&mut self, connection: u64) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.looked += 1;
        }
    }

    pub(super) fn is_open(&self, connection: u64) -> bool {
        self.connections.contains_key(&connection)
    }

    /// Nothing passes on this connection any more.
    pub(super) fn stall(&mut self, connection: u64) {
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.stalled = true;
        }
    }

    pub(super) fn is_stalled(&self, connection: u64) -> bool {
        self.connections
            .get(&connection)
            .is_some_and(|connection| connection.stalled)
    }

    pub(super) fn pop(&mut self, connection: u64, direction: Direction) -> Option<Item> {
        let connection = self.connections.get_mut(&connection)?;
        let queue = &mut connection.queues[direction as usize];
        let item = queue.items.pop_front()?;
        if let Item::Bytes(bytes, _) = &item {
            queue.bytes -= bytes.len();
        }
        Some(item)
    }

    /// One direction is done; with the other one, the connection is.
    pub(super) fn finish(&mut self, connection: u64, direction: Direction) {
        let Some(open) = self.connections.get_mut(&connection) else {
            return;
        };
        open.queues[direction as usize].finished = true;
        if open.queues.iter().all(|queue| queue.finished) {
            self.connections.remove(&connection);
        }
    }

    /// The toxics of one direction of a connection.
    pub(super) fn toxics(&self, connection: u64, direction: Direction) -> Vec<Active> {
        let active = self.faults.iter().filter_map(|entry| match &entry.what {
            What::Toxic { toxic, chosen }
                if toxic.direction == direction
                    && chosen
                        .as_ref()
                        .is_none_or(|chosen| chosen.contains(&connection)) =>
            {
                Some(Active {
                    id: entry.id,
                    added: entry.added,
                    name: toxic.name(),
                    kind: toxic.kind,
                })
            }
            _ => None,
        });
        active.collect()
    }

    /// A message begins. Gives the cut that strikes it, if one does.
    pub(super) fn message(
        &mut self,
        connection: u64,
        direction: Direction,
        name: &str,
        farewell: bool,
    ) -> Option<Strike> {
        let all = match direction {
            Direction::Upstream => &mut self.counters.requests,
            Direction::Downstream => &mut self.counters.replies,
        };
        *all += 1;
        let mut strike = None;
        for entry in &mut self.faults {
            let What::Cut { cut, seen, asked } = &mut entry.what else {
                continue;
            };
            if farewell {
                continue;
            }
            if let Some(asked) = asked {
                match direction {
                    Direction::Upstream => drop(asked.insert(connection)),
                    // What is left of an earlier conversation.
                    Direction::Downstream if !asked.contains(&connection) => continue,
                    Direction::Downstream => {}
                }
            }
            if cut.direction != direction {
                continue;
            }
            *seen += 1;
            if strike.is_none() && cut.strikes(*seen) {
                strike = Some(Strike {
                    id: entry.id,
                    after_bytes: cut.after_bytes,
                    ending: cut.ending,
                    message: *seen,
                    name: name.to_owned(),
                });
            }
        }
        strike
    }

    /// Writes down that a message was cut. Call it before the effect can be seen.
    pub(super) fn cut(&mut self, strike: &Strike, connection: u64, direction: Direction) {
        let Strike {
            id, message, name, ..
        } = strike;
        if let Some(entry) = self.faults.iter().find(|entry| entry.id == *id) {
            entry.hits.first.get_or_init(|| name.clone());
        }
        let detail = format!("message {message} ({name})");
        self.note(*id, "cut", Some(connection), Some(direction), detail);
    }

    /// Writes down that a fault took effect. Call it before the effect can be seen.
    pub(super) fn note(
        &mut self,
        id: u64,
        fault: &'static str,
        connection: Option<u64>,
        direction: Option<Direction>,
        detail: String,
    ) {
        if let Some(entry) = self.faults.iter().find(|entry| entry.id == id) {
            entry.hits.count.fetch_add(1, Ordering::Relaxed);
        }
        self.injected.push(Injected {
            at: self.began.elapsed(),
            connection,
            direction,
            fault,
            detail,
        });
    }
}

//! Cutting a transaction's conversation at every one of its messages, and judging what is
//! left of it.

use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use super::{Conversation, Cut, Direction};

/// A conversation with more messages than this has no end.
const MOST_MESSAGES: u64 = 10_000;

/// How long a database may take to notice that its client is gone, unless somebody says.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the code under test says became of its transaction.
///
/// Whoever lost the reply to a `COMMIT` knows neither that it took effect nor that it did
/// not, and has to say so: a caller does another thing then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Told {
    /// It took effect.
    Committed,
    /// It did not, and will not.
    Aborted,
    /// Nobody knows.
    Unknown,
}

/// What must hold, by a name.
type Invariant<'a> = (&'static str, Box<dyn FnMut() -> bool + 'a>);

/// A transaction that is to be cut at every message.
///
/// ```no_run
/// use resilience_contract::faults::{FaultProxy, Protocol, Told, Transaction};
/// # struct Bank;
/// # impl Bank {
/// #     fn reset(&self) {}
/// #     fn transfer(&self, _: std::net::SocketAddr) -> Result<(), bool> { Ok(()) }
/// #     fn transfers(&self) -> u64 { 1 }
/// #     fn total(&self) -> i64 { 200 }
/// #     fn open_transactions(&self) -> u64 { 0 }
/// # }
/// # fn main() -> std::io::Result<()> {
/// # let (bank, server) = (Bank, "127.0.0.1:5432");
/// let proxy = FaultProxy::to(server).speaking(Protocol::Postgres).start()?;
/// let report = Transaction::new(
///     || match bank.transfer(proxy.addr()) {
///         Ok(()) => Told::Committed,
///         Err(ambiguous) if ambiguous => Told::Unknown,
///         Err(_) => Told::Aborted,
///     },
///     || bank.transfers(),
/// )
/// .before(|| bank.reset())
/// .invariant("money is conserved", || bank.total() == 200)
/// .open_transactions(|| bank.open_transactions())
/// .cut_everywhere(&proxy)?;
/// assert!(report.is_clean(), "{report}");
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is cut before `cut_everywhere`"]
pub struct Transaction<'a> {
    act: Box<dyn FnMut() -> Told + 'a>,
    applied: Box<dyn FnMut() -> u64 + 'a>,
    before: Box<dyn FnMut() + 'a>,
    invariants: Vec<Invariant<'a>>,
    open: Option<Box<dyn FnMut() -> u64 + 'a>>,
    patience: Duration,
    most: u64,
    /// Whoever leaves connections open is waited for once, and not in every run.
    closes: bool,
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.invariants.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Transaction")
            .field("invariants", &names)
            .finish_non_exhaustive()
    }
}

impl<'a> Transaction<'a> {
    /// What is done through the proxy or the calls; and how often it took effect since the
    /// last reset, asked past them.
    ///
    /// Connecting and closing belong to it. A client that is still connected when it
    /// returns may say more, and whether that is counted is chance: only PostgreSQL's
    /// farewell is told from what matters. Where a task does the closing, wait for it.
    pub fn new(act: impl FnMut() -> Told + 'a, applied: impl FnMut() -> u64 + 'a) -> Self {
        Self {
            act: Box::new(act),
            applied: Box::new(applied),
            before: Box::new(|| {}),
            invariants: Vec::new(),
            open: None,
            patience: PATIENCE,
            most: MOST_MESSAGES,
            closes: true,
        }
    }

    /// Puts everything back as it was, before every run and past what it is done through.
    pub fn before(mut self, reset: impl FnMut() + 'a) -> Self {
        self.before = Box::new(reset);
        self
    }

    /// What must hold after every run, asked past what it is done through.
    pub fn invariant(mut self, name: &'static str, holds: impl FnMut() -> bool + 'a) -> Self {
        self.invariants.push((name, Box::new(holds)));
        self
    }

    /// How many transactions the database has open, asked past what it is done through:
    /// after every run there have to be none, as soon as the database knows that the client
    /// is gone.
    pub fn open_transactions(mut self, open: impl FnMut() -> u64 + 'a) -> Self {
        self.open = Some(Box::new(open));
        self
    }

    /// How long [open transactions](Self::open_transactions) are waited for to end, where a
    /// run has left some: 10 s, unless this says otherwise.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Loses every request and every reply in turn, once and from there on, until there is
    /// none left to lose; and does it once more after each, with nothing lost.
    ///
    /// A [`FaultProxy`](super::FaultProxy) loses the messages of a connection, [`Calls`](super::Calls)
    /// the calls of an embedded database.
    ///
    /// # Errors
    ///
    /// If the proxy does not know the protocol, whose messages then nobody can count; and
    /// if there is always one more message to lose, 10,000 of them.
    pub fn cut_everywhere(mut self, through: &impl Conversation) -> io::Result<CutReport> {
        let mut report = CutReport { runs: Vec::new() };
        for direction in [Direction::Upstream, Direction::Downstream] {
            for lasting in [false, true] {
                for message in 1.. {
                    if message > self.most {
                        return Err(endless(self.most));
                    }
                    let cut = match direction {
                        Direction::Upstream => Cut::request(message),
                        Direction::Downstream => Cut::reply(message),
                    };
                    let cut = if lasting { cut.lasting() } else { cut };
                    (self.before)();
                    let cut = through.lose(cut)?;
                    let told = self.act(through);
                    let met = cut.hits() > 0;
                    cut.remove();
                    let mut breaches = Vec::new();
                    let applied = self.judge(told, &mut breaches);
                    if met {
                        self.recover(through, &mut breaches);
                    }
                    let run = CutRun {
                        direction,
                        // With nothing lost, it has to be right, too.
                        message: if met { message } else { 0 },
                        name: cut.first(),
                        lasting,
                        told,
                        applied,
                        breaches,
                    };
                    let is_new = met || !report.runs.iter().any(|run| run.message == 0);
                    if is_new {
                        report.runs.push(run);
                    }
                    if !met {
                        break;
                    }
                }
            }
        }
        Ok(report)
    }

    /// Does it, until all that it said is counted: otherwise chance would decide what is
    /// met, as what nobody waited for may still be on its way.
    fn act(&mut self, through: &impl Conversation) -> Told {
        let connections = through.connections();
        let told = (self.act)();
        self.closes = self.closes && through.is_over_since(connections);
        told
    }

    /// Holds what is left against what was said; gives how often it took effect.
    fn judge(&mut self, told: Told, breaches: &mut Vec<CutBreach>) -> u64 {
        if let Some(open) = &mut self.open {
            let began = Instant::now();
            let mut left = open();
            while left > 0 && began.elapsed() < self.patience {
                std::thread::sleep(Duration::from_millis(1));
                left = open();
            }
            if left > 0 {
                breaches.push(CutBreach::LeftOpen(left));
            }
        }
        for (name, holds) in &mut self.invariants {
            if !holds() {
                breaches.push(CutBreach::Broken(name));
            }
        }
        let applied = (self.applied)();
        match (told, applied) {
            (_, 2..) => breaches.push(CutBreach::AppliedTwice(applied)),
            (Told::Aborted, 1) => breaches.push(CutBreach::UntrueFailure),
            (Told::Committed, 0) => breaches.push(CutBreach::UntrueSuccess),
            _ => {}
        }
        applied
    }

    /// With nothing lost any more, it has to work again.
    fn recover(&mut self, through: &impl Conversation, breaches: &mut Vec<CutBreach>) {
        (self.before)();
        let told = self.act(through);
        if told != Told::Committed || (self.applied)() != 1 {
            breaches.push(CutBreach::NoRecovery);
        }
    }
}

fn endless(most: u64) -> io::Error {
    io::Error::other(format!(
        "each of {most} messages was lost in turn, and there was always one more: limit how often the transaction tries again"
    ))
}

/// What is wrong with a transaction that lost a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CutBreach {
    /// This invariant does not hold: something is half done.
    Broken(&'static str),
    /// It took effect so many times.
    AppliedTwice(u64),
    /// It said that it was aborted, and it took effect: whoever believes that does it again.
    UntrueFailure,
    /// It said that it was committed, and it had no effect.
    UntrueSuccess,
    /// So many transactions are left open in the database.
    LeftOpen(u64),
    /// It does not work although nothing is lost any more.
    NoRecovery,
}

impl fmt::Display for CutBreach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(name) => write!(f, "\"{name}\" does not hold"),
            Self::AppliedTwice(times) => write!(f, "it took effect {times} times"),
            Self::UntrueFailure => write!(f, "it said that it was aborted, and it took effect"),
            Self::UntrueSuccess => write!(f, "it said that it was committed, and it had no effect"),
            Self::LeftOpen(open) => write!(f, "it left {open} open"),
            Self::NoRecovery => write!(f, "it did not work again when nothing was lost any more"),
        }
    }
}

/// One run of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutRun {
    /// Upstream for a request that was lost, downstream for a reply.
    pub direction: Direction,
    /// Which message was lost, from 1; 0 if none was.
    pub message: u64,
    /// What the protocol or the caller names it, `CommandComplete` or `COMMIT`; empty if
    /// none was lost.
    pub name: String,
    /// Whether every later one was lost, too.
    pub lasting: bool,
    /// What was said of it.
    pub told: Told,
    /// How often it took effect.
    pub applied: u64,
    /// What is wrong with that.
    pub breaches: Vec<CutBreach>,
}

/// What became of a transaction at every cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutReport {
    /// Every run, those with lost requests first.
    pub runs: Vec<CutRun>,
}

impl CutReport {
    /// Whether nothing was wrong in any run, and messages were lost at all.
    pub fn is_clean(&self) -> bool {
        let lost = self.runs.iter().any(|run| run.message > 0);
        lost && self.runs.iter().all(|run| run.breaches.is_empty())
    }

    /// In how many runs that was wrong.
    pub fn count(&self, is: impl Fn(&CutBreach) -> bool) -> usize {
        let runs = self.runs.iter();
        runs.filter(|run| run.breaches.iter().any(&is)).count()
    }
}

impl fmt::Display for CutReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lost = self.runs.iter().filter(|run| run.message > 0).count();
        writeln!(f, "{lost} runs with a lost message")?;
        for run in self.runs.iter().filter(|run| !run.breaches.is_empty()) {
            let what = match run.direction {
                Direction::Upstream => "request",
                Direction::Downstream => "reply",
            };
            let lasting = if run.lasting {
                " and all later ones"
            } else {
                ""
            };
            let breaches: Vec<String> = run.breaches.iter().map(CutBreach::to_string).collect();
            let breaches = breaches.join("; ");
            match run.message {
                0 => writeln!(f, "nothing lost: {breaches}")?,
                message => {
                    let name = &run.name;
                    writeln!(f, "{what} {message} ({name}) lost{lasting}: {breaches}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Calls;
    use super::*;

    #[test]
    fn a_transaction_without_an_end_is_an_error_and_no_report() {
        let calls = Calls::<io::Error>::new();
        let cut = |count: u64| {
            let act = || {
                (0..count).for_each(|_| drop(calls.connect(|| Ok(()))));
                Told::Unknown
            };
            let mut transaction = Transaction::new(act, || 0);
            transaction.most = 4;
            transaction.cut_everywhere(&calls)
        };
        // The one after the last has to be tried, too, to see that there is none.
        assert!(cut(3).is_ok());
        let error = cut(4).unwrap_err();
        assert!(error.to_string().contains("one more"), "{error}");
    }
}

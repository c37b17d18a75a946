//! Limits the retries of all calls of a client together.

use std::sync::{Mutex, PoisonError};

/// The number of successes that pay for one retry.
const SUCCESSES: u32 = 5;
/// The maximum of saved retries, as a multiple of those at the start.
const MOST: u32 = 5;

/// A number of retries that all calls of a client and its clones share, so that a server that is down or overloaded
/// does not receive several times the usual load.
///
/// A client starts with a number of retries, by default 20. Each retry after a server error, a timeout or a failed connection
/// takes one. A call that succeeds gives back those that it took; one that succeeds at once adds a fifth of a retry, up to
/// five times the number at the start. With nothing left, a failed attempt is the error of its call at once. A server that
/// fails every request therefore receives each call once, and those few retries.
///
/// Retries after 429 and 401 take nothing: the server works, and its own waits and
/// [`renewals`](crate::RetryPolicy::renewals) limit them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryBudget(Option<u32>);

impl Default for RetryBudget {
    /// 20 retries.
    fn default() -> Self {
        Self::new(20)
    }
}

impl RetryBudget {
    /// A budget that starts with this number of retries; 0 allows only those after 429 and 401.
    pub const fn new(retries: u32) -> Self {
        RetryBudget(Some(retries))
    }

    /// No limit but the [`RetryPolicy`](crate::RetryPolicy) of each call.
    pub const fn unlimited() -> Self {
        RetryBudget(None)
    }
}

/// The state of a budget.
#[derive(Debug)]
pub(crate) struct Savings {
    /// The rest, in fifths of a retry.
    left: Mutex<u32>,
    most: u32,
    limited: bool,
}

impl Savings {
    pub(crate) fn new(budget: RetryBudget) -> Self {
        let start = budget.0.unwrap_or_default().saturating_mul(SUCCESSES);
        Savings { left: Mutex::new(start), most: start.saturating_mul(MOST), limited: budget.0.is_some() }
    }

    /// Takes a retry, if there is one left.
    pub(crate) fn take(&self) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = left.checked_sub(SUCCESSES);
        *left = rest.unwrap_or(*left);
        rest.is_some() || !self.limited
    }

    /// Adds the share of a call that succeeded after it took this many retries.
    pub(crate) fn succeeded(&self, taken: u32) {
        let earned = taken.saturating_mul(SUCCESSES).max(1);
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.saturating_add(earned).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(savings: &Savings) -> usize {
        (0..1000).take_while(|_| savings.take()).count()
    }

    #[test]
    fn retries_are_taken_given_back_and_earned() {
        let savings = Savings::new(RetryBudget::new(3));
        assert_eq!(taken(&savings), 3);
        for _ in 0..4 {
            savings.succeeded(0);
        }
        assert_eq!(taken(&savings), 0);
        savings.succeeded(0);
        assert_eq!(taken(&savings), 1);
        savings.succeeded(2);
        assert_eq!(taken(&savings), 2);
        for _ in 0..1000 {
            savings.succeeded(0);
        }
        assert_eq!(taken(&savings), 15);
    }

    #[test]
    fn a_budget_may_be_empty_huge_or_unlimited() {
        let empty = Savings::new(RetryBudget::new(0));
        empty.succeeded(7);
        assert_eq!(taken(&empty), 0);
        let huge = Savings::new(RetryBudget::new(u32::MAX));
        huge.succeeded(u32::MAX);
        assert_eq!(taken(&huge), 1000);
        assert_eq!(taken(&Savings::new(RetryBudget::unlimited())), 1000);
    }
}

use std::panic::Location;

use proptest::prelude::*;

use super::*;
use crate::memory::size_class;

fn shelf(most: Option<u64>, idle: u64) -> Shelf<&'static str> {
    Shelf::new(PoolLimits { most, idle })
}

fn lent(kind: u8, class: u64) -> Lent {
    Lent::new("test", class, (kind, class), Location::caller())
}

/// Asks for a buffer, and creates what has to be.
fn lease(shelf: &mut Shelf<&'static str>, class: u64, new: &'static str) -> (LeaseId, &'static str) {
    match shelf.take(lent(0, class)) {
        Served::Idle(id, buffer) => (id, buffer),
        Served::Create(id, _) => (id, new),
        Served::Full => panic!("the pool is full"),
    }
}

#[test]
fn a_returned_buffer_serves_the_next_request_of_its_kind_and_class() {
    let mut shelf = shelf(None, 1 << 20);
    let (id, first) = lease(&mut shelf, 5_120, "first");
    assert!(shelf.put(id, first, 0).is_empty());
    assert!(matches!(shelf.take(lent(1, 5_120)), Served::Create(..)));
    assert!(matches!(shelf.take(lent(0, 6_144)), Served::Create(..)));
    assert_eq!(lease(&mut shelf, 5_120, "second").1, "first");
    let stats = shelf.stats();
    assert_eq!((stats.requests, stats.hits, stats.created), (4, 1, 3));
    assert_eq!((stats.live_bytes, stats.idle_bytes), (16_384, 0));
}

#[test]
fn what_recorded_work_needs_waits_for_its_submission() {
    let mut shelf = shelf(None, 1 << 20);
    let (early, late) = (lease(&mut shelf, 256, "early"), lease(&mut shelf, 256, "late"));
    assert!(shelf.put(early.0, early.1, 1).is_empty() && shelf.put(late.0, late.1, 2).is_empty());
    assert_eq!((shelf.stats().pending_buffers, shelf.stats().pending_bytes, shelf.stats().idle_bytes), (2, 512, 0));
    assert!(shelf.submitted(1).is_empty());
    assert_eq!(lease(&mut shelf, 256, "new").1, "early");
    assert_eq!(lease(&mut shelf, 256, "new").1, "new");
    assert!(shelf.submitted(2).is_empty());
    assert_eq!(lease(&mut shelf, 256, "new").1, "late");
}

#[test]
fn beyond_the_cap_idle_buffers_go_oldest_first_and_then_nothing_is_served() {
    let mut shelf = shelf(Some(1_024), 1 << 20);
    let all = ["a", "b"].map(|name| lease(&mut shelf, 256, name));
    for (id, buffer) in all {
        assert!(shelf.put(id, buffer, 0).is_empty());
        assert!(shelf.tick().is_empty());
    }
    let Served::Create(id, freed) = shelf.take(lent(0, 768)) else { panic!("there is room") };
    assert_eq!(freed, ["a"]);
    assert_eq!(shelf.take(lent(0, 512)), Served::Full);
    assert_eq!(shelf.stats().reserved_bytes(), 1_024);
    shelf.abandon(id);
    assert_eq!((shelf.stats().created, shelf.stats().evicted, shelf.stats().live_bytes), (2, 1, 0));
}

#[test]
fn more_than_may_lie_idle_is_freed_but_not_what_takes_turns() {
    let mut shelf = shelf(None, 0);
    let (id, buffer) = lease(&mut shelf, 1_024, "large");
    assert!(shelf.put(id, buffer, 0).is_empty(), "as much was in use just now");
    let ticks = (0..1_000).find(|_| shelf.tick() == ["large"]);
    assert!(ticks.is_some_and(|ticks| ticks > 100), "{ticks:?}");
}

#[test]
fn stale_buffers_go_by_themselves_and_on_demand() {
    let mut shelf = shelf(None, 1 << 20);
    let (id, buffer) = lease(&mut shelf, 256, "old");
    assert!(shelf.put(id, buffer, 0).is_empty());
    assert!(shelf.trim(TrimLevel::Stale).is_empty());
    let freed = (0..2 * STALE_AFTER).find_map(|_| shelf.tick().pop());
    assert_eq!(freed, Some("old"));
    let (id, buffer) = lease(&mut shelf, 256, "young");
    assert!(shelf.put(id, buffer, 0).is_empty());
    assert_eq!(shelf.trim(TrimLevel::Idle), ["young"]);
    assert_eq!((shelf.stats().idle_bytes, shelf.stats().evicted, shelf.stats().resident_buffers()), (0, 2, 0));
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Take { kind: u8, bytes: u64 },
    Put { which: usize, is_recorded: bool },
    Submit,
    Trim(bool),
    Fail { bytes: u64 },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => (0_u8..3, 0_u64..200_000).prop_map(|(kind, bytes)| Act::Take { kind, bytes }),
        5 => (any::<usize>(), any::<bool>()).prop_map(|(which, is_recorded)| Act::Put { which, is_recorded }),
        2 => Just(Act::Submit),
        1 => any::<bool>().prop_map(Act::Trim),
        1 => (0_u64..200_000).prop_map(|bytes| Act::Fail { bytes }),
    ];
    prop::collection::vec(act, 1..300)
}

/// Buffers that exist, counted one by one.
#[derive(Default)]
struct World {
    next: u64,
    bytes: BTreeMap<u64, u64>,
}

impl World {
    fn create(&mut self, class: u64) -> u64 {
        self.next += 1;
        self.bytes.insert(self.next, class);
        self.next
    }

    fn free(&mut self, buffers: Vec<u64>) {
        buffers.iter().for_each(|buffer| assert!(self.bytes.remove(buffer).is_some(), "freed once"));
    }
}

proptest! {
    #[test]
    fn the_account_is_that_of_the_buffers_that_exist(acts in acts(), most in prop::option::of(100_000_u64..2_000_000)) {
        let mut shelf = Shelf::new(PoolLimits { most, idle: 300_000 });
        let (mut world, mut held, mut epoch) = (World::default(), Vec::new(), 1);
        for act in acts {
            match act {
                Act::Take { kind, bytes } => {
                    let class = size_class(bytes);
                    match shelf.take(Lent::new("test", bytes, (kind, class), Location::caller())) {
                        Served::Idle(id, buffer) => {
                            prop_assert_eq!(world.bytes[&buffer], class);
                            prop_assert!(held.iter().all(|(_, other)| *other != buffer));
                            held.push((id, buffer));
                        }
                        Served::Create(id, freed) => {
                            world.free(freed);
                            held.push((id, world.create(class)));
                        }
                        Served::Full => prop_assert!(most.is_some()),
                    }
                }
                Act::Put { which, is_recorded } if !held.is_empty() => {
                    let (id, buffer) = held.swap_remove(which % held.len());
                    world.free(shelf.put(id, buffer, if is_recorded { epoch } else { epoch - 1 }));
                }
                Act::Put { .. } => {}
                Act::Submit => {
                    world.free(shelf.submitted(epoch));
                    epoch += 1;
                    prop_assert_eq!(shelf.stats().pending_bytes, 0);
                }
                Act::Trim(all) => world.free(shelf.trim(if all { TrimLevel::Idle } else { TrimLevel::Stale })),
                Act::Fail { bytes } => {
                    if let Served::Create(id, freed) = shelf.take(lent(0, size_class(bytes) + 1)) {
                        world.free(freed);
                        shelf.abandon(id);
                    }
                }
            }
            let stats = shelf.stats();
            prop_assert_eq!(stats.reserved_bytes(), world.bytes.values().sum::<u64>());
            prop_assert_eq!(stats.resident_buffers(), world.bytes.len() as u64);
            prop_assert_eq!(stats.created - stats.evicted, world.bytes.len() as u64);
            prop_assert_eq!(stats.live_buffers, held.len() as u64);
            prop_assert_eq!(shelf.allocations("device").len(), held.len());
            prop_assert!(most.is_none_or(|most| stats.reserved_bytes() <= most));
        }
    }
}

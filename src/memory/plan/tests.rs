//! Every rule from both sides of its bound, and what holds for all plans.

use proptest::prelude::*;

use super::*;
use crate::error::Error;

const MIB: u64 = 1 << 20;
const SINGLE: TransferStrategy = TransferStrategy::Single;
const UNIFIED: TransferStrategy = TransferStrategy::Unified;

fn overlapped(chunk: u64, depth: usize) -> TransferStrategy {
    TransferStrategy::Overlapped { chunk, depth }
}

/// A device that moves one byte a picosecond, so that estimates are exact.
fn device(kind: TransferDevice) -> TransferCapabilities {
    let rate = 1_000_000_000_000;
    TransferCapabilities {
        upload_bytes_per_second: rate,
        download_bytes_per_second: rate,
        ..TransferCapabilities::new(kind)
    }
}

fn cpu(threads: usize) -> TransferCapabilities {
    TransferCapabilities { threads, ..device(TransferDevice::Cpu) }
}

fn unified(kind: TransferDevice) -> TransferCapabilities {
    TransferCapabilities { unified: true, ..device(kind) }
}

fn with_depth(depth: usize) -> TransferThresholds {
    TransferThresholds { depth, ..Default::default() }
}

fn plan(load: TransferLoad, capabilities: TransferCapabilities, thresholds: TransferThresholds) -> TransferPlan {
    TransferPlan::decide(&load, &capabilities, &thresholds)
}

#[test]
fn every_rule_decides_on_its_side_of_the_bound() {
    use TransferDevice::{Browser, Cpu, Discrete, Integrated, Software, Virtual};
    let usual = TransferThresholds::default();
    let large = TransferLoad::uniform(100, 4 * MIB, MIB);
    let total = |items, bytes_up, bytes_down| TransferLoad { bytes_up, bytes_down, items, uniform: false };
    let cases = [
        // Nothing to transfer.
        (TransferLoad::default(), device(Discrete), usual, SINGLE, "nothing to transfer"),
        (TransferLoad::default(), unified(Integrated), usual, SINGLE, "nothing to transfer"),
        (TransferLoad::default(), cpu(8), usual, SINGLE, "nothing to transfer"),
        // Devices that never overlap, shared memory or not.
        (large, device(Browser), usual, SINGLE, "a page must not wait"),
        (large, unified(Browser), usual, SINGLE, "a page must not wait"),
        (large, device(Software), usual, SINGLE, "one submission at a time"),
        (large, unified(Software), usual, SINGLE, "one submission at a time"),
        // The CPU executor: threads, items, depth; thresholds are of no account.
        (large, cpu(0), usual, SINGLE, "only worker thread"),
        (large, cpu(1), usual, SINGLE, "only worker thread"),
        (large, cpu(2), usual, overlapped(4 * MIB, 2), "2 worker threads"),
        (large, unified(Cpu), usual, SINGLE, "only worker thread"),
        (TransferLoad::uniform(1, 1, 1), cpu(8), usual, SINGLE, "one item has no other"),
        (TransferLoad::uniform(2, 1, 1), cpu(8), usual, overlapped(256 << 10, 2), "8 worker threads"),
        (large, cpu(8), with_depth(1), SINGLE, "SWATH_STREAM_DEPTH"),
        // Shared memory, whatever the load.
        (large, unified(Discrete), usual, UNIFIED, "share memory"),
        (large, unified(Integrated), usual, UNIFIED, "share memory"),
        (TransferLoad::uniform(1, 1, 1), unified(Virtual), usual, UNIFIED, "share memory"),
        // Below both thresholds, or only one.
        (total(7, 50_000_000, 49_999_999), device(Discrete), usual, SINGLE, "below both thresholds, 8 items"),
        (total(7, 50_000_000, 50_000_000), device(Discrete), usual, overlapped(8 * MIB, 4), "overlapped 57 µs"),
        (total(8, 50_000_000, 49_999_999), device(Discrete), usual, overlapped(8 * MIB, 4), "overlapped 56 µs"),
        (total(8, 8, 8), device(Integrated), usual, overlapped(256 << 10, 4), "overlapped 0.0 µs"),
        // The estimate. Ten items save nine tenths of the smaller direction, which is a tenth where up is 8 times down.
        (total(10, 800_000, 100_000), device(Discrete), usual, overlapped(256 << 10, 4), "take an estimated 0.9 µs"),
        (total(10, 800_001, 100_000), device(Discrete), usual, SINGLE, "saves less than a tenth"),
        (total(10, 100_000, 800_000), device(Virtual), usual, overlapped(256 << 10, 4), "overlapped 0.8 µs"),
        (total(10, 100_000, 800_001), device(Virtual), usual, SINGLE, "saves less than a tenth"),
        (total(10, 1 << 30, 0), device(Discrete), usual, SINGLE, "saves less than a tenth"),
        (total(10, 0, 0), device(Discrete), usual, SINGLE, "saves less than a tenth"),
        (total(1, 1 << 30, 1 << 30), device(Discrete), usual, SINGLE, "one item has no other"),
        // Depth: as asked for from 1 to 4, and no more than there are items.
        (total(2, 1 << 30, 1 << 30), device(Discrete), usual, overlapped(8 * MIB, 2), "overlapped 1.6 ms"),
        (large, device(Discrete), with_depth(0), SINGLE, "SWATH_STREAM_DEPTH"),
        (large, device(Discrete), with_depth(1), SINGLE, "SWATH_STREAM_DEPTH"),
        (large, device(Discrete), with_depth(3), overlapped(4 * MIB, 3), "100 items, 400.0 MiB up and 100.0 MiB down"),
        (large, device(Discrete), with_depth(9), overlapped(4 * MIB, 4), "overlapped, 4 in flight"),
    ];
    for (index, (load, capabilities, thresholds, strategy, reason)) in cases.into_iter().enumerate() {
        let plan = plan(load, capabilities, thresholds);
        assert_eq!(plan.strategy(), strategy, "case {index}: {plan}");
        assert!(plan.reason().contains(reason), "case {index}: {plan}");
        assert_eq!((plan.items(), plan.bytes_up(), plan.bytes_down()), (load.items, load.bytes_up, load.bytes_down));
    }
}

#[test]
fn slots_hold_an_item_between_their_least_and_most_bytes() {
    let cases = [
        (1, 8 * MIB, 256 << 10),
        (256 << 10, 8 * MIB, 256 << 10),
        ((256 << 10) + 1, 8 * MIB, 512 << 10),
        (5 * MIB, 8 * MIB, 8 * MIB),
        (u64::MAX / 8, 8 * MIB, 8 * MIB),
        (5 * MIB, u64::MAX, 8 * MIB),
        (5 * MIB, 6 * MIB, 4 * MIB),
        (5 * MIB, 0, 256 << 10),
    ];
    for (item, slot_bytes, chunk) in cases {
        for load in [TransferLoad::uniform(8, item, item), TransferLoad::uniform(8, item - item / 4, item)] {
            let capabilities = TransferCapabilities { slot_bytes, ..device(TransferDevice::Discrete) };
            let plan = plan(load, capabilities, TransferThresholds::default());
            assert_eq!(plan.strategy(), overlapped(chunk, 4), "{item} bytes in slots of {slot_bytes}: {plan}");
        }
    }
}

#[test]
fn the_reason_is_a_sentence_with_the_numbers_in_it() {
    let thresholds = TransferThresholds { min_bytes: 3 * MIB, ..Default::default() };
    let small = plan(TransferLoad::uniform(1, MIB, 1_000), device(TransferDevice::Discrete), thresholds);
    let text = "1 item, 1.0 MiB up and 1000 B down: single, because that is below both thresholds, 8 items \
                (SWATH_STREAM_MIN_BATCH) and 3.0 MiB (SWATH_STREAM_MIN_MB)";
    assert_eq!(small.to_string(), text);
    let seeds = TransferCapabilities::new(TransferDevice::Integrated);
    let slow = plan(TransferLoad::uniform(10, 12_000_000_000, 6_000_000), seeds, TransferThresholds::default());
    let text = "10 items, 111.8 GiB up and 57.2 MiB down: single, because one after the other would take an estimated \
                10 s and overlapped 10 s, which saves less than a tenth";
    assert_eq!(slow.to_string(), text);
}

#[test]
fn the_callers_bandwidths_decide() {
    let load = TransferLoad::uniform(10, 1_000, 1_000);
    let mut capabilities = device(TransferDevice::Discrete);
    assert!(plan(load, capabilities, TransferThresholds::default()).depth() > 1);
    capabilities.download_bytes_per_second *= 100;
    assert_eq!(plan(load, capabilities, TransferThresholds::default()).strategy(), SINGLE);
}

#[test]
fn bytes_of_an_item_are_given_where_all_items_have_the_same() {
    let per_item = |load| {
        let plan = plan(load, cpu(1), TransferThresholds::default());
        (plan.bytes_up_per_item(), plan.bytes_down_per_item())
    };
    assert_eq!(per_item(TransferLoad::uniform(3, 7, 0)), (Some(7), Some(0)));
    assert_eq!(per_item(TransferLoad::of_items([(7, 1), (7, 1)])), (Some(7), Some(1)));
    assert_eq!(per_item(TransferLoad::of_items([(7, 1), (9, 1)])), (None, None), "although the sums divide");
    assert_eq!(per_item(TransferLoad::of_items([])), (None, None));
    assert_eq!(per_item(TransferLoad::of_items([(u64::MAX, 1), (u64::MAX, 1)])), (None, None), "the sum is too large");
    let saturated = TransferLoad::uniform(2, u64::MAX, 3);
    assert_eq!((saturated.bytes_up, saturated.bytes_down, per_item(saturated)), (u64::MAX, 6, (None, None)));
}

#[test]
fn the_largest_numbers_do_not_overflow() {
    use TransferDevice::{Browser, Cpu, Discrete, Integrated, Software, Virtual};
    let numbers = [0, 1, u64::MAX - 1, u64::MAX];
    for kind in [Cpu, Discrete, Integrated, Virtual, Software, Browser] {
        for (up, down) in numbers.into_iter().flat_map(|up| numbers.map(|down| (up, down))) {
            for (items, rate) in [1, 2, usize::MAX].into_iter().flat_map(|items| numbers.map(|rate| (items, rate))) {
                let load = TransferLoad { bytes_up: up, bytes_down: down, items, uniform: true };
                let mut capabilities = TransferCapabilities { threads: 2, ..TransferCapabilities::new(kind) };
                (capabilities.upload_bytes_per_second, capabilities.download_bytes_per_second) = (rate, rate);
                let plan = plan(load, capabilities, with_depth(usize::MAX));
                assert!((1..=4).contains(&plan.depth()), "{plan}");
                assert_eq!(plan.slot_of(usize::MAX), usize::MAX % plan.depth());
            }
        }
    }
}

fn thresholds(variables: &[(&str, &str)]) -> Result<TransferThresholds, Error> {
    TransferThresholds::from_variables(|name| {
        variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn thresholds_come_from_the_environment() {
    let usual = TransferThresholds { min_batch: 8, min_bytes: 100_000_000, depth: 4 };
    assert_eq!(thresholds(&[]), Ok(usual));
    assert_eq!(thresholds(&[("SWATH_STREAM_MIN_BATCH", ""), ("SWATH_STREAM_DEPTH", "")]), Ok(usual));
    let set = [("SWATH_STREAM_MIN_BATCH", "2"), ("SWATH_STREAM_MIN_MB", "0"), ("SWATH_STREAM_DEPTH", "1")];
    assert_eq!(thresholds(&set), Ok(TransferThresholds { min_batch: 2, min_bytes: 0, depth: 1 }));
    let most = thresholds(&[("SWATH_STREAM_MIN_MB", "1000000")]).unwrap();
    assert_eq!(most, TransferThresholds { min_bytes: 1_000_000_000_000, ..usual });
}

#[test]
fn a_wrong_value_names_the_variable_and_what_it_takes() {
    let cases = [
        ("SWATH_STREAM_MIN_BATCH", &["0", "-1", "many", "1000001"][..], "a whole number from 1 to 1000000"),
        ("SWATH_STREAM_MIN_MB", &["-1", "0.5", "1000001", "99999999999999999999"], "a whole number from 0 to 1000000"),
        ("SWATH_STREAM_DEPTH", &["0", "5", " 4", "four"], "a whole number from 1 to 4"),
    ];
    for (variable, values, allowed) in cases {
        for value in values {
            let message = thresholds(&[(variable, value)]).unwrap_err().to_string();
            assert_eq!(message, format!("{variable}={value} is not valid; use {allowed}"));
        }
    }
}

/// When the last of `items` items is back, if each goes up in `up`, comes down in `down`, and waits for the item `depth`
/// before it to be back: moved one by one.
fn simulated(items: usize, up: u128, down: u128, depth: usize) -> u128 {
    let (mut sent, mut back) = (0, Vec::new());
    for item in 0..items {
        let slot_free = item.checked_sub(depth).map_or(0, |previous| back[previous]);
        sent = slot_free.max(sent) + up;
        back.push(sent.max(back.last().copied().unwrap_or(0)) + down);
    }
    back.last().copied().unwrap_or(0)
}

fn capabilities() -> impl Strategy<Value = TransferCapabilities> {
    use TransferDevice::{Browser, Cpu, Discrete, Integrated, Software, Virtual};
    let kinds = prop::sample::select(vec![Cpu, Discrete, Integrated, Virtual, Software, Browser]);
    let numbers = (any::<bool>(), any::<u64>(), 0..5_usize, any::<u64>(), any::<u64>());
    (kinds, numbers).prop_map(|(device, (unified, slot_bytes, threads, up, down))| TransferCapabilities {
        device,
        unified,
        slot_bytes,
        threads,
        upload_bytes_per_second: up,
        download_bytes_per_second: down,
    })
}

proptest! {
    #[test]
    fn plans_are_deterministic_and_within_bounds(
        (bytes_up, bytes_down, uniform) in any::<(u64, u64, bool)>(),
        items in prop_oneof![0..20_usize, any::<usize>()],
        capabilities in capabilities(),
        (min_batch, min_bytes) in any::<(usize, u64)>(),
        depth in prop_oneof![0..6_usize, any::<usize>()],
        item in any::<usize>(),
    ) {
        let load = TransferLoad { bytes_up, bytes_down, items, uniform };
        let thresholds = TransferThresholds { min_batch, min_bytes, depth };
        let plan = TransferPlan::decide(&load, &capabilities, &thresholds);
        prop_assert_eq!(&plan, &TransferPlan::decide(&load, &capabilities, &thresholds));
        prop_assert!((1..=4).contains(&plan.depth()) && plan.depth() <= items.max(1) && plan.depth() <= depth.max(1));
        prop_assert!(plan.slot_of(item) < plan.depth());
        if let TransferStrategy::Overlapped { chunk, depth } = plan.strategy() {
            prop_assert!(depth == plan.depth() && depth > 1);
            prop_assert!(chunk.is_power_of_two() && (256 << 10..=8 * MIB).contains(&chunk));
            let next = item.wrapping_add(1).max(1);
            prop_assert_ne!(plan.slot_of(next - 1), plan.slot_of(next));
        }
    }

    #[test]
    fn overlapping_is_chosen_where_items_moved_one_by_one_save_a_tenth(
        items in 2..40_usize,
        (up, down) in (0..1_000_u64, 0..1_000_u64),
        depth in 2..=4_usize,
    ) {
        let load = TransferLoad::uniform(items, up, down);
        let thresholds = TransferThresholds { min_batch: 1, min_bytes: 0, depth };
        let plan = plan(load, device(TransferDevice::Discrete), thresholds);
        let in_turn = items as u128 * u128::from(up + down);
        let saves = in_turn > 0 && 10 * simulated(items, up.into(), down.into(), depth) <= 9 * in_turn;
        prop_assert_eq!(plan.depth() > 1, saves, "{}", plan);
    }
}

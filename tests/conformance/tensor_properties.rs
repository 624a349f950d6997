//! Random tensors against the same references as the table.

use proptest::prelude::*;
use swath::Quantize;

use crate::properties::{configured, executor_that_binds, holds};
use crate::support::{equal, quantize as reference};

proptest! {
    #![proptest_config(configured(150))]

    #[test]
    fn any_tensor_is_quantized_along_any_axis_and_comes_back_within_half_a_step(
        shape in proptest::collection::vec(1..40_usize, 1..4),
        axis in 0..4_usize,
        size in -30..30_i32,
        seed: u64,
        choice in 0..64_usize,
    ) {
        let executor = executor_that_binds(16 * 40, choice);
        let count = shape.iter().product();
        let mut random = crate::support::random::Random::new(seed);
        let numbers: Vec<f32> = (0..count).map(|_| (random.unit() - 0.4) as f32 * 10_f32.powi(size)).collect();
        let axis = axis % shape.len();
        let tensor = executor.device.tensor(&numbers, &shape).unwrap();
        let quantized = tensor.quantize::<i8>(&Quantize::symmetric().per_channel(axis)).unwrap();
        let expected: Vec<_> = reference::channels(&numbers, &shape, axis)
            .into_iter()
            .map(|channel| reference::parameters(reference::observed(&channel), reference::Type::I8, true))
            .collect();
        let host = quantized.read().wait().unwrap();
        let scales: Vec<f32> = expected.iter().map(|parameters| parameters.scale).collect();
        holds(equal(host.scales(), &scales), executor)?;
        let of = |index| expected[reference::channel(&shape, axis, index)];
        let integers = numbers.iter().enumerate().map(|(index, number)| reference::quantize(*number, of(index), reference::Type::I8) as i8);
        holds(equal(host.values(), &integers.collect::<Vec<_>>()), executor)?;
        let back = quantized.dequantize().unwrap().read().wait().unwrap();
        for (index, (number, back)) in numbers.iter().zip(back.as_slice()).enumerate() {
            // Half a step, and what quotient and product are rounded by.
            prop_assert!((number - back).abs() <= 0.500_05 * of(index).scale, "{} became {}", number, back);
        }
    }
}

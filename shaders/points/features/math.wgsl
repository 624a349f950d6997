// Natural logarithm and cube root from additions, multiplications and divisions alone, because WGSL leaves the digits of
// its own to the driver. Twin: `src/points/features/math.rs`, operation by operation.

const SMALLEST_NORMAL = 0x1p-126f;

// For normal positive x.
fn ln(x: f32) -> f32 {
    let word = bitcast<u32>(x);
    let fraction = bitcast<f32>((word & 0x007fffffu) | 0x3f000000u);
    let power = f32(word >> 23u) - 126.0;
    let small = fraction < 0.70710678118654752440;
    let exponent = select(power, power - 1.0, small);
    let m = select(fraction, fraction + fraction, small) - 1.0;
    let square = m * m;
    var polynomial = 7.0376836e-2;
    polynomial = polynomial * m + -1.151461e-1;
    polynomial = polynomial * m + 1.1676999e-1;
    polynomial = polynomial * m + -1.2420141e-1;
    polynomial = polynomial * m + 1.4249323e-1;
    polynomial = polynomial * m + -1.6668057e-1;
    polynomial = polynomial * m + 2.0000715e-1;
    polynomial = polynomial * m + -2.4999994e-1;
    polynomial = polynomial * m + 3.3333331e-1;
    let tail = ((polynomial * m) * square + exponent * -2.1219444e-4) - square * 0.5;
    return (m + tail) + exponent * 0.6933594;
}

// For normal positive x; 0 for anything smaller. Twice the root is a product, because Mesa's compiler would take a sum of
// three apart, (r + r) + q, and put it together as r + (r + q).
fn cbrt(x: f32) -> f32 {
    let word = bitcast<u32>(x);
    var third = (word >> 2u) + (word >> 4u);
    third += third >> 4u;
    third += third >> 8u;
    var root = bitcast<f32>(third + 0x2a5137a0u);
    root = (2.0 * root + x / (root * root)) * (1.0 / 3.0);
    root = (2.0 * root + x / (root * root)) * (1.0 / 3.0);
    root = (2.0 * root + x / (root * root)) * (1.0 / 3.0);
    return select(root, 0.0, x < SMALLEST_NORMAL);
}

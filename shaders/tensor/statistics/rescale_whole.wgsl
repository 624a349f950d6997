// Parameters from a record of whole numbers. Twin: `of_whole` in `src/tensor/statistics/rescale.rs`.

fn reciprocal(value: vec2u) -> u32 {
    if (value.x | value.y) == 0u {
        return 0u;
    }
    return ratio(vec4u(1u, 0u, 0u, 0u), vec4u(value, 0u, 0u), 0);
}

fn quotient(bits: u32, by: u32) -> u32 {
    let exponent = (bits >> 23u) & 0xffu;
    if by == 0u || exponent == 0u || exponent == 255u {
        return 0u;
    }
    let mantissa = (bits & 0x7fffffu) | 0x800000u;
    return ratio(vec4u(mantissa, 0u, 0u, 0u), vec4u(by, 0u, 0u, 0u), i32(exponent) - 150) | (bits & 0x80000000u);
}

// The bits of shift and scale.
fn shift_and_scale(place: u32) -> vec2u {
    let sum = vec2u(records[8u * place], records[8u * place + 1u]);
    let squares = vec2u(records[8u * place + 2u], records[8u * place + 3u]);
    let count = records[8u * place + 4u];
    let least = records[8u * place + 6u];
    let greatest = records[8u * place + 7u];
    if count == 0u {
        return vec2u(0u);
    }
    switch params.kind {
        case 0u: {
            let spread = difference_of(times(vec4u(squares, 0u, 0u), count), square(sum));
            let variance = bitcast<f32>(ratio(spread, vec4u(product(count, count), 0u, 0u), 0));
            return vec2u(
                ratio(vec4u(sum, 0u, 0u), vec4u(count, 0u, 0u, 0u), 0),
                root_scale(bitcast<u32>(variance + params.epsilon)),
            );
        }
        case 1u: {
            let shift = ratio(vec4u(least, 0u, 0u, 0u), vec4u(1u, 0u, 0u, 0u), 0);
            return vec2u(shift, quotient(bitcast<u32>(params.spread), greatest - least));
        }
        case 2u: {
            return vec2u(0u, reciprocal(sum));
        }
        case 3u: {
            return vec2u(0u, root_scale(ratio(vec4u(squares, 0u, 0u), vec4u(1u, 0u, 0u, 0u), 0)));
        }
        default: {
            return vec2u(0u, reciprocal(vec2u(greatest, 0u)));
        }
    }
}

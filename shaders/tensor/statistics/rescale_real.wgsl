// Parameters from a record of numbers in f32. Twin: `of_real` in `src/tensor/statistics/rescale.rs`.

const SMALLEST = 1.17549435e-38;

fn inverse(value: f32) -> f32 {
    return select(0.0, 1.0 / max(value, SMALLEST), value >= SMALLEST);
}

// The bits of shift and scale.
fn shift_and_scale(place: u32) -> vec2u {
    let count = records[8u * place];
    let mean = bitcast<f32>(records[8u * place + 2u]);
    let deviations = bitcast<f32>(records[8u * place + 3u]);
    let absolute = bitcast<f32>(records[8u * place + 4u]);
    let least = bitcast<f32>(records[8u * place + 5u]);
    let greatest = bitcast<f32>(records[8u * place + 6u]);
    var shift = 0u;
    var scale = 0u;
    if count > 0u {
        let number = f32(count);
        switch params.kind {
            case 0u: {
                shift = bitcast<u32>(mean);
                scale = root_scale(bitcast<u32>(deviations / number + params.epsilon));
            }
            case 1u: {
                shift = bitcast<u32>(least);
                // Halves, because the range of finite numbers may be more than the largest of them.
                scale = bitcast<u32>(0.5 * params.spread * inverse(0.5 * greatest - 0.5 * least));
            }
            case 2u: {
                scale = bitcast<u32>(inverse(absolute));
            }
            case 3u: {
                scale = root_scale(bitcast<u32>(deviations + number * mean * mean));
            }
            default: {
                scale = bitcast<u32>(inverse(max(abs(least), abs(greatest))));
            }
        }
    }
    // Not a number, as bits: a shader may assume that there is no such number.
    return vec2u(shift, select(scale, 0x7fc00000u, records[8u * place + 1u] > 0u));
}

// The states of a workgroup joined in pairs.

var<workgroup> states: array<State, WORKGROUP_SIZE>;

// What all invocations know, for the first of them. Called by all at once.
fn reduced(local: u32, state: State) -> State {
    // The states of the call before have been read.
    workgroupBarrier();
    states[local] = state;
    workgroupBarrier();
    for (var step = WORKGROUP_SIZE / 2u; step > 0u; step >>= 1u) {
        if local < step {
            states[local] = join(states[local], states[local + step]);
        }
        workgroupBarrier();
    }
    return states[0];
}

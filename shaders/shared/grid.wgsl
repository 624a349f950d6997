// Where an invocation stands in a dispatch whose row of workgroups was folded into two dimensions.

const WORKGROUP_SIZE = 256u;

// Index along the unfolded row. Rows may overshoot: callers compare it with their number of items.
fn unfolded(workgroup: vec3u, grid: vec3u, local: u32) -> u32 {
    return (workgroup.y * grid.x + workgroup.x) * WORKGROUP_SIZE + local;
}

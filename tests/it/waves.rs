//! What `shmplot plan` says of memory.

use crate::cli::Case;
use serde_json::Value;

/// A figure for each of the five planes of the cube (6 × 7 values of 8 bytes).
const PLANES: &str =
    "plane: !pspace\n  data: data\n  isel: {dim_0: !sweep {default: 0, range: [5], name: i}}\n";

fn memory(case: &Case, more: &str) -> Value {
    let plan = case.run(&format!("plan plots.yml --data cube.npy --arena memory --json {more}")).exits(0);
    let plan: Value = serde_json::from_str(&plan.stdout()).unwrap();
    plan["memory"].clone()
}

#[test]
fn plan_tells_parcels_waves_and_the_smallest_limit() {
    let case = Case::new().plots(PLANES);
    let free = memory(&case, "");
    assert_eq!(
        (&free["waves"], &free["limit"], &free["reloaded_bytes"]),
        (&1.into(), &false.into(), &0.into())
    );
    let smallest = free["smallest_limit"].as_u64().unwrap();
    assert!((6 * 7 * 8..4096).contains(&smallest), "{free}");
    let tight = memory(&case, &format!("--memory-limit {smallest}"));
    assert_eq!((&tight["waves"], &tight["parcels"], &tight["limit"]), (&5.into(), &5.into(), &true.into()));
    assert!(tight["peak_bytes"].as_u64().unwrap() <= smallest, "{tight}");
    let text = case.run("plan plots.yml --data cube.npy").exits(0).stdout();
    assert!(text.contains("memory: ") && text.contains("1 wave,") && text.contains("would do"), "{text}");
}

#[test]
fn a_limit_that_is_too_small_is_told_with_the_smallest_that_would_do() {
    let case = Case::new().plots(PLANES);
    let smallest = memory(&case, "")["smallest_limit"].as_u64().unwrap();
    let ran = case.run("plan plots.yml --data cube.npy --arena memory --memory-limit 300").exits(3);
    let said = ran.stderr();
    for part in [
        "`plane/",
        "of data in memory at once, --memory-limit allows 300 B",
        &format!("--memory-limit {smallest}"),
    ] {
        assert!(said.contains(part), "{part:?} is not in:\n{said}");
    }
}

//! Every operation that dantro registers is there, or refused by name with a way out.

/// `sorted(dantro.data_ops.available_operations())` of dantro 0.21.2, without those that its drawing of
/// graphs registers for itself.
const NAMES: &str = include_str!("../fixtures/dantro_operations.txt");

#[test]
fn every_operation_of_dantro_is_known() {
    let missing: Vec<&str> = NAMES.lines().filter(|name| !shmplot::transform::is_operation(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(NAMES.lines().count() > 260);
}

/// What needs Python, by the specification; all else computes.
#[test]
fn only_what_needs_python_is_refused() {
    let ops = shmplot::transform::ops();
    let refused: Vec<&str> =
        NAMES.lines().filter(|name| !ops.iter().any(|op| op.names.contains(name))).collect();
    let expected = [
        ".argpartition",
        ".base",
        ".chunk",
        ".coords.transform",
        ".fill",
        ".flat",
        ".map",
        ".nonzero",
        ".reduce",
        ".rolling_exp",
        ".to_dataframe",
        "build_object_array",
        "call",
        "call_lambda",
        "complex",
        "curve_fit",
        "dantro.apply_along_axis",
        "expand_object_array",
        "extract_coords_from_attrs",
        "extract_dim_names",
        "from_module",
        "import",
        "import_and_call",
        "lambda",
        "map",
        "np.isnat",
        "nx.",
        "pd.",
        "scipy.",
        "setattr",
        "setitem",
        "transform_coords",
        "xr.combine_by_coords",
        "xr.combine_nested",
    ];
    assert_eq!(refused, expected);
}

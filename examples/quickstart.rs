//! Data to a PNG through the library, without workers:
//! `cargo run --release --example quickstart -- FILE PATH OUT.png`.

use shmplot::data::{Labelled, Slab};
use shmplot::render::paint::{Format, paint};
use shmplot::render::{Chart, ChartData, compose};
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, path, out] = args.as_slice() else {
        return Err("usage: quickstart FILE PATH OUT.png".into());
    };
    let tree = shmplot::source::open(&[PathBuf::from(file)])?.value;
    let array = tree.array(path)?;
    let values = tree.read(array, &Slab::all(&array.shape))?;
    let mut data = Labelled::contiguous(array.dims.clone(), array.shape.clone(), values).named(path);
    data.coords = tree.coords(path)?;
    data.attrs = array.attrs.clone();
    let scene = compose(&Chart::default(), &ChartData::Array(data))?.value;
    let png = paint(&scene, Format::Png)?;
    shmplot::output::publish::publish(Path::new(out), &png).map_err(|error| error.to_string())?;
    Ok(())
}
